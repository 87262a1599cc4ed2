"""`GET /healthz`: whether each part does its work, without asking anyone to sign in."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db import Error as AnyDatabaseError
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis import RedisError

from helpdesk import vitals
from helpdesk.log_filter import StartIsNoError
from helpdesk.vitals import Pulse
from sla.services import calendars

TICK_LIMIT: Final = timedelta(seconds=5)
SLA_QUEUE: Final = "sla"
# Parts without which no deadline is watched; only they make the whole unhealthy.
VITAL: Final = ("database", "redis", "worker", "beat")


def check(*, at: datetime) -> dict[str, Any]:
    """The state of each part as "ok", "down" or "unknown", and figures of the detector.

    A fresh tick proves beat and worker. Without one, jobs that pile up mean that the
    worker is down; an empty queue means that beat is. What only asks for a person's
    attention (a year without its holidays, a clock that was set aside, notices that
    wait) is told and leaves the whole healthy.
    """
    parts = dict.fromkeys(VITAL, "ok") | {"calendar": "unknown"}
    pulse: Pulse | None = None
    queued = 0
    try:
        pulse = Pulse.read()
        parts["calendar"] = "missing" if calendars.missing_years(at=at) else "ok"
    except AnyDatabaseError:
        parts["database"] = "down"
    try:
        queued = vitals.queued_jobs()[SLA_QUEUE]
    except RedisError:
        parts["redis"] = "down"
    if pulse is None or pulse.age(at=at) > TICK_LIMIT:
        known = parts["database"] == parts["redis"] == "ok"
        parts |= {"worker": "unknown", "beat": "unknown"}
        if known:
            parts["worker" if queued else "beat"] = "down"
    healthy = all(parts[name] == "ok" for name in VITAL)
    return {
        "status": "ok" if healthy else "down",
        **parts,
        **(figures(pulse, at=at) if pulse else dict.fromkeys(FIGURES)),
    }


FIGURES: Final = ("sla_lag_ms", "last_tick_age_ms", "outbox_age_ms", "set_aside")


def figures(pulse: Pulse, *, at: datetime) -> dict[str, float | None]:
    """What the detector's last sign of life says, as the health page words it."""
    return {
        "sla_lag_ms": pulse.worst_lag_ms(at=at),
        "last_tick_age_ms": milliseconds(pulse.age(at=at)),
        "outbox_age_ms": milliseconds(pulse.outbox_age(at=at)),
        "set_aside": pulse.set_aside,
    }


def milliseconds(span: timedelta) -> int:
    """A span as a whole number."""
    return round(span / timedelta(milliseconds=1))


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when every part works, 503 when one is down or the detector is silent."""
    report = check(at=timezone.now())
    well = report["status"] == "ok"
    StartIsNoError.was_well = StartIsNoError.was_well or well
    return JsonResponse(report, status=200 if well else 503)
