"""Hours of the day and the shifts that cover them; pure arithmetic.

A shift begins and ends on the full hour of the local day, because figures are kept by
the hour. One that ends at or before the hour at which it begins crosses midnight.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import pairwise
from typing import Final, Protocol, TypeVar

HOURS_OF_DAY: Final = 24
HOURS: Final = range(HOURS_OF_DAY)


class Covers(Protocol):
    """What covers hours of the local day."""

    def hours(self) -> tuple[int, ...]: ...


S = TypeVar("S", bound=Covers)


def hours_between(begins: int, ends: int) -> tuple[int, ...]:
    """The hours of the local day from one full hour to another, in their order."""
    length = (ends - begins) % HOURS_OF_DAY or HOURS_OF_DAY
    return tuple((begins + passed) % HOURS_OF_DAY for passed in range(length))


def shift_at(local_hour: int, shifts: Iterable[S]) -> S | None:
    """The shift to which an hour of the local day belongs; None if none covers it."""
    return next((it for it in shifts if local_hour in it.hours()), None)


@dataclass(frozen=True)
class Cover:
    """Which hours no shift covers; that none covers one twice the database sees to."""

    missing: tuple[int, ...]

    def __bool__(self) -> bool:
        """Whether every hour belongs to a shift."""
        return not self.missing


def cover_of(shifts: Iterable[Covers]) -> Cover:
    """Which hours of the day the shifts leave out."""
    covered = {hour for shift in shifts for hour in shift.hours()}
    return Cover(missing=tuple(hour for hour in HOURS if hour not in covered))


def spans(hours: Iterable[int]) -> str:
    """Hours of the day as people write them: 00:00–03:00, 22:00–24:00."""
    return ", ".join(f"{begin:02d}:00–{end:02d}:00" for begin, end in _runs(hours))


def _runs(hours: Iterable[int]) -> Iterator[tuple[int, int]]:
    wanted = sorted(hours)
    if not wanted:
        return
    begin = wanted[0]
    for before, after in pairwise(wanted):
        if after != before + 1:
            yield begin, before + 1
            begin = after
    yield begin, wanted[-1] + 1


@dataclass(frozen=True)
class Turn:
    """One occurrence of a shift: the local day on which it begins, and its instants."""

    day: date
    since: datetime
    until: datetime

    def __contains__(self, instant: datetime) -> bool:
        return self.since <= instant < self.until


def turn(day: date, *, begins: int, ends: int, zone: tzinfo) -> Turn:
    """The occurrence that begins on a local day."""
    until = begins + len(hours_between(begins, ends))
    return Turn(day, _instant(day, begins, zone), _instant(day, until, zone))


def last_ended(at: datetime, *, begins: int, ends: int, zone: tzinfo) -> Turn:
    """The latest occurrence that is over by an instant."""
    today = at.astimezone(zone).date()
    turns = (
        turn(today - timedelta(days=back), begins=begins, ends=ends, zone=zone)
        for back in range(3)
    )
    return next(it for it in turns if it.until <= at)


def _instant(day: date, hour: int, zone: tzinfo) -> datetime:
    """A full hour of a local day; 24 and more are hours of the next."""
    days, rest = divmod(hour, HOURS_OF_DAY)
    return datetime.combine(day + timedelta(days=days), time(rest), tzinfo=zone)
