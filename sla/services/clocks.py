"""Start, stop and cancel the clocks of a ticket; the caller holds the ticket's lock.

The verdict is taken under the row lock of the clock, and a clock's record never runs
backwards: an act that arrives after something later was recorded takes effect then.
"""

from datetime import datetime

from django.db.models import Min

from sla import ledger
from sla.models import (
    Clock,
    ClockEvent,
    ClockEventKind,
    ClockStatus,
    Compare,
    Metric,
    Outcome,
    Target,
)
from staff.models import User
from tickets import feed
from tickets.models import Ticket


def start(ticket: Ticket, metric: Metric, *, at: datetime) -> Clock | None:
    """Start the clock of a metric for the ticket's present cycle.

    Returns None when no promise of this metric is in force. Starting a clock that the
    cycle already has returns that one, running or not.
    """
    known = ticket.clocks.filter(metric=metric, cycle=ticket.cycle).first()
    if known is not None:
        return known
    target = Target.objects.in_force(metric, at=at)
    if target is None:
        return None
    due_at = at + target.budget
    warning = target.warn_at_fraction
    warns_at = due_at if warning is None else at + target.budget * float(warning)
    rungs = target.version.ladder.exclude(position=0).values_list("after", flat=True)
    first_step = Clock.BREACH_STEP if warning is None else Clock.WARNING_STEP
    clock = Clock.objects.create(
        ticket_id=ticket.pk,
        metric=metric,
        cycle=ticket.cycle,
        target=target,
        started_at=at,
        due_at=due_at,
        schedule=[warns_at, due_at, *(due_at + after for after in rungs)],
        next_step=first_step,
        wake_at=warns_at,
        recorded_at=at,
    )
    _record(clock, ClockEventKind.ACTIVATE, at=at, recorded_at=at)
    clock.save(update_fields=["chain_head"])
    _refresh(ticket)
    return clock


def stop(
    ticket: Ticket, metric: Metric, *, at: datetime, by: User | None
) -> Clock | None:
    """Stop the running clock of a metric, met or missed; None if none is running.

    A late stop writes the breach itself when the detector has not, with the same key,
    so that a late answer can never read as kept.
    """
    clock = _running(ticket, metric)
    return None if clock is None else _stop(ticket, clock, at=at, by=by)


def stop_automatically(ticket: Ticket, metric: Metric, *, at: datetime) -> Clock | None:
    """Stop the clock for an automatic text, where the promise lets that count (D-03).

    Returns None, and lets the clock run on, where it does not.
    """
    clock = _running(ticket, metric)
    if clock is None or not clock.target.auto_counts:
        return None
    return _stop(ticket, clock, at=at, by=None)


def cancel_all(ticket: Ticket, *, at: datetime, by: User | None) -> int:
    """Cancel every running clock of a ticket that needs no answer any more.

    A deadline that has passed by then stays missed.
    """
    clocks = (
        ticket.clocks.running().select_related("target").select_for_update(of=("self",))
    )
    count = 0
    for clock in clocks:
        effective = max(at, clock.recorded_at)
        _breach_if_late(clock, at=effective)
        clock.outcome = Outcome.MISSED if clock.breached_at else Outcome.CANCELLED
        _end(clock, ClockStatus.CANCELLED, ClockEventKind.CANCEL, at=effective, by=by)
        count += 1
    if count:
        _refresh(ticket)
    return count


def _stop(ticket: Ticket, clock: Clock, *, at: datetime, by: User | None) -> Clock:
    """Stop a clock whose row lock is held, and take the verdict."""
    effective = max(at, clock.recorded_at)
    _breach_if_late(clock, at=effective)
    clock.outcome = Outcome.MISSED if clock.breached_at else Outcome.MET
    _end(clock, ClockStatus.STOPPED, ClockEventKind.FULFIL, at=effective, by=by)
    _refresh(ticket)
    return clock


def _breach_if_late(clock: Clock, *, at: datetime) -> None:
    """Write the breach, dated at the deadline, unless the detector has."""
    late = at > clock.due_at or (
        at == clock.due_at and clock.target.compare == Compare.BEFORE
    )
    if not late or clock.breached_at is not None:
        return
    clock.breached_at = clock.due_at
    clock.detected_at = at
    clock.next_step = Clock.BREACH_STEP + 1
    _record(
        clock,
        ClockEventKind.BREACH,
        step=Clock.BREACH_STEP,
        at=clock.due_at,
        recorded_at=at,
    )


def _running(ticket: Ticket, metric: Metric) -> Clock | None:
    return (
        Clock.objects.running()
        .select_related("target")
        .select_for_update(of=("self",))
        .filter(ticket_id=ticket.pk, metric=metric)
        .first()
    )


def _end(
    clock: Clock,
    status: ClockStatus,
    kind: ClockEventKind,
    *,
    at: datetime,
    by: User | None,
) -> None:
    clock.status = status
    clock.stopped_at = at
    clock.wake_at = None
    _record(clock, kind, at=at, recorded_at=at, by=by)
    clock.save(
        update_fields=[
            "breached_at",
            "chain_head",
            "detected_at",
            "next_step",
            "outcome",
            "recorded_at",
            "status",
            "stopped_at",
            "wake_at",
        ]
    )


def _record(
    clock: Clock,
    kind: ClockEventKind,
    *,
    at: datetime,
    recorded_at: datetime,
    step: int = 0,
    by: User | None = None,
) -> None:
    """Append a line and move the clock's end of the record, which the caller saves."""
    clock.recorded_at = recorded_at
    clock.chain_head = ledger.link(
        previous=clock.chain_head,
        clock_id=clock.pk,
        kind=kind,
        step=step,
        at=at,
        recorded_at=recorded_at,
        actor_id=by.pk if by else None,
    )
    ClockEvent.objects.create(
        clock=clock,
        kind=kind,
        step=step,
        at=at,
        recorded_at=recorded_at,
        actor=by,
        hash=clock.chain_head,
    )


def _refresh(ticket: Ticket) -> None:
    """Keep `next_due_at`, by which every list sorts, and tell open pages."""
    ticket.next_due_at = ticket.clocks.running().aggregate(due=Min("due_at"))["due"]
    ticket.save(update_fields=["next_due_at"])
    feed.announce(ticket, "clock", to_customer=True)
