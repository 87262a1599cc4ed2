"""A ticket's history cannot be changed unseen."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from pytest_django import DjangoAssertNumQueries

from inquiries import services
from staff.models import User
from tests.factories import InquiryFactory, UserFactory
from tests.instants import after
from tickets.models import Event, Ticket
from tickets.services import events

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent() -> User:
    return UserFactory.create()


@pytest.fixture
def ticket(agent: User) -> Ticket:
    """Asked, answered, noted and asked about more: six lines."""
    inquiry = InquiryFactory.create()
    services.reply(inquiry, text="八百元。", by=agent, at=after(10))
    services.customer_writes(inquiry, text="好的。", at=after(20))
    services.write_note(inquiry, text="意向明确", by=agent, at=after(30))
    services.add_topic(inquiry, topic="after_sales", by=agent, at=after(40))
    return Ticket.objects.get(pk=inquiry.pk)


@contextmanager
def without_the_guard() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE tickets_event DISABLE TRIGGER USER")
    yield
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE tickets_event ENABLE TRIGGER USER")


def test_the_history_names_what_happened_who_did_it_and_when(
    ticket: Ticket, agent: User
) -> None:
    lines = [(e.sequence, e.verb, e.actor, e.at) for e in ticket.events.all()]
    assert lines == [
        (1, "asked", None, after(0)),
        (2, "replied", agent, after(10)),
        (3, "taken", agent, after(10)),
        (4, "customer_wrote", None, after(20)),
        (5, "noted", agent, after(30)),
        (6, "topic_added", agent, after(40)),
    ]
    assert ticket.event_count == 6
    assert events.broken_links(ticket) == []


@pytest.mark.clause("CC-32")
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE tickets_event SET verb = 'replied' WHERE sequence = 5",
        "UPDATE tickets_event SET at = at - interval '1 hour'",
        "UPDATE tickets_event SET sequence = sequence",
        "DELETE FROM tickets_event WHERE sequence = 6",
        "DELETE FROM tickets_event",
    ],
)
def test_the_database_refuses_to_change_history(ticket: Ticket, change: str) -> None:
    with (
        pytest.raises(DatabaseError, match="event_append_only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)
    assert Event.objects.filter(ticket=ticket).count() == 6


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        ("UPDATE tickets_event SET verb = 'greeted' WHERE sequence = 2", [2]),
        ("UPDATE tickets_event SET at = at + interval '1 us' WHERE sequence = 4", [4]),
        ("UPDATE tickets_event SET actor_id = NULL WHERE sequence = 5", [5]),
        ("UPDATE tickets_event SET data = '{\"message\": 1}' WHERE sequence = 1", [1]),
        ("DELETE FROM tickets_event WHERE sequence = 3", [4, 5, 6, 6]),
        ("DELETE FROM tickets_event WHERE sequence = 6", [6]),
        ("DELETE FROM tickets_event", [1]),
        ("UPDATE tickets_event SET hash = repeat('0', 64) WHERE sequence = 6", [6, 7]),
    ],
)
def test_a_change_behind_the_databases_back_is_found(
    ticket: Ticket, change: str, broken: list[int]
) -> None:
    with without_the_guard(), connection.cursor() as cursor:
        cursor.execute(change)
    assert events.broken_links(ticket) == broken


def test_history_verify_says_that_all_is_well_or_which_ticket_is_not(
    ticket: Ticket, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    InquiryFactory.create(surname="李")
    out = StringIO()
    with django_assert_num_queries(2):
        call_command("history_verify", stdout=out)
    assert out.getvalue() == "2 histories agree with their hashes.\n"
    with without_the_guard(), connection.cursor() as cursor:
        cursor.execute("UPDATE tickets_event SET verb = 'greeted' WHERE sequence = 2")
    with pytest.raises(CommandError, match="1 of 2 histories contradict their hashes"):
        call_command("history_verify", stdout=out)
    assert out.getvalue().endswith(f"\n{ticket.number}: line 2 does not fit\n")


def test_history_holds_no_word_that_a_person_wrote(ticket: Ticket) -> None:
    everything = str(list(ticket.events.values_list("data", flat=True)))
    for word in ("八百", "好的", "意向", "王", "13800138000"):
        assert word not in everything
