"""The list of a desk: which tickets, in which order, and what each row says."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Self

from django.db.models import Count, Exists, Max, OuterRef, Q
from django.urls import reverse
from django.utils.http import urlencode

from helpdesk.desk.forms import View
from inquiries.models import InquiryTopic, Merge
from sla.models import Clock, ClockStatus, Metric, Outcome
from sla.services.standing import Hold, holds
from staff.models import User
from tickets.models import Ticket, TicketLink, TicketQuerySet

MOST_ROWS: Final = 200
MOST_CLOSED: Final = 50


@dataclass(frozen=True)
class Row:
    """One ticket of the list, with the clock that speaks for it."""

    ticket: Ticket
    clock: Clock | None
    hold: Hold | None
    topics: list[InquiryTopic]
    waited: timedelta | None
    has_merged: bool = False
    is_linked: bool = False


def rows_of(tickets: Iterable[Ticket], *, at: datetime) -> list[Row]:
    """The rows of tickets; why clocks wait is asked only if some do."""
    telling = [(ticket, telling_clock(ticket.clocks.all())) for ticket in tickets]
    held = holds(clock for _, clock in telling if clock is not None)
    return [
        Row(
            ticket=ticket,
            clock=clock,
            hold=held.get(clock.pk) if clock else None,
            topics=list(ticket.inquiry.topics.all()),
            waited=ticket.waited(at=at),
            has_merged=getattr(ticket, "has_merged", False),
            is_linked=getattr(ticket, "is_linked", False),
        )
        for ticket, clock in telling
    ]


@dataclass(frozen=True)
class Tab:
    """A view with the number of its tickets; None where counting would read history."""

    view: View
    count: int | None
    current: bool

    @property
    def href(self) -> str:
        return f"{reverse('desk:inbox')}?{urlencode({'view': self.view})}"


@dataclass(frozen=True)
class Listing:
    """What the list shows at one moment."""

    now: datetime
    view: View
    words: str
    rows: list[Row]
    tabs: list[Tab]
    waiting: int
    newest_unassigned: datetime | None

    @classmethod
    def of(cls, user: User, *, view: View, words: str, at: datetime) -> Self:
        visible = Ticket.objects.visible_to(user)
        counts = open_counts(visible, user)
        tickets = (
            chosen(visible, user, view=view, words=words)
            .annotate(**marks())
            .select_related("inquiry", "channel", "customer", "assignee")
            .prefetch_related("clocks", "inquiry__topics")
        )
        return cls(
            now=at,
            view=view,
            words=words,
            rows=rows_of(tickets, at=at),
            tabs=[
                Tab(other, counts.get(other), current=other == view and not words)
                for other in View
            ],
            waiting=counts["waiting"],
            newest_unassigned=counts["newest_unassigned"],
        )

    @property
    def total(self) -> int | None:
        """How many tickets the view has, of which the rows are the first."""
        return next((tab.count for tab in self.tabs if tab.current), None)

    @property
    def unassigned(self) -> int:
        return sum(tab.count or 0 for tab in self.tabs if tab.view == View.UNASSIGNED)

    @property
    def address(self) -> str:
        """Where this very list is fetched again."""
        asked = {"view": self.view, **({"q": self.words} if self.words else {})}
        return f"{reverse('desk:list')}?{urlencode(asked)}"


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


def open_counts(visible: TicketQuerySet[Ticket], user: User) -> dict[str, Any]:
    """The numbers beside the views, in one query over what is open."""
    return visible.open().aggregate(
        **{
            View.DUE: Count("pk"),
            View.MINE: Count("pk", filter=Q(assignee=user)),
            View.UNASSIGNED: Count("pk", filter=Q(assignee=None)),
        },
        waiting=Count("customer_waiting_since"),
        newest_unassigned=Max("created_at", filter=Q(assignee=None)),
    )


def chosen(
    visible: TicketQuerySet[Ticket], user: User, *, view: View, words: str
) -> TicketQuerySet[Ticket]:
    """The tickets of a view or of a search, most urgent first."""
    if words:
        return visible.matching(words).by_urgency()[:MOST_CLOSED]
    if view == View.CLOSED:
        return visible.lately_closed()[:MOST_CLOSED]
    tickets = visible.open()
    if view == View.MINE:
        tickets = tickets.filter(assignee=user)
    if view == View.UNASSIGNED:
        tickets = tickets.unassigned()
    return tickets.by_urgency()[:MOST_ROWS]
