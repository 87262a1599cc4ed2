"""What a ladder does beyond telling people: hand a case over, put it forward, once."""

from datetime import timedelta

import pytest
from django.db import connection

from inquiries import services
from inquiries.models import Inquiry
from sla import detector
from sla.models import ClockEvent, Notification
from sla.services import alerts, announcing
from staff.models import Role, User
from tests.factories import InquiryFactory, UserFactory, department
from tests.finishing import finish
from tests.inquiries.requests import fault, handler_of
from tests.instants import Hand, after
from tests.sla.ladders import publish_ladder, rung
from tickets.models import Duty, Event, Priority
from tickets.services.events import broken_links

pytestmark = pytest.mark.django_db


@pytest.fixture
def supervisor() -> User:
    return UserFactory.create(role=Role.SUPERVISOR)


@pytest.fixture
def manager() -> User:
    return UserFactory.create(role=Role.MANAGER)


@pytest.fixture
def agent(supervisor: User) -> User:
    return UserFactory.create(supervisor=supervisor)


@pytest.fixture(autouse=True)
def _ladder() -> None:
    """Forward at the deadline, to the manager 10 minutes later, to the top in an hour."""
    publish_ladder(
        rung("assignee_and_supervisor", action="raise_priority"),
        rung("manager", minutes=10, action="reassign"),
        rung("general_manager", minutes=60, action="reassign"),
    )


def run(**more: float) -> int:
    at = after(31, **more)
    detector.sweep(clock=Hand(at))
    return alerts.announce(at=at)


def history(inquiry: Inquiry) -> list[tuple[str, User | None]]:
    found = Event.objects.filter(ticket=inquiry).select_related("actor")
    verbs = ("taken", "assigned", "priority_raised")
    return [(event.verb, event.actor) for event in found if event.verb in verbs]


def test_a_missed_promise_puts_its_case_forward_once(agent: User) -> None:
    inquiry = services.take(InquiryFactory.create(), by=agent, at=after(5))
    run()
    run(minutes=1)
    inquiry.refresh_from_db()
    assert inquiry.priority == Priority.HIGH
    assert history(inquiry) == [("taken", agent), ("priority_raised", None)]
    assert broken_links(inquiry) == []


def test_a_case_that_stays_late_is_handed_to_the_manager(
    agent: User, manager: User
) -> None:
    inquiry = services.take(InquiryFactory.create(), by=agent, at=after(5))
    run(minutes=10)
    inquiry.refresh_from_db()
    assert inquiry.assignee == manager
    assert history(inquiry)[1:] == [("priority_raised", None), ("assigned", None)]
    event = Event.objects.get(ticket=inquiry, verb="assigned")
    assert event.data == {"to": manager.pk, "before": agent.pk}
    assert {n.recipient for n in Notification.objects.filter(event__step=2)} == {
        manager
    }


def test_nobody_takes_a_case_from_whoever_a_person_gave_it_to(
    agent: User, supervisor: User, manager: User
) -> None:
    """The rung is due, but a supervisor acts before anybody was told of it."""
    inquiry = services.take(InquiryFactory.create(), by=agent, at=after(5))
    run()
    detector.sweep(clock=Hand(after(31, minutes=10)))
    services.take(inquiry, by=supervisor, at=after(32, minutes=10))
    alerts.announce(at=after(33, minutes=10))
    inquiry.refresh_from_db()
    assert inquiry.assignee == supervisor
    assert Notification.objects.filter(recipient=manager).count() == 1


def test_an_answer_in_the_meantime_leaves_everything_as_it_is(
    agent: User, manager: User
) -> None:
    inquiry = services.take(InquiryFactory.create(), by=agent, at=after(5))
    detector.sweep(clock=Hand(after(31, minutes=10)))
    services.reply(inquiry, text="抱歉，久等了。", by=agent, at=after(32, minutes=10))
    alerts.announce(at=after(33, minutes=10))
    inquiry.refresh_from_db()
    assert (inquiry.assignee, inquiry.priority) == (agent, Priority.NORMAL)


def test_who_does_not_answer_inquiries_is_told_but_gets_none(
    agent: User, manager: User
) -> None:
    top = UserFactory.create(role=Role.GENERAL_MANAGER)
    inquiry = services.take(InquiryFactory.create(), by=agent, at=after(5))
    run(hours=1)
    inquiry.refresh_from_db()
    assert inquiry.assignee == manager
    assert Notification.objects.filter(recipient=top).count() == 1


def test_steps_missed_in_an_outage_are_taken_in_their_order(
    agent: User, supervisor: User, manager: User
) -> None:
    publish_ladder(
        rung("assignee"),
        rung("supervisor", minutes=1, action="reassign"),
        rung("manager", minutes=2, action="reassign"),
    )
    inquiry = services.take(InquiryFactory.create(at=after(1)), by=agent, at=after(5))
    run(hours=9)
    inquiry.refresh_from_db()
    assert inquiry.assignee == manager
    given = Event.objects.filter(ticket=inquiry, verb="assigned").order_by("sequence")
    assert [event.data["to"] for event in given] == [supervisor.pk, manager.pk]


def test_a_case_that_somebody_is_at_work_on_waits_for_the_next_pass(
    agent: User, manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = services.take(InquiryFactory.create(), by=agent, at=after(5))
    free = services.take(InquiryFactory.create(at=after(1)), by=agent, at=after(5))
    detector.sweep(clock=Hand(after(32, minutes=10)))
    locked = announcing._locked
    monkeypatch.setattr(announcing, "_locked", lambda pks: locked(set(pks) - {busy.pk}))
    assert alerts.announce(at=after(33, minutes=10)) == 3
    monkeypatch.undo()
    for inquiry, holder in ((busy, agent), (free, manager)):
        inquiry.refresh_from_db()
        assert inquiry.assignee == holder
    assert alerts.announce(at=after(34, minutes=10)) == 3
    busy.refresh_from_db()
    assert busy.assignee == manager


def test_all_or_nothing_people_told_and_case_handed_over(
    agent: User, manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    inquiry = services.take(InquiryFactory.create(), by=agent, at=after(5))
    detector.sweep(clock=Hand(after(31, minutes=10)))

    def crash(_people: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("tickets.feed.announce_notifications", crash)
        with pytest.raises(KeyboardInterrupt):
            alerts.announce(at=after(32, minutes=10))
    inquiry.refresh_from_db()
    assert (inquiry.assignee, inquiry.priority) == (agent, Priority.NORMAL)
    assert not Notification.objects.exists()
    alerts.announce(at=after(33, minutes=10))
    inquiry.refresh_from_db()
    assert inquiry.assignee == manager


def test_a_clock_of_which_nobody_can_be_told_holds_up_no_other(
    agent: User, manager: User, caplog: pytest.LogCaptureFixture
) -> None:
    """Somebody dropped a line into the history of one ticket by hand."""
    inquiries = [
        services.take(InquiryFactory.create(), by=agent, at=after(5)) for _ in range(5)
    ]
    bad = inquiries[2]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tickets_event (ticket_id, sequence, verb, at, data, hash)"
            " VALUES (%s, %s, 'noted', now(), '{}', '')",
            [bad.pk, bad.event_count + 1],
        )
    detector.sweep(clock=Hand(after(31)))
    try:
        assert alerts.announce(at=after(32)) == 8
        assert "nobody can be told of clock" in caplog.text
        assert alerts.announce(at=after(33)) == 0
    finally:
        announcing._SHUNNED.clear()
    assert ClockEvent.objects.filter(kind="breach", announced_at=None).count() == 1


def test_a_warning_before_the_deadline_may_raise_the_priority_too(agent: User) -> None:
    publish_ladder(
        rung("assignee", minutes=-0.05, action="raise_priority"),
        rung("assignee"),
    )
    inquiry = services.take(InquiryFactory.create(at=after(1)), by=agent, at=after(5))
    detector.sweep(clock=Hand(after(1) + timedelta(seconds=28)))
    alerts.announce(at=after(30))
    inquiry.refresh_from_db()
    assert inquiry.priority == Priority.HIGH
    lines = ClockEvent.objects.filter(kind="warning").values_list("step", "at")
    assert list(lines) == [(0, after(25)), (1, after(28))]


# --- What outlives its conversation --------------------------------------------------


def closed(agent: User, *, intent: str = "none") -> Inquiry:
    inquiry = services.take(InquiryFactory.create(), by=agent, at=after(5))
    services.reply(
        inquiry, text="好。", by=agent, at=after(6), answers=["operation_use"]
    )
    return finish(inquiry, by=agent, at=after(7), intent=intent, consent=True)


@pytest.mark.clause("IN-49")
def test_a_fault_that_stays_late_goes_to_the_head_of_those_who_owe_it(
    agent: User, supervisor: User, manager: User
) -> None:
    """The conversation has ended, and stays with whoever had it."""
    head = handler_of("technical_support")
    support = department("technical_support")
    support.head = head
    support.save()
    publish_ladder(
        rung("assignee", action="raise_priority"),
        rung("department_head", minutes=10, action="reassign"),
        rung("manager", minutes=20, action="reassign"),
    )
    inquiry = services.take(InquiryFactory.create(at=after(1)), by=agent, at=after(5))
    request = fault(inquiry, at=after(6))
    services.reply(
        inquiry, text="好。", by=agent, at=after(7), answers=["operation_use"]
    )
    finish(inquiry, by=agent, at=after(8))
    run(hours=2)
    inquiry.refresh_from_db()
    assert inquiry.closed_at is not None
    assert inquiry.priority == Priority.HIGH
    assert {n.recipient for n in Notification.objects.filter(event__step=1)} == {
        head,
        agent,
    }
    run(hours=2, minutes=11)
    assert Duty.objects.get().person == head
    run(hours=2, minutes=21)
    duty = Duty.objects.get()
    assert (duty.person, duty.subject) == (manager, request.number)
    inquiry.refresh_from_db()
    assert inquiry.assignee == agent
    given = Event.objects.filter(ticket=inquiry, verb="assigned").order_by("sequence")
    assert [event.data for event in given] == [
        {"to": head.pk, "before": None, "subject": request.number},
        {"to": manager.pk, "before": head.pk, "subject": request.number},
    ]
    assert broken_links(inquiry) == []


@pytest.mark.clause("IN-49")
def test_steps_of_a_fault_missed_in_an_outage_are_taken_in_their_order(
    agent: User, manager: User
) -> None:
    head = handler_of("technical_support")
    support = department("technical_support")
    support.head = head
    support.save()
    publish_ladder(
        rung("assignee"),
        rung("department_head", minutes=1, action="reassign"),
        rung("manager", minutes=2, action="reassign"),
    )
    inquiry = closed(agent)
    services.reopen(inquiry, by=agent, at=after(8))
    fault(inquiry, at=after(9))
    run(hours=9)
    given = Event.objects.filter(ticket=inquiry, verb="assigned").order_by("sequence")
    assert [event.data["to"] for event in given] == [head.pk, manager.pk]


@pytest.mark.clause("IN-54")
def test_a_follow_up_that_nobody_sends_is_handed_over_after_the_end(
    agent: User, manager: User
) -> None:
    inquiry = closed(agent, intent="clear")
    run(hours=2, minutes=11)
    inquiry.refresh_from_db()
    assert (inquiry.assignee, inquiry.priority) == (manager, Priority.HIGH)


def test_a_promise_that_was_kept_meanwhile_leaves_everything_as_it_is(
    agent: User, manager: User
) -> None:
    technician = handler_of("technical_support")
    inquiry = services.take(InquiryFactory.create(), by=agent, at=after(5))
    services.reply(inquiry, text="好。", by=agent, at=after(6))
    request = fault(inquiry, at=after(7))
    detector.sweep(clock=Hand(after(7, hours=2, minutes=10)))
    services.log_technician_contact(
        request, by=technician, at=after(8, hours=2, minutes=10)
    )
    alerts.announce(at=after(9, hours=2, minutes=10))
    inquiry.refresh_from_db()
    assert (inquiry.assignee, inquiry.priority) == (agent, Priority.NORMAL)
    assert not Duty.objects.exists()
