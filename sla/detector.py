"""Find what is due, within milliseconds, however many clocks run.

Correctness rests on the row claim alone: each statement claims due rows with FOR
UPDATE SKIP LOCKED, writes the facts and moves the clock to its next step in one
transaction. Two detectors, a dead one or a repeated tick can neither lose nor double
anything. The advisory lock only keeps a second detector from working for nothing.
"""

import logging
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.models import F
from psycopg2.errors import LockNotAvailable

from sla.ledger import LINK_SQL
from sla.models import Heartbeat
from tickets import feed
from tickets.models import Ticket

logger = logging.getLogger(__name__)

WINDOW_SECONDS: Final = 1.1
EXTRA_SECONDS: Final = 0.9
# A backlog is worked off in turns, so that the heart beats meanwhile.
DRAIN_SECONDS: Final = 3.0
SWEEP_SECONDS: Final = 10.0
CALM_SECONDS: Final = 0.2
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
CLAIM_SQL: Final = f"""
WITH due AS MATERIALIZED (
    SELECT id, next_step
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
               WHEN clock.breach_step THEN clock.due_at ELSE clock.breached_at END,
           detected_at = CASE due.next_step
               WHEN clock.breach_step THEN {_RECORDED_AT_SQL} ELSE clock.detected_at END,
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
SELECT count(*), min(at), count(*) FILTER (WHERE at < %(stale)s),
       bool_or(wake_at < %(at)s), array_agg(ticket_id)
  FROM moved
"""  # noqa: S608 - every part is a constant of this module
NEXT_SQL: Final = """
SELECT min(wake_at) FROM sla_clock WHERE status = 'running' AND wake_at > %s
"""

WAITING_SQL: Final = """
SELECT FROM pg_locks
 WHERE locktype = 'advisory' AND classid = 0 AND objid = %s AND NOT granted
   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


@dataclass
class Drained:
    """What one pass over the due clocks did; `again` if more was due than it took."""

    claimed: int = 0
    lag_ms: float = 0.0
    stale: int = 0
    again: bool = False
    tickets: set[int] = field(default_factory=set)

    def add(self, other: "Drained") -> None:
        self.claimed += other.claimed
        self.lag_ms = max(self.lag_ms, other.lag_ms)
        self.stale += other.stale
        self.again = other.again
        self.tickets |= other.tickets


def claim(*, clock: Callable[[], datetime], watermark: datetime, limit: int) -> Drained:
    """Claim at most `limit` due clocks and move each one step, in one transaction.

    The lag runs from the deadline to the end of the commit.
    """
    at = clock()
    values: dict[str, Any] = {
        "at": at,
        "limit": limit,
        "stale": at - STALE,
        "watermark": watermark,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CLAIM_SQL, values)
        claimed, oldest, stale, next_is_due, ticket_ids = cursor.fetchone()
    if not claimed:
        return Drained()
    return Drained(
        claimed=claimed,
        lag_ms=(clock() - oldest) / timedelta(milliseconds=1),
        stale=stale,
        again=claimed == limit or bool(next_is_due),
        tickets=set(ticket_ids),
    )


def drain(
    *, clock: Callable[[], datetime], watermark: datetime, until: float = math.inf
) -> Drained:
    """Claim batch after batch until nothing is due, and tell open pages.

    After an outage one clock may have several steps to take, one a batch. Stops at
    `until` on the monotonic clock; the rest stays due, and `again` says so.
    """
    total = Drained()
    limit = BATCH
    while True:
        batch = claim(clock=clock, watermark=watermark, limit=limit)
        total.add(batch)
        if batch.tickets:
            _tell(batch.tickets)
        if not batch.again or time.monotonic() >= until:
            return total
        limit = FULL_BATCH


def watch(
    *,
    clock: Callable[[], datetime],
    seconds: float = WINDOW_SECONDS,
    extra: float = EXTRA_SECONDS,
    on_found: Callable[[], object] = lambda: None,
) -> Drained:
    """Cover the coming second: drain, sleep until the next wake-up, drain again.

    Goes on for `extra` seconds beyond its time if no other window comes to take over.
    `on_found` is called soon after something was found, a few times a second at most.
    """
    until = time.monotonic() + seconds
    last = until + extra
    total = Drained()
    with _alone(until) as alone:
        if not alone:
            return total
        watermark = _watermark(clock())
        finding = _Calm(on_found)
        while True:
            at = clock()
            enough = time.monotonic() + DRAIN_SECONDS
            found = drain(clock=clock, watermark=watermark, until=enough)
            total.add(found)
            if not found.again:
                watermark = max(watermark, at - OVERLAP)
            finding.note(something=found.claimed > 0)
            if time.monotonic() >= until and (time.monotonic() >= last or _relieved()):
                break
            time.sleep(_pause(clock(), watermark))
        finding.finish()
        _beat(at=clock(), watermark=watermark, lag_ms=total.lag_ms)
    return total


def sweep(*, clock: Callable[[], datetime]) -> Drained:
    """Drain without the watermark; whatever is more than 5 s late was overlooked."""
    until = time.monotonic() + SWEEP_SECONDS
    total = drain(clock=clock, watermark=clock() - LONG_AGO, until=until)
    if total.stale:
        logger.error("sweep found %d clocks more than 5 s late", total.stale)
        Heartbeat.objects.update(stale_found=F("stale_found") + total.stale)
    return total


class _Calm:
    """Passes news on at once, then not again before a pause is over; loses none."""

    def __init__(self, call: Callable[[], object]) -> None:
        self.call = call
        self.pending = False
        self.quiet_until = -math.inf

    def note(self, *, something: bool) -> None:
        self.pending = self.pending or something
        if time.monotonic() >= self.quiet_until:
            self.finish()

    def finish(self) -> None:
        if self.pending:
            self.pending = False
            self.quiet_until = time.monotonic() + CALM_SECONDS
            self.call()


@contextmanager
def _alone(until: float) -> Iterator[bool]:
    """Hold the advisory lock; False if another detector holds it all the time.

    A window that waits for the one before it closes every gap that jitter in the ticks
    would leave.
    """
    with connection.cursor() as cursor:
        wait_ms = max(1, int((until - time.monotonic()) * 1000))
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [str(wait_ms)])
        try:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK_KEY])
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
            yield False
            return
        finally:
            with suppress(DatabaseError):
                cursor.execute("SET lock_timeout = 0")
        try:
            yield True
        finally:
            # A lost connection has given the lock up by itself.
            with suppress(DatabaseError):
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK_KEY])


def _relieved() -> bool:
    """Whether another window waits to take over."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING_SQL, [LOCK_KEY])
        return cursor.fetchone() is not None


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
    feed.announce_each(tickets.values(), "clock", to_customer=True)
