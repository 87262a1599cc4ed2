"""A question that needs checking: notice, callback, answer (IN-27 to IN-29)."""

import uuid
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command

from customers.models import RevealLog
from inquiries import services
from inquiries.models import Callback, Inquiry
from knowledge.services.phrases import ForbiddenPhrase
from sla.models import Clock
from staff.models import User
from tests.factories import InquiryFactory
from tests.inquiries.snapshot import everything
from tests.instants import after
from tests.texts import NOTICE
from tickets.workflow import IllegalStep

pytestmark = pytest.mark.django_db


@pytest.fixture
def greeted(inquiry: Inquiry, agent: User) -> Inquiry:
    services.greet(inquiry, by=agent, at=after(5))
    return inquiry


@pytest.fixture
def phoneless(agent: User) -> Inquiry:
    inquiry = InquiryFactory.create(phone="")
    services.greet(inquiry, by=agent, at=after(5))
    return inquiry


def announce(inquiry: Inquiry, by: User, seconds: float, **more: Any) -> Callback:
    given = {"surname": "王", "phone": "", "question": "能接4K吗？", **more}
    return services.announce_checking(inquiry, by=by, at=after(seconds), **given)


def clock(inquiry: Inquiry, metric: str) -> Clock:
    return inquiry.clocks.filter(metric=metric).latest("pk")


@pytest.mark.clause("IN-27", "IN-28", "IN-29", "SH-17", "CM-21")
def test_the_notice_goes_out_word_for_word_and_a_callback_is_promised(
    greeted: Inquiry, agent: User
) -> None:
    callback = announce(greeted, agent, 40)
    greeted.refresh_from_db()
    assert greeted.messages.latest("pk").text == NOTICE
    assert greeted.status == "awaiting_verification"
    notice = clock(greeted, "complex_notice")
    assert (notice.started_at, notice.outcome) == (after(0), "met")
    promised = clock(greeted, "callback")
    assert (promised.started_at, promised.due_at) == (after(40), after(40, minutes=15))
    assert (callback.clock, callback.question) == (promised, "能接4K吗？")
    assert greeted.customer.masked.endswith("8000")


@pytest.mark.clause("IN-27")
def test_a_notice_more_than_a_minute_after_the_last_word_is_late(
    greeted: Inquiry, agent: User
) -> None:
    announce(greeted, agent, 61)
    assert clock(greeted, "complex_notice").outcome == "missed"


@pytest.mark.clause("IN-27")
def test_a_minute_that_began_with_the_last_word_agrees_with_its_record(
    greeted: Inquiry, agent: User
) -> None:
    announce(greeted, agent, 75)
    out = StringIO()
    call_command("sla_verify", ticket=greeted.number, jobs=1, stdout=out)
    assert out.getvalue().startswith("3 clocks agree")


@pytest.mark.clause("IN-27")
def test_the_minute_counts_from_when_the_question_was_clear(
    greeted: Inquiry, agent: User
) -> None:
    """D-09: measured from a click, not from what somebody says later."""
    for seconds in (100, 110):
        services.mark_question_clear(greeted, by=agent, at=after(seconds))
    assert clock(greeted, "complex_notice").due_at == after(160)
    announce(greeted, agent, 155)
    notice = clock(greeted, "complex_notice")
    assert (notice.started_at, notice.outcome) == (after(100), "met")
    assert greeted.clocks.filter(metric="complex_notice").count() == 1


@pytest.mark.clause("IN-27")
def test_words_before_the_notice_begin_the_minute_anew(
    greeted: Inquiry, agent: User
) -> None:
    services.mark_question_clear(greeted, by=agent, at=after(100))
    services.customer_writes(greeted, text="还有供电？", at=after(130))
    announce(greeted, agent, 185)
    first, second = greeted.clocks.filter(metric="complex_notice").order_by("pk")
    assert (first.status, first.breached_at) == ("cancelled", None)
    assert (second.started_at, second.outcome) == (after(130), "met")


def test_an_answer_instead_of_the_notice_needs_no_notice(
    greeted: Inquiry, agent: User
) -> None:
    services.mark_question_clear(greeted, by=agent, at=after(100))
    services.reply(
        greeted, text="能。", by=agent, at=after(120), answers=["operation_use"]
    )
    notice = clock(greeted, "complex_notice")
    assert (notice.status, notice.breached_at) == ("cancelled", None)


@pytest.mark.clause("IN-29")
@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"surname": " "}, {"surname"}),
        ({"question": "\n"}, {"question"}),
        ({"phone": "123"}, {"phone"}),
        ({"answer_by": "pigeon"}, {"answer_by"}),
        (
            {"surname": "", "phone": "x", "question": ""},
            {"surname", "phone", "question"},
        ),
    ],
)
def test_without_surname_contact_and_question_no_notice_goes_out(
    greeted: Inquiry, agent: User, changes: dict[str, str], fields: set[str]
) -> None:
    before = everything()
    with pytest.raises(ValidationError) as refusal:
        announce(greeted, agent, 40, **changes)
    assert set(refusal.value.error_dict) == fields
    assert everything() == before


@pytest.mark.clause("IN-28", "IN-29")
def test_a_callback_without_a_number_is_refused_and_says_what_else_there_is(
    phoneless: Inquiry, agent: User, english: None
) -> None:
    before = everything()
    with pytest.raises(ValidationError) as refusal:
        announce(phoneless, agent, 40)
    (text,) = refusal.value.message_dict["phone"]
    assert text.startswith("A callback needs a number.")
    assert everything() == before


@pytest.mark.clause("IN-28")
def test_without_a_phone_the_answer_comes_in_the_conversation(
    phoneless: Inquiry, agent: User
) -> None:
    announce(phoneless, agent, 40, answer_by="message")
    services.reply(
        phoneless,
        text="1. 能接。2. 用HDMI线。",
        by=agent,
        at=after(300),
        answers=["operation_use"],
    )
    phoneless.refresh_from_db()
    done = phoneless.callbacks.get()
    assert (done.done_at, done.done_way, done.outcome) == (
        after(300),
        "message",
        "1. 能接。2. 用HDMI线。",
    )
    assert clock(phoneless, "callback").outcome == "met"
    assert phoneless.status == "answered"


def test_an_interim_word_does_not_end_a_promised_answer(
    phoneless: Inquiry, agent: User
) -> None:
    announce(phoneless, agent, 40, answer_by="message")
    services.reply(phoneless, text="还在核实。", by=agent, at=after(300))
    phoneless.refresh_from_db()
    assert phoneless.status == "awaiting_verification"
    assert clock(phoneless, "callback").status == "running"


def test_a_number_that_is_given_now_belongs_to_the_customer_from_now_on(
    phoneless: Inquiry, agent: User
) -> None:
    announce(phoneless, agent, 40, phone="139 1234 5678")
    phoneless.refresh_from_db()
    assert (phoneless.customer.surname, phoneless.customer.phone_tail) == ("王", "5678")


@pytest.mark.clause("IN-28")
def test_a_failed_attempt_keeps_the_callback_open(
    greeted: Inquiry, agent: User
) -> None:
    announce(greeted, agent, 40)
    token = uuid.uuid4()
    for seconds in (100, 101):
        services.log_callback_attempt(
            greeted,
            obstacle="no_answer",
            by=agent,
            at=after(seconds),
            client_token=token,
        )
    callback = services.log_callback_attempt(
        greeted, obstacle="busy", by=agent, at=after(200)
    )
    assert (callback.attempts, callback.last_obstacle) == (2, "busy")
    assert callback.done_at is None
    assert clock(greeted, "callback").status == "running"
    greeted.refresh_from_db()
    assert greeted.status == "awaiting_verification"
    tried = greeted.events.filter(verb="callback_tried")
    assert [event.data["obstacle"] for event in tried] == ["no_answer", "busy"]


@pytest.mark.clause("IN-28")
@pytest.mark.parametrize("way", ["call", "message"])
def test_the_answer_ends_the_callback_and_its_clock(
    greeted: Inquiry, agent: User, way: str
) -> None:
    announce(greeted, agent, 40)
    callback = services.finish_callback(
        greeted, way=way, outcome="能，HDMI 2.0。", by=agent, at=after(300)
    )
    greeted.refresh_from_db()
    assert (callback.done_at, callback.done_by, callback.done_way) == (
        after(300),
        agent,
        way,
    )
    assert clock(greeted, "callback").outcome == "met"
    assert greeted.status == "in_service"
    heard = greeted.messages.filter(text="能，HDMI 2.0。").exists()
    assert heard is (way == "message")


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"way": ""}, "way"), ({"outcome": " "}, "outcome"), ({"way": "call"}, "way")],
)
def test_an_end_that_says_too_little_ends_nothing(
    phoneless: Inquiry, agent: User, changes: dict[str, str], field: str
) -> None:
    announce(phoneless, agent, 40, answer_by="message")
    before = everything()
    given = {"way": "message", "outcome": "能。", **changes}
    with pytest.raises(ValidationError) as refusal:
        services.finish_callback(phoneless, by=agent, at=after(60), **given)
    assert set(refusal.value.error_dict) == {field}
    with pytest.raises(ValidationError) as refusal:
        services.log_callback_attempt(
            phoneless, obstacle="busy", by=agent, at=after(60)
        )
    assert set(refusal.value.error_dict) == {"obstacle"}
    assert everything() == before


@pytest.mark.clause("IN-28")
def test_a_second_question_gets_a_second_callback_with_its_own_clock(
    greeted: Inquiry, agent: User
) -> None:
    announce(greeted, agent, 40)
    services.finish_callback(
        greeted, way="call", outcome="能。", by=agent, at=after(300)
    )
    announce(greeted, agent, 330)
    assert clock(greeted, "complex_notice").started_at == after(300)
    assert clock(greeted, "callback").due_at == after(330, minutes=15)
    assert [it.subject for it in greeted.clocks.filter(metric="callback")] == ["", "2"]


@pytest.mark.clause("IN-29")
def test_the_number_is_shown_for_a_reason_while_a_callback_is_open(
    greeted: Inquiry, agent: User, supervisor: User
) -> None:
    with pytest.raises(IllegalStep):
        services.reveal_contact(greeted, reason="好奇", by=agent, at=after(20))
    assert services.reveal_contact(greeted, reason="投诉", by=supervisor, at=after(30))
    announce(greeted, agent, 40)
    shown = services.reveal_contact(greeted, reason="回电", by=agent, at=after(50))
    assert shown == "138 0013 8000"
    assert list(RevealLog.objects.values_list("by", "reason", "at")) == [
        (supervisor.pk, "投诉", after(30)),
        (agent.pk, "回电", after(50)),
    ]
    event = greeted.events.filter(verb="contact_revealed").latest("sequence")
    assert event.data == {"customer": greeted.customer_id}


@pytest.mark.clause("IN-23")
def test_a_missed_call_is_called_back(inquiry: Inquiry, agent: User) -> None:
    callback = services.miss(inquiry, by=None, at=after(20))
    inquiry.refresh_from_db()
    assert (inquiry.status, callback.way) == ("missed", "call")
    services.finish_callback(
        inquiry, way="call", outcome="已答复", by=agent, at=after(90)
    )
    inquiry.refresh_from_db()
    assert inquiry.status == "in_service"


@pytest.mark.clause("IN-20", "IN-28")
def test_an_answer_by_message_is_read_by_the_phrase_guard_and_a_call_is_not(
    greeted: Inquiry, agent: User
) -> None:
    announce(greeted, agent, 40)
    before = everything()
    with pytest.raises(ForbiddenPhrase) as refusal:
        services.finish_callback(
            greeted, way="message", outcome="不知道", by=agent, at=after(50)
        )
    assert refusal.value.field == "outcome"
    assert everything() == before
    services.finish_callback(
        greeted, way="call", outcome="客户不知道型号", by=agent, at=after(60)
    )
    assert greeted.callbacks.get().done_way == "call"
