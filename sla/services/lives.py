"""What many clocks did, read as columns: a million in about a second.

The database sends whole rows of numbers, which become arrays as they come.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from sla.business_time_many import Flags, Whole
from sla.models import ClockQuerySet
from sla.what_if import NEVER, Lives, Pauses, Verdict, Verdicts

CHUNK_BYTES: Final = 1 << 22
# The binary form of COPY begins and ends with a few bytes that say nothing to us.
HEAD: Final = 19
# PostgreSQL counts from 2000.
SINCE_1970: Final = 946_684_800_000_000

FIELDS: Final = (
    "pk",
    "target_id",
    "started_at",
    "promised_at",
    "stopped_at",
    "due_at",
    "status",
    "outcome",
    "breached_at",
    "revoked_at",
)
COLUMNS_SQL: Final = f"""
SELECT id, target_id, started_at, promised_at, coalesce(stopped_at, 'infinity'), due_at,
       CASE outcome WHEN 'met' THEN {Verdict.KEPT} WHEN 'missed' THEN {Verdict.MISSED}
            WHEN 'cancelled' THEN {Verdict.CANCELLED}
            ELSE CASE WHEN breached_at IS NOT NULL
                        OR status = 'running' AND due_at < %s
                      THEN {Verdict.MISSED} ELSE {Verdict.OPEN} END END::bigint,
       (status = 'cancelled')::int::bigint, (revoked_at IS NOT NULL)::int::bigint
  FROM ({{chosen}}) AS chosen (id, target_id, started_at, promised_at, stopped_at,
       due_at, status, outcome, breached_at, revoked_at)
"""  # noqa: S608 - every part is a constant
PAUSES_SQL: Final = """
SELECT pause.clock_id, pause.paused_at, coalesce(pause.resumed_at, 'infinity'),
       pause.number::bigint
  FROM ({chosen}) AS chosen (id) JOIN sla_pause AS pause ON pause.clock_id = chosen.id
"""


class TooMany(Exception):
    """More clocks than may be read at once."""

    def __init__(self, most: int) -> None:
        super().__init__(f"more than {most}")
        self.most = most


@dataclass(frozen=True)
class Record:
    """Clocks in the order of their keys, with what is on record of each.

    `verdict` and `due` are those of the promise that each had.
    """

    keys: Whole
    targets: Whole
    due: Whole
    verdict: Verdicts
    lives: Lives

    def __len__(self) -> int:
        return int(self.keys.size)


def read(clocks: ClockQuerySet, *, at: datetime, most: int | None = None) -> Record:
    """Read the clocks of a queryset as they stand at an instant; two statements.

    Raises TooMany, before it has read more than one beyond `most`.
    """
    limit = None if most is None else most + 1
    chosen, values = clocks.order_by().values(*FIELDS)[:limit].query.sql_with_params()
    sql = COLUMNS_SQL.format(chosen=chosen)
    keys, *columns = _copy(sql, [at, *values], 9)
    if most is not None and keys.size > most:
        raise TooMany(most)
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    targets, *instants, verdict, cancelled, revoked = (it[order] for it in columns)
    started, promised, ended, due = map(_instants, instants)
    whose, values = clocks.order_by().values("pk").query.sql_with_params()
    return Record(
        keys=keys,
        targets=targets,
        due=due,
        verdict=verdict.astype(np.int8),
        lives=Lives(
            started=started,
            promised=promised,
            ended=ended,
            cancelled=cancelled.astype(np.bool_),
            revoked=revoked.astype(np.bool_),
            pauses=_pauses(PAUSES_SQL.format(chosen=whose), values, keys),
        ),
    )


def _pauses(sql: str, values: Sequence[Any], keys: Whole) -> Pauses:
    whose, begin, end, number = _copy(sql, values, 4)
    order = np.lexsort((number, whose))
    whose = whose[order]
    place = np.searchsorted(keys, whose)
    # A clock that came to be between the two statements is not among the keys.
    known = np.flatnonzero(_are_among(keys, place, whose))
    return Pauses(
        place[known], _instants(begin[order][known]), _instants(end[order][known])
    )


def _are_among(keys: Whole, place: Whole, whose: Whole) -> Flags:
    if not keys.size:
        return np.zeros(whose.size, dtype=np.bool_)
    found: Flags = keys[np.minimum(place, keys.size - 1)] == whose
    return found


def _instants(sent: Whole) -> Whole:
    """Since 1970; what never comes stays NEVER."""
    return np.where(sent == NEVER, NEVER, sent + SINCE_1970)


class _Columns:
    """A file to which the database writes rows of eight-byte numbers."""

    def __init__(self, count: int) -> None:
        fields = [("fields", ">i2")]
        for place in range(count):
            fields += [(f"length{place}", ">i4"), (f"column{place}", ">i8")]
        self._row: Final = np.dtype(fields)
        self._count = count
        self._bytes = bytearray()
        self._skip = HEAD
        self._found: list[NDArray[Any]] = []

    def write(self, sent: bytes) -> int:
        self._bytes += sent
        if len(self._bytes) >= CHUNK_BYTES:
            self._take()
        return len(sent)

    def columns(self) -> list[Whole]:
        self._take()
        if not self._found:
            return [np.empty(0, dtype=np.int64) for _ in range(self._count)]
        return [
            np.concatenate([piece[place] for piece in self._found])
            for place in range(self._count)
        ]

    def _take(self) -> None:
        """Make numbers of the whole rows that have come."""
        size = self._row.itemsize
        rows = (len(self._bytes) - self._skip) // size
        if rows <= 0:
            return
        end = self._skip + rows * size
        read = np.frombuffer(bytes(self._bytes[self._skip : end]), dtype=self._row)
        self._found.append(
            np.stack([read[f"column{n}"].astype(np.int64) for n in range(self._count)])
        )
        del self._bytes[:end]
        self._skip = 0


def _copy(sql: str, values: Sequence[Any], count: int) -> list[Whole]:
    """The rows of a statement, column by column; each is eight bytes, none is null."""
    file = _Columns(count)
    with connection.cursor() as cursor:
        text = cursor.mogrify(sql, values).decode()
        cursor.copy_expert(f"COPY ({text}) TO STDOUT (FORMAT binary)", file)
    return file.columns()
