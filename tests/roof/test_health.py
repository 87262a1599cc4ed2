"""`GET /healthz` tells the truth about each part, part by part."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import redis
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from helpdesk.health import SLA_QUEUE, check
from sla import detector
from sla.models import Clock, Heartbeat
from tests.factories import AT, InquiryFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def queue(client: Client) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(settings.LIVE_REDIS_URL) as server:
        server.delete(SLA_QUEUE)
        yield server
        server.delete(SLA_QUEUE)


@pytest.fixture
def tick(queue: redis.Redis) -> Heartbeat:
    beat, _new = Heartbeat.objects.update_or_create(
        pk=1, defaults={"last_tick_at": AT, "watermark": AT, "lag_ms": 3.5}
    )
    return beat


def parts(**after: float) -> dict[str, Any]:
    report = check(at=AT + timedelta(**after))
    return {
        name: report[name] for name in ("status", "database", "redis", "worker", "beat")
    }


ALL_WELL = {
    "status": "ok",
    "database": "ok",
    "redis": "ok",
    "worker": "ok",
    "beat": "ok",
}


def test_a_fresh_tick_proves_beat_and_worker(tick: Heartbeat) -> None:
    assert parts(seconds=5) == ALL_WELL


def test_a_late_tick_over_an_empty_queue_means_that_beat_is_down(
    tick: Heartbeat,
) -> None:
    assert parts(seconds=5.001) == {
        **ALL_WELL,
        "status": "down",
        "beat": "down",
        "worker": "unknown",
    }


def test_a_late_tick_before_waiting_jobs_means_that_the_worker_is_down(
    tick: Heartbeat, queue: redis.Redis
) -> None:
    queue.lpush(SLA_QUEUE, "{}")
    assert parts(seconds=6) == {
        **ALL_WELL,
        "status": "down",
        "beat": "unknown",
        "worker": "down",
    }


def test_a_house_whose_detector_never_ran_is_not_healthy(queue: redis.Redis) -> None:
    Heartbeat.objects.all().delete()
    assert parts()["status"] == "down"


def test_the_lag_counts_what_the_detector_has_not_even_seen(tick: Heartbeat) -> None:
    assert check(at=AT)["sla_lag_ms"] == 3.5
    InquiryFactory.create()
    assert check(at=AT + timedelta(seconds=26))["sla_lag_ms"] == 2000.0


def test_what_only_asks_for_attention_is_told_and_all_is_well(tick: Heartbeat) -> None:
    before = check(at=datetime(2026, 10, 31, 15, 59, 59, tzinfo=UTC))
    assert (before["calendar"], before["set_aside"]) == ("ok", 0)
    late = InquiryFactory.create()
    Clock.objects.filter(ticket_id=late.pk).update(set_aside_at=AT, wake_at=None)
    InquiryFactory.create()
    detector.sweep(clock=lambda: AT + timedelta(seconds=25))
    Heartbeat.objects.update(last_tick_at=AT + timedelta(seconds=27))
    report = check(at=AT + timedelta(seconds=28))
    # From November on, next year's holidays should be known.
    assert report["calendar"] == "missing"
    assert report["set_aside"] == 1
    assert report["outbox_age_ms"] == 3000
    assert report["status"] == "ok"


def test_a_fixed_number_of_queries(
    tick: Heartbeat, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(3):
        check(at=AT)


def test_without_redis_the_rest_is_told_as_it_is(
    tick: Heartbeat, no_redis: None
) -> None:
    assert parts() == {**ALL_WELL, "status": "down", "redis": "down"}
    assert parts(seconds=9) == {
        "status": "down",
        "database": "ok",
        "redis": "down",
        "worker": "unknown",
        "beat": "unknown",
    }


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_without_a_database_the_rest_is_told_as_it_is(
    queue: redis.Redis, error: type[Exception]
) -> None:
    def away(*_args: Any) -> None:
        raise error("the server closed the connection: host=10.0.0.7")

    with connection.execute_wrapper(away):
        assert parts() == {
            "status": "down",
            "database": "down",
            "redis": "ok",
            "worker": "unknown",
            "beat": "unknown",
        }


def test_the_page_is_200_or_503_fresh_and_without_secrets(
    client: Client, tick: Heartbeat
) -> None:
    Heartbeat.objects.update(last_tick_at=timezone.now())
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert set(answer.json()) == {
        "status",
        "database",
        "redis",
        "worker",
        "beat",
        "calendar",
        "sla_lag_ms",
        "last_tick_age_ms",
        "outbox_age_ms",
        "set_aside",
    }
    Heartbeat.objects.update(last_tick_at=AT - timedelta(days=1))
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert "no-store" in answer["Cache-Control"]
    assert client.post("/healthz").status_code == 405
