"""From the question to the supervisor's notice, through real beat, broker and worker."""

from pathlib import Path

import pytest
from django.utils import timezone

from bench import house
from helpdesk import health
from inquiries import services
from sla.models import Clock, ClockEvent, Heartbeat, Notification
from sla.services import audit
from staff.models import Role
from tests.factories import InquiryFactory, UserFactory
from tickets.models import Ticket

pytestmark = pytest.mark.chain


def lines_of(ticket: Ticket) -> list[tuple[str, int]]:
    lines = ClockEvent.objects.filter(clock__ticket_id=ticket.pk).order_by("pk")
    return [(line.kind, line.step) for line in lines]


def test_missed_promises_are_found_and_told_once_and_kept_ones_are_left_alone(
    chain: Path,
) -> None:
    house.promise(seconds=1)
    agent = UserFactory.create()
    supervisors = {UserFactory.create(role=Role.SUPERVISOR) for _ in range(2)}
    missed = [InquiryFactory.create(at=timezone.now()) for _ in range(5)]
    kept = InquiryFactory.create(at=timezone.now())
    services.reply(kept, text="在。", by=agent, at=timezone.now())

    house.wait_for(
        lambda: Notification.objects.filter(event__kind="breach").count() == 10,
        seconds=20,
        what="ten notices",
    )

    for inquiry in missed:
        assert lines_of(inquiry) == [("activate", 0), ("warning", 0), ("breach", 1)]
        clock = Clock.objects.get(ticket_id=inquiry.pk)
        assert clock.breached_at == clock.due_at
        assert clock.status == "running"
        told = Notification.objects.filter(event__clock=clock, event__kind="breach")
        assert {notice.recipient for notice in told} == supervisors
    assert lines_of(kept) == [("activate", 0), ("fulfil", 0)]
    services.reply(missed[0], text="抱歉。", by=agent, at=timezone.now())
    assert lines_of(missed[0])[-2:] == [("breach", 1), ("fulfil", 0)]
    assert Clock.objects.get(ticket_id=missed[0].pk).wake_at is None
    for clock in Clock.objects.all():
        assert audit.problems(clock) == []
    assert Heartbeat.objects.get().stale_found == 0
    report = health.check(at=timezone.now())
    assert report["status"] == "ok", report
