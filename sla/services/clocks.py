"""Start, stop and cancel the clocks of a ticket; the caller holds the ticket's lock.

The verdict is taken under the row lock of the clock.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from sla.metrics import Metric
from sla.models import Clock, ClockEventKind, ClockStatus, Outcome, Target
from sla.promise import Plan, plan
from sla.services import moves, rules
from sla.services.rules import Rulebook
from staff.models import User
from tickets.models import Ticket


class CancelReason(StrEnum):
    """Why a ticket needs nothing any more."""

    WITHDRAWN = "withdrawn"
    MERGED = "merged"
    SPAM = "spam"
    NOT_NEEDED = "not_needed"


def start(
    ticket: Ticket,
    metric: Metric,
    *,
    at: datetime,
    facts: Mapping[str, str] | None = None,
    subject: str = "",
) -> Clock | None:
    """Start the clock of a metric for the ticket's present cycle.

    `facts` are what the verb knows beyond the ticket (its kind, its channel) and on
    which the choice of the promise may depend; `subject` tells clocks of the same
    metric apart that run side by side, say one per department.

    Returns None when no promise in force fits. Starting a clock that the cycle already
    has returns that one, running or not. A promise that continues when a case is
    reopened gets the time that was left when it was kept; one that still runs, or was
    missed, is returned as it is.
    """
    known = ticket.clocks.filter(
        metric=metric, cycle=ticket.cycle, subject=subject
    ).first()
    if known is not None:
        return known
    book = rules.rulebook(at=at)
    target = book.target(metric, rules.facts_of(ticket, facts or {}))
    if target is None:
        return None
    earlier = _continued(ticket, target, subject) if ticket.cycle > 1 else None
    if earlier is not None and earlier.outcome != Outcome.MET:
        return earlier
    return _start(
        ticket, target, at=at, book=book, earlier=earlier, subject=subject, facts=facts
    )


def stop(
    ticket: Ticket, metric: Metric, *, at: datetime, by: User | None, subject: str = ""
) -> Clock | None:
    """Stop the clock of a metric, met or missed; None if none runs or is paused.

    A late stop writes the breach itself when the detector has not, with the same key,
    so that a late answer can never read as kept.
    """
    clock = moves.unfinished(ticket, metric, subject)
    return None if clock is None else _stop(ticket, clock, at=at, by=by)


def stop_automatically(ticket: Ticket, metric: Metric, *, at: datetime) -> Clock | None:
    """Stop the clock for an automatic text, where the promise lets that count (D-03).

    Returns None, and lets the clock run on, where it does not.
    """
    clock = moves.unfinished(ticket, metric, "")
    if clock is None or not clock.target.auto_counts:
        return None
    return _stop(ticket, clock, at=at, by=None)


def cancel(
    ticket: Ticket,
    metric: Metric,
    *,
    reason: CancelReason,
    at: datetime,
    by: User | None,
    subject: str = "",
) -> Clock | None:
    """Cancel one clock; a deadline that has passed by then stays missed."""
    clock = moves.unfinished(ticket, metric, subject)
    if clock is None:
        return None
    _end(clock, ClockEventKind.CANCEL, at=at, by=by, detail={"reason": reason})
    moves.refresh(ticket)
    return clock


def cancel_all(
    ticket: Ticket, *, reason: CancelReason, at: datetime, by: User | None
) -> int:
    """Cancel every clock of a ticket that is merged, withdrawn or spam; how many."""
    clocks = (
        ticket.clocks.unfinished()
        .select_related("target")
        .order_by("pk")
        .select_for_update(of=("self",))
    )
    count = 0
    for clock in clocks:
        _end(clock, ClockEventKind.CANCEL, at=at, by=by, detail={"reason": reason})
        count += 1
    if count:
        moves.refresh(ticket)
    return count


def _stop(ticket: Ticket, clock: Clock, *, at: datetime, by: User | None) -> Clock:
    _end(clock, ClockEventKind.FULFIL, at=at, by=by)
    moves.refresh(ticket)
    return clock


def _end(
    clock: Clock,
    kind: ClockEventKind,
    *,
    at: datetime,
    by: User | None,
    detail: moves.Detail | None = None,
) -> None:
    """End a clock whose row lock is held; a paused one resumes at the same instant."""
    effective = moves.catch_up(clock, at=at)
    pause = moves.open_pause(clock)
    if pause is not None:
        moves.resume(clock, pause, at=effective, by=by)
    moves.finish(clock, kind, at=effective, recorded_at=effective, by=by, detail=detail)
    moves.save(clock)


def _continued(ticket: Ticket, target: Target, subject: str) -> Clock | None:
    """The clock of an earlier cycle that this promise would go on with."""
    if not target.continues_on_reopen:
        return None
    return (
        ticket.clocks.filter(metric=target.metric, subject=subject)
        .exclude(status=ClockStatus.CANCELLED)
        .order_by("-cycle")
        .first()
    )


def _start(
    ticket: Ticket,
    target: Target,
    *,
    at: datetime,
    book: Rulebook,
    earlier: Clock | None,
    subject: str,
    facts: Mapping[str, str] | None,
) -> Clock:
    terms = rules.terms_of(target)
    detail: dict[str, object] = {
        "target": target.pk,
        "calendars": rules.calendars_used(book, target),
    }
    if earlier is not None:
        left = _left(earlier, book)
        terms = terms.left(left)
        detail |= {"left": moves.microseconds(left)}
    promised = plan(terms, start=at, calendars=book.calendars)
    clock = Clock.objects.create(
        ticket_id=ticket.pk,
        metric=target.metric,
        cycle=ticket.cycle,
        subject=subject,
        facts=dict(facts or {}),
        continues=earlier,
        target=target,
        started_at=at,
        promised_at=at,
        recorded_at=at,
        **_columns(promised),
    )
    moves.record(clock, ClockEventKind.ACTIVATE, at=at, recorded_at=at, detail=detail)
    clock.save(update_fields=["chain_head"])
    moves.refresh(ticket)
    return clock


def _columns(promised: Plan) -> dict[str, object]:
    return {
        "due_at": promised.due_at,
        "schedule": list(promised.schedule),
        "breach_step": promised.breach_step,
        "next_step": 0,
        "wake_at": promised.schedule[0],
        "flagged": promised.flagged,
    }


def _left(earlier: Clock, book: Rulebook) -> timedelta:
    """How much of its time a promise had left when it was kept."""
    if earlier.stopped_at is None:
        raise ValueError("only a promise that was kept has time left")
    limit = rules.terms_of(earlier.target).limit
    return limit.elapsed(earlier.stopped_at, earlier.due_at, book.calendars)
