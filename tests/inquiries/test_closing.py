"""How a conversation ends (IN-52 to IN-54)."""

import pytest
from django.core.exceptions import ValidationError

from inquiries import services
from inquiries.models import FollowUp, Inquiry
from inquiries.workflow import QUIET_BEFORE_LEFT
from staff.models import User
from tests.finishing import finish
from tests.inquiries.snapshot import everything
from tests.instants import MICROSECOND, after
from tests.texts import CLOSING_QUESTION, CLOSING_STATEMENT
from tickets.workflow import IllegalStep

pytestmark = pytest.mark.django_db


@pytest.fixture
def answered(inquiry: Inquiry, agent: User) -> Inquiry:
    services.reply(
        inquiry, text="八百元。", by=agent, at=after(10), answers=["operation_use"]
    )
    return inquiry


def close(inquiry: Inquiry, by: User, seconds: float, intent: str = "none") -> Inquiry:
    return services.close(
        inquiry, intent=intent, consent=False, by=by, at=after(seconds)
    )


def refused(inquiry: Inquiry, by: User, seconds: float) -> str:
    """Why it cannot be closed; asserts that nothing changed."""
    before = everything()
    with pytest.raises(IllegalStep) as refusal:
        close(inquiry, by, seconds)
    assert everything() == before
    return str(refusal.value)


@pytest.mark.clause("IN-52", "IN-53", "CM-23")
def test_the_end_is_polite_and_word_for_word(answered: Inquiry, agent: User) -> None:
    services.ask_closing_question(answered, by=agent, at=after(20))
    services.customer_writes(answered, text="没有了", at=after(30))
    ended = close(answered, agent, 40, "possible")
    said = [m.text for m in answered.messages.filter(direction="out")][1:]
    assert said == [CLOSING_QUESTION, CLOSING_STATEMENT]
    assert (ended.status, ended.intent, ended.closed_at) == (
        "closed",
        "possible",
        after(40),
    )
    assert ended.customer_waiting_since is None
    assert not FollowUp.objects.exists()


@pytest.mark.clause("IN-04")
def test_nothing_ends_with_an_open_topic_and_the_refusal_names_it(
    answered: Inquiry, agent: User, english: None
) -> None:
    services.add_topic(answered, topic="delivery_time", by=None, at=after(15))
    services.add_topic(answered, topic="after_sales", by=None, at=after(16))
    text = "Not answered yet: Delivery time, After-sales (IN-04)."
    assert refused(answered, agent, 20) == text
    with pytest.raises(IllegalStep, match="Delivery time, After-sales"):
        services.ask_closing_question(answered, by=agent, at=after(20))


@pytest.mark.clause("IN-52")
def test_without_the_closing_question_and_its_answer_nothing_ends(
    answered: Inquiry, agent: User, english: None
) -> None:
    assert "(IN-52)" in refused(answered, agent, 15)
    services.ask_closing_question(answered, by=agent, at=after(20))
    assert "Wait for the answer" in refused(answered, agent, 25)


@pytest.mark.clause("IN-52")
def test_something_else_after_the_closing_question_needs_it_again(
    answered: Inquiry, agent: User, english: None
) -> None:
    services.ask_closing_question(answered, by=agent, at=after(20))
    services.customer_writes(answered, text="押金呢", at=after(30))
    services.reply(answered, text="三千元。", by=agent, at=after(40))
    assert "(IN-52)" in refused(answered, agent, 50)


@pytest.mark.clause("IN-52")
@pytest.mark.parametrize("deed", ["facts", "callback"])
def test_what_was_told_after_the_closing_question_needs_it_again(
    answered: Inquiry, agent: User, english: None, deed: str
) -> None:
    services.ask_closing_question(answered, by=agent, at=after(20))
    services.customer_writes(answered, text="怎么送？", at=after(30))
    if deed == "facts":
        services.tell_service_facts(answered, zone="same_city", by=agent, at=after(40))
    else:
        services.announce_checking(
            answered, surname="王", phone="", question="4K？", by=agent, at=after(40)
        )
        services.finish_callback(
            answered, way="call", outcome="能", by=agent, at=after(45)
        )
    assert "(IN-52)" in refused(answered, agent, 50)


@pytest.mark.clause("IN-28")
def test_nothing_ends_while_a_callback_is_open(
    answered: Inquiry, agent: User, english: None
) -> None:
    services.announce_checking(
        answered, surname="王", phone="", question="4K？", by=agent, at=after(20)
    )
    text = "A callback is open. Finish it first (IN-28)."
    assert refused(answered, agent, 30) == text


@pytest.mark.clause("IN-52")
def test_a_customer_who_left_needs_no_closing_question(
    answered: Inquiry, agent: User
) -> None:
    quiet = after(10) + QUIET_BEFORE_LEFT
    before = everything()
    with pytest.raises(IllegalStep):
        services.note_customer_left(answered, by=agent, at=quiet - MICROSECOND)
    assert everything() == before
    services.note_customer_left(answered, by=agent, at=quiet)
    assert close(answered, agent, 400).status == "closed"


def test_a_customer_who_waits_has_not_left_and_one_who_writes_is_back(
    answered: Inquiry, agent: User
) -> None:
    services.note_customer_left(answered, by=agent, at=after(400))
    services.customer_writes(answered, text="在吗", at=after(500))
    with pytest.raises(IllegalStep):
        services.note_customer_left(answered, by=agent, at=after(5000))
    refused(answered, agent, 5000)


@pytest.mark.clause("IN-54")
@pytest.mark.parametrize("intent", ["", "maybe"])
def test_without_an_intent_nothing_ends(
    answered: Inquiry, agent: User, intent: str
) -> None:
    services.note_customer_left(answered, by=agent, at=after(400))
    before = everything()
    with pytest.raises(ValidationError) as refusal:
        close(answered, agent, 410, intent)
    assert set(refusal.value.error_dict) == {"intent"}
    assert everything() == before


@pytest.mark.clause("IN-54")
def test_clear_intent_and_consent_start_the_two_hours_of_the_follow_up(
    answered: Inquiry, agent: User
) -> None:
    finish(answered, by=agent, at=after(60), intent="clear", consent=True)
    follow_up = FollowUp.objects.select_related("clock").get()
    assert follow_up.status == "pending"
    assert follow_up.clock is not None
    assert follow_up.clock.due_at == after(60, hours=2)
    answered.refresh_from_db()
    assert answered.customer.consented_at == after(60)


@pytest.mark.clause("IN-54")
def test_without_consent_the_follow_up_is_on_record_as_not_permitted(
    answered: Inquiry, agent: User
) -> None:
    finish(answered, by=agent, at=after(60), intent="clear")
    follow_up = FollowUp.objects.get()
    assert (follow_up.status, follow_up.clock) == ("not_permitted", None)
    assert not answered.clocks.filter(metric="follow_up").exists()


@pytest.mark.clause("IN-54")
def test_reopening_cancels_the_follow_up(answered: Inquiry, agent: User) -> None:
    finish(answered, by=agent, at=after(60), intent="clear", consent=True)
    services.reopen(answered, by=None, at=after(100))
    follow_up = FollowUp.objects.select_related("clock").get()
    assert (follow_up.status, follow_up.ended_at) == ("cancelled", after(100))
    assert follow_up.clock is not None
    assert follow_up.clock.status == "cancelled"
    finish(answered, by=agent, at=after(200), intent="clear", consent=True)
    assert FollowUp.objects.filter(status="pending").count() == 1


def test_who_gives_up_waiting_leaves_a_missed_promise_behind(
    inquiry: Inquiry,
) -> None:
    before = everything()
    with pytest.raises(IllegalStep):
        services.abandon(inquiry, by=None, at=after(200))
    assert everything() == before
    services.abandon(inquiry, by=None, at=after(300))
    inquiry.refresh_from_db()
    clock = inquiry.clocks.get()
    assert (inquiry.status, inquiry.closed_at) == ("abandoned", after(300))
    assert clock.breached_at == after(30)
    assert services.reopen(inquiry, by=None, at=after(400)).status == "in_service"


def test_a_customer_who_needs_no_answer_any_more_says_so_at_once(
    inquiry: Inquiry,
) -> None:
    for seconds in (20, 25):
        services.leave(inquiry, at=after(seconds))
    inquiry.refresh_from_db()
    clock = inquiry.clocks.get()
    assert (inquiry.status, inquiry.closed_at) == ("abandoned", after(20))
    assert (clock.status, clock.breached_at) == ("cancelled", None)
    assert inquiry.customer_waiting_since is None


def test_who_leaves_after_the_promise_was_missed_leaves_it_missed(
    inquiry: Inquiry,
) -> None:
    services.leave(inquiry, at=after(31))
    assert inquiry.clocks.get().breached_at == after(30)


def test_who_has_an_answer_does_not_give_up_waiting(
    answered: Inquiry, agent: User
) -> None:
    before = everything()
    with pytest.raises(IllegalStep):
        services.leave(answered, at=after(20))
    with pytest.raises(IllegalStep):
        services.abandon(answered, by=agent, at=after(900))
    assert everything() == before


def test_who_comes_back_within_72_hours_is_served_in_the_same_inquiry(
    inquiry: Inquiry, agent: User
) -> None:
    services.leave(inquiry, at=after(20))
    late = after(20, hours=72) + MICROSECOND
    with pytest.raises(IllegalStep):
        services.reopen(inquiry, by=None, at=late)
    services.reopen(inquiry, by=None, at=late - MICROSECOND)
    services.customer_writes(inquiry, text="还在吗", at=late)
    inquiry.refresh_from_db()
    assert (inquiry.status, inquiry.cycle) == ("in_service", 2)
    assert inquiry.clocks.filter(cycle=2).get().started_at == late
