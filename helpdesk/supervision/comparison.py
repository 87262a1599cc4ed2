"""What two versions of a policy say differently, in words for a page."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from helpdesk.supervision.policies import Line, State, names_of_rows
from helpdesk.templatetags.promises import (
    calendar_name,
    conditions_words,
    length,
    metric_name,
    metric_names,
    rung_act,
    rung_time,
    warning_percent,
)
from sla.models import (
    Compare,
    EscalationStep,
    Origin,
    PauseRule,
    PolicyVersion,
    Target,
    Version,
)
from sla.services.differences import About, Change, Sort, diff

# The columns that together say how long, and when it counts.
OF_A_LENGTH: Final = frozenset({"unit", "budget", "limit", "days", "calendar"})
NOTHING: Final = "–"

Row = Target | PauseRule


@dataclass(frozen=True)
class Difference:
    """One thing that is said differently."""

    label: str
    before: Sequence[str]
    after: Sequence[str]


@dataclass(frozen=True)
class Block:
    """All differences of one rule, ladder or reason."""

    sort: Sort
    code: str
    name: str
    differences: Sequence[Difference]

    @property
    def word(self) -> str:
        return {
            Sort.ADDED: _("new"),
            Sort.REMOVED: _("gone"),
            Sort.CHANGED: _("changed"),
        }[self.sort]


def compared(old: PolicyVersion, new: PolicyVersion) -> list[Block]:
    """The differences, each rule as a block, in the order of the newer version."""
    reader = _Reader(old, new)
    found = diff(old, new)
    found.sort(key=lambda change: (change.about != About.RULE, change.code))
    return [
        reader.block(list(changes))
        for _key, changes in groupby(found, key=lambda one: (one.about, one.code))
    ]


def chosen(
    asked: QueryDict, lines: Sequence[Line]
) -> tuple[Version | None, Version | None]:
    """The versions that an address names; else the one in force and the newest."""
    by_number = {str(line.version.number): line.version for line in lines}
    held = [line.version for line in lines if line.state == State.IN_FORCE]
    newest = lines[0].version if lines else None
    old = by_number.get(asked.get("old", ""), held[0] if held else newest)
    return old, by_number.get(asked.get("new", ""), newest)


class _Reader:
    """Says changes in words; knows both versions' rows by their codes."""

    def __init__(self, old: PolicyVersion, new: PolicyVersion) -> None:
        self.names = names_of_rows()
        self.rows = {
            (About.RULE, "before"): _by_code(old.targets.select_related("calendar")),
            (About.RULE, "after"): _by_code(new.targets.select_related("calendar")),
            (About.PAUSE, "before"): _by_code(
                old.pause_rules.select_related("calendar")
            ),
            (About.PAUSE, "after"): _by_code(
                new.pause_rules.select_related("calendar")
            ),
        }

    def block(self, changes: list[Change]) -> Block:
        first = changes[0]
        if first.about is About.LADDER:
            name = _("Its own ladder") if first.code else _("Common ladder")
            return Block(first.sort, first.code, name, [self._ladder(first)])
        sides = [self._row(first, side) for side in ("after", "before")]
        row = next(row for row in sides if row is not None)
        if first.sort is not Sort.CHANGED:
            return Block(first.sort, first.code, row.name, [self._whole(first)])
        return Block(first.sort, first.code, row.name, self._fields(changes))

    def _row(self, change: Change, side: str) -> Row | None:
        return self.rows[change.about, side].get(change.code)

    def _fields(self, changes: list[Change]) -> list[Difference]:
        found = []
        lengths = [change for change in changes if change.field in OF_A_LENGTH]
        if lengths:
            sides = [self._row(lengths[0], side) for side in ("before", "after")]
            before, after = ([_length(row)] if row else [] for row in sides)
            found.append(Difference(_("Limit"), before, after))
        found += [self._field(one) for one in changes if one not in lengths]
        return found

    def _field(self, change: Change) -> Difference:
        return Difference(
            self._label(change),
            [self._value(change.field, change.before)],
            [self._value(change.field, change.after)],
        )

    def _label(self, change: Change) -> str:
        model = Target if change.about is About.RULE else PauseRule
        field = model._meta.get_field(change.field)  # noqa: SLF001 - public by contract
        return capfirst(str(getattr(field, "verbose_name", change.field)))

    def _value(self, name: str, value: Any) -> str:
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if name == "warn_at_fraction":
            return warning_percent(value)
        in_words: Callable[[], str] = {
            "conditions": lambda: conditions_words(value, self.names),
            "metrics": lambda: metric_names(value),
            "metric": lambda: metric_name(value),
            "origin": lambda: str(Origin(value).label),
            "compare": lambda: str(Compare(value).label),
            "clauses": lambda: ", ".join(value),
        }.get(name, lambda: str(value))
        return in_words() if value else NOTHING

    def _ladder(self, change: Change) -> Difference:
        return Difference(
            _("Steps"), _rungs(change.before or ()), _rungs(change.after or ())
        )

    def _whole(self, change: Change) -> Difference:
        before, after = (
            [_length(row)] if row else [NOTHING]
            for row in (self._row(change, "before"), self._row(change, "after"))
        )
        return Difference(_("Limit"), before, after)


def _by_code(rows: Iterable[Any]) -> Mapping[str, Any]:
    return {row.code: row for row in rows}


def _length(row: Row) -> str:
    amount = row.budget if isinstance(row, Target) else row.limit
    words = length(row.unit, amount, row.days)
    return f"{words} ({calendar_name(row.calendar)})"


def _rungs(rungs: Iterable[EscalationStep]) -> list[str]:
    return [f"{rung_time(rung)}: {rung_act(rung)}" for rung in rungs] or [NOTHING]
