"""The phrase guard reads what other systems send to customers, too (IN-20)."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from inquiries.models import Inquiry
from staff.models import Role
from tests.api.conftest import SignedIn
from tests.factories import InquiryFactory, UserFactory

pytestmark = pytest.mark.django_db
HARMLESS = "您是否还有不清楚的地方?"


def reply(api: APIClient, inquiry: Inquiry, **body: Any) -> Any:
    url = f"/api/v1/inquiries/{inquiry.number}/reply/"
    return api.post(url, body, format="json")


@pytest.mark.clause("IN-20")
def test_a_forbidden_phrase_is_a_problem_of_the_field_text(api: APIClient) -> None:
    inquiry = InquiryFactory.create()
    answer = reply(api, inquiry, text="不知道", override_reason="急")
    assert answer.status_code == 400
    (message,) = answer.json()["fields"]["text"]
    assert message.startswith("“不知道” is not said to customers (IN-20). Say: “")
    assert inquiry.messages.count() == 1


def test_a_harmless_phrase_is_confirmed(api: APIClient) -> None:
    inquiry = InquiryFactory.create()
    assert reply(api, inquiry, text=HARMLESS).status_code == 400
    assert reply(api, inquiry, text=HARMLESS, confirmed=["不清楚"]).status_code == 201


def test_a_supervisor_overrides_with_a_reason(as_person: SignedIn) -> None:
    inquiry = InquiryFactory.create()
    api = as_person(UserFactory.create(role=Role.SUPERVISOR))
    answer = reply(api, inquiry, text="不知道", override_reason="引用原文")
    assert answer.status_code == 201
    assert inquiry.events.filter(verb="phrase_allowed").exists()


@pytest.mark.parametrize("nonsense", ["不清楚", {"a": 1}, [1], [["a"]], None])
def test_nonsense_is_a_problem_of_its_field(api: APIClient, nonsense: Any) -> None:
    inquiry = InquiryFactory.create()
    answer = reply(api, inquiry, text=HARMLESS, confirmed=nonsense)
    assert answer.status_code == 400
    assert inquiry.messages.count() == 1
