"""What is newly in force is applied to running clocks only when somebody says so."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from inquiries.models import Inquiry
from sla import detector, tasks
from sla.models import Clock, ClockEvent, PolicyVersion, Rollout
from sla.services import audit, rollouts
from staff.models import Role, User
from tests.factories import InquiryFactory, UserFactory
from tests.instants import DUE, Hand, after
from tests.policies import publish
from tickets.models import Ticket
from tickets.workflow import NotAllowed

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture
def manager(db: None) -> User:
    return UserFactory.create(role=Role.MANAGER)


@pytest.fixture
def late(db: None) -> Inquiry:
    """A case whose promise was missed before the policy changed."""
    inquiry = InquiryFactory.create(at=after(-60))
    detector.sweep(clock=Hand(after(-20)))
    return inquiry


@pytest.fixture
def running(late: Inquiry) -> Inquiry:
    return InquiryFactory.create(at=after(0))


def clock_of(ticket: Ticket) -> Clock:
    clock = Clock.objects.get(ticket_id=ticket.pk)
    assert audit.problems(clock) == []
    return clock


def longer() -> PolicyVersion:
    return publish(at=after(5), IN_FIRST_REPLY={"budget": MINUTE})


def test_running_clocks_keep_what_was_promised(running: Inquiry) -> None:
    longer()
    assert clock_of(running).due_at == DUE
    assert clock_of(InquiryFactory.create(at=after(6))).due_at == after(66)


def test_a_preview_counts_and_changes_nothing(running: Inquiry) -> None:
    longer()
    found = rollouts.preview(at=after(10))
    assert (found.total, found.examined, found.gained, found.lost) == (1, 1, 1, 0)
    (example,) = found.examples
    assert (example.before, example.after) == (DUE, after(60))
    assert clock_of(running).due_at == DUE
    assert not ClockEvent.objects.filter(kind="recompute").exists()


def test_a_preview_says_who_would_be_late_at_once(running: Inquiry) -> None:
    publish(at=after(5), IN_FIRST_REPLY={"budget": timedelta(seconds=8)})
    found = rollouts.preview(at=after(10))
    assert (found.lost, found.late_at_once) == (1, 1)


def test_a_rollout_changes_running_clocks_and_never_takes_a_breach_back(
    late: Inquiry, running: Inquiry, manager: User
) -> None:
    rollout = rollouts.ask(longer(), by=manager, at=after(9))
    assert rollouts.carry_out(rollout.pk, at=after(10)) == 1
    clock = clock_of(running)
    assert (clock.due_at, clock.warns_at) == (after(60), after(48))
    assert Ticket.objects.get(pk=running.pk).next_due_at == after(60)
    assert clock_of(late).breached_at == after(-30)
    line = ClockEvent.objects.get(kind="recompute")
    assert (line.actor, line.clock) == (manager, clock)
    rollout.refresh_from_db()
    assert (rollout.examined, rollout.gained, rollout.lost) == (1, 1, 0)
    assert rollout.finished_at == after(10)


def test_a_warning_that_was_given_is_not_given_again(
    running: Inquiry, manager: User
) -> None:
    detector.sweep(clock=Hand(after(25)))
    version = publish(at=after(26), IN_FIRST_REPLY={"budget": MINUTE})
    rollouts.carry_out(rollouts.ask(version, by=manager, at=after(26)).pk, at=after(26))
    detector.sweep(clock=Hand(after(61)))
    kinds = list(
        ClockEvent.objects.filter(clock=clock_of(running)).values_list(
            "kind", flat=True
        )
    )
    assert kinds == ["activate", "warning", "recompute", "breach"]


def test_carrying_out_twice_changes_once(running: Inquiry, manager: User) -> None:
    rollout = rollouts.ask(longer(), by=manager, at=after(9))
    rollouts.carry_out(rollout.pk, at=after(10))
    # As after a crash just before the end.
    Rollout.objects.update(finished_at=None, reached=0)
    assert rollouts.carry_on(at=after(11)) == 0
    assert rollouts.carry_out(rollout.pk, at=after(12)) == 0
    rollout.refresh_from_db()
    assert (rollout.gained, rollout.finished_at) == (1, after(11))


def test_a_long_rollout_goes_on_where_it_stopped(
    manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rollouts, "BATCH", 2)
    for _ in range(5):
        InquiryFactory.create(at=after(0))
    rollout = rollouts.ask(longer(), by=manager, at=after(9))
    counts = [rollouts.carry_out(rollout.pk, at=after(10), until=0) for _ in range(4)]
    assert counts == [2, 2, 1, 0]
    rollout.refresh_from_db()
    assert (rollout.examined, rollout.gained) == (5, 5)
    assert set(Clock.objects.values_list("due_at", flat=True)) == {after(60)}


def test_the_job_does_what_was_ordered(running: Inquiry, manager: User) -> None:
    longer()
    version = PolicyVersion.objects.get(number=2)
    rollouts.ask(version, by=manager, at=after(9))
    assert tasks.carry_out_rollouts() == 1
    assert tasks.carry_out_rollouts() == 0


def test_an_order_needs_the_right_person_and_a_version_in_force(manager: User) -> None:
    version = longer()
    with pytest.raises(NotAllowed):
        rollouts.ask(version, by=UserFactory.create(), at=after(9))
    with pytest.raises(ValidationError):
        rollouts.ask(version, by=manager, at=after(4))
    assert not Rollout.objects.exists()
