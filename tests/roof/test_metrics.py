"""`GET /metrics`: true numbers, for those who may read them, whatever is away."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import psycopg2
import pytest
from django.db import OperationalError, connection
from django.test import Client
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import DjangoAssertNumQueries, Settings

from helpdesk.metrics import Figures
from sla import detector
from sla.models import Clock, Heartbeat
from tests.factories import AT, InquiryFactory

pytestmark = pytest.mark.django_db

TOKEN = "a-token-that-is-long-enough"
QUERIES = 13


@pytest.fixture
def tick(db: None) -> Heartbeat:
    counts = [0] * (len(detector.LAG_BUCKETS_MS) + 1)
    counts[0], counts[2], counts[-1] = 3, 2, 1
    beat, _new = Heartbeat.objects.update_or_create(
        pk=1,
        defaults={
            "last_tick_at": AT,
            "watermark": AT,
            "lag_ms": 3.5,
            "stale_found": 4,
            "claimed_total": 6,
            "lag_sum_ms": 9000.0,
            "lag_counts": counts,
        },
    )
    return beat


def read(*, at: datetime) -> dict[str, float]:
    """Every figure by its name and labels, as Prometheus understands them."""
    return parsed(generate_latest(Figures(at=at)).decode())


def parsed(text: str) -> dict[str, float]:
    return {
        sample.name
        + "".join(f"[{v}]" for k, v in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_the_lags_of_the_detector_are_a_histogram_in_seconds(tick: Heartbeat) -> None:
    said = read(at=AT)
    first, second, third = (ms / 1000 for ms in detector.LAG_BUCKETS_MS[:3])
    name = "shoushi_detector_lag_seconds"
    assert said[f"{name}_bucket[{first}]"] == 3
    assert said[f"{name}_bucket[{second}]"] == 3
    assert said[f"{name}_bucket[{third}]"] == 5
    assert said[f"{name}_bucket[+Inf]"] == said[f"{name}_count"] == 6
    assert said[f"{name}_sum"] == 9.0
    assert said["shoushi_detector_steps_total"] == 6
    assert said["shoushi_detector_stale_steps_total"] == 4


def test_every_count_is_of_this_moment(tick: Heartbeat) -> None:
    late, _early = InquiryFactory.create_batch(2, at=AT)
    InquiryFactory.create(at=AT + timedelta(seconds=20))
    Clock.objects.filter(ticket_id=late.pk).update(set_aside_at=AT, wake_at=None)
    detector.sweep(clock=lambda: AT + timedelta(seconds=31))
    said = read(at=AT + timedelta(seconds=41))
    assert said["shoushi_clocks_running"] == 3
    assert said["shoushi_clocks_overdue"] == 2
    assert said["shoushi_clocks_paused"] == 0
    assert said["shoushi_clocks_set_aside"] == 1
    assert said["shoushi_outbox_waiting[events]"] == 2
    assert said["shoushi_outbox_oldest_seconds[events]"] == 10.0
    assert said["shoushi_outbox_waiting[mail]"] == 0
    assert said["shoushi_outbox_oldest_seconds[mail]"] == 0.0
    assert said["shoushi_mail_failed"] == 0
    assert said["shoushi_detector_heartbeat_age_seconds"] == 41.0
    assert said["shoushi_detector_behind_seconds"] == 0.0
    assert said["shoushi_calendar_years_missing"] == 1  # 2027, in November
    assert read(at=AT + timedelta(seconds=45))["shoushi_detector_behind_seconds"] == 1.0


def test_a_number_of_queries_that_does_not_grow(
    tick: Heartbeat, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    read(at=AT)
    with django_assert_num_queries(QUERIES):
        read(at=AT)
    InquiryFactory.create_batch(5, at=AT)
    detector.sweep(clock=lambda: AT + timedelta(seconds=31))
    with django_assert_num_queries(QUERIES):
        read(at=AT + timedelta(seconds=40))


def test_it_tells_of_nobody(tick: Heartbeat, client: Client) -> None:
    inquiry = InquiryFactory.create(at=AT)
    text = client.get("/metrics").content.decode()
    assert inquiry.number not in text
    assert "王" not in text


@pytest.mark.django_db(transaction=True)
def test_an_old_transaction_of_somebody_else_is_seen(tick: Heartbeat) -> None:
    params = connection.get_connection_params()
    params.pop("cursor_factory", None)
    name = "shoushi_oldest_transaction_seconds"
    assert read(at=AT)[name] == 0.0
    other = psycopg2.connect(**params)
    try:
        other.cursor().execute("SELECT 1")
        assert 0 < read(at=AT)[name] < 60
        other.rollback()
        assert read(at=AT)[name] == 0.0
    finally:
        other.close()


def test_without_redis_the_rest_is_told(tick: Heartbeat, no_redis: None) -> None:
    said = read(at=AT)
    assert said["shoushi_part_up[redis]"] == 0
    assert said["shoushi_part_up[database]"] == 1
    assert said["shoushi_clocks_running"] == 0
    assert "shoushi_queue_jobs[sla]" not in said


def test_without_a_database_the_page_still_answers_and_invents_nothing(
    tick: Heartbeat, client: Client
) -> None:
    def away(*_args: Any) -> None:
        raise OperationalError("the server closed the connection")

    with connection.execute_wrapper(away):
        answer = client.get("/metrics")
    assert answer.status_code == 200
    said = parsed(answer.content.decode())
    assert said["shoushi_part_up[database]"] == 0
    assert said["shoushi_queue_jobs[sla]"] >= 0
    assert "shoushi_clocks_running" not in said
    assert "shoushi_detector_lag_seconds_count" not in said


@pytest.fixture
def far_away(client: Client) -> Callable[..., int]:
    def ask(**headers: str) -> int:
        answer = client.get("/metrics", REMOTE_ADDR="203.0.113.9", headers=headers)
        return answer.status_code

    return ask


def test_from_elsewhere_there_is_no_such_page_without_the_token(
    far_away: Callable[..., int], settings: Settings
) -> None:
    assert far_away() == 404
    settings.METRICS_TOKEN = TOKEN
    for wrong in ("", "Bearer", "Bearer ", f"Bearer {TOKEN}x", f"Token {TOKEN}", TOKEN):
        assert far_away(Authorization=wrong) == 404
    assert far_away(Authorization=f"Bearer {TOKEN}") == 200
    assert far_away(Authorization=f"bearer {TOKEN}") == 200
    settings.METRICS_TOKEN = ""
    assert far_away(Authorization="Bearer ") == 404


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "127.8.8.8"])
def test_programs_on_this_machine_need_no_token(client: Client, address: str) -> None:
    assert client.get("/metrics", REMOTE_ADDR=address).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "127.0.0.1"},
        {"Forwarded": "for=127.0.0.1"},
        {"X-Real-IP": "127.0.0.1"},
        {"Via": "1.1 proxy"},
    ],
)
def test_a_proxy_on_this_machine_lets_nobody_else_in(
    client: Client, headers: dict[str, str]
) -> None:
    assert client.get("/metrics", headers=headers).status_code == 404


@pytest.mark.parametrize("address", ["", "nowhere", "10.0.0.1", "::2"])
def test_an_address_that_is_not_this_machine_is_refused(
    client: Client, address: str
) -> None:
    assert client.get("/metrics", REMOTE_ADDR=address).status_code == 404


def test_only_reading_and_never_from_a_store(client: Client) -> None:
    answer = client.get("/metrics")
    assert answer["Content-Type"].startswith("text/plain; version=")
    assert "no-store" in answer["Cache-Control"]
    assert client.post("/metrics").status_code == 405
    modern = {"Accept": "application/openmetrics-text; version=1.0.0"}
    text = client.get("/metrics", headers=modern).content.decode()
    assert text.endswith("# EOF\n")
