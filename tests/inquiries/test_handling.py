"""Who looks after an inquiry, when it is over, and when it goes on."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from inquiries import services
from inquiries.models import Inquiry
from inquiries.workflow import REOPEN_WINDOW
from staff.models import Role, User
from tests.factories import UserFactory
from tests.finishing import finish
from tests.inquiries.snapshot import everything
from tests.instants import MICROSECOND, after
from tickets.models import Event
from tickets.workflow import IllegalStep


@pytest.fixture
def closed(inquiry: Inquiry, agent: User) -> Inquiry:
    """Answered after 10 s and closed after a minute."""
    services.reply(inquiry, text="八百元。", by=agent, at=after(10))
    return finish(inquiry, by=agent, at=after(60))


def test_who_takes_an_inquiry_has_it(inquiry: Inquiry, agent: User) -> None:
    taken = services.take(inquiry, by=agent, at=after(3))
    assert taken.assignee == agent
    assert taken.status == "new"
    event = Event.objects.get(verb="taken")
    assert (event.actor, event.at) == (agent, after(3))


def test_taking_what_one_has_already_changes_nothing(
    inquiry: Inquiry, agent: User
) -> None:
    services.take(inquiry, by=agent, at=after(3))
    before = everything()
    services.take(inquiry, by=agent, at=after(4))
    assert everything() == before


def test_a_second_agent_cannot_take_what_a_first_one_has(
    inquiry: Inquiry, agent: User, colleague: User
) -> None:
    services.take(inquiry, by=agent, at=after(3))
    before = everything()
    with pytest.raises(IllegalStep, match=agent.display_name):
        services.take(inquiry, by=colleague, at=after(4))
    with pytest.raises(IllegalStep, match=agent.display_name):
        services.assign(inquiry, to=colleague, by=colleague, at=after(4))
    assert everything() == before


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.MANAGER])
def test_who_supervises_takes_over(inquiry: Inquiry, agent: User, role: Role) -> None:
    services.take(inquiry, by=agent, at=after(3))
    chief = UserFactory.create(role=role)
    assert services.take(inquiry, by=chief, at=after(40)).assignee == chief


def test_an_agent_may_hand_on_what_is_free_or_their_own(
    inquiry: Inquiry, agent: User, colleague: User
) -> None:
    services.assign(inquiry, to=agent, by=colleague, at=after(3))
    services.assign(inquiry, to=colleague, by=agent, at=after(4))
    inquiry.refresh_from_db()
    assert inquiry.assignee == colleague
    events = Event.objects.filter(verb="assigned").order_by("sequence")
    assert [event.data for event in events] == [
        {"to": agent.pk, "before": None},
        {"to": colleague.pk, "before": agent.pk},
    ]


def test_assigning_to_the_one_who_has_it_changes_nothing(
    inquiry: Inquiry, agent: User, supervisor: User
) -> None:
    services.take(inquiry, by=agent, at=after(3))
    before = everything()
    services.assign(inquiry, to=agent, by=supervisor, at=after(4))
    assert everything() == before


@pytest.mark.parametrize(
    ("role", "is_active"),
    [
        (Role.DEPARTMENT_HANDLER, True),
        (Role.ADMINISTRATOR, True),
        (Role.AGENT, False),
    ],
)
def test_nobody_is_given_an_inquiry_who_does_not_answer(
    inquiry: Inquiry, supervisor: User, role: Role, *, is_active: bool
) -> None:
    to = UserFactory.create(role=role, is_active=is_active)
    before = everything()
    with pytest.raises(ValidationError) as refusal:
        services.assign(inquiry, to=to, by=supervisor, at=after(4))
    assert set(refusal.value.error_dict) == {"to"}
    assert everything() == before


def test_closing_ends_the_conversation_and_answers_its_topics(closed: Inquiry) -> None:
    closed.refresh_from_db()
    assert (closed.status, closed.closed_at) == ("closed", after(60))
    assert closed.customer_waiting_since is None
    assert closed.topics.get().answered_at == after(60)


def test_an_inquiry_that_nobody_answered_cannot_be_closed(
    inquiry: Inquiry, agent: User
) -> None:
    services.take(inquiry, by=agent, at=after(3))
    before = everything()
    with pytest.raises(IllegalStep):
        finish(inquiry, by=agent, at=after(5))
    assert everything() == before


def test_a_promise_that_runs_again_must_be_kept_before_closing(
    closed: Inquiry, agent: User
) -> None:
    services.reopen(closed, by=None, at=after(100))
    services.customer_writes(closed, text="再问", at=after(110))
    before = everything()
    with pytest.raises(IllegalStep):
        finish(closed, by=agent, at=after(115))
    assert everything() == before
    services.reply(closed, text="答", by=agent, at=after(120))
    finish(closed, by=agent, at=after(130))


def test_what_is_closed_cannot_be_closed_taken_or_assigned(
    closed: Inquiry, agent: User, supervisor: User
) -> None:
    before = everything()
    with pytest.raises(IllegalStep):
        finish(closed, by=agent, at=after(70))
    with pytest.raises(IllegalStep):
        services.take(closed, by=supervisor, at=after(70))
    with pytest.raises(IllegalStep):
        services.assign(closed, to=agent, by=supervisor, at=after(70))
    assert everything() == before


def test_reopening_begins_a_new_cycle(closed: Inquiry) -> None:
    again = services.reopen(closed, by=None, at=after(100))
    assert (again.status, again.cycle, again.closed_at) == ("in_service", 2, None)
    event = Event.objects.get(verb="reopened")
    assert (event.actor, event.at) == (None, after(100))


def test_the_customer_may_reopen_for_72_hours_and_not_a_microsecond_longer(
    closed: Inquiry,
) -> None:
    last = after(60) + REOPEN_WINDOW
    assert timedelta(hours=72) == REOPEN_WINDOW
    before = everything()
    with pytest.raises(IllegalStep):
        services.reopen(closed, by=None, at=last + MICROSECOND)
    assert everything() == before
    assert services.reopen(closed, by=None, at=last).status == "in_service"


def test_a_colleague_may_reopen_at_any_time(closed: Inquiry, agent: User) -> None:
    at = after(60) + REOPEN_WINDOW * 100
    assert services.reopen(closed, by=agent, at=at).status == "in_service"


def test_what_is_open_cannot_be_reopened(inquiry: Inquiry, agent: User) -> None:
    before = everything()
    with pytest.raises(IllegalStep):
        services.reopen(inquiry, by=agent, at=after(5))
    assert everything() == before
