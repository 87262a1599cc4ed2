"""Bring files of orders in: all of them, or with a single wrong cell nothing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from catalog.exchange import sheets
from catalog.exchange.sheets import BadFile, Sheet
from orders.models import ImportRun, Order, RowChange
from orders.tables import ORDER, PHONE, TABLES, Table, Values, table_of

MOST_BYTES: Final = 20 * 1024 * 1024
MOST_ROWS: Final = 50_000
BATCH: Final = 500
# What is shown of a customer's number: its tail, never its hash.
HIDDEN: Final = "phone_index"


class Overtaken(RuntimeError):
    """Another import has brought one of the same rows in meanwhile."""


@dataclass(frozen=True)
class File:
    """A file by its name, and what is in it."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Problem:
    """What is wrong, and where a person finds it; line 0 is the file as a whole."""

    file: str
    line: int
    column: str
    reason: str


@dataclass(frozen=True)
class Change:
    """A row that is new or otherwise, with its cells: before and after."""

    table: str
    key: str
    new: bool
    cells: Mapping[str, tuple[Any, Any]]


@dataclass
class Report:
    """What an import found: problems, or what is new, changed and as before."""

    problems: list[Problem] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    unchanged: dict[str, int] = field(default_factory=dict)
    done: bool = False

    def counted(self, table: str) -> tuple[int, int, int]:
        """New, changed and unchanged rows of a table."""
        new = [it.new for it in self.changes if it.table == table]
        return sum(new), len(new) - sum(new), self.unchanged.get(table, 0)


@dataclass(frozen=True)
class _Row:
    file: str
    line: int
    values: Values


@dataclass
class _Planned:
    """What is to be done with one table."""

    table: Table
    new: list[Values] = field(default_factory=list)
    changed: list[tuple[models.Model, Values, Values]] = field(default_factory=list)


def examine(files: Sequence[File]) -> Report:
    """What an import of these files would do; nothing is written."""
    report = Report()
    _plan(files, report)
    return report


def bring_in(files: Sequence[File], *, at: datetime, by: str = "") -> Report:
    """Bring all rows in, in one transaction; with a problem nothing is written.

    Rows that exist and are the same stay untouched: the same files again change
    nothing. What was there before a change is kept.

    Raises Overtaken when another import wrote one of the rows meanwhile.
    """
    report = Report()
    try:
        with transaction.atomic():
            planned = _plan(files, report)
            if not report.problems and report.changes:
                _write(planned, report, files=[it.name for it in files], by=by, at=at)
    except IntegrityError as error:
        raise Overtaken(
            _("Another import has brought one of these rows in. Please try again.")
        ) from error
    report.done = not report.problems
    return report


def _plan(files: Sequence[File], report: Report) -> list[_Planned]:
    """Read all files, find every problem, and say what is to be done."""
    rows: dict[str, list[_Row]] = {name: [] for name in TABLES}
    coming: set[str] = set()
    for file in files:
        table = table_of(file.name.rpartition(".")[0])
        if table is None:
            names = ", ".join(f"{name}.csv" for name in TABLES)
            reason = _("The name says of no table; it is one of: %(names)s.")
            report.problems.append(Problem(file.name, 0, "", reason % {"names": names}))
            continue
        rows[table.name] += _rows(table, file, report, coming)
    planned = []
    for table in TABLES.values():
        if not rows[table.name]:
            continue
        known = _known_orders(rows[table.name]) if table.of_order else {}
        _refuse_orphans(rows[table.name], {*known, *coming}, table, report)
        planned.append(_compared(table, rows[table.name], report))
    report.problems.sort(key=lambda it: (it.file, it.line, it.column))
    return planned


def _rows(table: Table, file: File, report: Report, coming: set[str]) -> Iterator[_Row]:
    """The rows of a file that can be read; the problems of the others.

    `coming` gathers the orders that are in it, so that a wrong cell of an order is not
    told again for each of its lines.
    """

    def wrong(line: int, column: str, reason: str) -> None:
        report.problems.append(Problem(file.name, line, column, reason))

    sheet = _sheet(file, wrong)
    if sheet is None or not _heading_fits(table, sheet, wrong):
        return
    for row in sheet.rows:
        if len(row.cells) != len(sheet.heading):
            counts = {"cells": len(row.cells), "columns": len(sheet.heading)}
            reason = _("There are %(cells)d cells for %(columns)d columns.") % counts
            wrong(row.line, "", reason)
            continue
        cells = dict(zip(sheet.heading, row.cells, strict=True))
        values, problems = table.read(cells)
        if not table.of_order:
            coming.add(" ".join(cells["number"].split()))
        for column, reason in problems.items():
            wrong(row.line, column, reason)
        if not problems:
            yield _Row(file.name, row.line, values)


def _sheet(file: File, wrong: Any) -> Sheet | None:
    if file.content.startswith((sheets.ZIP, sheets.OLE)):
        wrong(0, "", _("This is a workbook. Save it as CSV."))
        return None
    try:
        return sheets.read(file.content, most_bytes=MOST_BYTES, most_rows=MOST_ROWS)
    except BadFile as error:
        wrong(0, "", str(error))
        return None


def _heading_fits(table: Table, sheet: Sheet, wrong: Any) -> bool:
    fits = True
    for place, column in enumerate(sheet.heading):
        reason = ""
        if column in sheet.heading[:place]:
            reason = _("This column is there twice.")
        elif column not in table.columns:
            known = ", ".join(table.columns)
            reason = _("This column is unknown. There are: %(columns)s.") % {
                "columns": known
            }
        if reason:
            fits = False
            wrong(1, column, reason)
    for column in table.needed:
        if column not in sheet.heading:
            fits = False
            wrong(1, column, _("This column is missing."))
    return fits


def _known_orders(rows: Iterable[_Row]) -> dict[str, int]:
    """The keys of the orders that are there, by number."""
    numbers = {row.values[ORDER] for row in rows}
    found = Order.objects.filter(number__in=numbers)
    return dict(found.values_list("number", "pk"))


def _refuse_orphans(
    rows: list[_Row], known: set[str], table: Table, report: Report
) -> None:
    if not table.of_order:
        return
    for row in rows:
        number = row.values[ORDER]
        if number not in known:
            reason = _("There is no order %(number)s; bring it in with orders.csv.")
            report.problems.append(
                Problem(row.file, row.line, ORDER, reason % {"number": number})
            )


def _compared(table: Table, rows: list[_Row], report: Report) -> _Planned:
    """What of a table is new, otherwise, or as before; rows that are there twice."""
    planned = _Planned(table)
    standing = _standing(table, rows)
    seen: dict[tuple[Any, ...], _Row] = {}
    for row in rows:
        key = tuple(row.values[name] for name in table.key)
        if earlier := seen.get(key):
            place = {"file": earlier.file, "line": earlier.line}
            reason = _("The same row as %(file)s, line %(line)d.") % place
            column = table.key[-1]
            report.problems.append(Problem(row.file, row.line, column, reason))
            continue
        seen[key] = row
        there = standing.get(key)
        before = _values(table, there) if there is not None else table.blank()
        after = before | row.values
        if wrong := table.check(after):
            report.problems += [
                Problem(row.file, row.line, column, reason)
                for column, reason in wrong.items()
            ]
            continue
        cells = {
            name: (before.get(name), value)
            for name, value in after.items()
            if there is None or before[name] != value
        }
        if not cells:
            count = report.unchanged.get(table.name, 0)
            report.unchanged[table.name] = count + 1
            continue
        report.changes.append(
            Change(table.name, _named(key), there is None, _told(cells))
        )
        if there is None:
            planned.new.append(after)
        else:
            planned.changed.append((there, before, after))
    return planned


def _standing(table: Table, rows: list[_Row]) -> dict[tuple[Any, ...], models.Model]:
    """The rows that are there already, by key; one query."""
    first = table.key[0]
    column = "order__number" if first == ORDER else first
    asked = {row.values[first] for row in rows}
    found: models.QuerySet[Any] = table.model._default_manager.filter(  # noqa: SLF001
        **{f"{column}__in": asked}
    )
    if table.of_order:
        found = found.select_related("order")
    return {
        tuple(_values(table, row)[name] for name in table.key): row for row in found
    }


def _values(table: Table, row: Any) -> Values:
    """What a row says, as a file would say it."""
    values: Values = {name: getattr(row, name) for name in table.fields}
    if table.of_order:
        values[ORDER] = row.order.number
    else:
        values |= {"phone_index": row.phone_index, "phone_tail": row.phone_tail}
    return values


def _told(cells: Mapping[str, tuple[Any, Any]]) -> dict[str, tuple[Any, Any]]:
    """The cells as they may be shown: another number, of which the tail is told."""
    shown = {name: pair for name, pair in cells.items() if name != HIDDEN}
    tail = shown.pop("phone_tail", None)
    if tail is not None or HIDDEN in cells:
        shown[PHONE] = tail or (_("another number"), _("of the same tail"))
    return shown


def _named(key: tuple[Any, ...]) -> str:
    return " ".join(str(part) for part in key if part != "")


def _write(
    planned: Iterable[_Planned],
    report: Report,
    *,
    files: list[str],
    by: str,
    at: datetime,
) -> None:
    """Write what was planned; the caller's transaction holds it together."""
    created = sum(change.new for change in report.changes)
    run = ImportRun.objects.create(
        at=at,
        by=by,
        files=files,
        created=created,
        changed=len(report.changes) - created,
    )
    for plan in planned:
        orders = _orders_of(plan)
        manager = plan.table.model._default_manager  # noqa: SLF001 - Django's own
        manager.bulk_create(
            [plan.table.model(run=run, **_row(it, orders)) for it in plan.new], BATCH
        )
        changed = []
        for row, _before, after in plan.changed:
            for name, value in {"run": run, **_row(after, orders)}.items():
                setattr(row, name, value)
            changed.append(row)
        if changed:
            names = ["run", *_row(plan.changed[0][2], orders)]
            manager.bulk_update(changed, names, BATCH)
        RowChange.objects.bulk_create(
            [
                _kept(run, plan.table, before, after)
                for _it, before, after in plan.changed
            ],
            BATCH,
        )


def _orders_of(plan: _Planned) -> dict[str, int]:
    """The orders that rows belong to, by number, new ones included."""
    if not plan.table.of_order:
        return {}
    numbers = {it[ORDER] for it in plan.new} | {it[ORDER] for *_, it in plan.changed}
    found = Order.objects.filter(number__in=numbers)
    return dict(found.values_list("number", "pk"))


def _row(values: Values, orders: Mapping[str, int]) -> dict[str, Any]:
    """The columns of the database."""
    columns = {name: it for name, it in values.items() if name != ORDER}
    return columns | ({"order_id": orders[values[ORDER]]} if ORDER in values else {})


def _kept(run: ImportRun, table: Table, before: Values, after: Values) -> RowChange:
    """What was there before a change, to be read later."""
    differ = {
        name: (before[name], value)
        for name, value in after.items()
        if before[name] != value
    }
    told = _told(differ)
    return RowChange(
        run=run,
        table=table.name,
        key=_named(tuple(after[name] for name in table.key)),
        before=_plain({name: pair[0] for name, pair in told.items()}),
        after=_plain({name: pair[1] for name, pair in told.items()}),
    )


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as JSON keeps them."""
    encoder = DjangoJSONEncoder()
    simple = (str, int, type(None))
    return {
        name: it if isinstance(it, simple) else encoder.default(it)
        for name, it in values.items()
    }
