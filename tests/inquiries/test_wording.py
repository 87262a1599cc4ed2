"""What the phrase guard does to an answer: refuse, ask, or let pass on record (IN-20)."""

import uuid

import pytest
from django.core.exceptions import ValidationError

from inquiries import services
from inquiries.models import Inquiry
from inquiries.timeline import entries
from knowledge.models import Phrase
from knowledge.services.phrases import ForbiddenPhrase, NeedsConfirmation
from staff.models import User
from tests.finishing import finish
from tests.inquiries.snapshot import everything
from tests.instants import after
from tests.texts import GREETING
from tickets.models import Direction
from tickets.services.events import broken_links
from tickets.workflow import IllegalStep

HARMLESS = "您是否还有不清楚的地方?"


@pytest.mark.clause("IN-20")
def test_a_forbidden_answer_is_not_sent_and_changes_nothing(
    inquiry: Inquiry, agent: User
) -> None:
    before = everything()
    for text in ("不知道", "不 知 🙂 道", "你自己看說明"):
        with pytest.raises(ForbiddenPhrase):
            services.reply(inquiry, text=text, by=agent, at=after(5))
    with pytest.raises(NeedsConfirmation):
        services.reply(inquiry, text=HARMLESS, by=agent, at=after(5))
    assert everything() == before


def test_a_confirmed_question_is_sent(inquiry: Inquiry, agent: User) -> None:
    message = services.reply(
        inquiry, text=HARMLESS, by=agent, at=after(5), confirmed=["不清楚"]
    )
    assert message.text == f"{GREETING}\n{HARMLESS}"


def test_notes_and_the_customers_words_are_never_judged(
    inquiry: Inquiry, agent: User
) -> None:
    services.write_note(inquiry, text="客户不知道型号", by=agent, at=after(5))
    services.customer_writes(inquiry, text="我不清楚型号", at=after(6))
    assert inquiry.messages.count() == 3


@pytest.mark.clause("IN-20")
def test_a_supervisor_lets_it_pass_with_a_reason_that_stays(
    inquiry: Inquiry, supervisor: User
) -> None:
    message = services.reply(
        inquiry,
        text="客户问卷原文:不知道",
        by=supervisor,
        at=after(5),
        override_reason=" 引用原文 ",
    )
    inquiry.refresh_from_db()
    note = inquiry.messages.get(direction=Direction.NOTE)
    assert note.text == "“不知道” 引用原文"
    assert note.author == supervisor
    event = inquiry.events.get(verb="phrase_allowed")
    assert event.data == {
        "message": message.pk,
        "note": note.pk,
        "phrases": ["不知道"],
    }
    assert event.actor == supervisor
    assert broken_links(inquiry) == []
    (line,) = [e for e in entries(inquiry) if e.verb == "phrase_allowed"]
    assert line.detail == "“不知道”"


def test_an_agents_reason_opens_nothing(inquiry: Inquiry, agent: User) -> None:
    before = everything()
    with pytest.raises(ForbiddenPhrase):
        services.reply(
            inquiry, text="不知道", by=agent, at=after(5), override_reason="急"
        )
    assert everything() == before


@pytest.mark.parametrize("reason", ["x" * 4001, "a\x07"])
def test_an_unfit_reason_is_refused_by_its_field(
    inquiry: Inquiry, supervisor: User, reason: str
) -> None:
    before = everything()
    with pytest.raises(ValidationError) as refusal:
        services.reply(
            inquiry,
            text="不知道",
            by=supervisor,
            at=after(5),
            override_reason=reason,
        )
    assert set(refusal.value.error_dict) == {"override_reason"}
    assert everything() == before


def test_a_second_click_is_not_judged_by_rules_that_came_between(
    inquiry: Inquiry, agent: User
) -> None:
    token = uuid.uuid4()
    sent = services.reply(
        inquiry, text="随您。", by=agent, at=after(5), client_token=token
    )
    Phrase(kind="forbidden", text="随您").save()
    again = services.reply(
        inquiry, text="随您。", by=agent, at=after(6), client_token=token
    )
    assert again == sent


def test_a_finished_conversation_says_so_before_the_words_are_judged(
    inquiry: Inquiry, agent: User
) -> None:
    services.reply(inquiry, text="好。", by=agent, at=after(5))
    finish(inquiry, by=agent, at=after(6))
    with pytest.raises(IllegalStep):
        services.reply(inquiry, text="不知道", by=agent, at=after(7))


def test_a_promise_above_ones_limit_goes_out_and_on_record(
    inquiry: Inquiry, agent: User
) -> None:
    """No clause stops it: it was marked while it was written."""
    services.reply(inquiry, text="我退您200元。", by=agent, at=after(5))
    assert not inquiry.events.filter(verb="promised_above").exists()
    message = services.reply(inquiry, text="再补偿您501元。", by=agent, at=after(6))
    event = inquiry.events.get(verb="promised_above")
    assert (event.actor, event.at) == (agent, after(6))
    assert event.data == {"message": message.pk, "amounts": ["501"]}
    line = next(e for e in entries(inquiry) if e.verb == "promised_above")
    assert line.detail == "¥501"


def test_a_supervisors_own_limit_counts_for_a_supervisor(
    inquiry: Inquiry, supervisor: User
) -> None:
    services.reply(inquiry, text="我退您1000元。", by=supervisor, at=after(5))
    assert not inquiry.events.filter(verb="promised_above").exists()
    services.reply(inquiry, text="我退您1001元。", by=supervisor, at=after(6))
    assert inquiry.events.filter(verb="promised_above").count() == 1
