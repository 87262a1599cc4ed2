"""One ticket while its past is made up: what is said, recorded and promised on it.

It keeps the same books as the verbs of the product, with the same functions for hashes
and deadlines, but in memory: the rows are copied into the database in one go.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from random import Random
from typing import Any, Final

from django.utils import timezone

from helpdesk.setup.scale import rows
from helpdesk.setup.scale.rows import Rows
from helpdesk.setup.scale.wording import Words
from helpdesk.setup.scale.world import World
from sla.metrics import Metric
from sla.models import ALERTING_KINDS, Clock, ClockEventKind, ClockStatus
from sla.services import clocks, rules
from sla.services.clocks import CancelReason
from sla.services.moves import Held
from staff.models import User
from tickets.models import Channel, Direction, Kind
from tickets.numbers import ALPHABET, LENGTH
from tickets.services.events import event_hash
from tickets.text import preview

PREFIXES: Final = {Kind.INQUIRY: "IN", Kind.OBJECTION: "OB"}
NUMBERS: Final = len(ALPHABET) ** LENGTH
# No common factor with the count of numbers: each ticket gets another one.
STRIDE: Final = 612_437_891
# How soon the detector sees a deadline, and people are told of it.
SEEN_AFTER: Final = timedelta(milliseconds=30)
TOLD_AFTER: Final = timedelta(milliseconds=400)


class NotYet(Exception):
    """What comes next has not happened by the end of the year."""


@lru_cache(maxsize=64)
def rulebook(since: datetime) -> rules.Rulebook:
    """What holds from an instant at which something was published."""
    return rules.rulebook(at=since)


@dataclass
class Past:
    """What the cases of one block share."""

    world: World
    random: Random
    words: Words
    rows: Rows
    events: list[tuple[Any, ...]] = field(default_factory=list)

    def rulebook(self, at: datetime) -> rules.Rulebook:
        return rulebook(max(it for it in self.world.changes if it <= at))


@dataclass
class Case:
    """A ticket at the instant up to which its past is told.

    `rests` is after how many pauses of the conversation it is left as it stands; None
    for one that goes on to its end.
    """

    past: Past
    pk: int
    kind: Kind
    channel: Channel
    customer_id: int
    created_at: datetime
    rests: int | None
    status: str
    at: datetime = field(init=False)
    number: str = field(init=False)
    assignee: User | None = None
    closed_at: datetime | None = None
    waiting_since: datetime | None = None
    last_message_at: datetime | None = None
    preview: str = ""
    messages: int = 0
    events: int = 0
    chain_head: str = ""
    promises: dict[Metric, Held] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.at = self.created_at
        rest = (self.pk * STRIDE + self.past.world.seed) % NUMBERS
        tail = ""
        for _ in range(LENGTH):
            rest, place = divmod(rest, len(ALPHABET))
            tail += ALPHABET[place]
        day = timezone.localdate(self.created_at)
        self.number = f"{PREFIXES[self.kind]}{day:%Y%m%d}{tail}"

    @property
    def random(self) -> Random:
        return self.past.random

    @property
    def words(self) -> Words:
        return self.past.words

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    # --- Time -------------------------------------------------------------------------

    def wait(self, least: float, most: float) -> None:
        """Some seconds pass, rather few than many. Raises NotYet at the year's end."""
        seconds = least + (most - least) * self.random.random() ** 2
        self.wait_until(self.at + timedelta(seconds=seconds))

    def wait_until(self, at: datetime) -> None:
        if at > self.past.world.until:
            raise NotYet
        self.at = at

    def rest(self, least: float, most: float) -> None:
        """The conversation pauses, and may be left there. Raises NotYet then."""
        if self.rests is not None:
            self.rests -= 1
            if self.rests < 0:
                raise NotYet
        self.wait(least, most)

    # --- What is said and recorded ----------------------------------------------------

    def say(
        self,
        text: str,
        *,
        direction: Direction = Direction.OUT,
        by: User | None = None,
        automatic: bool = False,
    ) -> int:
        """A message, as `tickets.services.messages.add` would keep it; its key."""
        key = self.past.rows.key(rows.MESSAGES)
        author = by.pk if by else None
        row = (key, self.pk, direction.value, author, automatic, text, self.at)
        self.past.rows.add(rows.MESSAGES, row)
        self.messages += 1
        if direction != Direction.NOTE:
            self.last_message_at = self.at
            self.preview = preview(text)
        if direction == Direction.IN:
            self.waiting_since = self.waiting_since or self.at
        elif direction == Direction.OUT and not automatic:
            self.waiting_since = None
        return key

    def hear(self, text: str) -> int:
        """The customer says something."""
        return self.say(text, direction=Direction.IN)

    def record(self, verb: str, *, by: User | None = None, **data: Any) -> None:
        """A line of the history, as `tickets.services.events.record` would chain it."""
        self.events += 1
        actor_id = by.pk if by else None
        self.chain_head = event_hash(
            previous_hash=self.chain_head,
            number=self.number,
            sequence=self.events,
            verb=verb,
            actor_id=actor_id,
            at=self.at,
            data=data,
        )
        row = (self.pk, self.events, verb, actor_id, self.at, data, self.chain_head)
        self.past.events.append(row)

    def take(self, by: User) -> None:
        """Whoever answers first looks after it."""
        if self.assignee is None:
            self.assignee = by
            self.record("taken", by=by)

    # --- What is promised -------------------------------------------------------------

    def promise(self, metric: Metric, **facts: str) -> int | None:
        """Start a clock; its key, or None where no rule in force fits."""
        book = self.past.rulebook(self.at)
        known = rules.facts_known(self.channel.code, self.kind, facts)
        target = book.target(metric, known)
        if target is None:
            return None
        clock = Clock(
            pk=self.past.rows.key(rows.CLOCKS),
            ticket_id=self.pk,
            cycle=1,
            subject="",
            facts=facts,
            target=target,
        )
        held = clocks.begin(clock, at=self.at, book=book)
        self.promises[metric] = held
        return clock.pk

    def due(self, metric: Metric) -> datetime | None:
        """The deadline of a clock that runs."""
        held = self.promises.get(metric)
        return held.clock.due_at if held else None

    def keep(self, metric: Metric, *, by: User | None) -> None:
        """Stop a clock, in time or late."""
        self._end(metric, ClockEventKind.FULFIL, by=by)

    def withdraw(
        self, *, reason: CancelReason, by: User | None, but: Metric | None = None
    ) -> None:
        """Cancel what runs."""
        for metric in [it for it in self.promises if it != but]:
            detail = {"reason": reason.value}
            self._end(metric, ClockEventKind.CANCEL, by=by, detail=detail)

    def _end(
        self,
        metric: Metric,
        kind: ClockEventKind,
        *,
        by: User | None,
        detail: dict[str, str] | None = None,
    ) -> None:
        held = self.promises.pop(metric, None)
        if held is not None:
            pass_time(held, until=self.at)
            held.finish(kind, at=self.at, by=by, detail=detail)
            self._write(held)

    def _write(self, held: Held) -> None:
        clock, add = held.clock, self.past.rows.add
        add(rows.CLOCKS, [getattr(clock, name) for name in rows.CLOCKS.columns])
        for line in held.lines:
            told = (
                line.recorded_at + TOLD_AFTER if line.kind in ALERTING_KINDS else None
            )
            key = self.past.rows.key(rows.LINES)
            row = (key, clock.pk, line.kind, line.step, line.at, line.recorded_at)
            add(rows.LINES, (*row, line.actor_id, line.detail, line.hash, told))

    # --- The end ----------------------------------------------------------------------

    def close(self, status: str) -> None:
        self.status = status
        self.closed_at = self.at
        self.waiting_since = None

    def write(self) -> None:
        """The ticket as it stands at the end of the year, with the clocks that run."""
        next_due_at = min(
            (held.clock.due_at for held in self.promises.values()), default=None
        )
        for held in self.promises.values():
            pass_time(held, until=self.past.world.until)
            self._write(held)
        assignee_id = self.assignee.pk if self.assignee else None
        self.past.rows.add(
            rows.TICKETS,
            (
                *(self.pk, self.number, self.kind.value, self.channel.pk),
                *(self.customer_id, assignee_id, self.status, 0, 1, self.created_at),
                *(self.closed_at, next_due_at, self.waiting_since),
                *(self.last_message_at, self.preview, self.messages, self.events),
                self.chain_head,
            ),
        )


def pass_time(held: Held, *, until: datetime) -> None:
    """Let what happens to a running clock by itself happen, as the detector does."""
    clock = held.clock
    while clock.status == ClockStatus.RUNNING and clock.next_step < len(clock.schedule):
        step = clock.next_step
        instant = clock.schedule[step]
        seen = instant + SEEN_AFTER
        if seen > until:
            break
        if step == clock.breach_step:
            held.breach(at=seen)
        else:
            warns = step < clock.breach_step
            kind = ClockEventKind.WARNING if warns else ClockEventKind.ESCALATE
            held.record(kind, step=step, at=instant, recorded_at=seen)
            clock.next_step = step + 1
    held.reschedule(clock.schedule)
