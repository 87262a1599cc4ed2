"""The first human word of a cycle carries the greeting (IN-25)."""

import pytest

from inquiries import services
from inquiries.models import Inquiry
from staff.models import User
from tests.factories import InquiryFactory, channel
from tests.finishing import finish
from tests.instants import after
from tests.texts import GREETING, NOTICE

pytestmark = [pytest.mark.django_db, pytest.mark.clause("IN-25")]


def test_a_first_answer_without_the_greeting_gets_it_on_its_own_line(
    inquiry: Inquiry, agent: User
) -> None:
    first = services.reply(inquiry, text="八百元。", by=agent, at=after(10))
    second = services.reply(inquiry, text="含运费。", by=agent, at=after(20))
    assert first.text == f"{GREETING}\n八百元。"
    assert second.text == "含运费。"


def test_a_first_answer_that_holds_the_greeting_stays_as_it_is(
    inquiry: Inquiry, agent: User
) -> None:
    text = f"王女士！{GREETING}"
    assert services.reply(inquiry, text=text, by=agent, at=after(10)).text == text


def test_after_the_greeting_an_answer_is_the_answer_alone(
    inquiry: Inquiry, agent: User
) -> None:
    assert services.greet(inquiry, by=agent, at=after(5)).text == GREETING
    reply = services.reply(inquiry, text="八百元。", by=agent, at=after(10))
    assert reply.text == "八百元。"


def test_an_almost_right_greeting_is_not_the_greeting(
    inquiry: Inquiry, agent: User
) -> None:
    text = GREETING.replace(",", "，")
    reply = services.reply(inquiry, text=text, by=agent, at=after(10))
    assert reply.text == f"{GREETING}\n{text}"


def test_each_cycle_is_greeted_anew(inquiry: Inquiry, agent: User) -> None:
    services.reply(inquiry, text="八百元。", by=agent, at=after(10))
    finish(inquiry, by=agent, at=after(60))
    services.reopen(inquiry, by=None, at=after(100))
    reply = services.reply(inquiry, text="九百元。", by=agent, at=after(110))
    assert reply.text == f"{GREETING}\n九百元。"


@pytest.mark.clause("IN-27")
def test_a_notice_as_the_first_word_is_greeted_too(
    inquiry: Inquiry, agent: User
) -> None:
    services.announce_checking(
        inquiry, surname="王", phone="", question="4K？", by=agent, at=after(9)
    )
    text = inquiry.messages.latest("pk").text
    assert text == f"{GREETING}\n{NOTICE}"


def test_an_automatic_greeting_does_not_stand_for_the_persons(agent: User) -> None:
    """D-03: the first reply is a person's, unless the policy lets the other count."""
    web = channel()
    web.auto_greeting = True
    web.save(update_fields=["auto_greeting"])
    inquiry = InquiryFactory.create(channel=web)
    reply = services.reply(inquiry, text="八百元。", by=agent, at=after(10))
    assert reply.text == f"{GREETING}\n八百元。"


def test_at_a_counter_nobody_greets_in_writing(agent: User) -> None:
    inquiry = InquiryFactory.create(channel=channel("store"))
    reply = services.reply(inquiry, text="八百元。", by=agent, at=after(10))
    assert reply.text == "八百元。"
