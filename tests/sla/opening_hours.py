"""The hours of the company, and calendars drawn at random."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from sla.business_time import (
    BadHours,
    BusinessTime,
    Day,
    DayKind,
    Hours,
    Interval,
    compile_hours,
)

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
MICROSECOND: Final = timedelta(microseconds=1)
ONE_DAY: Final = timedelta(days=1)
QUARTER: Final = timedelta(minutes=15)


def hours(*pairs: tuple[float, float]) -> tuple[Interval, ...]:
    """Intervals from one hour to another."""
    return tuple(
        Interval(round(opens * 3600), round(closes * 3600)) for opens, closes in pairs
    )


def days_between(first: str, last: str) -> list[date]:
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return [start + number * ONE_DAY for number in range((end - start).days + 1)]


HOLIDAYS_2026: Final = [
    *days_between("2026-01-01", "2026-01-03"),
    *days_between("2026-02-15", "2026-02-23"),
    *days_between("2026-04-04", "2026-04-06"),
    *days_between("2026-05-01", "2026-05-05"),
    *days_between("2026-06-19", "2026-06-21"),
    *days_between("2026-09-25", "2026-09-27"),
    *days_between("2026-10-01", "2026-10-07"),
]
ADJUSTED_2026: Final = [
    date(2026, 1, 4),
    date(2026, 2, 14),
    date(2026, 2, 28),
    date(2026, 5, 9),
    date(2026, 9, 20),
    date(2026, 10, 10),
]
LONG: Final = hours((9, 21))
SHORT: Final = hours((10, 18))
ALL_DAY: Final = hours((0, 24))

OBJECTION_SERVICE: Final = Hours(
    timezone="Asia/Shanghai",
    weekly={weekday: LONG if weekday < 5 else SHORT for weekday in range(7)},
    holiday=SHORT,
    adjusted_workday=LONG,
    working_weekdays=frozenset(range(5)),
    days={day: Day(DayKind.HOLIDAY) for day in HOLIDAYS_2026}
    | {day: Day(DayKind.ADJUSTED_WORKDAY) for day in ADJUSTED_2026},
    years=frozenset({2026}),
)
WORKING_DAY: Final = replace(
    OBJECTION_SERVICE, weekly=dict.fromkeys(range(5), LONG), holiday=()
)
ALWAYS: Final = Hours(
    timezone="Asia/Shanghai",
    weekly=dict.fromkeys(range(7), ALL_DAY),
    holiday=ALL_DAY,
    adjusted_workday=ALL_DAY,
    working_weekdays=frozenset(range(7)),
    days={},
    years=None,
)


def plain(timezone: str, *pairs: tuple[float, float]) -> Hours:
    """The same hours every day, every day a working day."""
    return replace(
        ALWAYS, timezone=timezone, weekly=dict.fromkeys(range(7), hours(*pairs))
    )


def over(said: Hours, first: str, last: str) -> BusinessTime:
    """Compiled from one date to another."""
    return compile_hours(
        said, first=date.fromisoformat(first), last=date.fromisoformat(last)
    )


def moment(instant: int) -> datetime:
    """So many microseconds after 1970."""
    return datetime(1970, 1, 1, tzinfo=UTC) + instant * MICROSECOND


# Weeks in which clocks are changed, most at night, some at midnight; and some without.
WEEKS: Final = [
    ("Asia/Shanghai", date(2026, 9, 24)),
    ("UTC", date(2027, 12, 24)),
    ("Europe/Berlin", date(2026, 3, 26)),
    ("Europe/Berlin", date(2026, 10, 22)),
    ("America/New_York", date(2026, 3, 5)),
    ("America/New_York", date(2026, 10, 29)),
    ("Australia/Lord_Howe", date(2026, 4, 2)),
    ("Australia/Lord_Howe", date(2026, 10, 1)),
    ("America/Santiago", date(2026, 4, 2)),
    ("America/Santiago", date(2026, 9, 3)),
    ("Africa/Cairo", date(2026, 4, 22)),
    ("Africa/Cairo", date(2026, 10, 27)),
]


@st.composite
def patterns(draw: st.DrawFn, dawn: int) -> tuple[Interval, ...]:
    """Up to three intervals in the 24 hours from `dawn`, in quarters of an hour."""
    marks = st.integers(dawn, dawn + 96)
    ends = sorted(draw(st.sets(marks, max_size=6)))
    pairs = zip(ends[::2], ends[1::2], strict=False)
    return tuple(
        Interval(opens * 900, closes * 900) for opens, closes in pairs if opens < 96
    )


@st.composite
def calendars(draw: st.DrawFn) -> tuple[Hours, BusinessTime]:
    """Two weeks of a calendar that opens at times, with days of every kind.

    All days change at the same hour, so that none runs into the next.
    """
    timezone, first = draw(st.sampled_from(WEEKS))
    pattern = patterns(draw(st.sampled_from([0, 0, 1, 8, 32])))
    dates = [first + number * ONE_DAY for number in range(14)]
    special = st.builds(Day, st.just(DayKind.SPECIAL), pattern)
    other = st.sampled_from([Day(DayKind.HOLIDAY), Day(DayKind.ADJUSTED_WORKDAY)])
    said = Hours(
        timezone=timezone,
        weekly=draw(st.dictionaries(st.integers(0, 6), pattern, max_size=7)),
        holiday=draw(pattern),
        adjusted_workday=draw(pattern),
        working_weekdays=draw(st.frozensets(st.integers(0, 6))),
        days=draw(st.dictionaries(st.sampled_from(dates), special | other, max_size=6)),
        years=draw(st.none() | st.frozensets(st.sampled_from([2026, 2027, 2028]))),
    )
    try:
        return said, compile_hours(said, first=dates[0], last=dates[-1])
    except BadHours as refusal:
        if refusal.reason != "never_opens":
            raise
        opening = {first.weekday(): hours((9, 17))}
        said = replace(said, weekly=opening, days={})
        return said, compile_hours(said, first=dates[0], last=dates[-1])


def instants(calendar: BusinessTime) -> st.SearchStrategy[datetime]:
    """Moments within a calendar, many of them where something begins or ends."""
    edges = [*calendar.starts, *calendar.ends, *calendar.clock.edges[1:-1]]
    near = st.builds(int.__add__, st.sampled_from(edges), st.integers(-1, 1))
    anywhere = st.integers(calendar.begin, calendar.end)
    return (near | anywhere).map(
        lambda instant: moment(min(max(instant, calendar.begin), calendar.end))
    )


def amounts(calendar: BusinessTime) -> st.SearchStrategy[timedelta]:
    """Lengths of open time, many of them a whole number of openings, give or take."""
    whole = st.builds(
        lambda one, other, off: max(0, abs(one - other) + off),
        st.sampled_from(calendar.before),
        st.sampled_from(calendar.before),
        st.integers(-1, 1),
    )
    return (whole | st.integers(0, calendar.before[-1])).map(
        lambda amount: amount * MICROSECOND
    )
