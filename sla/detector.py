"""Find what is due, within milliseconds, however many clocks run.

Correctness rests on the row claim alone: each statement claims due rows with FOR
UPDATE SKIP LOCKED, writes the facts and moves the clock to its next step in one
transaction. Two detectors, a dead one or a repeated tick can neither lose nor double
anything. The advisory lock only keeps a second detector from working for nothing.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db import DatabaseError, connection, transaction
from django.db.models import F

from sla.ledger import LINK_SQL
from sla.models import Heartbeat
from tickets import feed
from tickets.models import Ticket

logger = logging.getLogger(__name__)

WINDOW_SECONDS: Final = 1.1
SHORTEST_SLEEP_SECONDS: Final = 0.002
LONGEST_SLEEP_SECONDS: Final = 0.05
BATCH: Final = 500
FULL_BATCH: Final = 2000
OVERLAP: Final = timedelta(seconds=5)
LOCK_KEY: Final = 0x53484F55
STALE: Final = timedelta(seconds=5)
LONG_AGO: Final = timedelta(days=36500)
TELL_EACH_UP_TO: Final = 200

_KIND_SQL: Final = (
    "CASE due.next_step WHEN 0 THEN 'warning' WHEN 1 THEN 'breach' ELSE 'escalate' END"
)
_AT_SQL: Final = "clock.schedule[due.next_step + 1]"
_HASH_SQL: Final = LINK_SQL.format(
    previous="due.chain_head",
    clock_id="clock.id",
    kind=_KIND_SQL,
    step="due.next_step",
    at=_AT_SQL,
    recorded_at="%(at)s::timestamptz",
)
CLAIM_SQL: Final = f"""
WITH due AS MATERIALIZED (
    SELECT id, next_step, chain_head
      FROM sla_clock
     WHERE status = 'running' AND wake_at < %(at)s AND wake_at > %(watermark)s
     ORDER BY wake_at
     LIMIT %(limit)s
       FOR UPDATE SKIP LOCKED
), moved AS (
    UPDATE sla_clock AS clock
       SET next_step = due.next_step + 1,
           wake_at = clock.schedule[due.next_step + 2],
           breached_at = CASE due.next_step
               WHEN 1 THEN clock.due_at ELSE clock.breached_at END,
           detected_at = CASE due.next_step
               WHEN 1 THEN %(at)s ELSE clock.detected_at END,
           chain_head = {_HASH_SQL}
      FROM due
     WHERE clock.id = due.id
    RETURNING clock.id, clock.ticket_id, clock.chain_head,
              due.next_step AS step, {_KIND_SQL} AS kind, {_AT_SQL} AS at
), recorded AS (
    INSERT INTO sla_clockevent (clock_id, kind, step, at, recorded_at, hash)
    SELECT id, kind, step, at, %(at)s, chain_head FROM moved
)
SELECT ticket_id, at FROM moved
"""  # noqa: S608 - every part is a constant of this module
NEXT_SQL: Final = """
SELECT min(wake_at) FROM sla_clock WHERE status = 'running' AND wake_at > %s
"""


@dataclass
class Drained:
    """What one pass over the due clocks did."""

    claimed: int = 0
    lag_ms: float = 0.0
    stale: int = 0
    tickets: set[int] = field(default_factory=set)

    def add(self, other: "Drained") -> None:
        self.claimed += other.claimed
        self.lag_ms = max(self.lag_ms, other.lag_ms)
        self.stale += other.stale
        self.tickets |= other.tickets


def claim(*, clock: Callable[[], datetime], watermark: datetime, limit: int) -> Drained:
    """Claim at most `limit` due clocks and move each one step, in one transaction.

    The lag runs from the deadline to the end of the commit.
    """
    at = clock()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CLAIM_SQL, {"at": at, "watermark": watermark, "limit": limit})
        rows = cursor.fetchall()
    if not rows:
        return Drained()
    committed_at = clock()
    instants = [instant for _, instant in rows]
    return Drained(
        claimed=len(rows),
        lag_ms=(committed_at - min(instants)) / timedelta(milliseconds=1),
        stale=sum(instant < at - STALE for instant in instants),
        tickets={ticket_id for ticket_id, _ in rows},
    )


def drain(
    *,
    clock: Callable[[], datetime],
    watermark: datetime,
    on_found: Callable[[], object] = lambda: None,
) -> Drained:
    """Claim batch after batch until nothing is due, and tell open pages.

    `on_found` is called after each batch that found something.
    """
    total = Drained()
    limit = BATCH
    while True:
        batch = claim(clock=clock, watermark=watermark, limit=limit)
        total.add(batch)
        if batch.tickets:
            _tell(batch.tickets)
            on_found()
        if batch.claimed < limit:
            return total
        limit = FULL_BATCH


def watch(
    *,
    clock: Callable[[], datetime],
    seconds: float = WINDOW_SECONDS,
    on_found: Callable[[], object] = lambda: None,
) -> Drained:
    """Cover the coming second: drain, sleep until the next wake-up, drain again."""
    until = time.monotonic() + seconds
    total = Drained()
    with _alone(until) as alone:
        if not alone:
            return total
        watermark = _watermark(clock())
        while time.monotonic() < until:
            at = clock()
            total.add(drain(clock=clock, watermark=watermark, on_found=on_found))
            watermark = max(watermark, at - OVERLAP)
            time.sleep(_pause(clock(), watermark))
        _beat(at=clock(), watermark=watermark, lag_ms=total.lag_ms)
    return total


def sweep(*, clock: Callable[[], datetime]) -> Drained:
    """Drain without the watermark; whatever is more than 5 s late was overlooked."""
    at = clock()
    total = drain(clock=clock, watermark=at - LONG_AGO)
    if total.stale:
        logger.error("sweep found %d clocks more than 5 s late", total.stale)
        Heartbeat.objects.update(stale_found=F("stale_found") + total.stale)
    return total


@contextmanager
def _alone(until: float) -> Iterator[bool]:
    """Hold the advisory lock; False if another detector holds it all the time."""
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK_KEY])
            (got,) = cursor.fetchone()
            if got:
                break
            if time.monotonic() >= until:
                yield False
                return
            time.sleep(SHORTEST_SLEEP_SECONDS)
        try:
            yield True
        finally:
            # A lost connection has given the lock up by itself.
            with suppress(DatabaseError):
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK_KEY])


def _watermark(at: datetime) -> datetime:
    """Up to where an earlier window has seen everything; the beginning at first."""
    heartbeat = Heartbeat.objects.first()
    return heartbeat.watermark if heartbeat else at - LONG_AGO


def _pause(at: datetime, watermark: datetime) -> float:
    """Seconds until something is due, between 2 and 50 ms."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT_SQL, [watermark])
        (wake_at,) = cursor.fetchone()
    if wake_at is None:
        return LONGEST_SLEEP_SECONDS
    seconds: float = (wake_at - at).total_seconds()
    return min(max(seconds, SHORTEST_SLEEP_SECONDS), LONGEST_SLEEP_SECONDS)


def _beat(*, at: datetime, watermark: datetime, lag_ms: float) -> None:
    Heartbeat.objects.update_or_create(
        pk=1,
        defaults={"last_tick_at": at, "watermark": watermark, "lag_ms": lag_ms},
    )


def _tell(ticket_ids: set[int]) -> None:
    """Tell pages of a few tickets one by one; of a burst, that the list has changed."""
    if len(ticket_ids) > TELL_EACH_UP_TO:
        feed.announce_many()
        return
    tickets = Ticket.objects.select_related("department").in_bulk(ticket_ids)
    for ticket in tickets.values():
        feed.announce(ticket, "clock", to_customer=True)
