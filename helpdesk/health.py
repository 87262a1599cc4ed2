"""`GET /healthz`: whether each part does its work, without asking anyone to sign in."""

from datetime import datetime, timedelta
from typing import Any, Final

import redis
from django.conf import settings
from django.db import Error as AnyDatabaseError
from django.db.models import Min
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sla.models import Clock, Heartbeat

TICK_LIMIT: Final = timedelta(seconds=5)
SLA_QUEUE: Final = "sla"


def pulse(*, at: datetime) -> tuple[timedelta | None, float | None]:
    """Age of the detector's last tick, and its lag in ms, counting what it misses.

    Raises a database error.
    """
    heartbeat = Heartbeat.objects.first()
    if heartbeat is None:
        return None, None
    waiting = Clock.objects.running().aggregate(oldest=Min("wake_at"))["oldest"]
    missed = (at - waiting) / timedelta(milliseconds=1) if waiting else 0.0
    return at - heartbeat.last_tick_at, round(max(heartbeat.lag_ms, missed), 1)


def waiting_ticks() -> int:
    """How many jobs wait in the detector's queue. Raises RedisError."""
    client = redis.Redis.from_url(
        settings.LIVE_REDIS_URL, socket_connect_timeout=1, socket_timeout=1
    )
    with client:
        return int(client.llen(SLA_QUEUE))


def check(*, at: datetime) -> dict[str, Any]:
    """The state of each part as "ok", "down" or "unknown", and the lag in ms.

    A fresh tick proves beat and worker. Without one, jobs that pile up mean that the
    worker is down; an empty queue means that beat is.
    """
    parts = {"database": "ok", "redis": "ok", "worker": "ok", "beat": "ok"}
    age: timedelta | None = None
    lag: float | None = None
    queued = 0
    try:
        age, lag = pulse(at=at)
    except AnyDatabaseError:
        parts["database"] = "down"
    try:
        queued = waiting_ticks()
    except redis.RedisError:
        parts["redis"] = "down"
    if age is None or age > TICK_LIMIT:
        known = parts["database"] == parts["redis"] == "ok"
        parts |= {"worker": "unknown", "beat": "unknown"}
        if known:
            parts["worker" if queued else "beat"] = "down"
    healthy = all(state == "ok" for state in parts.values())
    return {
        "status": "ok" if healthy else "down",
        **parts,
        "sla_lag_ms": lag,
        "last_tick_age_ms": None
        if age is None
        else round(age / timedelta(milliseconds=1)),
    }


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when every part works, 503 when one is down or the detector is silent."""
    report = check(at=timezone.now())
    return JsonResponse(report, status=200 if report["status"] == "ok" else 503)
