"""The written policy is loaded once and never rewritten behind people's backs."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction

from sla.models import EscalationStep, Policy, PolicyVersion, Target
from sla.services import packs
from tests.instants import after

pytestmark = pytest.mark.django_db

PACK = """
code = "another"
name_zh = "另一制度"
name_en = "Another policy"
note = "for a test"
effective_from = 2020-01-01T00:00:00+08:00
escalation = []

[[rules]]
code = "{code}"
name_zh = "首次回复"
name_en = "First reply"
clauses = ["IN-24"]
origin = "SEED"
limit_seconds = 30
auto_counts = false
enabled = true
"""


def rows() -> list[list[Any]]:
    return [
        list(Policy.objects.order_by("pk").values()),
        list(PolicyVersion.objects.order_by("pk").values()),
        list(Target.objects.order_by("pk").values()),
        list(EscalationStep.objects.order_by("pk").values()),
    ]


def read(folder: Path, text: str) -> packs.Pack:
    (folder / "pack.toml").write_text(text, encoding="utf-8")
    (pack,) = packs.read_packs(folder)
    return pack


def test_the_standard_policy_promises_thirty_seconds_and_cites_its_clauses() -> None:
    target = Target.objects.get()
    assert target.version.number == 1
    assert target.metric == "IN_FIRST_REPLY"
    assert target.clauses == ["IN-24", "IN-25"]
    assert target.budget == timedelta(seconds=30)
    assert target.warn_at_fraction == Decimal("0.8")
    assert target.auto_counts is False
    ladder = target.version.ladder.values_list("after", "audience")
    assert list(ladder) == [
        (timedelta(0), "assignee_and_supervisor"),
        (timedelta(minutes=30), "manager"),
        (timedelta(hours=4), "manager_and_department_head"),
    ]


def test_loading_again_changes_nothing() -> None:
    before = rows()
    (pack,) = packs.read_packs()
    assert packs.load(pack, at=after(days=1)) == "unchanged"
    out = StringIO()
    call_command("load_policies", stdout=out)
    assert out.getvalue() == "standard: unchanged\n"
    assert rows() == before


def test_another_pack_never_overwrites_the_version_in_force() -> None:
    before = rows()
    (pack,) = packs.read_packs()
    content = {**pack.content, "name_en": "Softer", "rules": []}
    softer = replace(pack, content=content, digest="other")
    assert packs.load(softer, at=after(days=1)) == "differs"
    assert rows() == before


def test_a_version_that_people_published_stays_whatever_the_pack_says() -> None:
    policy = Policy.objects.get()
    PolicyVersion.objects.create(
        policy=policy, number=2, published_at=after(1), effective_from=after(1)
    )
    before = rows()
    (pack,) = packs.read_packs()
    assert packs.load(pack, at=after(days=1)) == "differs"
    assert rows() == before


def test_a_new_pack_becomes_version_one_of_its_policy(tmp_path: Path) -> None:
    pack = read(tmp_path, PACK.format(code="IN_FIRST_REPLY"))
    assert packs.load(pack, at=after(5)) == "created"
    version = PolicyVersion.objects.get(policy__code="another")
    assert (version.number, version.published_at) == (1, after(5))
    assert version.targets.get().warn_at_fraction is None


def test_a_pack_with_an_unknown_rule_is_refused_as_a_whole(tmp_path: Path) -> None:
    before = rows()
    pack = read(tmp_path, PACK.format(code="IN_NOBODY_KNOWS"))
    with pytest.raises(ValidationError):
        packs.load(pack, at=after(5))
    assert rows() == before


@pytest.mark.parametrize(
    ("columns", "rule"),
    [
        ({"budget": timedelta(0)}, "target_budget_positive"),
        ({"warn_at_fraction": 1}, "target_warns_before_due"),
        ({"warn_at_fraction": 0}, "target_warns_before_due"),
    ],
)
def test_the_database_refuses_a_promise_that_makes_no_sense(
    columns: dict[str, object], rule: str
) -> None:
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        Target.objects.update(**columns)


def test_a_promise_starts_clocks_only_once_it_is_in_force() -> None:
    version = PolicyVersion.objects.create(
        policy=Policy.objects.get(),
        number=2,
        published_at=after(0),
        effective_from=after(100),
    )
    sharper = Target.objects.get()
    sharper.pk = None
    sharper.version = version
    sharper.budget = timedelta(seconds=20)
    sharper.save()
    for at, seconds in ((after(99), 30), (after(100), 20)):
        target = Target.objects.in_force("IN_FIRST_REPLY", at=at)
        assert target is not None
        assert target.budget == timedelta(seconds=seconds)
