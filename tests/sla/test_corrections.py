"""Word that comes late, graver facts and other terms: corrections stand beside facts."""

from datetime import datetime, timedelta

import pytest

from sla import detector
from sla.models import Clock, ClockEvent, Metric, Rollout
from sla.services import audit, clocks, corrections, pauses, rules
from sla.services.corrections import BeforeItsStart, Source, StillToCome
from tests.factories import InquiryFactory, UserFactory
from tests.instants import DUE, Hand, after, local
from tests.policies import publish
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket(db: None) -> Ticket:
    return InquiryFactory.create()


def clock_of(ticket: Ticket, metric: Metric = Metric.FIRST_REPLY) -> Clock:
    clock = Clock.objects.get(ticket_id=ticket.pk, metric=metric)
    assert audit.problems(clock) == []
    return clock


def lines(clock: Clock) -> list[tuple[str, datetime, datetime]]:
    found = ClockEvent.objects.filter(clock=clock).order_by("pk")
    return [(line.kind, line.at, line.recorded_at) for line in found]


def detect(at: datetime) -> int:
    return detector.sweep(clock=Hand(at)).claimed


def word(ticket: Ticket, occurred_at: datetime, at: datetime) -> Clock | None:
    return corrections.stop_as_of(
        ticket,
        Metric.FIRST_REPLY,
        occurred_at=occurred_at,
        at=at,
        source=Source.MESSAGING,
        by=None,
    )


def test_late_word_of_an_answer_in_time_revokes_the_breach_and_keeps_it(
    ticket: Ticket,
) -> None:
    assert detect(after(31)) == 2
    word(ticket, after(29), after(45))
    clock = clock_of(ticket)
    assert (clock.status, clock.outcome) == ("stopped", "met")
    assert clock.stopped_at == after(29)
    assert (clock.breached_at, clock.revoked_at) == (DUE, after(45))
    assert lines(clock)[-3:] == [
        ("breach", DUE, after(31)),
        ("fulfil", after(29), after(45)),
        ("revoke", after(29), after(45)),
    ]
    assert ClockEvent.objects.get(kind="revoke").detail == '{"source":"messaging"}'


def test_late_word_before_anyone_noticed_is_simply_an_answer_in_time(
    ticket: Ticket,
) -> None:
    word(ticket, DUE, after(45))
    clock = clock_of(ticket)
    assert (clock.outcome, clock.breached_at) == ("met", None)
    assert [kind for kind, *_ in lines(clock)] == ["activate", "fulfil"]
    assert detect(after(hours=9)) == 0


def test_late_word_of_a_late_answer_stays_missed(ticket: Ticket) -> None:
    word(ticket, after(31), after(45))
    clock = clock_of(ticket)
    assert (clock.outcome, clock.breached_at, clock.revoked_at) == ("missed", DUE, None)
    assert clock.stopped_at == after(31)


def test_an_answer_recorded_too_late_is_set_right(ticket: Ticket) -> None:
    clocks.stop(ticket, Metric.FIRST_REPLY, at=after(40), by=None)
    assert clock_of(ticket).outcome == "missed"
    word(ticket, after(30), after(60))
    clock = clock_of(ticket)
    assert (clock.outcome, clock.stopped_at) == ("met", after(30))
    # Saying it again changes nothing more.
    word(ticket, after(20), after(70))
    assert lines(clock_of(ticket)) == lines(clock)


def test_an_answer_in_time_needs_no_correction(ticket: Ticket) -> None:
    clocks.stop(ticket, Metric.FIRST_REPLY, at=after(10), by=None)
    before = lines(clock_of(ticket))
    word(ticket, after(5), after(60))
    assert lines(clock_of(ticket)) == before
    assert clock_of(ticket).stopped_at == after(10)


def test_nothing_happened_before_the_clock_began(ticket: Ticket) -> None:
    with pytest.raises(BeforeItsStart):
        word(ticket, after(-1), after(45))
    assert clock_of(ticket).status == "running"


def test_nothing_has_happened_that_is_still_to_come(ticket: Ticket) -> None:
    with pytest.raises(StillToCome):
        word(ticket, after(46), after(45))
    assert clock_of(ticket).status == "running"


def test_a_graver_case_gets_the_graver_promise_from_its_start(ticket: Ticket) -> None:
    start = local("2026-11-24 10:00")
    clocks.start(ticket, Metric.TOTAL, at=start, facts={"severity": "normal"})
    assert clock_of(ticket, Metric.TOTAL).due_at == local("2026-11-27 21:00")
    corrections.reclassify(
        ticket,
        Metric.TOTAL,
        facts={"severity": "urgent"},
        at=local("2026-11-24 15:00"),
        by=None,
    )
    clock = clock_of(ticket, Metric.TOTAL)
    assert clock.due_at == start + timedelta(hours=24)
    assert clock.facts == {"severity": "urgent"}
    assert clock.target.code == "OB_TOTAL_URGENT"
    assert Ticket.objects.get(pk=ticket.pk).next_due_at == DUE


def test_what_is_missed_stays_missed_under_easier_terms(ticket: Ticket) -> None:
    detect(after(31))
    easier = publish(at=after(40), IN_FIRST_REPLY={"budget": timedelta(hours=1)})
    clock = Clock.objects.select_related("target").get()
    target = easier.targets.get(code="IN_FIRST_REPLY")
    book = rules.rulebook(at=after(50))
    changed = corrections.recompute(
        ticket, clock, target=target, book=book, at=after(50), by=None
    )
    assert changed is False
    clock = clock_of(ticket)
    assert (clock.breached_at, clock.due_at) == (DUE, DUE)


def test_other_terms_count_the_pauses_as_they_were() -> None:
    start = local("2026-11-24 10:00")
    ticket = InquiryFactory.create(at=start)
    clocks.start(ticket, Metric.INVESTIGATION, at=start, facts={"type": "fee"})
    metric = Metric.INVESTIGATION
    pauses.pause(
        ticket,
        metric,
        reason="awaiting_evidence",
        at=local("2026-11-24 11:00"),
        by=None,
    )
    pauses.resume(ticket, metric, at=local("2026-11-24 12:00"), by=None)
    version = publish(at=local("2026-11-24 12:30"), OB_INVESTIGATE_FEE={"days": 2})
    rollout = Rollout.objects.create(
        policy_version=version,
        asked_at=local("2026-11-24 13:00"),
        asked_by=UserFactory.create(),
    )
    clock = Clock.objects.select_related("target").get(metric=metric)
    at = local("2026-11-24 13:00")
    assert corrections.recompute(
        ticket,
        clock,
        target=version.targets.get(code="OB_INVESTIGATE_FEE"),
        book=rules.rulebook(at=at),
        at=at,
        by=rollout.asked_by,
        rollout=rollout,
    )
    clock = clock_of(ticket, metric)
    # Two working days end on Thursday at 21:00; the pause adds an open hour on Friday.
    assert clock.due_at == local("2026-11-27 10:00")
    assert f'"rollout":{rollout.pk}' in ClockEvent.objects.get(kind="recompute").detail


def test_a_shorter_promise_makes_a_running_clock_late_at_its_own_deadline(
    ticket: Ticket,
) -> None:
    version = publish(at=after(10), IN_FIRST_REPLY={"budget": timedelta(seconds=5)})
    clock = Clock.objects.select_related("target").get()
    corrections.recompute(
        ticket,
        clock,
        target=version.targets.get(code="IN_FIRST_REPLY"),
        book=rules.rulebook(at=after(12)),
        at=after(12),
        by=None,
    )
    assert detect(after(13)) == 2
    clock = clock_of(ticket)
    assert (clock.due_at, clock.breached_at) == (after(5), after(5))


def test_a_continued_promise_gets_what_was_left_of_it(ticket: Ticket) -> None:
    start = local("2026-11-24 10:00")
    facts = {"severity": "urgent"}
    clocks.start(ticket, Metric.TOTAL, at=start, facts=facts)
    clocks.stop(ticket, Metric.TOTAL, at=start + timedelta(hours=20), by=None)
    ticket.cycle = 2
    later = local("2026-11-30 10:00")
    clock = clocks.start(ticket, Metric.TOTAL, at=later, facts=facts)
    assert clock is not None
    assert clock.due_at == later + timedelta(hours=4)
    assert clock.continues is not None
    assert audit.problems(clock) == []


def test_a_reply_gets_a_whole_new_clock_when_the_case_is_reopened(
    ticket: Ticket,
) -> None:
    clocks.stop(ticket, Metric.FIRST_REPLY, at=after(20), by=None)
    ticket.cycle = 2
    clock = clocks.start(ticket, Metric.FIRST_REPLY, at=after(hours=5))
    assert clock is not None
    assert clock.due_at == after(30, hours=5)


def test_departments_of_one_case_have_clocks_of_their_own(ticket: Ticket) -> None:
    at = local("2026-11-24 14:00")
    metric = Metric.DEPARTMENT_ACCEPTANCE
    for subject in ("finance", "technical_support"):
        clocks.start(ticket, metric, at=at, subject=subject)
    clocks.stop(ticket, metric, at=at + timedelta(hours=1), by=None, subject="finance")
    found = Clock.objects.filter(metric=metric).order_by("subject")
    assert [(c.subject, c.status) for c in found] == [
        ("finance", "stopped"),
        ("technical_support", "running"),
    ]
    again = clocks.start(ticket, metric, at=at + timedelta(hours=2), subject="finance")
    assert again == found[0]
