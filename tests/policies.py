"""Publish other policies in tests, as a manager would: a new version, never an edit."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sla.models import CalendarVersion, Policy, PolicyVersion
from sla.services import calendars, versions, years
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
    versions.copy(newest, version)
    for code, fields in changes.items():
        assert version.targets.filter(code=code).update(**fields), f"no rule {code}"
    return version
