"""Bring the hourly figures up to date; again gives the same numbers.

Each run reckons anew the hours that have gone on since the last one, and those in which
a clock fell due to which something has happened. Two runs at once follow each other.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from django.db import transaction
from django.db.models import Max, Min
from django.db.models.functions import TruncHour

from figures.hours import HOUR, Span, hour_after, hour_of, spans
from figures.models import CaseHour, HourRow, Progress, PromiseHour
from figures.services import case_facts, promise_facts
from sla.models import Clock, ClockEvent
from tickets.models import Ticket

PIECE: Final = timedelta(hours=24)
MOST_HOURS: Final = 7 * 24
SECOND: Final = timedelta(seconds=1)
LOOK_BACK: Final = timedelta(days=40)
# A line is numbered before it is committed; none takes so long.
SETTLED_AFTER: Final = timedelta(minutes=5)


class Tallied(Protocol):
    """Counts what belongs to a span, as known by `at`."""

    def __call__(self, span: Span, *, at: datetime) -> Sequence[HourRow]: ...


@dataclass(frozen=True)
class Table:
    """One table of figures and what fills it."""

    model: type[HourRow]
    tallied: Tallied


TABLES: Final = (
    Table(PromiseHour, promise_facts.tallied),
    Table(CaseHour, case_facts.tallied),
)


def refresh(*, at: datetime) -> int:
    """Reckon what has changed since the last run; the number of hours reckoned.

    A house that has much to catch up with does so in several runs.
    """
    with transaction.atomic():
        progress = _locked(at=at)
        hours = list(_gone_on(progress.reckoned_until, at=at))
        if len(hours) > MOST_HOURS:
            hours = hours[:MOST_HOURS]
            progress.reckoned_until = hours[-1] + HOUR
        else:
            hours += touched(progress.clock_line, at=at)
            progress.clock_line = _settled(progress.clock_line, at=at)
            progress.reckoned_until = max(progress.reckoned_until, at)
        for span in spans(hours):
            for piece in span.pieces(PIECE):
                _reckon(piece, at=at)
        progress.save()
    return len(set(hours))


def catch_up(*, at: datetime, within: timedelta | None = None) -> int:
    """Reckon until nothing is left to reckon; the number of hours reckoned.

    With `within` it stops after so much time; the next run goes on from there.
    """
    began = time.monotonic()
    hours = refresh(at=at)
    while Progress.objects.filter(reckoned_until__lt=at).exists():
        if within and time.monotonic() - began > within / SECOND:
            break
        hours += refresh(at=at)
    return hours


def rebuild(since: datetime, *, at: datetime) -> Iterator[Span]:
    """Reckon everything anew from a moment on, a day at a time, whatever is there."""
    whole = Span(hour_of(since), hour_after(at))
    for span in whole.pieces(PIECE):
        with transaction.atomic():
            _locked(at=at)
            _reckon(span, at=at)
        yield span


def beginning() -> datetime | None:
    """The first instant of which there could be a figure; None in an empty house."""
    first = Ticket.objects.aggregate(at=Min("created_at"))["at"]
    return None if first is None else hour_of(first)


def _locked(*, at: datetime) -> Progress:
    """How far it is; in a house that has never reckoned, from the first ticket on."""
    found = Progress.objects.select_for_update().filter(pk=1).first()
    if found is None:
        begun = {
            "reckoned_until": beginning() or hour_of(at),
            "clock_line": _settled(0, at=at),
        }
        Progress.objects.get_or_create(pk=1, defaults=begun)
        found = Progress.objects.select_for_update().get(pk=1)
    return found


def _gone_on(since: datetime, *, at: datetime) -> Iterator[datetime]:
    """The hours that were not over at the last run, up to now."""
    hour = hour_of(since - SETTLED_AFTER)
    while hour < at:
        yield hour
        hour += HOUR


def touched(line: int, *, at: datetime) -> list[datetime]:
    """The hours in which those clocks fell due whose records grew after a line."""
    grown = ClockEvent.objects.filter(pk__gt=line).order_by().values("clock_id")
    return list(
        Clock.objects.filter(pk__in=grown, due_at__lt=at)
        .order_by()
        .values_list(TruncHour("due_at"), flat=True)
        .distinct()
    )


def _settled(line: int, *, at: datetime) -> int:
    """The last line before which none can appear any more."""
    settled = ClockEvent.objects.filter(
        pk__gt=line, recorded_at__lt=at - SETTLED_AFTER
    ).aggregate(last=Max("pk"))
    return settled["last"] or line


def _reckon(span: Span, *, at: datetime) -> None:
    """Put what is true of a span in the place of what was said of it."""
    for table in TABLES:
        rows = table.model.objects
        rows.filter(hour__gte=span.since, hour__lt=span.until).delete()
        rows.bulk_create(table.tallied(span, at=at), batch_size=1000)
