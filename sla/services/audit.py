"""Recompute a clock from its record and say where the two disagree.

Takes nothing on trust: neither the clock's columns, nor the lines, nor their hashes.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, Protocol

from django.core.exceptions import ObjectDoesNotExist

from sla import ledger
from sla.models import Clock, ClockEvent, Compare, Pause, PauseRule
from sla.promise import Calendars
from sla.replay import Replay, replay
from sla.services import rules
from sla.services.rules import BookOfCalendars
from sla.telling import Allowance, Line, Promise, Unreadable

# The columns that the record proves, in the order in which people want to read them.
PROVEN: Final = (
    "status",
    "outcome",
    "due_at",
    "started_at",
    "stopped_at",
    "breached_at",
    "detected_at",
    "revoked_at",
    "flagged",
    "promised_at",
    "schedule",
    "breach_step",
    "next_step",
    "wake_at",
    "recorded_at",
)
PROVEN_OF_PAUSE: Final = ("paused_at", "resumes_at", "resumed_at")


class Archive:
    """The published versions that records name, read once per process."""

    def promise(self, target_id: int) -> Promise:
        try:
            target = rules.published_target(target_id)
        except ObjectDoesNotExist as gone:
            raise Unreadable(f"there is no target {target_id}") from gone
        return Promise(rules.terms_of(target), target.compare == Compare.BEFORE)

    def calendars(
        self, version_ids: Mapping[str, int] | None, *, at: datetime
    ) -> Calendars:
        if version_ids is None:
            return rules.rulebook(at=at).calendars
        return BookOfCalendars(version_ids)

    def allowance(self, rule_id: int) -> Allowance:
        try:
            return _allowance(rule_id)
        except ObjectDoesNotExist as gone:
            raise Unreadable(f"there is no pause rule {rule_id}") from gone


ARCHIVE: Final = Archive()


class Recorded(Protocol):
    """A line of a record, as a row of the table or as bare columns."""

    @property
    def kind(self) -> str: ...
    @property
    def step(self) -> int: ...
    @property
    def at(self) -> datetime: ...
    @property
    def recorded_at(self) -> datetime: ...
    @property
    def actor_id(self) -> int | None: ...
    @property
    def detail(self) -> str: ...
    @property
    def hash(self) -> str: ...


def problems(clock: Clock) -> list[str]:
    """Everything that is wrong with a clock; empty if its record bears it out.

    Reads `events` and `pauses`, which a caller with many clocks prefetches.
    """
    return contradictions(clock, record_of(clock), clock.pauses.all())


def contradictions(
    clock: Clock, lines: Sequence[Recorded], pauses: Iterable[Pause]
) -> list[str]:
    """The same, of lines and pauses that were read already."""
    told = retell(lines, target_id=clock.target_id)
    return [
        *_broken_links(clock, lines),
        *told.faults,
        *_wrong_columns(clock, told),
        *_wrong_pauses(pauses, told),
        *_wrong_remainder(clock, told),
    ]


def record_of(clock: Clock) -> list[ClockEvent]:
    """The lines of a clock in the order in which they were written."""
    return sorted(clock.events.all(), key=lambda line: line.pk)


def retell(lines: Sequence[Recorded], *, target_id: int) -> Replay:
    """What lines say that a clock must look like after the last of them."""
    return replay(map(_as_said, lines), sources=ARCHIVE, target_id=target_id)


def _as_said(line: Recorded) -> Line:
    detail: Any = {}
    if line.detail:
        try:
            detail = json.loads(line.detail)
        except ValueError:
            detail = None
    if not isinstance(detail, dict):
        raise Unreadable(f"the detail of {line.kind} {line.step} is not readable")
    return Line(line.kind, line.step, line.at, line.recorded_at, detail)


def _broken_links(clock: Clock, lines: Sequence[Recorded]) -> Iterator[str]:
    previous = ""
    for place, line in enumerate(lines, start=1):
        expected = ledger.link(
            previous=previous,
            clock_id=clock.pk,
            kind=line.kind,
            step=line.step,
            at=line.at,
            recorded_at=line.recorded_at,
            actor_id=line.actor_id,
            detail=line.detail,
        )
        if line.hash != expected:
            yield f"line {place} does not fit its hash"
        previous = line.hash
    if previous != clock.chain_head:
        yield "the end of the record is not the one that the clock remembers"


def _wrong_columns(clock: Clock, told: Replay) -> Iterator[str]:
    if not told.schedule:
        return  # Nothing can be told of a record without a readable beginning.
    if clock.target_id != told.target:
        yield _differs("target", clock.target_id, told.target)
    metric = rules.published_target(told.target).metric
    if clock.metric != metric:
        yield _differs("metric", clock.metric, metric)
    for name in PROVEN:
        found, expected = getattr(clock, name), getattr(told, name)
        if name == "schedule":
            found = tuple(found)
        elif name == "wake_at" and clock.set_aside_at is not None:
            expected = None
        if found != expected:
            yield _differs(name, _in_words(found), _in_words(expected))


def _wrong_pauses(pauses: Iterable[Pause], told: Replay) -> Iterator[str]:
    kept = {pause.number: pause for pause in pauses}
    for expected in told.pauses:
        found = kept.pop(expected.number, None)
        if found is None:
            yield f"pause {expected.number} is on record, but not kept"
            continue
        if found.rule_id != expected.rule:
            yield _differs(f"pause {found.number}: rule", found.rule_id, expected.rule)
        for name in PROVEN_OF_PAUSE:
            is_, says = getattr(found, name), getattr(expected, name)
            if is_ != says:
                yield _differs(f"pause {found.number}: {name}", is_, says)
    for number in kept:
        yield f"pause {number} is kept, but not on record"


def _wrong_remainder(clock: Clock, told: Replay) -> Iterator[str]:
    """A continued promise has the time that the earlier clock had left."""
    if told.continued != (clock.continues_id is not None):
        yield "the record and the clock disagree on whether it continues another"
    elif (earlier := clock.continues) is not None and told.started_at is not None:
        if earlier.stopped_at is None or earlier.stopped_at > earlier.due_at:
            yield "it continues a promise that was not kept"
            return
        limit = ARCHIVE.promise(earlier.target_id).terms.limit
        calendars = rules.rulebook(at=told.started_at).calendars
        left = limit.elapsed(earlier.stopped_at, earlier.due_at, calendars)
        if left != told.left:
            yield _differs("remaining time", told.left, left)


def _differs(name: str, found: object, expected: object) -> str:
    return f"{name} is {found}, the record says {expected}"


def _in_words(value: object) -> object:
    if isinstance(value, tuple):
        return "[" + ", ".join(str(each) for each in value) + "]"
    return "nothing" if value == "" else value


@lru_cache(maxsize=4096)
def _allowance(rule_id: int) -> Allowance:
    rule = PauseRule.objects.select_related("calendar").get(pk=rule_id)
    unlimited = rule.limit is None and rule.days is None
    return Allowance(rule.code, None if unlimited else rules.length(rule, rule.limit))
