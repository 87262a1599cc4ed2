"""Two clicks at the same moment, on two connections, do one thing."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

import pytest
from django.db import connection

from customers.models import Customer
from inquiries import services
from inquiries.models import (
    Callback,
    ContractRequest,
    DeviceChoice,
    Inquiry,
    Quotation,
    RepairRequest,
)
from tests.factories import InquiryFactory, UserFactory
from tests.inquiries.requests import decided, fault, handler_of, talked, wish
from tests.instants import after
from tickets.models import Event, Message, Ticket
from tickets.services import events
from tickets.workflow import IllegalStep

pytestmark = pytest.mark.django_db(transaction=True)
CLICKS = 4
T = TypeVar("T")


def at_once(work: Callable[[], T]) -> list[T | Exception]:
    """Do it several times at the same moment; results and refusals."""
    barrier = Barrier(CLICKS)

    def run(_: int) -> T | Exception:
        barrier.wait()
        try:
            return work()
        except Exception as error:  # noqa: BLE001 - handed to the test
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(CLICKS) as pool:
        return list(pool.map(run, range(CLICKS)))


def test_clicks_on_ask_at_the_same_moment_ask_once() -> None:
    token = uuid.uuid4()
    found = at_once(lambda: InquiryFactory.create(client_token=token))
    assert len(set(found)) == 1
    inquiry = Inquiry.objects.get()
    assert found[0] == inquiry
    assert Message.objects.count() == Customer.objects.count() == 1
    assert inquiry.clocks.count() == 1


def test_two_questions_of_one_new_customer_at_once_know_one_customer() -> None:
    found = at_once(InquiryFactory.create)
    assert len({each.pk for each in found if isinstance(each, Inquiry)}) == CLICKS
    assert Customer.objects.count() == 1


def test_clicks_on_send_at_the_same_moment_send_one_message() -> None:
    inquiry, agent = InquiryFactory.create(), UserFactory.create()
    answer, more = uuid.uuid4(), uuid.uuid4()
    for work in (
        lambda: services.reply(
            inquiry, text="好。", by=agent, at=after(5), client_token=answer
        ),
        lambda: services.customer_writes(
            inquiry, text="嗯。", at=after(6), client_token=more
        ),
    ):
        assert len(set(at_once(work))) == 1
    assert Message.objects.count() == 3
    assert Ticket.objects.get().message_count == 3
    assert events.broken_links(Ticket.objects.get()) == []


def test_of_several_who_take_at_the_same_moment_one_has_it() -> None:
    inquiry = InquiryFactory.create()
    agents = [UserFactory.create() for _ in range(CLICKS)]
    found = at_once(lambda: services.take(inquiry, by=agents.pop(), at=after(5)))
    assert sum(isinstance(each, IllegalStep) for each in found) == CLICKS - 1, found
    assert Event.objects.filter(verb="taken").count() == 1
    assert events.broken_links(Ticket.objects.get()) == []


def test_answers_of_several_at_the_same_moment_all_arrive_in_one_chain() -> None:
    inquiry, agent = InquiryFactory.create(), UserFactory.create()
    found = at_once(lambda: services.reply(inquiry, text="好。", by=agent, at=after(5)))
    assert all(isinstance(each, Message) for each in found)
    ticket = Ticket.objects.get()
    assert ticket.message_count == CLICKS + 1
    assert ticket.event_count == Event.objects.count() == CLICKS + 2
    assert events.broken_links(ticket) == []


def test_of_several_decisions_at_the_same_moment_one_stands() -> None:
    request = wish()
    handlers = [handler_of("contract_management") for _ in range(CLICKS)]

    def decide() -> ContractRequest:
        by = handlers.pop()
        return services.decide_contract_request(
            request, decision="granted", text="可以。", by=by, at=after(minutes=5)
        )

    found = at_once(decide)
    assert sum(isinstance(each, IllegalStep) for each in found) == CLICKS - 1, found
    assert Event.objects.filter(verb="contract_decided").count() == 1
    assert events.broken_links(Ticket.objects.get()) == []


def test_a_result_that_several_tell_at_the_same_moment_is_told_once() -> None:
    request, agent = decided(wish()), UserFactory.create()
    count = Message.objects.count()
    found = at_once(
        lambda: services.tell_contract_result(request, by=agent, at=after(minutes=9))
    )
    assert sum(isinstance(each, IllegalStep) for each in found) == CLICKS - 1, found
    assert Message.objects.count() == count + 1
    assert events.broken_links(Ticket.objects.get()) == []


def test_clicks_on_a_wish_and_a_fault_at_the_same_moment_ask_once() -> None:
    inquiry, agent, token = talked(), UserFactory.create(), uuid.uuid4()
    for work in (
        lambda: wish(inquiry, by=agent, client_token=token),
        lambda: fault(inquiry, client_token=token),
    ):
        assert len(set(at_once(work))) == 1
    assert ContractRequest.objects.count() == RepairRequest.objects.count() == 1
    assert events.broken_links(Ticket.objects.get()) == []


@pytest.mark.clause("IN-27", "IN-28")
def test_of_two_agents_who_announce_at_once_one_promises() -> None:
    inquiry = InquiryFactory.create()
    agents = [UserFactory.create() for _ in range(CLICKS)]
    found = at_once(
        lambda: services.announce_checking(
            inquiry,
            surname="王",
            phone="",
            question="4K？",
            by=agents.pop(),
            at=after(9),
        )
    )
    assert sum(isinstance(each, IllegalStep) for each in found) == CLICKS - 1, found
    assert Callback.objects.count() == 1
    assert inquiry.clocks.filter(metric="callback").count() == 1
    assert inquiry.messages.count() == 2


@pytest.mark.clause("IN-28")
def test_of_two_agents_who_finish_a_callback_at_once_one_has_done_it() -> None:
    inquiry, agent = InquiryFactory.create(), UserFactory.create()
    services.announce_checking(
        inquiry, surname="王", phone="", question="4K？", by=agent, at=after(9)
    )
    agents = [UserFactory.create() for _ in range(CLICKS)]
    found = at_once(
        lambda: services.finish_callback(
            inquiry, way="message", outcome="能。", by=agents.pop(), at=after(20)
        )
    )
    assert sum(isinstance(each, IllegalStep) for each in found) == CLICKS - 1, found
    assert inquiry.messages.filter(text="能。").count() == 1
    assert events.broken_links(Ticket.objects.get()) == []


@pytest.mark.clause("IN-53")
def test_of_several_clicks_on_finish_one_says_goodbye() -> None:
    inquiry, agent = InquiryFactory.create(), UserFactory.create()
    services.reply(
        inquiry, text="好。", by=agent, at=after(5), answers=["operation_use"]
    )
    services.note_customer_left(inquiry, by=agent, at=after(400))
    token = uuid.uuid4()
    found = at_once(
        lambda: services.close(
            inquiry,
            intent="clear",
            consent=True,
            by=agent,
            at=after(500),
            client_token=token,
        )
    )
    assert all(isinstance(each, Inquiry) for each in found), found
    assert inquiry.messages.count() == 3
    assert inquiry.follow_ups.count() == 1


def test_two_agents_who_quote_at_the_same_moment_send_one_version_each() -> None:
    inquiry = InquiryFactory.create()
    order = {"items": [("CAM-06", 1)], "days": 3, "delivery": "same_city"}
    drafts = [
        services.draft_quotation(inquiry, **order, by=UserFactory.create(), at=after(9))
        for _ in range(CLICKS)
    ]
    waiting = list(drafts)

    def send() -> Quotation:
        draft = waiting.pop()
        return services.send_quotation(draft, by=draft.drafted_by, at=after(20))

    found = at_once(send)
    assert all(isinstance(each, Quotation) for each in found), found
    versions = Quotation.objects.sent().values_list("version", flat=True)
    assert sorted(versions) == [1, 2, 3, 4]
    assert Message.objects.filter(quotation__isnull=False).count() == CLICKS
    assert events.broken_links(Ticket.objects.get()) == []


def test_clicks_on_send_quotation_at_the_same_moment_send_it_once() -> None:
    inquiry, agent = InquiryFactory.create(), UserFactory.create()
    draft = services.draft_quotation(
        inquiry,
        items=[("CAM-06", 1)],
        days=3,
        delivery="same_city",
        by=agent,
        at=after(9),
    )
    found = at_once(lambda: services.send_quotation(draft, by=agent, at=after(20)))
    assert [each.version for each in found if isinstance(each, Quotation)] == [1] * 4
    assert Message.objects.filter(quotation__isnull=False).count() == 1


def test_clicks_on_a_device_at_the_same_moment_choose_it_once() -> None:
    inquiry, agent = InquiryFactory.create(), UserFactory.create()
    selection = services.select_devices(
        inquiry,
        scene="outdoor_mobile",
        scale="solo",
        needs=["portability"],
        by=agent,
        at=after(9),
    )
    codes = [one.code for one in selection.devices[:2]]
    comparison = services.recommend(
        inquiry, selection=selection, codes=codes, by=agent, at=after(10)
    )
    at_once(
        lambda: services.choose_device(
            inquiry, comparison=comparison, code=codes[0], at=after(20)
        )
    )
    assert DeviceChoice.objects.count() == 1
    assert events.broken_links(Ticket.objects.get()) == []
    assert Message.objects.filter(direction="in").count() == 2
