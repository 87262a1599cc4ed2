"""A clock pauses only for a reason that the policy allows, and loses no microsecond."""

from datetime import datetime, timedelta

import pytest

from sla import detector
from sla.models import Clock, ClockEvent, Metric, Pause
from sla.services import audit, clocks, pauses
from sla.services.pauses import PauseRefused, Why
from staff.models import User
from tests.factories import InquiryFactory, UserFactory
from tests.instants import Hand, local
from tickets.models import Ticket

pytestmark = pytest.mark.django_db

REASON = "awaiting_evidence"
TUESDAY_TEN = local("2026-11-24 10:00")
# A fee objection is investigated within one working day.
DUE = local("2026-11-25 21:00")
FACTS = {"type": "fee"}


@pytest.fixture
def agent() -> User:
    return UserFactory.create()


@pytest.fixture
def ticket(db: None) -> Ticket:
    inquiry = InquiryFactory.create(at=TUESDAY_TEN)
    clocks.stop(inquiry, Metric.FIRST_REPLY, at=TUESDAY_TEN, by=None)
    clocks.start(inquiry, Metric.INVESTIGATION, at=TUESDAY_TEN, facts=FACTS)
    return inquiry


def clock_of(ticket: Ticket, metric: Metric = Metric.INVESTIGATION) -> Clock:
    clock = Clock.objects.get(ticket_id=ticket.pk, metric=metric)
    assert audit.problems(clock) == []
    return clock


def kinds(clock: Clock) -> list[str]:
    lines = ClockEvent.objects.filter(clock=clock).order_by("pk")
    return [line.kind for line in lines]


def pause(ticket: Ticket, at: datetime, *, reason: str = REASON) -> Clock:
    return pauses.pause(ticket, Metric.INVESTIGATION, reason=reason, at=at, by=None)


def resume(ticket: Ticket, at: datetime) -> Clock:
    return pauses.resume(ticket, Metric.INVESTIGATION, at=at, by=None)


def detect(at: datetime) -> int:
    return detector.sweep(clock=Hand(at)).claimed


def test_a_paused_clock_neither_warns_nor_breaches_and_no_list_counts_it(
    ticket: Ticket, agent: User
) -> None:
    pauses.pause(
        ticket,
        Metric.INVESTIGATION,
        reason=REASON,
        at=local("2026-11-24 11:00"),
        by=agent,
    )
    assert detect(local("2026-11-26 12:00")) == 0
    clock = clock_of(ticket)
    assert (clock.status, clock.wake_at, clock.outcome) == ("paused", None, "")
    assert Ticket.objects.get(pk=ticket.pk).next_due_at is None
    found = Pause.objects.get()
    assert (found.rule.code, found.paused_by) == (REASON, agent)
    assert found.resumes_at == local("2026-11-26 21:00")


def test_a_resumed_clock_has_exactly_the_time_that_it_had_left(ticket: Ticket) -> None:
    pause(ticket, local("2026-11-24 11:00:00.000001"))
    clock = resume(ticket, local("2026-11-24 15:30:00.000009"))
    # 4 h 30 min and 8 µs of open hours were lost on Tuesday; the next opening gives them.
    assert clock.due_at == local("2026-11-26 13:30:00.000008")
    assert Ticket.objects.get(pk=ticket.pk).next_due_at == clock.due_at
    assert kinds(clock_of(ticket)) == ["activate", "pause", "resume"]


def test_a_pause_over_night_costs_nothing_in_opening_hours(ticket: Ticket) -> None:
    pause(ticket, local("2026-11-24 21:00"))
    assert resume(ticket, local("2026-11-25 09:00")).due_at == DUE


def test_a_pause_ends_by_itself_when_its_time_is_over(ticket: Ticket) -> None:
    pause(ticket, local("2026-11-24 11:00"))
    limit = local("2026-11-26 21:00")
    assert pauses.resume_overdue(at=limit) == 0
    assert pauses.resume_overdue(at=local("2026-11-29 12:00")) == 1
    assert pauses.resume_overdue(at=local("2026-11-29 12:00")) == 0
    clock = clock_of(ticket)
    assert clock.status == "running"
    # It counts from the limit on, however late somebody looked.
    assert Pause.objects.get().resumed_at == limit
    assert Pause.objects.get().resumed_by is None
    # 10 h of Tuesday and 12 h of Wednesday were left: Friday and Monday give them.
    assert clock.due_at == local("2026-11-30 19:00")


def test_an_act_after_the_limit_finds_the_clock_running_since_then(
    ticket: Ticket,
) -> None:
    pause(ticket, local("2026-11-24 11:00"))
    clock = clocks.stop(
        ticket, Metric.INVESTIGATION, at=local("2026-11-30 19:00:01"), by=None
    )
    assert clock is not None
    assert (clock.outcome, clock.breached_at) == ("missed", local("2026-11-30 19:00"))
    assert kinds(clock_of(ticket)) == [
        "activate",
        "pause",
        "resume",
        "breach",
        "fulfil",
    ]


def test_all_pauses_for_one_reason_share_its_limit(ticket: Ticket) -> None:
    pause(ticket, local("2026-11-24 11:00"))
    resume(ticket, local("2026-11-25 11:00"))
    pause(ticket, local("2026-11-25 12:00"))
    # The limit is worth 34 open hours from the first pause on; 12 were used.
    assert Pause.objects.get(number=1).resumes_at == local("2026-11-27 10:00")
    pauses.resume_overdue(at=local("2026-11-27 11:00"))
    with pytest.raises(PauseRefused) as refused:
        pause(ticket, local("2026-11-27 12:00"))
    assert refused.value.why is Why.TIME_USED_UP
    assert Pause.objects.count() == 2
    assert clock_of(ticket).status == "running"


@pytest.mark.parametrize("late_by", [timedelta(0), timedelta(microseconds=1)])
def test_pausing_at_or_after_the_deadline_misses_it_first(
    ticket: Ticket, late_by: timedelta
) -> None:
    pause(ticket, DUE + late_by)
    clock = clock_of(ticket)
    assert (clock.status, clock.breached_at) == ("paused", DUE)
    resume(ticket, local("2026-11-26 12:00"))
    clocks.stop(ticket, Metric.INVESTIGATION, at=local("2026-11-26 12:30"), by=None)
    clock = clock_of(ticket)
    assert (clock.outcome, clock.due_at) == ("missed", DUE)


def test_stopping_a_paused_clock_keeps_the_promise(ticket: Ticket) -> None:
    pause(ticket, local("2026-11-24 11:00"))
    clocks.stop(ticket, Metric.INVESTIGATION, at=local("2026-11-26 11:00"), by=None)
    clock = clock_of(ticket)
    assert (clock.status, clock.outcome) == ("stopped", "met")
    assert Pause.objects.get().resumed_at == clock.stopped_at


@pytest.mark.parametrize(
    ("metric", "reason"),
    [(Metric.FIRST_REPLY, REASON), (Metric.INVESTIGATION, "lunch")],
    ids=["a first reply never pauses", "no such reason"],
)
def test_a_reason_that_the_policy_does_not_allow_is_refused(
    ticket: Ticket, metric: Metric, reason: str
) -> None:
    ticket.cycle = 2
    clocks.start(ticket, Metric.FIRST_REPLY, at=local("2026-11-24 11:00"))
    with pytest.raises(PauseRefused) as refused:
        pauses.pause(
            ticket, metric, reason=reason, at=local("2026-11-24 11:00"), by=None
        )
    assert refused.value.why is Why.REASON_NOT_ALLOWED
    assert not Pause.objects.exists()
    assert set(Clock.objects.unfinished().values_list("status", flat=True)) == {
        "running"
    }


def test_pausing_twice_and_resuming_twice_are_refused(ticket: Ticket) -> None:
    with pytest.raises(PauseRefused) as not_paused:
        resume(ticket, local("2026-11-24 11:00"))
    assert not_paused.value.why is Why.NOT_PAUSED
    pause(ticket, local("2026-11-24 11:00"))
    with pytest.raises(PauseRefused) as not_running:
        pause(ticket, local("2026-11-24 11:01"))
    assert not_running.value.why is Why.NOT_RUNNING
    assert kinds(clock_of(ticket)) == ["activate", "pause"]


def test_an_escalation_ladder_waits_while_a_missed_clock_pauses(ticket: Ticket) -> None:
    assert detect(DUE + timedelta(minutes=10)) == 2
    pause(ticket, DUE + timedelta(minutes=10))
    assert detect(local("2026-11-26 12:00")) == 0
    clock = resume(ticket, local("2026-11-26 12:00"))
    assert detect(local("2026-11-26 12:00:01")) == 0
    assert clock.wake_at is not None
    assert clock.wake_at > local("2026-11-26 12:00")
    assert audit.problems(clock_of(ticket)) == []


def test_merging_cancels_a_paused_clock_too(ticket: Ticket) -> None:
    pause(ticket, local("2026-11-24 11:00"))
    reason = clocks.CancelReason.MERGED
    at = local("2026-11-24 12:00")
    assert clocks.cancel_all(ticket, reason=reason, at=at, by=None) == 1
    clock = clock_of(ticket)
    assert (clock.status, clock.outcome) == ("cancelled", "cancelled")
    assert kinds(clock) == ["activate", "pause", "resume", "cancel"]
    assert ClockEvent.objects.get(kind="cancel").detail == '{"reason":"merged"}'
    assert detect(local("2026-12-24 12:00")) == 0
