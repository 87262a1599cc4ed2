"""What colleagues say: greeting, answers, notes (IN-24, IN-25)."""

import uuid

import pytest
from django.core.exceptions import ValidationError
from pytest_django import DjangoAssertNumQueries

from inquiries import services
from inquiries.models import Inquiry
from inquiries.timeline import entries
from sla import detector
from staff.models import User
from tests.factories import UserFactory
from tests.finishing import finish
from tests.inquiries.snapshot import everything
from tests.instants import DUE, Hand, after
from tests.tickets.pictures import picture, upload
from tickets.models import Event, Message
from tickets.workflow import IllegalStep

GREETING = "您好,很高兴为您服务,请问您想了解关于直播设备租赁的哪方面问题呢?"


def verbs(inquiry: Inquiry) -> list[str]:
    return list(
        Event.objects.filter(ticket_id=inquiry.pk)
        .order_by("sequence")
        .values_list("verb", flat=True)
    )


def test_an_answer_reaches_the_customer_and_ends_their_wait(
    inquiry: Inquiry, agent: User
) -> None:
    message = services.reply(inquiry, text="八百元。", by=agent, at=after(10))
    inquiry.refresh_from_db()
    assert (message.direction, message.author, message.automatic) == (
        "out",
        agent,
        False,
    )
    assert inquiry.status == "in_service"
    assert inquiry.customer_waiting_since is None
    assert inquiry.first_human_reply_at == after(10)


def test_an_inquiry_that_nobody_took_becomes_the_answering_persons(
    inquiry: Inquiry, agent: User, colleague: User
) -> None:
    services.reply(inquiry, text="八百元。", by=agent, at=after(10))
    services.reply(inquiry, text="含运费。", by=colleague, at=after(20))
    inquiry.refresh_from_db()
    assert inquiry.assignee == agent
    assert inquiry.first_human_reply_at == after(10)
    assert verbs(inquiry) == ["asked", "replied", "taken", "replied"]


@pytest.mark.clause("IN-25")
def test_the_greeting_is_that_of_the_policy_word_for_word(
    inquiry: Inquiry, agent: User
) -> None:
    message = services.greet(inquiry, by=agent, at=after(3))
    assert message.text == GREETING
    assert verbs(inquiry) == ["asked", "greeted", "taken"]


@pytest.mark.clause("IN-08")
def test_a_note_stays_in_the_house(inquiry: Inquiry, agent: User) -> None:
    before = (inquiry.last_message_at, inquiry.last_message_preview)
    note = services.write_note(inquiry, text="老客户，慎重。", by=agent, at=after(5))
    inquiry.refresh_from_db()
    assert note.direction == "note"
    assert (inquiry.last_message_at, inquiry.last_message_preview) == before
    assert inquiry.customer_waiting_since == after(0)
    assert inquiry.assignee is None
    assert inquiry.status == "new"


@pytest.mark.clause("SH-21")
def test_an_answer_may_be_a_picture(inquiry: Inquiry, agent: User) -> None:
    message = services.reply(
        inquiry, text="", by=agent, at=after(9), files=[upload("a.png", picture())]
    )
    assert message.attachments.get().name == "a.png"


@pytest.mark.parametrize("text", ["", "a" * 1_048_576, "a\x00"])
def test_an_answer_that_cannot_be_kept_changes_nothing(
    inquiry: Inquiry, agent: User, text: str
) -> None:
    before = everything()
    for verb in (services.reply, services.write_note):
        with pytest.raises(ValidationError) as refusal:
            verb(inquiry, text=text, by=agent, at=after(5))
        assert set(refusal.value.error_dict) == {"text"}
    assert everything() == before


def test_an_answer_with_a_bad_file_sends_nothing(inquiry: Inquiry, agent: User) -> None:
    before = everything()
    with pytest.raises(ValidationError) as refusal:
        services.reply(
            inquiry, text="见图", by=agent, at=after(5), files=[upload("a.png", b"MZ")]
        )
    assert set(refusal.value.error_dict) == {"files"}
    assert everything() == before


def test_a_closed_inquiry_takes_no_answer_until_it_is_reopened(
    inquiry: Inquiry, agent: User
) -> None:
    services.reply(inquiry, text="八百元。", by=agent, at=after(10))
    finish(inquiry, by=agent, at=after(20))
    before = everything()
    with pytest.raises(IllegalStep) as refusal:
        services.reply(inquiry, text="还有…", by=agent, at=after(30))
    assert refusal.value.status == "closed"
    with pytest.raises(IllegalStep):
        services.greet(inquiry, by=agent, at=after(30))
    assert everything() == before
    services.reopen(inquiry, by=agent, at=after(40))
    services.reply(inquiry, text="还有…", by=agent, at=after(50))


def test_a_note_may_be_left_on_a_closed_inquiry(inquiry: Inquiry, agent: User) -> None:
    services.reply(inquiry, text="八百元。", by=agent, at=after(10))
    finish(inquiry, by=agent, at=after(20))
    services.write_note(inquiry, text="回访愉快", by=agent, at=after(30))
    inquiry.refresh_from_db()
    assert inquiry.status == "closed"


def test_a_second_click_sends_each_thing_once(inquiry: Inquiry, agent: User) -> None:
    reply, greeting, note = (uuid.uuid4() for _ in range(3))
    for at in (after(5), after(6)):
        services.reply(inquiry, text="好。", by=agent, at=at, client_token=reply)
        services.greet(inquiry, by=agent, at=at, client_token=greeting)
        services.write_note(inquiry, text="记。", by=agent, at=at, client_token=note)
    assert Message.objects.filter(ticket_id=inquiry.pk).count() == 4
    assert verbs(inquiry) == ["asked", "replied", "taken", "greeted", "noted"]


def test_a_second_click_after_closing_still_finds_its_message(
    inquiry: Inquiry, agent: User
) -> None:
    """The first click came through; the second must not read as a refusal."""
    token = uuid.uuid4()
    sent = services.reply(
        inquiry, text="好。", by=agent, at=after(5), client_token=token
    )
    finish(inquiry, by=agent, at=after(6))
    again = services.reply(
        inquiry, text="好。", by=agent, at=after(7), client_token=token
    )
    assert again == sent


def test_the_timeline_tells_the_whole_story_in_order(
    inquiry: Inquiry, agent: User, supervisor: User
) -> None:
    detector.sweep(clock=Hand(after(31)))
    services.assign(inquiry, to=agent, by=supervisor, at=after(40))
    services.reply(inquiry, text="抱歉。", by=agent, at=after(50))
    story = [(entry.at, entry.verb, entry.actor) for entry in entries(inquiry)]
    assert story == [
        (after(0), "asked", ""),
        (after(0), "activate", ""),
        (after(24), "warning", ""),
        (DUE, "breach", ""),
        (after(40), "assigned", supervisor.display_name),
        (after(50), "replied", agent.display_name),
        (after(50), "fulfil", agent.display_name),
    ]
    breach = entries(inquiry)[3]
    assert breach.clauses == ("IN-24", "IN-25")


@pytest.mark.parametrize("more", [0, 6])
def test_the_timeline_costs_the_same_however_long_it_is(
    inquiry: Inquiry,
    agent: User,
    django_assert_num_queries: DjangoAssertNumQueries,
    more: int,
) -> None:
    for turn in range(more):
        other = UserFactory.create(role="supervisor")
        services.assign(inquiry, to=other, by=other, at=after(turn))
    services.reply(inquiry, text="好。", by=agent, at=after(9))
    fresh = Inquiry.objects.get(pk=inquiry.pk)
    with django_assert_num_queries(2 if more == 0 else 3):
        assert len(entries(fresh)) >= 4 + more
