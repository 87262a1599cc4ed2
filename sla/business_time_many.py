"""Business time for many clocks at once; what it says is what BusinessTime says.

Instants are microseconds since 1970 in UTC, amounts are microseconds, in arrays of
64-bit integers.
"""

import numpy as np
from numpy.typing import NDArray

from sla.business_time import BeyondHorizon, BusinessTime
from sla.wall_clock import DAY

Whole = NDArray[np.int64]


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
        self._edges = _whole(business_time.clock.edges)
        self._offsets = _whole(business_time.clock.offsets)

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
        edge = np.searchsorted(self._edges, starts, side="right") - 1
        today = (starts + self._offsets[edge]) // DAY
        following = np.searchsorted(self._working_days, today, side="right")
        self._refuse_beyond(days > self._closings.size - following)
        return self._closings.take(following + days - 1)

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


def _whole(numbers: list[int]) -> Whole:
    return np.array(numbers, dtype=np.int64)


def _refuse(wrong: NDArray[np.bool_], why: str) -> None:
    if wrong.any():
        raise ValueError(f"entry {wrong.argmax()}: {why}")
