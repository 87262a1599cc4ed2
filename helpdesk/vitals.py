"""How the engine does: the figures that health, metrics and doctor read.

Each function asks a fixed number of questions that an index answers, however many
clocks there are.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Self

import redis
from django.conf import settings
from django.db import connection
from django.db.models import Count, F, Func, IntegerField, Min, Subquery

from sla.models import (
    Clock,
    ClockEvent,
    Heartbeat,
    Notification,
    Pause,
)

DAY: Final = timedelta(days=1)
QUEUES: Final = ("sla", "default")
TRANSACTIONS_SQL: Final = """
SELECT pid, coalesce(application_name, ''), coalesce(state, ''),
       clock_timestamp() - xact_start
  FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid()
   AND xact_start IS NOT NULL AND backend_type = 'client backend'
 UNION ALL
SELECT NULL, gid, 'prepared', clock_timestamp() - prepared
  FROM pg_prepared_xacts WHERE database = current_database()
 ORDER BY 4 DESC
 LIMIT 1
"""


@dataclass(frozen=True)
class Pulse:
    """The detector's last sign of life, and what it has not done by then."""

    last_tick_at: datetime
    lag_ms: float
    stale_found: int
    claimed_total: int
    lag_sum_ms: float
    lag_counts: list[int]
    waiting_since: datetime | None
    untold_since: datetime | None
    set_aside: int

    @classmethod
    def read(cls) -> Self | None:
        """One query; None if no detector ever ran."""
        waiting = Clock.objects.running().exclude(wake_at=None).order_by("wake_at")
        untold = ClockEvent.objects.untold().order_by("pk")
        aside = Clock.objects.set_aside().order_by()
        count = Func(F("pk"), function="COUNT", output_field=IntegerField())
        row = (
            Heartbeat.objects.annotate(
                waiting_since=Subquery(waiting.values("wake_at")[:1]),
                untold_since=Subquery(untold.values("recorded_at")[:1]),
                set_aside=Subquery(aside.annotate(count=count).values("count")),
            )
            .values(*cls.__dataclass_fields__)
            .first()
        )
        return None if row is None else cls(**row)

    def age(self, *, at: datetime) -> timedelta:
        """How long ago the last tick was."""
        return at - self.last_tick_at

    def outbox_age(self, *, at: datetime) -> timedelta:
        """How long something has been waiting to be told to people."""
        since = self.untold_since
        return max(at - since, timedelta(0)) if since else timedelta(0)

    def worst_lag_ms(self, *, at: datetime) -> float:
        """The lag of the last window, counting what the detector has not even seen."""
        waiting = self.waiting_since
        missed = (at - waiting) / timedelta(milliseconds=1) if waiting else 0.0
        return round(max(self.lag_ms, missed), 1)


@dataclass(frozen=True)
class Clocks:
    """How many clocks count at a moment."""

    running: int
    overdue: int
    paused: int

    @classmethod
    def count(cls, *, at: datetime) -> Self:
        """Three queries, each answered by a partial index alone."""
        return cls(
            running=Clock.objects.running().count(),
            overdue=Clock.objects.overdue(at=at).count(),
            paused=Pause.objects.filter(resumed_at=None).count(),
        )


@dataclass(frozen=True)
class Outbox:
    """What people should have been told and have not been, and since when."""

    events: int
    mails: int
    mails_since: datetime | None
    mails_failed: int

    @classmethod
    def read(cls, *, at: datetime) -> Self:
        """Three queries; mails that were given up count for a day."""
        waiting = Notification.objects.mail_to_send().aggregate(
            count=Count("pk"), since=Min("created_at")
        )
        return cls(
            events=ClockEvent.objects.untold().count(),
            mails=waiting["count"],
            mails_since=waiting["since"],
            mails_failed=Notification.objects.filter(failed_at__gt=at - DAY).count(),
        )


@dataclass(frozen=True)
class Transaction:
    """One that is open; while it is, no dead row that it might see can go."""

    pid: int | None
    program: str
    state: str
    age: timedelta


def oldest_transaction() -> Transaction | None:
    """The oldest of other connections to this database; None if there is none."""
    with connection.cursor() as cursor:
        cursor.execute(TRANSACTIONS_SQL)
        row = cursor.fetchone()
    return None if row is None else Transaction(*row)


def queued_jobs() -> dict[str, int]:
    """How many jobs wait in each queue. Raises RedisError."""
    client = redis.Redis.from_url(
        settings.LIVE_REDIS_URL, socket_connect_timeout=1, socket_timeout=1
    )
    with client, client.pipeline(transaction=False) as pipeline:
        for queue in QUEUES:
            pipeline.llen(queue)
        return dict(zip(QUEUES, map(int, pipeline.execute()), strict=True))
