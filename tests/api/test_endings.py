"""Other systems report calls and handle follow-ups (IN-23, IN-54)."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from inquiries import services
from inquiries.models import Callback, FollowUp, Inquiry
from staff.models import Role, User
from tests.api.conftest import SignedIn
from tests.factories import InquiryFactory, UserFactory, channel
from tests.finishing import finish

pytestmark = pytest.mark.django_db

MISSED = "/api/v1/inquiries/missed-call/"


def act(api: APIClient, inquiry: Inquiry, verb: str, body: Any) -> Any:
    path = f"/api/v1/inquiries/{inquiry.number}/{verb}/"
    return api.post(path, body, format="json")


@pytest.fixture
def ended(agent: User) -> Inquiry:
    at = timezone.now()
    inquiry = InquiryFactory.create(at=at)
    services.reply(inquiry, text="好。", by=agent, at=at, answers=["rental_price"])
    return finish(inquiry, by=agent, at=at, intent="clear", consent=True)


@pytest.mark.clause("IN-23", "IN-28")
def test_a_missed_call_makes_a_callback(api: APIClient) -> None:
    now = timezone.now()
    body = {
        "phone": "13900139000",
        "rung_at": now - timedelta(seconds=40),
        "ended_at": now - timedelta(seconds=5),
    }
    for _time in range(2):
        answer = api.post(
            MISSED, body, format="json", headers={"Idempotency-Key": "call 1"}
        )
        assert answer.status_code == 201
    inquiry = Inquiry.objects.get()
    shown = answer.json()
    assert (shown["number"], shown["status"]) == (inquiry.number, "missed")
    assert {clock["metric"] for clock in shown["clocks"]} == {"ring", "callback"}
    assert Callback.objects.count() == 1
    assert "13900139000" not in answer.content.decode()


def test_a_missed_call_without_a_number_is_refused_beside_the_field(
    api: APIClient,
) -> None:
    answer = api.post(MISSED, {"phone": "12"}, format="json")
    assert answer.status_code == 400
    assert "phone" in answer.json()["fields"]
    assert not Inquiry.objects.exists()


def test_a_department_records_no_missed_calls(as_person: SignedIn) -> None:
    handler = as_person(UserFactory.create(role=Role.DEPARTMENT_HANDLER))
    answer = handler.post(MISSED, {"phone": "13900139000"}, format="json")
    assert answer.status_code == 403
    assert not Inquiry.objects.exists()


@pytest.mark.clause("IN-23")
@pytest.mark.parametrize(("seconds", "outcome"), [(14.9, "met"), (15, "missed")])
def test_the_times_of_the_telephone_decide(
    api: APIClient, seconds: float, outcome: str
) -> None:
    rung = timezone.now() - timedelta(minutes=2)
    call = InquiryFactory.create(channel=channel("hotline"), at=rung)
    answered = rung + timedelta(seconds=seconds)
    answer = act(api, call, "ring", {"rung_at": rung, "answered_at": answered})
    assert answer.status_code == 200
    clock = call.clocks.get(metric="ring")
    assert (clock.started_at, clock.stopped_at) == (rung, answered)
    assert clock.outcome == outcome


@pytest.mark.clause("IN-54", "IN-55")
def test_a_follow_up_is_sent_now_and_once(api: APIClient, ended: Inquiry) -> None:
    for _time in range(2):
        answer = act(api, ended, "follow-up", {"act": "send"})
        assert answer.status_code == 200
        assert answer.json()["status"] == "sent"
    assert ended.events.filter(verb="followed_up").count() == 1
    refused = act(api, ended, "follow-up", {"act": "cancel", "reason": "已下单"})
    assert refused.status_code == 409


@pytest.mark.clause("IN-56")
def test_another_text_keeps_the_opening(api: APIClient, ended: Inquiry) -> None:
    refused = act(api, ended, "follow-up", {"act": "edit", "text": "您好"})
    assert refused.status_code == 400
    assert "text" in refused.json()["fields"]
    text = "感谢您的咨询,为您整理：八百元。"
    edited = act(api, ended, "follow-up", {"act": "edit", "text": text})
    assert (edited.json()["status"], edited.json()["text"]) == ("pending", text)


@pytest.mark.clause("IN-54")
def test_a_follow_up_is_cancelled_with_a_reason(api: APIClient, ended: Inquiry) -> None:
    refused = act(api, ended, "follow-up", {"act": "cancel"})
    assert refused.status_code == 400
    assert FollowUp.objects.get().status == "pending"
    answer = act(api, ended, "follow-up", {"act": "cancel", "reason": "已下单"})
    shown = answer.json()
    assert (shown["status"], shown["reason"], shown["remark"]) == (
        "cancelled",
        "by_hand",
        "已下单",
    )


@pytest.mark.clause("IN-54", "IN-55")
def test_an_address_and_the_end_of_an_agreement_by_api(
    api: APIClient, ended: Inquiry
) -> None:
    wrong = act(api, ended, "email", {"email": "a@b.cn\nBcc: c@d.cn"})
    assert (wrong.status_code, list(wrong.json()["fields"])) == (400, ["email"])
    noted = act(api, ended, "email", {"email": "wang@example.com"})
    assert noted.status_code == 200
    assert "wang@example.com" not in noted.content.decode()
    ended = Inquiry.objects.get(pk=ended.pk)
    assert ended.customer.email_masked == "w***@example.com"
    assert ended.can_be_mailed
    for _time in range(2):
        assert act(api, ended, "withdraw-consent", {}).status_code == 200
    assert FollowUp.objects.get().reason == "withdrawn"
    assert ended.events.filter(verb="consent_withdrawn").count() == 1
