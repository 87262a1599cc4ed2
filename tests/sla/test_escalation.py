"""Who hears of a promise that is about to be missed, or was (the policy's ladder)."""

from datetime import datetime

import pytest
from pytest_django import DjangoAssertNumQueries

from inquiries import services
from inquiries.models import Inquiry
from sla import detector
from sla.models import Clock, ClockEvent, Notification
from sla.services import alerts, rules
from staff.models import Department, Role, User
from tests.factories import InquiryFactory, UserFactory, department
from tests.instants import DUE, Hand, after
from tickets.models import Event
from tickets.workflow import NotAllowed

pytestmark = pytest.mark.django_db


@pytest.fixture
def supervisor() -> User:
    return UserFactory.create(role=Role.SUPERVISOR)


@pytest.fixture
def other_supervisor() -> User:
    return UserFactory.create(role=Role.SUPERVISOR)


@pytest.fixture
def manager() -> User:
    return UserFactory.create(role=Role.MANAGER)


@pytest.fixture
def head() -> User:
    head = UserFactory.create(role=Role.SUPERVISOR)
    Department.objects.filter(code="customer_service").update(head=head)
    return head


@pytest.fixture
def agent(supervisor: User) -> User:
    return UserFactory.create(supervisor=supervisor)


def run(at: datetime) -> int:
    """Let the detector look and people be told, as the jobs do."""
    detector.sweep(clock=Hand(at))
    return alerts.announce(at=at)


def told(kind: str, step: int) -> set[User]:
    """Who has a notice of this line of the record."""
    notices = Notification.objects.filter(event__kind=kind, event__step=step)
    return {notice.recipient for notice in notices.select_related("recipient")}


def test_the_warning_goes_to_the_assignee_alone(
    agent: User, supervisor: User, manager: User
) -> None:
    inquiry = InquiryFactory.create()
    services.take(inquiry, by=agent, at=after(5))
    run(after(24.1))
    assert told("warning", 0) == {agent}


def test_a_warning_without_an_assignee_rings_at_nobody(supervisor: User) -> None:
    InquiryFactory.create()
    assert run(after(24.1)) == 1
    assert not Notification.objects.exists()
    assert run(after(24.2)) == 0


def test_the_ladder_of_an_assigned_inquiry(
    agent: User, supervisor: User, other_supervisor: User, manager: User, head: User
) -> None:
    inquiry = InquiryFactory.create()
    services.take(inquiry, by=agent, at=after(5))
    run(after(31))
    assert told("breach", 1) == {agent, supervisor}
    run(after(31, minutes=29))
    assert told("escalate", 2) == set()
    run(after(31, minutes=30))
    assert told("escalate", 2) == {manager}
    run(after(31, hours=4))
    assert told("escalate", 3) == {manager, head}
    assert told("breach", 1) == {agent, supervisor}


def test_a_missed_promise_that_nobody_took_goes_to_every_supervisor(
    supervisor: User, other_supervisor: User, agent: User, manager: User
) -> None:
    InquiryFactory.create()
    run(after(31))
    assert told("breach", 1) == {supervisor, other_supervisor}


def test_an_assignee_without_a_supervisor_brings_all_of_them(
    supervisor: User, other_supervisor: User
) -> None:
    lone = UserFactory.create(supervisor=None)
    services.take(InquiryFactory.create(), by=lone, at=after(5))
    run(after(31))
    assert told("breach", 1) == {lone, supervisor, other_supervisor}


def test_nobody_is_told_who_has_left(
    agent: User, supervisor: User, other_supervisor: User
) -> None:
    services.take(InquiryFactory.create(), by=agent, at=after(5))
    User.objects.filter(pk__in=[agent.pk, supervisor.pk]).update(is_active=False)
    run(after(31))
    assert told("warning", 0) == set()
    assert told("breach", 1) == {other_supervisor}


def test_the_head_of_the_tickets_own_department_comes_first(
    agent: User, manager: User, head: User
) -> None:
    finance = department("finance")
    finance.head = UserFactory.create(role=Role.DEPARTMENT_HANDLER, department=finance)
    finance.save()
    inquiry = InquiryFactory.create()
    inquiry.department = finance
    inquiry.save()
    services.take(inquiry, by=agent, at=after(5))
    run(after(31, hours=4))
    assert told("escalate", 3) == {manager, finance.head}


def test_once_the_customer_has_an_answer_nobody_higher_is_told(
    agent: User, supervisor: User, manager: User
) -> None:
    inquiry = InquiryFactory.create()
    run(after(31))
    services.reply(inquiry, text="抱歉，久等了。", by=agent, at=after(60))
    run(after(hours=9))
    assert told("escalate", 2) == told("escalate", 3) == set()


def test_telling_twice_tells_once(agent: User, supervisor: User) -> None:
    services.take(InquiryFactory.create(), by=agent, at=after(5))
    assert run(after(31)) == 2
    before = list(Notification.objects.order_by("pk").values())
    assert alerts.announce(at=after(32)) == 0
    assert list(Notification.objects.order_by("pk").values()) == before


def test_a_crash_between_telling_and_marking_tells_nobody_twice(
    agent: User, supervisor: User
) -> None:
    services.take(InquiryFactory.create(), by=agent, at=after(5))
    detector.sweep(clock=Hand(after(31)))
    breach = ClockEvent.objects.get(kind="breach")
    Notification.objects.create(
        recipient=supervisor, event=breach, created_at=after(31)
    )
    assert breach.announced_at is None
    assert alerts.announce(at=after(32)) == 2
    assert told("breach", 1) == {agent, supervisor}
    assert Notification.objects.filter(event=breach).count() == 2
    mine = Notification.objects.get(event=breach, recipient=supervisor)
    assert mine.created_at == after(31)


def test_a_long_queue_is_told_in_batches_oldest_first(supervisor: User) -> None:
    for second in range(5):
        InquiryFactory.create(at=after(second))
    detector.sweep(clock=Hand(after(60)))
    assert [alerts.announce(at=after(61), limit=4) for _ in range(3)] == [8, 2, 0]
    assert Notification.objects.filter(recipient=supervisor).count() == 5


@pytest.mark.parametrize("count", [1, 5])
def test_telling_of_many_costs_as_many_queries_as_telling_of_one(
    supervisor: User,
    manager: User,
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
) -> None:
    for second in range(count):
        InquiryFactory.create(at=after(second))
    detector.sweep(clock=Hand(after(60)))
    rules.published_target(Clock.objects.first().target_id)  # type: ignore[union-attr]
    with django_assert_num_queries(12):
        alerts.announce(at=after(61))


# --- Acknowledging -------------------------------------------------------------------


@pytest.fixture
def missed(agent: User, supervisor: User, other_supervisor: User) -> Clock:
    """A missed promise of an agent's inquiry, of which people have been told."""
    services.take(InquiryFactory.create(), by=agent, at=after(5))
    run(after(31))
    return Clock.objects.get()


def test_the_first_supervisor_who_acknowledges_counts(
    missed: Clock, supervisor: User, other_supervisor: User
) -> None:
    alerts.acknowledge(missed, by=supervisor, at=after(40))
    clock = alerts.acknowledge(missed, by=other_supervisor, at=after(50))
    assert clock.acknowledged_by == supervisor
    assert clock.acknowledged_at == after(40)
    events = Event.objects.filter(verb="breach_acknowledged")
    assert [(event.actor, event.at) for event in events] == [(supervisor, after(40))]


def test_acknowledging_clears_ones_own_notices_only(
    missed: Clock, agent: User, supervisor: User
) -> None:
    alerts.acknowledge(missed, by=supervisor, at=after(40))
    still_open = Notification.objects.filter(acknowledged_at=None)
    assert {notice.recipient for notice in still_open} == {agent}


def test_acknowledging_does_not_stop_the_clock_or_the_ladder(
    missed: Clock, supervisor: User, manager: User
) -> None:
    alerts.acknowledge(missed, by=supervisor, at=after(40))
    run(after(31, minutes=30))
    assert told("escalate", 2) == {manager}
    missed.refresh_from_db()
    assert missed.status == "running"
    assert missed.breached_at == DUE


def test_a_promise_that_is_not_missed_cannot_be_acknowledged(supervisor: User) -> None:
    InquiryFactory.create()
    clock = alerts.acknowledge(Clock.objects.get(), by=supervisor, at=after(9))
    assert clock.acknowledged_at is None
    assert not Event.objects.filter(verb="breach_acknowledged").exists()


@pytest.mark.parametrize("role", [Role.AGENT, Role.DEPARTMENT_HANDLER])
def test_only_supervisors_acknowledge(missed: Clock, role: Role) -> None:
    with pytest.raises(NotAllowed):
        alerts.acknowledge(missed, by=UserFactory.create(role=role), at=after(40))
    missed.refresh_from_db()
    assert missed.acknowledged_at is None


def test_a_colleague_clears_the_notices_of_one_ticket(
    missed: Clock, agent: User
) -> None:
    other: Inquiry = InquiryFactory.create(at=after(1))
    services.take(other, by=agent, at=after(6))
    run(after(40))
    assert alerts.acknowledge_notices(other, by=agent, at=after(41)) == 1
    open_ones = Notification.objects.filter(recipient=agent, acknowledged_at=None)
    assert {notice.event.clock_id for notice in open_ones} == {missed.pk}
