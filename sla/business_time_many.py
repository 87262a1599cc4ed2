"""Business time for many clocks at once; what it says is what BusinessTime says.

Instants are microseconds since 1970 in UTC, amounts are microseconds, in arrays of
64-bit integers.
"""

from datetime import date
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from sla.business_time import BeyondHorizon, BusinessTime
from sla.wall_clock import DAY, WallClock, date_of, day_number

Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]


class ManyWalls:
    """A wall clock that answers for whole arrays."""

    def __init__(self, clock: WallClock) -> None:
        self._edges = _whole(clock.edges)
        self._offsets = _whole(clock.offsets)
        self._shows_from = self._edges[:-1] + self._offsets

    def shown(self, instants: Whole) -> Whole:
        """The times on the wall."""
        edge = np.searchsorted(self._edges, instants, side="right") - 1
        return instants + self._offsets[edge]

    def end_of(self, walls: Whole) -> Whole:
        """The instants after which it never again shows a time before each."""
        k = np.searchsorted(self._shows_from, walls) - 1
        ends: Whole = np.minimum(walls - self._offsets[k], self._edges[k + 1])
        return ends


class ManyTimes:
    """A compiled calendar that answers for whole arrays.

    One entry that reaches past the calendar raises BeyondHorizon for all.
    """

    def __init__(self, business_time: BusinessTime) -> None:
        self._begin = business_time.begin
        self._end = business_time.end
        self._starts = _whole(business_time.starts)
        self._ends = _whole(business_time.ends)
        self._before = _whole(business_time.before)
        self._working_days = _whole(business_time.working_days)
        self._closings = _whole(business_time.closings)
        self._walls = ManyWalls(business_time.clock)
        self._last_midnight = business_time.clock.shown(business_time.end)
        self._years, self._missing = _years(business_time)

    def add(self, starts: Whole, amounts: Whole) -> Whole:
        """The first instants by which so much open time has passed."""
        opened = self._opened(starts)
        _refuse(amounts < 0, "time does not run backwards")
        self._refuse_beyond(amounts > self._before[-1] - opened)
        total = opened + amounts
        stretch = np.searchsorted(self._before, total) - 1
        reached = self._starts[stretch] + total - self._before[stretch]
        return np.where(amounts == 0, starts, reached)

    def elapsed(self, starts: Whole, ends: Whole) -> Whole:
        """The open time between instants."""
        _refuse(ends < starts, "an end lies before its start")
        return self._opened(ends) - self._opened(starts)

    def close_of_working_day(self, starts: Whole, days: Whole) -> Whole:
        """When the n-th next working day closes; that of the start is not counted."""
        self._refuse_outside(starts)
        _refuse(days < 1, "days are counted from one")
        today = self._walls.shown(starts) // DAY
        following = np.searchsorted(self._working_days, today, side="right")
        self._refuse_beyond(days > self._closings.size - following)
        return self._closings.take(following + days - 1)

    def close_of_calendar_day(self, starts: Whole, days: Whole) -> Whole:
        """When the n-th next date is over; the day of the start is not counted."""
        self._refuse_outside(starts)
        _refuse(days < 1, "days are counted from one")
        today = self._walls.shown(starts) // DAY
        self._refuse_beyond(days > self._last_midnight // DAY - today - 1)
        return self._walls.end_of((today + days + 1) * DAY)

    def is_guess(self, starts: Whole, ends: Whole) -> Flags:
        """Whether a date between the two lies in a year without its holidays."""
        self._refuse_outside(starts)
        self._refuse_outside(ends)
        first, last = (
            np.searchsorted(self._years, self._walls.shown(it) // DAY, side="right")
            for it in (starts, np.maximum(starts, ends - 1))
        )
        return self._missing[last] > self._missing[first - 1]

    def _opened(self, instants: Whole) -> Whole:
        """All open time from the beginning until each instant."""
        self._refuse_outside(instants)
        stretch = np.searchsorted(self._starts, instants, side="right") - 1
        passed = np.minimum(instants, self._ends[stretch]) - self._starts[stretch]
        return np.where(stretch < 0, 0, self._before[stretch] + passed)

    def _refuse_outside(self, instants: Whole) -> None:
        self._refuse_beyond((instants < self._begin) | (instants > self._end))

    def _refuse_beyond(self, beyond: NDArray[np.bool_]) -> None:
        if beyond.any():
            raise BeyondHorizon(f"entry {beyond.argmax()}")


def _years(business_time: BusinessTime) -> tuple[Whole, Whole]:
    """The days on which years begin, and how many up to each lack their holidays."""
    first, last = (
        date_of(business_time.clock.shown(it) // DAY).year
        for it in (business_time.begin, business_time.end)
    )
    years = range(first, last + 1)
    known = business_time.years
    lacks = [known is not None and year not in known for year in years]
    begins = [day_number(date(year, 1, 1)) for year in years]
    return _whole(begins), _whole([0, *accumulate(map(int, lacks))])


def _whole(numbers: list[int]) -> Whole:
    return np.array(numbers, dtype=np.int64)


def _refuse(wrong: NDArray[np.bool_], why: str) -> None:
    if wrong.any():
        raise ValueError(f"entry {wrong.argmax()}: {why}")
