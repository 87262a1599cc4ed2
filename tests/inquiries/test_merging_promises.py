"""What merging does to promises and steps that are under way on either side."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils.translation import override

from inquiries import services
from inquiries.models import Inquiry, Topic
from inquiries.services import contract_requests
from inquiries.topic_guards import Deeds, deeds_of
from staff.models import User
from tests.answering import settle
from tests.factories import InquiryFactory
from tests.inquiries.requests import decided, fault, handler_of, wish
from tests.inquiries.snapshot import everything
from tests.instants import after
from tickets.workflow import IllegalStep

pytestmark = pytest.mark.django_db


@pytest.fixture
def target(inquiry: Inquiry, agent: User) -> Inquiry:
    """Asked at 10:00:00, answered after 10 s."""
    services.reply(inquiry, text="八百元。", by=agent, at=after(10))
    return fresh(inquiry)


@pytest.fixture
def again(target: Inquiry, agent: User) -> Inquiry:
    """The same customer asks anew after a minute, and is greeted."""
    asked = InquiryFactory.create(topic=Topic.DELIVERY_TIME.value, at=after(60))
    services.greet(asked, by=agent, at=after(65))
    return fresh(asked)


def fresh(inquiry: Inquiry) -> Inquiry:
    return Inquiry.objects.get(pk=inquiry.pk)


def check(inquiry: Inquiry, by: User, second: int) -> None:
    services.announce_checking(
        inquiry,
        surname="王",
        phone="13800138000",
        question="4K？",
        by=by,
        at=after(second),
    )


def illegal(inquiry: Inquiry, into: Inquiry, by: User, words: str) -> None:
    before = everything()
    with override("en"), pytest.raises(IllegalStep, match=words):
        services.merge(inquiry, into=into, by=by, at=after(minutes=70))
    assert everything() == before


@pytest.mark.clause("IN-28")
def test_who_waits_for_a_callback_is_called_back_before_any_merge(
    again: Inquiry, target: Inquiry, agent: User
) -> None:
    check(again, agent, 70)
    illegal(again, target, agent, "callback is open")
    services.finish_callback(again, way="call", outcome="支持", by=agent, at=after(80))
    services.merge(again, into=target, by=agent, at=after(90))
    assert fresh(again).status == "merged"


@pytest.mark.clause("IN-28")
def test_a_callback_that_is_promised_where_it_goes_on_stays_promised(
    again: Inquiry, target: Inquiry, agent: User
) -> None:
    check(target, agent, 70)
    services.merge(again, into=target, by=agent, at=after(80))
    assert fresh(target).status == "awaiting_verification"
    callback = target.callbacks.open().get()
    assert callback.clock is not None
    assert callback.clock.status == "running"


@pytest.mark.clause("IN-45")
def test_a_contract_change_is_told_before_its_inquiry_is_merged(
    again: Inquiry, target: Inquiry, agent: User
) -> None:
    request = wish(again, by=agent, at=after(70))
    illegal(again, target, agent, "contract change or a repair")
    request = decided(request, at=after(80))
    illegal(again, target, agent, "contract change or a repair")
    contract_requests.tell_contract_result(request, by=agent, at=after(90))
    services.merge(again, into=target, by=agent, at=after(100))
    outcomes = again.clocks.filter(subject=request.number)
    assert set(outcomes.values_list("outcome", flat=True)) == {"met"}


@pytest.mark.clause("IN-49")
def test_a_fault_is_dealt_with_before_its_inquiry_is_merged(
    again: Inquiry, target: Inquiry, agent: User
) -> None:
    technician = handler_of("technical_support")
    request = fault(again, at=after(70))
    illegal(again, target, agent, "contract change or a repair")
    services.log_technician_contact(request, by=technician, at=after(80))
    illegal(again, target, agent, "contract change or a repair")
    services.finish_repair(
        request,
        result="换线",
        downtime_hours=Decimal(1),
        by=technician,
        at=after(90),
    )
    services.merge(again, into=target, by=agent, at=after(100))
    assert fresh(again).status == "merged"


@pytest.mark.clause("IN-49")
def test_what_is_asked_of_others_where_it_goes_on_stays_there_untouched(
    again: Inquiry, target: Inquiry, agent: User
) -> None:
    request = fault(target, at=after(70))
    services.merge(again, into=target, by=agent, at=after(80))
    services.unmerge(again, by=agent, at=after(90))
    clock = target.clocks.get(subject=request.number)
    assert (clock.status, clock.started_at) == ("running", after(70))


@pytest.mark.clause("IN-27")
def test_the_minute_of_a_clear_question_ends_with_the_merge(
    again: Inquiry, target: Inquiry, agent: User
) -> None:
    services.mark_question_clear(again, by=agent, at=after(66))
    services.merge(again, into=target, by=agent, at=after(70))
    minute = again.clocks.get(metric="complex_notice")
    assert minute.status == "cancelled"
    assert fresh(again).question_clear_at is None
    services.unmerge(again, by=agent, at=after(80))
    services.mark_question_clear(again, by=agent, at=after(85))
    assert fresh(again).question_clear_at == after(85)


@pytest.mark.clause("IN-27")
def test_the_minute_of_the_notice_counts_from_the_customers_last_words_of_either(
    again: Inquiry, target: Inquiry, agent: User
) -> None:
    """Asked at 10:01:00 on the merged one: a notice at 10:01:50 is in time."""
    services.merge(again, into=target, by=agent, at=after(70))
    check(target, agent, 110)
    minute = target.clocks.get(metric="complex_notice")
    assert (minute.started_at, minute.outcome) == (after(60), "met")


@pytest.mark.clause("IN-52")
def test_the_one_that_goes_on_is_in_service_and_asks_the_closing_question_anew(
    again: Inquiry, target: Inquiry, agent: User
) -> None:
    services.answer_topic(target, topic="operation_use", by=agent, at=after(61))
    services.ask_closing_question(target, by=agent, at=after(62))
    services.customer_writes(target, text="没有了", at=after(63))
    services.reply(target, text="好的", by=agent, at=after(64))
    services.ask_closing_question(target, by=agent, at=after(65))
    assert fresh(target).status == "answered"
    services.merge(again, into=target, by=agent, at=after(70))
    now = fresh(target)
    assert (now.status, now.closing_asked_at) == ("in_service", None)


def test_one_that_waited_for_the_customer_returns_as_the_customer_left_it(
    again: Inquiry, target: Inquiry, agent: User
) -> None:
    """Words that nobody has answered make it our turn; else it is theirs still."""
    services.reply(again, text="送到哪里？", by=agent, at=after(66))
    assert fresh(again).status == "awaiting_customer"
    services.merge(again, into=target, by=agent, at=after(70))
    services.unmerge(again, by=agent, at=after(75))
    assert fresh(again).status == "awaiting_customer"
    services.merge(again, into=target, by=agent, at=after(80))
    services.customer_writes(fresh(again), text="送到学校", at=after(85))
    services.unmerge(again, by=agent, at=after(90))
    assert fresh(again).status == "in_service"


def test_a_topic_that_is_open_in_both_stays_open_in_both_after_the_undoing(
    target: Inquiry, agent: User
) -> None:
    """One open topic of a kind per inquiry: it is not moved where it is asked."""
    again = InquiryFactory.create(at=after(60))
    services.merge(again, into=target, by=agent, at=after(70))
    assert target.topics.open().count() == again.topics.open().count() == 1
    services.unmerge(again, by=agent, at=after(80))
    assert target.topics.open().count() == again.topics.open().count() == 1


def test_a_merged_one_is_not_reopened_but_says_where_it_is(
    again: Inquiry, target: Inquiry, agent: User
) -> None:
    services.merge(again, into=target, by=agent, at=after(70))
    before = everything()
    for by in (agent, None):
        with override("en"), pytest.raises(IllegalStep, match="goes on in another one"):
            services.reopen(again, by=by, at=after(80) + timedelta(hours=1))
    with override("en"), pytest.raises(IllegalStep, match="goes on in another one"):
        services.reply(again, text="好", by=agent, at=after(80))
    assert everything() == before


@pytest.mark.clause("IN-37")
def test_what_was_done_for_the_customer_counts_where_the_topic_goes_on(
    target: Inquiry, agent: User
) -> None:
    asked = InquiryFactory.create(topic=Topic.RENTAL_PRICE.value, at=after(60))
    settle(asked, Topic.RENTAL_PRICE, by=agent, at=after(65))
    services.merge(asked, into=target, by=agent, at=after(70))
    services.reply(
        target, text="如上。", by=agent, at=after(75), answers=["rental_price"]
    )
    assert target.topics.get(topic="rental_price").answered_at == after(75)
    services.unmerge(asked, by=agent, at=after(80))
    assert deeds_of(target) == Deeds()
    assert deeds_of(asked) == Deeds(quoted=True)


@pytest.mark.clause("IN-43")
def test_clauses_explained_before_the_merge_are_understood_after_it(
    target: Inquiry, agent: User
) -> None:
    asked = InquiryFactory.create(topic=Topic.CONTRACT_TERMS.value, at=after(60))
    services.greet(asked, by=agent, at=after(62))
    settle(asked, Topic.CONTRACT_TERMS, by=agent, at=after(65))
    services.note_understanding(asked, understood=False, by=agent, at=after(66))
    services.merge(asked, into=target, by=agent, at=after(70))
    assert deeds_of(target) == Deeds(explained=True, understood=False)
    services.note_understanding(target, understood=True, by=agent, at=after(75))
    assert deeds_of(target) == Deeds(explained=True, understood=True)


@pytest.mark.clause("IN-29")
@pytest.mark.parametrize(
    ("surname", "phone"), [("李", ""), ("王", "13912345678"), ("李", "13912345678")]
)
def test_a_conversation_becomes_nobody_elses_while_others_are_merged_into_it(
    again: Inquiry, target: Inquiry, agent: User, surname: str, phone: str
) -> None:
    """A merge rests on one customer: what is merged would be another person's."""

    def check_with(surname: str, phone: str, second: int) -> None:
        services.announce_checking(
            target,
            surname=surname,
            phone=phone,
            question="4K？",
            by=agent,
            at=after(second),
        )

    services.merge(again, into=target, by=agent, at=after(70))
    before = everything()
    with override("en"), pytest.raises(IllegalStep, match="merged into this"):
        check_with(surname, phone, 80)
    assert everything() == before
    services.unmerge(again, by=agent, at=after(85))
    check_with(surname, phone, 90)
    assert fresh(target).customer_id != again.customer_id


@pytest.mark.clause("IN-04")
def test_neither_conversation_is_left_without_a_topic_by_taking_one_away(
    again: Inquiry, target: Inquiry, agent: User
) -> None:
    services.merge(again, into=target, by=agent, at=after(70))
    before = everything()
    for topic, words in (
        ("operation_use", "Add the right one"),
        ("delivery_time", "of a conversation that is merged here"),
    ):
        with override("en"), pytest.raises(IllegalStep, match=words):
            services.remove_topic(target, topic=topic, by=agent, at=after(75))
    assert everything() == before
    services.add_topic(target, topic="rental_price", by=agent, at=after(76))
    services.remove_topic(target, topic="operation_use", by=agent, at=after(77))
    services.unmerge(again, by=agent, at=after(80))
    for inquiry, topic in ((target, "rental_price"), (again, "delivery_time")):
        assert list(inquiry.topics.values_list("topic", flat=True)) == [topic]


def test_a_wrong_topic_that_came_along_with_another_is_taken_away(
    again: Inquiry, target: Inquiry, agent: User
) -> None:
    services.add_topic(again, topic="rental_price", by=agent, at=after(66))
    services.merge(again, into=target, by=agent, at=after(70))
    services.remove_topic(target, topic="delivery_time", by=agent, at=after(75))
    services.unmerge(again, by=agent, at=after(80))
    assert [it.topic for it in again.topics.all()] == ["rental_price"]
