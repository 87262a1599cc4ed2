"""The list of a desk: which tickets, in which order, and what each row says."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, Self

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from helpdesk.desk.counting import OVER, of_stage, open_counts, shown
from helpdesk.desk.forms import PARTS, Stage, View
from helpdesk.desk.rows import Row, rows_of
from helpdesk.desk.wish import Wish, asked
from helpdesk.fragments import joined
from helpdesk.keyset import Order
from helpdesk.searching import Hit, Search
from objections.months import Month
from objections.services.analysis import Analysis
from objections.services.month_facts import Cut
from objections.workflow import WORKFLOW, Step
from rows.questions import Question
from staff.models import User
from tickets.models import (
    BY_URGENCY,
    LATELY_CLOSED,
    Ticket,
    TicketQuerySet,
    somebody,
)

URGENT: Final = Order(BY_URGENCY)
ENDED: Final = Order(LATELY_CLOSED)
NEWEST: Final = Order(("-created_at", "-id"))
LATEST: Final = Order(("-id",))


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
    """What the list shows at one moment.

    `following` is the place of its last row, empty where no row follows; `opened` is
    the number of the ticket that stands beside the list.
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
    opened: str = ""

    @classmethod
    def of(
        cls,
        user: User,
        wish: Wish,
        *,
        at: datetime,
        records: Records | None = None,
        opened: str = "",
    ) -> Self:
        counts = open_counts(user, type(wish.view))
        asks = wish.words or records
        current = "" if asks else wish.view
        part = None if asks else part_of(wish.view)
        order, places = places_of(user, wish, records)
        is_more, places = len(places) > wish.rows, places[: wish.rows]
        return cls(
            now=at,
            wish=wish,
            rows=rows_of(
                [place.id for place in places],
                reader=user,
                at=at,
                found={it.id: it.found for it in places if isinstance(it, Hit)},
            ),
            following=order.place_of(places[-1]) if is_more else "",
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
            opened=opened,
        )

    @property
    def drawn(self) -> SafeString:
        """Its rows as a part of the page."""
        return joined(row.drawn(is_open=row.number == self.opened) for row in self.rows)

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


def places_of(
    user: User, wish: Wish, records: Records | None
) -> tuple[Order, list[Any]]:
    """The order of what is asked for, and the first places in it, one too many."""
    if wish.words and records is None:
        before = LATEST.key_of(wish.after)
        search = Search(wish.words, user, wish.columns, before)
        return LATEST, search.newest(wish.rows + 1)
    if wish == Wish(wish.view, rows=wish.rows) and records is None:
        order, question = _beginning(
            user.role, user.department_id, wish.view, wish.rows
        )
        found = question.ask(person=user.pk) if user.is_active else []
    else:
        tickets, order = chosen(Ticket.objects.visible_to(user), user, wish, records)
        found = list(_columns(tickets, order)[: wish.rows + 1])
    return order, [order.row(it) for it in found]


@lru_cache(maxsize=256, typed=True)  # a view and a stage may have one code
def _beginning(
    role: str, department: int | None, view: View | Stage, rows: int
) -> tuple[Order, Question[tuple[Any, ...]]]:
    """The order of a view that nothing narrows, and how it begins for somebody."""
    reader = somebody(role=role, department=department)
    visible = Ticket.objects.visible_to(reader)
    tickets, order = chosen(visible, reader, Wish(view), None)
    return order, Question(lambda: _columns(tickets, order)[: rows + 1])


def _columns(tickets: TicketQuerySet[Ticket], order: Order) -> QuerySet[Any, Any]:
    return tickets.order_by(*order.columns).values_list(*order.names)


def chosen(
    visible: TicketQuerySet[Ticket], user: User, wish: Wish, records: Records | None
) -> tuple[TicketQuerySet[Ticket], Order]:
    """The tickets of a view or number, from where the rows begin, and their order.

    What somebody may not see is not among them, whatever was counted.
    """
    view = wish.view
    if records is not None:
        tickets, order = visible.filter(pk__in=records.pks), NEWEST
    else:
        if isinstance(view, Stage):
            visible = visible.filter(of_stage(view, user))
        over = view == View.CLOSED or view in OVER
        tickets = visible.closed() if over else visible.open()
        order = ENDED if over else URGENT
        if view == View.MINE:
            tickets = tickets.filter(assignee=user.pk)
        if view == View.UNASSIGNED:
            tickets = tickets.unassigned()
    return tickets.filter(order.beyond(wish.after), **wish.columns), order
