"""What the customer wants to know: asked, answered, and never forgotten (IN-04)."""

import pytest
from django.core.exceptions import ValidationError

from inquiries import services
from inquiries.models import Inquiry, InquiryTopic, Topic
from inquiries.topic_guards import GUARDS
from staff.models import User
from tests.answering import settle
from tests.factories import InquiryFactory
from tests.inquiries.snapshot import everything
from tests.instants import after
from tickets.workflow import IllegalStep

pytestmark = [pytest.mark.django_db, pytest.mark.clause("IN-04")]


def state(inquiry: Inquiry) -> tuple[str, list[tuple[str, bool]]]:
    inquiry.refresh_from_db()
    topics = inquiry.topics.all()
    return inquiry.status, [(it.topic, it.answered_at is not None) for it in topics]


def test_the_question_that_was_asked_stands_with_its_topic(inquiry: Inquiry) -> None:
    topic = inquiry.topics.get()
    assert (topic.topic, topic.question) == (
        "operation_use",
        "两台摄像机租三天多少钱？",
    )


@pytest.mark.clause("IN-26")
def test_a_customer_adds_topics_and_each_only_once(inquiry: Inquiry) -> None:
    for seconds in (5, 6):
        services.add_topic(inquiry, topic="delivery_time", by=None, at=after(seconds))
    assert state(inquiry) == (
        "new",
        [("operation_use", False), ("delivery_time", False)],
    )
    assert inquiry.events.filter(verb="topic_added").count() == 1


def test_an_answer_marks_its_topics_and_the_last_makes_the_inquiry_answered(
    inquiry: Inquiry, agent: User
) -> None:
    services.add_topic(inquiry, topic="delivery_time", by=agent, at=after(5))
    answer = services.reply(
        inquiry, text="八百元。", by=agent, at=after(9), answers=["operation_use"]
    )
    assert state(inquiry) == (
        "in_service",
        [("operation_use", True), ("delivery_time", False)],
    )
    first = inquiry.topics.get(topic="operation_use")
    assert (first.answer, first.answered_at) == (answer, after(9))
    settle(inquiry, "delivery_time", by=agent, at=after(19))
    services.answer_topic(inquiry, topic="delivery_time", by=agent, at=after(20))
    assert state(inquiry)[0] == "answered"


def test_a_new_topic_brings_an_answered_inquiry_back(
    inquiry: Inquiry, agent: User
) -> None:
    services.reply(
        inquiry, text="八百元。", by=agent, at=after(9), answers=["operation_use"]
    )
    services.add_topic(inquiry, topic="operation_use", by=None, at=after(30))
    assert state(inquiry) == (
        "in_service",
        [("operation_use", True), ("operation_use", False)],
    )


def test_a_greeting_answers_nothing(
    inquiry: Inquiry, agent: User, english: None
) -> None:
    services.greet(inquiry, by=agent, at=after(5))
    before = everything()
    with pytest.raises(IllegalStep, match="Using devices"):
        services.answer_topic(inquiry, topic="operation_use", by=agent, at=after(6))
    assert everything() == before


def test_an_answer_from_before_the_question_answers_nothing(
    inquiry: Inquiry, agent: User
) -> None:
    services.reply(inquiry, text="八百元。", by=agent, at=after(9))
    services.add_topic(inquiry, topic="delivery_time", by=None, at=after(30))
    before = everything()
    with pytest.raises(IllegalStep):
        services.answer_topic(inquiry, topic="delivery_time", by=agent, at=after(31))
    assert everything() == before


def test_a_second_click_on_answered_changes_nothing(
    inquiry: Inquiry, agent: User
) -> None:
    services.reply(inquiry, text="八百元。", by=agent, at=after(9))
    services.answer_topic(inquiry, topic="operation_use", by=agent, at=after(10))
    before = everything()
    services.answer_topic(inquiry, topic="operation_use", by=agent, at=after(11))
    assert everything() == before


def test_a_note_or_another_customers_message_is_no_answer(
    inquiry: Inquiry, agent: User
) -> None:
    services.reply(inquiry, text="八百元。", by=agent, at=after(9))
    note = services.write_note(inquiry, text="记", by=agent, at=after(10))
    before = everything()
    with pytest.raises(ValidationError) as refusal:
        services.answer_topic(
            inquiry, topic="operation_use", message=note, by=agent, at=after(11)
        )
    assert set(refusal.value.error_dict) == {"message"}
    assert everything() == before


def test_a_wrong_topic_goes_but_never_the_only_one(
    inquiry: Inquiry, agent: User
) -> None:
    before = everything()
    with pytest.raises(IllegalStep):
        services.remove_topic(inquiry, topic="operation_use", by=agent, at=after(5))
    assert everything() == before
    services.add_topic(inquiry, topic="after_sales", by=agent, at=after(6))
    services.remove_topic(inquiry, topic="operation_use", by=agent, at=after(7))
    assert state(inquiry)[1] == [("after_sales", False)]
    assert inquiry.events.latest("sequence").data == {"topic": "operation_use"}


@pytest.mark.clause("CC-11")
@pytest.mark.parametrize("topic", ["", "weather", "租赁价格"])
def test_an_unknown_topic_is_refused_beside_the_field(
    inquiry: Inquiry, agent: User, topic: str
) -> None:
    before = everything()
    for verb in (services.add_topic, services.remove_topic, services.answer_topic):
        with pytest.raises(ValidationError) as refusal:
            verb(inquiry, topic=topic, by=agent, at=after(5))
        assert set(refusal.value.error_dict) == {"topic"}
    with pytest.raises(ValidationError) as refusal:
        services.reply(inquiry, text="好", by=agent, at=after(5), answers=[topic])
    assert set(refusal.value.error_dict) == {"answers"}
    assert everything() == before


def test_a_question_of_our_own_makes_it_the_customers_turn(
    inquiry: Inquiry, agent: User
) -> None:
    services.reply(inquiry, text="您要租几天？", by=agent, at=after(9))
    assert state(inquiry)[0] == "awaiting_customer"
    services.customer_writes(inquiry, text="三天。", at=after(20))
    assert state(inquiry)[0] == "in_service"


GUARDED = [
    pytest.param(topic, clause, marks=pytest.mark.clause(*clauses), id=topic)
    for topic, clause, clauses in (
        (Topic.DEVICE_SELECTION, "IN-33", ("IN-33", "IN-34")),
        (Topic.RENTAL_PRICE, "IN-37", ("IN-37",)),
        (Topic.CONTRACT_TERMS, "IN-41", ("IN-41", "IN-43")),
        (Topic.DELIVERY_TIME, "IN-46", ("IN-46", "IN-47", "IN-48", "IN-49")),
        (Topic.AFTER_SALES, "IN-46", ("IN-50", "IN-51")),
    )
]


def test_every_topic_but_operation_has_a_deed_of_its_own() -> None:
    assert {topic for topic in Topic if topic not in GUARDS} == {Topic.OPERATION_USE}
    assert {case.id for case in GUARDED} == set(GUARDS)


@pytest.mark.parametrize(("topic", "clause"), GUARDED)
def test_a_topic_is_not_answered_before_its_own_deed_and_is_after_it(
    agent: User, topic: Topic, clause: str
) -> None:
    inquiry = InquiryFactory.create(topic=topic.value)
    services.reply(inquiry, text="好的。", by=agent, at=after(9))
    before = everything()
    with pytest.raises(IllegalStep, match=clause):
        services.answer_topic(inquiry, topic=topic, by=agent, at=after(10))
    with pytest.raises(IllegalStep, match=clause):
        services.reply(inquiry, text="好", by=agent, at=after(11), answers=[topic])
    assert everything() == before
    assert InquiryTopic.objects.open().count() == 1
    settle(inquiry, topic, by=agent, at=after(20))
    services.answer_topic(inquiry, topic=topic, by=agent, at=after(30))
    assert state(inquiry) == ("answered", [(topic, True)])


@pytest.mark.parametrize("topic", sorted(GUARDS))
def test_the_deed_of_another_topic_settles_nothing(agent: User, topic: Topic) -> None:
    inquiry = InquiryFactory.create(topic=topic.value)
    services.reply(inquiry, text="好的。", by=agent, at=after(9))
    for other in Topic:
        if GUARDS.get(other) is not GUARDS[topic]:
            settle(inquiry, other, by=agent, at=after(20))
    before = everything()
    with pytest.raises(IllegalStep):
        services.answer_topic(inquiry, topic=topic, by=agent, at=after(30))
    assert everything() == before


@pytest.mark.clause("IN-43")
def test_clauses_that_are_not_understood_leave_their_topic_open(agent: User) -> None:
    inquiry = InquiryFactory.create(topic="contract_terms")
    services.reply(inquiry, text="好的。", by=agent, at=after(9))
    settle(inquiry, "contract_terms", by=agent, at=after(10))
    services.note_understanding(inquiry, understood=False, by=agent, at=after(20))
    before = everything()
    with pytest.raises(IllegalStep, match="IN-43"):
        services.answer_topic(inquiry, topic="contract_terms", by=agent, at=after(30))
    assert everything() == before
