"""A clock's record cannot be changed unseen, not even with SQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from hypothesis import example, given, settings
from hypothesis import strategies as st

from inquiries import services
from inquiries.models import Inquiry
from sla import detector, ledger
from sla.models import Clock, ClockEvent
from sla.services import audit
from tests.factories import InquiryFactory, UserFactory
from tests.instants import DUE, Hand, after


@pytest.fixture
def missed(db: None) -> Clock:
    """A clock with every kind of line: detected, escalated, answered at last."""
    inquiry: Inquiry = InquiryFactory.create()
    detector.sweep(clock=Hand(after(minutes=31)))
    services.reply(inquiry, text="抱歉。", by=UserFactory.create(), at=after(hours=1))
    return Clock.objects.get()


@contextmanager
def without_the_guard() -> Iterator[None]:
    """What somebody with the password of the database can do."""
    with connection.cursor() as cursor:
        # Checks that wait for the end of the transaction would forbid ALTER TABLE.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE sla_clockevent DISABLE TRIGGER USER")
    yield
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE sla_clockevent ENABLE TRIGGER USER")


def test_the_record_of_an_honest_clock_has_no_problems(missed: Clock) -> None:
    kinds = ClockEvent.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["activate", "warning", "breach", "escalate", "fulfil"]
    assert audit.problems(missed) == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE sla_clockevent SET at = at - interval '1 second'",
        "UPDATE sla_clockevent SET hash = ''",
        "UPDATE sla_clockevent SET actor_id = NULL WHERE kind = 'fulfil'",
        "UPDATE sla_clockevent SET announced_at = now(), step = 7",
        "DELETE FROM sla_clockevent WHERE kind = 'breach'",
        "DELETE FROM sla_clockevent",
    ],
)
def test_the_database_refuses_to_change_a_line(missed: Clock, change: str) -> None:
    with (
        pytest.raises(DatabaseError, match="clock_event_append_only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)
    assert audit.problems(missed) == []


def test_a_line_is_possible_once_only_whoever_writes_it(missed: Clock) -> None:
    for line in list(missed.events.all()):
        with (
            pytest.raises(DatabaseError, match="clock_event_once"),
            transaction.atomic(),
        ):
            ClockEvent.objects.create(
                clock=missed,
                kind=line.kind,
                step=line.step,
                at=line.at,
                recorded_at=after(hours=2),
                hash="",
            )


def test_a_line_is_marked_as_told_once_and_never_unmarked(missed: Clock) -> None:
    lines = ClockEvent.objects.filter(kind="breach")
    assert lines.update(announced_at=after(31)) == 1
    for value in (None, after(50)):
        with (
            pytest.raises(DatabaseError, match="clock_event_append_only"),
            transaction.atomic(),
        ):
            lines.update(announced_at=value)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("DELETE FROM sla_clock", "clock_stays"),
        ("UPDATE sla_clock SET id = id + 1000", "clock_stays"),
        (
            (
                "INSERT INTO sla_clockevent (clock_id, kind, step, at, recorded_at, hash)"
                " VALUES (0, 'fulfil', 0, now(), now(), '')"
            ),
            "clock_event_has_clock",
        ),
        (
            (
                "INSERT INTO sla_clockevent (clock_id, kind, step, at, recorded_at, hash)"
                " SELECT id, 'cancel', 0, now(), now(), '' FROM sla_clock"
                " UNION SELECT 0, 'cancel', 0, now(), now(), ''"
            ),
            "clock_event_has_clock",
        ),
    ],
)
def test_there_is_no_clock_without_record_and_no_record_without_clock(
    missed: Clock, change: str, rule: str
) -> None:
    with (
        pytest.raises(DatabaseError, match=rule),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)
    assert Clock.objects.get() == missed
    assert audit.problems(missed) == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (
            "UPDATE sla_clockevent SET recorded_at = at + interval '1 us'"  # noqa: ISC004
            " WHERE kind = 'fulfil'",
            "line 5 does not fit its hash",
        ),
        (
            "UPDATE sla_clockevent SET actor_id = NULL WHERE kind = 'fulfil'",
            "line 5 does not fit its hash",
        ),
        (
            "DELETE FROM sla_clockevent WHERE kind = 'breach'",
            "line 3 does not fit its hash",
        ),
        (
            "DELETE FROM sla_clockevent WHERE kind = 'fulfil'",
            "the end of the record is not the one that the clock remembers",
        ),
        (
            "UPDATE sla_clockevent SET at = at + interval '5 s' WHERE kind = 'breach'",
            "line 3 does not fit its hash",
        ),
    ],
)
def test_a_change_behind_the_databases_back_is_found(
    missed: Clock, change: str, found: str
) -> None:
    with without_the_guard(), connection.cursor() as cursor:
        cursor.execute(change)
    assert found in audit.problems(missed)


def test_a_forged_line_with_a_right_hash_contradicts_the_clock(missed: Clock) -> None:
    """A forger who knows how to hash would have to forge the clock as well."""
    end = ClockEvent.objects.get(kind="fulfil")
    line = ClockEvent.objects.get(kind="escalate")
    forged = ledger.link(
        previous=line.hash,
        clock_id=missed.pk,
        kind="fulfil",
        step=0,
        at=after(29),
        recorded_at=after(29),
        actor_id=end.actor_id,
    )
    with without_the_guard():
        ClockEvent.objects.filter(pk=end.pk).update(
            at=after(29), recorded_at=after(29), hash=forged
        )
    Clock.objects.update(chain_head=forged)
    missed.refresh_from_db()
    found = audit.problems(missed)
    assert "the record runs backwards" in found
    assert f"stopped_at is {after(hours=1)}, the record says {after(29)}" in found


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        ({"detected_at": None}, "detected_at is None, the record says"),
        ({"breached_at": None, "outcome": "met", "stopped_at": DUE}, "outcome is met"),
        ({"next_step": 1}, "next_step is 1, the record says 3"),
    ],
)
def test_a_clock_that_contradicts_its_record_is_found(
    missed: Clock, columns: dict[str, object], found: str
) -> None:
    before = {name: getattr(missed, name) for name in columns}
    Clock.objects.update(**columns)
    missed.refresh_from_db()
    assert any(problem.startswith(found) for problem in audit.problems(missed))
    Clock.objects.update(**before)
    missed.refresh_from_db()
    assert audit.problems(missed) == []


def test_sla_verify_says_that_all_is_well_or_which_clock_is_not(missed: Clock) -> None:
    out = StringIO()
    call_command("sla_verify", stdout=out)
    assert out.getvalue().startswith("1 clocks agree with their record of 5 lines.\n")
    Clock.objects.update(next_step=1)
    with pytest.raises(CommandError, match="1 of 1 clocks contradict their record"):
        call_command("sla_verify", stdout=out)
    assert f"{missed.ticket.number} first_reply: next_step is 1" in out.getvalue()


instants = st.datetimes(
    datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)
)


@pytest.mark.django_db
@settings(deadline=None)
@example(previous="", at=after(0), later=timedelta(microseconds=1), step=0, clock_id=1)
@example(
    previous="f" * 64,
    at=datetime(2262, 4, 11, 23, 47, 16, 854775, tzinfo=UTC),
    later=timedelta(0),
    step=9,
    clock_id=2**62,
)
@given(
    previous=st.text("0123456789abcdef", max_size=64),
    at=instants,
    later=st.timedeltas(timedelta(0), timedelta(days=400)),
    step=st.integers(0, 30),
    clock_id=st.integers(1, 2**62),
)
def test_python_and_postgresql_make_the_same_link(
    previous: str, at: datetime, later: timedelta, step: int, clock_id: int
) -> None:
    expression = ledger.LINK_SQL.format(
        previous="%s",
        clock_id="%s::bigint",
        kind="%s",
        step="%s::smallint",
        at="%s::timestamptz",
        recorded_at="%s::timestamptz",
    )
    values: list[Any] = [previous, clock_id, "breach", step, at, at + later]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {expression}", values)
        (made_by_postgresql,) = cursor.fetchone()
    assert made_by_postgresql == ledger.link(
        previous=previous,
        clock_id=clock_id,
        kind="breach",
        step=step,
        at=at,
        recorded_at=at + later,
        actor_id=None,
    )
