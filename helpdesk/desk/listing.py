"""The list of a desk: which tickets, in which order, and what each row says."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Self

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.http import urlencode

from helpdesk.desk.counting import OVER, of_stage, open_counts, shown
from helpdesk.desk.forms import PARTS, Stage, View
from helpdesk.desk.wish import Wish, asked
from helpdesk.keyset import Order
from helpdesk.kinds import ABOUT, objection_of, topics_of
from helpdesk.searching import Found, newest_matching, where_found
from inquiries.models import InquiryTopic, Merge
from objections.models import Objection
from objections.months import Month
from objections.services.analysis import Analysis
from objections.services.month_facts import Cut
from objections.workflow import WORKFLOW, Step
from sla.models import Clock, ClockStatus, Metric, Outcome
from sla.services.standing import Hold, holds
from staff.models import User
from tickets.models import BY_URGENCY, LATELY_CLOSED, Ticket, TicketLink, TicketQuerySet

# All that a row reads: less than a quarter of the columns that are joined.
SHOWN: Final = (
    *("number", "kind", "status", "created_at", "closed_at", "next_due_at"),
    *("customer_waiting_since", "last_message_at", "last_message_preview"),
    *("channel__name_zh", "channel__name_en", "channel__icon"),
    *("customer__surname", "customer__phone_tail", "assignee__display_name"),
    *("inquiry__ticket_ptr", "objection__type", "objection__severity"),
    *("objection__urgings", "objection__serial_number", "objection__description"),
    *("objection__subtype__name_zh", "objection__subtype__name_en"),
)
URGENT: Final = Order(BY_URGENCY)
ENDED: Final = Order(LATELY_CLOSED)
NEWEST: Final = Order(("-created_at", "-id"))
LATEST: Final = Order(("-id",))


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
    def shown(self) -> str:
        """The number as it stands beside the view."""
        return "" if self.count is None else shown(self.count)

    @property
    def href(self) -> str:
        return f"{reverse('desk:inbox')}?{urlencode(asked(self.view))}"


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
    """What the list shows at one moment; `following` is the place of its last row.

    It is empty where no row follows.
    """

    now: datetime
    wish: Wish
    rows: list[Row]
    following: str
    tabs: list[Tab]
    stages: list[Tab]
    waiting: str
    unassigned: str
    newest_unassigned: datetime | None
    records: Records | None = None

    @classmethod
    def of(
        cls, user: User, wish: Wish, *, at: datetime, records: Records | None = None
    ) -> Self:
        visible = Ticket.objects.visible_to(user)
        counts = open_counts(visible, user, type(wish.view))
        asks = wish.words or records
        current = "" if asks else wish.view
        part = None if asks else part_of(wish.view)
        found, order = chosen(visible, user, wish, records)
        tickets = list(
            found.order_by(*order.columns)
            .annotate(**marks())
            .select_related(*ABOUT, "channel", "customer", "assignee")
            .only(*SHOWN)
            .prefetch_related("clocks", "inquiry__topics")[: wish.rows + 1]
        )
        is_more, tickets = len(tickets) > wish.rows, tickets[: wish.rows]
        where = where_found(tickets, wish.words) if wish.words else {}
        return cls(
            now=at,
            wish=wish,
            rows=rows_of(tickets, at=at, found=where),
            following=order.place_of(tickets[-1]) if is_more else "",
            tabs=[
                Tab(other, counts.get(other), current=other in (current, part))
                for other in views_of(user, wish.view)
            ],
            stages=[
                Tab(stage, counts.get(stage), current=stage == current)
                for stage in (PARTS[part] if part else ())
            ],
            waiting=shown(counts["waiting"]),
            unassigned=shown(counts["unassigned"]),
            newest_unassigned=counts["newest_unassigned"],
            records=records,
        )

    @property
    def view(self) -> View | Stage:
        return self.wish.view

    @property
    def words(self) -> str:
        return self.wish.words

    @property
    def of_objections(self) -> bool:
        """Whether the views are those of objections alone."""
        return isinstance(self.view, Stage)

    @property
    def address(self) -> str:
        """Where this very list is fetched again."""
        return self._at("desk:list", self.wish.place)

    @property
    def longer(self) -> str:
        """Where the list is fetched with more rows; "" where it is long enough."""
        wish = self.wish.longer if self.following else None
        return self._at("desk:list", wish.place) if wish else ""

    @property
    def next_page(self) -> str:
        """The page of the rows that follow."""
        return self._at("desk:inbox", {"after": self.following})

    @property
    def first_page(self) -> str:
        """The page of the first rows."""
        return self._at("desk:inbox", {})

    @property
    def whole(self) -> str:
        """The page without what narrows it."""
        return f"{reverse('desk:inbox')}?{urlencode(self.wish.whole)}"

    @property
    def kept(self) -> str:
        """Where it can be kept under a name, or narrowed."""
        return self._at("desk:views", {})

    def _at(self, name: str, place: dict[str, str]) -> str:
        records = self.records.asked if self.records else {}
        return f"{reverse(name)}?{urlencode(self.wish.said | records | place)}"


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


def chosen(
    visible: TicketQuerySet[Ticket], user: User, wish: Wish, records: Records | None
) -> tuple[TicketQuerySet[Ticket], Order]:
    """The tickets that are asked for, from where the rows begin, and their order.

    What somebody may not see is not among them, whatever was counted.
    """
    view = wish.view
    if records is not None:
        tickets, order = visible.filter(pk__in=records.pks), NEWEST
    elif wish.words:
        tickets, order = visible, LATEST
    else:
        if isinstance(view, Stage):
            visible = visible.filter(of_stage(view, user))
        over = view == View.CLOSED or view in OVER
        tickets = visible.closed() if over else visible.open()
        order = ENDED if over else URGENT
        if view == View.MINE:
            tickets = tickets.filter(assignee=user)
        if view == View.UNASSIGNED:
            tickets = tickets.unassigned()
    tickets = wish.narrow(tickets.filter(order.beyond(wish.after)))
    if wish.words and records is None:
        tickets = newest_matching(tickets, wish.words, count=wish.rows + 1)
    return tickets, order
