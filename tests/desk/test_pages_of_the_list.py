"""The list in pages: each row once, at the same cost, by an index that has the order."""

import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from helpdesk.desk import counting
from helpdesk.desk.forms import View
from helpdesk.desk.listing import ENDED, LATEST, NEWEST, URGENT, chosen
from helpdesk.desk.wish import MOST_ROWS, PAGE, Wish
from helpdesk.keyset import Order
from staff.models import User
from tests.factories import InquiryFactory
from tickets.models import Ticket

pytestmark = pytest.mark.django_db

LIST = "/desk/list/"
COUNT = MOST_ROWS + PAGE + 3
OF_QUEUES = {
    "ticket_by_deadline",
    "ticket_open_by_urgency",
    "ticket_of_assignee_by_urgency",
    "ticket_unassigned_by_urgency",
}


def crowd(count: int, *, at: datetime, **same: Any) -> None:
    """Inquiries whose instants are few, so that many are equal, or none at all."""
    of = random.Random(count)  # noqa: S311 - the same each time
    one = InquiryFactory.create(at=at)
    instants = [None, *(at + timedelta(minutes=n) for n in range(3))]
    Ticket.objects.bulk_create(
        Ticket(
            **{
                "number": f"IN{n}",
                "kind": one.kind,
                "channel": one.channel,
                "customer": one.customer,
                "status": one.status,
                "created_at": of.choice(instants[1:]),
                "next_due_at": of.choice(instants),
                "customer_waiting_since": of.choice(instants),
                "last_message_at": of.choice(instants),
                **same,
            }
        )
        for n in range(count - 1)
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO inquiries_inquiry (ticket_ptr_id) SELECT id FROM tickets_ticket"
            " EXCEPT SELECT ticket_ptr_id FROM inquiries_inquiry"
        )


@pytest.mark.parametrize("order", [URGENT, ENDED, NEWEST, LATEST])
def test_pages_neither_skip_nor_repeat_a_row(order: Order) -> None:
    now = timezone.now()
    crowd(60, at=now, closed_at=now, status="closed")
    newer = Ticket.objects.filter(status="closed", pk__in=Ticket.objects.all()[:30])
    newer.update(closed_at=now - timedelta(minutes=1))
    ordered = Ticket.objects.order_by(*order.columns)
    whole, place = list(ordered), ""
    seen: list[Ticket] = []
    while page := ordered.filter(order.beyond(place))[:7]:
        seen += page
        place = order.place_of(page[6 if len(page) == 7 else len(page) - 1])
    assert [it.pk for it in seen] == [it.pk for it in whole]


@pytest.mark.parametrize(
    "place",
    [
        *(
            "",
            "x",
            "!!",
            "\0",
            "W10",
            "WzFd",
            "e30",
            "bnVsbA",
            "W251bGwsbnVsbCxudWxsLC0xXQ",
        ),
        *("[" * 5000, "WyJ4IiwieCIsIngiLDFd", "WzEsMiwzLDRd", "W1tdLFtdLFtdLDFd"),
        URGENT.place_of(Ticket(pk=2**63)),
        NEWEST.place_of(Ticket(pk=1)),
    ],
)
def test_a_place_that_nobody_gave_out_is_the_beginning(
    desk: Client, place: str
) -> None:
    InquiryFactory.create(at=timezone.now())
    assert not URGENT.beyond(place)
    page = desk.get("/desk/", {"after": place[:400]})
    assert len(page.context["listing"].rows) == 1


def test_every_row_is_reached_with_and_without_a_script(
    desk: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    crowd(COUNT, at=timezone.now())
    whole = list(
        Ticket.objects.order_by(*URGENT.columns).values_list("number", flat=True)
    )
    # A page after the other, as a link leads.
    seen, address, pages = [], "/desk/", 0
    while address:
        listing = desk.get(address).context["listing"]
        seen += [row.number for row in listing.rows]
        address, pages = listing.next_page if listing.following else "", pages + 1
    assert (seen, pages) == (whole, 4)
    # The same list grows, costs no more queries, and what is fetched again is all of it.
    address, sizes = LIST, []
    while address:
        with django_assert_num_queries(6):
            listing = desk.get(address).context["listing"]
        sizes.append(len(listing.rows))
        assert [row.number for row in listing.rows] == whole[: sizes[-1]]
        again = desk.get(listing.address).context["listing"]
        assert len(again.rows) == sizes[-1]
        address = listing.longer
    assert sizes == [PAGE, MOST_ROWS]
    # A search goes on in the same way, the newest first.
    newest = list(Ticket.objects.order_by("-pk").values_list("number", flat=True))
    seen, address = [], "/desk/?q=王"
    InquiryFactory.create(at=timezone.now(), surname="李")
    while address:
        listing = desk.get(address).context["listing"]
        seen += [row.number for row in listing.rows]
        address = listing.next_page if listing.following else ""
    assert seen == newest


def test_numbers_are_exact_up_to_many(
    desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "MANY", 5)
    for number, shown in ((4, "4"), (1, "4+"), (1, "4+")):
        for _ in range(number):
            InquiryFactory.create(at=timezone.now())
        listing = desk.get(LIST).context["listing"]
        assert [tab.shown for tab in listing.tabs] == [shown, "0", shown, ""]
        assert listing.tabs[0].count == min(5, Ticket.objects.count())
        assert (listing.waiting, listing.unassigned) == (shown, shown)


@pytest.mark.parametrize(
    ("view", "index"),
    [
        (View.DUE, "ticket_open_by_urgency"),
        (View.MINE, "ticket_of_assignee_by_urgency"),
        (View.UNASSIGNED, "ticket_unassigned_by_urgency"),
        (View.CLOSED, "ticket_lately_closed"),
    ],
)
def test_an_index_has_the_rows_of_a_view_in_their_order(
    agent: User, view: View, index: str
) -> None:
    with connection.cursor() as cursor:
        for other in OF_QUEUES - {index}:
            cursor.execute(f"DROP INDEX {other}")
        for way in ("seqscan", "bitmapscan", "sort"):  # as with a large table
            cursor.execute(f"SET LOCAL enable_{way} = off")
    visible = Ticket.objects.visible_to(agent)
    last, after = Ticket(pk=1, closed_at=timezone.now()), ""
    for _ in range(2):
        found, order = chosen(visible, agent, Wish(view, after=after), None)
        after = order.place_of(last)
        plan = found.order_by(*order.columns)[: PAGE + 1].explain()
        assert index in plan
        assert "Sort" not in plan
