"""A policy is drafted, checked, published and then never changed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from sla.models import (
    Calendar,
    EscalationStep,
    Metric,
    PauseRule,
    Policy,
    PolicyVersion,
    Target,
)
from sla.services import (
    differences,
    fingerprints,
    publication,
    rules,
    soundness,
    versions,
)
from staff.models import Role, User
from tests.factories import AT, UserFactory, channel
from tests.instants import after
from tickets.workflow import IllegalStep, NotAllowed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def manager(db: None) -> User:
    return UserFactory.create(role=Role.MANAGER)


@pytest.fixture
def draft(manager: User) -> PolicyVersion:
    return versions.draft(Policy.objects.get(), by=manager)


def rule(draft: PolicyVersion, code: str = "IN_FIRST_REPLY") -> Target:
    return draft.targets.get(code=code)


def said(version: PolicyVersion) -> list[str]:
    """What a version differs in from the first."""
    first = PolicyVersion.objects.get(number=1)
    return [str(change) for change in differences.diff(first, version)]


def test_a_draft_begins_with_what_the_newest_version_says(draft: PolicyVersion) -> None:
    assert draft.is_draft
    assert draft.number == 2
    assert said(draft) == []


def test_there_is_one_draft_at_a_time(draft: PolicyVersion, manager: User) -> None:
    again = versions.draft(Policy.objects.get(), by=manager)
    assert again == draft
    assert PolicyVersion.objects.drafts().count() == 1


def test_a_draft_promises_nothing(draft: PolicyVersion, manager: User) -> None:
    target = rule(draft)
    versions.change_target(target, by=manager, budget=timedelta(seconds=10))
    found = rules.in_force(Metric.FIRST_REPLY, at=after(days=400))
    assert found is not None
    assert found.budget == timedelta(seconds=30)


@pytest.mark.clause("CC-27")
def test_a_published_draft_holds_from_its_moment_on(
    draft: PolicyVersion, manager: User
) -> None:
    versions.change_target(rule(draft), by=manager, budget=timedelta(seconds=10))
    publication.publish(
        draft, by=manager, at=after(0), effective_from=after(60), note="faster"
    )
    draft.refresh_from_db()
    assert (draft.published_at, draft.effective_from) == (after(0), after(60))
    assert (draft.author, draft.note) == (manager, "faster")
    for at, seconds in ((after(59), 30), (after(60), 10)):
        found = rules.in_force(Metric.FIRST_REPLY, at=at)
        assert found is not None
        assert found.budget == timedelta(seconds=seconds)
    assert said(draft) == ["rule IN_FIRST_REPLY budget: 0:00:30 -> 0:00:10"]


def test_what_is_published_is_frozen_in_the_database_itself() -> None:
    version = PolicyVersion.objects.get()
    changes: list[Callable[[], Any]] = [
        lambda: version.targets.update(budget=timedelta(hours=1)),
        lambda: version.ladder.all().delete(),
        lambda: version.pause_rules.update(days=90),
        lambda: PolicyVersion.objects.update(effective_from=after(9)),
        lambda: PauseRule.objects.create(
            version=version,
            code="lunch",
            name_zh="午休",
            name_en="Lunch",
            metrics=["first_reply"],
            origin="SEED",
            limit=timedelta(hours=1),
        ),
    ]
    for change in changes:
        with pytest.raises(DatabaseError, match="version_frozen"), transaction.atomic():
            change()


def test_the_verbs_refuse_a_published_version_in_words(
    draft: PolicyVersion, manager: User
) -> None:
    publication.publish(draft, by=manager, at=after(0))
    target = rule(draft)
    acts: list[Callable[[], Any]] = [
        lambda: versions.change_target(target, by=manager, note="x"),
        lambda: versions.remove_target(target, by=manager),
        lambda: versions.change_ladder(draft, by=manager, ladder=[]),
        lambda: versions.discard(draft, by=manager, at=AT),
        lambda: publication.publish(draft, by=manager, at=after(1)),
    ]
    for act in acts:
        with pytest.raises(IllegalStep):
            act()


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR, Role.DEPARTMENT_HANDLER])
def test_only_those_who_decide_what_is_promised_draft_and_publish(
    draft: PolicyVersion, role: Role
) -> None:
    person = UserFactory.create(role=role)
    acts: list[Callable[[], Any]] = [
        lambda: versions.draft(draft.policy, by=person),
        lambda: versions.change_target(rule(draft), by=person, note="x"),
        lambda: publication.publish(draft, by=person, at=after(1)),
        lambda: versions.discard(draft, by=person, at=AT),
    ]
    for act in acts:
        with pytest.raises(NotAllowed):
            act()
    draft.refresh_from_db()
    assert draft.is_draft


@pytest.mark.parametrize(
    ("fields", "place", "reason"),
    [
        ({"metric": "applause"}, "metric", "There is no such metric."),
        ({"budget": timedelta(0)}, "budget", "Between 1 second and 400 days."),
        ({"budget": timedelta(seconds=-5)}, "budget", "Between 1 second and 400 days."),
        ({"budget": timedelta(days=4000)}, "budget", "Between 1 second and 400 days."),
        ({"budget": None}, "budget", "Between 1 second and 400 days."),
        (
            {"unit": "working_days", "budget": None, "days": 0},
            "days",
            "Between 1 and 400 days.",
        ),
        (
            {"unit": "business"},
            "calendar",
            "Opening hours and days are counted on a calendar.",
        ),
        ({"unit": "fortnights"}, "unit", "There is no such unit."),
        (
            {"warn_at_fraction": 1},
            "warn_at_fraction",
            "A warning comes between start and deadline.",
        ),
        (
            {"conditions": {"severity": ["major"]}},
            "conditions",
            "This metric knows no severity.",
        ),
        (
            {"conditions": {"channel": ["pigeon"]}},
            "conditions",
            "There is no channel pigeon.",
        ),
        (
            {"conditions": {"kind": ["inquiry", "gossip"]}},
            "conditions",
            "There is no kind gossip.",
        ),
        (
            {"metric": "department_acceptance", "conditions": {"department": ["moon"]}},
            "conditions",
            "There is no department moon.",
        ),
        (
            {"code": "CC_EMAIL_REPLY"},
            "code",
            "There is a rule CC_EMAIL_REPLY already.",
        ),
        ({"conditions": {"channel": []}}, "conditions", "channel names no values."),
        (
            {"conditions": ["channel"]},
            "conditions",
            "Conditions are facts with the values that they accept.",
        ),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_at_its_field(
    draft: PolicyVersion,
    manager: User,
    fields: dict[str, Any],
    place: str,
    reason: str,
) -> None:
    with pytest.raises(ValidationError) as refused:
        versions.change_target(rule(draft), by=manager, **fields)
    assert refused.value.message_dict[place] == [reason]
    assert said(draft) == []


AT_DUE = {"after": timedelta(0), "audience": "manager"}
LATER = {"after": timedelta(minutes=5), "audience": "manager"}
MUCH_LATER = {"after": timedelta(minutes=9), "audience": "manager"}


@pytest.mark.parametrize(
    ("ladder", "reason"),
    [
        ([LATER], "Exactly one step stands at the deadline itself."),
        ([AT_DUE, AT_DUE], "Exactly one step stands at the deadline itself."),
        ([LATER, AT_DUE], "The steps are not in order."),
        ([AT_DUE, MUCH_LATER, LATER], "The steps are not in order."),
        (
            [AT_DUE, {"unit": "working_days", "days": 1, "audience": "manager"}],
            "Step 2: Opening hours and days are counted on a calendar.",
        ),
    ],
)
def test_a_ladder_out_of_order_is_refused(
    draft: PolicyVersion, manager: User, ladder: list[dict[str, Any]], reason: str
) -> None:
    for act in (
        lambda: versions.change_ladder(draft, by=manager, ladder=ladder),
        lambda: versions.change_target(rule(draft), by=manager, ladder=ladder),
    ):
        with pytest.raises(ValidationError) as refused:
            act()
        assert refused.value.message_dict == {"ladder": [reason]}
    assert said(draft) == []


def test_a_rule_that_somebody_has_removed_is_not_changed(
    draft: PolicyVersion, manager: User
) -> None:
    target = rule(draft)
    versions.remove_target(rule(draft), by=manager)
    with pytest.raises(IllegalStep):
        versions.change_target(target, by=manager, note="x")


def test_a_draft_of_a_pack_that_people_change_is_theirs(
    draft: PolicyVersion, manager: User
) -> None:
    PolicyVersion.objects.filter(pk=draft.pk).update(pack_digest="of the pack")
    versions.change_target(rule(draft), by=manager, note="ours")
    draft.refresh_from_db()
    assert draft.pack_digest == ""


def test_a_rule_may_have_a_ladder_of_its_own_and_give_it_up(
    draft: PolicyVersion, manager: User
) -> None:
    target = rule(draft)
    versions.change_target(target, by=manager, ladder=[AT_DUE, LATER])
    assert said(draft) == ["ladder IN_FIRST_REPLY added"]
    versions.change_target(target, by=manager, ladder=[])
    assert said(draft) == []


def problems_of(draft: PolicyVersion) -> list[tuple[str, str]]:
    found = soundness.problems(draft, at=after(0))
    return [(problem.place, problem.reason) for problem in found]


@pytest.mark.clause("IN-06")
def test_a_version_that_leaves_a_channel_without_a_first_reply_is_not_published(
    draft: PolicyVersion, manager: User
) -> None:
    versions.change_target(
        rule(draft), by=manager, conditions={"channel": ["web_chat", "hotline"]}
    )
    with pytest.raises(ValidationError) as refused:
        publication.publish(draft, by=manager, at=after(0))
    reasons = " ".join(refused.value.messages)
    assert channel("weibo").name in reasons
    assert channel("web_chat").name not in reasons
    draft.refresh_from_db()
    assert draft.is_draft


def test_two_rules_that_could_hold_for_the_same_case_are_refused(
    draft: PolicyVersion, manager: User
) -> None:
    versions.add_target(
        draft,
        by=manager,
        code="IN_WEB_REPLY",
        metric="first_reply",
        name_zh="网页回复",
        name_en="Web reply",
        clauses=["IN-24"],
        origin="INFERRED",
        conditions={"channel": ["email", "web_chat"]},
        budget=timedelta(seconds=20),
    )
    assert problems_of(draft) == [
        ("IN_WEB_REPLY", "It can hold for the same case as CC_EMAIL_REPLY.")
    ]


def test_rules_of_another_policy_count_too(draft: PolicyVersion) -> None:
    other = Policy.objects.create(code="other", name_zh="另", name_en="Other")
    version = PolicyVersion.objects.create(policy=other, number=1)
    target = PolicyVersion.objects.get(number=1, policy__code="standard").targets.get(
        code="OB_FEEDBACK"
    )
    target.pk = None
    target.version = version
    target.code = "OTHER_FEEDBACK"
    target.save(force_insert=True)
    assert problems_of(draft) == []
    version.published_at = version.effective_from = after(0)
    version.save()
    assert problems_of(draft) == [
        ("OB_FEEDBACK", "It can hold for the same case as OTHER_FEEDBACK.")
    ]


@pytest.mark.parametrize(
    ("metrics", "reason"),
    [
        ([], "It holds for no metric."),
        (["applause"], "There is no such metric."),
        (
            ["total", "first_reply", "ring"],
            "No reason lets this wait: First reply, Ringing.",
        ),
    ],
)
def test_no_reason_lets_a_first_answer_wait(
    draft: PolicyVersion, manager: User, metrics: list[str], reason: str
) -> None:
    rule = draft.pause_rules.get(code="appointment")
    with pytest.raises(ValidationError) as refused:
        versions.save_pause_rule(rule, by=manager, metrics=metrics)
    assert refused.value.message_dict == {"metrics": [reason]}
    draft.pause_rules.update(metrics=metrics)
    assert problems_of(draft)[0] == ("appointment", reason)


def test_a_step_before_the_start_of_a_short_promise_is_refused(
    draft: PolicyVersion, manager: User
) -> None:
    early = {"after": timedelta(minutes=-10), "audience": "supervisor"}
    versions.change_target(rule(draft), by=manager, ladder=[early, AT_DUE])
    assert problems_of(draft) == [
        (
            "IN_FIRST_REPLY",
            "A step before the deadline comes before the start or the warning.",
        )
    ]


def test_a_step_before_the_deadline_of_a_long_promise_is_fine(
    draft: PolicyVersion, manager: User
) -> None:
    early = {"after": timedelta(minutes=-10), "audience": "supervisor"}
    target = rule(draft, "IN_FOLLOW_UP")
    versions.change_target(target, by=manager, ladder=[early, AT_DUE])
    assert problems_of(draft) == []
    publication.publish(draft, by=manager, at=after(0))
    terms = rules.terms_of(rule(draft, "IN_FOLLOW_UP"))
    assert (terms.rungs_before, terms.breach_step) == (1, 2)


def test_a_calendar_that_is_not_in_force_keeps_a_draft_back(
    draft: PolicyVersion, manager: User
) -> None:
    moon = Calendar.objects.create(code="moon", name_zh="月", name_en="Moon")
    target = rule(draft, "OB_HANDOFF")
    versions.change_target(target, by=manager, calendar=moon)
    assert problems_of(draft) == [
        ("OB_HANDOFF", "No version of the calendar moon is in force.")
    ]


def test_a_version_does_not_take_effect_in_the_past(
    draft: PolicyVersion, manager: User
) -> None:
    with pytest.raises(ValidationError) as refused:
        publication.publish(draft, by=manager, at=after(10), effective_from=after(9))
    assert "effective_from" in refused.value.message_dict


def test_no_version_begins_before_one_that_is_to_come(
    draft: PolicyVersion, manager: User
) -> None:
    """The one to come would bring the old terms back and undo the newer one."""
    publication.publish(draft, by=manager, at=after(0), effective_from=after(60))
    third = versions.draft(draft.policy, by=manager)
    with pytest.raises(ValidationError) as refused:
        publication.publish(third, by=manager, at=after(2))
    assert "would undo this one" in refused.value.messages[0]
    publication.publish(third, by=manager, at=after(2), effective_from=after(60))
    assert rules.rulebook(at=after(60)).policy_version_ids == (third.pk,)


def test_what_a_colleague_changed_meanwhile_is_not_overwritten_unseen(
    draft: PolicyVersion, manager: User
) -> None:
    seen = fingerprints.of_rule(rule(draft))
    colleague = UserFactory.create(role=Role.GENERAL_MANAGER)
    versions.change_target(rule(draft), by=colleague, budget=timedelta(hours=2))
    with pytest.raises(ValidationError, match="A colleague has changed this"):
        versions.change_target(rule(draft), by=manager, seen=seen, note="x")
    assert (rule(draft).budget, rule(draft).note) != (timedelta(seconds=30), "x")
    fresh = fingerprints.of_rule(rule(draft))
    versions.change_target(rule(draft), by=manager, seen=fresh, note="x")
    assert (rule(draft).budget, rule(draft).note) == (timedelta(hours=2), "x")


def test_nobody_publishes_what_they_have_not_seen(
    draft: PolicyVersion, manager: User
) -> None:
    seen = fingerprints.of_version(draft)
    versions.change_ladder(draft, by=manager, ladder=[AT_DUE])
    with pytest.raises(ValidationError, match="A colleague has changed this"):
        publication.publish(draft, by=manager, at=after(0), seen=seen)
    seen = fingerprints.of_version(draft)
    publication.publish(draft, by=manager, at=after(0), seen=seen)


def test_discarding_takes_all_of_a_draft_with_it(
    draft: PolicyVersion, manager: User
) -> None:
    before = (Target.objects.count(), EscalationStep.objects.count())
    versions.discard(draft, by=manager, at=AT)
    assert not PolicyVersion.objects.drafts().exists()
    assert (Target.objects.count(), EscalationStep.objects.count()) == (
        before[0] // 2,
        before[1] // 2,
    )


def test_differences_name_what_was_added_removed_and_changed(
    draft: PolicyVersion, manager: User
) -> None:
    versions.remove_target(rule(draft, "SH_COMPLAINT_24H"), by=manager)
    versions.change_ladder(draft, by=manager, ladder=[AT_DUE])
    evidence = draft.pause_rules.get(code="awaiting_evidence")
    versions.save_pause_rule(evidence, by=manager, days=3)
    appointment = draft.pause_rules.get(code="appointment")
    versions.remove_pause_rule(appointment, by=manager)
    assert said(draft) == [
        "rule SH_COMPLAINT_24H removed",
        "ladder changed",
        "pause awaiting_evidence days: 2 -> 3",
        "pause appointment removed",
    ]
