"""What a supervisor must know before trusting any deadline."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

from figures.models import ShiftSheet
from sla.models import Clock
from sla.services import calendars

MOST_EXAMPLES: Final = 5
MOST_SHEETS: Final = 21  # three shifts of a week


@dataclass(frozen=True)
class Warnings:
    """Years without holidays, clocks that nobody watches, shifts not handed over."""

    years: list[int]
    set_aside: int
    examples: list[Clock]
    sheets: list[ShiftSheet]

    @classmethod
    def of(cls, *, at: datetime, set_aside: int | None = None) -> Self:
        """Four queries, one less if it is known how many clocks are set aside."""
        aside = Clock.objects.set_aside()
        count = aside.count() if set_aside is None else set_aside
        examples = aside.select_related("ticket").order_by("set_aside_at")
        return cls(
            years=sorted(calendars.missing_years(at=at)),
            set_aside=count,
            examples=list(examples[:MOST_EXAMPLES]) if count else [],
            sheets=amiss(at=at),
        )

    def __bool__(self) -> bool:
        return bool(self.years or self.set_aside or self.sheets)


def amiss(*, at: datetime) -> list[ShiftSheet]:
    """Sheets whose signatures miss or came late, the latest first; one query."""
    found = ShiftSheet.objects.amiss(at=at).newest_first().defer("content")
    return list(found.select_related("shift")[:MOST_SHEETS])
