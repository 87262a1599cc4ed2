"""Publish other policies in tests, as a manager would: a new version, never an edit."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sla.models import CalendarVersion, Policy, PolicyVersion, Target
from sla.services import calendars, years
from tests.factories import AT


def publish(*, at: datetime = AT, **changes: dict[str, Any]) -> PolicyVersion:
    """A new version, in force from `at`, that differs in the rules named by their codes.

    `publish(IN_FIRST_REPLY={"auto_counts": True})`
    """
    version = draft(**changes)
    version.published_at = at
    version.effective_from = at
    version.save()
    return version


def publish_year(*, text: str, at: datetime = AT) -> Sequence[CalendarVersion]:
    """New versions of the calendars with the holidays of the year in the text."""
    year = years.parse_year(int(text[:4]), text)
    return calendars.add_year(year, at=at, by=None)


def draft(**changes: dict[str, Any]) -> PolicyVersion:
    """A copy of the newest version with some rules changed, not yet published."""
    policy = Policy.objects.get(code="standard")
    newest = policy.versions.order_by("-number")[0]
    version = PolicyVersion.objects.create(policy=policy, number=newest.number + 1)
    copies: dict[int | None, Target | None] = {None: None}
    for target in newest.targets.all():
        old = target.pk
        for name, value in changes.pop(target.code, {}).items():
            setattr(target, name, value)
        copies[old] = _copied(target, version)
    assert not changes, f"no such rules: {sorted(changes)}"
    for rung in newest.ladder.all():
        rung.target = copies[rung.target_id]
        _copied(rung, version)
    for rule in newest.pause_rules.all():
        _copied(rule, version)
    return version


def _copied(row: Any, version: PolicyVersion) -> Any:
    row.pk = None
    row.version = version
    row._state.adding = True
    row.save()
    return row
