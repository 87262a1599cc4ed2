"""Bring rows in from a file, all or none, and write them out to one."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import tablib
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from catalog.exchange import sheets
from catalog.exchange.resources import TABLES, Change
from catalog.exchange.sheets import BadFile, Format, Sheet
from staff.models import User

REASON_LENGTH: Final = 100


@dataclass(frozen=True)
class Problem:
    """Why a line cannot be brought in."""

    line: int
    column: str
    reason: str


@dataclass(frozen=True)
class Report:
    """What an import changes, or would; with a problem it changes nothing."""

    changes: tuple[Change, ...]
    problems: tuple[Problem, ...]
    unchanged: int
    done: bool = False

    @property
    def added(self) -> int:
        return sum(change.new for change in self.changes)

    @property
    def changed(self) -> int:
        return len(self.changes) - self.added

    @property
    def fingerprint(self) -> str:
        """The same for the same changes: what was seen is what is done."""
        return hashlib.sha256(repr(self.changes).encode()).hexdigest()


def examine(table: str, content: bytes, *, at: datetime) -> Report:
    """What the file would change, without changing it. Raises BadFile."""
    sheet = _sheet(table, content)
    if problems := tuple(_broken(table, sheet)):
        return Report((), problems, 0)
    with transaction.atomic():
        report = _import(table, sheet, by=None, at=at, reason="")
        transaction.set_rollback(True)
    return report


def bring_in(
    table: str,
    content: bytes,
    *,
    by: User | None,
    at: datetime,
    source: str = "",
    seen: str | None = None,
) -> Report:
    """Change the rows as the file says: all of it, or with a problem nothing.

    `seen` is the fingerprint of what this person has checked; if the file would now
    change something else, nothing is done and the report says what it would be.
    `source` is named in the history. Raises BadFile.
    """
    sheet = _sheet(table, content)
    if problems := tuple(_broken(table, sheet)):
        return Report((), problems, 0)
    reason = (_("Import of %(file)s") % {"file": source or table})[:REASON_LENGTH]
    with transaction.atomic():
        report = _import(table, sheet, by=by, at=at, reason=reason)
        if report.problems or (seen is not None and seen != report.fingerprint):
            transaction.set_rollback(True)
            return report
    return Report(report.changes, (), report.unchanged, done=True)


def export(table: str, *, as_: Format, rows: QuerySet[Any] | None = None) -> bytes:
    """The rows of a table as a file that `bring_in` understands."""
    resource = TABLES[table]()
    if rows is None:
        rows = resource._meta.model._default_manager.all()  # noqa: SLF001
    dataset = resource.export(queryset=_with_names(rows))
    return sheets.write(dataset.headers, dataset, as_=as_)


def _with_names(rows: QuerySet[Any]) -> QuerySet[Any]:
    """With the rows that they name by code, in as few queries."""
    named = [f.name for f in rows.model._meta.fields if f.many_to_one]  # noqa: SLF001
    return rows.select_related(*named) if named else rows


def _sheet(table: str, content: bytes) -> Sheet:
    """The file's table, if its heading names columns of ours."""
    sheet = sheets.read(content)
    resource = TABLES[table]()
    known = [field.column_name for field in resource.get_import_fields()]
    twice = [name for name, count in Counter(sheet.heading).items() if count > 1]
    unknown = [name for name in sheet.heading if name not in known]
    missing = [
        name for name in resource.get_import_id_fields() if name not in sheet.heading
    ]
    for names, text in (
        (missing, _("The heading lacks the column: %(names)s.")),
        (unknown, _("The heading names columns that do not exist: %(names)s.")),
        (twice, _("The heading names columns twice: %(names)s.")),
    ):
        if names:
            raise BadFile(text % {"names": ", ".join(names)})
    return sheet


def _broken(table: str, sheet: Sheet) -> Iterator[Problem]:
    """Lines that do not fit the heading, or that name a row a second time."""
    ids = TABLES[table]().get_import_id_fields()
    places = [sheet.heading.index(name) for name in ids]
    width = len(sheet.heading)
    first: dict[tuple[str, ...], int] = {}
    for row in sheet.rows:
        filled = len(row.cells)
        if filled < width or any(cell.strip() for cell in row.cells[width:]):
            reason = _("The line has %(cells)d cells, the heading %(columns)d.")
            counts = {"cells": filled, "columns": width}
            yield Problem(row.line, "", reason % counts)
            continue
        key = tuple(row.cells[place].strip() for place in places)
        if key in first:
            reason = _("The same row as on line %(line)d.") % {"line": first[key]}
            yield Problem(row.line, ids[0], reason)
        first.setdefault(key, row.line)


def _import(
    table: str, sheet: Sheet, *, by: User | None, at: datetime, reason: str
) -> Report:
    """Save all rows; the caller decides whether that stays."""
    resource = TABLES[table]()
    lines = [row.line for row in sheet.rows]
    result = resource.import_data(
        _dataset(sheet),
        rollback_on_validation_errors=True,
        by=by,
        at=at,
        reason=reason,
        lines=lines,
    )
    problems = tuple(_problems(result, lines))
    changes = () if problems else tuple(resource.changes)
    unchanged = len(lines) - len(resource.changes) - len(problems)
    return Report(changes, problems, max(unchanged, 0))


def _dataset(sheet: Sheet) -> tablib.Dataset:
    width = len(sheet.heading)
    rows = [row.cells[:width] for row in sheet.rows]
    return tablib.Dataset(*rows, headers=list(sheet.heading))


def _problems(result: Any, lines: list[int]) -> Iterator[Problem]:
    """Everything that is wrong, line by line."""
    found = [Problem(0, "", _text(error.error)) for error in result.base_errors]
    for row in result.invalid_rows:
        for column, reasons in row.error_dict.items():
            name = "" if column == NON_FIELD_ERRORS else column
            line = lines[row.number - 1]
            found += [Problem(line, name, str(reason)) for reason in reasons]
    for row in result.error_rows:
        line = lines[row.number - 1]
        found += [Problem(line, "", _text(error.error)) for error in row.errors]
    yield from sorted(found, key=lambda problem: problem.line)


def _text(error: Exception) -> str:
    """What to tell about an error that no field has foreseen."""
    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    if isinstance(error, ValueError):
        return str(error)
    return _("This line cannot be saved.")
