"""What is newly in force is applied to running clocks only when somebody says so."""

from datetime import timedelta
from typing import Any

import psycopg2
import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from inquiries.models import Inquiry
from sla import detector, tasks
from sla.models import Clock, ClockEvent, Metric, PolicyVersion, Rollout
from sla.services import audit, clocks, corrections, forecast, pauses, rollouts
from staff.models import Role, User
from tests.factories import InquiryFactory, UserFactory, channel
from tests.instants import DUE, Hand, after, local
from tests.policies import publish, publish_year
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
    found = forecast.preview(at=after(10))
    assert (found.total, found.examined, found.gained, found.lost) == (1, 1, 1, 0)
    (example,) = found.examples
    assert (example.before, example.after) == (DUE, after(60))
    assert clock_of(running).due_at == DUE
    assert not ClockEvent.objects.filter(kind="recompute").exists()


def test_a_preview_says_who_would_be_late_at_once(running: Inquiry) -> None:
    publish(at=after(5), IN_FIRST_REPLY={"budget": timedelta(seconds=8)})
    found = forecast.preview(at=after(10))
    assert (found.lost, found.late_at_once) == (1, 1)


def test_a_preview_leaves_out_who_is_late_already(running: Inquiry) -> None:
    longer()
    found = forecast.preview(at=after(31))
    assert (found.examined, found.gained, found.unchanged) == (1, 0, 1)


def test_a_preview_names_the_late_first_then_those_who_lose_most() -> None:
    for seconds in (0, 20, 40, 55):
        InquiryFactory.create(at=after(seconds), phone=f"1380013800{seconds // 10}")
    InquiryFactory.create(at=after(0), channel=channel("email"))
    publish(
        at=after(56),
        IN_FIRST_REPLY={"budget": timedelta(seconds=25)},
        CC_EMAIL_REPLY={"budget": timedelta(hours=2)},
    )
    # At 45 s the first is late already and the second would be.
    found = forecast.preview(at=after(57))
    assert (found.gained, found.lost, found.late_at_once) == (1, 2, 0)
    assert [example.before for example in found.examples] == [
        after(70),
        after(85),
        after(3600),
    ]


def test_a_preview_counts_a_sample_where_there_are_too_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(forecast, "MOST_EXAMINED", 4)
    for _ in range(10):
        InquiryFactory.create(at=after(0))
    longer()
    found = forecast.preview(at=after(10))
    assert (found.total, found.every, found.is_sample) == (10, 3, True)
    assert 3 <= found.examined <= 4
    assert found.gained == found.examined


def test_a_preview_asks_a_few_questions_however_many_clocks_run(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(6):
        InquiryFactory.create(at=after(0))
    longer()
    forecast.preview(at=after(10))
    with django_assert_num_queries(5):
        forecast.preview(at=after(10))


def delayed_visit(*, ask_at: str, pause_at: str) -> Clock:
    """A visit for which the customer has chosen a later time."""
    ticket = InquiryFactory.create(at=local(ask_at))
    start = local(ask_at)
    clock = clocks.start(ticket, Metric.RETURN_VISIT, at=start)
    assert clock is not None
    pauses.pause(
        ticket, Metric.RETURN_VISIT, reason="appointment", at=local(pause_at), by=None
    )
    return Clock.objects.get(pk=clock.pk)


def test_a_clock_that_waits_is_late_at_once_only_by_the_time_it_stood_still() -> None:
    clock = delayed_visit(ask_at="2026-11-23 10:00", pause_at="2026-11-24 20:00")
    assert clock.due_at == local("2026-11-26 21:00")
    at = local("2026-11-25 22:00")
    publish(at=at, OB_RETURN_VISIT={"days": 2})
    found = forecast.preview(at=at)
    assert (found.lost, found.late_at_once) == (1, 0)
    publish(at=at, OB_RETURN_VISIT={"days": 1})
    # It closes on the 24th at 21:00, an hour after the pause began.
    assert forecast.preview(at=at).late_at_once == 0
    publish(
        at=at,
        OB_RETURN_VISIT={
            "unit": "wall",
            "budget": timedelta(hours=9),
            "days": None,
            "calendar": None,
        },
    )
    assert forecast.preview(at=at).late_at_once == 1


def test_what_a_preview_says_is_what_a_rollout_does(manager: User) -> None:
    for seconds in (0, 20, 40):
        InquiryFactory.create(at=after(seconds))
    delayed_visit(ask_at="2026-11-23 09:59", pause_at="2026-11-23 09:59:30")
    version = publish(
        at=after(41),
        IN_FIRST_REPLY={"budget": timedelta(seconds=15)},
        OB_RETURN_VISIT={"days": 5},
    )
    at = after(42)
    said = forecast.preview(at=at)
    rollout = rollouts.ask(version, by=manager, at=at)
    rollouts.carry_out(rollout.pk, at=at)
    rollout.refresh_from_db()
    for name in ("examined", "gained", "lost", "late_at_once"):
        assert getattr(rollout, name) == getattr(said, name), name
    assert (said.gained, said.lost, said.late_at_once) == (1, 2, 1)


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


def test_a_clock_that_cannot_be_reckoned_holds_up_nobody(
    manager: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tickets = [InquiryFactory.create(at=after(0)) for _ in range(3)]
    bad = clock_of(tickets[1])
    recompute = corrections.recompute

    def fail_for_one(ticket: Ticket, clock: Clock, **terms: Any) -> bool:
        if clock.pk == bad.pk:
            raise KeyError("no such calendar")
        done: bool = recompute(ticket, clock, **terms)
        return done

    monkeypatch.setattr(corrections, "recompute", fail_for_one)
    rollout = rollouts.ask(longer(), by=manager, at=after(9))
    assert rollouts.carry_out(rollout.pk, at=after(10)) == 2
    rollout.refresh_from_db()
    assert (rollout.examined, rollout.gained, rollout.failed) == (3, 2, 1)
    assert rollout.finished_at == after(10)
    assert clock_of(tickets[1]).due_at == DUE
    assert f"clock {bad.pk} keeps its terms (KeyError)" in caplog.text


def test_two_workers_do_not_do_the_same_rollout(
    running: Inquiry, manager: User
) -> None:
    rollouts.ask(longer(), by=manager, at=after(9))
    with psycopg2.connect(**connection.get_connection_params()) as other:
        other.cursor().execute("SELECT pg_advisory_lock(%s)", [rollouts.LOCK_KEY])
        assert rollouts.carry_on(at=after(10)) == 0
        other.cursor().execute("SELECT pg_advisory_unlock(%s)", [rollouts.LOCK_KEY])
    other.close()
    assert rollouts.carry_on(at=after(10)) == 1


def test_new_holidays_reach_running_clocks_by_a_rollout_too(manager: User) -> None:
    start = local("2026-12-31 20:30")
    ticket = InquiryFactory.create(at=start)
    clock = clocks.start(ticket, Metric.HANDOFF, at=start)
    assert clock is not None
    assert clock.flagged
    at = local("2026-12-31 20:40")
    publish_year(at=at, text="2027-01-01 to 2027-01-03 元旦")
    rollout = rollouts.ask(None, by=manager, at=at)
    assert rollouts.carry_out(rollout.pk, at=at) == 1
    clock.refresh_from_db()
    assert (clock.due_at, clock.flagged) == (local("2027-01-01 10:30"), False)
    assert audit.problems(clock) == []


def test_a_rollout_applies_no_terms_that_came_after_it_was_ordered(
    running: Inquiry, manager: User
) -> None:
    rollout = rollouts.ask(longer(), by=manager, at=after(9))
    publish(at=after(10), IN_FIRST_REPLY={"budget": timedelta(seconds=1)})
    assert rollouts.carry_out(rollout.pk, at=after(11)) == 0
    assert clock_of(running).due_at == DUE
    rollout.refresh_from_db()
    assert (rollout.finished_at, rollout.examined) == (after(11), 0)


def test_the_job_does_what_was_ordered(running: Inquiry, manager: User) -> None:
    longer()
    version = PolicyVersion.objects.get(number=2)
    rollouts.ask(version, by=manager, at=after(9))
    with time_machine.travel(after(10)):
        assert tasks.carry_out_rollouts() == 1
        assert tasks.carry_out_rollouts() == 0


def test_an_order_needs_the_right_person_and_a_version_in_force(manager: User) -> None:
    version = longer()
    with pytest.raises(NotAllowed):
        rollouts.ask(version, by=UserFactory.create(), at=after(9))
    with pytest.raises(ValidationError):
        rollouts.ask(version, by=manager, at=after(4))
    assert not Rollout.objects.exists()
