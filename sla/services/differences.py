"""What two versions of a policy say differently, rule by rule and field by field."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sla.models import EscalationStep, PauseRule, PolicyVersion, Target
from sla.services import rules

TARGET_FIELDS: Final = (
    "name_zh",
    "name_en",
    "metric",
    "clauses",
    "origin",
    "note",
    "conditions",
    "unit",
    "budget",
    "days",
    "calendar",
    "compare",
    "warn_at_fraction",
    "auto_counts",
    "continues_on_reopen",
    "enabled",
)
PAUSE_FIELDS: Final = (
    "name_zh",
    "name_en",
    "metrics",
    "clauses",
    "origin",
    "unit",
    "limit",
    "days",
    "calendar",
)
RUNG_FIELDS: Final = (
    "unit",
    "after",
    "days",
    "calendar",
    "audience",
    "action",
    "by_mail",
)

Rungs = tuple[EscalationStep, ...]


class Sort(StrEnum):
    """What kind of difference it is."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class About(StrEnum):
    """What a difference is about."""

    RULE = "rule"
    LADDER = "ladder"
    PAUSE = "pause"


@dataclass(frozen=True)
class Change:
    """One difference. `before` and `after` are values of the field, or whole rows.

    For a ladder they are its rungs, in order; `code` is then that of the rule whose own
    ladder it is, or empty for the common one.
    """

    sort: Sort
    about: About
    code: str
    field: str = ""
    before: Any = None
    after: Any = None

    def __str__(self) -> str:
        what = " ".join(part for part in (self.about, self.code, self.field) if part)
        if self.sort is not Sort.CHANGED:
            return f"{what} {self.sort}"
        if self.about is About.LADDER:
            return f"{what} changed"
        return f"{what}: {self.before} -> {self.after}"


def diff(old: PolicyVersion, new: PolicyVersion) -> list[Change]:
    """All that differs, in the order of the newer version; drafts as they are now."""
    before, after = rules.read_content(old), rules.read_content(new)
    return [
        *_rows(
            About.RULE,
            {target.code: target for target in before.targets.values()},
            {target.code: target for target in after.targets.values()},
            TARGET_FIELDS,
        ),
        *_ladders(before, after),
        *_rows(About.PAUSE, before.pause_rules, after.pause_rules, PAUSE_FIELDS),
    ]


def _rows(
    about: About,
    old: Mapping[str, Target | PauseRule],
    new: Mapping[str, Target | PauseRule],
    fields: tuple[str, ...],
) -> Iterator[Change]:
    for code, row in new.items():
        known = old.get(code)
        if known is None:
            yield Change(Sort.ADDED, about, code, after=row)
            continue
        for name in fields:
            was, now = getattr(known, name), getattr(row, name)
            if was != now:
                yield Change(Sort.CHANGED, about, code, name, was, now)
    for code, row in old.items():
        if code not in new:
            yield Change(Sort.REMOVED, about, code, before=row)


def _ladders(before: rules.Content, after: rules.Content) -> Iterator[Change]:
    old, new = _by_code(before), _by_code(after)
    for code in dict.fromkeys((*new, *old)):
        was, now = old.get(code, ()), new.get(code, ())
        if [said(r, RUNG_FIELDS) for r in was] == [said(r, RUNG_FIELDS) for r in now]:
            continue
        sort = Sort.CHANGED if was and now else Sort.ADDED if now else Sort.REMOVED
        yield Change(sort, About.LADDER, code, before=was, after=now)


def _by_code(content: rules.Content) -> dict[str, Rungs]:
    return {
        content.targets[owner].code if owner else "": rungs
        for owner, rungs in content.ladders.items()
    }


def said(
    row: Target | EscalationStep | PauseRule, fields: Iterable[str]
) -> tuple[Any, ...]:
    """The values of some fields of a row."""
    return tuple(getattr(row, name) for name in fields)
