"""Statements that a connection plans once and then only carries out.

To plan one may take longer than to carry it out.
"""

import hashlib
import re
from collections.abc import Iterable
from functools import cache
from itertools import count
from typing import Any, Final
from weakref import WeakKeyDictionary

from django.db import connection

_NAMED: Final = re.compile(r"%\((\w+)\)s")
_TABLE: Final = re.compile(r'"(\w+)"')
# By connection, and not with the statement: two threads that are the first to ask the
# same make two statements of it, each of which goes on with the plan of the other.
_PLANNED: Final[WeakKeyDictionary[object, set[str]]] = WeakKeyDictionary()


class Prepared:
    """A statement with named values, planned at most once by each connection.

    `name` stands for this SQL and for no other.

    It must name the columns that it returns: the plan of `SELECT *` is void, and the
    statement fails, once a column is added.
    """

    def __init__(self, name: str, sql: str) -> None:
        values = list(dict.fromkeys(_NAMED.findall(sql)))
        places = {value: f"${place}" for place, value in enumerate(values, start=1)}
        body = _NAMED.sub(lambda found: places[found[1]], sql).replace("%%", "%")
        named = ", ".join(f"%({value})s" for value in values)
        self._name: Final = name
        self._prepare: Final = f"PREPARE {name} AS {body}"
        values_given = f" ({named})" if named else ""
        self._execute: Final = f"EXECUTE {name}{values_given}"

    def ready(self) -> str:
        """What to execute, with the values by their names, on this connection."""
        connection.ensure_connection()
        link = connection.connection
        planned = _PLANNED.setdefault(link, set())
        if self._name not in planned:
            # Not by Django's cursor: who counts what a verb sends means its questions.
            with connection.wrap_database_errors, link.cursor() as cursor:
                cursor.execute(self._prepare)
            planned.add(self._name)
        return self._execute

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """Carry it out on this connection; the rows that it gives, if it gives any."""
        with connection.cursor() as cursor:
            cursor.execute(self.ready(), values)
            return cursor.fetchall() if cursor.description else []


def carried_out(sql: str, values: Iterable[Any]) -> list[tuple[Any, ...]]:
    """The same for a statement as Django writes it, with `%s` for each value."""
    by_place = {f"v{place}": value for place, value in enumerate(values, start=1)}
    return _prepared(sql).rows(**by_place)


@cache
def _prepared(sql: str) -> Prepared:
    """A statement as Django writes it, with its values named v1, v2 and so on.

    There are as many as the code has shapes of a statement: no value stands in one.
    """
    places = count(1)
    table = _TABLE.search(sql)
    mark = hashlib.sha256(sql.encode()).hexdigest()[:8]
    name = f"{table[1] if table else 'rows'}_{mark}"
    named = re.sub("%s", lambda _found: f"%(v{next(places)})s", sql)
    return Prepared(name, named)
