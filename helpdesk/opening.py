"""Opening hours for people to read: the hours of a week, open or closed, until when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from sla.business_time import Hours, Interval
from sla.models import WEEKDAYS, Pattern

MINUTE: Final = 60
HOUR: Final = 3600
FORESEEN: Final = 15


@dataclass(frozen=True)
class HoursOf:
    """The opening hours of one kind of day; none: closed."""

    name: str
    intervals: Sequence[str]


@dataclass(frozen=True)
class Opening:
    """Open or closed at a moment.

    `changes_at` is when that ends; None when it does not within a fortnight.
    """

    is_open: bool
    changes_at: datetime | None


def opening(hours: Hours, *, at: datetime) -> Opening:
    """Whether it is open at a moment, and until when it is so."""
    stretches = _stretches(hours, at=at)
    for opens, closes in stretches:
        if opens <= at < closes:
            beyond = closes - at > timedelta(days=FORESEEN - 1)
            return Opening(is_open=True, changes_at=None if beyond else closes)
    later = (opens for opens, _closes in stretches if opens > at)
    return Opening(is_open=False, changes_at=next(later, None))


def spans_on(hours: Hours, day: date) -> list[str]:
    """The hours that begin on a date."""
    return spans(sorted(hours.intervals(day)))


def _stretches(hours: Hours, *, at: datetime) -> list[tuple[datetime, datetime]]:
    """Open time from two days before a moment, stretches that touch made one."""
    zone = ZoneInfo(hours.timezone)
    today = at.astimezone(zone).date()
    found: list[tuple[datetime, datetime]] = []
    for ahead in range(-2, FORESEEN + 1):
        day = today + timedelta(days=ahead)
        midnight = datetime.combine(day, time(), zone)
        for interval in sorted(hours.intervals(day)):
            opens = midnight + timedelta(seconds=interval.opens)
            closes = midnight + timedelta(seconds=interval.closes)
            if found and found[-1][1] >= opens:
                opens, _closed = found.pop()
            found.append((opens, closes))
    return found


def week_of(hours: Hours) -> list[HoursOf]:
    """The hours of weekdays, equal neighbours as one row, then of the other days."""
    weekly = [(number, hours.weekly.get(number, ())) for number in range(7)]
    rows = []
    for intervals, days in groupby(weekly, key=lambda pair: pair[1]):
        numbers = [number for number, _intervals in days]
        rows.append(HoursOf(_days(numbers[0], numbers[-1]), spans(intervals)))
    if hours.years is not None:
        rows += [
            HoursOf(str(Pattern.HOLIDAY.label), spans(hours.holiday)),
            HoursOf(str(Pattern.ADJUSTED_WORKDAY.label), spans(hours.adjusted_workday)),
        ]
    return rows


def _days(first: int, last: int) -> str:
    begin, end = (str(Pattern(WEEKDAYS[number]).label) for number in (first, last))
    if first == last:
        return begin
    return _("%(first)s to %(last)s") % {"first": begin, "last": end}


def spans(intervals: Sequence[Interval]) -> list[str]:
    """Hours as people write them; a closing on the next day says so."""
    return [f"{_time(one.opens)}–{_time(one.closes)}" for one in intervals]


def _time(seconds: int) -> str:
    day, rest = divmod(seconds, 24 * HOUR) if seconds > 24 * HOUR else (0, seconds)
    hour, minute = divmod(rest // MINUTE, 60)
    text = f"{hour:02d}:{minute:02d}"
    return _("%(time)s the next day") % {"time": text} if day else text
