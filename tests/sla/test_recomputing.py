"""Other terms for clocks that run: nothing is mended, counted twice or done twice."""

from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from sla import detector
from sla.models import Clock, Metric, Pause, PolicyVersion
from sla.services import audit, clocks, corrections, pauses, rollouts
from sla.services.pauses import PauseRefused, Why
from staff.models import Role
from tests.factories import InquiryFactory, UserFactory
from tests.instants import Hand, local
from tests.policies import publish
from tests.sla.player import Engine
from tickets.models import Ticket

pytestmark = pytest.mark.django_db

METRIC = Metric.INVESTIGATION
REASON = "awaiting_evidence"
START = local("2026-11-24 10:00")
DUE = local("2026-11-25 21:00")


@pytest.fixture
def ticket(db: None) -> Ticket:
    inquiry = InquiryFactory.create(at=START)
    clocks.stop(inquiry, Metric.FIRST_REPLY, at=START, by=None)
    clocks.start(inquiry, METRIC, at=START, facts={"type": "fee"})
    return inquiry


def roll_out(version: PolicyVersion | None, at: datetime) -> int:
    manager = UserFactory.create(role=Role.MANAGER)
    return rollouts.carry_out(rollouts.ask(version, by=manager, at=at).pk, at=at)


def clock_of(ticket: Ticket) -> Clock:
    clock = ticket.clocks.get(metric=METRIC)
    assert audit.problems(clock) == []
    return clock


def test_a_broken_promise_is_not_mended_before_anybody_noticed(ticket: Ticket) -> None:
    """In an outage, say: easier terms are applied before a detector has looked."""
    version = publish(at=START, OB_INVESTIGATE_FEE={"days": 5})
    assert roll_out(version, DUE + timedelta(microseconds=1)) == 0
    assert clock_of(ticket).due_at == DUE
    detector.sweep(clock=Hand(DUE + timedelta(hours=1)))
    assert clock_of(ticket).breached_at == DUE


def test_graver_facts_do_not_date_a_broken_promise_back(ticket: Ticket) -> None:
    facts = {"severity": "normal"}
    clock = clocks.start(ticket, Metric.TOTAL, at=START, facts=facts)
    assert clock is not None
    at = clock.due_at + timedelta(minutes=1)
    corrections.reclassify(
        ticket, Metric.TOTAL, facts={"severity": "urgent"}, at=at, by=None
    )
    detector.sweep(clock=Hand(at))
    assert ticket.clocks.get(metric=Metric.TOTAL).breached_at == clock.due_at


def test_a_promise_that_is_just_in_time_gets_easier_terms(ticket: Ticket) -> None:
    version = publish(at=START, OB_INVESTIGATE_FEE={"days": 5})
    assert roll_out(version, DUE) == 1
    assert clock_of(ticket).due_at == local("2026-12-01 21:00")


def test_a_pause_that_ended_unnoticed_counts(ticket: Ticket) -> None:
    at = local("2026-11-24 11:00")
    pauses.pause(ticket, METRIC, reason=REASON, at=at, by=None)
    version = publish(at=at, OB_INVESTIGATE_FEE={"days": 2})
    # The limit was Thursday at 21:00; nobody has let the clock run on since.
    assert roll_out(version, local("2026-11-27 10:00")) == 1
    clock = clock_of(ticket)
    # One of 35 hours was used before; the other 34 are counted from Friday on.
    assert clock.due_at == local("2026-12-01 19:00")
    assert clock.status == "running"


def test_pauses_for_one_reason_share_its_time_across_versions(ticket: Ticket) -> None:
    at = local("2026-11-24 11:00")
    pauses.pause(ticket, METRIC, reason=REASON, at=at, by=None)
    pauses.resume_overdue(at=local("2026-11-27 09:00"))
    version = publish(at=local("2026-11-27 09:00"), OB_INVESTIGATE_FEE={"days": 3})
    assert roll_out(version, local("2026-11-27 09:30")) == 1
    at = local("2026-11-27 10:00")
    with pytest.raises(PauseRefused) as refused:
        pauses.pause(ticket, METRIC, reason=REASON, at=at, by=None)
    assert refused.value.why is Why.TIME_USED_UP


def test_a_refused_pause_leaves_nothing_behind(ticket: Ticket) -> None:
    at = local("2026-11-24 11:00")
    pauses.pause(ticket, METRIC, reason=REASON, at=at, by=None)
    with pytest.raises(PauseRefused):
        pauses.pause(
            ticket, METRIC, reason="lunch", at=local("2026-11-27 10:00"), by=None
        )
    assert Pause.objects.get().resumed_at is None
    assert clock_of(ticket).status == "paused"


def test_a_calendar_that_changes_only_later_days_holds_for_later_pauses(
    ticket: Ticket,
) -> None:
    """The deadline stays, but what is counted from now on is counted anew."""
    engine = Engine(UserFactory.create(role=Role.MANAGER))
    at = local("2026-11-24 11:00")
    friday = local("2026-11-27 12:00").date()
    engine.declare(at, {("working_day", friday): "holiday"})
    before = list(clock_of(ticket).schedule)
    assert roll_out(None, at) == 1
    assert list(clock_of(ticket).schedule) == before
    assert roll_out(None, at) == 0
    pauses.pause(ticket, METRIC, reason=REASON, at=at, by=None)
    # Wednesday's and Thursday's opening are allowed; 22 hours were left, none on Friday.
    pauses.resume_overdue(at=local("2026-11-27 09:00"))
    assert clock_of(ticket).due_at == local("2026-12-01 19:00")


def test_no_step_is_taken_twice_between_terms_with_and_without_a_warning(
    ticket: Ticket,
) -> None:
    noon = local("2026-11-25 12:00")
    for place, fraction in enumerate([Decimal("0.2"), None, Decimal("0.2")]):
        at = noon + place * timedelta(minutes=1)
        terms = {"warn_at_fraction": fraction}
        assert roll_out(publish(at=at, OB_INVESTIGATE_FEE=terms), at) == 1
        detector.sweep(clock=Hand(at + timedelta(seconds=30)))
    detector.sweep(clock=Hand(DUE + timedelta(seconds=1)))
    clock = clock_of(ticket)
    kinds = Counter(line.kind for line in clock.events.all())
    assert (kinds["warning"], kinds["breach"]) == (1, 1)
    assert clock.set_aside_at is None
