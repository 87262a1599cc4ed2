"""A wall clock: what it shows at an instant, and at which instants it shows a time.

Instants are microseconds since 1970 in UTC; times on the wall are microseconds since
1970-01-01 00:00 as the clock shows them. A clock is put forward or back now and then;
between two such changes its distance to UTC is fixed.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

SECOND: Final = 1_000_000
DAY: Final = 86_400 * SECOND
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_ORDINAL: Final = date(1970, 1, 1).toordinal()
# No clock is ever further than this from UTC.
MARGIN: Final = 2 * DAY


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - EPOCH_ORDINAL


def date_of(number: int) -> date:
    """The date that is so many days after 1970-01-01."""
    return date.fromordinal(number + EPOCH_ORDINAL)


class WallClock:
    """The clock of a time zone, known from one date to another.

    `offsets[k]` holds from the instant `edges[k]` up to `edges[k + 1]`.
    """

    def __init__(self, zone: ZoneInfo, *, first: date, last: date) -> None:
        begin = day_number(first) * DAY - MARGIN
        end = day_number(last) * DAY + DAY + MARGIN
        self.edges = [begin, *_changes(zone, begin, end), end]
        self.offsets = [_offset(zone, edge) for edge in self.edges[:-1]]
        self._shows_from = [
            edge + offset
            for edge, offset in zip(self.edges[:-1], self.offsets, strict=True)
        ]
        self._shows_until = [
            edge + offset
            for edge, offset in zip(self.edges[1:], self.offsets, strict=True)
        ]

    def shown(self, instant: int) -> int:
        """The time on the wall."""
        return instant + self.offsets[bisect_right(self.edges, instant) - 1]

    def end_of(self, wall: int) -> int:
        """The instant after which the clock never again shows a time before `wall`.

        A time that is skipped is the moment of the change; of one shown twice, the
        second.
        """
        k = bisect_left(self._shows_from, wall) - 1
        return min(wall - self.offsets[k], self.edges[k + 1])

    def stretches(self, opens: int, closes: int) -> Iterator[tuple[int, int]]:
        """The stretches of instants at which it shows `opens` or later up to `closes`.

        None when those times are skipped; two when the clock is put back into them.
        """
        touched = range(
            bisect_right(self._shows_until, opens),
            bisect_left(self._shows_from, closes),
        )
        for k in touched:
            offset = self.offsets[k]
            yield (
                max(opens - offset, self.edges[k]),
                min(closes - offset, self.edges[k + 1]),
            )


def _offset(zone: ZoneInfo, instant: int) -> int:
    """How far the clock is ahead of UTC."""
    moment = (EPOCH + timedelta(microseconds=instant)).astimezone(zone)
    ahead = moment.utcoffset()
    assert ahead is not None  # noqa: S101 - a moment in a zone has an offset
    return ahead // timedelta(microseconds=1)


def _changes(zone: ZoneInfo, begin: int, end: int) -> Iterator[int]:
    """The instants at which the clock is put forward or back; never twice in a day."""
    offset = _offset(zone, begin)
    for before, after in pairwise(range(begin, end + 1, DAY)):
        changed = _offset(zone, after)
        if changed != offset:
            yield _change(zone, before, after)
            offset = changed


def _change(zone: ZoneInfo, before: int, after: int) -> int:
    """The whole second, after `before`, from which the offset of `after` holds."""
    later = _offset(zone, after)
    seconds = range(before // SECOND, after // SECOND + 1)
    place = bisect_left(
        seconds, x=True, key=lambda second: _offset(zone, second * SECOND) == later
    )
    return seconds[place] * SECOND
