"""Answers at the deadline against two detectors: no clock contradicts itself."""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

from django.db import connection, transaction
from django.utils import timezone

from bench import crowd
from sla import detector
from sla.models import Clock, ClockEvent, Metric
from sla.services import audit, clocks
from tickets.models import Ticket

CLOCKS = 240
STOPPERS = 6
SPREAD_MS = 20
Plan = list[tuple[datetime, Ticket]]


def test_answers_at_the_deadline_race_two_detectors(transactional_db: None) -> None:
    plans = make_plans()
    failures: list[BaseException] = []
    with running([detect, detect], failures) as finished:
        with running([lambda plan=plan: answer(plan) for plan in plans], failures):
            pass
        finished.set()
    assert failures == []
    breaches = Counter(
        ClockEvent.objects.filter(kind="breach").values_list("clock_id", flat=True)
    )
    outcomes = Counter[str]()
    for clock in Clock.objects.select_related("target").prefetch_related("events"):
        assert audit.problems(clock) == []
        assert clock.stopped_at is not None
        late = clock.stopped_at > clock.due_at
        assert clock.outcome == ("missed" if late else "met")
        assert breaches[clock.pk] == (1 if late else 0)
        outcomes[clock.outcome] += 1
    assert outcomes.total() == CLOCKS
    # A race that one side always wins would prove nothing.
    assert min(outcomes["met"], outcomes["missed"]) > CLOCKS / 20


def make_plans() -> list[Plan]:
    """Deadlines 10 ms apart, each with an answer up to 20 ms before or after it."""
    first_due = datetime.now(UTC) + timedelta(seconds=1)
    apart = timedelta(milliseconds=10)
    crowd.add(CLOCKS, prefix="RACE", first_due=first_due, apart=apart, warned=False)
    dice = random.Random(20261123)  # noqa: S311 - chance, not secrecy
    plans: list[Plan] = [[] for _ in range(STOPPERS)]
    tickets = Ticket.objects.order_by("next_due_at")
    for place, ticket in enumerate(tickets):
        nudge = timedelta(milliseconds=dice.uniform(-SPREAD_MS, SPREAD_MS))
        plans[place % STOPPERS].append((first_due + place * apart + nudge, ticket))
    return [sorted(plan, key=lambda each: each[0]) for plan in plans]


def answer(plan: Plan) -> None:
    """Stop clocks as a reply does: read the time, lock the ticket, then stop."""
    for instant, ticket in plan:
        time.sleep(max(0.0, (instant - datetime.now(UTC)).total_seconds()))
        at = timezone.now()
        with transaction.atomic():
            locked = Ticket.objects.select_for_update().get(pk=ticket.pk)
            clocks.stop(locked, Metric.FIRST_REPLY, at=at, by=None)


def detect(finished: Event) -> None:
    """Look all the time, without the lock that keeps detectors apart."""
    while not finished.wait(0.001):
        detector.sweep(clock=timezone.now)


@contextmanager
def running(
    works: Sequence[Callable[..., None]], failures: list[BaseException]
) -> Iterator[Event]:
    """Threads for the time of a block, each with a database connection of its own."""
    finished = Event()

    def run(work: Callable[..., None]) -> None:
        try:
            with closing(connection):
                work(finished) if work is detect else work()
        except BaseException as error:  # noqa: BLE001 - told to the test
            failures.append(error)

    threads = [Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    yield finished
    for thread in threads:
        thread.join()
