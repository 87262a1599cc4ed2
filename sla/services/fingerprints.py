"""What somebody looked at, as a short text: to notice that it has changed since."""

import hashlib
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _

from sla.models import EscalationStep, PolicyVersion, Target
from sla.services import rules
from sla.services.differences import (
    PAUSE_FIELDS,
    RUNG_FIELDS,
    TARGET_FIELDS,
    said,
)


def of_rule(target: Target) -> str:
    """A rule of a draft with its own ladder."""
    ladder = target.own_ladder.select_related("calendar")
    return _digest([said(target, TARGET_FIELDS), *_rungs(ladder)])


def of_version(version: PolicyVersion) -> str:
    """All that a version says."""
    content = rules.read_content(version)
    return _digest(
        [
            *(said(t, ("code", *TARGET_FIELDS)) for t in content.targets.values()),
            *(
                (owner, *_rungs(ladder))
                for owner, ladder in sorted(
                    content.ladders.items(), key=lambda pair: pair[0] or 0
                )
            ),
            *(said(r, ("code", *PAUSE_FIELDS)) for r in content.pause_rules.values()),
        ]
    )


def check(seen: str | None, now: str) -> None:
    """Raises ValidationError for something that was looked at and has changed since."""
    if seen is not None and seen != now:
        raise ValidationError(
            _("A colleague has changed this meanwhile. See what it says now.")
        )


def _rungs(ladder: Iterable[EscalationStep]) -> list[tuple[Any, ...]]:
    return [said(rung, RUNG_FIELDS) for rung in ladder]


def _digest(values: Iterable[Any]) -> str:
    return hashlib.sha256(repr([_plain(each) for each in values]).encode()).hexdigest()


def _plain(value: Any) -> Any:
    """Rows by their keys: their names depend on who reads them."""
    if isinstance(value, tuple):
        return tuple(_plain(each) for each in value)
    return value.pk if isinstance(value, Model) else value
