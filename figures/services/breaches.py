"""Reckon why promises were missed, and tell it.

A row is reckoned once the breach is on record, and again until its clock has ended; a
breach that is revoked later keeps its row and counts no more. Whatever day it is
reckoned from, an ended clock gives the same row: it is read from append-only records.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db.models import Count, F, Q

from figures.breach import Cause, cause_of
from figures.models import Breach
from figures.services.breach_facts import Reckoned, gather
from figures.words import cause_text, sentence_of
from rows.questions import Keys, Question
from sla.models import UNFINISHED, Clock, ClockQuerySet, ClockStatus
from staff.models import Department, User

BATCH: Final = 200
# Clocks of one batch began so close to each other that one look at who was free serves.
SPAN: Final = timedelta(hours=6)
# How far the job looks back each time; the hourly one, for whatever came late; the
# nightly one, for what a house that was down recorded long afterwards.
JUST_NOW: Final = timedelta(hours=1)
LATELY: Final = timedelta(days=7)
LONG_AGO: Final = timedelta(days=60)
FACTS: Final = ("due_at", "cause", "department", "agent", "facts", "ended", "line_at")


@dataclass(frozen=True)
class CauseCount:
    """How many promises were missed for one cause; for a department, by which."""

    cause: Cause
    department: int | None
    count: int


@dataclass(frozen=True)
class Explained:
    """Why one promise was missed, in words: the cause, and what happened."""

    cause: str
    sentence: str


def reckon_due(*, at: datetime, back: timedelta = JUST_NOW) -> int:
    """Explain the breaches that are not explained yet, or not to their end; how many.

    `back` is how long ago their deadlines may have been.
    """
    return sum(
        _reckon(keys, at=at) for keys in _batches(_to_explain(since=at - back, at=at))
    )


def reckon(*, since: datetime, until: datetime, at: datetime) -> int:
    """Explain anew every breach whose deadline was within a stretch; how many."""
    missed = Clock.objects.due_between(since, until).exclude(breached_at=None)
    return sum(_reckon(keys, at=at) for keys in _batches(_keys(missed)))


def causes(*, since: datetime, until: datetime) -> list[CauseCount]:
    """How often each cause made a promise missed, the most frequent first; one query.

    Promises belong to the instant at which they were due. Revoked breaches are none.
    """
    rows = Breach.objects.filter(
        due_at__gte=since, due_at__lt=until, clock__revoked_at=None
    )
    counted = rows.values_list("cause", "department").annotate(n=Count("pk"))
    return [
        CauseCount(Cause(cause), owing, n)
        for cause, owing, n in counted.order_by("-n", "cause", "department")
    ]


def explained(clocks: Iterable[int]) -> Mapping[int, Explained]:
    """The words for those of these clocks whose breach is explained.

    No query for no clocks, else three at most: for a page, a board, a list of the API.
    """
    keys = list(clocks)
    return words(_OF_CLOCKS.ask(clocks=keys)) if keys else {}


_OF_CLOCKS: Final = Question(lambda: Breach.objects.filter(clock__in=Keys("clocks")))


def words(rows: Iterable[Breach]) -> Mapping[int, Explained]:
    """The words of many, by the keys of their clocks; two queries at most."""
    known = [(row, row.known) for row in rows]
    people = _names(
        pk
        for _row, it in known
        for pk in (it.holder, it.opened_by, it.taken_by, it.said_by)
    )
    owing = {it.department for _row, it in known if it.department is not None}
    departments: dict[int, str] = {}
    if owing:
        found = Department.objects.in_bulk(owing)
        departments = {pk: it.name for pk, it in found.items()}
    return {
        row.clock_id: Explained(
            cause_text(row.cause, departments.get(it.department or 0, "")),
            sentence_of(it, people=people, departments=departments),
        )
        for row, it in known
    }


def _names(keys: Iterable[int | None]) -> dict[int, str]:
    wanted = {pk for pk in keys if pk is not None}
    if not wanted:
        return {}
    found = User.objects.filter(pk__in=wanted)
    return dict(found.values_list("pk", "display_name"))


def _to_explain(*, since: datetime, at: datetime) -> list[tuple[int, datetime]]:
    """Clocks that no row explains, or not to their end; four queries."""
    missed = Clock.objects.due_between(since, at).exclude(breached_at=None)
    late = Q(status=ClockStatus.RUNNING)  # each half has an index of its own
    new = missed.filter(breach=None)
    gone_on = Clock.objects.filter(breach__ended=False).exclude(status__in=UNFINISHED)
    corrected = Clock.objects.filter(
        breach__ended=True,
        breach__due_at__gte=since,
        recorded_at__gt=F("breach__line_at"),
    )
    found = (new.filter(late), new.exclude(late), gone_on, corrected)
    keys = {row for clocks in found for row in _keys(clocks)}
    return sorted(keys, key=lambda row: (row[1], row[0]))


def _keys(clocks: ClockQuerySet) -> list[tuple[int, datetime]]:
    """Keys and starts, the earliest first."""
    return list(clocks.order_by("started_at", "pk").values_list("pk", "started_at"))


def _batches(rows: list[tuple[int, datetime]]) -> Iterable[list[int]]:
    """So many at most, that began close to each other."""
    batch: list[int] = []
    ends = datetime.max.replace(tzinfo=UTC)
    for pk, started_at in rows:
        if batch and (len(batch) == BATCH or started_at > ends):
            yield batch
            batch = []
        if not batch:
            ends = started_at + SPAN
        batch.append(pk)
    if batch:
        yield batch


def _reckon(keys: list[int], *, at: datetime) -> int:
    clocks = list(
        Clock.objects.filter(pk__in=keys)
        .exclude(breached_at=None)
        .select_related("ticket")
        .order_by("pk")
    )
    rows = [_row(it, at=at) for it in gather(clocks, at=at)]
    Breach.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["clock"],
        update_fields=[*FACTS, "reckoned_at"],
    )
    return len(rows)


def _row(found: Reckoned, *, at: datetime) -> Breach:
    clock, facts = found.clock, found.facts
    return Breach(
        clock=clock,
        due_at=clock.due_at,
        metric=clock.metric,
        channel_id=clock.ticket.channel_id,
        cause=cause_of(facts),
        department_id=facts.department,
        agent_id=None if facts.department else found.agent,
        facts=facts.as_json(),
        ended=clock.status not in UNFINISHED,
        line_at=clock.recorded_at,
        reckoned_at=at,
    )
