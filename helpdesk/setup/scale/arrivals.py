"""When customers come: by hour and weekday, on great days, more as the year goes on."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import accumulate, pairwise
from random import Random
from typing import Final

from django.utils import timezone

YEAR: Final = timedelta(days=365)
HOUR: Final = timedelta(hours=1)
HOURS: Final = YEAR // HOUR
# Shops broadcast in the evening; few ask at night. By the hour of the day.
BY_HOUR: Final = (
    *(12, 7, 4, 3, 3, 4, 8, 18, 42, 70, 82, 78),
    *(60, 66, 80, 84, 80, 82, 92, 118, 128, 116, 78, 34),
)
# Monday first: events are at weekends.
BY_WEEKDAY: Final = (90, 88, 92, 98, 118, 135, 122)
# The great days of selling by live stream, by month and day, and the days around them.
GREAT_DAYS: Final = {(6, 18): 2.4, (6, 17): 1.7, (11, 11): 2.8, (11, 10): 2.0}
GROWTH: Final = 0.6


def arrivals(count: int, *, until: datetime, seed: int) -> Iterator[datetime]:
    """So many instants of the year that ends at `until`, the earliest first."""
    random = Random(f"arrivals {seed}")  # noqa: S311 - chance, not secrecy
    since = until - YEAR
    hours = [since + HOUR * n for n in range(HOURS)]
    weights = [_weight(hour, n / HOURS, random) for n, hour in enumerate(hours)]
    sums = [0.0, *accumulate(weights)]
    ends = [int(count * (so_far / sums[-1])) for so_far in sums[:-1]] + [count]
    for hour, (first, last) in zip(hours, pairwise(ends), strict=True):
        yield from sorted(hour + random.random() * HOUR for _ in range(last - first))


def _weight(hour: datetime, age: float, random: Random) -> float:
    """How many come in an hour, compared with others; no two days are alike."""
    local = timezone.localtime(hour)
    great = GREAT_DAYS.get((local.month, local.day), 1.0)
    usual = BY_HOUR[local.hour] * BY_WEEKDAY[local.weekday()]
    return usual * great * (1 + GROWTH * age) * random.uniform(0.85, 1.15)
