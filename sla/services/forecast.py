"""What a rollout would do: who would gain, who would lose, who would be late at once.

Reads a handful of columns per clock and reckons deadlines only, so that a page can wait
for a hundred thousand clocks. Clocks that have paused are reckoned in full.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from heapq import nsmallest
from itertools import chain
from typing import Final

from django.db.models import Exists, F, OuterRef, TextField
from django.db.models.functions import Cast, Mod

from sla.business_time import BeyondHorizon
from sla.models import Clock, ClockQuerySet, ClockStatus, Pause, Target
from sla.services import corrections, rules
from sla.services.rules import Rulebook

CHUNK: Final = 5000
MOST_EXAMINED: Final = 100_000
MOST_EXAMPLES: Final = 10
COLUMNS: Final = (
    "pk",
    "metric",
    "text_of_facts",
    "ticket__channel__code",
    "ticket__kind",
    "started_at",
    "due_at",
)


@dataclass(frozen=True)
class Shift:
    """A deadline that would move."""

    clock_id: int
    target: Target
    before: datetime
    after: datetime
    late_at_once: bool

    @property
    def weight(self) -> tuple[int, float]:
        """What people must see first: late at once, then the greatest loss, gain."""
        seconds = (self.after - self.before).total_seconds()
        if self.late_at_once:
            return 0, seconds
        return (1, seconds) if seconds < 0 else (2, -seconds)


@dataclass(frozen=True)
class Example:
    """One clock that would change."""

    clock: Clock
    target: Target
    before: datetime
    after: datetime


@dataclass
class Preview:
    """What a rollout would do to the clocks that were examined.

    Where there are too many, one in `every` is examined, and the counts are of those.
    """

    total: int = 0
    every: int = 1
    examined: int = 0
    gained: int = 0
    lost: int = 0
    late_at_once: int = 0
    examples: list[Example] = field(default_factory=list)

    @property
    def unchanged(self) -> int:
        return self.examined - self.gained - self.lost

    @property
    def is_sample(self) -> bool:
        return self.every > 1

    def note(self, shifts: Iterable[Shift]) -> Iterator[Shift]:
        """Count shifts as they pass by."""
        for shift in shifts:
            self.gained += shift.after > shift.before
            self.lost += shift.after < shift.before
            self.late_at_once += shift.late_at_once
            yield shift


def candidates() -> ClockQuerySet:
    """The clocks that a rollout looks at: what is missed stays missed."""
    return Clock.objects.unfinished().filter(breached_at=None)


def preview(*, at: datetime) -> Preview:
    """Who would gain and who would lose if running clocks got what is in force."""
    book = rules.rulebook(at=at)
    total = candidates().count()
    found = Preview(total=total, every=max(1, -(-total // MOST_EXAMINED)))
    clocks = candidates()
    if found.is_sample:
        clocks = clocks.annotate(place=Mod(F("pk"), found.every)).filter(place=0)
        found.examined = clocks.count()
    else:
        found.examined = total
    paused = Exists(Pause.objects.filter(clock=OuterRef("pk")))
    shifts = chain(
        _plain(clocks.filter(~paused), book, at=at),
        _paused(clocks.filter(paused), book, at=at),
    )
    first = nsmallest(MOST_EXAMPLES, found.note(shifts), key=lambda it: it.weight)
    known = Clock.objects.select_related("ticket").in_bulk(
        [shift.clock_id for shift in first]
    )
    found.examples = [
        Example(known[it.clock_id], it.target, it.before, it.after)
        for it in first
        if it.clock_id in known
    ]
    return found


def is_late_at_once(clock: Clock, *, after: datetime, at: datetime) -> bool:
    """Whether a clock in time would be late with another deadline.

    One that waits has stood still since its pause began.
    """
    if clock.status != ClockStatus.PAUSED:
        return after < at
    return any(after < it.paused_at for it in clock.pauses.all() if not it.resumed_at)


def _plain(clocks: ClockQuerySet, book: Rulebook, *, at: datetime) -> Iterator[Shift]:
    """Those that have run without a pause; those late already keep what they have."""
    clocks = clocks.filter(continues=None, due_at__gte=at).order_by()
    rows = clocks.annotate(text_of_facts=Cast("facts", TextField()))
    targets = _Targets(book)
    for pk, *facts, started_at, due_at in rows.values_list(*COLUMNS).iterator(CHUNK):
        target = targets.of(*facts)
        if target is None:
            continue
        try:
            after = rules.terms_of(target).limit.after(started_at, book.calendars)
        except BeyondHorizon:
            continue
        if after != due_at:
            yield Shift(pk, target, due_at, after, late_at_once=after < at)


def _paused(clocks: ClockQuerySet, book: Rulebook, *, at: datetime) -> Iterator[Shift]:
    rows = clocks.select_related("ticket__channel").prefetch_related("pauses")
    for clock in rows.iterator(chunk_size=CHUNK):
        if clock.status == ClockStatus.RUNNING and clock.due_at < at:
            continue
        target = book.target(clock.metric, rules.facts_of(clock.ticket, clock.facts))
        if target is None:
            continue
        try:
            promised = corrections.replanned(clock, target=target, book=book)
        except BeyondHorizon:
            continue
        if promised is not None and promised.due_at != clock.due_at:
            after = promised.due_at
            late = is_late_at_once(clock, after=after, at=at)
            yield Shift(clock.pk, target, clock.due_at, after, late_at_once=late)


class _Targets:
    """Finds the promise for facts; cases that are alike are looked up once."""

    def __init__(self, book: Rulebook) -> None:
        self.book = book
        self.known: dict[tuple[str, ...], Target | None] = {}

    def of(self, metric: str, facts: str, channel: str, kind: str) -> Target | None:
        key = (metric, facts, channel, kind)
        if key not in self.known:
            known = rules.facts_known(channel, kind, json.loads(facts))
            self.known[key] = self.book.target(metric, known)
        return self.known[key]
