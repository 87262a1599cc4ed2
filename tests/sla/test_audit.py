"""Whatever is changed behind the product's back, the audit says where and how."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from sla import detector, ledger
from sla.models import Clock, ClockEvent, Metric, Pause, Target
from sla.services import (
    audit,
    clocks,
    corrections,
    pauses,
    records,
    rules,
    verification,
)
from sla.services.corrections import Source
from sla.services.verification import Scope
from tests.factories import InquiryFactory
from tests.instants import Hand, local
from tests.policies import publish
from tickets.models import Ticket

pytestmark = pytest.mark.django_db

METRIC = Metric.INVESTIGATION
START = local("2026-11-24 10:00")
# Two working days, an hour of which was paused.
DUE = local("2026-11-27 10:00")
KINDS = [
    "activate",
    "pause",
    "resume",
    "recompute",
    "warning",
    "breach",
    "escalate",
    "fulfil",
    "revoke",
]


@pytest.fixture
def ticket(db: None) -> Ticket:
    return InquiryFactory.create(at=START)


@pytest.fixture
def clock(ticket: Ticket) -> Clock:
    """A clock to which everything happened that can happen to one."""
    clocks.stop(ticket, Metric.FIRST_REPLY, at=START, by=None)
    clocks.start(ticket, METRIC, at=START, facts={"type": "fee"})
    reason = "awaiting_evidence"
    pauses.pause(ticket, METRIC, reason=reason, at=local("2026-11-24 11:00"), by=None)
    pauses.resume(ticket, METRIC, at=local("2026-11-24 12:00"), by=None)
    at = local("2026-11-24 13:00")
    version = publish(at=at, OB_INVESTIGATE_FEE={"days": 2})
    corrections.recompute(
        ticket,
        Clock.objects.get(metric=METRIC),
        target=version.targets.get(code="OB_INVESTIGATE_FEE"),
        book=rules.rulebook(at=at),
        at=at,
        by=None,
    )
    detector.sweep(clock=Hand(DUE + timedelta(minutes=31)))
    corrections.stop_as_of(
        ticket,
        METRIC,
        occurred_at=DUE,
        at=DUE + timedelta(hours=1),
        source=Source.TELEPHONE,
        by=None,
    )
    return Clock.objects.get(metric=METRIC)


def found(clock: Clock) -> list[str]:
    return audit.problems(Clock.objects.get(pk=clock.pk))


@contextmanager
def without_guards() -> Iterator[None]:
    """What somebody with the password of the database can do."""
    tables = ("sla_clock", "sla_clockevent", "sla_pause", "sla_target")
    with connection.cursor() as cursor:
        # Checks that wait for the end of the transaction would forbid ALTER TABLE.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def tamper(sql: str, values: Sequence[Any] = ()) -> None:
    with without_guards(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        assert cursor.rowcount > 0


def change(table: str, columns: str, where: str = "true") -> None:
    tamper(f"UPDATE {table} SET {columns} WHERE {where}")  # noqa: S608 - a test's own words


def rehash(clock: Clock) -> None:
    """What a forger who knows how lines are linked does in the end."""
    previous = ""
    for line in ClockEvent.objects.filter(clock=clock).order_by("pk"):
        previous = ledger.link(
            previous=previous,
            clock_id=line.clock_id,
            kind=line.kind,
            step=line.step,
            at=line.at,
            recorded_at=line.recorded_at,
            actor_id=line.actor_id,
            detail=line.detail,
        )
        tamper("UPDATE sla_clockevent SET hash = %s WHERE id = %s", [previous, line.pk])
    tamper("UPDATE sla_clock SET chain_head = %s WHERE id = %s", [previous, clock.pk])


def test_an_honest_clock_has_no_problems(clock: Clock) -> None:
    kinds = clock.events.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == KINDS
    assert (clock.due_at, clock.outcome, clock.breached_at) == (DUE, "met", DUE)
    assert found(clock) == []


ONE_HOUR = "interval '1 hour'"


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("due_at", f"due_at + {ONE_HOUR}, breached_at = due_at + {ONE_HOUR}"),
        ("stopped_at", f"stopped_at - {ONE_HOUR}"),
        ("outcome", "'missed'"),
        ("status", "'cancelled'"),
        ("revoked_at", f"revoked_at + {ONE_HOUR}"),
        ("breached_at", "NULL"),
        ("detected_at", f"detected_at - {ONE_HOUR}"),
        ("flagged", "true"),
        ("started_at", f"started_at + {ONE_HOUR}"),
        ("promised_at", f"promised_at + {ONE_HOUR}"),
        ("recorded_at", f"recorded_at + {ONE_HOUR}"),
        ("next_step", "0"),
        ("breach_step", "0"),
        ("schedule", "schedule[2:]"),
        ("metric", "'total'"),
    ],
)
def test_a_changed_column_of_a_clock_is_found(
    clock: Clock, column: str, value: str
) -> None:
    change("sla_clock", f"{column} = {value}", f"metric = '{METRIC}'")
    assert any(each.startswith(f"{column} is ") for each in found(clock))


def test_a_wake_up_that_was_put_off_is_found(ticket: Ticket) -> None:
    change("sla_clock", f"wake_at = wake_at + {ONE_HOUR}")
    clock = ticket.clocks.get()
    due = clock.schedule[0]
    assert found(clock) == [
        f"wake_at is {due + timedelta(hours=1)}, the record says {due}"
    ]


def test_a_clock_that_was_set_aside_does_not_wake(ticket: Ticket) -> None:
    Clock.objects.update(set_aside_at=START, wake_at=None)
    assert found(ticket.clocks.get()) == []


def test_another_promise_that_fits_the_deadline_and_schedule_is_found(
    clock: Clock,
) -> None:
    """Whoever changes target, deadline and schedule alike cannot change the detail."""
    target = Target.objects.filter(metric=METRIC).order_by("pk")[0]
    moved = [instant - timedelta(hours=1) for instant in clock.schedule]
    tamper(
        "UPDATE sla_clock SET target_id = %s, due_at = %s, breached_at = %s,"
        " stopped_at = %s, schedule = %s WHERE id = %s",
        [target.pk, moved[1], moved[1], moved[1], moved, clock.pk],
    )
    assert f"target is {target.pk}, the record says {clock.target_id}" in found(clock)


def test_a_running_clock_is_proven_too(ticket: Ticket) -> None:
    clock = ticket.clocks.get()
    later = clock.due_at + timedelta(hours=1)
    schedule = [clock.schedule[0], later, *clock.schedule[2:]]
    tamper("UPDATE sla_clock SET due_at = %s, schedule = %s", [later, schedule])
    assert found(clock)[0] == f"due_at is {later}, the record says {clock.due_at}"
    ring = Target.objects.get(code="IN_RING").pk
    tamper("UPDATE sla_clock SET target_id = %s", [ring])
    assert found(clock)[0] == f"target is {ring}, the record says {clock.target_id}"


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ("resumed_at = resumed_at + interval '1 us'", "pause 0: resumed_at is"),
        ("paused_at = paused_at - interval '1 us'", "pause 0: paused_at is"),
        ("resumes_at = NULL", "pause 0: resumes_at is None"),
        ("number = 1", "pause 0 is on record, but not kept"),
        ("number = 2", "pause 2 is kept, but not on record"),
    ],
)
def test_a_pause_that_was_made_longer_or_shorter_is_found(
    clock: Clock, columns: str, says: str
) -> None:
    change("sla_pause", columns)
    assert any(each.startswith(says) for each in found(clock))


def test_a_pause_that_nobody_made_is_found(clock: Clock) -> None:
    pause = Pause.objects.get()
    pause.pk, pause.number = None, 1
    pause.save()
    assert found(clock) == ["pause 1 is kept, but not on record"]
    Pause.objects.all().delete()
    assert found(clock) == ["pause 0 is on record, but not kept"]


def test_another_reason_of_a_pause_is_found(clock: Clock) -> None:
    rule = Pause.objects.get().rule
    other = type(rule).objects.exclude(pk=rule.pk)[0]
    tamper("UPDATE sla_pause SET rule_id = %s", [other.pk])
    assert found(clock) == [f"pause 0: rule is {other.pk}, the record says {rule.pk}"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_line_that_was_taken_out_is_found_even_if_the_rest_is_linked_anew(
    clock: Clock, kind: str
) -> None:
    tamper(
        "DELETE FROM sla_clockevent WHERE kind = %s AND clock_id = %s", [kind, clock.pk]
    )
    broken = found(clock)
    assert any("hash" in each or "end of the record" in each for each in broken)
    rehash(clock)
    told = found(clock)
    assert told
    assert not any("hash" in each or "end of the record" in each for each in told)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("column", ["at", "recorded_at"])
def test_a_line_with_another_date_is_found_even_if_the_rest_is_linked_anew(
    clock: Clock, kind: str, column: str
) -> None:
    change(
        "sla_clockevent",
        f"{column} = {column} - interval '1 us'",
        f"kind = '{kind}' AND clock_id = {clock.pk}",
    )
    place = KINDS.index(kind) + 1
    assert f"line {place} does not fit its hash" in found(clock)
    rehash(clock)
    told = found(clock)
    # When a warning was noticed, after its instant, is proven by its link alone.
    assert bool(told) == ((kind, column) != ("warning", "recorded_at"))


@pytest.mark.parametrize("kind", ["activate", "pause", "recompute", "fulfil", "revoke"])
def test_another_detail_breaks_the_chain(clock: Clock, kind: str) -> None:
    tamper(
        "UPDATE sla_clockevent SET detail = overlay(detail placing ' ' from 2 for 0)"
        " WHERE kind = %s AND clock_id = %s",
        [kind, clock.pk],
    )
    assert found(clock)[0] == f"line {KINDS.index(kind) + 1} does not fit its hash"


def test_a_detail_without_sense_is_a_problem_and_not_a_crash(clock: Clock) -> None:
    for detail in ("{", "[]", '{"target":0}', '{"target":"x"}', '{"calendars":{}}'):
        tamper(
            "UPDATE sla_clockevent SET detail = %s"
            " WHERE kind = 'activate' AND clock_id = %s",
            [detail, clock.pk],
        )
        assert len(found(clock)) > 1, detail


def test_a_step_beyond_the_schedule_is_a_problem_and_not_a_crash(clock: Clock) -> None:
    tamper("UPDATE sla_clockevent SET step = 99 WHERE kind = 'escalate'")
    assert "escalate 99 stands nowhere in the schedule" in found(clock)
    tamper("UPDATE sla_clockevent SET kind = 'nonsense' WHERE kind = 'escalate'")
    assert "nonsense 99 is no kind of line" in found(clock)


@pytest.mark.parametrize("kind", ["cancel", "escalate", "resume", "activate", "pause"])
def test_a_line_that_was_added_at_the_end_is_found(clock: Clock, kind: str) -> None:
    last = clock.events.order_by("pk").last()
    assert last is not None
    at = last.recorded_at + timedelta(minutes=1)
    ClockEvent.objects.create(
        clock=clock, kind=kind, step=7, at=at, recorded_at=at, hash=""
    )
    rehash(clock)
    assert found(clock)


def test_a_breach_that_was_swallowed_is_found(ticket: Ticket) -> None:
    """The worst bug of other systems: a late answer that reads as kept."""
    clock = ticket.clocks.get()
    clocks.stop(
        ticket, Metric.FIRST_REPLY, at=clock.due_at + timedelta(seconds=1), by=None
    )
    tamper("DELETE FROM sla_clockevent WHERE kind = 'breach'")
    tamper(
        "UPDATE sla_clock SET outcome = 'met', breached_at = NULL, detected_at = NULL,"
        " stopped_at = due_at, next_step = 0"
    )
    rehash(clock)
    assert "it ended late, yet no breach is on record" in found(clock)


@pytest.mark.parametrize("late_by", [0, 1])
def test_the_deadline_instant_belongs_to_whom_the_promise_says(
    ticket: Ticket, late_by: int
) -> None:
    """Rings count strictly: at the deadline they are too late."""
    for metric in (Metric.RING, Metric.COMPLEX_NOTICE):
        clock = clocks.start(ticket, metric, at=START)
        assert clock is not None
        at = clock.due_at + timedelta(microseconds=late_by)
        clocks.stop(ticket, metric, at=at, by=None)
        assert found(clock) == []
    outcomes = dict(ticket.clocks.values_list("metric", "outcome"))
    assert outcomes["ring"] == "missed"
    assert outcomes["complex_notice"] == ("missed" if late_by else "met")


def test_the_time_that_a_continued_promise_got_is_proven(ticket: Ticket) -> None:
    facts = {"severity": "urgent"}
    clocks.start(ticket, Metric.TOTAL, at=START, facts=facts)
    clocks.stop(ticket, Metric.TOTAL, at=START + timedelta(hours=20), by=None)
    ticket.cycle = 2
    later = clocks.start(
        ticket, Metric.TOTAL, at=START + timedelta(days=2), facts=facts
    )
    assert later is not None
    assert found(later) == []
    tamper(
        "UPDATE sla_clockevent SET detail = replace(detail, '14400000000', '14400000001')"
        " WHERE clock_id = %s",
        [later.pk],
    )
    rehash(later)
    told = found(later)
    assert "remaining time is 4:00:00.000001, the record says 4:00:00" in told
    tamper("UPDATE sla_clock SET continues_id = NULL WHERE id = %s", [later.pk])
    disagree = "the record and the clock disagree on whether it continues another"
    assert disagree in found(later)


def test_a_published_promise_that_was_edited_contradicts_its_clocks(
    ticket: Ticket,
) -> None:
    clock = ticket.clocks.get()
    tamper("UPDATE sla_target SET budget = '60 s' WHERE id = %s", [clock.target_id])
    rules.content.cache_clear()
    try:
        assert any(each.startswith("due_at is ") for each in found(clock))
    finally:
        rules.content.cache_clear()


# --- Many clocks ----------------------------------------------------------------------


def verify(**options: Any) -> str:
    out = StringIO()
    call_command("sla_verify", stdout=out, **options)
    return out.getvalue()


def test_verifying_one_ticket_says_nothing_of_others(clock: Clock) -> None:
    other = InquiryFactory.create(at=START)
    tamper("UPDATE sla_clock SET next_step = 3 WHERE ticket_id = %s", [other.pk])
    assert verify(ticket=clock.ticket.number).startswith("2 clocks agree")
    with pytest.raises(CommandError, match="1 of 1 clocks contradict"):
        verify(ticket=other.number)
    with pytest.raises(CommandError, match="There is no ticket IN0"):
        verify(ticket="IN0")


def test_verifying_since_a_day_leaves_out_what_rested(clock: Clock) -> None:
    # The first reply was given on Tuesday, the investigation ended on Friday.
    assert verify(since="2026-11-24").startswith("2 clocks agree")
    assert verify(since="2026-11-25").startswith("1 clocks agree")
    assert verify(since="2026-11-27T11:00:01+08:00").startswith("0 clocks agree")
    for nonsense in ("soon", "2026-13-01"):
        with pytest.raises(CommandError, match="neither a date nor an instant"):
            verify(since=nonsense)


def test_lines_of_a_clock_that_is_gone_are_found(ticket: Ticket) -> None:
    key = ticket.clocks.get().pk
    tamper("DELETE FROM sla_clock")
    with pytest.raises(CommandError, match="1 of 1 clocks contradict"):
        verify()
    assert verification.orphans() == [key]


def test_pieces_hold_every_clock_once(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    InquiryFactory.create_batch(3, at=START)
    monkeypatch.setattr(records, "PIECE", 2)
    done = list(verification.verify(Scope(), jobs=1))
    assert len(done) > 1
    assert sum(piece.clocks for piece in done) == Clock.objects.count()
    assert sum(piece.lines for piece in done) == ClockEvent.objects.count()


def test_verifying_a_piece_asks_as_many_questions_for_many_clocks(
    clock: Clock, django_assert_num_queries: Any
) -> None:
    def piece() -> verification.Piece:
        return verification.Piece(Scope(), (0, 10**9))

    verification.verify_piece(piece())
    with django_assert_num_queries(3):
        verification.verify_piece(piece())
    InquiryFactory.create_batch(5, at=START)
    with django_assert_num_queries(3):
        verification.verify_piece(piece())


def test_clocks_are_verified_on_several_processes_while_others_move(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    InquiryFactory.create_batch(6, at=START)
    detector.sweep(clock=Hand(START + timedelta(minutes=5)))
    monkeypatch.setattr(records, "PIECE", 2)
    assert verify(jobs=2).startswith("6 clocks agree with their record of 18 lines.\n")
    Clock.objects.filter(pk=Clock.objects.order_by("pk")[3].pk).update(next_step=0)
    with pytest.raises(CommandError, match="1 of 6 clocks contradict"):
        verify(jobs=2)


def test_the_earliest_instant_of_a_day_counts(clock: Clock) -> None:
    assert Scope(since=datetime.fromisoformat("2026-11-24T00:00+08:00")).clocks()
