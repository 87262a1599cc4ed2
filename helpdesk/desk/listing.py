"""The list of a desk: which tickets, in which order, and what each row says."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Self

from django.db.models import Count, Exists, Max, OuterRef, Q
from django.urls import reverse
from django.utils.http import urlencode

from helpdesk.desk.forms import PARTS, Stage, View
from helpdesk.kinds import ABOUT, objection_of, topics_of
from helpdesk.searching import Found, newest_matching, where_found
from inquiries.models import InquiryTopic, Merge
from objections.models import Objection
from objections.months import Month
from objections.services.analysis import Analysis
from objections.services.approving import waiting_for
from objections.services.month_facts import Cut
from objections.workflow import WORKFLOW, Status, Step
from sla.models import Clock, ClockStatus, Metric, Outcome
from sla.services.standing import Hold, holds
from staff.models import User
from tickets.models import Kind, Ticket, TicketLink, TicketQuerySet

MOST_ROWS: Final = 200
MOST_CLOSED: Final = 50
STATUSES: Final = {
    Stage.RECEIVED: (Status.RECEIVED,),
    Stage.ACKNOWLEDGED: (Status.ACKNOWLEDGED,),
    Stage.RECORDED: (Status.RECORDED, Status.REOPENED),
    Stage.WITH_DEPARTMENTS: (
        *(Status.HANDED_OFF, Status.INVESTIGATING, Status.AWAITING_EVIDENCE),
    ),
    Stage.INVESTIGATED: (Status.INVESTIGATED,),
    Stage.PENDING: (Status.PENDING_APPROVAL,),
    Stage.PROPOSED: (Status.PROPOSED,),
    Stage.NOT_AGREED: (Status.REJECTED,),
    Stage.EXECUTING: (Status.EXECUTING,),
    Stage.EXECUTED: (Status.EXECUTED,),
    Stage.RETURN_VISIT: (Status.RETURN_VISIT,),
    Stage.UNDER_REVIEW: (Status.APPEALED,),
    Stage.CLOSED: (Status.CLOSED,),
    Stage.ARCHIVED: (Status.ARCHIVED,),
    Stage.WITHDRAWN: (Status.WITHDRAWN,),
}
OVER: Final = frozenset({Stage.ENDED, *PARTS[Stage.ENDED]})


@dataclass(frozen=True)
class Row:
    """One ticket of the list, with the clock that speaks for it."""

    ticket: Ticket
    clock: Clock | None
    hold: Hold | None
    topics: list[InquiryTopic]
    objection: Objection | None
    waited: timedelta | None
    has_merged: bool = False
    is_linked: bool = False
    found: Found | None = None


def rows_of(
    tickets: Iterable[Ticket], *, at: datetime, found: Mapping[int, Found] | None = None
) -> list[Row]:
    """The rows of tickets; why clocks wait is asked only if some do.

    `found` is by their keys where a search has found them.
    """
    telling = [(ticket, telling_clock(ticket.clocks.all())) for ticket in tickets]
    held = holds(clock for _, clock in telling if clock is not None)
    return [
        Row(
            ticket=ticket,
            clock=clock,
            hold=held.get(clock.pk) if clock else None,
            topics=topics_of(ticket),
            objection=objection_of(ticket),
            waited=ticket.waited(at=at),
            has_merged=getattr(ticket, "has_merged", False),
            is_linked=getattr(ticket, "is_linked", False),
            found=found.get(ticket.pk) if found else None,
        )
        for ticket, clock in telling
    ]


@dataclass(frozen=True)
class Tab:
    """A view with the number of its tickets; None where counting would read history."""

    view: View | Stage
    count: int | None
    current: bool

    @property
    def href(self) -> str:
        return f"{reverse('desk:inbox')}?{urlencode(asked(self.view))}"


def asked(view: View | Stage) -> dict[str, str]:
    """How an address names a view."""
    return {"stage" if isinstance(view, Stage) else "view": str(view)}


@dataclass(frozen=True)
class Records:
    """The objections behind one number of a month's analysis (OB-10)."""

    month: Month
    cut: Cut
    key: str
    name: str
    pks: frozenset[int]

    @classmethod
    def of(cls, month: Month, cut: Cut, key: str, *, at: datetime) -> Self:
        found = Analysis.of(month, at=at)
        return cls(month, cut, key, found.name_of(cut, key), found.pks(cut, key))

    @property
    def title(self) -> str:
        """What they have in common, in the reader's words."""
        parts = (str(self.month), str(self.cut.label), self.name)
        return " · ".join(part for part in parts if part)

    @property
    def asked(self) -> dict[str, str]:
        """How an address names them."""
        return {"month": str(self.month), "cut": str(self.cut), "key": self.key}


@dataclass(frozen=True)
class Listing:
    """What the list shows at one moment."""

    now: datetime
    view: View | Stage
    words: str
    rows: list[Row]
    tabs: list[Tab]
    stages: list[Tab]
    waiting: int
    unassigned: int
    newest_unassigned: datetime | None
    records: Records | None = None

    @classmethod
    def of(
        cls,
        user: User,
        *,
        view: View | Stage,
        words: str,
        at: datetime,
        records: Records | None = None,
    ) -> Self:
        visible = Ticket.objects.visible_to(user)
        counts = open_counts(visible, user, type(view))
        asks = words or records
        shown = "" if asks else view
        part = None if asks else part_of(view)
        tickets = (
            chosen(visible, user, view=view, words=words, records=records)
            .annotate(**marks())
            .select_related(*ABOUT, "channel", "customer", "assignee")
            .prefetch_related("clocks", "inquiry__topics")
        )
        return cls(
            now=at,
            view=view,
            words=words,
            rows=rows_of(
                tickets, at=at, found=where_found(tickets, words) if words else None
            ),
            tabs=[
                Tab(other, counts.get(other), current=other in (shown, part))
                for other in views_of(user, view)
            ],
            stages=[
                Tab(stage, counts.get(stage), current=stage == shown)
                for stage in (PARTS[part] if part else ())
            ],
            waiting=counts["waiting"],
            unassigned=counts["unassigned"],
            newest_unassigned=counts["newest_unassigned"],
            records=records,
        )

    @property
    def total(self) -> int | None:
        """How many tickets the view has, of which the rows are the first."""
        if self.records is not None:
            return len(self.records.pks)
        tabs = [*self.stages, *self.tabs]
        return next((tab.count for tab in tabs if tab.current), None)

    @property
    def of_objections(self) -> bool:
        """Whether the views are those of objections alone."""
        return isinstance(self.view, Stage)

    @property
    def address(self) -> str:
        """Where this very list is fetched again."""
        more = {"q": self.words} if self.words else {}
        if self.records is not None:
            more |= self.records.asked
        return f"{reverse('desk:list')}?{urlencode({**asked(self.view), **more})}"


def part_of(view: View | Stage) -> Stage | None:
    """The part of the way to which a stage belongs, or which it is."""
    return next(
        (part for part, stages in PARTS.items() if view in (part, *stages)), None
    )


def views_of(user: User, view: View | Stage) -> list[View | Stage]:
    """What stands above the list: views, or the parts of the way of objections."""
    if isinstance(view, View):
        return list(View)
    mine = [Stage.APPROVALS] if user.role in WORKFLOW.rules[Step.APPROVE].roles else []
    return [Stage.OPEN, *mine, *PARTS]


def marks() -> dict[str, Any]:
    """Whether others are merged into a ticket, and whether it is linked to others."""
    links = TicketLink.objects.standing()
    return {
        "has_merged": Exists(Merge.objects.standing().filter(into=OuterRef("pk"))),
        "is_linked": Exists(links.filter(first=OuterRef("pk")))
        | Exists(links.filter(second=OuterRef("pk"))),
    }


def telling_clock(clocks: Iterable[Clock]) -> Clock | None:
    """The clock that speaks for a ticket.

    The nearest that runs, else the nearest that is paused. Of those that are over the
    newest cycle tells how it went: a promise that was missed, else the first reply; one
    that was cancelled only if there is nothing else to tell.
    """
    known = list(clocks)
    for status in (ClockStatus.RUNNING, ClockStatus.PAUSED):
        if found := [clock for clock in known if clock.status == status]:
            return min(found, key=lambda clock: clock.due_at)
    return max(known, key=_worth_telling, default=None)


def _worth_telling(clock: Clock) -> tuple[bool, int, bool, bool, datetime]:
    """What makes one of the clocks that are over speak for the ticket."""
    return (
        clock.status == ClockStatus.STOPPED,
        clock.cycle,
        clock.outcome == Outcome.MISSED,
        clock.metric == Metric.FIRST_REPLY,
        clock.started_at,
    )


def open_counts(
    visible: TicketQuerySet[Ticket], user: User, views: type[View | Stage]
) -> dict[str, Any]:
    """The numbers beside the views, in one query over what is open."""
    counted: dict[str, Any] = {View.UNASSIGNED: Count("pk", filter=Q(assignee=None))}
    if views is View:
        counted[View.DUE] = Count("pk")
        counted[View.MINE] = Count("pk", filter=Q(assignee=user))
    else:
        for stage in (Stage.OPEN, Stage.APPROVALS, *STATUSES):
            if stage not in OVER:
                counted[stage] = Count("pk", filter=of_stage(stage, user))
    found = visible.open().aggregate(
        **counted,
        waiting=Count("customer_waiting_since"),
        newest_unassigned=Max("created_at", filter=Q(assignee=None)),
    )
    if views is Stage:
        for part, stages in PARTS.items():
            if part not in OVER:
                found[part] = sum(found[stage] for stage in stages)
    return found


def of_stage(stage: Stage, user: User) -> Q:
    """Objections of a stage, among what is open or among what has ended."""
    found = Q(kind=Kind.OBJECTION)
    if stage == Stage.APPROVALS:
        return found & Q(pk__in=waiting_for(user).values("objection"))
    stages = PARTS.get(stage, (stage,))
    if statuses := [it for each in stages for it in STATUSES.get(each, ())]:
        found &= Q(status__in=statuses)
    return found


def chosen(
    visible: TicketQuerySet[Ticket],
    user: User,
    *,
    view: View | Stage,
    words: str,
    records: Records | None = None,
) -> TicketQuerySet[Ticket]:
    """The tickets of a view, most urgent first; of a search or a month the newest.

    What somebody may not see is not among them, whatever was counted.
    """
    if records is not None:
        newest = visible.filter(pk__in=records.pks).order_by("-created_at", "-pk")
        return newest[:MOST_ROWS]
    if words:
        return newest_matching(visible, words, count=MOST_CLOSED)
    if isinstance(view, Stage):
        found = visible.filter(of_stage(view, user))
        if view in OVER:
            return found.lately_closed()[:MOST_CLOSED]
        return found.open().by_urgency()[:MOST_ROWS]
    if view == View.CLOSED:
        return visible.lately_closed()[:MOST_CLOSED]
    tickets = visible.open()
    if view == View.MINE:
        tickets = tickets.filter(assignee=user)
    if view == View.UNASSIGNED:
        tickets = tickets.unassigned()
    return tickets.by_urgency()[:MOST_ROWS]
