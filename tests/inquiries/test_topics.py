"""What the customer wants to know: asked, answered, and never forgotten (IN-04)."""

from collections.abc import Iterator

import pytest
from django.core.exceptions import ValidationError

from inquiries import services, topic_guards
from inquiries.models import Inquiry, InquiryTopic, Topic
from staff.models import User
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
        "rental_price",
        "两台摄像机租三天多少钱？",
    )


@pytest.mark.clause("IN-26")
def test_a_customer_adds_topics_and_each_only_once(inquiry: Inquiry) -> None:
    for seconds in (5, 6):
        services.add_topic(inquiry, topic="delivery_time", by=None, at=after(seconds))
    assert state(inquiry) == (
        "new",
        [("rental_price", False), ("delivery_time", False)],
    )
    assert inquiry.events.filter(verb="topic_added").count() == 1


def test_an_answer_marks_its_topics_and_the_last_makes_the_inquiry_answered(
    inquiry: Inquiry, agent: User
) -> None:
    services.add_topic(inquiry, topic="delivery_time", by=agent, at=after(5))
    answer = services.reply(
        inquiry, text="八百元。", by=agent, at=after(9), answers=["rental_price"]
    )
    assert state(inquiry) == (
        "in_service",
        [("rental_price", True), ("delivery_time", False)],
    )
    price = inquiry.topics.get(topic="rental_price")
    assert (price.answer, price.answered_at) == (answer, after(9))
    services.reply(inquiry, text="明天到。", by=agent, at=after(19))
    services.answer_topic(inquiry, topic="delivery_time", by=agent, at=after(20))
    assert state(inquiry)[0] == "answered"


def test_a_new_topic_brings_an_answered_inquiry_back(
    inquiry: Inquiry, agent: User
) -> None:
    services.reply(
        inquiry, text="八百元。", by=agent, at=after(9), answers=["rental_price"]
    )
    services.add_topic(inquiry, topic="rental_price", by=None, at=after(30))
    assert state(inquiry) == (
        "in_service",
        [("rental_price", True), ("rental_price", False)],
    )


def test_a_greeting_answers_nothing(inquiry: Inquiry, agent: User) -> None:
    services.greet(inquiry, by=agent, at=after(5))
    before = everything()
    with pytest.raises(IllegalStep, match="租赁价格"):
        services.answer_topic(inquiry, topic="rental_price", by=agent, at=after(6))
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
    services.answer_topic(inquiry, topic="rental_price", by=agent, at=after(10))
    before = everything()
    services.answer_topic(inquiry, topic="rental_price", by=agent, at=after(11))
    assert everything() == before


def test_a_note_or_another_customers_message_is_no_answer(
    inquiry: Inquiry, agent: User
) -> None:
    services.reply(inquiry, text="八百元。", by=agent, at=after(9))
    note = services.write_note(inquiry, text="记", by=agent, at=after(10))
    before = everything()
    with pytest.raises(ValidationError) as refusal:
        services.answer_topic(
            inquiry, topic="rental_price", message=note, by=agent, at=after(11)
        )
    assert set(refusal.value.error_dict) == {"message"}
    assert everything() == before


def test_a_wrong_topic_goes_but_never_the_only_one(
    inquiry: Inquiry, agent: User
) -> None:
    before = everything()
    with pytest.raises(IllegalStep):
        services.remove_topic(inquiry, topic="rental_price", by=agent, at=after(5))
    assert everything() == before
    services.add_topic(inquiry, topic="after_sales", by=agent, at=after(6))
    services.remove_topic(inquiry, topic="rental_price", by=agent, at=after(7))
    assert state(inquiry)[1] == [("after_sales", False)]
    assert inquiry.events.latest("sequence").data == {"topic": "rental_price"}


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


@pytest.fixture
def price_needs_a_quotation(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    rows = {Topic.RENTAL_PRICE: lambda _inquiry: "Send a quotation first."}
    monkeypatch.setattr(topic_guards, "GUARDS", rows)
    return


@pytest.mark.usefixtures("price_needs_a_quotation")
def test_a_topic_with_a_rule_of_its_own_is_not_answered_before_it_is_met(
    inquiry: Inquiry, agent: User
) -> None:
    services.reply(inquiry, text="八百元。", by=agent, at=after(9))
    before = everything()
    with pytest.raises(IllegalStep, match="Send a quotation first"):
        services.answer_topic(inquiry, topic="rental_price", by=agent, at=after(10))
    with pytest.raises(IllegalStep, match="Send a quotation first"):
        services.reply(
            inquiry, text="好", by=agent, at=after(11), answers=["rental_price"]
        )
    assert everything() == before
    assert InquiryTopic.objects.open().count() == 1
