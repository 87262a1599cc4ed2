"""Several workers and a customer at one follow-up: it arrives once or not at all."""

import time
from datetime import UTC, datetime

import pytest
from django.utils import timezone

from inquiries import services
from inquiries.models import FollowUp, Inquiry
from inquiries.services import follow_ups
from inquiries.services.follow_ups import AUTOMATIC_AFTER
from sla.models import Clock
from sla.services import audit
from tests.factories import InquiryFactory, UserFactory
from tests.finishing import finish
from tests.sla.racing import processes

CASES = 12


def ended() -> list[Inquiry]:
    """Finished conversations whose follow-ups are due now."""
    agent, at = UserFactory.create(), timezone.now() - AUTOMATIC_AFTER
    found = []
    for number in range(CASES):
        inquiry = InquiryFactory.create(phone=f"139000000{number:02d}", at=at)
        services.reply(inquiry, text="好。", by=agent, at=at, answers=["operation_use"])
        found.append(finish(inquiry, by=agent, at=at, intent="clear", consent=True))
    return found


def work(start: float) -> None:
    time.sleep(max(0.0, start - time.time()))
    follow_ups.send_due(clock=lambda: datetime.now(UTC))


def come_back(start: float) -> None:
    time.sleep(max(0.0, start - time.time()))
    for inquiry in Inquiry.objects.order_by("pk"):
        services.reopen(inquiry, by=None, at=datetime.now(UTC))


def sent(inquiry: Inquiry) -> int:
    return inquiry.messages.filter(text__startswith="感谢您的咨询").count()


@pytest.mark.django_db(transaction=True)
@pytest.mark.clause("IN-54")
def test_two_workers_send_each_follow_up_once() -> None:
    cases = ended()
    start = time.time() + 0.5
    with processes([(work, (start,)), (work, (start,)), (work, (start,))]):
        pass
    assert [sent(inquiry) for inquiry in cases] == [1] * CASES
    assert set(FollowUp.objects.values_list("status", "tries")) == {("sent", 1)}


@pytest.mark.django_db(transaction=True)
@pytest.mark.clause("IN-54")
def test_who_comes_back_while_it_is_sent_gets_it_before_or_never() -> None:
    cases = ended()
    start = time.time() + 0.5
    with processes([(work, (start,)), (come_back, (start,))]):
        pass
    for inquiry in cases:
        follow_up = inquiry.follow_ups.get()
        reopened = inquiry.events.get(verb="reopened")
        if follow_up.status == "sent":
            told = inquiry.events.get(verb="followed_up")
            assert (sent(inquiry), told.sequence < reopened.sequence) == (1, True)
        else:
            assert (follow_up.status, follow_up.reason) == ("cancelled", "reopened")
            assert sent(inquiry) == 0
    for clock in Clock.objects.all():
        assert audit.problems(clock) == []
