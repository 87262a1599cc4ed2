"""Calendar months where the company is, as spans of instants."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Self

from django.utils import timezone

from sla.days import midnight

WRITTEN: Final = re.compile(r"(?P<year>20\d\d)-(?P<month>0[1-9]|1[0-2])", re.ASCII)
LAST: Final = 12


@dataclass(frozen=True, order=True)
class Month:
    """One calendar month, named by its first day."""

    first: date

    @classmethod
    def of(cls, at: datetime) -> Self:
        """The month that an instant belongs to."""
        return cls(timezone.localdate(at).replace(day=1))

    @classmethod
    def read(cls, text: str) -> Self | None:
        """What `2026-11` says; None for anything else."""
        found = WRITTEN.fullmatch(text)
        return cls(date(int(found["year"]), int(found["month"]), 1)) if found else None

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"

    @property
    def previous(self) -> Self:
        day = self.first
        earlier = day.month == 1
        year, month = (day.year - 1, LAST) if earlier else (day.year, day.month - 1)
        return type(self)(date(year, month, 1))

    @property
    def next(self) -> Self:
        day = self.first
        later = day.month == LAST
        year, month = (day.year + 1, 1) if later else (day.year, day.month + 1)
        return type(self)(date(year, month, 1))

    @property
    def starts(self) -> datetime:
        return midnight(self.first)

    @property
    def ends(self) -> datetime:
        """The first instant that does not belong to it."""
        return self.next.starts

    def holds(self, at: datetime) -> bool:
        return self.starts <= at < self.ends
