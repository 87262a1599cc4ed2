"""A question is asked as its QuerySet would be, without making its SQL anew."""

from typing import Any

import pytest
from django.db import connection
from django.db.models import Model, Q
from django.db.models.functions import Left, Upper
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from inquiries import services
from inquiries.models import Inquiry, InquiryTopic
from rows.questions import Keys, Question, Slot, let_know, share_out
from tests.factories import AT, InquiryFactory, UserFactory
from tickets.models import Message

ASKED: Question[Inquiry] = Question(
    lambda: Inquiry.objects.select_related("channel", "customer", "assignee").filter(
        Q(number=Slot("number")) | Q(client_token=Slot("token")), kind="inquiry"
    )
)
SAID: Question[Message] = Question(
    lambda: Message.objects.filter(text__contains="%", ticket=Slot("ticket"))
)
SOME: Question[Inquiry] = Question(
    lambda: Inquiry.objects.filter(pk__in=Keys("keys")).order_by("pk")
)
LONG: Question[Message] = Question(
    lambda: (
        Message.objects.filter(ticket=Slot("ticket"))
        .defer("text")
        .annotate(beginning=Left("text", 3))
    )
)
SENT: Question[tuple[Any, ...]] = Question(
    lambda: Message.objects.filter(ticket=Slot("ticket")).values_list(
        "text", Upper("direction"), "client_token"
    )
)


def content(row: Model) -> dict[str, Any]:
    """What an instance holds, of its own table and of those that were joined."""
    held = {name: it for name, it in vars(row).items() if name != "_state"}
    joined = {name: content(it) for name, it in row._state.fields_cache.items() if it}
    return {**held, **joined, "stands": not row._state.adding}


@pytest.mark.django_db
def test_rows_are_those_of_the_queryset_with_what_was_joined() -> None:
    inquiry = InquiryFactory.create()
    InquiryFactory.create()
    known = Inquiry.objects.select_related("channel", "customer", "assignee")
    with CaptureQueriesContext(connection) as sent:
        (found,) = ASKED.ask(number=inquiry.number, token=None)
        assert found.channel.code
        assert found.assignee is None
    assert len(sent) == 1
    assert content(found) == content(known.get(pk=inquiry.pk))
    assert ASKED.first(number="IN20261123AAAAAA", token=None) is None
    with pytest.raises(Inquiry.DoesNotExist):
        ASKED.get(number="IN20261123AAAAAA", token=None)


@pytest.mark.django_db
def test_values_stand_for_themselves_whatever_is_in_them() -> None:
    inquiry = InquiryFactory.create(text="100 % ' \\ %s")
    assert [it.text for it in SAID.ask(ticket=inquiry.pk)] == ["100 % ' \\ %s"]
    assert ASKED.ask(number="' OR true --", token=None) == []


@pytest.mark.django_db
def test_values_come_in_the_order_in_which_they_are_asked() -> None:
    inquiry = InquiryFactory.create(text="Hello")
    known = Message.objects.filter(ticket=inquiry)
    assert SENT.ask(ticket=inquiry.pk) == [
        (it.text, it.direction.upper(), it.client_token) for it in known
    ]
    assert SENT.ask(ticket=0) == []


@pytest.mark.django_db
def test_as_many_keys_as_there_are_ask_by_one_statement() -> None:
    first, second, _other = (InquiryFactory.create() for _ in range(3))
    for asked in ([], [first], [first, second]):
        keys = [inquiry.pk for inquiry in asked]
        assert [it.pk for it in SOME.ask(keys=keys)] == keys


@pytest.mark.django_db(transaction=True)
def test_nothing_is_locked_outside_a_transaction() -> None:
    with pytest.raises(TransactionManagementError):
        Inquiry.objects.lock(1)


@pytest.mark.django_db
def test_what_is_known_of_a_relation_is_not_asked_again() -> None:
    inquiry = InquiryFactory.create()
    let_know(inquiry, "topics", InquiryTopic.objects.all())
    with CaptureQueriesContext(connection) as sent:
        assert [topic.topic for topic in inquiry.topics.all()] == ["operation_use"]
    assert len(sent) == 0


@pytest.mark.django_db
def test_some_of_what_is_known_is_asked_for_as_ever() -> None:
    inquiry = InquiryFactory.create()
    InquiryFactory.create()
    let_know(inquiry, "topics", [])
    asked = inquiry.topics.filter(topic="operation_use")
    assert [topic.inquiry_id for topic in asked] == [inquiry.pk]


@pytest.mark.django_db
def test_each_is_given_its_own_rows() -> None:
    first, second, silent = (InquiryFactory.create() for _ in range(3))
    services.write_note(first, text="a", by=UserFactory.create(), at=AT)
    mine = [first, second]
    services.write_note(
        InquiryFactory.create(), text="b", by=UserFactory.create(), at=AT
    )
    known = Message.objects.exclude(ticket=silent)
    share_out(known, "messages", [*mine, silent])
    with CaptureQueriesContext(connection) as sent:
        held = [len(it.messages.all()) for it in (first, second, silent)]
    assert held == [2, 1, 0]
    assert len(sent) == 0


@pytest.mark.django_db
def test_what_is_reckoned_beside_a_row_and_what_is_left_out_are_as_ever() -> None:
    inquiry = InquiryFactory.create(text="abcdef")
    message = LONG.ask(ticket=inquiry.pk)[0]
    assert vars(message)["beginning"] == "abc"
    assert message.get_deferred_fields() == {"text"}
    assert message.text == "abcdef"
