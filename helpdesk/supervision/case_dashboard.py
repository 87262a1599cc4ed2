"""The dashboard of cases: what came, how it ended, and what customers say (CC-22)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from figures.cases import FORMULAS, CaseFigure, Rate
from figures.services.counts import NOTHING, Counts, Wanted, count, counts
from figures.services.promises import Dimension
from helpdesk.supervision.charts import Chart, Column, Kind, Look, line
from helpdesk.supervision.cuts import CUTS, HOURS, Steps, weekday_names
from helpdesk.supervision.forms.dashboards import CasesForm
from sla.share import Share

COUNTED: Final = (CaseFigure.ARRIVED, CaseFigure.CLOSED, CaseFigure.RESOLVED)


@dataclass(frozen=True)
class RateRow:
    """One rate of the summary, beside that of the other period."""

    rate: Rate
    says: str
    now: Share
    before: Share | None
    href: str

    @property
    def change(self) -> float | None:
        """In percentage points."""
        now, before = self.now.percent, self.before.percent if self.before else None
        return None if now is None or before is None else round(now - before, 1)

    @property
    def is_worse(self) -> bool:
        change = self.change or 0
        return change < 0 if FORMULAS[self.rate].more_is_better else change > 0


@dataclass(frozen=True)
class CaseDashboard:
    """All that one page shows; a constant number of queries."""

    form: CasesForm
    at: datetime

    @cached_property
    def wanted(self) -> Wanted:
        given = self.form.cleaned_data
        return Wanted(
            self.form.starts,
            self.form.ends,
            kind=given["kind"],
            channel=given["channel"].pk if given["channel"] else None,
            holder=given["holder"].pk if given["holder"] else None,
            hours=self.form.hours,
        )

    @cached_property
    def now(self) -> Counts:
        return count(self.wanted)

    @cached_property
    def before(self) -> Counts | None:
        other = self.form.other
        return None if other is None else count(self.wanted.over(*other))

    @property
    def rates(self) -> list[RateRow]:
        return [
            RateRow(
                rate=rate,
                says=str(formula.says),
                now=self.now.rate(rate),
                before=self.before.rate(rate) if self.before else None,
                href=self.records(figure=formula.part),
            )
            for rate, formula in FORMULAS.items()
        ]

    @property
    def totals(self) -> list[tuple[str, int, int | None, str]]:
        """Name, number, that of the other period, and where the records are."""
        return [
            (
                str(figure.label),
                self.now.of(figure),
                self.before.of(figure) if self.before else None,
                self.records(figure=figure),
            )
            for figure in (CaseFigure.ARRIVED, CaseFigure.CLOSED, CaseFigure.REOPENED)
        ]

    @property
    def marks(self) -> list[tuple[str, float | None, float | None, int, str]]:
        """Name, average, that of the other period, answers, and their records."""
        return [
            (
                name,
                self.now.average(figure),
                self.before.average(figure) if self.before else None,
                self.now.of(figure),
                self.records(figure=figure),
            )
            for name, figure in (
                (_("Satisfaction with the result"), CaseFigure.RATED),
                (_("Satisfaction with the handling"), CaseFigure.RATED_HANDLING),
            )
        ]

    @cached_property
    def charts(self) -> list[Chart]:
        return [self._trend(), self._heat(), *(self._bars(cut) for cut in CUTS[:3])]

    def records(self, **changes: str) -> str:
        """The cases behind a number."""
        asked = self.form.said(changes, but="compare")
        return f"{reverse('supervision:case_records')}?{urlencode(asked)}"

    @property
    def _columns(self) -> list[Column]:
        return [
            Column(str(CaseFigure.ARRIVED.label), Kind.COUNT, drawn="bar"),
            Column(str(CaseFigure.CLOSED.label), Kind.COUNT),
            Column(str(Rate.RESOLUTION.label), Kind.PERCENT, drawn="line"),
        ]

    def _values(self, found: Counts) -> list[Any]:
        return [
            found.of(CaseFigure.ARRIVED),
            found.of(CaseFigure.CLOSED),
            found.rate(Rate.RESOLUTION).percent,
        ]

    def _hrefs(self, **wish: str) -> list[str]:
        return [
            self.records(**wish, figure=CaseFigure.ARRIVED),
            self.records(**wish, figure=CaseFigure.CLOSED),
        ]

    def _trend(self) -> Chart:
        steps = Steps(self.wanted.since, self.wanted.until)
        counted = counts(self.wanted, (steps.dimension,))
        found = {key: it for (key,), it in counted.items()}
        return Chart(
            id="trend",
            title=steps.title,
            look=Look.TREND,
            first=steps.first,
            columns=self._columns,
            lines=[
                line(
                    it.name,
                    self._columns,
                    self._values(found.get(it.day, NOTHING)),
                    hrefs=self._hrefs(**it.wish),
                )
                for it in steps.by(self.at)
            ],
            nothing=_("Each day appears here as soon as a customer came."),
        )

    def _heat(self) -> Chart:
        found = counts(self.wanted, (Dimension.WEEKDAY, Dimension.HOUR))
        columns = [Column(str(CaseFigure.ARRIVED.label), Kind.COUNT, drawn="heat")]
        days = weekday_names()
        lines = [
            line(
                f"{days[weekday - 1]} {hour:02d}:00",
                columns,
                [it.of(CaseFigure.ARRIVED)],
                hrefs=[
                    self.records(
                        figure=CaseFigure.ARRIVED,
                        weekday=str(weekday),
                        hour=str(hour),
                    )
                ],
                at=(hour, weekday - 1),
            )
            for (weekday, hour), it in found.items()
            if it.of(CaseFigure.ARRIVED)
        ]
        lines.sort(key=lambda it: (-(it.cells[0].value or 0), it.at))
        return Chart(
            id="heat",
            title=_("Arrivals by hour and day of the week"),
            look=Look.HEAT,
            first=_("Hour"),
            columns=columns,
            lines=lines,
            axes=([f"{hour:02d}" for hour in range(HOURS)], days),
            nothing=_("When most customers come stands out here."),
        )

    def _bars(self, cut: Any) -> Chart:
        names: Mapping[Any, tuple[str, str]] = cut.names()
        columns: Sequence[Column] = self._columns
        if cut.dimension == Dimension.HOLDER:
            columns = [
                Column(str(CaseFigure.CLOSED.label), Kind.COUNT, drawn="bar"),
                Column(str(CaseFigure.RESOLVED.label), Kind.COUNT),
                Column(str(Rate.RESOLUTION.label), Kind.PERCENT, drawn="line"),
            ]
        lines = []
        for (key,), it in counts(self.wanted, (cut.dimension,)).items():
            if key is None and cut.dimension == Dimension.HOLDER:
                continue
            name, code = names.get(key, (cut.nobody(), ""))
            values, hrefs = self._values(it), []
            if wish := cut.wish(code):
                hrefs = self._hrefs(**wish)
            if cut.dimension == Dimension.HOLDER:
                values = [
                    it.of(CaseFigure.CLOSED),
                    it.of(CaseFigure.RESOLVED),
                    it.rate(Rate.RESOLUTION).percent,
                ]
                hrefs = []
            lines.append(line(name, columns, values, hrefs=hrefs))
        lines.sort(key=lambda it: (-(it.cells[0].value or 0), it.name))
        return Chart(
            id=f"by-{cut.field}",
            title=cut.title(),
            look=Look.BARS,
            first=str(cut.dimension.label),
            columns=columns,
            lines=lines,
            nothing=_("As soon as a case came it is counted here."),
        )
