"""Who was free: how many were on duty and at capacity, at any instant of the past.

A colleague serves a conversation while they have it, it is open and its customer waits
for a word. Whoever serves as many as their capacity is full.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum


class Act(IntEnum):
    """What changes whether somebody serves a conversation."""

    GIVEN = 0
    ASKED = 1
    ANSWERED = 2
    CLOSED = 3
    OPENED = 4


@dataclass(frozen=True)
class Line:
    """One act on a conversation; `person` has it from now on (GIVEN)."""

    at: datetime
    act: Act
    person: int | None = None


@dataclass(frozen=True)
class Serving:
    """That a person began or ceased to serve a conversation; `by` is +1 or -1."""

    at: datetime
    person: int
    by: int


@dataclass(frozen=True)
class Duty:
    """How a person stood from an instant on: the capacity they offer; 0 off duty."""

    at: datetime
    person: int
    capacity: int


@dataclass(frozen=True)
class Moment:
    """How many were on duty and how many of them full, from an instant on."""

    at: datetime
    on_duty: int
    full: int


def serving(
    lines: Iterable[Line], *, waits: bool = False, opened: bool = True
) -> Iterator[Serving]:
    """When whom a conversation kept busy, from its acts in the order of time."""
    holder: int | None = None
    busy: int | None = None
    for line in lines:
        if line.act == Act.GIVEN:
            holder = line.person
        elif line.act in {Act.ASKED, Act.ANSWERED}:
            waits = line.act == Act.ASKED
        else:
            opened = line.act == Act.OPENED
        now = holder if waits and opened else None
        if now == busy:
            continue
        if busy is not None:
            yield Serving(line.at, busy, -1)
        if now is not None:
            yield Serving(line.at, now, 1)
        busy = now


class Crowd:
    """The people on duty over a stretch of time, as a row of moments."""

    def __init__(self, duties: Iterable[Duty], servings: Iterable[Serving]) -> None:
        self._moments = list(_moments(duties, servings))
        self._ats = [moment.at for moment in self._moments]

    def at(self, at: datetime) -> tuple[int, int]:
        """How many were on duty, and how many of them full."""
        place = bisect_right(self._ats, at)
        if place == 0:
            return 0, 0
        moment = self._moments[place - 1]
        return moment.on_duty, moment.full

    def free_from(self, at: datetime, *, until: datetime) -> datetime | None:
        """When first somebody was free, from one instant to the other."""
        on_duty, full = self.at(at)
        if full < on_duty:
            return at
        for place in range(bisect_right(self._ats, at), len(self._moments)):
            moment = self._moments[place]
            if moment.at > until:
                return None
            if moment.full < moment.on_duty:
                return moment.at
        return None


def _moments(duties: Iterable[Duty], servings: Iterable[Serving]) -> Iterator[Moment]:
    """Acts of the same instant count together."""
    changes: list[Duty | Serving] = [*duties, *servings]
    changes.sort(key=lambda change: change.at)
    capacity: dict[int, int] = {}
    load: Counter[int] = Counter()
    full: set[int] = set()
    for place, change in enumerate(changes):
        person = change.person
        if isinstance(change, Duty):
            capacity[person] = change.capacity
        else:
            load[person] += change.by
        if 0 < capacity.get(person, 0) <= load[person]:
            full.add(person)
        else:
            full.discard(person)
        if place + 1 < len(changes) and changes[place + 1].at == change.at:
            continue
        on_duty = sum(1 for offered in capacity.values() if offered)
        yield Moment(change.at, on_duty, len(full))
