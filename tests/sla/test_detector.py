"""Whatever is due is found, in order, once, whoever looks and whatever was down."""

import logging
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from threading import Barrier, Event, Thread, Timer, current_thread, get_ident
from typing import Any

import psycopg2
import pytest
from django.db import connection, transaction
from psycopg2 import extensions

from inquiries import services
from sla import detector, tasks
from sla.claims import claim
from sla.models import Clock, ClockEvent, Heartbeat, Notification
from sla.services import audit
from tests.factories import InquiryFactory, UserFactory
from tests.instants import DUE, MICROSECOND, Hand, after, local
from tickets.models import Ticket

LONG_AGO = after(-86_400)


def lines() -> list[tuple[str, int, datetime]]:
    """Everything recorded beside the starts, in the order of writing."""
    events = ClockEvent.objects.exclude(kind="activate").order_by("pk")
    return [(line.kind, line.step, line.at) for line in events]


def assert_every_clock_agrees_with_its_record() -> None:
    for clock in Clock.objects.all():
        assert audit.problems(clock) == []


def watch_once(at: datetime) -> detector.Drained:
    """One window, so short that it looks just once."""
    return detector.watch(clock=Hand(at), seconds=0, extra=0)


@pytest.fixture
def second_connection(transactional_db: None) -> Iterator[extensions.connection]:
    """Somebody else at the same database."""
    with closing(psycopg2.connect(**connection.get_connection_params())) as other:
        yield other
    # Settings of a test end with its connection.
    connection.close()


@pytest.mark.django_db
def test_each_step_is_taken_once_and_in_order() -> None:
    InquiryFactory.create()
    for seconds in (25, 31, 31 + 1800, 31 + 14_400, 2 * 86_400):
        watch_once(after(seconds))
        watch_once(after(seconds))
    assert lines() == [
        ("warning", 0, after(24)),
        ("breach", 1, DUE),
        ("escalate", 2, DUE + timedelta(minutes=30)),
        ("escalate", 3, DUE + timedelta(hours=4)),
        ("escalate", 4, local("2026-11-24 21:00")),
    ]
    clock = Clock.objects.get()
    assert (clock.status, clock.wake_at, clock.next_step) == ("running", None, 5)
    assert watch_once(after(days=30)).claimed == 0
    assert_every_clock_agrees_with_its_record()


@pytest.mark.django_db
def test_an_outage_of_ten_minutes_is_made_up_in_one_pass() -> None:
    watch_once(after(1))
    InquiryFactory.create()
    found = watch_once(after(minutes=10))
    assert found.claimed == 2
    assert lines() == [("warning", 0, after(24)), ("breach", 1, DUE)]
    breach = ClockEvent.objects.get(kind="breach")
    assert breach.recorded_at == after(minutes=10)
    assert Clock.objects.get().breached_at == DUE
    assert_every_clock_agrees_with_its_record()


@pytest.mark.django_db
def test_an_outage_of_a_night_takes_every_step_in_one_pass() -> None:
    watch_once(after(1))
    InquiryFactory.create()
    InquiryFactory.create(at=after(7))
    assert watch_once(after(hours=12)).claimed == 8
    assert [step for _, step, _ in lines()] == [0, 0, 1, 1, 2, 2, 3, 3]
    assert_every_clock_agrees_with_its_record()


@pytest.mark.django_db
def test_a_row_at_the_exact_boundary_waits_and_is_not_stuck() -> None:
    InquiryFactory.create()
    watch_once(after(25))
    assert watch_once(DUE).claimed == 0
    assert watch_once(DUE + MICROSECOND).claimed == 1
    assert lines()[-1] == ("breach", 1, DUE)


@pytest.mark.django_db
def test_batches_follow_each_other_until_nothing_is_due(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(detector, "BATCH", 2)
    monkeypatch.setattr(detector, "FULL_BATCH", 3)
    for second in range(8):
        InquiryFactory.create(at=after(second))
    assert detector.drain(clock=Hand(after(29)), watermark=LONG_AGO).claimed == 5
    assert detector.drain(clock=Hand(after(60)), watermark=LONG_AGO).claimed == 11
    assert_every_clock_agrees_with_its_record()


@pytest.mark.django_db
def test_the_window_wakes_at_the_deadline_and_not_by_chance() -> None:
    """A window that begins before the deadline finds it within that window."""
    InquiryFactory.create()
    watch_once(after(25))
    hand = Hand(DUE - timedelta(milliseconds=20))
    pauses: list[float] = []

    def tick(seconds: float) -> None:
        pauses.append(seconds)
        hand.at += timedelta(seconds=seconds)

    def seconds_on_the_wall() -> float:
        return hand.at.timestamp()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("time.sleep", tick)
        patch.setattr("time.monotonic", seconds_on_the_wall)
        found = detector.watch(clock=hand)
    assert found.claimed == 1
    assert pauses[0] == pytest.approx(0.02)
    assert max(pauses) <= 0.05
    assert sum(pauses) == pytest.approx(1.1 + 0.9, abs=0.06)
    breach = ClockEvent.objects.get(kind="breach")
    assert breach.recorded_at - DUE <= timedelta(milliseconds=2)


@pytest.mark.django_db
def test_the_heartbeat_tells_the_last_tick_the_lag_and_the_watermark() -> None:
    InquiryFactory.create()
    watch_once(after(24.25))
    pulse = Heartbeat.objects.get()
    assert pulse.last_tick_at == after(24.25)
    assert pulse.lag_ms == pytest.approx(250)
    assert pulse.watermark == after(19.25)


@pytest.mark.django_db
def test_what_lies_below_the_watermark_is_left_to_the_sweep(
    caplog: pytest.LogCaptureFixture,
) -> None:
    watch_once(after(100))
    InquiryFactory.create()
    assert watch_once(after(100)).claimed == 0
    with caplog.at_level(logging.ERROR, logger="sla.detector"):
        assert detector.sweep(clock=Hand(after(100))).claimed == 2
    assert lines() == [("warning", 0, after(24)), ("breach", 1, DUE)]
    assert "sweep found 2 clocks more than 5 s late" in caplog.text
    assert Heartbeat.objects.get().stale_found == 2


@pytest.mark.django_db
def test_a_sweep_raises_no_alarm_over_what_is_hardly_due(
    caplog: pytest.LogCaptureFixture,
) -> None:
    watch_once(after(0))
    InquiryFactory.create()
    assert detector.sweep(clock=Hand(after(26))).claimed == 1
    assert caplog.text == ""
    assert Heartbeat.objects.get().stale_found == 0


@pytest.mark.django_db
def test_clocks_that_ended_are_left_alone() -> None:
    agent = UserFactory.create()
    inquiry = InquiryFactory.create()
    services.reply(inquiry, text="好。", by=agent, at=after(5))
    before = Clock.objects.values().get()
    assert detector.sweep(clock=Hand(after(days=3))).claimed == 0
    assert Clock.objects.values().get() == before


@pytest.mark.django_db
def test_the_jobs_may_run_twice_without_harm() -> None:
    """The jobs read the real time; the question was asked in the past."""
    UserFactory.create(role="supervisor")
    InquiryFactory.create(at=datetime.fromisoformat("2024-01-01T00:00:00Z"))
    assert tasks.sweep() == 5
    assert tasks.sweep() == 0
    assert tasks.announce() == 5
    told = list(Notification.objects.values_list("pk", flat=True))
    assert tasks.announce() == 0
    assert list(Notification.objects.values_list("pk", flat=True)) == told
    assert [step for _, step, _ in lines()] == [0, 1, 2, 3, 4]


def test_two_detectors_at_once_take_each_step_once(transactional_db: None) -> None:
    for second in range(60):
        InquiryFactory.create(at=after(second / 100))
    found: list[int] = []

    def detect() -> None:
        with closing(connection):
            drained = detector.drain(clock=Hand(after(40)), watermark=LONG_AGO)
            found.append(drained.claimed)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(detector, "BATCH", 7)
        patch.setattr(detector, "FULL_BATCH", 11)
        threads = [Thread(target=detect) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    # Each stops when the other holds the rest, so a few rows may be left.
    found.append(detector.drain(clock=Hand(after(40)), watermark=LONG_AGO).claimed)
    assert sum(found) == 120
    assert ClockEvent.objects.filter(kind="breach").count() == 60
    assert_every_clock_agrees_with_its_record()


@pytest.fixture
def backlog(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Thirty clocks with two steps each, more than a batch takes."""
    monkeypatch.setattr(detector, "BATCH", 7)
    monkeypatch.setattr(detector, "FULL_BATCH", 11)
    watch_once(after(1))
    for second in range(30):
        InquiryFactory.create(at=after(second / 100))


@pytest.mark.usefixtures("backlog")
def test_two_claimers_share_a_backlog_and_the_heartbeat_counts_both(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at_once = Barrier(2, timeout=5)
    shares = Counter[int]()

    def together(*, limit: int, **how: Any) -> detector.Drained:
        me = get_ident()
        if limit == detector.FULL_BATCH and not shares[me]:
            at_once.wait()
            found = claim(limit=limit, **how)
            shares[me] += found.claimed
            return found
        return claim(limit=limit, **how)

    monkeypatch.setattr(detector, "claim", together)
    assert watch_once(after(40)).claimed == 60
    assert watch_once(after(40)).claimed == 0
    pulse = Heartbeat.objects.get()
    assert (pulse.claimed_total, sum(pulse.lag_counts)) == (60, 60)
    assert len(shares) == 2
    assert all(shares.values())
    assert ClockEvent.objects.filter(kind="breach").count() == 30
    assert_every_clock_agrees_with_its_record()


@pytest.mark.usefixtures("backlog")
def test_what_a_claimer_held_when_it_died_is_found_by_the_next_window(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    first, held, over = current_thread(), Event(), Event()

    def until_death(**how: Any) -> detector.Drained:
        if current_thread() is first:
            if how["limit"] == detector.FULL_BATCH:
                held.wait(5)
            found = claim(**how)
            if not found.again:
                over.set()
            return found
        with transaction.atomic(), connection.cursor() as cursor:
            claim(**how)
            held.set()
            over.wait(5)
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        raise AssertionError("it lives")

    with monkeypatch.context() as patch:
        patch.setattr(detector, "claim", until_death)
        found = watch_once(after(40)).claimed
    assert 0 < found < 60
    assert "a second claimer failed: OperationalError" in caplog.text
    assert watch_once(after(41)).claimed == 60 - found
    assert_every_clock_agrees_with_its_record()


def test_a_row_that_somebody_else_holds_is_skipped_and_found_later(
    second_connection: extensions.connection,
) -> None:
    held = InquiryFactory.create()
    InquiryFactory.create()
    with connection.cursor() as mine:
        mine.execute("SET statement_timeout = '5s'")  # a detector that waits fails
    with second_connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM sla_clock WHERE ticket_id = %s FOR UPDATE", [held.pk]
        )
        assert watch_once(after(31)).claimed == 2
        assert watch_once(after(60)).claimed == 0
    second_connection.rollback()
    assert watch_once(after(61)).claimed == 0
    assert detector.sweep(clock=Hand(after(62))).claimed == 2
    breaches = ClockEvent.objects.filter(kind="breach")
    assert [line.at for line in breaches] == [DUE, DUE]
    assert_every_clock_agrees_with_its_record()


def test_a_window_leaves_once_another_one_waits_to_take_over(
    second_connection: extensions.connection,
) -> None:
    successor: list[float] = []

    def take_over() -> None:
        with second_connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [detector.LOCK_KEY])
        successor.append(time.monotonic())

    began = time.monotonic()
    thread = Timer(0.2, take_over)
    thread.start()
    detector.watch(clock=Hand(after(0)), seconds=0.5, extra=30)
    thread.join(5)
    assert 0.5 <= successor[0] - began < 5


@pytest.mark.django_db
def test_people_are_told_soon_but_not_of_each_clock_by_itself() -> None:
    """Eleven clocks fall due within a second; one job tells of several."""
    for place in range(11):
        InquiryFactory.create(at=after(place / 10))
    hand = Hand(after(23.9))
    told: list[datetime] = []

    def tick(seconds: float) -> None:
        hand.at += timedelta(seconds=seconds)

    def seconds_on_the_wall() -> float:
        return hand.at.timestamp()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("time.sleep", tick)
        patch.setattr("time.monotonic", seconds_on_the_wall)
        found = detector.watch(
            clock=hand, extra=0.2, on_found=lambda: told.append(hand.at)
        )
    assert found.claimed == 11
    assert 5 <= len(told) <= 7
    for line in ClockEvent.objects.filter(kind="warning"):
        wait = min(at - line.at for at in told if at >= line.recorded_at)
        assert wait <= timedelta(milliseconds=260)


def test_a_detector_whose_place_is_taken_does_nothing(
    second_connection: extensions.connection,
) -> None:
    InquiryFactory.create()
    with second_connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [detector.LOCK_KEY])
    assert watch_once(after(31)).claimed == 0
    assert not Heartbeat.objects.exists()
    second_connection.close()  # the server notices a moment later
    until = time.monotonic() + 5
    while (found := watch_once(after(31))).claimed == 0 and time.monotonic() < until:
        time.sleep(0.01)
    assert found.claimed == 2


@pytest.mark.django_db
def test_the_deadline_of_the_list_stays_while_nobody_has_answered() -> None:
    inquiry = InquiryFactory.create()
    detector.sweep(clock=Hand(after(hours=9)))
    assert Ticket.objects.get(pk=inquiry.pk).next_due_at == DUE
