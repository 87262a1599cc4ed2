"""What was edited after a lost answer is not dropped as a second click: it is a 409."""

import uuid
from collections.abc import Callable
from typing import Any, Final

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from inquiries import services
from inquiries.models import Inquiry
from staff.models import User
from tests.factories import InquiryFactory, UserFactory, channel
from tests.inquiries.requests import fault, talked, wish
from tests.inquiries.snapshot import everything
from tests.instants import after
from tickets.models import Message
from tickets.workflow import SentOtherwise

pytestmark = pytest.mark.django_db

TOKEN: Final = uuid.UUID("0b0f6a52-6c1e-4c1b-9d3e-2f6d7a1c9e44")
Say = Callable[[Inquiry, User, str], object]


def pdf(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"%PDF-1.4\n%%EOF")


def ask(_inquiry: Inquiry, _agent: User, text: str) -> object:
    return services.ask(
        channel=channel(),
        surname="王",
        phone="",
        topic="operation_use",
        text=text,
        at=after(1),
        client_token=TOKEN,
    )


def call_back(inquiry: Inquiry, agent: User, text: str) -> object:
    return services.finish_callback(
        inquiry, way="message", outcome=text, by=agent, at=after(60), client_token=TOKEN
    )


def check(inquiry: Inquiry, agent: User, text: str) -> object:
    return services.announce_checking(
        inquiry,
        surname="王",
        phone="",
        question=text,
        by=agent,
        at=after(50),
        client_token=TOKEN,
    )


def compare(inquiry: Inquiry, agent: User, text: str) -> object:
    selection = services.select_devices(
        inquiry,
        scene="outdoor_mobile",
        scale="solo",
        needs=["portability"],
        category="live_camera",
        by=agent,
        at=after(30),
    )
    return services.recommend(
        inquiry,
        selection=selection,
        codes=["CAM-02"],
        only_one_reason=text,
        by=agent,
        at=after(40),
        client_token=TOKEN,
    )


def quote(inquiry: Inquiry, agent: User, text: str) -> object:
    return services.quote(
        inquiry,
        items=[("CAM-06", len(text))],
        days=3,
        delivery="same_city",
        by=agent,
        at=after(40),
        client_token=TOKEN,
    )


SAID: Final[dict[str, Say]] = {
    "reply": lambda i, by, text: services.reply(
        i, text=text, by=by, at=after(30), client_token=TOKEN
    ),
    "note": lambda i, by, text: services.write_note(
        i, text=text, by=by, at=after(30), client_token=TOKEN
    ),
    "customer": lambda i, _by, text: services.customer_writes(
        i, text=text, at=after(30), client_token=TOKEN
    ),
    "ask": ask,
    "check": check,
    "call back": call_back,
    "wish": lambda i, by, text: wish(i, wish=text, by=by, client_token=TOKEN),
    "fault": lambda i, _by, text: fault(i, fault=text, client_token=TOKEN),
    "compare": compare,
    "quote": quote,
}


def ready(name: str, inquiry: Inquiry, agent: User) -> None:
    if name == "call back":
        services.announce_checking(
            inquiry, surname="王", phone="", question="?", by=agent, at=after(20)
        )


@pytest.mark.parametrize("name", SAID)
def test_the_same_again_adds_nothing_and_something_else_is_refused(
    agent: User, name: str
) -> None:
    inquiry, say = talked(), SAID[name]
    ready(name, inquiry, agent)
    first = say(inquiry, agent, "第一稿")
    before = everything()
    assert say(inquiry, agent, "第一稿") == first
    assert everything() == before
    with pytest.raises(SentOtherwise):
        say(inquiry, agent, "改过的第二稿")
    assert everything() == before


def test_the_greeting_before_the_first_answer_does_not_make_it_another(
    inquiry: Inquiry, agent: User
) -> None:
    first = SAID["reply"](inquiry, agent, "好")
    assert SAID["reply"](inquiry, agent, "好") == first
    assert SAID["reply"](inquiry, agent, " 好\r\n") == first
    assert inquiry.messages.count() == 2


def test_a_note_is_not_taken_for_the_answer_that_was_sent(
    inquiry: Inquiry, agent: User
) -> None:
    SAID["reply"](inquiry, agent, "好")
    with pytest.raises(SentOtherwise):
        SAID["note"](inquiry, agent, "好")
    assert inquiry.messages.count() == 2


def test_a_file_that_was_added_makes_it_another(inquiry: Inquiry, agent: User) -> None:
    def send(*names: str) -> Message:
        return services.reply(
            inquiry,
            text="好",
            by=agent,
            at=after(5),
            files=[pdf(name) for name in names],
            client_token=TOKEN,
        )

    first = send("a.pdf")
    assert send("a.pdf") == first
    for names in ((), ("a.pdf", "b.pdf"), ("b.pdf",)):
        with pytest.raises(SentOtherwise):
            send(*names)
    assert first.attachments.count() == 1


def test_other_facts_under_the_same_token_are_not_dropped(agent: User) -> None:
    talk = talked()

    def tell(zone: str, **more: Any) -> object:
        return services.tell_service_facts(
            talk, zone=zone, by=agent, at=after(30), client_token=TOKEN, **more
        )

    first = tell("same_city")
    assert tell("same_city") == first
    for zone, devices in (("store_pickup", []), ("same_city", ["CAM-06"])):
        with pytest.raises(SentOtherwise):
            tell(zone, devices=devices)


def test_other_clauses_under_the_same_token_are_not_dropped(agent: User) -> None:
    talk, all_of = talked(), ["term", "damage", "early_return"]

    def explain(*explained: str, examples: list[str]) -> object:
        return services.explain_clauses(
            talk,
            clauses=explained,
            not_asked=[clause for clause in all_of if clause not in explained],
            examples=examples,
            by=agent,
            at=after(30),
            client_token=TOKEN,
        )

    first = explain("term", examples=["term_week"])
    assert explain("term", examples=["term_week"]) == first
    with pytest.raises(SentOtherwise):
        explain("term", "damage", examples=["term_week", "damage_lost"])
    with pytest.raises(SentOtherwise):
        explain("term", examples=["term_week", "term_overdue"])


def test_asked_again_elsewhere_with_the_same_token_is_still_that_inquiry() -> None:
    agent = UserFactory.create()
    first = ask(InquiryFactory.create(), agent, "在吗?")
    assert ask(InquiryFactory.create(), agent, "在吗?") == first
