"""The written policy is loaded once and never rewritten behind people's backs."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from sla.models import EscalationStep, Metric, Policy, PolicyVersion, Target
from sla.promise import plan
from sla.services import packs, rules, soundness
from tests.instants import after, local
from tests.policies import publish

pytestmark = pytest.mark.django_db


def test_laws_are_filled_in_where_nobody_named_any() -> None:
    """A house from before laws were named gets them; what people wrote stays."""
    (pack,) = packs.read_packs()
    Policy.objects.update(laws=[])
    assert packs.load(pack, at=after(0)) == packs.Loaded.UNCHANGED
    assert Policy.objects.get().laws == pack.content["laws"]
    Policy.objects.update(laws=["《电子商务法》"])
    packs.load(pack, at=after(0))
    assert Policy.objects.get().laws == ["《电子商务法》"]


PACK = """
code = "another"
name_zh = "另一制度"
name_en = "Another policy"
note = "for a test"
effective_from = 2020-01-01T00:00:00+08:00

[[ladder]]
after = "0 s"
to = "manager"

[[rules]]
code = "{code}"
metric = "{metric}"
name_zh = "首次回复"
name_en = "First reply"
clauses = ["IN-24"]
origin = "SEED"
{line}
"""


def rows() -> list[list[Any]]:
    return [
        list(Policy.objects.order_by("pk").values()),
        list(PolicyVersion.objects.order_by("pk").values()),
        list(Target.objects.order_by("pk").values()),
        list(EscalationStep.objects.order_by("pk").values()),
    ]


def written(
    *,
    code: str = "IN_FIRST_REPLY",
    metric: str = "first_reply",
    line: str = 'limit = "30 s"',
) -> str:
    """A pack of one rule."""
    return PACK.format(code=code, metric=metric, line=line)


def read(folder: Path, text: str) -> packs.Pack:
    (folder / "pack.toml").write_text(text, encoding="utf-8")
    (pack,) = packs.read_packs(folder)
    return pack


@pytest.mark.clause("IN-24", "SH-02", "SH-19", "CC-18")
def test_the_standard_policy_promises_thirty_seconds_and_cites_its_clauses() -> None:
    target = Target.objects.get(code="IN_FIRST_REPLY")
    assert target.version.number == 1
    assert target.metric == "first_reply"
    assert target.clauses == ["IN-24", "IN-25"]
    assert target.budget == timedelta(seconds=30)
    assert target.warn_at_fraction == Decimal("0.8")
    assert target.auto_counts is False
    common = target.version.ladder.filter(target=None)
    ladder = common.values_list("after", "days", "audience", "by_mail")
    assert list(ladder) == [
        (timedelta(0), None, "assignee_and_supervisor", False),
        (timedelta(minutes=30), None, "manager", True),
        (timedelta(hours=4), None, "manager_and_department_head", True),
        (None, 1, "general_manager", True),
    ]


@pytest.mark.parametrize(
    ("metric", "facts", "start", "schedule", "breach_step"),
    [
        # The customer is reminded the morning after one and two working days.
        (
            Metric.CUSTOMER_CONFIRMATION,
            {},
            "2026-11-24 15:00",
            [
                "2026-11-26 09:00",
                "2026-11-27 09:00",
                "2026-11-27 21:00",
                "2026-11-30 21:00",
            ],
            2,
        ),
        # Quality is investigated within 24 hours of service.
        (
            Metric.INVESTIGATION,
            {"type": "quality"},
            "2026-11-27 20:00",
            [
                "2026-11-30 11:12",
                "2026-11-30 16:00",
                "2026-11-30 16:30",
                "2026-11-30 20:00",
                "2026-12-01 21:00",
            ],
            1,
        ),
    ],
)
def test_the_standard_policy_in_instants(
    metric: Metric,
    facts: dict[str, str],
    start: str,
    schedule: list[str],
    breach_step: int,
) -> None:
    at = local(start)
    target = rules.in_force(metric, at=at, facts=facts)
    assert target is not None
    calendars = rules.rulebook(at=at).calendars
    promised = plan(rules.terms_of(target), start=at, calendars=calendars)
    assert list(promised.schedule) == [local(text) for text in schedule]
    assert promised.breach_step == breach_step


@pytest.mark.clause(
    "IN-23", "IN-27", "IN-28", "IN-45", "IN-46", "IN-49", "IN-50", "IN-54"
)
@pytest.mark.parametrize(
    ("metric", "facts", "due"),
    [
        (Metric.RING, {}, "2026-11-27 20:00:15"),
        (Metric.COMPLEX_NOTICE, {}, "2026-11-27 20:01"),
        (Metric.CALLBACK, {}, "2026-11-27 20:15"),
        (Metric.CONTRACT_RESULT, {}, "2026-11-30 21:00"),
        (Metric.DELIVERY, {"delivery_class": "standard"}, "2026-11-28 20:00"),
        (Metric.DELIVERY, {"delivery_class": "special"}, "2026-11-29 20:00"),
        (Metric.REPAIR_CONTACT, {"urgency": "normal"}, "2026-11-27 22:00"),
        (Metric.REPAIR_ON_SITE, {"urgency": "urgent"}, "2026-11-28 00:00"),
        (Metric.FOLLOW_UP, {"intent": "clear"}, "2026-11-27 22:00"),
    ],
)
def test_each_promise_of_an_inquiry_is_due_when_the_policy_says(
    metric: Metric, facts: dict[str, str], due: str
) -> None:
    """From a Friday at 20:00; the working day ends on Monday at 21:00."""
    at = local("2026-11-27 20:00")
    target = rules.in_force(metric, at=at, facts=facts)
    assert target is not None
    calendars = rules.rulebook(at=at).calendars
    promised = plan(rules.terms_of(target), start=at, calendars=calendars)
    assert promised.schedule[promised.breach_step] == local(due)
    strict = "lt" if metric == Metric.RING else "le"
    assert target.compare == strict


def test_the_standard_policy_has_a_rule_for_every_metric_and_is_sound() -> None:
    version = PolicyVersion.objects.get()
    assert set(version.targets.values_list("metric", flat=True)) == set(Metric.values)
    assert soundness.problems(version, at=after(0)) == []


@pytest.mark.clause("CC-06")
@pytest.mark.parametrize(
    ("metric", "facts", "code"),
    [
        (Metric.FIRST_REPLY, {"channel": "web_chat"}, "IN_FIRST_REPLY"),
        (Metric.FIRST_REPLY, {"channel": "email"}, "CC_EMAIL_REPLY"),
        (Metric.ACKNOWLEDGEMENT, {"channel": "hotline"}, "OB_ACK_SYNC"),
        (Metric.ACKNOWLEDGEMENT, {"channel": "email"}, "OB_ACK_ASYNC"),
        (Metric.ACKNOWLEDGEMENT, {"channel": "store"}, "OB_ACK_STORE"),
        (Metric.DELIVERY, {"delivery_class": "special"}, "DL_SPECIAL"),
        (Metric.REPAIR_ON_SITE, {"urgency": "normal"}, None),
        (Metric.INVESTIGATION, {"type": "quality"}, "OB_INVESTIGATE_QUALITY"),
        (
            Metric.INVESTIGATION,
            {"type": "quality", "laboratory": "yes"},
            "OB_INVESTIGATE_QUALITY_LAB",
        ),
        (Metric.TOTAL, {"severity": "normal"}, "OB_TOTAL"),
        (Metric.TOTAL, {"severity": "urgent"}, "OB_TOTAL_URGENT"),
        (Metric.TOTAL, {"profile": "smart_home"}, "OB_TOTAL"),
        (Metric.EXTERNAL_COMPLAINT, {"source": "12315"}, "EXT_12315_REPLY"),
    ],
)
def test_the_rule_that_fits_most_closely_holds(
    metric: Metric, facts: dict[str, str], code: str | None
) -> None:
    target = rules.in_force(metric, at=after(0), facts=facts)
    assert (target.code if target else None) == code


def test_loading_again_changes_nothing() -> None:
    before = rows()
    (pack,) = packs.read_packs()
    assert packs.load(pack, at=after(days=1)) == "unchanged"
    out = StringIO()
    call_command("load_policies", stdout=out)
    assert out.getvalue() == "standard: unchanged\n"
    assert rows() == before


def test_a_pack_that_is_only_written_differently_is_the_same() -> None:
    (pack,) = packs.read_packs()
    same = replace(pack, digest="with another comment")
    before = rows()
    assert packs.load(same, at=after(days=1)) == "unchanged"
    assert rows() == before


def test_another_pack_never_overwrites_the_version_in_force() -> None:
    before = rows()
    (pack,) = packs.read_packs()
    content = {**pack.content, "name_en": "Softer", "rules": []}
    softer = replace(pack, content=content, digest="other")
    assert packs.load(softer, at=after(days=1)) == "differs"
    assert rows() == before


def test_a_version_that_people_published_stays_and_the_differences_are_told() -> None:
    publish(IN_FIRST_REPLY={"budget": timedelta(seconds=20)})
    before = rows()
    out = StringIO()
    call_command("load_policies", stdout=out)
    assert out.getvalue().splitlines()[:2] == [
        "standard: differs",
        "  rule IN_FIRST_REPLY budget: 0:00:20 -> 0:00:30",
    ]
    assert rows() == before


def test_a_pack_that_differs_can_become_a_draft_once() -> None:
    publish(IN_FIRST_REPLY={"budget": timedelta(seconds=20)})
    call_command("load_policies", "--draft", stdout=StringIO())
    draft = PolicyVersion.objects.drafts().get()
    assert draft.targets.get(code="IN_FIRST_REPLY").budget == timedelta(seconds=30)
    assert draft.number == 3
    with pytest.raises(CommandError, match="there is a draft already"):
        call_command("load_policies", "--draft", stdout=StringIO())


def test_a_new_pack_becomes_version_one_of_its_policy(tmp_path: Path) -> None:
    pack = read(tmp_path, written())
    assert packs.load(pack, at=after(5)) == "created"
    version = PolicyVersion.objects.get(policy__code="another")
    assert (version.number, version.published_at) == (1, after(5))
    assert version.targets.get().warn_at_fraction == Decimal("0.8")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"metric": "nobody_knows"}, "nobody_knows"),
        ({"line": 'limit = "soon"'}, "IN_FIRST_REPLY: soon is not a length of time"),
        ({"line": 'limit = "-5 s"'}, "target_budget_positive"),
        ({"line": 'limit = "0 s"'}, "target_budget_positive"),
        ({"line": 'limit = "1 h"\ncalendar = "moon"'}, "there is no calendar moon"),
        ({"line": 'limit = "1 working day"'}, "target_limit_fits_unit"),
        ({"line": 'limit = "1 h"\nwarn_at = 1'}, "target_warns_before_due"),
        ({"line": 'limit = "1 h"\nwarn_at = 0'}, "target_warns_before_due"),
    ],
)
def test_a_pack_that_makes_no_sense_is_refused_as_a_whole(
    tmp_path: Path, changes: dict[str, str], reason: str
) -> None:
    before = rows()
    pack = read(tmp_path, written(**changes))
    with pytest.raises(packs.BadPack, match=reason) as refused, transaction.atomic():
        packs.load(pack, at=after(5))
    assert refused.value.place == "IN_FIRST_REPLY"
    assert rows() == before


def test_a_promise_starts_clocks_only_once_it_is_in_force() -> None:
    publish(at=after(100), IN_FIRST_REPLY={"budget": timedelta(seconds=20)})
    for at, seconds in ((after(99), 30), (after(100), 20)):
        target = rules.in_force(Metric.FIRST_REPLY, at=at)
        assert target is not None
        assert target.budget == timedelta(seconds=seconds)
