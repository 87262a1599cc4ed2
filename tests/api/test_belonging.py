"""Other systems link, merge and undo by the verbs that the desk uses."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from inquiries import services
from inquiries.models import Inquiry
from staff.models import Role, User
from tests.api.conftest import SignedIn
from tests.factories import InquiryFactory, UserFactory
from tests.inquiries.snapshot import everything
from tests.instants import after
from tickets.models import Ticket
from tickets.services import links

pytestmark = pytest.mark.django_db


@pytest.fixture
def earlier(db: None) -> Inquiry:
    return InquiryFactory.create()


@pytest.fixture
def inquiry(earlier: Inquiry) -> Inquiry:
    return InquiryFactory.create(text="几号送到？", at=after(60))


def act(api: APIClient, inquiry: Inquiry, verb: str, **body: Any) -> Any:
    return api.post(f"/api/v1/inquiries/{inquiry.number}/{verb}/", body, format="json")


def read(api: APIClient, inquiry: Inquiry) -> Any:
    return api.get(f"/api/v1/inquiries/{inquiry.number}/").json()


def test_linking_and_unlinking(
    api: APIClient, inquiry: Inquiry, earlier: Inquiry
) -> None:
    for _again in range(2):
        answer = act(api, inquiry, "link", other=earlier.number)
        assert (answer.status_code, answer.json()["linked"]) == (200, [earlier.number])
    assert read(api, earlier)["linked"] == [inquiry.number]
    for _again in range(2):
        answer = act(api, earlier, "unlink", other=inquiry.number)
        assert (answer.status_code, answer.json()["linked"]) == (200, [])


def test_merging_and_undoing(
    api: APIClient, inquiry: Inquiry, earlier: Inquiry
) -> None:
    body = act(api, inquiry, "merge", other=earlier.number).json()
    assert (body["status"], body["merged_into"]) == ("merged", earlier.number)
    thread = read(api, earlier)
    assert [(m["text"], m["merged_from"]) for m in thread["messages"]] == [
        ("两台摄像机租三天多少钱？", None),
        ("几号送到？", inquiry.number),
    ]
    services.customer_writes(inquiry, text="在吗？", at=after(99))
    assert read(api, earlier)["messages"][-1]["merged_from"] == inquiry.number
    body = act(api, inquiry, "unmerge").json()
    assert (body["status"], body["merged_into"]) == ("new", None)
    answer = act(api, inquiry, "unmerge")
    assert answer.status_code == 409


@pytest.mark.parametrize("verb", ["link", "unlink", "merge"])
@pytest.mark.parametrize("other", ["", "IN20269999XXXXXX", "x\0y", 7, None, ["IN"]])
def test_a_wrong_number_is_the_field_other(
    api: APIClient, inquiry: Inquiry, verb: str, other: Any
) -> None:
    before = everything()
    answer = act(api, inquiry, verb, other=other)
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == ["other"]
    assert everything() == before


def test_two_names_of_one_phone_need_the_field_reason_and_an_answer_first(
    api: APIClient, earlier: Inquiry
) -> None:
    inquiry = InquiryFactory.create(surname="李", at=after(60))
    answer = act(api, inquiry, "merge", other=earlier.number)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["reason"])
    answer = act(api, inquiry, "merge", other=earlier.number, reason="同一公司")
    assert answer.status_code == 409
    assert act(api, inquiry, "reply", text="能。").status_code == 201
    answer = act(api, inquiry, "merge", other=earlier.number, reason="同一公司")
    assert answer.status_code == 200


def test_the_row_filter_and_the_roles_hold(
    as_person: SignedIn, agent: User, inquiry: Inquiry, earlier: Inquiry
) -> None:
    handler = UserFactory.create(role=Role.DEPARTMENT_HANDLER)
    api = as_person(handler)
    for verb in ("link", "unlink", "merge", "unmerge"):
        assert act(api, inquiry, verb, other=earlier.number).status_code == 404
    Ticket.objects.filter(pk=inquiry.pk).update(department=handler.department)
    links.link(inquiry, to=earlier, by=agent, at=after(70))
    assert read(api, inquiry)["linked"] == []
    for verb in ("link", "unlink", "merge"):
        assert act(api, inquiry, verb, other=earlier.number).status_code == 400
    Ticket.objects.filter(pk=earlier.pk).update(department=handler.department)
    assert act(api, inquiry, "merge", other=earlier.number).status_code == 403
    assert act(api, inquiry, "unlink", other=earlier.number).status_code == 200
