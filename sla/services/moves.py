"""The moves of one clock whose row is locked; verbs are made of them.

A clock's record never runs backwards: an act that arrives after something later was
recorded takes effect then. All that a verb does to a clock, its lines and the ticket's
next deadline are written in one statement that each connection plans once, because an
answer waits for it; where a verb gathers what it writes on the ticket, the deadline is
written with the rest.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from rows.prepared import Prepared
from rows.sheet import Sheet
from sla import ledger
from sla.models import (
    Clock,
    ClockEvent,
    ClockEventKind,
    ClockStatus,
    Compare,
    Outcome,
    Pause,
    Target,
)
from sla.promise import resume as resumed_schedule
from sla.services import rules, set_aside
from staff.models import User
from tickets import feed
from tickets.models import Ticket

Detail = Mapping[str, Any]

# What is known from the start, and what a move may change.
FIXED: Final = ("ticket_id", "metric", "cycle", "subject", "continues_id", "started_at")
MOVING: Final = (
    "facts",
    "target_id",
    "status",
    "due_at",
    "promised_at",
    "flagged",
    "schedule",
    "breach_step",
    "next_step",
    "wake_at",
    "breached_at",
    "detected_at",
    "revoked_at",
    "stopped_at",
    "outcome",
    "recorded_at",
    "chain_head",
)
SEEN: Final = ("set_aside_at", "acknowledged_at", "acknowledged_by_id")
HELD: Final = Prepared(
    "sla_held",
    f"""
SELECT id, {", ".join((*FIXED, *MOVING, *SEEN))} FROM sla_clock
 WHERE ticket_id = %(ticket)s AND metric = %(metric)s AND subject = %(subject)s
   AND status IN ('running', 'paused')
   FOR UPDATE
""",  # noqa: S608 - every part is a constant of this module
)
CHANGE_SQL: Final = f"""
UPDATE sla_clock SET {", ".join(f"{name} = %({name})s" for name in MOVING)}
 WHERE id = %(id)s
"""  # noqa: S608 - every part is a constant of this module
CREATE_SQL: Final = f"""
INSERT INTO sla_clock (id, {", ".join((*FIXED, *MOVING))})
VALUES (%(id)s, {", ".join(f"%({name})s" for name in (*FIXED, *MOVING))})
"""  # noqa: S608 - every part is a constant of this module
NEXT_DUE_SQL: Final = """least(
       CASE %(status)s WHEN 'running' THEN %(due_at)s::timestamptz END,
       (SELECT min(due_at) FROM sla_clock
         WHERE ticket_id = %(ticket_id)s AND status = 'running' AND id <> %(id)s))
"""
DUE_ALONE_SQL: Final = f"""
UPDATE tickets_ticket SET next_due_at = {NEXT_DUE_SQL}
 WHERE id = %(ticket_id)s
RETURNING next_due_at
"""  # noqa: S608 - every part is a constant of this module
_WRITE_SQL: Final = """
WITH clock AS ({clock}), lines AS (
    INSERT INTO sla_clockevent
           (clock_id, kind, step, at, recorded_at, actor_id, detail, hash)
    SELECT %(id)s, kind, step, at, recorded_at, actor_id, detail, hash
      FROM unnest(%(kinds)s::text[], %(steps)s::int[], %(ats)s::timestamptz[],
                  %(recorded_ats)s::timestamptz[], %(actor_ids)s::bigint[],
                  %(details)s::text[], %(hashes)s::text[])
           WITH ORDINALITY
           AS line (kind, step, at, recorded_at, actor_id, detail, hash, place)
     ORDER BY place
)
{due}
"""
# By whether the clock is new, and whether the deadline is written with other things.
WRITE: Final = {
    (new, gathered): Prepared(
        f"sla_write{'_new' * new}{'_gathered' * gathered}",
        _WRITE_SQL.format(
            clock=CREATE_SQL if new else CHANGE_SQL,
            due=f"SELECT {NEXT_DUE_SQL}" if gathered else DUE_ALONE_SQL,
        ),
    )
    for new in (False, True)
    for gathered in (False, True)
}


class Held:
    """A clock in hand: its row is locked, its new lines are not yet written."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.lines: list[ClockEvent] = []
        clock.target = rules.published_target(clock.target_id)

    @property
    def target(self) -> Target:
        return self.clock.target

    def catch_up(self, *, at: datetime) -> datetime:
        """Let a pause end whose time is over; the instant when an act takes effect."""
        pause = self.open_pause()
        if pause is not None and pause.resumes_at is not None:
            limit = max(pause.resumes_at, self.clock.recorded_at)
            if limit < at:
                self.resume(pause, at=limit, by=None)
        return max(at, self.clock.recorded_at)

    def open_pause(self) -> Pause | None:
        """The pause that the clock is in."""
        if self.clock.status != ClockStatus.PAUSED:
            return None
        # Found among all, so that a caller who prefetched them sees it end.
        return next(it for it in self.clock.pauses.all() if it.resumed_at is None)

    def resume(self, pause: Pause, *, at: datetime, by: User | None) -> None:
        """Let a paused clock run on with the time that it had left."""
        pause.resumed_at = at
        pause.resumed_by = by
        pause.save(update_fields=["resumed_at", "resumed_by"])
        self.clock.status = ClockStatus.RUNNING
        self.reschedule(
            resumed_schedule(
                rules.terms_of(self.target),
                schedule=self.clock.schedule,
                next_step=self.clock.next_step,
                paused_at=pause.paused_at,
                resumed_at=at,
                calendars=rules.rulebook(at=self.clock.promised_at).calendars,
            )
        )
        self.record(ClockEventKind.RESUME, step=pause.number, at=at, by=by)

    def reschedule(self, schedule: Sequence[datetime]) -> None:
        """Take over a schedule; what is over stays over."""
        clock = self.clock
        clock.schedule = list(schedule)
        clock.due_at = schedule[clock.breach_step]
        wakes = clock.status == ClockStatus.RUNNING and clock.next_step < len(schedule)
        clock.wake_at = schedule[clock.next_step] if wakes else None

    def is_late(self, *, at: datetime) -> bool:
        """Whether an act at this instant comes too late for the promise."""
        if self.target.compare == Compare.BEFORE:
            return at >= self.clock.due_at
        return at > self.clock.due_at

    def breach(self, *, at: datetime) -> None:
        """Write the breach, dated at the deadline, unless the detector has."""
        clock = self.clock
        if clock.breached_at is not None:
            return
        clock.breached_at = clock.due_at
        clock.detected_at = at
        clock.next_step = clock.breach_step + 1
        self.record(
            ClockEventKind.BREACH,
            step=clock.breach_step,
            at=clock.due_at,
            recorded_at=at,
        )

    def finish(
        self,
        kind: ClockEventKind,
        *,
        at: datetime,
        by: User | None,
        recorded_at: datetime | None = None,
        detail: Detail | None = None,
    ) -> None:
        """Stop or cancel a clock that runs, with the verdict on its promise.

        `at` is the instant that counts; a missed promise stays missed however it ends.
        """
        clock = self.clock
        cancelled = kind == ClockEventKind.CANCEL
        if self.is_late(at=at):
            self.breach(at=recorded_at or at)
        if clock.breached_at is not None:
            clock.outcome = Outcome.MISSED
        else:
            clock.outcome = Outcome.CANCELLED if cancelled else Outcome.MET
        clock.status = ClockStatus.CANCELLED if cancelled else ClockStatus.STOPPED
        clock.stopped_at = at
        clock.wake_at = None
        self.record(kind, at=at, recorded_at=recorded_at, by=by, detail=detail)

    def record(
        self,
        kind: ClockEventKind,
        *,
        at: datetime,
        recorded_at: datetime | None = None,
        step: int = 0,
        by: User | None = None,
        detail: Detail | None = None,
    ) -> None:
        """Add a line, recorded when it happened unless said otherwise."""
        clock = self.clock
        line = ClockEvent(
            kind=kind,
            step=step,
            at=at,
            recorded_at=recorded_at or at,
            actor_id=by.pk if by else None,
            detail=canonical(detail or {}),
        )
        line.hash = ledger.link(
            previous=clock.chain_head,
            clock_id=clock.pk,
            kind=line.kind,
            step=line.step,
            at=line.at,
            recorded_at=line.recorded_at,
            actor_id=line.actor_id,
            detail=line.detail,
        )
        clock.recorded_at = line.recorded_at
        clock.chain_head = line.hash
        self.lines.append(line)

    def write(self, ticket: Ticket, *, new: bool = False) -> Clock:
        """Write the clock, its lines and the ticket's next deadline; tell pages."""
        clock, lines = self.clock, self.lines
        feed.announce(ticket, "clock", to_customer=True)
        if new and ticket.sheet is not None and ticket.sheet.makes(ticket):
            self._write_with(ticket, ticket.sheet)
            return clock
        values = {name: getattr(clock, name) for name in (*FIXED, *MOVING)} | {
            "id": clock.pk,
            "facts": json.dumps(clock.facts),
            "kinds": [line.kind for line in lines],
            "steps": [line.step for line in lines],
            "ats": [line.at for line in lines],
            "recorded_ats": [line.recorded_at for line in lines],
            "actor_ids": [line.actor_id for line in lines],
            "details": [line.detail for line in lines],
            "hashes": [line.hash for line in lines],
        }
        statement = WRITE[new, ticket.sheet is not None]
        ((ticket.next_due_at,),) = statement.rows(**values)
        if ticket.sheet is not None:
            ticket.sheet.change(ticket, "next_due_at")
        self.lines = []
        return clock

    def _write_with(self, ticket: Ticket, sheet: Sheet) -> None:
        """Let a new clock be written with its ticket, which has none but new ones."""
        clock = self.clock
        sheet.add(clock)
        for line in self.lines:
            line.clock_id = clock.pk
            sheet.add(line)
        self.lines = []
        if clock.status == ClockStatus.RUNNING:
            known = ticket.next_due_at
            ticket.next_due_at = min(known, clock.due_at) if known else clock.due_at


def unfinished(ticket: Ticket, metric: str, subject: str) -> Held | None:
    """The clock of this kind that still runs or waits, locked; None without one."""
    values = {"ticket": ticket.pk, "metric": metric, "subject": subject}
    for clock in Clock.objects.raw(HELD.ready(), values):
        if clock.set_aside_at is not None:
            set_aside.put_back_if_possible(clock)
        return Held(clock) if clock.is_unfinished else None
    return None


def canonical(detail: Detail) -> str:
    """The same facts always as the same text; nothing for no facts."""
    if not detail:
        return ""
    return json.dumps(detail, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def microseconds(amount: timedelta) -> int:
    """A length of time as a whole number, as details keep it."""
    return amount // timedelta(microseconds=1)
