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
from django.utils import translation
from django.utils.translation import gettext as _

from objections.frequency import model_key, repeats, share, tallies
from objections.models import (
    Cause,
    Closure,
    ObjectionType,
    Subtype,
)
from objections.months import Month
from objections.services.month_facts import (
    NONE,
    Cut,
    Fact,
    Promises,
    Satisfaction,
    facts_between,
    promises_of,
    satisfaction_of,
)
from objections.services.promises import REPEATED_WITHIN
from objections.workflow import Status
from staff.models import Department

TABLES: Final = (Cut.TYPE, Cut.SUBTYPE, Cut.CAUSE, Cut.DEPARTMENT, Cut.MODEL)
FIGURES: Final = (
    Cut.ALL,
    Cut.OTHER,
    Cut.REPEATED,
    Cut.WITHDRAWN,
    Cut.RESOLVED,
    Cut.OUTSIDE,
)


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
        facts = facts_between(earlier.starts - REPEATED_WITHIN, month.ends)
        return cls(
            month=month,
            at=at,
            facts=[it for it in facts if month.holds(it.case.at)],
            before=[it for it in facts if earlier.holds(it.case.at)],
            repeating=repeats((it.case for it in facts), within=REPEATED_WITHIN),
            promises=promises_of(month, at=at),
            promises_before=promises_of(earlier, at=at),
            satisfaction=satisfaction_of(month),
            satisfaction_before=satisfaction_of(earlier),
        )

    @property
    def total(self) -> Figure:
        return self.figure(Cut.ALL)

    @property
    def others(self) -> Figure:
        """Those of a subtype "other": their share says whether a subtype is missing."""
        return self.figure(Cut.OTHER)

    @property
    def repeated(self) -> Figure:
        return self.figure(Cut.REPEATED)

    @property
    def withdrawn(self) -> Figure:
        return self.figure(Cut.WITHDRAWN)

    @property
    def resolved(self) -> Figure:
        """Of all that were filed: those that ended with the customer's own word."""
        return self.figure(Cut.RESOLVED)

    @property
    def outside(self) -> Figure:
        return self.figure(Cut.OUTSIDE)

    @property
    def figures(self) -> dict[Cut, Figure]:
        """All numbers of the month beside its tables."""
        return {cut: self.figure(cut) for cut in FIGURES}

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

    def figure(self, cut: Cut) -> Figure:
        """How many objections belong to one of FIGURES."""
        return Figure(
            count=sum(self._belongs(fact, cut) for fact in self.facts),
            previous=sum(self._belongs(fact, cut) for fact in self.before),
            of=len(self.facts),
            previous_of=len(self.before),
        )

    def _belongs(self, fact: Fact, cut: Cut, key: str = "") -> bool:
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
                    "total" if cut == Cut.ALL else str(cut): [it.count, it.previous]
                    for cut, it in self.figures.items()
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

    def _lines(self, cut: Cut) -> list[Line]:
        names = names_of(cut, (*self.before, *self.facts))
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


def names_of(cut: Cut, facts: Iterable[Fact]) -> dict[str, str]:
    """What the lines of a table are called, by their keys."""
    naming: dict[Cut, tuple[Callable[[], dict[str, str]], str]] = {
        Cut.TYPE: (lambda: _labels(ObjectionType), _("Customer unsure")),
        Cut.SUBTYPE: (_subtypes, _("No subtype yet")),
        Cut.CAUSE: (lambda: _labels(Cause), _("Not found out yet")),
        Cut.DEPARTMENT: (_departments, _("Not handed over")),
        Cut.MODEL: (lambda: _models(facts), _("No model named")),
    }
    names, nothing = naming[cut]
    return {**names(), NONE: nothing}


def _subtypes() -> dict[str, str]:
    """With their type: each type has an "other" of its own."""
    labels = _labels(ObjectionType)
    return {
        str(it.pk): f"{labels[it.type]} · {it.name}" for it in Subtype.objects.all()
    }


def _models(facts: Iterable[Fact]) -> dict[str, str]:
    """As the first who named it wrote it."""
    found: dict[str, str] = {}
    for fact in facts:
        written = " ".join(fact.case.model.split())
        found.setdefault(model_key(written), written)
    return found


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
    for cut, figure in analysis.figures.items():
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
