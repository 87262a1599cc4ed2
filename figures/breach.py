"""Why a promise was missed: from the facts of one clock to a cause and a sentence.

A fact is an instant or a number that some append-only record holds. The cause is the
first obstacle that fits, in this order (CM-55, CC-15):

1. the deadline was moved to before the moment of moving: nobody could keep it;
2. the promise waits for the customer, or for a job of this product;
3. a department owed it, or had the case when it was due;
4. somebody had opened the case in time: it was opened, but not answered (or, for what
   is no answer, not done) in time;
5. somebody had the case and was off duty at the deadline;
6. somebody had it and was on duty, or was free to take it before the deadline: it was
   not opened;
7. nobody was free before the deadline: nobody on duty at the start, or else all of them
   at capacity.

"In time" and "before" count the deadline itself.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any


class Cause(StrEnum):
    """The closed list of causes."""

    NOBODY_ON_DUTY = "nobody_on_duty"
    ALL_AT_CAPACITY = "all_at_capacity"
    NOT_OPENED = "not_opened"
    HOLDER_OFF_DUTY = "holder_off_duty"
    NOT_ANSWERED = "not_answered"
    NOT_DONE = "not_done"
    DEPARTMENT = "department"
    CUSTOMER = "customer"
    DEADLINE_MOVED = "deadline_moved"
    SYSTEM = "system"


class Owing(StrEnum):
    """What a promise waits for."""

    REPLY = "reply"
    DEED = "deed"
    DEPARTMENT = "department"
    CUSTOMER = "customer"
    SYSTEM = "system"


class Ending(StrEnum):
    """How a missed clock ended."""

    FULFILLED = "fulfilled"
    CANCELLED = "cancelled"
    REVOKED = "revoked"


@dataclass(frozen=True)
class Facts:
    """What the records say of one missed clock; people and departments by their keys.

    `on_duty` and `full` count those on duty, and those of them at capacity, when the
    clock started; `free_at` is when first somebody was free from then on. They are None
    where somebody had the case already, or a department owed it: nobody asked then who
    is free. `holder` is who had it at the deadline, since `held_at`; `holder_on_duty`
    how they stood at the deadline. `opened_at` is the first look of anybody in the
    clock's cycle, be it before its start, or the first act without one. `said_at` is
    the first word of a colleague to the customer after the start. `moved_at` is when a
    deadline in the past was set. `paused` is the total of its pauses in seconds.
    """

    owing: Owing
    started_at: datetime
    due_at: datetime
    ended_at: datetime | None = None
    ending: Ending | None = None
    on_duty: int | None = None
    full: int | None = None
    free_at: datetime | None = None
    holder: int | None = None
    held_at: datetime | None = None
    holder_on_duty: bool | None = None
    opened_at: datetime | None = None
    opened_by: int | None = None
    taken_at: datetime | None = None
    taken_by: int | None = None
    said_at: datetime | None = None
    said_by: int | None = None
    moved_at: datetime | None = None
    paused: int = 0
    department: int | None = None
    handed_at: datetime | None = None
    accepted_at: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """What is known, for a row: instants as ISO 8601 in UTC, nothing for None."""
        return {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in asdict(self).items()
            if value is not None and not (name == "paused" and value == 0)
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Facts":
        """The same facts from a row."""
        known = {field.name for field in fields(cls)}
        given = {name: value for name, value in data.items() if name in known}
        for name, value in given.items():
            if name.endswith("_at"):
                given[name] = datetime.fromisoformat(value)
        given["owing"] = Owing(given["owing"])
        if "ending" in given:
            given["ending"] = Ending(given["ending"])
        return cls(**given)

    def in_time(self, at: datetime | None) -> bool:
        """Whether something happened by the deadline."""
        return at is not None and at <= self.due_at

    @property
    def held_at_start(self) -> bool:
        """Whether somebody had it when the clock started, and still at the deadline."""
        return self.held_at is not None and self.held_at <= self.started_at

    @property
    def late_by(self) -> timedelta | None:
        """How long after the deadline it ended; None while it goes on."""
        return None if self.ended_at is None else self.ended_at - self.due_at


def cause_of(facts: Facts) -> Cause:
    """The first obstacle that fits; see the head of this module."""
    if facts.moved_at is not None:
        return Cause.DEADLINE_MOVED
    if facts.owing == Owing.CUSTOMER:
        return Cause.CUSTOMER
    if facts.owing == Owing.SYSTEM:
        return Cause.SYSTEM
    if facts.department is not None:
        return Cause.DEPARTMENT
    return _of_colleagues(facts)


def _of_colleagues(facts: Facts) -> Cause:
    if facts.in_time(facts.opened_at):
        return Cause.NOT_ANSWERED if facts.owing == Owing.REPLY else Cause.NOT_DONE
    if facts.holder is not None:
        return Cause.NOT_OPENED if facts.holder_on_duty else Cause.HOLDER_OFF_DUTY
    if facts.in_time(facts.free_at):
        return Cause.NOT_OPENED
    return Cause.ALL_AT_CAPACITY if facts.on_duty else Cause.NOBODY_ON_DUTY


class Said(StrEnum):
    """The parts of which a sentence may be made."""

    ARRIVED = "arrived"
    BEGAN = "began"
    HANDED = "handed"
    ACCEPTED = "accepted"
    NOT_ACCEPTED = "not_accepted"
    NOBODY = "nobody"
    ALL_FULL = "all_full"
    SOME_FULL = "some_full"
    FREE = "free"
    NOBODY_FREE = "nobody_free"
    HELD = "held"
    HOLDER_OFF = "holder_off"
    TAKEN = "taken"
    OPENED = "opened"
    NOT_OPENED = "not_opened"
    SAID = "said"
    MOVED = "moved"
    PAUSED = "paused"
    SILENT = "silent"
    ANSWERED = "answered"
    DONE = "done"
    NOT_ANSWERED = "not_answered"
    NOT_DONE = "not_done"
    CANCELLED = "cancelled"
    REVOKED = "revoked"


@dataclass(frozen=True)
class Part:
    """One part of a sentence, with what stands in it."""

    said: Said
    at: datetime | None = None
    person: int | None = None
    department: int | None = None
    n: int | None = None
    full: int | None = None
    length: timedelta | None = None


def parts_of(facts: Facts) -> tuple[Part, ...]:
    """What is to be said, in the order of time; the last part is how it ended."""
    began = Said.ARRIVED if facts.owing == Owing.REPLY else Said.BEGAN
    dated = sorted(_dated(facts), key=lambda part: part.at or facts.started_at)
    return (
        Part(began, at=facts.started_at),
        *_at_start(facts),
        *dated,
        *_lacking(facts),
        _end(facts),
    )


def _at_start(facts: Facts) -> Iterator[Part]:
    """How things stood when the clock started."""
    if facts.held_at_start and facts.department is None:
        yield Part(Said.HELD, at=facts.held_at, person=facts.holder)
    if facts.on_duty == 0:
        yield Part(Said.NOBODY)
    elif facts.on_duty is not None:
        all_full = facts.full == facts.on_duty
        said = Said.ALL_FULL if all_full else Said.SOME_FULL
        yield Part(said, n=facts.on_duty, full=facts.full)
    if facts.on_duty is not None and facts.free_at is None:
        yield Part(Said.NOBODY_FREE)


def _dated(facts: Facts) -> Iterator[Part]:
    """What happened after the start, each at its instant."""
    if facts.handed_at is not None and facts.department is not None:
        yield Part(Said.HANDED, at=facts.handed_at, department=facts.department)
    if facts.accepted_at is not None:
        yield Part(Said.ACCEPTED, at=facts.accepted_at)
    if facts.free_at is not None and facts.free_at > facts.started_at:
        yield Part(Said.FREE, at=facts.free_at)
    if facts.opened_at is not None and facts.department is None:
        yield Part(Said.OPENED, at=facts.opened_at, person=facts.opened_by)
    news = not facts.held_at_start or facts.taken_at != facts.held_at
    given = facts.taken_by not in {facts.opened_by, None} and news
    if given and facts.department is None:
        yield Part(Said.TAKEN, at=facts.taken_at, person=facts.taken_by)
    if facts.owing == Owing.REPLY and facts.said_at not in {None, facts.ended_at}:
        yield Part(Said.SAID, at=facts.said_at, person=facts.said_by)
    if facts.moved_at is not None:
        yield Part(Said.MOVED, at=facts.moved_at)


def _lacking(facts: Facts) -> Iterator[Part]:
    """What did not happen, and for how long nothing counted."""
    if facts.owing == Owing.CUSTOMER:
        yield Part(Said.SILENT)
    elif facts.department is not None:
        if facts.handed_at is not None and facts.accepted_at is None:
            yield Part(Said.NOT_ACCEPTED)
    else:
        yield from _lacking_here(facts)
    if facts.paused:
        yield Part(Said.PAUSED, length=timedelta(seconds=facts.paused))


def _lacking_here(facts: Facts) -> Iterator[Part]:
    if facts.opened_at is None and facts.owing != Owing.SYSTEM:
        if facts.holder is not None and not facts.holder_on_duty:
            yield Part(Said.HOLDER_OFF, person=facts.holder)
        yield Part(Said.NOT_OPENED)


def _end(facts: Facts) -> Part:
    reply = facts.owing == Owing.REPLY
    if facts.ended_at is None:
        return Part(Said.NOT_ANSWERED if reply else Said.NOT_DONE)
    if facts.ending == Ending.REVOKED:
        return Part(Said.REVOKED, at=facts.ended_at)
    if facts.ending == Ending.CANCELLED:
        return Part(Said.CANCELLED, at=facts.ended_at)
    said = Said.ANSWERED if reply else Said.DONE
    return Part(said, at=facts.ended_at, length=facts.late_by)
