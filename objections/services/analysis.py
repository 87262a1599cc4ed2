"""The objections of a month by type, subtype, cause, department and model (OB-10).

A month has the objections that were filed in it, so that it no longer grows once it is
over. The cause is that of the latest round; it may be found later.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, Final

from django.conf import settings
from django.db import models
from django.db.models import Avg, Count, Exists, OuterRef, Q
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from objections.frequency import Case, model_key, repeats, share, tallies
from objections.models import (
    Cause,
    Closure,
    ExternalComplaint,
    Finding,
    Objection,
    ObjectionType,
    ReturnVisit,
    Subtype,
)
from objections.months import Month
from objections.services.promises import REPEATED_WITHIN
from objections.workflow import Status
from sla.models import Clock, ClockStatus, Outcome
from staff.models import Department
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


TABLES: Final = (Cut.TYPE, Cut.SUBTYPE, Cut.CAUSE, Cut.DEPARTMENT, Cut.MODEL)


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
class Line:
    """One line of a table."""

    key: str
    name: str
    count: int
    previous: int
    share: Decimal | None

    @property
    def change(self) -> int:
        return self.count - self.previous


@dataclass(frozen=True)
class Table:
    """All objections of a month by one property."""

    cut: Cut
    lines: list[Line]


@dataclass(frozen=True)
class Figure:
    """A number of this month and of the one before; shares are in percent."""

    count: int
    previous: int
    of: int
    previous_of: int

    @property
    def share(self) -> Decimal | None:
        return share(self.count, self.of)

    @property
    def previous_share(self) -> Decimal | None:
        return share(self.previous, self.previous_of)


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


@dataclass(frozen=True)
class Analysis:
    """A month of objections beside the one before it; a constant number of queries."""

    month: Month
    at: datetime
    facts: Sequence[Fact]
    before: Sequence[Fact]
    repeating: Mapping[int, int]
    promises: Promises
    promises_before: Promises
    satisfaction: Satisfaction
    satisfaction_before: Satisfaction

    @classmethod
    def of(cls, month: Month, *, at: datetime) -> "Analysis":
        earlier = month.previous
        facts = _facts(earlier.starts - REPEATED_WITHIN, month.ends)
        return cls(
            month=month,
            at=at,
            facts=[it for it in facts if month.holds(it.case.at)],
            before=[it for it in facts if earlier.holds(it.case.at)],
            repeating=repeats((it.case for it in facts), within=REPEATED_WITHIN),
            promises=_promises(month, at=at),
            promises_before=_promises(earlier, at=at),
            satisfaction=_satisfaction(month),
            satisfaction_before=_satisfaction(earlier),
        )

    @property
    def total(self) -> Figure:
        return self._figure(lambda _fact: True)

    @property
    def others(self) -> Figure:
        """Those of a subtype "other": their share says whether a subtype is missing."""
        return self._figure(lambda fact: fact.is_other)

    @property
    def repeated(self) -> Figure:
        return self._figure(lambda fact: fact.case.pk in self.repeating)

    @property
    def withdrawn(self) -> Figure:
        return self._figure(lambda fact: fact.status == Status.WITHDRAWN)

    @property
    def resolved(self) -> Figure:
        """Of all that were filed: those that ended with the customer's own word."""
        return self._figure(lambda fact: fact.closure == Closure.CONFIRMED)

    @property
    def outside(self) -> Figure:
        return self._figure(lambda fact: fact.is_outside)

    @cached_property
    def tables(self) -> list[Table]:
        return [Table(cut, self._lines(cut)) for cut in TABLES]

    def pks(self, cut: Cut, key: str = "") -> frozenset[int]:
        """The objections behind a number of the month."""
        if cut == Cut.MISSED:
            return self.promises.missed_on
        return frozenset(
            fact.case.pk for fact in self.facts if self._belongs(fact, cut, key)
        )

    def _belongs(self, fact: Fact, cut: Cut, key: str) -> bool:
        if cut == Cut.OTHER:
            return fact.is_other
        if cut == Cut.REPEATED:
            return fact.case.pk in self.repeating
        if cut == Cut.WITHDRAWN:
            return fact.status == Status.WITHDRAWN
        if cut == Cut.RESOLVED:
            return fact.closure == Closure.CONFIRMED
        if cut == Cut.OUTSIDE:
            return fact.is_outside
        return cut == Cut.ALL or fact.key(cut) == key

    def name_of(self, cut: Cut, key: str) -> str:
        """What a line is called; "" for one that the month does not have."""
        if cut not in TABLES:
            return ""
        return next((it.name for it in self._lines(cut) if it.key == key), "")

    def as_json(self) -> dict[str, Any]:
        """The figures for keeping; names in the company's language."""
        with translation.override(settings.LANGUAGE_CODE):
            return {
                "month": str(self.month),
                **{
                    name: [figure.count, figure.previous]
                    for name, figure in (
                        ("total", self.total),
                        ("other", self.others),
                        ("repeated", self.repeated),
                        ("withdrawn", self.withdrawn),
                        ("resolved", self.resolved),
                        ("outside", self.outside),
                    )
                },
                "promises": {
                    "kept": [self.promises.kept, self.promises_before.kept],
                    "missed": [self.promises.missed, self.promises_before.missed],
                },
                "tables": {
                    str(cut): [
                        {
                            "key": line.key,
                            "name": line.name,
                            "count": line.count,
                            "previous": line.previous,
                        }
                        for line in self._lines(cut)
                    ]
                    for cut in TABLES
                },
            }

    def _figure(self, test: Callable[[Fact], bool]) -> Figure:
        return Figure(
            count=sum(map(test, self.facts)),
            previous=sum(map(test, self.before)),
            of=len(self.facts),
            previous_of=len(self.before),
        )

    def _lines(self, cut: Cut) -> list[Line]:
        names = self._names(cut)
        found = tallies(
            (fact.key(cut) for fact in self.facts),
            (fact.key(cut) for fact in self.before),
        )
        return [
            Line(
                it.key,
                names.get(it.key, it.key),
                it.count,
                it.previous,
                share(it.count, len(self.facts)),
            )
            for it in found
        ]

    def _names(self, cut: Cut) -> dict[str, str]:
        naming: dict[Cut, tuple[Callable[[], dict[str, str]], str]] = {
            Cut.TYPE: (lambda: _labels(ObjectionType), _("Customer unsure")),
            Cut.SUBTYPE: (self._subtypes, _("No subtype yet")),
            Cut.CAUSE: (lambda: _labels(Cause), _("Not found out yet")),
            Cut.DEPARTMENT: (_departments, _("Not handed over")),
            Cut.MODEL: (self._models, _("No model named")),
        }
        names, nothing = naming[cut]
        return {**names(), NONE: nothing}

    def _subtypes(self) -> dict[str, str]:
        """With their type: each type has an "other" of its own."""
        labels = _labels(ObjectionType)
        return {
            str(it.pk): f"{labels[it.type]} · {it.name}" for it in Subtype.objects.all()
        }

    def _models(self) -> dict[str, str]:
        """As the first who named it wrote it."""
        found: dict[str, str] = {}
        for fact in (*self.before, *self.facts):
            written = " ".join(fact.case.model.split())
            found.setdefault(model_key(written), written)
        return found


def cases(found: "models.QuerySet[Objection]") -> list[Case]:
    """Objections as counting needs them, the oldest first; one query."""
    rows = found.order_by("created_at", "pk").values_list(
        *("pk", "created_at", "subtype_id"),
        *("device_model", "customer_id", "order_number"),
    )
    return [Case(*row) for row in rows]


def _facts(start: datetime, end: datetime) -> list[Fact]:
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


def _promises(month: Month, *, at: datetime) -> Promises:
    """Of all promises on objections that fell due in a month; one query."""
    late = Q(status=ClockStatus.RUNNING, due_at__lt=at)
    due = Clock.objects.due_between(month.starts, month.ends)
    rows = (
        due.filter(ticket__kind=Kind.OBJECTION)
        .filter(late | Q(outcome__in=(Outcome.MET, Outcome.MISSED)))
        .values_list("ticket_id", "outcome", "status")
    )
    missed = [
        ticket
        for ticket, outcome, status in rows
        if status == ClockStatus.RUNNING or outcome == Outcome.MISSED
    ]
    return Promises(len(rows) - len(missed), len(missed), frozenset(missed))


def _satisfaction(month: Month) -> Satisfaction:
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


def _labels(choices: "type[models.TextChoices]") -> dict[str, str]:
    return {value: str(label) for value, label in choices.choices}


def _departments() -> dict[str, str]:
    return {str(it.pk): it.name for it in Department.objects.all()}


def heading() -> list[str]:
    """The first line of the month as a file."""
    return [_("By"), _("What"), _("Count"), _("Share in %"), _("Month before")]


def rows(analysis: Analysis) -> Iterable[list[Any]]:
    """The month as lines of a file; a spreadsheet reads what it says."""
    month = str(analysis.month)
    for cut, figure in (
        (Cut.ALL, analysis.total),
        (Cut.OTHER, analysis.others),
        (Cut.REPEATED, analysis.repeated),
        (Cut.WITHDRAWN, analysis.withdrawn),
        (Cut.RESOLVED, analysis.resolved),
        (Cut.OUTSIDE, analysis.outside),
    ):
        shown = _cell(figure.share)
        yield [month, cut.label, figure.count, shown, figure.previous]
    kept, before = analysis.promises, analysis.promises_before
    yield [month, _("Promises kept"), kept.kept, _cell(kept.percent), before.kept]
    late = _cell(share(kept.missed, kept.total))
    yield [month, _("Promises missed"), kept.missed, late, before.missed]
    for table in analysis.tables:
        for line in table.lines:
            shown = _cell(line.share)
            yield [table.cut.label, line.name, line.count, shown, line.previous]


def _cell(percent: Decimal | None) -> Decimal | str:
    """A share in a file: none of nothing, and 0.0 where it is none of something."""
    return "" if percent is None else percent
