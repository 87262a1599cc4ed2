"""Whole hours: the grain in which figures are kept. Pure.

Every place in China is a whole number of hours from UTC, so that the hours of days,
shifts and weeks are whole hours here as well.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, order=True)
class Span:
    """The time from one instant on and before another."""

    since: datetime
    until: datetime

    def pieces(self, length: timedelta) -> Iterator["Span"]:
        """The same time in pieces of at most this length."""
        since = self.since
        while since < self.until:
            until = min(since + length, self.until)
            yield Span(since, until)
            since = until


def hour_of(at: datetime) -> datetime:
    """The first instant of the hour to which an instant belongs."""
    return at.replace(minute=0, second=0, microsecond=0)


def hour_after(at: datetime) -> datetime:
    """The first whole hour that does not lie before an instant."""
    hour = hour_of(at)
    return hour if hour == at else hour + HOUR


def spans(hours: Iterable[datetime]) -> Iterator[Span]:
    """Hours, given by their first instants, as few spans as there can be."""
    since = until = None
    for hour in sorted(set(hours)):
        if since is not None and hour == until:
            until = hour + HOUR
            continue
        if since is not None and until is not None:
            yield Span(since, until)
        since, until = hour, hour + HOUR
    if since is not None and until is not None:
        yield Span(since, until)
