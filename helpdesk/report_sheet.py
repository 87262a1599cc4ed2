"""What a report says, part by part, in the reader's language: page, PDF and workbook.

Made of the frozen figures alone, so that all three always say the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from figures.breach import Cause
from figures.cases import FORMULAS, CaseFigure, Rate
from figures.models import Report
from figures.periods import Cycle
from figures.services.counts import Counts
from figures.words import CAUSES
from helpdesk.templatetags.display import duration_text
from sla.models import Metric
from sla.share import Share
from tickets.models import Kind

NONE: Final = "–"
Row = tuple[str, ...]
# A Monday, for the names of the days.
MONDAY: Final = date(2026, 11, 23)
OF_OBJECTIONS: Final = (
    CaseFigure.ARRIVED,
    CaseFigure.CLOSED,
    CaseFigure.RESOLVED,
    CaseFigure.REOPENED,
    CaseFigure.APPEALED,
    CaseFigure.OUTSIDE,
)


@dataclass(frozen=True)
class Part:
    """A table with its heading; `empty` is what stands there without rows."""

    code: str
    name: str
    heading: Row
    rows: Sequence[Row]
    empty: str


@dataclass(frozen=True)
class ReportSheet:
    """A report in words and numbers."""

    report: Report

    @property
    def title(self) -> str:
        week = self.report.cycle == Cycle.WEEK
        return _("Weekly report") if week else _("Monthly report")

    @property
    def span(self) -> str:
        """Its days; a month by its name."""
        if self.report.cycle == Cycle.MONTH:
            return f"{self.report.first:%Y-%m}"
        return f"{self.report.first} – {self.report.last}"

    @property
    def file_name(self) -> str:
        return f"report-{self.report.cycle}-{self.report.first}"

    @property
    def all(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.report.content["all"]
        return found

    @property
    def summary(self) -> str:
        """The period in one sentence."""
        share = Share(self.all["met"], self.all["due"])
        if share.percent is None:
            return _("No promise fell due.")
        before = Share(self.all["met_before"], self.all["due_before"])
        said = _("%(met)s of %(due)s promises were kept: %(percent)s %%.") % {
            "met": share.met,
            "due": share.due,
            "percent": share.percent,
        }
        if before.percent is None:
            return said
        earlier = _("The period before: %(percent)s %%.") % {"percent": before.percent}
        return f"{said} {earlier}"

    @property
    def parts(self) -> list[Part]:
        return [
            self._promises(),
            self._causes(),
            self._rates(Kind.INQUIRY, _("Inquiries and satisfaction")),
            self._objections(),
            self._rates(Kind.OBJECTION, _("Objections and satisfaction")),
            self._worst(),
        ]

    @property
    def said(self) -> list[tuple[str, str]]:
        """What people wrote to it."""
        report = self.report
        both = [
            (_("What we say to it"), report.words),
            (_("What we improve"), report.improvements),
        ]
        return [(name, text) for name, text in both if text]

    @property
    def made(self) -> str:
        return f"{timezone.localtime(self.report.made_at):%Y-%m-%d %H:%M}"

    def _promises(self) -> Part:
        lines = self.report.content["promises"]
        return Part(
            "promises",
            _("Promises"),
            (
                _("Promise"),
                _("Kept"),
                _("Fell due"),
                _("Share in %"),
                _("Before in %"),
                _("Median"),
                _("90 %"),
                _("99 %"),
            ),
            [_promise(line) for line in lines],
            _("No promise fell due in this period."),
        )

    def _causes(self) -> Part:
        found = self.report.content["causes"]
        total = sum(count for _cause, count in found)
        return Part(
            "causes",
            _("Why promises were missed"),
            (_("Cause"), _("Missed"), _("Share in %")),
            [
                (_cause_name(cause), str(count), _percent(Share(count, total)))
                for cause, count in found
            ],
            _("No promise was missed in this period."),
        )

    def _rates(self, kind: str, name: str) -> Part:
        now, before = self._counts(kind), self._counts(kind, before=True)
        rows = []
        for rate, formula in FORMULAS.items():
            share = now.rate(rate)
            if share.due:
                rows.append(
                    (
                        str(Rate(rate).label),
                        str(formula.says),
                        f"{share.met} / {share.due}",
                        _percent(share),
                        _percent(before.rate(rate)),
                    )
                )
        heading = (_("Rate"), _("Made of"), _("Numbers"), _("In %"), _("Before in %"))
        return Part(f"rates-{kind}", name, heading, rows, _("No case in this period."))

    def _objections(self) -> Part:
        now = self._counts(Kind.OBJECTION)
        before = self._counts(Kind.OBJECTION, before=True)
        rows = [
            (str(it.label), str(now.of(it)), str(before.of(it))) for it in OF_OBJECTIONS
        ]
        some = any(now.of(it) or before.of(it) for it in OF_OBJECTIONS)
        return Part(
            "objections",
            _("Objections"),
            (_("What happened"), _("Numbers"), _("Period before")),
            rows if some else [],
            _("No objection in this period."),
        )

    def _worst(self) -> Part:
        return Part(
            "worst",
            _("Worst hours"),
            (_("Hour"), _("Missed"), _("Fell due")),
            [
                (_hour(it["weekday"], it["hour"]), str(it["missed"]), str(it["due"]))
                for it in self.report.content["worst"]
            ],
            _("No promise was missed in this period."),
        )

    def _counts(self, kind: str, *, before: bool = False) -> Counts:
        found = self.report.content["cases_before" if before else "cases"][kind]
        return Counts(found["count"], found["total"])


def _promise(line: Mapping[str, Any]) -> Row:
    metric = line["metric"]
    known = metric in Metric.values
    spread = [NONE if it is None else duration_text(it) for it in line["spread"]]
    return (
        str(Metric(metric).label) if known else metric,
        str(line["met"]),
        str(line["due"]),
        _percent(Share(line["met"], line["due"])),
        _percent(Share(line["met_before"], line["due_before"])),
        *spread,
    )


def _cause_name(cause: str) -> str:
    known = cause in {it.value for it in Cause}
    return str(CAUSES[Cause(cause)]) if known else cause


def _percent(share: Share) -> str:
    return NONE if share.percent is None else str(share.percent)


def _hour(weekday: int, hour: int) -> str:
    day = date_format(MONDAY + timedelta(days=weekday - 1), "l")
    return f"{day} {hour:02d}:00–{hour + 1:02d}:00"
