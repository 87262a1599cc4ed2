"""A made-up year for an empty house: as the product would have left it."""

import hashlib
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import Count, Max, Min, OuterRef, Q, Subquery
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from customers.encryption import blind_index, decrypt
from customers.models import Customer
from customers.services import parse_phone
from helpdesk.setup.scale import filling, staffing
from helpdesk.setup.scale.arrivals import arrivals
from helpdesk.setup.scale.rows import CUSTOMERS, TABLES
from sla.models import Clock
from sla.services import verification
from sla.services.verification import Scope
from staff.models import Role, User
from tests.factories import AT, InquiryFactory
from tickets.models import Direction, Message, Ticket

UNTIL = AT
Fill = Callable[[], Counter[str]]


@pytest.fixture
def fill(monkeypatch: pytest.MonkeyPatch) -> Fill:
    """Three hundred tickets in several parts."""
    monkeypatch.setattr(filling, "PART", 130)
    said: list[str] = []
    return partial(filling.fill, 300, seed=7, until=UNTIL, jobs=1, say=said.append)


def digests() -> dict[str, str]:
    """A fingerprint of all rows of each table; encryption is never the same twice."""
    found = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            columns = set(table.columns) - {"phone_encrypted"}
            cursor.execute(
                f"SELECT {', '.join(sorted(columns))} FROM {table.name}"  # noqa: S608
            )
            rows = sorted(map(repr, cursor.fetchall()))
            found[table.name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


@pytest.mark.django_db
def test_the_same_seed_and_end_give_the_same_rows_and_every_record_is_proven(
    fill: Fill, capsys: pytest.CaptureFixture[str]
) -> None:
    staffing.hire(seed=7)  # a second attempt would give people other keys
    with transaction.atomic():
        done = fill()
        first = digests()
        transaction.set_rollback(True)
    assert not Ticket.objects.exists()
    assert fill() == done
    assert digests() == first

    call_command("history_verify")
    assert "300 histories agree with their hashes." in capsys.readouterr().out
    (verified,) = verification.verify(Scope(), jobs=1)
    assert verified.findings == []
    assert verified.clocks == done["sla_clock"]
    assert verified.lines == done["sla_clockevent"]
    assert verification.orphans() == []

    # What comes next gets keys of its own.
    ours = InquiryFactory.create()
    assert ours.pk == 301
    assert ours.messages.get().pk > Message.objects.exclude(ticket=ours).count()


@pytest.mark.django_db
def test_summaries_and_deadlines_of_tickets_are_those_of_their_messages_and_clocks(
    fill: Fill, client: Client
) -> None:
    fill()
    notes = Q(messages__direction=Direction.NOTE)
    due = Clock.objects.filter(ticket=OuterRef("pk")).running().order_by("due_at")
    for ticket in Ticket.objects.annotate(
        said=Count("messages"),
        last=Max("messages__sent_at", filter=~notes),
        first=Min("messages__sent_at"),
        due=Subquery(due.values("due_at")[:1]),
    ):
        assert ticket.message_count == ticket.said
        assert ticket.last_message_at == ticket.last
        assert ticket.created_at == ticket.first
        assert ticket.next_due_at == ticket.due
        assert UNTIL - timedelta(days=365) <= ticket.created_at <= UNTIL
    assert not Ticket.objects.open().filter(message_count=0).exists()
    with_phone = Customer.objects.exclude(phone_encrypted="")
    for customer in with_phone[:20]:
        phone = decrypt(customer.phone_encrypted)
        assert phone == parse_phone(phone)
        assert customer.phone_index == blind_index(phone)
        assert customer.phone_tail == phone[-4:]
    assert Customer.objects.count() == 150
    _every_kind_of_case_has_its_page(client)
    assert User.objects.filter(role=Role.AGENT).count() == 44


def _every_kind_of_case_has_its_page(client: Client) -> None:
    client.force_login(User.objects.with_role(Role.SUPERVISOR).earliest("pk"))
    shown = Ticket.objects.order_by("kind", "status", "pk").distinct("kind", "status")
    for ticket in shown:
        page = client.get(reverse(f"desk:{ticket.kind}", args=(ticket.number,)))
        assert page.status_code == 200
    assert {"closed", "abandoned", "answered", "archived"} <= {
        it.status for it in shown
    }


@pytest.mark.django_db
def test_nothing_is_filled_into_a_house_that_has_a_ticket(fill: Fill) -> None:
    InquiryFactory.create()
    before = digests()
    said = "This house is not empty: customers_customer has rows. Fill a new one."
    with pytest.raises(CommandError, match=said):
        call_command("seed_scale", tickets=5, jobs=1)
    assert digests() == before
    assert CUSTOMERS.name in before


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"tickets": 0}, "--tickets is a number from 1 to 20,000,000."),
        ({"tickets": -1}, "--tickets is a number from 1 to 20,000,000."),
        ({"tickets": 5_000_000_000}, "--tickets is a number from 1 to 20,000,000."),
        ({"tickets": 1, "jobs": 0}, "--jobs is a number from 1 to 64."),
        ({"until": "2026-11-20T12:00"}, "2026-11-20T12:00 says no offset"),
        ({"until": "9999-01-01T00:00+08:00"}, "is still to come."),
        ({"until": "2026-13-01T00:00Z"}, "is no instant such as"),
        ({"until": "soon"}, "soon is no instant such as"),
        ({"until": "0001-01-01T00:00+14:00"}, "the year 2021 at the earliest"),
    ],
)
def test_what_cannot_be_filled_is_refused_in_words(
    wrong: dict[str, object], said: str
) -> None:
    with pytest.raises(CommandError, match=said):
        call_command("seed_scale", **{"tickets": 1, "jobs": 1, **wrong})
    assert not Ticket.objects.exists()


def test_customers_come_in_the_evening_more_than_at_night_and_ever_more() -> None:
    came = list(arrivals(20_000, until=UNTIL, seed=7))
    assert len(came) == 20_000
    assert came == sorted(came) == list(arrivals(20_000, until=UNTIL, seed=7))
    hours = Counter(timezone.localtime(at).hour for at in came)
    assert hours[20] > 10 * hours[3]
    days = Counter(timezone.localtime(at).weekday() for at in came)
    assert days[5] > days[2]
    half = UNTIL - timedelta(days=182)
    assert sum(at > half for at in came) > 11_000
    assert len(set(arrivals(1, until=UNTIL, seed=8))) == 1
