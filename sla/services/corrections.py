"""Set a clock right: a trusted source knows better, or other terms now hold.

The caller holds the ticket's lock. Nothing is taken back: every correction is a line
of the record beside what it corrects.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sla.metrics import Metric
from sla.models import Clock, ClockEventKind, ClockStatus, Outcome, Rollout, Target
from sla.promise import Plan, plan
from sla.promise import resume as resumed_schedule
from sla.services import moves, rules
from sla.services.moves import Held
from sla.services.rules import Rulebook
from staff.models import User
from tickets.models import Ticket


class Source(StrEnum):
    """Systems whose word on when something happened is taken."""

    TELEPHONE = "telephone"
    MAIL_SERVER = "mail_server"
    MESSAGING = "messaging"
    DELIVERY = "delivery"
    SUPERVISOR = "supervisor"


class BeforeItsStart(ValueError):
    """What is said to have happened lies before the clock began."""


class StillToCome(ValueError):
    """What is said to have happened lies in the future: some clock is wrong."""


def stop_as_of(
    ticket: Ticket,
    metric: Metric,
    *,
    occurred_at: datetime,
    at: datetime,
    source: Source,
    by: User | None,
    subject: str = "",
) -> Clock | None:
    """Stop a clock at an instant in the past that a trusted source vouches for.

    A promise that was kept then, but is on record as missed because word came late, has
    its breach revoked: both lines stay, and the outcome is "met". A promise that was
    missed at that instant too stays missed. A clock that was stopped in time stays as
    it is. Returns None when the ticket has no such clock.

    Raises BeforeItsStart, StillToCome.
    """
    clock = (
        ticket.clocks.filter(metric=metric, subject=subject)
        .exclude(status=ClockStatus.CANCELLED)
        .select_for_update(of=("self",))
        .order_by("-cycle")
        .first()
    )
    if clock is None:
        return None
    if occurred_at < clock.started_at:
        raise BeforeItsStart(f"{occurred_at} is before {clock.started_at}")
    if occurred_at > at:
        raise StillToCome(f"{occurred_at} is after {at}")
    held = Held(clock)
    effective = held.catch_up(at=at)
    detail = {"source": source}
    if clock.is_unfinished:
        if pause := held.open_pause():
            held.resume(pause, at=effective, by=by)
        held.finish(
            ClockEventKind.FULFIL,
            at=occurred_at,
            recorded_at=effective,
            by=by,
            detail=detail,
        )
    if clock.outcome == Outcome.MISSED and not held.is_late(at=occurred_at):
        clock.revoked_at = effective
        clock.stopped_at = occurred_at
        clock.outcome = Outcome.MET
        held.record(
            ClockEventKind.REVOKE,
            at=occurred_at,
            recorded_at=effective,
            by=by,
            detail=detail,
        )
    return held.write(ticket)


def reclassify(
    ticket: Ticket,
    metric: Metric,
    *,
    facts: Mapping[str, str],
    at: datetime,
    by: User | None,
    subject: str = "",
) -> Clock | None:
    """Give a clock the promise that fits new facts, such as a graver severity.

    The facts are added to those known. The promise comes from the policy version under
    which the clock began. Returns None when no such clock runs or waits.
    """
    held = moves.unfinished(ticket, metric, subject)
    if held is None:
        return None
    clock = held.clock
    clock.facts = {**clock.facts, **facts}
    book = rules.rulebook(at=at)
    then = Rulebook((held.target.version_id,), book.calendars)
    target = then.target(metric, rules.facts_of(ticket, clock.facts))
    if target is not None:
        _recompute(held, target=target, book=book, at=at, by=by)
    return held.write(ticket)


def recompute(
    ticket: Ticket,
    clock: Clock,
    *,
    target: Target,
    book: Rulebook,
    at: datetime,
    by: User | None,
    rollout: Rollout | None = None,
) -> bool:
    """Reckon a locked clock anew from its start under other terms or calendars.

    Pauses count as they were. What is missed stays missed, noticed or not, and steps
    that were taken stay taken. Returns whether the promise changed.
    """
    held = Held(clock)
    changed = _recompute(held, target=target, book=book, at=at, by=by, rollout=rollout)
    if held.lines:
        held.write(ticket)
    return changed


def replanned(clock: Clock, *, target: Target, book: Rulebook) -> Plan | None:
    """The schedule that other terms would give; None for a clock that keeps its own.

    Those are clocks that are missed or over, and those that go on with what was left
    of an earlier one. Reads `pauses`, which a caller with many clocks prefetches.
    """
    fixed = clock.breached_at is not None or clock.continues_id is not None
    if fixed or not clock.is_unfinished:
        return None
    terms = rules.terms_of(target)
    promised = plan(terms, start=clock.started_at, calendars=book.calendars)
    schedule = promised.schedule
    for pause in sorted(clock.pauses.all(), key=lambda p: p.number):
        if pause.resumed_at is not None:
            schedule = resumed_schedule(
                terms,
                schedule=schedule,
                next_step=0,
                paused_at=pause.paused_at,
                resumed_at=pause.resumed_at,
                calendars=book.calendars,
            )
    return Plan(schedule, promised.breach_step, promised.flagged)


def _recompute(
    held: Held,
    *,
    target: Target,
    book: Rulebook,
    at: datetime,
    by: User | None,
    rollout: Rollout | None = None,
) -> bool:
    effective = held.catch_up(at=at)
    clock = held.clock
    if clock.status == ClockStatus.RUNNING and held.is_late(at=effective):
        # Nobody has noticed yet; other terms do not mend a broken promise.
        return False
    if effective != at:
        book = rules.rulebook(at=effective)
    promised = replanned(clock, target=target, book=book)
    if promised is None or not _differs(clock, target, promised, book):
        return False
    detail: dict[str, Any] = {
        "target": target.pk,
        "before": clock.due_at.isoformat(),
        "calendars": rules.calendars_used(book, target),
    }
    if rollout is not None:
        detail["rollout"] = rollout.pk
    clock.target = target
    clock.promised_at = effective
    clock.flagged = promised.flagged
    clock.breach_step = promised.breach_step
    lines = Counter(clock.events.values_list("kind", flat=True))
    # Between terms with more and with fewer steps, none is ever taken twice.
    clock.next_step = min(lines[ClockEventKind.WARNING], promised.breach_step)
    held.reschedule(promised.schedule)
    held.record(
        ClockEventKind.RECOMPUTE,
        step=lines[ClockEventKind.RECOMPUTE],
        at=effective,
        by=by,
        detail=detail,
    )
    return True


def _differs(clock: Clock, target: Target, promised: Plan, book: Rulebook) -> bool:
    """Whether terms, instants, or the calendars of what is still to come change."""
    if (
        clock.target_id != target.pk
        or tuple(clock.schedule) != promised.schedule
        or clock.flagged != promised.flagged
    ):
        return True
    then = rules.rulebook(at=clock.promised_at)
    return rules.calendars_used(then, target) != rules.calendars_used(book, target)
