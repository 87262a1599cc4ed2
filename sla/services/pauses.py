"""Pause a clock for a reason that the policy allows, and let it run on.

The time left is kept to the microsecond. The caller holds the ticket's lock.
"""

from datetime import datetime
from enum import StrEnum
from typing import Final

from django.db import transaction

from sla.metrics import Metric
from sla.models import Clock, ClockEventKind, ClockStatus, Pause, PauseRule
from sla.promise import Calendars, used_up_at
from sla.salvage import is_fault_of_a_row
from sla.services import moves, rules, set_aside
from sla.services.moves import Held
from staff.models import User
from tickets.models import Ticket

BATCH: Final = 500


class Why(StrEnum):
    """Why a clock does not pause or resume."""

    NOT_RUNNING = "not_running"
    NOT_PAUSED = "not_paused"
    REASON_NOT_ALLOWED = "reason_not_allowed"
    TIME_USED_UP = "time_used_up"


class PauseRefused(Exception):
    """A clock cannot pause or resume; `why` says for which reason."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


@transaction.atomic
def pause(
    ticket: Ticket,
    metric: Metric,
    *,
    reason: str,
    at: datetime,
    by: User | None,
    subject: str = "",
) -> Clock:
    """Stop counting until `resume`, or until the time allowed for the reason is over.

    `reason` is the code of a pause rule of the version that the clock was promised
    under; all pauses for it share its time, whichever version allowed them. A clock
    whose deadline is reached is missed first; its ladder then waits.

    Raises PauseRefused: nothing runs, the reason is not allowed for this metric, or its
    time is used up.
    """
    held = moves.unfinished(ticket, metric, subject)
    if held is None:
        raise PauseRefused(Why.NOT_RUNNING)
    effective = held.catch_up(at=at)
    clock = held.clock
    if clock.status != ClockStatus.RUNNING:
        raise PauseRefused(Why.NOT_RUNNING)
    rule = rules.pause_rule(held.target, reason)
    if rule is None:
        raise PauseRefused(Why.REASON_NOT_ALLOWED)
    calendars = rules.rulebook(at=clock.promised_at).calendars
    earlier = list(clock.pauses.select_related("rule"))
    resumes_at = _ends_by_itself(rule, earlier, at=effective, calendars=calendars)
    if resumes_at is not None and resumes_at <= effective:
        raise PauseRefused(Why.TIME_USED_UP)
    if effective >= clock.due_at:
        held.breach(at=effective)
    begun = Pause.objects.create(
        clock=clock,
        number=len(earlier),
        rule=rule,
        paused_at=effective,
        paused_by=by,
        resumes_at=resumes_at,
    )
    clock.status = ClockStatus.PAUSED
    clock.wake_at = None
    held.record(
        ClockEventKind.PAUSE,
        step=begun.number,
        at=effective,
        by=by,
        detail={"rule": rule.pk},
    )
    return held.write(ticket)


def resume(
    ticket: Ticket,
    metric: Metric,
    *,
    at: datetime,
    by: User | None,
    subject: str = "",
) -> Clock:
    """Let a paused clock run on with exactly the time that it had left.

    Raises PauseRefused when no clock of this kind is paused.
    """
    held = moves.unfinished(ticket, metric, subject)
    if held is None or held.clock.status != ClockStatus.PAUSED:
        raise PauseRefused(Why.NOT_PAUSED)
    effective = held.catch_up(at=at)
    if open_pause := held.open_pause():
        held.resume(open_pause, at=effective, by=by)
    return held.write(ticket)


def resume_overdue(*, at: datetime, limit: int = BATCH) -> int:
    """Resume the clocks whose pause has lasted as long as it may; how many.

    Each resumes at the instant at which its time was over, however late this runs. One
    that cannot is set aside and holds up nobody.
    """
    waiting = list(
        Pause.objects.filter(resumed_at=None, resumes_at__lt=at)
        .filter(clock__set_aside_at=None)
        .exclude(clock__in=set_aside.shunned())
        .order_by("resumes_at")
        .values_list("clock_id", "clock__ticket_id")[:limit]
    )
    resumed = 0
    for clock_id, ticket_id in waiting:
        try:
            resumed += _resume_overdue(clock_id, ticket_id, at=at)
        except Exception as error:
            if not is_fault_of_a_row(error):
                raise
            set_aside.set_aside(clock_id, because=error, at=at)
    return resumed


@transaction.atomic
def _resume_overdue(clock_id: int, ticket_id: int, *, at: datetime) -> bool:
    ticket = Ticket.objects.select_for_update().get(pk=ticket_id)
    held = Held(Clock.objects.select_for_update(of=("self",)).get(pk=clock_id))
    held.catch_up(at=at)
    if not held.lines:
        return False
    held.write(ticket)
    return True


def _ends_by_itself(
    rule: PauseRule, earlier: list[Pause], *, at: datetime, calendars: Calendars
) -> datetime | None:
    """When the time that a rule allows in total will be used up; None for no limit."""
    if rule.limit is None and rule.days is None:
        return None
    used = [
        (pause.paused_at, pause.resumed_at)
        for pause in earlier
        if pause.rule.code == rule.code and pause.resumed_at is not None
    ]
    return used_up_at(rules.length(rule, rule.limit), used, at=at, calendars=calendars)
