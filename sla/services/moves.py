"""The moves of one clock whose row is locked; verbs are made of them.

A clock's record never runs backwards: an act that arrives after something later was
recorded takes effect then.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection

from sla import ledger
from sla.models import (
    Clock,
    ClockEvent,
    ClockEventKind,
    ClockStatus,
    Compare,
    Outcome,
    Pause,
)
from sla.promise import resume as resumed_schedule
from sla.services import rules
from staff.models import User
from tickets import feed
from tickets.models import Ticket

Detail = Mapping[str, Any]

NEXT_DUE_SQL: Final = """
UPDATE tickets_ticket
   SET next_due_at = (SELECT min(due_at) FROM sla_clock
                       WHERE ticket_id = %(pk)s AND status = 'running')
 WHERE id = %(pk)s
RETURNING next_due_at
"""
MOVING: Final = (
    "breach_step",
    "breached_at",
    "chain_head",
    "detected_at",
    "due_at",
    "flagged",
    "next_step",
    "outcome",
    "promised_at",
    "recorded_at",
    "revoked_at",
    "schedule",
    "status",
    "stopped_at",
    "target",
    "wake_at",
)


def unfinished(ticket: Ticket, metric: str, subject: str) -> Clock | None:
    """The clock of this kind that still runs or waits, locked; None without one."""
    return (
        Clock.objects.unfinished()
        .select_related("target")
        .select_for_update(of=("self",))
        .filter(ticket_id=ticket.pk, metric=metric, subject=subject)
        .first()
    )


def catch_up(clock: Clock, *, at: datetime) -> datetime:
    """Let a pause end whose time is over; the instant at which an act takes effect."""
    pause = open_pause(clock)
    if pause is not None and pause.resumes_at is not None and pause.resumes_at < at:
        resume(clock, pause, at=max(pause.resumes_at, clock.recorded_at), by=None)
    return max(at, clock.recorded_at)


def open_pause(clock: Clock) -> Pause | None:
    """The pause that a clock is in."""
    if clock.status != ClockStatus.PAUSED:
        return None
    return clock.pauses.select_related("rule__calendar").get(resumed_at=None)


def resume(clock: Clock, pause: Pause, *, at: datetime, by: User | None) -> None:
    """Let a paused clock run on with the time that it had left."""
    pause.resumed_at = at
    pause.resumed_by = by
    pause.save(update_fields=["resumed_at", "resumed_by"])
    clock.status = ClockStatus.RUNNING
    schedule = resumed_schedule(
        rules.terms_of(clock.target),
        schedule=clock.schedule,
        next_step=clock.next_step,
        paused_at=pause.paused_at,
        resumed_at=at,
        calendars=rules.rulebook(at=clock.promised_at).calendars,
    )
    reschedule(clock, schedule)
    record(
        clock,
        ClockEventKind.RESUME,
        step=pause.number,
        at=at,
        recorded_at=at,
        by=by,
    )


def reschedule(clock: Clock, schedule: tuple[datetime, ...]) -> None:
    """Take over a schedule; what is over stays over."""
    clock.schedule = list(schedule)
    clock.due_at = schedule[clock.breach_step]
    wakes = clock.status == ClockStatus.RUNNING and clock.next_step < len(schedule)
    clock.wake_at = schedule[clock.next_step] if wakes else None


def is_late(clock: Clock, *, at: datetime) -> bool:
    """Whether an act at this instant comes too late for the promise."""
    if clock.target.compare == Compare.BEFORE:
        return at >= clock.due_at
    return at > clock.due_at


def breach(clock: Clock, *, at: datetime) -> None:
    """Write the breach, dated at the deadline, unless the detector has."""
    if clock.breached_at is not None:
        return
    clock.breached_at = clock.due_at
    clock.detected_at = at
    clock.next_step = clock.breach_step + 1
    record(
        clock,
        ClockEventKind.BREACH,
        step=clock.breach_step,
        at=clock.due_at,
        recorded_at=at,
    )


def finish(
    clock: Clock,
    kind: ClockEventKind,
    *,
    at: datetime,
    recorded_at: datetime,
    by: User | None,
    detail: Detail | None = None,
) -> None:
    """Stop or cancel a clock that runs, with the verdict on its promise.

    `at` is the instant that counts; a missed promise stays missed however it ends.
    """
    cancelled = kind == ClockEventKind.CANCEL
    if is_late(clock, at=at):
        breach(clock, at=recorded_at)
    if clock.breached_at is not None:
        clock.outcome = Outcome.MISSED
    else:
        clock.outcome = Outcome.CANCELLED if cancelled else Outcome.MET
    clock.status = ClockStatus.CANCELLED if cancelled else ClockStatus.STOPPED
    clock.stopped_at = at
    clock.wake_at = None
    record(clock, kind, at=at, recorded_at=recorded_at, by=by, detail=detail)


def record(
    clock: Clock,
    kind: ClockEventKind,
    *,
    at: datetime,
    recorded_at: datetime,
    step: int = 0,
    by: User | None = None,
    detail: Detail | None = None,
) -> None:
    """Append a line and move the clock's end of the record, which the caller saves."""
    said = canonical(detail or {})
    clock.recorded_at = recorded_at
    clock.chain_head = ledger.link(
        previous=clock.chain_head,
        clock_id=clock.pk,
        kind=kind,
        step=step,
        at=at,
        recorded_at=recorded_at,
        actor_id=by.pk if by else None,
        detail=said,
    )
    ClockEvent.objects.create(
        clock=clock,
        kind=kind,
        step=step,
        at=at,
        recorded_at=recorded_at,
        actor=by,
        detail=said,
        hash=clock.chain_head,
    )


def canonical(detail: Detail) -> str:
    """The same facts always as the same text; nothing for no facts."""
    if not detail:
        return ""
    return json.dumps(detail, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def save(clock: Clock) -> None:
    """Write all that a move may have changed."""
    clock.save(update_fields=MOVING)


def refresh(ticket: Ticket) -> None:
    """Keep `next_due_at`, by which every list sorts, and tell open pages."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT_DUE_SQL, {"pk": ticket.pk})
        (ticket.next_due_at,) = cursor.fetchone()
    feed.announce(ticket, "clock", to_customer=True)


def count_of(clock: Clock, kind: ClockEventKind) -> int:
    """How many lines of a kind a record has: the step of the next such line."""
    return clock.events.filter(kind=kind).count()


def microseconds(amount: timedelta) -> int:
    """A length of time as a whole number, as details keep it."""
    return amount // timedelta(microseconds=1)
