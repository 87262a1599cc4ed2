"""What somebody looked at, as a short text: to notice that it has changed since."""

import hashlib
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from sla.models import EscalationStep, PolicyVersion, Target
from sla.services import rules
from sla.services.differences import PAUSE_FIELDS, RUNG_FIELDS, TARGET_FIELDS


def of_rule(target: Target) -> str:
    """A rule of a draft with its own ladder."""
    ladder = target.own_ladder.select_related("calendar")
    return _digest([_said(target, TARGET_FIELDS), *_rungs(ladder)])


def of_version(version: PolicyVersion) -> str:
    """All that a version says."""
    content = rules.read_content(version)
    return _digest(
        [
            *(_said(t, ("code", *TARGET_FIELDS)) for t in content.targets.values()),
            *(
                (owner, *_rungs(ladder))
                for owner, ladder in sorted(
                    content.ladders.items(), key=lambda pair: pair[0] or 0
                )
            ),
            *(_said(r, ("code", *PAUSE_FIELDS)) for r in content.pause_rules.values()),
        ]
    )


def check(seen: str | None, now: str) -> None:
    """Raises ValidationError for something that was looked at and has changed since."""
    if seen is not None and seen != now:
        raise ValidationError(
            _("A colleague has changed this meanwhile. See what it says now.")
        )


def _rungs(ladder: Iterable[EscalationStep]) -> list[tuple[str, ...]]:
    return [_said(rung, RUNG_FIELDS) for rung in ladder]


def _said(row: Any, fields: Iterable[str]) -> tuple[str, ...]:
    return tuple(str(getattr(row, name)) for name in fields)


def _digest(said: Iterable[Any]) -> str:
    return hashlib.sha256(repr(list(said)).encode()).hexdigest()
