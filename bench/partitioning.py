"""Turn a growing table into one of partitions while others go on writing to it.

What is written once and never changed can be copied without a lock; only what came
meanwhile is copied under one, at the end. Whoever changes or deletes rows of such a
table must be stopped before.
"""

import re
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final

import psycopg2
from django.db import connection

# So few rows are copied while everybody waits.
FEW: Final = 500
_INDEX: Final = re.compile(r"CREATE (UNIQUE )?INDEX (\S+) ON \S+ (USING .*)")


@dataclass(frozen=True)
class Part:
    """One partition: from its lower bound to the next one's, as SQL literals."""

    name: str
    lower: str
    upper: str

    def holds(self, key: str) -> str:
        return f"{key} >= {self.lower} AND {key} < {self.upper}"


@dataclass
class Split:
    """What it took, and what the database no longer guarantees."""

    seconds: float
    locked_seconds: float
    rows_under_lock: int
    lost_unique: list[str]
    lost_references: list[str]


class Table:
    """A table that becomes partitioned by a column, on a connection of its own."""

    def __init__(self, name: str, key: str, parts: Sequence[Part]) -> None:
        self.name, self.key, self.parts = name, key, parts
        self.new = f"{name}_new"
        self.lost_unique: list[str] = []
        self.connection = psycopg2.connect(**connection.get_connection_params())
        self.connection.autocommit = True

    def split(self) -> Split:
        """The whole; the old table stays beside as NAME_old."""
        began = time.perf_counter()
        with closing(self.connection):
            self._make_parent()
            mark = self._mark()
            for part in self.parts:
                self._fill(part, upto=mark)
            while (more := self._mark()) - mark > FEW:
                self._copy(since=mark, upto=more)
                mark = more
            locked, rows, references = self._swap(since=mark)
        seconds = time.perf_counter() - began
        return Split(seconds, locked, rows, self.lost_unique, references)

    def _run(self, sql: str) -> int:
        with self.connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.rowcount

    def _ask(self, sql: str) -> list[tuple[Any, ...]]:
        with self.connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()

    def _foreign_keys(self) -> list[tuple[str, str]]:
        return self._ask(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
            f" WHERE contype = 'f' AND conrelid = '{self.name}'::regclass"
        )

    def _make_parent(self) -> None:
        """The partitioned table, still empty and unknown to everybody."""
        self._run(
            f"CREATE TABLE {self.new} (LIKE {self.name} INCLUDING DEFAULTS"
            " INCLUDING IDENTITY INCLUDING CONSTRAINTS)"
            f" PARTITION BY RANGE ({self.key})"
        )
        self._run(f"ALTER TABLE {self.new} ADD PRIMARY KEY (id, {self.key})")
        for (definition,) in self._ask(
            "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'"
            f" AND tablename = '{self.name}' AND indexname != '{self.name}_pkey'"
        ):
            self._add_index(definition)
        for name, definition in self._foreign_keys():
            self._run(f"ALTER TABLE {self.new} ADD CONSTRAINT {name} {definition}")
        # Now, not at the end: there it would wait for an autovacuum of each partition.
        for (definition,) in self._ask(
            "SELECT pg_get_triggerdef(oid) FROM pg_trigger"
            f" WHERE tgrelid = '{self.name}'::regclass AND NOT tgisinternal"
        ):
            self._run(definition.replace(f".{self.name} ", f".{self.new} "))

    def _add_index(self, definition: str) -> None:
        """The same index; one that is unique stays so only if it contains the key."""
        found = _INDEX.fullmatch(definition)
        assert found, definition
        unique, name, rest = found.groups("")
        if unique and not re.search(rf"\b{self.key}\b", rest):
            self.lost_unique.append(name)
            unique = ""
        self._run(f"CREATE {unique}INDEX {name}_p ON {self.new} {rest}")

    def _mark(self) -> int:
        """The last key; every row up to it is committed and can be seen.

        The lock waits for those who are writing, and is given up at once.
        """
        with self.connection, self.connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {self.name} IN SHARE MODE")
            cursor.execute(f"SELECT coalesce(max(id), 0) FROM {self.name}")
            (last,) = cursor.fetchone()
            return int(last)

    def _fill(self, part: Part, *, upto: int) -> None:
        """Copy one part, prove its bounds and references, then attach it.

        References are added without a look and proven afterwards: otherwise writers of
        the tables they point at would wait meanwhile.
        """
        self._run(
            f"CREATE TABLE {part.name}"
            f" (LIKE {self.new} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)"
        )
        self._run(
            f"INSERT INTO {part.name} SELECT * FROM {self.name}"
            f" WHERE {part.holds(self.key)} AND id <= {upto}"
        )
        self._run(
            f"ALTER TABLE {part.name} ADD CONSTRAINT bounds"
            f" CHECK ({part.holds(self.key)})"
        )
        for name, definition in self._foreign_keys():
            self._run(
                f"ALTER TABLE {part.name} ADD CONSTRAINT {name} {definition} NOT VALID"
            )
            self._run(f"ALTER TABLE {part.name} VALIDATE CONSTRAINT {name}")
        self._run(
            f"ALTER TABLE {self.new} ATTACH PARTITION {part.name}"
            f" FOR VALUES FROM ({part.lower}) TO ({part.upper})"
        )
        self._run(f"ALTER TABLE {part.name} DROP CONSTRAINT bounds")

    def _copy(self, *, since: int, upto: int | None = None) -> int:
        limit = "" if upto is None else f" AND id <= {upto}"
        return self._run(
            f"INSERT INTO {self.new} OVERRIDING SYSTEM VALUE"
            f" SELECT * FROM {self.name} WHERE id > {since}{limit}"
        )

    def _swap(self, *, since: int) -> tuple[float, int, list[str]]:
        """Take the old table's place: seconds locked, rows copied, references lost."""
        self._run("SET lock_timeout = '5s'")
        references = self._ask(
            "SELECT conrelid::regclass::text, conname FROM pg_constraint"
            f" WHERE contype = 'f' AND confrelid = '{self.name}'::regclass"
        )
        with self.connection:
            self._run(f"LOCK TABLE {self.name} IN ACCESS EXCLUSIVE MODE")
            began = time.perf_counter()
            rows = self._copy(since=since)
            for table, constraint in references:
                self._run(f'ALTER TABLE {table} DROP CONSTRAINT "{constraint}"')
            self._run(f"ALTER TABLE {self.name} RENAME TO {self.name}_old")
            self._run(f"ALTER TABLE {self.new} RENAME TO {self.name}")
            self._ask(
                f"SELECT setval(pg_get_serial_sequence('{self.name}', 'id'),"
                f" (SELECT coalesce(max(id), 0) + 1 FROM {self.name}_old), false)"
            )
        locked = time.perf_counter() - began
        return locked, rows, [f"{table}.{name}" for table, name in references]
