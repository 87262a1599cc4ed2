"""Publish other ladders in tests: a new version of the policy, never an edit."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sla.models import EscalationStep, PolicyVersion
from tests import policies
from tests.factories import AT


def rung(audience: str, *, minutes: float = 0, **more: Any) -> dict[str, Any]:
    """One rung, so many minutes after the deadline; negative ones stand before it."""
    return {"audience": audience, "after": timedelta(minutes=minutes), **more}


def publish_ladder(
    *rungs: dict[str, Any], at: datetime = AT, **changes: dict[str, Any]
) -> PolicyVersion:
    """A policy whose promises climb these rungs, in force from `at`."""
    version = policies.draft(**changes)
    version.ladder.filter(target=None).delete()
    EscalationStep.objects.bulk_create(_rows(version, rungs))
    version.published_at = version.effective_from = at
    version.save()
    return version


def _rows(
    version: PolicyVersion, rungs: Iterable[dict[str, Any]]
) -> list[EscalationStep]:
    return [
        EscalationStep(version=version, position=place, **columns)
        for place, columns in enumerate(rungs)
    ]
