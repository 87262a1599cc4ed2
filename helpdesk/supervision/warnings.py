"""What a supervisor must know before trusting any deadline."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

from sla.models import Clock
from sla.services import calendars

MOST_EXAMPLES: Final = 5


@dataclass(frozen=True)
class Warnings:
    """Years without their holidays, and clocks that nobody watches."""

    years: list[int]
    set_aside: int
    examples: list[Clock]

    @classmethod
    def of(cls, *, at: datetime, set_aside: int | None = None) -> Self:
        """Three queries, one less if it is known how many clocks are set aside."""
        aside = Clock.objects.set_aside()
        count = aside.count() if set_aside is None else set_aside
        examples = aside.select_related("ticket").order_by("set_aside_at")
        return cls(
            years=sorted(calendars.missing_years(at=at)),
            set_aside=count,
            examples=list(examples[:MOST_EXAMPLES]) if count else [],
        )

    def __bool__(self) -> bool:
        return bool(self.years or self.set_aside)
