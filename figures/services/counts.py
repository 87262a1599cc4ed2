"""Read what happened to cases, from the hourly rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Sum
from django.db.models.query import QuerySet

from figures.cases import FORMULAS, CaseFigure, Rate
from figures.models import CaseHour
from figures.services.promises import Dimension, Key, column
from figures.services.wishes import Wish
from sla.share import Share


@dataclass(frozen=True)
class Wanted(Wish):
    """Which cases: what happened to them in a span."""

    kind: str = ""

    def rows(self) -> QuerySet[CaseHour]:
        return self.narrow(CaseHour.objects.all(), kind=self.kind)


@dataclass(frozen=True)
class Counts:
    """How often each thing happened in one group, and the stars added up."""

    count: Mapping[str, int]
    total: Mapping[str, int]

    def of(self, figure: CaseFigure) -> int:
        return self.count.get(figure, 0)

    def rate(self, rate: Rate) -> Share:
        """How many of how many; a part never exceeds its whole on the page."""
        formula = FORMULAS[rate]
        return Share(self.of(formula.part), self.of(formula.whole))

    def average(self, figure: CaseFigure) -> float | None:
        """Stars of five, to a tenth; None where nobody gave any."""
        marks = self.of(figure)
        return round(self.total.get(figure, 0) / marks, 1) if marks else None


NOTHING = Counts({}, {})


def counts(wanted: Wanted, by: Sequence[Dimension] = ()) -> Mapping[Key, Counts]:
    """Each group by its key; one query. Without a dimension the key is ()."""
    keys = {f"key_{place}": column(it) for place, it in enumerate(by)}
    rows = (
        wanted.rows()
        .annotate(**keys)
        .values("figure", *keys)
        .annotate(number=Sum("count"), stars=Sum("total"))
    )
    found: dict[Key, tuple[dict[str, int], dict[str, int]]] = {}
    for line in rows:
        key = tuple(line[name] for name in keys)
        number, stars = found.setdefault(key, ({}, {}))
        number[line["figure"]] = line["number"]
        stars[line["figure"]] = line["stars"]
    return {key: Counts(*both) for key, both in found.items()}


def count(wanted: Wanted) -> Counts:
    """All of these cases together."""
    return counts(wanted).get((), NOTHING)
