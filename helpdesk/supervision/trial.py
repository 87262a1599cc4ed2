"""Try a calendar: a start and a length give a due time, with every stretch counted."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sla.business_time import BusinessTime
from sla.promise import BUSINESS, Calendars, Length
from sla.wall_clock import EPOCH

MOST_STRETCHES: Final = 10
MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True)
class Stretch:
    """Open time that was counted."""

    begin: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        return self.end - self.begin


@dataclass(frozen=True)
class Trial:
    """The answer: when it is due, and why."""

    start: datetime
    due_at: datetime
    flagged: bool
    stretches: Sequence[Stretch]
    more: int

    @property
    def waits_until(self) -> datetime | None:
        """When the clock begins to count, if it does not at once."""
        if not self.stretches or self.stretches[0].begin == self.start:
            return None
        return self.stretches[0].begin


def reckon(length: Length, *, start: datetime, calendars: Calendars) -> Trial:
    """Raises BeyondHorizon."""
    due_at = length.after(start, calendars)
    counted: list[Stretch] = []
    if length.unit == BUSINESS:
        counted = stretches(calendars[length.calendar], start, due_at)
    return Trial(
        start=start,
        due_at=due_at,
        flagged=length.is_guess(start, due_at, calendars),
        stretches=counted[:MOST_STRETCHES],
        more=max(0, len(counted) - MOST_STRETCHES),
    )


def stretches(calendar: BusinessTime, start: datetime, end: datetime) -> list[Stretch]:
    """The open time between two instants, opening by opening."""
    first = bisect_right(calendar.ends, (start - EPOCH) // MICROSECOND)
    last = bisect_right(calendar.starts, (end - EPOCH) // MICROSECOND)
    found = [
        Stretch(max(start, _moment(opens)), min(end, _moment(closes)))
        for opens, closes in zip(
            calendar.starts[first:last], calendar.ends[first:last], strict=True
        )
    ]
    return [stretch for stretch in found if stretch.begin < stretch.end]


def _moment(instant: int) -> datetime:
    return EPOCH + timedelta(microseconds=instant)
