"""Read how promises stood: shares and percentiles by anything, from the hourly rows.

Whoever reads them sees every ticket; the rows know no single case.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db import connection, models
from django.db.models import Case, F, Func, Sum, When
from django.db.models.functions import (
    ExtractIsoWeekDay,
    TruncDate,
    TruncWeek,
)
from django.db.models.query import QuerySet
from django.utils.translation import gettext_lazy as _

from figures.models import PromiseHour
from figures.services.wishes import HOUR_OF_DAY, Wish
from sla.share import Share
from staff.models import Shift, User
from tickets.workflow import NotAllowed

PERCENTILES: Final = (0.5, 0.9, 0.99)
# The one way in which percentiles are made: of every length, not of percentiles.
PERCENTILES_SQL: Final = """
SELECT {keys}, percentile_disc(ARRAY[0.5, 0.9, 0.99]) WITHIN GROUP (ORDER BY took)
  FROM ({inner}) AS each_one GROUP BY {keys}
"""
MILLISECOND: Final = timedelta(milliseconds=1)

Key = tuple[Any, ...]


class Dimension(models.TextChoices):
    """By what promises can be told apart."""

    POLICY = "policy", _("Policy")
    RULE = "rule", _("Promise")
    METRIC = "metric", _("Metric")
    CHANNEL = "channel", _("Channel")
    DEPARTMENT = "department", _("Department")
    HOLDER = "holder", _("Colleague")
    SHIFT = "shift", _("Shift")
    DAY = "day", _("Day")
    WEEK = "week", _("Week")
    HOUR = "hour_of_day", _("Hour of the day")
    WEEKDAY = "weekday", _("Day of the week")


COLUMNS: Final[Mapping[Dimension, Any]] = {
    Dimension.POLICY: F("policy_id"),
    Dimension.RULE: F("rule"),
    Dimension.METRIC: F("metric"),
    Dimension.CHANNEL: F("channel_id"),
    Dimension.DEPARTMENT: F("department_id"),
    Dimension.HOLDER: F("holder_id"),
    Dimension.DAY: TruncDate("hour"),
    Dimension.WEEK: TruncWeek("hour", output_field=models.DateField()),
    Dimension.HOUR: HOUR_OF_DAY,
    Dimension.WEEKDAY: ExtractIsoWeekDay("hour"),
}


def column(dimension: Dimension) -> Any:
    """What a row of figures is grouped by; a shift is that of its hour today."""
    if dimension != Dimension.SHIFT:
        return COLUMNS[dimension]
    return Case(
        *(
            When(of_day__in=shift.hours(), then=shift.pk)
            for shift in Shift.objects.active()
        ),
        output_field=models.BigIntegerField(null=True),
    )


@dataclass(frozen=True)
class Asked(Wish):
    """Which promises: those that fell due in a span."""

    rule: str = ""
    metric: str = ""
    department: int | None = None

    def rows(self) -> QuerySet[PromiseHour]:
        return self.narrow(
            PromiseHour.objects.all(),
            rule=self.rule,
            metric=self.metric,
            department=self.department,
        )


@dataclass(frozen=True)
class Standing:
    """How the promises of one group stood.

    The percentiles are of those that have ended, None where none has.
    """

    key: Key
    share: Share
    still_open: int
    p50: timedelta | None = None
    p90: timedelta | None = None
    p99: timedelta | None = None


def allow(user: User) -> None:
    """Raises NotAllowed for those who do not see every ticket."""
    if not user.sees_every_ticket:
        raise NotAllowed("figures")


def standings(
    asked: Asked, by: Sequence[Dimension] = (), *, percentiles: bool = True
) -> list[Standing]:
    """The groups in the order of their keys; one query, or two with percentiles.

    Without a dimension there is one group, of everything, even if it is empty.
    """
    keys = {f"key_{place}": column(it) for place, it in enumerate(by)}
    rows = asked.rows().annotate(**keys)
    counted = rows.values(*keys).annotate(
        total_due=Sum("due"), total_met=Sum("met"), total_open=Sum("still_open")
    )
    if not keys:
        counted = [
            rows.aggregate(
                total_due=Sum("due"), total_met=Sum("met"), total_open=Sum("still_open")
            )
        ]
    spread = _spread(rows, list(keys)) if percentiles else {}
    found = []
    for line in counted:
        key = tuple(line[name] for name in keys)
        share = Share(line["total_met"] or 0, line["total_due"] or 0)
        lengths = spread.get(key, (None, None, None))
        found.append(Standing(key, share, line["total_open"] or 0, *lengths))
    return sorted(found, key=lambda it: [(part is None, part) for part in it.key])


def standing(asked: Asked, *, percentiles: bool = True) -> Standing:
    """How all of these promises stood together."""
    return standings(asked, percentiles=percentiles)[0]


def _spread(
    rows: QuerySet[PromiseHour], keys: Sequence[str]
) -> dict[Key, tuple[timedelta, ...]]:
    """p50, p90 and p99 of each group."""
    each = rows.annotate(took=Func(F("took_ms"), function="unnest"))
    inner, parameters = each.values(*keys, "took").query.sql_with_params()
    names = ", ".join(keys) or "1"
    with connection.cursor() as cursor:
        cursor.execute(PERCENTILES_SQL.format(keys=names, inner=inner), parameters)
        return {
            (tuple(line[:-1]) if keys else ()): tuple(
                it * MILLISECOND for it in line[-1]
            )
            for line in cursor.fetchall()
        }
