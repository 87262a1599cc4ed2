"""Weeks and months of reports, as days where the company is. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

WEEK: Final = timedelta(days=7)
ONE_DAY: Final = timedelta(days=1)


class Cycle(StrEnum):
    """How long the period of a report is."""

    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True)
class Period:
    """From the first day to the last, both included."""

    cycle: Cycle
    first: date
    last: date

    @property
    def before(self) -> "Period":
        """The period of the same kind that ended the day before this one begins."""
        return ended(self.cycle, self.first)


def ended(cycle: Cycle, today: date) -> Period:
    """The last whole week (Monday to Sunday) or month that was over before a day."""
    if cycle == Cycle.WEEK:
        monday = today - timedelta(days=today.weekday()) - WEEK
        return Period(cycle, monday, monday + WEEK - ONE_DAY)
    last = today.replace(day=1) - ONE_DAY
    return Period(cycle, last.replace(day=1), last)
