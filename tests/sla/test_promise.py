"""What terms mean in instants: deadlines, warnings, ladders, and what a pause does."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.business_time import (
    BusinessTime,
    Day,
    DayKind,
    Hours,
    Interval,
    compile_hours,
)
from sla.promise import (
    BUSINESS,
    CALENDAR_DAYS,
    WORKING_DAYS,
    Length,
    Terms,
    plan,
    resume,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOUR = 3600
LONG = (Interval(9 * HOUR, 21 * HOUR),)
SHORT = (Interval(10 * HOUR, 18 * HOUR),)


def calendar(weekend: tuple[Interval, ...]) -> BusinessTime:
    """Weekdays 9-21; 2026-10-01 a holiday, 2026-10-10 an adjusted workday."""
    hours = Hours(
        timezone="Asia/Shanghai",
        weekly={number: LONG if number < 5 else weekend for number in range(7)},
        holiday=weekend,
        adjusted_workday=LONG,
        working_weekdays=frozenset(range(5)),
        days={
            date(2026, 10, 1): Day(DayKind.HOLIDAY),
            date(2026, 10, 10): Day(DayKind.ADJUSTED_WORKDAY),
        },
        years=frozenset({2026}),
    )
    return compile_hours(hours, first=date(2025, 1, 1), last=date(2028, 12, 31))


CALENDARS: Mapping[str, BusinessTime] = {
    "window": calendar(SHORT),
    "working": calendar(()),
}


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


def wall(**length: float) -> Length:
    return Length(amount=timedelta(**length))


def open_time(**length: float) -> Length:
    return Length(BUSINESS, amount=timedelta(**length), calendar="window")


def working_days(days: int) -> Length:
    return Length(WORKING_DAYS, days=days, calendar="working")


def test_thirty_seconds_by_the_clock_warn_at_24_and_climb_the_ladder() -> None:
    terms = Terms(
        wall(seconds=30),
        Fraction(8, 10),
        (Length(), wall(minutes=30), working_days(1)),
    )
    start = local("2026-11-24 14:00:00")
    found = plan(terms, start=start, calendars=CALENDARS)
    assert found.schedule == (
        local("2026-11-24 14:00:24"),
        local("2026-11-24 14:00:30"),
        local("2026-11-24 14:30:30"),
        local("2026-11-25 21:00:00"),
    )
    assert found.breach_step == 1
    assert found.due_at == local("2026-11-24 14:00:30")
    assert not found.flagged


@pytest.mark.parametrize(
    ("limit", "start", "due"),
    [
        (open_time(hours=1), "2026-11-24 20:30", "2026-11-25 09:30"),
        (working_days(1), "2026-11-27 16:00", "2026-11-30 21:00"),
        (working_days(1), "2026-10-09 16:00", "2026-10-10 21:00"),
        (
            Length(CALENDAR_DAYS, days=15, calendar="window"),
            "2026-11-01 09:00",
            "2026-11-17 00:00",
        ),
    ],
    ids=["open hours", "a working day", "to an adjusted workday", "days of a statute"],
)
def test_each_unit_has_its_own_deadline(limit: Length, start: str, due: str) -> None:
    found = plan(Terms(limit), start=local(start), calendars=CALENDARS)
    assert found.schedule == (local(due),)
    assert found.breach_step == 0


def test_a_warning_in_open_hours_waits_for_the_doors_to_open() -> None:
    terms = Terms(open_time(hours=1), Fraction(8, 10))
    found = plan(terms, start=local("2026-11-24 20:30"), calendars=CALENDARS)
    assert found.schedule[0] == local("2026-11-25 09:18")


def test_a_warning_of_a_working_day_counts_open_hours() -> None:
    terms = Terms(working_days(1), Fraction(1, 2))
    found = plan(terms, start=local("2026-11-24 15:00"), calendars=CALENDARS)
    # 6 h are left of Tuesday and 12 h of Wednesday: half of 18 h is Wednesday noon.
    assert found.schedule == (local("2026-11-25 12:00"), local("2026-11-25 21:00"))


def test_a_rung_may_stand_before_the_deadline_in_open_hours() -> None:
    before = Length(BUSINESS, amount=timedelta(minutes=-45), calendar="window")
    terms = Terms(open_time(hours=4), Fraction(1, 2), (before, Length()))
    found = plan(terms, start=local("2026-11-24 19:00"), calendars=CALENDARS)
    assert found.schedule == (
        local("2026-11-24 21:00"),
        local("2026-11-25 10:15"),
        local("2026-11-25 11:00"),
    )
    assert found.breach_step == 2


def test_a_ladder_is_climbed_in_its_order_even_over_a_holiday() -> None:
    terms = Terms(wall(seconds=30), None, (Length(), working_days(1), wall(hours=4)))
    found = plan(terms, start=local("2026-09-30 23:00"), calendars=CALENDARS)
    assert list(found.schedule) == sorted(found.schedule)
    # A holiday makes an escalation later, never earlier.
    assert found.schedule[1] == local("2026-10-02 21:00")


def test_a_year_without_holidays_flags_the_promise() -> None:
    start = local("2026-12-31 20:30")
    assert plan(Terms(open_time(hours=1)), start=start, calendars=CALENDARS).flagged
    assert not plan(Terms(wall(hours=9)), start=start, calendars=CALENDARS).flagged
    earlier = local("2026-12-31 19:00")
    found = plan(Terms(open_time(hours=1)), start=earlier, calendars=CALENDARS)
    assert not found.flagged


def test_a_pause_moves_all_that_is_to_come_by_its_length() -> None:
    terms = Terms(wall(hours=1), Fraction(8, 10), (Length(), wall(minutes=30)))
    start = local("2026-11-24 14:00")
    schedule = plan(terms, start=start, calendars=CALENDARS).schedule
    found = resume(
        terms,
        schedule=schedule,
        next_step=1,
        paused_at=local("2026-11-24 14:50"),
        resumed_at=local("2026-11-24 15:50:00.000007"),
        calendars=CALENDARS,
    )
    assert found == (
        local("2026-11-24 14:48"),
        local("2026-11-24 16:00:00.000007"),
        local("2026-11-24 16:30:00.000007"),
    )


def test_a_pause_over_night_in_open_hours_costs_only_open_time() -> None:
    terms = Terms(open_time(hours=4))
    start = local("2026-11-24 19:00")
    schedule = plan(terms, start=start, calendars=CALENDARS).schedule
    (due,) = resume(
        terms,
        schedule=schedule,
        next_step=0,
        paused_at=local("2026-11-24 20:00"),
        resumed_at=local("2026-11-25 09:00"),
        calendars=CALENDARS,
    )
    assert schedule == (local("2026-11-25 11:00"),)
    assert due == local("2026-11-25 12:00")


def test_after_a_missed_deadline_a_pause_moves_only_the_rungs_to_come() -> None:
    terms = Terms(wall(minutes=1), None, (Length(), wall(minutes=30), wall(hours=4)))
    start = local("2026-11-24 14:00")
    schedule = plan(terms, start=start, calendars=CALENDARS).schedule
    found = resume(
        terms,
        schedule=schedule,
        next_step=1,
        paused_at=local("2026-11-24 14:11"),
        resumed_at=local("2026-11-24 15:11"),
        calendars=CALENDARS,
    )
    assert found == (
        local("2026-11-24 14:01"),
        local("2026-11-24 15:31"),
        local("2026-11-24 19:01"),
    )


MOMENTS = st.datetimes(
    min_value=datetime(2026, 1, 5), max_value=datetime(2027, 6, 1)
).map(lambda naive: naive.replace(tzinfo=UTC))
LIMITS = st.one_of(
    st.timedeltas(timedelta(microseconds=1), timedelta(days=3)).map(
        lambda amount: Length(amount=amount)
    ),
    st.timedeltas(timedelta(microseconds=1), timedelta(days=3)).map(
        lambda amount: Length(BUSINESS, amount=amount, calendar="window")
    ),
    st.integers(1, 20).map(working_days),
    st.integers(1, 20).map(
        lambda days: Length(CALENDAR_DAYS, days=days, calendar="window")
    ),
)
PAUSES = st.lists(st.tuples(st.integers(0, 10**12), st.integers(0, 10**12)), max_size=4)


@given(MOMENTS, LIMITS, PAUSES)
def test_time_counted_outside_of_pauses_is_the_time_promised(
    start: datetime, limit: Length, pauses: list[tuple[int, int]]
) -> None:
    """However often a clock pauses, it counts exactly what it was given."""
    schedule = plan(Terms(limit), start=start, calendars=CALENDARS).schedule
    promised = limit.elapsed(start, schedule[0], CALENDARS)
    counted = timedelta(0)
    since = start
    for run, rest in pauses:
        paused_at = since + timedelta(microseconds=run)
        if paused_at >= schedule[0]:
            break
        resumed_at = paused_at + timedelta(microseconds=rest)
        counted += limit.elapsed(since, paused_at, CALENDARS)
        schedule = resume(
            Terms(limit),
            schedule=schedule,
            next_step=0,
            paused_at=paused_at,
            resumed_at=resumed_at,
            calendars=CALENDARS,
        )
        since = resumed_at
    assert counted + limit.elapsed(since, schedule[0], CALENDARS) == promised


@given(MOMENTS, LIMITS)
def test_a_schedule_is_in_order(start: datetime, limit: Length) -> None:
    ladder = (
        Length(BUSINESS, amount=timedelta(hours=-1), calendar="window"),
        Length(),
        wall(minutes=30),
        wall(hours=4),
        working_days(1),
    )
    found = plan(
        Terms(limit, Fraction(8, 10), ladder), start=start, calendars=CALENDARS
    )
    assert list(found.schedule) == sorted(found.schedule)
    assert start <= found.schedule[0]
    assert found.schedule[found.breach_step] == limit.after(start, CALENDARS)
