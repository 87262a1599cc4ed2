"""`GET /metrics`: figures as Prometheus reads them; numbers only, of nobody.

Open to this machine and to whoever sends `Authorization: Bearer METRICS_TOKEN`; for
everybody else there is no such page.
"""

import platform
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from ipaddress import ip_address
from itertools import accumulate
from typing import Final

import django
from django.conf import settings
from django.db import Error as AnyDatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from redis import RedisError

from helpdesk import health, vitals
from helpdesk.vitals import Clocks, Outbox, Pulse
from sla import detector
from sla.services import calendars

# A proxy on this machine comes from here too, but says for whom.
SENT_BY_PROXIES: Final = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via")


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """All figures of this moment, also when the database or Redis is away."""
    if not (is_local(request) or has_token(request)):
        raise Http404
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    figures = encode(Figures(at=timezone.now()))
    return HttpResponse(figures, content_type=content_type)


def is_local(request: HttpRequest) -> bool:
    """Whether a program on this machine asks, and not a proxy for somebody else."""
    if any(name in request.headers for name in SENT_BY_PROXIES):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def has_token(request: HttpRequest) -> bool:
    """Whether the request carries METRICS_TOKEN; never, where there is none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return (
        bool(settings.METRICS_TOKEN)
        and scheme.lower() == "bearer"
        and constant_time_compare(token, settings.METRICS_TOKEN)
    )


class Figures(Collector):
    """Everything that is measured; what cannot be asked is left out, not zero."""

    def __init__(self, *, at: datetime) -> None:
        self.at = at

    def collect(self) -> Iterable[Metric]:
        """Each figure with its help text."""
        yield build()
        yield parts(health.check(at=self.at))
        yield from of_queues()
        try:
            pulse = Pulse.read()
            yield from of_detector(pulse, at=self.at) if pulse else ()
            yield from of_clocks(at=self.at)
            yield from of_outbox(pulse, at=self.at)
            yield from of_database()
            yield gauge(
                "shoushi_calendar_years_missing",
                "Years in use whose holidays are not loaded.",
                len(calendars.missing_years(at=self.at)),
            )
        except AnyDatabaseError:
            return


def build() -> Metric:
    """Which program this is."""
    return InfoMetricFamily(
        "shoushi_build",
        "The running program.",
        {
            "version": settings.PRODUCT_VERSION,
            "python": platform.python_version(),
            "django": django.get_version(),
        },
    )


def parts(report: dict[str, object]) -> Metric:
    """The verdict of the health page on each part."""
    family = GaugeMetricFamily(
        "shoushi_part_up", "1 if the part does its work.", labels=["part"]
    )
    for name in health.VITAL:
        family.add_metric([name], report[name] == "ok")
    return family


def of_detector(pulse: Pulse, *, at: datetime) -> Iterator[Metric]:
    """How late deadlines are found."""
    counts = list(accumulate(pulse.lag_counts))
    if counts:
        bounds = [*(str(ms / 1000) for ms in detector.LAG_BUCKETS_MS), "+Inf"]
        yield HistogramMetricFamily(
            "shoushi_detector_lag_seconds",
            "From the instant of a step to its commit.",
            buckets=list(zip(bounds, counts, strict=True)),
            sum_value=pulse.lag_sum_ms / 1000,
        )
    yield CounterMetricFamily(
        "shoushi_detector_steps",
        "Steps of clocks (warnings, breaches, escalations) that were taken.",
        pulse.claimed_total,
    )
    yield CounterMetricFamily(
        "shoushi_detector_stale_steps",
        "Steps that a sweep found more than 5 s late.",
        pulse.stale_found,
    )
    yield gauge(
        "shoushi_detector_heartbeat_age_seconds",
        "Since the last tick.",
        pulse.age(at=at).total_seconds(),
    )
    behind = at - pulse.waiting_since if pulse.waiting_since else timedelta(0)
    yield gauge(
        "shoushi_detector_behind_seconds",
        "How long the oldest step that is due has been waiting.",
        max(behind.total_seconds(), 0.0),
    )
    yield gauge(
        "shoushi_clocks_set_aside",
        "Clocks that the detector could not move and that a person must look at.",
        pulse.set_aside,
    )


def of_clocks(*, at: datetime) -> Iterator[Metric]:
    """How many clocks there are."""
    clocks = Clocks.count(at=at)
    yield gauge("shoushi_clocks_running", "Clocks that count.", clocks.running)
    yield gauge(
        "shoushi_clocks_overdue",
        "Clocks that count although their deadline is over.",
        clocks.overdue,
    )
    yield gauge("shoushi_clocks_paused", "Clocks that wait.", clocks.paused)


def of_outbox(pulse: Pulse | None, *, at: datetime) -> Iterator[Metric]:
    """What people have not been told yet."""
    outbox = Outbox.read(at=at)
    waiting = GaugeMetricFamily(
        "shoushi_outbox_waiting", "What is to be told to people.", labels=["outbox"]
    )
    waiting.add_metric(["events"], outbox.events)
    waiting.add_metric(["mail"], outbox.mails)
    yield waiting
    ages = GaugeMetricFamily(
        "shoushi_outbox_oldest_seconds",
        "How long the oldest of it has been waiting.",
        labels=["outbox"],
    )
    if pulse is not None:
        ages.add_metric(["events"], pulse.outbox_age(at=at).total_seconds())
    since = outbox.mails_since or at
    ages.add_metric(["mail"], max((at - since).total_seconds(), 0.0))
    yield ages
    yield gauge(
        "shoushi_mail_failed",
        "Mails that were given up within the last 24 hours.",
        outbox.mails_failed,
    )


def of_database() -> Iterator[Metric]:
    """What keeps the database from tidying up."""
    oldest = vitals.oldest_transaction()
    yield gauge(
        "shoushi_oldest_transaction_seconds",
        "Age of the oldest transaction that another connection has open.",
        oldest.age.total_seconds() if oldest else 0.0,
    )


def of_queues() -> Iterator[Metric]:
    """Jobs that no worker has taken yet."""
    try:
        queued = vitals.queued_jobs()
    except RedisError:
        return
    family = GaugeMetricFamily(
        "shoushi_queue_jobs", "Jobs that wait in a queue.", labels=["queue"]
    )
    for queue, count in queued.items():
        family.add_metric([queue], count)
    yield family


def gauge(name: str, text: str, value: float) -> Metric:
    """One number that goes up and down."""
    return GaugeMetricFamily(name, text, value)
