"""The page of exports: what a table holds, what was asked for, who took it away."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self

from django.utils.translation import gettext as _

from figures.exports.table import OPEN, Narrow, Table, heading_of
from figures.exports.tables import TABLES
from figures.models import Export, ExportLog, ExportState
from sla.models import Metric, Outcome
from staff.models import Department, User
from tickets.models import Channel

MOST: Final = 50


@dataclass(frozen=True)
class Names:
    """The names behind the codes that filters keep."""

    channels: Mapping[str, str]
    departments: Mapping[str, str]
    people: Mapping[str, str]

    @classmethod
    def of(cls, wishes: Iterable[Mapping[str, Any]]) -> Self:
        """Three queries, whatever the number of filters."""
        numbers = {it[Narrow.AGENT] for it in wishes if Narrow.AGENT in it}
        people = User.objects.filter(work_number__in=numbers)
        return cls(
            {it.code: it.name for it in Channel.objects.all()},
            {it.code: it.name for it in Department.objects.all()},
            {it.work_number: it.display_name for it in people},
        )

    def said(self, narrow: Narrow, wish: str) -> str:
        """One filter in words."""
        names: dict[Narrow, Mapping[str, Any]] = {
            Narrow.CHANNEL: self.channels,
            Narrow.DEPARTMENT: self.departments,
            Narrow.AGENT: self.people,
            Narrow.METRIC: dict(Metric.choices),
            Narrow.OUTCOME: {**dict(Outcome.choices), OPEN: _("open")},
        }
        return f"{narrow.label}: {names[narrow].get(wish, wish)}"

    def filters(self, what: Mapping[str, Any]) -> list[str]:
        """Period, filters and texts in words."""
        said = [
            self.said(narrow, what[narrow]) for narrow in Narrow if what.get(narrow)
        ]
        if what.get("since"):
            said.insert(0, f"{what['since']} – {what['until']}")
        if what.get("texts"):
            said.append(_("with texts"))
        return said


def name_of(table: str) -> str:
    """A table's name; its code should it no longer exist."""
    known = TABLES.get(table)
    return str(known.name) if known else table


@dataclass(frozen=True)
class Line:
    """One export of the list."""

    export: Export
    state: ExportState
    name: str
    filters: Sequence[str]
    own: bool


@dataclass(frozen=True)
class Taken:
    """One line of the record."""

    log: ExportLog
    name: str
    filters: Sequence[str]


@dataclass(frozen=True)
class Exports:
    """What somebody sees of what was asked for, and of the record."""

    lines: Sequence[Line]
    record: Sequence[Taken]

    @classmethod
    def of(cls, user: User, *, at: datetime) -> Self:
        """Five queries, whatever the number."""
        found = Export.objects.visible_to(user).select_related("asked_by")[:MOST]
        log = ExportLog.objects.visible_to(user).select_related("by")[:MOST]
        what = {it.pk: what_of(it) for it in found}
        names = Names.of([*what.values(), *(it.what for it in log)])
        return cls(
            [
                Line(
                    it,
                    it.state(at=at),
                    name_of(it.table),
                    names.filters(what[it.pk]),
                    it.asked_by_id == user.pk,
                )
                for it in found
            ],
            [Taken(it, name_of(it.table), names.filters(it.what)) for it in log],
        )

    @property
    def under_way(self) -> bool:
        return any(line.state == ExportState.UNDER_WAY for line in self.lines)


def what_of(export: Export) -> dict[str, Any]:
    """Period, filters and texts, as the record keeps them."""
    period = {"since": export.since, "until": export.until}
    return {**export.narrowed, **period, "texts": export.texts}


def columns(table: Table) -> list[tuple[str, bool]]:
    """The headings of a table, each with whether people wrote what stands below."""
    return [(heading_of(table, it), it.text) for it in table.columns]
