"""Claim clocks that are due and move each one step: the heart of the detector.

One statement claims due rows with FOR UPDATE SKIP LOCKED, writes the facts and moves
the clocks in one transaction. A row that makes the statement fail is set aside, so that
it holds up nobody.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import DatabaseError, connection, transaction

from sla.lags import Lags
from sla.ledger import EPOCH, LINK_SQL
from sla.salvage import do_for_each, is_fault_of_a_row
from sla.services import set_aside

STALE: Final = timedelta(seconds=5)

_KIND_SQL: Final = (
    "CASE WHEN due.next_step < clock.breach_step THEN 'warning'"
    " WHEN due.next_step = clock.breach_step THEN 'breach' ELSE 'escalate' END"
)
_AT_SQL: Final = "clock.schedule[due.next_step + 1]"
_RECORDED_AT_SQL: Final = "greatest(%(at)s::timestamptz, clock.recorded_at)"
_HASH_SQL: Final = LINK_SQL.format(
    previous="clock.chain_head",
    clock_id="clock.id",
    kind=_KIND_SQL,
    step="due.next_step",
    at=_AT_SQL,
    recorded_at=_RECORDED_AT_SQL,
)
_DUE_SQL: Final = (
    "status = 'running' AND wake_at < %(at)s AND wake_at > %(watermark)s"
    " AND id <> ALL(%(shunned)s)"
)
_CLAIM_SQL: Final = f"""
WITH due AS MATERIALIZED (
    SELECT id, next_step
      FROM sla_clock
     WHERE {{due}}
     ORDER BY wake_at
     LIMIT %(limit)s
       FOR UPDATE SKIP LOCKED
), moved AS (
    UPDATE sla_clock AS clock
       SET next_step = due.next_step + 1,
           wake_at = clock.schedule[due.next_step + 2],
           breached_at = CASE due.next_step
               WHEN clock.breach_step THEN clock.due_at ELSE clock.breached_at END,
           detected_at = CASE due.next_step WHEN clock.breach_step
               THEN {_RECORDED_AT_SQL} ELSE clock.detected_at END,
           recorded_at = {_RECORDED_AT_SQL},
           chain_head = {_HASH_SQL}
      FROM due
     WHERE clock.id = due.id
    RETURNING clock.id, clock.ticket_id, clock.recorded_at, clock.chain_head,
              clock.wake_at, due.next_step AS step, {_KIND_SQL} AS kind, {_AT_SQL} AS at
), recorded AS (
    INSERT INTO sla_clockevent (clock_id, kind, step, at, recorded_at, hash)
    SELECT id, kind, step, at, recorded_at, chain_head FROM moved
)
SELECT array_agg((extract(epoch FROM at) * 1000000)::bigint),
       count(*) FILTER (WHERE at < %(stale)s),
       bool_or(wake_at < %(at)s), array_agg(ticket_id)
  FROM moved
"""  # noqa: S608 - every part is a constant of this module
CLAIM_SQL: Final = _CLAIM_SQL.format(due=_DUE_SQL)
CLAIM_THESE_SQL: Final = _CLAIM_SQL.format(due=f"{_DUE_SQL} AND id = ANY(%(these)s)")
DUE_SQL: Final = f"""
SELECT id FROM sla_clock WHERE {_DUE_SQL} ORDER BY wake_at LIMIT %(limit)s
"""  # noqa: S608 - every part is a constant of this module
NEXT_SQL: Final = """
SELECT min(wake_at) FROM sla_clock
 WHERE status = 'running' AND wake_at > %(watermark)s AND id <> ALL(%(shunned)s)
"""


@dataclass
class Drained:
    """What one pass over the due clocks did; `again` if more was due than it took."""

    claimed: int = 0
    stale: int = 0
    again: bool = False
    lags: Lags = field(default_factory=Lags)
    tickets: set[int] = field(default_factory=set)

    @property
    def lag_ms(self) -> float:
        """The worst lag."""
        return self.lags.worst_ms

    def add(self, other: "Drained") -> None:
        """Take in what came after."""
        self.merge(other)
        self.again = other.again

    def merge(self, other: "Drained") -> None:
        """Take in what another did at the same time."""
        self.claimed += other.claimed
        self.stale += other.stale
        self.again = self.again or other.again
        self.lags.add(other.lags)
        self.tickets |= other.tickets


def claim(*, clock: Callable[[], datetime], watermark: datetime, limit: int) -> Drained:
    """Claim at most `limit` due clocks and move each one step, in one transaction.

    The lag runs from the deadline to the end of the commit. If a row among them is bad,
    all the others move and the bad one is set aside.
    """
    try:
        return _claim(CLAIM_SQL, clock=clock, watermark=watermark, limit=limit)
    except DatabaseError as error:
        if not is_fault_of_a_row(error):
            raise
    return _salvage(clock=clock, watermark=watermark, limit=limit)


def next_wake_at(*, watermark: datetime) -> datetime | None:
    """When something is due next, beyond what was seen."""
    with connection.cursor() as cursor:
        cursor.execute(
            NEXT_SQL, {"watermark": watermark, "shunned": set_aside.shunned()}
        )
        (wake_at,) = cursor.fetchone()
    return wake_at  # type: ignore[no-any-return]


def _claim(
    sql: str, *, clock: Callable[[], datetime], limit: int, **values: Any
) -> Drained:
    at = clock()
    values |= {
        "at": at,
        "limit": limit,
        "stale": at - STALE,
        "shunned": set_aside.shunned(),
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        instants, stale, next_is_due, ticket_ids = cursor.fetchone()
    if not instants:
        return Drained()
    lags = Lags()
    committed = (clock() - EPOCH) / timedelta(microseconds=1)
    lags.note((committed - instant) / 1000 for instant in instants)
    return Drained(
        claimed=len(instants),
        lags=lags,
        stale=stale,
        again=len(instants) == limit or bool(next_is_due),
        tickets=set(ticket_ids),
    )


def _salvage(
    *, clock: Callable[[], datetime], watermark: datetime, limit: int
) -> Drained:
    """Move all that can move of a batch in which something is bad."""
    at = clock()
    with connection.cursor() as cursor:
        values: dict[str, Any] = {"at": at, "watermark": watermark, "limit": limit}
        cursor.execute(DUE_SQL, values | {"shunned": set_aside.shunned()})
        due = [pk for (pk,) in cursor.fetchall()]
    total = Drained()

    def move(these: Sequence[int]) -> None:
        total.add(
            _claim(
                CLAIM_THESE_SQL,
                clock=clock,
                watermark=watermark,
                limit=len(these),
                these=list(these),
            )
        )

    do_for_each(
        due,
        move,
        on_bad=lambda pk, error: set_aside.set_aside(pk, because=error, at=at),
    )
    total.again = True
    return total
