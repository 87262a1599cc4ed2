"""The records behind a number of a dashboard: promises, or cases, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import ExtractHour, ExtractIsoWeekDay
from django.db.models.query import QuerySet

from figures.cases import CaseFigure
from figures.hours import Span
from figures.services.breaches import explained
from figures.services.case_facts import DONE, MARKS, happened, marked
from figures.services.promise_facts import owed_by, with_debtors
from figures.services.promises import allow
from helpdesk.supervision.forms.dashboards import (
    CaseRecordsForm,
    ObjectionRecordsForm,
    Outcome,
    RecordsForm,
)
from helpdesk.supervision.objection_dashboard import filed
from helpdesk.supervision.objection_stages import STAGES, age_spans
from objections.models import Objection
from objections.services.month_facts import Cut, facts_between
from sla.models import Clock
from sla.models import Outcome as Ended
from sla.wall_clock import EPOCH
from staff.models import User
from tickets.models import Event, Ticket

PAGE: Final = 50
MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True)
class Record:
    """One promise of the list."""

    clock: Clock
    holder: User | None
    why: str = ""

    @property
    def kept(self) -> bool:
        return self.clock.outcome == Ended.MET

    @property
    def is_open(self) -> bool:
        return self.clock.stopped_at is None

    @property
    def overrun(self) -> timedelta | None:
        """How much too late it ended; None if it was kept or is open."""
        stopped = self.clock.stopped_at
        return None if stopped is None or self.kept else stopped - self.clock.due_at


@dataclass(frozen=True)
class CaseRecord:
    """One case of the list, and when it counted."""

    ticket: Ticket
    at: datetime


@dataclass(frozen=True)
class Page:
    """Some rows, and where the next ones begin; "" at the end."""

    rows: Sequence[Any]
    next: str


def clocks_of(user: User, form: RecordsForm, *, at: datetime) -> QuerySet[Any]:
    """The promises that a dashboard's number counts."""
    given = form.cleaned_data
    visible = Clock.objects.visible_to(user)
    found: QuerySet[Any] = visible.fell_due(form.starts, form.ends, at=at)
    wishes: dict[str, Any] = {
        "target__code": given["promise"],
        "ticket__channel": given["channel"],
        "breach__cause": given["cause"],
    }
    found = found.filter(**{name: wish for name, wish in wishes.items() if wish})
    found = _of_hours(found, "due_at", form).filter(_OUTCOMES[given["outcome"]])
    if not (given["holder"] or given["nobody"] or given["department"]):
        return found
    found = with_debtors(found)
    if given["holder"]:
        found = found.filter(holder=given["holder"].pk)
    if given["nobody"]:
        found = found.filter(holder=None)
    if given["department"]:
        found = found.filter(owed_by(given["department"].code))
    return found


def promises(user: User, form: RecordsForm, *, at: datetime) -> Page:
    """Those promises, the latest deadline first; five queries."""
    rows, following = _page(
        with_debtors(clocks_of(user, form, at=at)), "due_at", form.cleaned_data["after"]
    )
    clocks = Clock.objects.select_related(
        *("target", "ticket__customer", "ticket__channel", "acknowledged_by")
    ).in_bulk([row.pk for row in rows])
    people = User.objects.in_bulk({row.holder for row in rows if row.holder})
    why = explained(row.pk for row in rows)
    records = [
        Record(
            clocks[row.pk],
            people.get(row.holder),
            why[row.pk].sentence if row.pk in why else "",
        )
        for row in rows
    ]
    return Page(records, following)


def cases(user: User, form: CaseRecordsForm) -> Page:
    """What a dashboard's number counts, the newest first: each line, with its case.

    Raises NotAllowed for who does not see every ticket.
    """
    allow(user)
    given = form.cleaned_data
    figure, span = CaseFigure(given["figure"]), Span(form.starts, form.ends)
    of_marks = figure in MARKS
    ticket, instant, who = (
        ("objection", "made_at", "objection__assignee")
        if of_marks
        else ("ticket", "at", "actor")
    )
    if given["holder"] and not of_marks and figure not in DONE:
        return Page([], "")  # it is nobody's doing
    lines: QuerySet[Any] = (marked if of_marks else happened)(figure, span)
    wishes = {
        f"{ticket}__kind": given["kind"],
        f"{ticket}__channel": given["channel"],
        who: given["holder"],
    }
    lines = lines.filter(**{name: wish for name, wish in wishes.items() if wish})
    lines = _of_hours(lines, instant, form).select_related(
        *(f"{ticket}__{name}" for name in ("customer", "channel", "assignee"))
    )
    rows, following = _page(lines, instant, given["after"])
    found = [CaseRecord(getattr(it, ticket), getattr(it, instant)) for it in rows]
    return Page(found, following)


def objections(user: User, form: ObjectionRecordsForm, *, at: datetime) -> Page:
    """The objections that a dashboard's number counts, the newest first."""
    given = form.cleaned_data
    found: QuerySet[Objection]
    if given["age"] is not None:
        found = Objection.objects.visible_to(user).open()
        found = found.filter(dict(age_spans(at))[given["age"]])
    else:
        found = filed(user, form.starts, form.ends)
    if given["stage"] and given["stage"] != "filed":
        _name, verb = STAGES[given["stage"]]
        lines = Event.objects.filter(ticket=OuterRef("pk"), verb=verb)
        found = found.filter(Exists(lines))
    if given["cut"]:
        facts = facts_between(form.starts, form.ends)
        cut = Cut(given["cut"])
        mine = [it.case.pk for it in facts if it.key(cut) == given["key"]]
        found = found.filter(pk__in=mine)
    known = found.select_related("customer", "channel", "assignee")
    rows, following = _page(known, "created_at", given["after"])
    return Page([CaseRecord(it, it.created_at) for it in rows], following)


_OUTCOMES: Final = {
    Outcome.ALL: Q(),
    Outcome.MET: Q(outcome=Ended.MET),
    Outcome.MISSED: ~Q(outcome=Ended.MET),
    Outcome.OPEN: ~Q(outcome=Ended.MET) & Q(stopped_at=None),
}


def _of_hours(found: QuerySet[Any], instant: str, form: Any) -> QuerySet[Any]:
    """Those of some hours of the local day, and of one day of the week."""
    given = form.cleaned_data
    hours = form.hours
    if given["hour"] is not None:
        hours = frozenset({given["hour"]}) & (hours or {given["hour"]})
        if not hours:
            return found.none()
    if hours:
        found = found.alias(of_day=ExtractHour(instant)).filter(of_day__in=hours)
    if given["weekday"] is not None:
        found = found.alias(of_week=ExtractIsoWeekDay(instant))
        found = found.filter(of_week=given["weekday"])
    return found


def _page(found: QuerySet[Any], instant: str, after: str) -> tuple[list[Any], str]:
    """The rows that follow a place, and the place of the last one of them."""
    if after:
        since, _dash, pk = after.partition("-")
        reached = EPOCH + int(since) * MICROSECOND
        found = found.filter(
            Q(**{f"{instant}__lt": reached}) | Q(**{instant: reached}, pk__lt=int(pk))
        )
    rows = list(found.order_by(F(instant).desc(), "-pk")[: PAGE + 1])
    if len(rows) <= PAGE:
        return rows, ""
    last = rows[PAGE - 1]
    reached = (getattr(last, instant) - EPOCH) // MICROSECOND
    return rows[:PAGE], f"{reached}-{last.pk}"
