"""Several processes that do things to clocks at the same instants."""

import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing import get_context
from typing import Any

import pytest
from django.db import connections, transaction
from django.utils import timezone

from sla import detector
from sla.models import Metric
from sla.services import clocks, corrections, pauses
from sla.services.corrections import Source
from sla.services.pauses import PauseRefused
from tickets.models import Ticket

Work = tuple[Callable[..., None], tuple[Any, ...]]
# When, to which ticket, which verb, and what it is told beside the time.
Act = tuple[datetime, int, str, dict[str, Any]]

_CONTEXT = get_context("fork")


@contextmanager
def processes(works: Sequence[Work], *, finish: bool = False) -> Iterator[None]:
    """A process for each work for the time of a block; a failure in one is raised.

    They end by themselves, or when the block does, if they look at `finished`.
    """
    # Each process connects anew: a connection is not shared by a fork.
    connections.close_all()
    finished, failures = _CONTEXT.Event(), _CONTEXT.SimpleQueue()
    arguments = [
        (work, (finished, *more)) if finish else (work, more) for work, more in works
    ]
    children = [
        _CONTEXT.Process(target=_run, args=(work, more, failures))
        for work, more in arguments
    ]
    with warnings.catch_warnings():
        # A fork beside threads may hang; these children use nothing of theirs.
        warnings.simplefilter("ignore", DeprecationWarning)
        for child in children:
            child.start()
    try:
        yield
    finally:
        finished.set()
        for child in children:
            child.join()
    assert failures.empty(), failures.get()
    assert [child.exitcode for child in children] == [0] * len(children)


def _run(work: Callable[..., None], more: tuple[Any, ...], failures: Any) -> None:
    try:
        work(*more)
    except BaseException:
        failures.put(traceback.format_exc())
        raise
    finally:
        connections.close_all()


def detect(finished: Any) -> None:
    """Look all the time, without the lock that keeps detectors apart."""
    while not finished.wait(0.002):
        detector.sweep(clock=timezone.now)


def detect_together(finished: Any) -> None:
    """The same where two that are due at once are a backlog with two claimers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(detector, "BATCH", 2)
        patch.setattr(detector, "FULL_BATCH", 2)
        detect(finished)


def rouse(finished: Any) -> None:
    """End pauses whose time is over, all the time."""
    while not finished.wait(0.004):
        pauses.resume_overdue(at=timezone.now())


def carry_out(plan: Sequence[Act]) -> None:
    """Do each thing at its instant, as the product does: read the time, then lock."""
    for instant, ticket, verb, more in plan:
        time.sleep(max(0.0, (instant - datetime.now(UTC)).total_seconds()))
        at = timezone.now()
        try:
            with transaction.atomic():
                locked = Ticket.objects.select_for_update().get(pk=ticket)
                VERBS[verb](locked, at, **more)
        except PauseRefused:
            continue


def _stop(ticket: Ticket, at: datetime, *, metric: Metric) -> None:
    clocks.stop(ticket, metric, at=at, by=None)


def _pause(ticket: Ticket, at: datetime, *, metric: Metric, reason: str) -> None:
    pauses.pause(ticket, metric, reason=reason, at=at, by=None)


def _resume(ticket: Ticket, at: datetime, *, metric: Metric) -> None:
    pauses.resume(ticket, metric, at=at, by=None)


def _word(ticket: Ticket, at: datetime, *, metric: Metric, occurred: datetime) -> None:
    corrections.stop_as_of(
        ticket,
        metric,
        occurred_at=occurred,
        at=at,
        source=Source.MESSAGING,
        by=None,
    )


def _cancel(ticket: Ticket, at: datetime) -> None:
    clocks.cancel_all(ticket, reason=clocks.CancelReason.MERGED, at=at, by=None)


VERBS: dict[str, Callable[..., None]] = {
    "stop": _stop,
    "pause": _pause,
    "resume": _resume,
    "word": _word,
    "cancel": _cancel,
}
