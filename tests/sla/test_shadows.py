"""A draft's rule in the shadow watches live clocks, records, and touches nothing."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import psycopg2
import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from pytest_django import DjangoAssertNumQueries

from sla import detector, tasks
from sla.metrics import Metric
from sla.models import (
    Clock,
    ClockEvent,
    Notification,
    Policy,
    PolicyVersion,
    ShadowEnd,
    ShadowRecord,
    ShadowRun,
    Target,
)
from sla.services import (
    audit,
    clocks,
    corrections,
    publication,
    rules,
    shadows,
    versions,
)
from staff.models import Role, User
from tests import policies
from tests.factories import AT, InquiryFactory, UserFactory
from tests.instants import Hand, after, local
from tickets.models import Ticket
from tickets.workflow import IllegalStep, NotAllowed

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(db: None) -> User:
    return UserFactory.create(role=Role.MANAGER)


@pytest.fixture
def draft(manager: User) -> PolicyVersion:
    return versions.draft(Policy.objects.get(code="standard"), by=manager)


@pytest.fixture
def rule(draft: PolicyVersion, manager: User) -> Target:
    """A draft's first reply within 15 s in place of 30."""
    found = draft.targets.get(code="IN_FIRST_REPLY")
    return versions.change_target(found, by=manager, budget=timedelta(seconds=15))


@pytest.fixture
def run(rule: Target, manager: User) -> ShadowRun:
    return shadows.switch_on(rule, by=manager, at=AT)


def reply(*, asked: float, answered: float | None) -> Ticket:
    ticket: Ticket = InquiryFactory.create(
        at=after(asked), phone=f"1380013{asked % 10000:04.0f}"
    )
    if answered is not None:
        clocks.stop(ticket, Metric.FIRST_REPLY, at=after(answered), by=None)
    return ticket


def seen(run: ShadowRun) -> list[tuple[int, str, str]]:
    """Who was seen, what came of the live promise, and of the other."""
    found = run.records.order_by("pk").select_related("clock")
    return [(it.clock.ticket_id, it.outcome, it.would_be) for it in found]


def test_what_is_decided_is_recorded_once_and_never_changed(run: ShadowRun) -> None:
    kept = reply(asked=1, answered=11)
    between = reply(asked=2, answered=22)
    late = reply(asked=3, answered=43)
    waits = reply(asked=4, answered=None)
    clocks.stop(
        reply(asked=-1, answered=None), Metric.FIRST_REPLY, at=after(5), by=None
    )
    withdrawn = reply(asked=5, answered=None)
    clocks.cancel_all(
        withdrawn, reason=clocks.CancelReason.WITHDRAWN, at=after(8), by=None
    )
    expected = [
        (kept.pk, "met", "met"),
        (between.pk, "met", "missed"),
        (late.pk, "missed", "missed"),
        (withdrawn.pk, "cancelled", "cancelled"),
    ]
    # At 20 s one is late by the shadow alone: it is not decided yet.
    assert shadows.observe(at=after(20)) == 4
    assert seen(run) == expected
    assert shadows.observe(at=after(20)) == 0
    record = run.records.get(clock__ticket=between.pk)
    assert (record.started_at, record.due_at) == (after(2), after(32))
    assert (record.would_be_due_at, record.recorded_at) == (after(17), after(20))
    # At 40 s it is late by both.
    assert shadows.observe(at=after(40)) == 1
    assert seen(run) == [*expected, (waits.pk, "missed", "missed")]
    # Later words on the live clock change nothing of what was seen.
    corrections.stop_as_of(
        late,
        Metric.FIRST_REPLY,
        occurred_at=after(10),
        at=after(50),
        source=corrections.Source.TELEPHONE,
        by=None,
    )
    assert Clock.objects.get(ticket=late.pk).outcome == "met"
    assert shadows.observe(at=after(60)) == 0
    assert seen(run)[2] == (late.pk, "missed", "missed")
    for act in (
        "UPDATE sla_shadowrecord SET would_be = 'met'",
        "DELETE FROM sla_shadowrecord",
    ):
        with (
            pytest.raises(IntegrityError) as refusal,
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(act)
        assert isinstance(refusal.value.__cause__, psycopg2.errors.RestrictViolation)
    found = shadows.watch(run, at=after(60))
    assert (found.total.clocks, found.total.missed, found.total.would_be_missed) == (
        5,
        2,
        3,
    )
    assert (found.newly_missed, found.newly_kept, found.waiting) == (1, 0, 0)
    assert [(it.day, it.clocks, it.change) for it in found.days] == [
        (local("2026-11-23 12:00").date(), 5, 1)
    ]
    assert [it.clock.ticket_id for it in shadows.newly_missed(run)] == [between.pk]


def test_the_live_promise_does_not_feel_the_shadow(run: ShadowRun) -> None:
    ticket = reply(asked=1, answered=None)
    ticket.refresh_from_db()
    assert ticket.next_due_at == after(31)
    shadows.observe(at=after(20))
    detector.sweep(clock=Hand(after(20)))
    assert not ClockEvent.objects.filter(kind="breach").exists()
    assert not Notification.objects.exists()
    clock = Clock.objects.get(ticket=ticket.pk)
    assert (clock.due_at, clock.outcome) == (after(31), "")
    assert clock.target.version.number == 1
    assert audit.problems(clock) == []
    clocks.stop(ticket, Metric.FIRST_REPLY, at=after(25), by=None)
    before = ClockEvent.objects.count()
    assert shadows.observe(at=after(26)) == 1
    assert ClockEvent.objects.count() == before
    assert Clock.objects.get(ticket=ticket.pk).outcome == "met"


def test_a_run_ends_when_it_is_switched_off_and_then_goes_on_to_its_last_clock(
    run: ShadowRun, manager: User
) -> None:
    early = reply(asked=1, answered=None)
    for _ in range(2):
        shadows.switch_off(run, by=manager, at=after(3))
    reply(asked=4, answered=24)
    run.refresh_from_db()
    assert (run.ended_at, run.end) == (after(3), ShadowEnd.SWITCHED_OFF)
    assert shadows.observe(at=after(20)) == 0
    assert run in ShadowRun.objects.unfinished()
    clocks.stop(early, Metric.FIRST_REPLY, at=after(21), by=None)
    assert tasks.observe_shadows() == 1
    assert seen(run) == [(early.pk, "met", "missed")]
    assert run not in ShadowRun.objects.unfinished()
    assert tasks.observe_shadows() == 0


def test_a_run_ends_with_its_draft(
    run: ShadowRun, draft: PolicyVersion, manager: User
) -> None:
    publication.publish(draft, by=manager, at=after(10), note="shorter")
    run.refresh_from_db()
    assert (run.ended_at, run.end, run.ended_by) == (after(10), "published", manager)
    other = versions.draft(draft.policy, by=manager)
    rule = other.targets.get(code="IN_FIRST_REPLY")
    versions.change_target(rule, by=manager, budget=timedelta(seconds=9))
    second = shadows.switch_on(rule, by=manager, at=after(20))
    versions.discard(other, by=manager, at=after(30))
    second.refresh_from_db()
    assert (second.ended_at, second.end) == (after(30), "discarded")
    assert (second.version, second.version_number) == (None, 3)
    assert second.budget == timedelta(seconds=9)


def test_what_runs_is_a_copy_and_runs_once(
    run: ShadowRun, rule: Target, manager: User
) -> None:
    versions.change_target(rule, by=manager, budget=timedelta(seconds=5))
    assert shadows.switch_on(rule, by=manager, at=after(1)) == run
    run.refresh_from_db()
    assert run.budget == timedelta(seconds=15)
    between = reply(asked=2, answered=12)
    shadows.observe(at=after(20))
    assert seen(run) == [(between.pk, "met", "met")]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {"budget": timedelta(seconds=30)},
            "It promises the same as the rule in force.",
        ),
        ({"enabled": False}, "It is switched off in the draft."),
        (
            {"conditions": {"channel": ["email"]}},
            "It holds for other cases than the rule in force.",
        ),
        (
            {"code": "IN_FIRST_REPLY_NEW"},
            "No rule with this code is in force that it could run beside.",
        ),
    ],
)
def test_a_rule_that_no_live_one_stands_for_is_refused_in_words(
    rule: Target, manager: User, english: None, fields: dict[str, Any], words: str
) -> None:
    changed = versions.change_target(rule, by=manager, **fields)
    with pytest.raises(ValidationError, match=words):
        shadows.switch_on(changed, by=manager, at=AT)
    assert not ShadowRun.objects.exists()


def test_only_those_who_decide_switch_on_and_off(run: ShadowRun, rule: Target) -> None:
    supervisor = UserFactory.create(role=Role.SUPERVISOR)
    with pytest.raises(NotAllowed):
        shadows.switch_on(rule, by=supervisor, at=AT)
    with pytest.raises(NotAllowed):
        shadows.switch_off(run, by=supervisor, at=AT)
    run.refresh_from_db()
    assert run.ended_at is None


def test_no_rule_in_force_runs_in_its_own_shadow(manager: User) -> None:
    live = Target.objects.get(code="IN_FIRST_REPLY", version__number=1)
    with pytest.raises(IllegalStep):
        shadows.switch_on(live, by=manager, at=AT)


def test_many_clocks_are_recorded_with_a_few_questions(
    run: ShadowRun, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        reply(asked=number, answered=number + 20)
    with django_assert_num_queries(11):
        assert shadows.observe(at=after(60)) == 12
    assert ShadowRecord.objects.filter(run=run).count() == 12


def test_a_run_does_not_look_at_what_it_has_long_recorded(run: ShadowRun) -> None:
    """It looks back to the oldest clock that is not decided, and a day before."""
    early = reply(asked=1, answered=20)
    waits = reply(asked=2 * 86_400, answered=None)
    late = 4 * 86_400
    assert shadows.observe(at=after(2 * 86_400 + 5)) == 1
    run.refresh_from_db()
    assert run.undecided_since == after(86_400)
    assert [it.ticket_id for it in shadows.waiting(run, at=after(late))] == [waits.pk]
    # What was recorded before is not even asked about.
    assert early.clocks.get().started_at < run.undecided_since
    assert shadows.observe(at=after(late)) == 1
    run.refresh_from_db()
    assert run.undecided_since == after(late - 86_400)
    assert shadows.watch(run, at=after(late)).waiting == 0


def test_each_clock_is_judged_with_the_warnings_of_its_own_version(
    manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    warns_later = policies.draft(IN_FIRST_REPLY={"warn_at_fraction": Decimal("0.95")})
    warns_later.published_at, warns_later.effective_from = AT, after(30)
    warns_later.save()
    rule = versions.draft(warns_later.policy, by=manager).targets.get(
        code="IN_FIRST_REPLY"
    )
    versions.change_target(rule, by=manager, budget=timedelta(seconds=15))
    shadows.switch_on(rule, by=manager, at=AT)
    first = reply(asked=1, answered=20)
    second = reply(asked=31, answered=50)
    used: dict[int, Any] = {}
    reckon = shadows.what_if.reckon

    def note(record: Any, terms: Any) -> Any:
        used.update(dict.fromkeys(record.targets.tolist(), terms.warn_at))
        return reckon(record, terms)

    monkeypatch.setattr(shadows.what_if, "reckon", note)
    assert shadows.observe(at=after(60)) == 2
    expected = {
        clock.target_id: rules.terms_of(rules.published_target(clock.target_id)).warn_at
        for clock in Clock.objects.filter(ticket__in=[first.pk, second.pk])
    }
    assert len(set(expected.values())) == 2
    assert used == expected


def test_why_a_run_cannot_go_on_is_kept_and_logged_once(
    run: ShadowRun, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    reply(asked=1, answered=20)

    def refuse(*args: object) -> None:
        raise ValidationError({"calendar": "The calendar does not open for so long."})

    with monkeypatch.context() as broken:
        broken.setattr(shadows.what_if, "reckon", refuse)
        assert [shadows.observe(at=after(60)) for _ in range(3)] == [0, 0, 0]
    run.refresh_from_db()
    assert run.problem == "The calendar does not open for so long."
    assert caplog.text.count("cannot be reckoned") == 1
    assert shadows.observe(at=after(61)) == 1
    run.refresh_from_db()
    assert run.problem == ""
