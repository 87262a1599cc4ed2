"""What a verb writes, gathered: each row once, all of them in one statement.

A row that is indexed in many ways costs the database as much each time it is updated,
and a verb that speaks, moves on and records what it did would update it each time.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final, cast

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, Model
from django.db.models.expressions import DatabaseDefault

from rows.prepared import carried_out

Part = tuple[str, list[Any]]
Columns = tuple["Field[Any, Any]", ...]


class Sheet:
    """New rows and changed ones, written together at the end.

    What stands in a row when the sheet is written is what counts. Neither signals nor
    `save` of a model are called.
    """

    def __init__(self) -> None:
        self._new: list[Model] = []
        self._changed: dict[int, tuple[Model, dict[str, None]]] = {}

    def add(self, row: Model) -> None:
        """Insert a row. It needs a key beforehand only if somebody refers to it."""
        self._new.append(row)

    def change(self, row: Model, *names: str) -> None:
        """Update these fields; those of a row that is new here are written anyway."""
        if not row._state.adding:
            _row, known = self._changed.setdefault(id(row), (row, {}))
            known.update(dict.fromkeys(names))

    def makes(self, row: Model) -> bool:
        """Whether this row is one of those to be inserted."""
        return any(row is new for new in self._new)

    def write(self) -> None:
        """Send everything in one statement; afterwards the sheet is empty."""
        new, changed = self._new, self._changed.values()
        parts = [part for row in new for part in _insertions(row)]
        parts += [part for row, names in changed for part in _updates(row, names)]
        self._new, self._changed = [], {}
        if not parts:
            return
        carried_out(*_joined(parts))
        for row in new:
            _is_there(row)


def next_key(model: type[Model]) -> int:
    """The key of a row to come, for others that refer to it before it is written."""
    table = model._meta.db_table
    ((key,),) = carried_out(_NEXT_KEY, [table, model._meta.pk.column])
    return int(key)


def insert_unless_there(row: Model) -> bool:
    """Insert one row unless a unique rule has it already; whether it was inserted.

    One that another transaction is about to insert is waited for.
    """
    ((sql, values),) = _insertions(row)
    key = row._meta.pk
    again = f"{sql} ON CONFLICT DO NOTHING RETURNING {_quoted(key.column)}"
    found = carried_out(again, values)
    if not found:
        return False
    ((value,),) = found
    setattr(row, key.attname, value)
    _is_there(row)
    return True


_NEXT_KEY: Final = "SELECT nextval(pg_get_serial_sequence(%s, %s))"


def _is_there(row: Model) -> None:
    """Let a row know that it is in the database, as `save` would."""
    row._state.adding = False
    row._state.db = DEFAULT_DB_ALIAS


def _joined(parts: Sequence[Part]) -> Part:
    if len(parts) == 1:
        return parts[0]
    *others, (last, _values) = parts
    named = (f"row{place} AS ({sql})" for place, (sql, _values) in enumerate(others))
    values = [value for _sql, given in parts for value in given]
    return f"WITH {', '.join(named)} {last}", values


def _insertions(row: Model) -> list[Part]:
    """One for each table of the row, that of its parent first."""
    for parent in row._meta.parents:
        setattr(row, parent._meta.pk.attname, row.pk)
    link = connections[DEFAULT_DB_ALIAS]
    parts = []
    for table in _tables(type(row)):
        columns = _columns(table, keyed=row.pk is not None)
        values = [_value(row, it, it.pre_save(row, True), link) for it in columns]
        parts.append((_insert_sql(table, columns), values))
    return parts


def _updates(row: Model, names: dict[str, None]) -> list[Part]:
    """One for each table whose fields have changed."""
    tables: dict[type[Model], list[Field[Any, Any]]] = {}
    link = connections[DEFAULT_DB_ALIAS]
    for name in names:
        column = cast("Field[Any, Any]", row._meta.get_field(name))
        tables.setdefault(column.model, []).append(column)
    return [
        (
            _update_sql(table, tuple(columns)),
            [
                *(_value(row, it, it.pre_save(row, False), link) for it in columns),
                row.pk,
            ],
        )
        for table, columns in tables.items()
    ]


def _value(
    row: Model, column: "Field[Any, Any]", value: Any, link: BaseDatabaseWrapper
) -> Any:
    """What goes to the database, as `save` of the model would give it."""
    if value is None:
        return None
    if isinstance(value, DatabaseDefault):
        value = column.db_default
        setattr(row, column.attname, value)
    return column.get_db_prep_save(value, link)


@lru_cache(maxsize=64)
def _tables(model: type[Model]) -> tuple[type[Model], ...]:
    return (*reversed(model._meta.get_parent_list()), model)


@lru_cache(maxsize=64)
def _columns(table: type[Model], *, keyed: bool) -> Columns:
    """Those of a table; its key only where it is known."""
    local = table._meta.local_concrete_fields
    return tuple(it for it in local if keyed or not it.primary_key)


@lru_cache(maxsize=64)
def _insert_sql(table: type[Model], columns: Columns) -> str:
    names = ", ".join(_quoted(it.column) for it in columns)
    places = ", ".join(map(_place, columns))
    into = _quoted(table._meta.db_table)
    return f"INSERT INTO {into} ({names}) VALUES ({places})"  # noqa: S608 - by Django


@lru_cache(maxsize=256)
def _update_sql(table: type[Model], columns: Columns) -> str:
    places = ", ".join(f"{_quoted(it.column)} = {_place(it)}" for it in columns)
    name, key = _quoted(table._meta.db_table), _quoted(table._meta.pk.column)
    return f"UPDATE {name} SET {places} WHERE {key} = %s"  # noqa: S608 - by Django


def _place(column: "Field[Any, Any]") -> str:
    """Where the value stands; an array says of what it is one."""
    make: Callable[..., str] | None = getattr(column, "get_placeholder", None)
    return make(None, None, connection) if make else "%s"


def _quoted(name: str | None) -> str:
    return connection.ops.quote_name(name or "")
