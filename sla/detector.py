"""Find what is due, within milliseconds, however many clocks run.

Correctness rests on the row claim alone (`sla.claims`): two detectors, a dead one or a
repeated tick can neither lose nor double anything. The advisory lock only keeps a
second detector from working for nothing.
"""

import logging
import math
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from django.db import DatabaseError, OperationalError, connection
from psycopg2.errors import LockNotAvailable

from sla.claims import Drained, claim, next_wake_at
from sla.lags import LAG_BUCKETS_MS
from sla.models import Heartbeat
from tickets import feed
from tickets.models import Ticket

__all__ = ["LAG_BUCKETS_MS", "Drained", "claim", "drain", "sweep", "watch"]

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
LONG_AGO: Final = timedelta(days=36500)
TELL_EACH_UP_TO: Final = 200

WAITING_SQL: Final = """
SELECT FROM pg_locks
 WHERE locktype = 'advisory' AND classid = 0 AND objid = %s AND NOT granted
   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
_ADDED_SQL: Final = """
       claimed_total = heartbeat.claimed_total + %(claimed)s,
       lag_sum_ms = heartbeat.lag_sum_ms + %(lag_sum_ms)s,
       lag_counts = ARRAY(
           SELECT coalesce(before, 0) + coalesce(more, 0)
             FROM unnest(heartbeat.lag_counts, %(lag_counts)s::bigint[])
                  WITH ORDINALITY AS bucket (before, more, place)
            ORDER BY place)
"""
BEAT_SQL: Final = f"""
INSERT INTO sla_heartbeat AS heartbeat
       (id, last_tick_at, watermark, lag_ms, stale_found,
        claimed_total, lag_sum_ms, lag_counts)
VALUES (1, %(at)s, %(watermark)s, %(lag_ms)s, 0,
        %(claimed)s, %(lag_sum_ms)s, %(lag_counts)s)
    ON CONFLICT (id) DO UPDATE
   SET last_tick_at = excluded.last_tick_at, watermark = excluded.watermark,
       lag_ms = excluded.lag_ms, {_ADDED_SQL}
"""  # noqa: S608 - every part is a constant of this module
SWEPT_SQL: Final = f"""
UPDATE sla_heartbeat AS heartbeat
   SET stale_found = heartbeat.stale_found + %(stale)s, {_ADDED_SQL}
"""  # noqa: S608 - every part is a constant of this module


def drain(
    *, clock: Callable[[], datetime], watermark: datetime, until: float = math.inf
) -> Drained:
    """Claim batch after batch until nothing is due, and tell open pages.

    After an outage one clock may have several steps to take, one a batch. A backlog has
    two claimers, who share it row by row. Stops at `until` on the monotonic clock; the
    rest stays due, and `again` says so.
    """
    batch = partial(_batch, clock=clock, watermark=watermark)
    rest = partial(_rest, batch, until=until)
    total = batch(BATCH)
    if total.claimed < BATCH:
        rest(total)
        return total
    with ThreadPoolExecutor(1) as pool:
        helper = pool.submit(_help, rest)
        rest(total)
    total.merge(helper.result())
    return total


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
        _beat(total, at=clock(), watermark=watermark)
    return total


def sweep(*, clock: Callable[[], datetime]) -> Drained:
    """Drain without the watermark; whatever is more than 5 s late was overlooked."""
    until = time.monotonic() + SWEEP_SECONDS
    total = drain(clock=clock, watermark=clock() - LONG_AGO, until=until)
    if total.stale:
        logger.error("sweep found %d clocks more than 5 s late", total.stale)
    if total.claimed:
        with connection.cursor() as cursor:
            cursor.execute(SWEPT_SQL, {"stale": total.stale, **_figures(total)})
    return total


def _batch(
    limit: int, *, clock: Callable[[], datetime], watermark: datetime
) -> Drained:
    """Claim one batch and tell open pages."""
    found = claim(clock=clock, watermark=watermark, limit=limit)
    if found.tickets:
        _tell(found.tickets)
    return found


def _rest(batch: Callable[[int], Drained], total: Drained, *, until: float) -> None:
    """Take what is left."""
    while total.again and time.monotonic() < until:
        total.add(batch(FULL_BATCH))


def _help(rest: Callable[[Drained], None]) -> Drained:
    """Claim beside another, on a connection of this thread's own.

    Where that fails, what it held is due as before, and `again` says so; what the other
    one did counts all the same.
    """
    total = Drained(again=True)
    try:
        rest(total)
    except Exception as error:  # noqa: BLE001 - whatever it is
        logger.warning("a second claimer failed: %s", type(error).__name__)
        total.again = True
    finally:
        connection.close()
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
    wake_at = next_wake_at(watermark=watermark)
    if wake_at is None:
        return LONGEST_SLEEP_SECONDS
    seconds = (wake_at - at).total_seconds()
    return min(max(seconds, SHORTEST_SLEEP_SECONDS), LONGEST_SLEEP_SECONDS)


def _beat(total: Drained, *, at: datetime, watermark: datetime) -> None:
    values = _figures(total) | {"at": at, "watermark": watermark}
    with connection.cursor() as cursor:
        cursor.execute(BEAT_SQL, values | {"lag_ms": total.lag_ms})


def _figures(total: Drained) -> dict[str, Any]:
    return {
        "claimed": total.claimed,
        "lag_sum_ms": total.lags.total_ms,
        "lag_counts": total.lags.counts,
    }


def _tell(ticket_ids: set[int]) -> None:
    """Tell pages of a few tickets one by one; of a burst, that the list has changed."""
    if len(ticket_ids) > TELL_EACH_UP_TO:
        feed.announce_many()
        return
    tickets = Ticket.objects.select_related("department").in_bulk(ticket_ids)
    feed.announce_each(tickets.values(), "clock", to_customer=True)
