"""Which hourly rows are asked for: a span, and what both kinds of rows know."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Self, TypeVar

from django.db.models.functions import ExtractHour
from django.db.models.query import QuerySet

from figures.models import HourRow

R = TypeVar("R", bound=HourRow)
HOUR_OF_DAY: Final = ExtractHour("hour")


@dataclass(frozen=True)
class Wish:
    """What happened, or fell due, in a span, and any further wish.

    `since` and `until` are whole hours; `hours` are hours of the local day, those of a
    shift; nothing means all.
    """

    since: datetime
    until: datetime
    channel: int | None = None
    holder: int | None = None
    hours: frozenset[int] = frozenset()

    def over(self, since: datetime, until: datetime) -> Self:
        """The same of another period."""
        return replace(self, since=since, until=until)

    def narrow(self, rows: QuerySet[R], **more: str | int | None) -> QuerySet[R]:
        """Those of these rows, in no order, with their hour of the day at hand."""
        wishes = {"channel": self.channel, "holder": self.holder, **more}
        found: QuerySet[Any] = rows.filter(
            hour__gte=self.since,
            hour__lt=self.until,
            **{name: wish for name, wish in wishes.items() if wish},
        ).alias(of_day=HOUR_OF_DAY)
        if self.hours:
            found = found.filter(of_day__in=self.hours)
        return found.order_by()
