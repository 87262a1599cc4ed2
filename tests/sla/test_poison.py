"""A row that cannot be moved is set aside and told of; it never holds up the others."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection

from inquiries import services
from inquiries.models import Inquiry
from sla import claims, detector, salvage
from sla.metrics import Metric
from sla.models import Clock, ClockEvent, Heartbeat
from sla.salvage import Shunned
from sla.services import audit, clocks, pauses, set_aside
from staff.models import User
from tests.factories import InquiryFactory, UserFactory
from tests.instants import DUE, Hand, after
from tickets.models import Message, Ticket

pytestmark = pytest.mark.django_db

Spoil = Callable[[Clock], None]


def sql(statement: str, *values: Any) -> None:
    """What somebody does to the database by hand, past all its guards."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE sla_clock DROP CONSTRAINT clock_schedule_is_whole")
        cursor.execute(statement, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "ALTER TABLE sla_clock ADD CONSTRAINT clock_schedule_is_whole CHECK ("
            " set_aside_at IS NOT NULL OR cardinality(schedule) > breach_step"
            " AND array_position(schedule, NULL) IS NULL) NOT VALID"
        )


def cut_short(clock: Clock) -> None:
    sql("UPDATE sla_clock SET schedule = schedule[1:1] WHERE id = %s", clock.pk)


def full_of_holes(clock: Clock) -> None:
    sql(
        "UPDATE sla_clock SET schedule[1] = NULL, schedule[2] = NULL WHERE id = %s",
        clock.pk,
    )


def has_a_line_too_many(clock: Clock) -> None:
    sql(
        "INSERT INTO sla_clockevent (clock_id, kind, step, at, recorded_at, hash)"
        " VALUES (%s, 'warning', 0, %s, %s, 'forged')",
        clock.pk,
        after(24),
        after(24),
    )


def counts_beyond_its_numbers(clock: Clock) -> None:
    sql("UPDATE sla_clock SET next_step = 32767 WHERE id = %s", clock.pk)


BAD_ROWS = [
    cut_short,
    full_of_holes,
    has_a_line_too_many,
    counts_beyond_its_numbers,
]


@pytest.fixture(autouse=True)
def _nothing_is_shunned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(set_aside, "_SHUNNED", Shunned())


@pytest.fixture
def agent() -> User:
    return UserFactory.create()


@pytest.fixture
def nine() -> list[Clock]:
    """Nine promises that fall due at the same instant."""
    for _ in range(9):
        InquiryFactory.create()
    return list(Clock.objects.order_by("pk"))


def watch_once(at: datetime) -> detector.Drained:
    return detector.watch(clock=Hand(at), seconds=0, extra=0)


def breached() -> set[int]:
    return set(Clock.objects.filter(breached_at=DUE).values_list("pk", flat=True))


@pytest.mark.parametrize("spoil", BAD_ROWS)
def test_a_bad_row_is_set_aside_and_all_others_move_in_the_same_pass(
    nine: list[Clock], spoil: Spoil, caplog: pytest.LogCaptureFixture
) -> None:
    bad = nine[4]
    spoil(bad)
    with caplog.at_level(logging.ERROR, logger="sla"):
        found = watch_once(after(31))
    assert found.claimed == 16
    assert breached() == {clock.pk for clock in nine} - {bad.pk}
    bad.refresh_from_db()
    assert (bad.status, bad.wake_at, bad.set_aside_at) == ("running", None, after(31))
    assert list(Clock.objects.set_aside()) == [bad]
    (said,) = caplog.messages
    assert f"clock {bad.pk} is set aside" in said
    assert "Failing row" not in caplog.text
    assert watch_once(after(32)).claimed == 0


def test_several_bad_rows_hold_up_nobody(nine: list[Clock]) -> None:
    for place, spoil in zip((0, 3, 4, 8), BAD_ROWS, strict=True):
        spoil(nine[place])
    assert watch_once(after(31)).claimed == 10
    assert breached() == {nine[place].pk for place in (1, 2, 5, 6, 7)}
    assert Clock.objects.set_aside().count() == 4


def test_a_row_that_cannot_even_be_set_aside_is_left_alone_for_a_while(
    nine: list[Clock],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bad = nine[4]
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION stuck() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'stuck'; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER stuck BEFORE UPDATE ON sla_clock FOR EACH ROW"
            f" WHEN (OLD.id = {bad.pk}) EXECUTE FUNCTION stuck()"
        )
    assert watch_once(after(31)).claimed == 16
    assert f"clock {bad.pk} is left alone" in caplog.text
    assert not Clock.objects.set_aside().exists()
    assert claims.next_wake_at(watermark=after(-60)) == after(30 + 1800)
    assert watch_once(after(32)).claimed == 0
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER stuck ON sla_clock")
    monkeypatch.setattr(set_aside, "_SHUNNED", Shunned({bad.pk: 0.0}))
    assert detector.sweep(clock=Hand(after(33))).claimed == 2


def test_what_is_no_fault_of_a_row_sets_nothing_aside(
    nine: list[Clock], monkeypatch: pytest.MonkeyPatch
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL default_transaction_read_only = on")
    monkeypatch.setattr(claims, "CLAIM_SQL", "SELECT no_such_column FROM sla_clock")
    with pytest.raises(DatabaseError):
        watch_once(after(31))
    assert not Clock.objects.set_aside().exists()


@pytest.mark.parametrize("instants", [[], [after(24)], [after(24), DUE, None]])
def test_the_database_refuses_a_schedule_with_holes(
    nine: list[Clock], instants: list[datetime | None]
) -> None:
    with pytest.raises(DatabaseError, match="clock_schedule_is_whole"):
        Clock.objects.filter(pk=nine[0].pk).update(schedule=instants)


def test_the_database_refuses_a_running_clock_that_never_wakes(
    nine: list[Clock],
) -> None:
    with pytest.raises(DatabaseError, match="clock_that_runs_wakes"):
        Clock.objects.filter(pk=nine[0].pk).update(wake_at=None)


# --- Answers -------------------------------------------------------------------------


@pytest.mark.parametrize("spoil", BAD_ROWS)
@pytest.mark.parametrize("seconds", [20, 60])
def test_no_answer_fails_because_of_a_clock_that_is_set_aside(
    agent: User, spoil: Spoil, seconds: int
) -> None:
    inquiry: Inquiry = InquiryFactory.create()
    bad = Clock.objects.get()
    spoil(bad)
    Clock.objects.update(set_aside_at=after(10), wake_at=None)
    services.reply(inquiry, text="您好，在的。", by=agent, at=after(seconds))
    assert Message.objects.filter(ticket=inquiry, author=agent).count() == 1
    bad.refresh_from_db()
    assert bad.outcome == ("met" if seconds <= 30 else "missed")
    assert bad.set_aside_at is None
    inquiry.refresh_from_db()
    assert inquiry.next_due_at is None


def test_an_answer_goes_out_even_if_the_record_says_nothing(
    agent: User, caplog: pytest.LogCaptureFixture
) -> None:
    inquiry: Inquiry = InquiryFactory.create()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE sla_clockevent DISABLE TRIGGER USER")
        cursor.execute("UPDATE sla_clockevent SET kind = 'fulfil', step = 0")
        cursor.execute("ALTER TABLE sla_clockevent ENABLE TRIGGER USER")
    Clock.objects.update(set_aside_at=after(10), wake_at=None)
    services.reply(inquiry, text="您好，在的。", by=agent, at=after(20))
    assert Message.objects.filter(ticket=inquiry, author=agent).count() == 1
    clock = Clock.objects.get()
    assert (clock.status, clock.set_aside_at) == ("running", after(10))
    assert "stays aside (CannotPutBack)" in caplog.text
    assert "stays aside (IntegrityError)" in caplog.text


# --- Putting back --------------------------------------------------------------------


@pytest.mark.parametrize("spoil", [cut_short, full_of_holes, counts_beyond_its_numbers])
def test_a_clock_is_put_back_from_its_record_and_found_by_the_next_sweep(
    nine: list[Clock], spoil: Spoil, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = nine[4]
    spoil(bad)
    watch_once(after(31))
    call_command("sla_put_back", bad.ticket.number)
    assert capsys.readouterr().out == f"{bad.ticket.number} first_reply: runs again\n"
    assert not Clock.objects.set_aside().exists()
    assert detector.sweep(clock=Hand(after(60))).claimed == 2
    assert bad.pk in breached()
    for clock in Clock.objects.all():
        assert audit.problems(clock) == []


def test_what_is_wrong_with_the_record_is_said_when_a_clock_is_put_back(
    nine: list[Clock], capsys: pytest.CaptureFixture[str]
) -> None:
    bad = nine[4]
    has_a_line_too_many(bad)
    watch_once(after(31))
    call_command("sla_put_back", "--all")
    assert "runs again" in capsys.readouterr().out
    assert detector.sweep(clock=Hand(after(60))).claimed == 1
    assert bad.pk in breached()
    bad.refresh_from_db()
    assert audit.problems(bad) == ["line 2 does not fit its hash"]


def test_a_clock_without_a_readable_record_stays_aside() -> None:
    inquiry: Inquiry = InquiryFactory.create()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE sla_clockevent DISABLE TRIGGER USER")
        cursor.execute("UPDATE sla_clockevent SET detail = 'nonsense'")
        cursor.execute("ALTER TABLE sla_clockevent ENABLE TRIGGER USER")
    Clock.objects.update(set_aside_at=after(10), wake_at=None)
    with pytest.raises(CommandError, match="1 clocks have no readable record"):
        call_command("sla_put_back", inquiry.number)
    assert Clock.objects.set_aside().exists()


# --- Pauses --------------------------------------------------------------------------


def test_a_pause_that_cannot_end_holds_up_no_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Three clocks wait for evidence; the record of one has a line too many."""
    agent = UserFactory.create()
    tickets: list[Ticket] = [InquiryFactory.create() for _ in range(3)]
    for ticket in tickets:
        clocks.start(ticket, Metric.INVESTIGATION, at=after(0), facts={"type": "fee"})
        pauses.pause(
            ticket,
            Metric.INVESTIGATION,
            reason="awaiting_evidence",
            at=after(60),
            by=agent,
        )
    bad = Clock.objects.get(metric="investigation", ticket=tickets[0])
    sql(
        "INSERT INTO sla_clockevent (clock_id, kind, step, at, recorded_at, hash)"
        " VALUES (%s, 'resume', 0, %s, %s, 'forged')",
        bad.pk,
        after(90),
        after(90),
    )
    much_later = after(days=30)
    assert pauses.resume_overdue(at=much_later) == 2
    assert f"clock {bad.pk} is set aside (IntegrityError)" in caplog.text
    assert pauses.resume_overdue(at=much_later + timedelta(seconds=1)) == 0


# --- The halving itself --------------------------------------------------------------


def test_two_bad_ones_in_a_thousand_cost_few_attempts() -> None:
    done: list[int] = []
    bad: list[int] = []
    attempts = 0

    def act(numbers: object) -> None:
        nonlocal attempts
        attempts += 1
        assert isinstance(numbers, list)
        if {333, 777} & set(numbers):
            raise ValueError
        done.extend(numbers)

    salvage.do_for_each(
        list(range(1000)), act, on_bad=lambda number, _error: bad.append(number)
    )
    assert bad == [333, 777]
    assert len(done) == 998
    assert attempts < 50


# --- Figures -------------------------------------------------------------------------


def test_the_histogram_counts_every_step_in_its_bucket() -> None:
    InquiryFactory.create()
    watch_once(after(24.003))
    watch_once(after(30.7))
    detector.sweep(clock=Hand(after(31, hours=5)))
    pulse = Heartbeat.objects.get()
    assert pulse.claimed_total == 4
    assert sum(pulse.lag_counts) == 4
    buckets = dict(zip((*detector.LAG_BUCKETS_MS, None), pulse.lag_counts, strict=True))
    assert (buckets[5], buckets[1000], buckets[None]) == (1, 1, 2)
    three_lags = 3 + 700 + (4.5 * 3600 + 1) * 1000 + 3601 * 1000
    assert pulse.lag_sum_ms == pytest.approx(three_lags)
    assert pulse.last_tick_at == after(30.7)


def test_a_histogram_of_an_earlier_version_is_empty_and_fills_up() -> None:
    watch_once(after(1))
    Heartbeat.objects.update(lag_counts=[])
    InquiryFactory.create()
    watch_once(after(24.003))
    counts = Heartbeat.objects.get().lag_counts
    assert len(counts) == len(detector.LAG_BUCKETS_MS) + 1
    assert sum(counts) == ClockEvent.objects.filter(kind="warning").count() == 1
