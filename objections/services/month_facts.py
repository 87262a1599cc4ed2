"""What is counted of a month: its objections, its promises, its marks; few queries."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from django.db import models
from django.db.models import Avg, Count, Exists, OuterRef
from django.utils.translation import gettext_lazy

from objections.frequency import Case, model_key, share
from objections.models import (
    ExternalComplaint,
    Finding,
    Objection,
    ReturnVisit,
)
from objections.months import Month
from sla.models import Clock, Outcome
from tickets.models import Kind

OTHER: Final = "other"
# The key of what has no subtype, cause, department or model.
NONE: Final = "-"


class Cut(models.TextChoices):
    """By what the objections of a month are counted, or which of them."""

    TYPE = "type", gettext_lazy("Type")
    SUBTYPE = "subtype", gettext_lazy("Subtype")
    CAUSE = "cause", gettext_lazy("Cause")
    DEPARTMENT = "department", gettext_lazy("Leading department")
    MODEL = "model", gettext_lazy("Device model")
    ALL = "all", gettext_lazy("All objections")
    OTHER = "other", gettext_lazy("Subtype “other”")
    REPEATED = "repeated", gettext_lazy("Repeated within 30 days")
    WITHDRAWN = "withdrawn", gettext_lazy("Withdrawn")
    MISSED = "missed", gettext_lazy("With a missed promise")
    RESOLVED = "resolved", gettext_lazy("Settled, as the customer says")
    OUTSIDE = "outside", gettext_lazy("Went outside")


@dataclass(frozen=True)
class Fact:
    """One objection as the analysis sees it."""

    case: Case
    type: str
    status: str
    department: int | None
    cause: str
    is_other: bool
    closure: str
    is_outside: bool

    def key(self, cut: Cut) -> str:
        """Where it belongs in a table."""
        subtype, department = self.case.subtype, self.department
        return {
            Cut.TYPE: self.type,
            Cut.SUBTYPE: str(subtype) if subtype else "",
            Cut.CAUSE: self.cause,
            Cut.DEPARTMENT: str(department) if department else "",
            Cut.MODEL: model_key(self.case.model),
        }[cut] or NONE


@dataclass(frozen=True)
class Promises:
    """How the promises that fell due in a month were kept (OB-01)."""

    kept: int
    missed: int
    missed_on: frozenset[int]

    @property
    def total(self) -> int:
        return self.kept + self.missed

    @property
    def percent(self) -> Decimal | None:
        return share(self.kept, self.total)


@dataclass(frozen=True)
class Satisfaction:
    """What customers say of the result and of the handling, in stars of five."""

    answers: int
    result: Decimal | None
    process: Decimal | None


def cases(found: "models.QuerySet[Objection]") -> list[Case]:
    """Objections as counting needs them, the oldest first; one query."""
    rows = found.order_by("created_at", "pk").values_list(
        *("pk", "created_at", "subtype_id"),
        *("device_model", "customer_id", "order_number"),
    )
    return [Case(*row) for row in rows]


def facts_between(start: datetime, end: datetime) -> list[Fact]:
    """All objections of a span with their latest cause; two queries."""
    within = {"created_at__gte": start, "created_at__lt": end}
    latest = Finding.objects.filter(
        **{f"objection__{name}": value for name, value in within.items()}
    ).order_by("round")
    causes = dict(latest.values_list("objection_id", "cause"))
    outside = ExternalComplaint.objects.filter(objection=OuterRef("pk"))
    rows = (
        Objection.objects.filter(**within)
        .annotate(outside=Exists(outside))
        .order_by("created_at", "pk")
        .values_list(
            *("pk", "created_at", "subtype_id", "device_model"),
            *("customer_id", "order_number"),
            *("type", "status", "department_id", "subtype__code"),
            *("closure", "outside"),
        )
    )
    return [
        Fact(
            Case(*row[:6]),
            type=row[6],
            status=row[7],
            department=row[8],
            cause=causes.get(row[0], ""),
            is_other=row[9] == OTHER,
            closure=row[10],
            is_outside=row[11],
        )
        for row in rows
    ]


def promises_of(month: Month, *, at: datetime) -> Promises:
    """Of all promises on objections that fell due in a month; one query."""
    rows = (
        Clock.objects.fell_due(month.starts, month.ends, at=at)
        .filter(ticket__kind=Kind.OBJECTION)
        .values_list("ticket_id", "outcome")
    )
    missed = [ticket for ticket, outcome in rows if outcome != Outcome.MET]
    return Promises(len(rows) - len(missed), len(missed), frozenset(missed))


def satisfaction_of(month: Month) -> Satisfaction:
    """Of the customers whose objections were filed in a month; one query."""
    found = ReturnVisit.objects.filter(
        objection__created_at__gte=month.starts,
        objection__created_at__lt=month.ends,
        reached=True,
    ).aggregate(
        answers=Count("pk"),
        result=Avg("satisfaction"),
        process=Avg("process_satisfaction"),
    )
    return Satisfaction(
        answers=found["answers"],
        result=_tenths(found["result"]),
        process=_tenths(found["process"]),
    )


def _tenths(stars: float | None) -> Decimal | None:
    return None if stars is None else round(Decimal(stars), 1)
