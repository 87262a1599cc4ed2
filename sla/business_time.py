"""Business time: how open hours, holidays and working days turn into instants.

A calendar is compiled once into its open stretches with running totals; every question
is then a search in them. All arithmetic is in whole microseconds.
"""

import sys
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import accumulate, pairwise
from typing import Final, Literal
from zoneinfo import ZoneInfo

from sla.wall_clock import DAY, EPOCH, SECOND, WallClock, date_of, day_number

DAY_SECONDS: Final = 86_400
MICROSECOND: Final = timedelta(microseconds=1)
WEEKDAYS: Final = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)

Reason = Literal[
    "overlap", "empty", "backwards", "out_of_range", "never_opens", "bad_timezone"
]


class BadHours(ValueError):
    """Hours that make no calendar: where, and why."""

    def __init__(self, place: str, reason: Reason) -> None:
        super().__init__(f"{place}: {reason}")
        self.place = place
        self.reason = reason


class BeyondHorizon(ValueError):
    """A question or its answer lies outside of what the calendar was compiled for."""


@dataclass(frozen=True, order=True)
class Interval:
    """Open from one second after local midnight to another.

    A closing past 86,400 lies on the next day.
    """

    opens: int
    closes: int


class DayKind(StrEnum):
    """How a date differs from its weekday."""

    HOLIDAY = "holiday"
    ADJUSTED_WORKDAY = "adjusted_workday"
    SPECIAL = "special"


@dataclass(frozen=True)
class Day:
    """A date that is not like its weekday; only a special one has its own hours."""

    kind: DayKind
    intervals: tuple[Interval, ...] = ()


@dataclass(frozen=True)
class Hours:
    """What a calendar says. A weekday (0 is Monday) that is missing is closed.

    `years` are those whose holidays are among `days`; None for a calendar that knows no
    holidays. In any other year every date counts as its weekday.
    """

    timezone: str
    weekly: Mapping[int, tuple[Interval, ...]]
    holiday: tuple[Interval, ...]
    adjusted_workday: tuple[Interval, ...]
    working_weekdays: frozenset[int]
    days: Mapping[date, Day]
    years: frozenset[int] | None

    def intervals(self, day: date) -> tuple[Interval, ...]:
        """The open intervals that begin on a date."""
        special = self.days.get(day)
        if special is None:
            return self.weekly.get(day.weekday(), ())
        if special.kind is DayKind.HOLIDAY:
            return self.holiday
        if special.kind is DayKind.ADJUSTED_WORKDAY:
            return self.adjusted_workday
        return special.intervals

    def is_working_day(self, day: date) -> bool:
        """Whether a date counts among working days; it must open to do so."""
        special = self.days.get(day)
        if special is not None and special.kind is DayKind.HOLIDAY:
            return False
        adjusted = special is not None and special.kind is DayKind.ADJUSTED_WORKDAY
        works = adjusted or day.weekday() in self.working_weekdays
        return works and bool(self.intervals(day))

    def place(self, day: date) -> str:
        """Where the hours of a date are written down."""
        return day.isoformat() if day in self.days else WEEKDAYS[day.weekday()]


@dataclass(frozen=True, eq=False, repr=False)
class BusinessTime:
    """A compiled calendar: stretches of open time with their running totals.

    Stretch i is open from `starts[i]` up to `ends[i]`, and `before[i]` is all open time
    before it; `before` has one entry more, the total. Working days are day numbers,
    `closings` the instants at which they close. Any question that reaches out of
    `begin` to `end` raises BeyondHorizon.
    """

    clock: WallClock
    begin: int
    end: int
    starts: list[int]
    ends: list[int]
    before: list[int]
    working_days: list[int]
    closings: list[int]
    years: frozenset[int] | None

    def add(self, start: datetime, amount: timedelta) -> datetime:
        """The first instant by which `amount` of open time has passed since `start`.

        When that is the whole of an opening, it is the closing instant.
        """
        instant = self._instant(start)
        if not amount:
            return _moment(instant)
        total = self._opened(instant) + _not_negative(amount)
        stretch = bisect_left(self.before, total) - 1
        if stretch == len(self.starts):
            raise BeyondHorizon(f"{amount} from {start}")
        return _moment(self.starts[stretch] + total - self.before[stretch])

    def subtract(self, end: datetime, amount: timedelta) -> datetime:
        """The last instant from which `amount` of open time passes until `end`."""
        instant = self._instant(end)
        if not amount:
            return _moment(instant)
        total = self._opened(instant) - _not_negative(amount)
        stretch = bisect_right(self.before, total) - 1
        if stretch < 0:
            raise BeyondHorizon(f"{amount} before {end}")
        return _moment(self.starts[stretch] + total - self.before[stretch])

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """The open time between two instants."""
        if end < start:
            raise ValueError(f"{end} lies before {start}")
        opened = self._opened(self._instant(end)) - self._opened(self._instant(start))
        return timedelta(microseconds=opened)

    def close_of_working_day(self, start: datetime, days: int) -> datetime:
        """When the n-th next working day closes; the day of `start` is not counted."""
        today = self._day(self._instant(start))
        place = bisect_right(self.working_days, today) + _at_least_one(days) - 1
        if place >= len(self.closings):
            raise BeyondHorizon(f"{days} working days from {start}")
        return _moment(self.closings[place])

    def close_of_calendar_day(self, start: datetime, days: int) -> datetime:
        """When the n-th next date is over; the day of `start` is not counted."""
        today = self._day(self._instant(start))
        midnight = (today + _at_least_one(days) + 1) * DAY
        if midnight > self.clock.shown(self.end):
            raise BeyondHorizon(f"{days} days from {start}")
        return _moment(self.clock.end_of(midnight))

    def is_open(self, at: datetime) -> bool:
        """Whether this instant is in an opening; that of closing no longer is."""
        instant = self._instant(at)
        stretch = bisect_right(self.starts, instant) - 1
        return stretch >= 0 and instant < self.ends[stretch]

    def next_opening(self, at: datetime) -> datetime:
        """The first open instant that is not before `at`."""
        instant = self._instant(at)
        stretch = bisect_right(self.ends, instant)
        if stretch == len(self.starts):
            raise BeyondHorizon(f"opening after {at}")
        return _moment(max(instant, self.starts[stretch]))

    def is_guess(self, start: datetime, end: datetime) -> bool:
        """Whether a date between the two lies in a year without its holidays."""
        if self.years is None:
            return False
        first = self._instant(start)
        last = max(first, self._instant(end) - 1)
        touched = range(
            date_of(self._day(first)).year, date_of(self._day(last)).year + 1
        )
        return not self.years.issuperset(touched)

    def _opened(self, instant: int) -> int:
        """All open time from the beginning until an instant."""
        stretch = bisect_right(self.starts, instant) - 1
        if stretch < 0:
            return 0
        passed = min(instant, self.ends[stretch]) - self.starts[stretch]
        return self.before[stretch] + passed

    def _day(self, instant: int) -> int:
        """The number of the local day."""
        return self.clock.shown(instant) // DAY

    def _instant(self, moment: datetime) -> int:
        """Microseconds since 1970 of a moment for which the calendar is compiled."""
        since = moment - EPOCH
        instant = since.days * DAY + since.seconds * SECOND + since.microseconds
        if not self.begin <= instant <= self.end:
            raise BeyondHorizon(f"{moment}")
        return instant


def compile_hours(hours: Hours, *, first: date, last: date) -> BusinessTime:
    """A calendar ready for questions about instants from one date to another.

    Raises BadHours for hours that make no calendar.
    """
    clock = WallClock(_zone(hours), first=first, last=last)
    _refuse_bad_days(hours)
    begin = clock.end_of(day_number(first) * DAY)
    end = clock.end_of(day_number(last) * DAY + DAY)
    stretches = _joined(
        (max(opens, begin), min(closes, end))
        for opening in _openings(hours, first=first, last=last)
        for opens, closes in clock.stretches(*opening)
    )
    if not stretches:
        raise BadHours("calendar", "never_opens")
    closings = {
        number: closing
        for number, opening, closing in _working_days(hours, clock, first, last)
        if opening < closing <= end
    }
    return BusinessTime(
        clock=clock,
        begin=begin,
        end=end,
        starts=[opens for opens, _ in stretches],
        ends=[closes for _, closes in stretches],
        before=[0, *accumulate(closes - opens for opens, closes in stretches)],
        working_days=list(closings),
        closings=list(closings.values()),
        years=hours.years,
    )


def _zone(hours: Hours) -> ZoneInfo:
    try:
        return ZoneInfo(hours.timezone)
    except (KeyError, ValueError, OSError) as error:  # each for some nonsense
        raise BadHours("timezone", "bad_timezone") from error


def _refuse_bad_days(hours: Hours) -> None:
    """Check the intervals of every kind of day by themselves."""
    for number in {*hours.weekly, *hours.working_weekdays}.difference(range(7)):
        raise BadHours(f"weekday {number}", "out_of_range")
    check_intervals("holiday", hours.holiday)
    check_intervals("adjusted_workday", hours.adjusted_workday)
    for number, intervals in hours.weekly.items():
        check_intervals(WEEKDAYS[number], intervals)
    for day, special in hours.days.items():
        check_intervals(day.isoformat(), special.intervals)


def check_intervals(place: str, intervals: tuple[Interval, ...]) -> None:
    """Raise BadHours for intervals that no day can have."""
    for interval in intervals:
        opens, closes = interval.opens, interval.closes
        if not (0 <= opens < DAY_SECONDS and 0 <= closes <= 2 * DAY_SECONDS):
            raise BadHours(place, "out_of_range")
        if closes == opens:
            raise BadHours(place, "empty")
        if closes < opens:
            raise BadHours(place, "backwards")
    for earlier, later in pairwise(sorted(intervals)):
        if later.opens < earlier.closes:
            raise BadHours(place, "overlap")


def _openings(hours: Hours, *, first: date, last: date) -> Iterator[tuple[int, int]]:
    """The open times on the wall, in order, with what the day before leaves over."""
    yesterday = first
    closed = -sys.maxsize
    for number in range(day_number(first) - 1, day_number(last) + 1):
        today = date_of(number)
        for interval in sorted(hours.intervals(today)):
            opens = number * DAY + interval.opens * SECOND
            if opens < closed:
                raise BadHours(_place_of_overlap(hours, yesterday, today), "overlap")
            closed = number * DAY + interval.closes * SECOND
            yield opens, closed
        yesterday = today


def _place_of_overlap(hours: Hours, yesterday: date, today: date) -> str:
    """A date with hours of its own is the likelier culprit."""
    return hours.place(
        today if today in hours.days and yesterday not in hours.days else yesterday
    )


def _joined(stretches: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Stretches in order, those that touch made one, those without length left out."""
    joined: list[tuple[int, int]] = []
    for opens, closes in sorted(stretches):
        if closes <= opens:
            continue
        if joined and joined[-1][1] == opens:
            opens, _ = joined.pop()  # noqa: PLW2901 - the stretch begins there
        joined.append((opens, closes))
    return joined


def _working_days(
    hours: Hours, clock: WallClock, first: date, last: date
) -> Iterator[tuple[int, int, int]]:
    """The working days with the instants at which they open and close."""
    for number in range(day_number(first), day_number(last) + 1):
        today = date_of(number)
        if hours.is_working_day(today):
            intervals = hours.intervals(today)
            opens = min(interval.opens for interval in intervals)
            closes = max(interval.closes for interval in intervals)
            midnight = number * DAY
            yield (
                number,
                clock.end_of(midnight + opens * SECOND),
                clock.end_of(midnight + closes * SECOND),
            )


def _moment(instant: int) -> datetime:
    return EPOCH + timedelta(microseconds=instant)


def _not_negative(amount: timedelta) -> int:
    if amount < timedelta(0):
        raise ValueError(f"time does not run backwards: {amount}")
    return amount // MICROSECOND


def _at_least_one(days: int) -> int:
    if days < 1:
        raise ValueError(f"days are counted from one: {days}")
    return days
