"""Start, stop and cancel the clocks of a ticket; the caller holds the ticket's lock.

The verdict is taken under the row lock of the clock.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from sla.metrics import Metric
from sla.models import Clock, ClockEventKind, ClockStatus, Outcome, Target
from sla.promise import plan
from sla.services import moves, rules, set_aside
from sla.services.moves import Held
from sla.services.rules import Opening, Rulebook
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
    opening: Opening | None = None,
) -> Clock | None:
    """Start the clock of a metric for the ticket's present cycle.

    `facts` are what the verb knows beyond the ticket (its kind, its channel) and on
    which the choice of the promise may depend; `subject` tells clocks of the same
    metric apart that run side by side, say one per department; `opening` is what was
    asked for it beforehand.

    Returns None when no promise in force fits. Starting a clock that the cycle already
    has returns that one, running or not. A promise that continues when a case is
    reopened gets the time that was left when it was kept; one that still runs, or was
    missed, is returned as it is.
    """
    opening = opening or rules.opening(ticket, metric, subject=subject, at=at)
    if opening.known_id is not None:
        return Clock.objects.get(pk=opening.known_id)
    known = rules.facts_known(opening.channel, ticket.kind, facts or {})
    target = opening.book.target(metric, known)
    if target is None:
        return None
    earlier = _continued(ticket, target, subject) if ticket.cycle > 1 else None
    if earlier is not None and earlier.outcome != Outcome.MET:
        return earlier
    clock = Clock(
        pk=opening.next_id,
        ticket_id=ticket.pk,
        cycle=ticket.cycle,
        subject=subject,
        facts=dict(facts or {}),
        target=target,
        continues=earlier,
    )
    return begin(clock, at=at, book=opening.book).write(ticket, new=True)


def stop(
    ticket: Ticket, metric: Metric, *, at: datetime, by: User | None, subject: str = ""
) -> Clock | None:
    """Stop the clock of a metric, met or missed; None if none runs or is paused.

    A late stop writes the breach itself when the detector has not, with the same key,
    so that a late answer can never read as kept.
    """
    held = moves.unfinished(ticket, metric, subject)
    if held is None:
        return None
    return _end(ticket, held, ClockEventKind.FULFIL, at=at, by=by)


def stop_automatically(ticket: Ticket, metric: Metric, *, at: datetime) -> Clock | None:
    """Stop the clock for an automatic text, where the promise lets that count (D-03).

    Returns None, and lets the clock run on, where it does not.
    """
    held = moves.unfinished(ticket, metric, "")
    if held is None or not held.target.auto_counts:
        return None
    return _end(ticket, held, ClockEventKind.FULFIL, at=at, by=None)


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
    held = moves.unfinished(ticket, metric, subject)
    if held is None:
        return None
    detail = {"reason": reason}
    return _end(ticket, held, ClockEventKind.CANCEL, at=at, by=by, detail=detail)


def cancel_all(
    ticket: Ticket,
    *,
    reason: CancelReason,
    at: datetime,
    by: User | None,
    but: Collection[Metric] = (),
) -> int:
    """Cancel the clocks of a ticket that is merged, withdrawn or spam; how many.

    `but` are the metrics that are promised all the same.
    """
    running = ticket.clocks.unfinished().exclude(metric__in=but).order_by("pk")
    clocks = running.select_for_update(of=("self",))
    detail = {"reason": reason}
    return len(
        [
            _end(
                ticket, Held(clock), ClockEventKind.CANCEL, at=at, by=by, detail=detail
            )
            for clock in clocks
        ]
    )


def _end(
    ticket: Ticket,
    held: Held,
    kind: ClockEventKind,
    *,
    at: datetime,
    by: User | None,
    detail: moves.Detail | None = None,
) -> Clock:
    """End a clock in hand; a paused one resumes at the same instant.

    One that a person must look at may stay as it is: no answer fails because of it.
    """

    def end() -> Clock:
        effective = held.catch_up(at=at)
        pause = held.open_pause()
        if pause is not None:
            held.resume(pause, at=effective, by=by)
        held.finish(kind, at=effective, by=by, detail=detail)
        return held.write(ticket)

    if held.clock.set_aside_at is None:
        return end()
    return set_aside.attempt(held.clock, end)


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


def begin(clock: Clock, *, at: datetime, book: Rulebook) -> Held:
    """Lay out a new clock's promise, with the first line of its record; not written."""
    terms = rules.terms_of(clock.target)
    detail: dict[str, object] = {
        "target": clock.target_id,
        "calendars": rules.calendars_used(book, clock.target),
    }
    if clock.continues is not None:
        left = _left(clock.continues, book)
        terms = terms.left(left)
        detail["left"] = moves.microseconds(left)
    promised = plan(terms, start=at, calendars=book.calendars)
    clock.metric = clock.target.metric
    clock.started_at = clock.promised_at = at
    clock.breach_step = promised.breach_step
    clock.flagged = promised.flagged
    clock.next_step = 0
    held = Held(clock)
    held.reschedule(promised.schedule)
    held.record(ClockEventKind.ACTIVATE, at=at, detail=detail)
    return held


def _left(earlier: Clock, book: Rulebook) -> timedelta:
    """How much of its time a promise had left when it was kept."""
    if earlier.stopped_at is None:
        raise ValueError("only a promise that was kept has time left")
    limit = rules.terms_of(earlier.target).limit
    return limit.elapsed(earlier.stopped_at, earlier.due_at, book.calendars)
