"""A customer asks, and writes more (IN-04, IN-24)."""

import re
import uuid
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError

from inquiries import services
from inquiries.links import inquiry_of, thread_token
from inquiries.models import Inquiry, Topic
from staff.models import User
from tests.factories import InquiryFactory, UserFactory, channel
from tests.finishing import finish
from tests.inquiries.snapshot import everything
from tests.instants import after
from tests.tickets.pictures import PDF, picture, upload
from tickets.models import Attachment, Message, Ticket
from tickets.workflow import IllegalStep

pytestmark = pytest.mark.django_db


def ask(**changes: object) -> Inquiry:
    return InquiryFactory.create(**changes)


def refused(**changes: object) -> dict[str, list[str | None]]:
    """The reasons by field; asserts that nothing was kept."""
    before = everything()
    with pytest.raises(ValidationError) as refusal:
        ask(**changes)
    assert everything() == before
    fields = refusal.value.error_dict
    return {name: [error.code for error in errors] for name, errors in fields.items()}


@pytest.mark.clause("CC-10")
def test_a_question_becomes_an_inquiry_with_everything_that_was_said() -> None:
    inquiry = ask(topic="delivery_time", text=" 明天能到吗？ ")
    inquiry.refresh_from_db()
    assert re.fullmatch(r"IN20261123[2-9A-HJKMNP-Z]{6}", inquiry.number)
    assert inquiry.status == "new"
    assert inquiry.channel.code == "web_chat"
    assert inquiry.assignee is None
    assert inquiry.created_at == inquiry.customer_waiting_since == after(0)
    assert inquiry.last_message_preview == "明天能到吗？"
    assert inquiry.message_count == 1
    assert [(t.topic, t.answered_at) for t in inquiry.topics.all()] == [
        ("delivery_time", None)
    ]
    message = Message.objects.get()
    assert (message.direction, message.author, message.text) == (
        "in",
        None,
        "明天能到吗？",
    )


@pytest.mark.clause("SH-25")
@pytest.mark.parametrize("topic", Topic.values)
def test_each_of_the_six_topics_may_be_asked(topic: str) -> None:
    assert ask(topic=topic).topics.get().topic == topic


def test_a_number_is_dated_by_the_day_in_china() -> None:
    late_evening = after(hours=-10, minutes=1)  # 00:01 in Shanghai, the day before UTC
    assert ask(at=late_evening).number.startswith("IN20261123")
    assert ask(at=after(hours=-10, minutes=-1)).number.startswith("IN20261122")


def test_a_number_that_is_taken_is_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter("A" * 12 + "B" * 6)
    monkeypatch.setattr("tickets.numbers.secrets.choice", lambda _: next(drawn))
    numbers = [ask().number, ask().number]
    assert numbers == ["IN20261123AAAAAA", "IN20261123BBBBBB"]


def test_the_phone_number_is_optional() -> None:
    assert ask(phone="").customer.phone_tail == ""
    assert ask(phone=" ").customer.phone_tail == ""


def test_a_colleague_may_file_it_for_the_customer(agent: User) -> None:
    inquiry = ask(by=agent, channel=channel("hotline"))
    event = Ticket.objects.get(pk=inquiry.pk).events.get()
    assert (event.verb, event.actor) == ("asked", agent)


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({"surname": ""}, {"surname": ["surname_missing"]}),
        ({"phone": "12345"}, {"phone": ["phone_invalid"]}),
        ({"topic": "weather"}, {"topic": ["topic_unknown"]}),
        ({"topic": ""}, {"topic": ["topic_unknown"]}),
        ({"text": " "}, {"text": ["text_missing"]}),
        ({"text": "a" * 1_048_576}, {"text": ["text_long"]}),
        ({"text": "a\x00b"}, {"text": ["text_control_characters"]}),
        (
            {"surname": "", "phone": "x", "topic": "x", "text": ""},
            {
                "surname": ["surname_missing"],
                "phone": ["phone_invalid"],
                "topic": ["topic_unknown"],
                "text": ["text_missing"],
            },
        ),
    ],
)
def test_what_cannot_be_kept_is_refused_field_by_field(
    changes: dict[str, str], reasons: dict[str, list[str]]
) -> None:
    assert refused(**changes) == reasons


def test_a_bad_file_is_refused_beside_a_good_one() -> None:
    files = [upload("a.png", picture()), upload("b.png", b"MZ"), upload("c.png", b"")]
    assert refused(files=files, text="") == {"files": ["file_type", "file_empty"]}


def test_a_picture_alone_is_a_question() -> None:
    inquiry = ask(text="", files=[upload("机器.png", picture())])
    attachment = Attachment.objects.get()
    assert attachment.message.ticket_id == inquiry.pk
    assert (attachment.name, attachment.is_image) == ("机器.png", True)
    assert inquiry.last_message_preview


def test_a_file_lies_under_a_name_that_says_nothing() -> None:
    ask(files=[upload("王先生的合同.pdf", PDF)])
    attachment = Attachment.objects.get()
    path = Path(attachment.file.path)
    assert path.relative_to(settings.MEDIA_ROOT) == Path(
        f"attachments/2026/11/23/{attachment.public_id}"
    )
    assert path.read_bytes() == PDF


def test_script_tags_are_text() -> None:
    inquiry = ask(surname="<b>王</b>", text="<script>alert(1)</script>")
    assert inquiry.customer.surname == "<b>王</b>"
    assert Message.objects.get().text == "<script>alert(1)</script>"


def test_a_second_click_on_send_asks_once() -> None:
    token = uuid.uuid4()
    first = ask(client_token=token)
    before = everything()
    assert ask(client_token=token) == first
    assert everything() == before
    assert ask(client_token=uuid.uuid4()) != first


# --- Writing more ----------------------------------------------------------------------


def test_more_words_join_the_conversation(inquiry: Inquiry) -> None:
    services.customer_writes(inquiry, text="要三天。", at=after(12))
    inquiry.refresh_from_db()
    assert inquiry.message_count == 2
    assert inquiry.last_message_at == after(12)
    assert inquiry.last_message_preview == "要三天。"
    assert inquiry.customer_waiting_since == after(0)
    assert inquiry.status == "new"


def test_the_wait_begins_with_the_first_unanswered_words(
    inquiry: Inquiry, agent: User
) -> None:
    services.reply(inquiry, text="八百元。", by=agent, at=after(10))
    services.customer_writes(inquiry, text="含运费吗？", at=after(50))
    services.customer_writes(inquiry, text="？", at=after(60))
    inquiry.refresh_from_db()
    assert inquiry.customer_waiting_since == after(50)


def test_more_words_on_a_closed_inquiry_are_refused(
    inquiry: Inquiry, agent: User
) -> None:
    services.reply(inquiry, text="八百元。", by=agent, at=after(10))
    finish(inquiry, by=agent, at=after(20))
    before = everything()
    with pytest.raises(IllegalStep) as refusal:
        services.customer_writes(inquiry, text="还在吗？", at=after(30))
    assert (refusal.value.step, refusal.value.status) == ("customer_writes", "closed")
    assert everything() == before


@pytest.mark.parametrize("text", ["", "a" * 1_048_576, "a\x07b"])
def test_words_that_cannot_be_kept_change_nothing(inquiry: Inquiry, text: str) -> None:
    before = everything()
    with pytest.raises(ValidationError) as refusal:
        services.customer_writes(inquiry, text=text, at=after(5))
    assert set(refusal.value.error_dict) == {"text"}
    assert everything() == before


def test_a_second_click_sends_one_message(inquiry: Inquiry) -> None:
    token = uuid.uuid4()
    first = services.customer_writes(
        inquiry, text="要三天。", at=after(5), client_token=token
    )
    before = everything()
    again = services.customer_writes(
        inquiry, text="要三天。", at=after(6), client_token=token
    )
    assert again == first
    assert everything() == before


def test_the_same_token_on_another_inquiry_is_another_message(inquiry: Inquiry) -> None:
    token = uuid.uuid4()
    other = ask(at=after(1))
    first = services.customer_writes(
        inquiry, text="甲", at=after(5), client_token=token
    )
    second = services.customer_writes(other, text="乙", at=after(5), client_token=token)
    assert first != second


# --- The customer's link ---------------------------------------------------------------


def test_the_link_leads_back_to_the_conversation(inquiry: Inquiry) -> None:
    token = thread_token(inquiry)
    assert token.startswith(f"{inquiry.number}.")
    assert inquiry_of(token) == inquiry


def test_no_other_link_leads_anywhere(inquiry: Inquiry) -> None:
    token = thread_token(inquiry)
    other = thread_token(ask(at=after(1)))
    swapped = f"{inquiry.number}.{other.partition('.')[2]}"
    unknown = thread_token(Inquiry(number="IN20261123AAAAAA"))
    wrong = [inquiry.number, "", ".", f"{inquiry.number}.", token[:-1], swapped]
    for each in (*wrong, unknown, token.lower(), f"{token}="):
        with pytest.raises(Inquiry.DoesNotExist):
            inquiry_of(each)


def test_a_greeting_without_a_person_is_labelled(agent: User) -> None:
    web_chat = channel()
    web_chat.auto_greeting = True
    web_chat.save()
    inquiry = ask()
    inquiry.refresh_from_db()
    greeting = Message.objects.get(direction="out")
    assert (greeting.automatic, greeting.author) == (True, None)
    assert inquiry.customer_waiting_since == after(0)
    assert UserFactory.create().assigned_tickets.count() == 0
