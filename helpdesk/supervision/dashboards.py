"""The dashboard of promises: each promise beside its target, and every cut of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Count
from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from figures.breach import Cause
from figures.models import Breach, Progress
from figures.services.promises import Asked, Dimension, Standing, standing, standings
from figures.words import CAUSES
from helpdesk.supervision.charts import (
    Chart,
    Column,
    Kind,
    Line,
    Look,
    line,
    pareto,
)
from helpdesk.supervision.cuts import (
    CUTS,
    HOURS,
    Cut,
    Steps,
    weekday_names,
)
from helpdesk.supervision.forms.dashboards import (
    Outcome,
    PromisesForm,
    RecordsForm,
)
from helpdesk.supervision.promise_rows import PromiseRow
from helpdesk.supervision.records import clocks_of
from helpdesk.templatetags.promises import limit
from sla.models import Goal, Target
from sla.services.goals import goals_of, month_of
from sla.share import Share
from staff.models import User


@dataclass(frozen=True)
class Dashboard:
    """All that one page shows; a constant number of queries."""

    form: PromisesForm
    rules: Mapping[str, Target]
    user: User
    at: datetime

    @cached_property
    def asked(self) -> Asked:
        given = self.form.cleaned_data
        return Asked(
            self.form.starts,
            self.form.ends,
            rule=given["promise"],
            channel=_key(given["channel"]),
            department=_key(given["department"]),
            holder=_key(given["holder"]),
            hours=self.form.hours,
        )

    @property
    def last_instant(self) -> datetime:
        """The last one that belongs to the period."""
        return self.asked.until - datetime.resolution

    @property
    def other(self) -> Asked | None:
        span = self.form.other
        return None if span is None else self.asked.over(*span)

    @property
    def chosen(self) -> Target | None:
        return self.rules.get(self.asked.rule)

    @cached_property
    def whole(self) -> Standing:
        """All of them together; percentiles only where they are of one promise."""
        return standing(self.asked, percentiles=self.chosen is not None)

    @cached_property
    def whole_before(self) -> Standing | None:
        other = self.other
        return None if other is None else standing(other, percentiles=False)

    @cached_property
    def promises(self) -> list[PromiseRow]:
        """Every promise of which one fell due, in the order of the policy."""
        goals = goals_of(month_of(min(self.last_instant, self.at)))
        every = replace(self.asked, rule="")
        other = self.other
        now = _by_key(standings(every, (Dimension.RULE,)))
        before = (
            _by_key(standings(replace(other, rule=""), (Dimension.RULE,)))
            if other
            else {}
        )
        return [
            PromiseRow(
                code=code,
                name=target.name,
                limit=limit(target),
                now=now.get(code, Standing((code,), Share(), 0)),
                before=before.get(code),
                href=self.link(promise=code),
                missed_href=self.records(promise=code, outcome="missed"),
                open_href=self.records(promise=code, outcome="open"),
                is_chosen=code == self.asked.rule,
                goal=_percent(goals.get(target.metric)),
            )
            for code, target in self.rules.items()
            if code in now or code in before
        ]

    @cached_property
    def charts(self) -> list[Chart]:
        return [
            self._trend(),
            self._heat(),
            self._causes(),
            *(self._bars(cut) for cut in CUTS),
        ]

    @property
    def reckoned_until(self) -> datetime | None:
        """How old the figures are; None before the first were reckoned."""
        progress = Progress.objects.filter(pk=1).first()
        return progress.reckoned_until if progress else None

    # --- Ways on ----------------------------------------------------------------------

    def link(self, **changes: str) -> str:
        """The same page with another wish."""
        return (
            f"{reverse('supervision:dashboard')}?{urlencode(self.form.said(changes))}"
        )

    def records(self, **changes: str) -> str:
        """The promises behind a number."""
        address = reverse("supervision:promise_records")
        return f"{address}?{urlencode(self.form.said(changes, but='compare'))}"

    # --- Charts -----------------------------------------------------------------------

    @property
    def _columns(self) -> list[Column]:
        columns = [
            Column(_("missed"), Kind.COUNT, drawn="bar", bad=True),
            Column(_("fell due"), Kind.COUNT),
            Column(_("share kept"), Kind.PERCENT, drawn="line"),
        ]
        if self.chosen is None:
            return columns
        lengths = ("p50", "p90", "p99")
        return [*columns, *(Column(name, Kind.SECONDS) for name in lengths)]

    def _line(self, name: str, it: Standing, wish: Mapping[str, str] | None) -> Line:
        share = it.share
        values: list[Any] = [share.missed, share.due, share.percent]
        if self.chosen is not None:
            values += [it.p50, it.p90, it.p99]
        hrefs = []
        if wish is not None:
            missed = {**wish, "outcome": Outcome.MISSED}
            hrefs = [self.records(**missed), self.records(**wish)]
        return line(name, self._columns, values, hrefs=hrefs)

    def _standings(self, *by: Dimension) -> list[Standing]:
        return standings(self.asked, by, percentiles=self.chosen is not None)

    def _trend(self) -> Chart:
        steps = Steps(self.asked.since, self.asked.until)
        found = _by_key(self._standings(steps.dimension))
        return Chart(
            id="trend",
            title=steps.title,
            look=Look.TREND,
            first=steps.first,
            columns=self._columns,
            lines=[
                self._line(
                    it.name,
                    found.get(it.day, Standing((it.day,), Share(), 0)),
                    it.wish,
                )
                for it in steps.by(self.at)
            ],
            nothing=_("Each day appears here with its share as soon as one fell due."),
        )

    def _heat(self) -> Chart:
        """Missed by hour and weekday: when there are too few people."""
        found = _by_key(
            standings(
                self.asked, (Dimension.WEEKDAY, Dimension.HOUR), percentiles=False
            )
        )
        columns = [
            Column(_("missed"), Kind.COUNT, drawn="heat", bad=True),
            Column(_("fell due"), Kind.COUNT),
        ]
        days = weekday_names()
        hours = [f"{hour:02d}" for hour in range(HOURS)]
        lines = []
        for (weekday, hour), it in found.items():
            wish = {"weekday": str(weekday), "hour": str(hour)}
            lines.append(
                line(
                    f"{days[weekday - 1]} {hour:02d}:00",
                    columns,
                    [it.share.missed, it.share.due],
                    hrefs=[
                        self.records(**wish, outcome="missed"),
                        self.records(**wish),
                    ],
                    at=(hour, weekday - 1),
                )
            )
        lines.sort(key=lambda it: (-(it.cells[0].value or 0), it.at))
        return Chart(
            id="heat",
            title=_("Missed by hour and day of the week"),
            look=Look.HEAT,
            first=_("Hour"),
            columns=columns,
            lines=lines,
            axes=(hours, days),
            nothing=_("Hours in which promises are missed stand out here."),
        )

    def _causes(self) -> Chart:
        """Why promises were missed, of those that are explained by now (CM-55)."""
        columns = [
            Column(_("missed"), Kind.COUNT, drawn="bar", bad=True),
            Column(_("share"), Kind.PERCENT),
            Column(_("added up"), Kind.PERCENT, drawn="line"),
        ]
        given = QueryDict(urlencode(self.form.said({"outcome": Outcome.MISSED})))
        names = [(code, code) for code in self.rules]
        form = RecordsForm(given, at=self.at, promises=names)
        form.is_valid()
        missed = clocks_of(self.user, form, at=self.at).order_by().values("pk")
        counted = dict(
            Breach.objects.filter(clock__in=missed)
            .order_by()
            .values_list("cause")
            .annotate(number=Count("pk"))
        )
        unexplained = self.whole.share.missed - sum(counted.values())
        said = _("%(n)d not explained yet") % {"n": unexplained}
        return Chart(
            id="causes",
            title=_("Why promises were missed"),
            look=Look.PARETO,
            first=_("Cause"),
            columns=columns,
            lines=pareto(
                (
                    (str(CAUSES[Cause(it)]), n, self._cause(it))
                    for it, n in counted.items()
                ),
                columns,
                shares=lambda part, whole: Share(part, whole).percent,
            ),
            note=said if unexplained > 0 else "",
            nothing=_("Each missed promise is explained here by its first obstacle."),
        )

    def _cause(self, cause: str) -> str:
        return self.records(cause=cause, outcome=Outcome.MISSED)

    def _bars(self, cut: "Cut") -> Chart:
        names = cut.names()
        lines = []
        for it in self._standings(cut.dimension):
            (key,) = it.key
            name, code = names.get(key, (cut.nobody(), ""))
            lines.append(self._line(name, it, cut.wish(code)))
        lines.sort(key=lambda it: (-(it.cells[0].value or 0), it.name))
        return Chart(
            id=f"by-{cut.field}",
            title=cut.title(),
            look=Look.BARS,
            first=str(cut.dimension.label),
            columns=self._columns,
            lines=lines,
            nothing=_("As soon as a promise fell due it is counted here."),
        )


def _by_key(found: Sequence[Standing]) -> dict[Any, Standing]:
    return {it.key[0] if len(it.key) == 1 else it.key: it for it in found}


def _percent(goal: Goal | None) -> float | None:
    return None if goal is None else float(goal.percent)


def _key(row: Any) -> int | None:
    return row.pk if row else None
