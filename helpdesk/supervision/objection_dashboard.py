"""The dashboard of objections: how far they came, how old, what about, and how much.

A period has the objections filed in it; the ages are those of all that are open now.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Final

from django.db.models import Count, Q, Sum
from django.db.models.query import QuerySet
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from helpdesk.supervision.charts import Chart, Column, Kind, Line, Look, line, pareto
from helpdesk.supervision.forms.dashboards import ObjectionsForm
from helpdesk.supervision.objection_stages import STAGES, age_name, age_spans
from objections.models import Objection, Proposal
from objections.services.analysis import names_of
from objections.services.month_facts import Cut, Fact, facts_between
from sla.share import Share
from staff.models import User
from tickets.models import Event, Verb

CUTS: Final = (Cut.TYPE, Cut.SUBTYPE, Cut.MODEL, Cut.CAUSE, Cut.DEPARTMENT)
MOST_LINES: Final = 20


@dataclass(frozen=True)
class ObjectionDashboard:
    """All that one page shows; a constant number of queries."""

    form: ObjectionsForm
    user: User
    at: datetime

    @cached_property
    def facts(self) -> Sequence[Fact]:
        return facts_between(self.form.starts, self.form.ends)

    @cached_property
    def before(self) -> int | None:
        other = self.form.other
        return None if other is None else filed(self.user, *other).count()

    @cached_property
    def amounts(self) -> Mapping[str, Decimal]:
        """What was claimed, and what was agreed on, of the objections of the period."""
        mine = filed(self.user, self.form.starts, self.form.ends)
        claimed = mine.aggregate(all=Sum("amount"))["all"]
        agreed = Proposal.objects.agreed().filter(objection__in=mine)
        paid = agreed.aggregate(all=Sum("amount"))["all"]
        return {"claimed": claimed or Decimal(0), "agreed": paid or Decimal(0)}

    @cached_property
    def charts(self) -> list[Chart]:
        return [
            self._funnel(),
            self._ages(),
            *(self._pareto(cut) for cut in CUTS),
            self._rounds(),
        ]

    @property
    def all_href(self) -> str:
        return self.records()

    def records(self, **changes: str) -> str:
        """The objections behind a number."""
        asked = self.form.said(changes, but="compare")
        return f"{reverse('supervision:objection_records')}?{urlencode(asked)}"

    def _funnel(self) -> Chart:
        columns = [
            Column(_("objections"), Kind.COUNT, drawn="bar"),
            Column(_("of all"), Kind.PERCENT),
        ]
        reached = dict(
            Event.objects.filter(
                ticket__in=filed(self.user, self.form.starts, self.form.ends),
                verb__in=[verb for _name, verb in STAGES.values()],
            )
            .order_by()
            .values_list("verb")
            .annotate(number=Count("ticket", distinct=True))
        )
        total = len(self.facts)
        reached[Verb.OBJECTION_FILED] = total  # those that began as an inquiry as well
        return Chart(
            id="funnel",
            title=_("How far they came"),
            look=Look.FUNNEL,
            first=_("Step"),
            columns=columns,
            lines=[
                line(
                    str(name),
                    columns,
                    [reached.get(verb, 0), Share(reached.get(verb, 0), total).percent],
                    hrefs=[self.records(stage=code)],
                )
                for code, (name, verb) in STAGES.items()
            ],
            nothing=_("Each step appears here with how many objections came so far."),
        )

    def _ages(self) -> Chart:
        columns = [
            Column(_("open"), Kind.COUNT, drawn="bar"),
            Column(_("with a late promise"), Kind.COUNT, drawn="bar", bad=True),
        ]
        spans = age_spans(self.at)
        counted = (
            Objection.objects.visible_to(self.user)
            .open()
            .aggregate(
                **{f"all_{place}": Count("pk", filter=it) for place, it in spans},
                **{
                    f"late_{place}": Count("pk", filter=it & Q(next_due_at__lt=self.at))
                    for place, it in spans
                },
            )
        )
        return Chart(
            id="ages",
            title=_("Age of what is open now"),
            look=Look.TREND,
            first=_("Days since it was filed"),
            note=_("of any period"),
            columns=columns,
            lines=[
                line(
                    age_name(place),
                    columns,
                    [counted[f"all_{place}"], counted[f"late_{place}"]],
                    hrefs=[self.records(age=str(place))],
                )
                for place, _filter in spans
            ],
            nothing=_("Objections that are open appear here by their age."),
        )

    def _pareto(self, cut: Cut) -> Chart:
        columns = [
            Column(_("objections"), Kind.COUNT, drawn="bar"),
            Column(_("share"), Kind.PERCENT),
            Column(_("added up"), Kind.PERCENT, drawn="line"),
        ]
        names = names_of(cut, self.facts)
        counted = Counter(fact.key(cut) for fact in self.facts)
        lines: list[Line] = pareto(
            (
                (names.get(key, key), count, self.records(cut=str(cut), key=key))
                for key, count in counted.items()
            ),
            columns,
            shares=lambda part, whole: Share(part, whole).percent,
        )
        return Chart(
            id=f"by-{cut}",
            title=str(cut.label),
            look=Look.PARETO,
            first=str(cut.label),
            columns=columns,
            lines=lines[:MOST_LINES],
            note=_("the 20 most frequent") if len(lines) > MOST_LINES else "",
            nothing=_("As soon as an objection is filed it is counted here."),
        )

    def _rounds(self) -> Chart:
        """How many proposals it took, of those that were agreed on."""
        columns = [Column(_("objections"), Kind.COUNT, drawn="bar")]
        sent = Count("proposals", filter=Q(proposals__sent_at__isnull=False))
        agreed = Proposal.objects.agreed().values("objection")
        mine = filed(self.user, self.form.starts, self.form.ends)
        counted = mine.filter(pk__in=agreed).annotate(sent=sent)
        rounds = Counter(counted.values_list("sent", flat=True))
        return Chart(
            id="rounds",
            title=_("Proposals until the customer agreed"),
            look=Look.TREND,
            first=_("Proposals made"),
            columns=columns,
            lines=[
                line(str(number), columns, [rounds[number]])
                for number in sorted(rounds)
            ],
            nothing=_("As soon as a customer agreed it is counted here."),
        )


def filed(user: User, since: datetime, until: datetime) -> QuerySet[Objection]:
    """The objections of a period that this person may see."""
    visible = Objection.objects.visible_to(user)
    return visible.filter(created_at__gte=since, created_at__lt=until)
