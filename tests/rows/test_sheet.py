"""A sheet writes what Django's own `save` would write, each row once."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

from customers.models import Customer
from inquiries.models import Inquiry, InquiryTopic
from rows.sheet import Sheet, insert_unless_there, next_key
from tests.factories import AT, InquiryFactory
from tickets.gathering import gathering
from tickets.models import Channel, Event, Kind, Message, Ticket
from tickets.services import events

pytestmark = pytest.mark.django_db


def stored(row: Model) -> dict[str, Any]:
    """All columns of a row, except the keys that tell it from another."""
    columns = [field.attname for field in type(row)._meta.concrete_fields]
    found = type(row)._default_manager.filter(pk=row.pk).values(*columns).get()
    own = {"id", "ticket_ptr_id", "number", "customer_id", "inquiry_id", "ticket_id"}
    return {name: value for name, value in found.items() if name not in own}


def rows_of(number: str) -> list[Model]:
    """An inquiry and what hangs on it, not written."""
    key = next_key(Ticket)
    inquiry = Inquiry(
        pk=key,
        number=number,
        kind=Kind.INQUIRY,
        channel=Channel.objects.get(code="web_chat"),
        customer=Customer.objects.create(surname="王", created_at=AT),
        status="new",
        involved=[3, 5],
        created_at=AT,
    )
    return [
        inquiry,
        InquiryTopic(inquiry_id=key, topic="rental_price", asked_at=AT),
        Message(ticket_id=key, direction="in", text="100 % “行”", sent_at=AT),
        Event(ticket_id=key, sequence=1, verb="asked", at=AT, data={"a": [1, "二"]}),
    ]


def test_new_rows_are_those_that_save_would_write() -> None:
    by_sheet, by_save = rows_of("IN20261123AAAAAA"), rows_of("IN20261123BBBBBB")
    sheet = Sheet()
    for row in by_sheet:
        sheet.add(row)
    with CaptureQueriesContext(connection) as sent:
        sheet.write()
        sheet.write()
    assert len(sent) == 1
    for row in by_save:
        row.save(force_insert=True)
    for kind in (Inquiry, InquiryTopic, Message, Event):
        ours, theirs = map(stored, kind._default_manager.order_by("pk"))
        assert ours == theirs
    assert not by_sheet[0]._state.adding


def test_what_a_row_says_at_the_end_is_written_once() -> None:
    inquiry, sheet = InquiryFactory.create(), Sheet()
    inquiry.status = "in_service"
    sheet.change(inquiry, "status")
    inquiry.status, inquiry.closing_asked_at = "answered", AT
    inquiry.involved = [7]
    sheet.change(inquiry, "status", "closing_asked_at", "involved")
    with CaptureQueriesContext(connection) as sent:
        sheet.write()
    assert len(sent) == 1
    found = Inquiry.objects.get(pk=inquiry.pk)
    assert (found.status, found.closing_asked_at) == ("answered", AT)
    assert found.involved == [7]


def test_what_is_not_named_stays_as_somebody_else_has_written_it() -> None:
    inquiry, sheet = InquiryFactory.create(), Sheet()
    Ticket.objects.filter(pk=inquiry.pk).update(priority=1)
    inquiry.last_message_at = AT
    sheet.change(inquiry, "last_message_at")
    sheet.write()
    found = Ticket.objects.get(pk=inquiry.pk)
    assert (found.priority, found.last_message_at) == (1, AT)


def test_a_verb_that_fails_leaves_nothing_to_be_written_later() -> None:
    inquiry = InquiryFactory.create()

    @transaction.atomic
    def fail() -> None:
        with gathering(inquiry):
            events.record(inquiry, "noted", by=None, at=AT)
            Event.objects.create(ticket=inquiry, sequence=1, verb="asked", at=AT)

    with pytest.raises(IntegrityError):
        fail()
    assert inquiry.sheet is None
    assert [event.verb for event in inquiry.events.all()] == ["asked"]
    fresh = Inquiry.objects.get(pk=inquiry.pk)
    events.record(fresh, "taken", by=None, at=AT)
    assert events.broken_links(Ticket.objects.get(pk=inquiry.pk)) == []


def test_lines_that_are_gathered_form_the_chain_that_single_ones_form() -> None:
    inquiry = InquiryFactory.create()
    with gathering(inquiry), CaptureQueriesContext(connection) as sent:
        events.record(inquiry, "noted", by=None, at=AT, message=1)
        with gathering(inquiry):
            events.record(inquiry, "taken", by=None, at=AT + timedelta(seconds=1))
        assert len(sent) == 0
    found = Ticket.objects.get(pk=inquiry.pk)
    assert [event.verb for event in found.events.all()] == ["asked", "noted", "taken"]
    assert (found.event_count, found.chain_head) == (3, inquiry.chain_head)
    assert events.broken_links(found) == []


def test_a_row_that_a_unique_rule_has_already_is_not_inserted_again() -> None:
    def wang() -> Customer:
        return Customer(
            surname="王",
            phone_index="i",
            phone_encrypted="e",
            phone_tail="8000",
            created_at=AT,
        )

    first, again = wang(), wang()
    assert insert_unless_there(first)
    assert not insert_unless_there(again)
    assert [it.pk for it in Customer.objects.all()] == [first.pk]
    assert stored(first)["phone_tail"] == "8000"
    unfit = wang()
    unfit.phone_tail = ""
    unfit.phone_index = "other"
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_unless_there(unfit)
