"""Clocks that nothing can be done with: put aside, and put back from their record.

A clock that is set aside wakes nobody and holds up nobody. Its promise still counts: a
page shows it late by comparing, and a person is asked to look.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Final

from django.db import DatabaseError, transaction
from django.db.models import Min

from sla.models import Clock, ClockStatus
from sla.replay import Replay
from sla.salvage import Shunned, is_fault_of_a_row
from sla.services import audit
from tickets import feed
from tickets.models import Ticket

logger = logging.getLogger(__name__)

# Clocks that cannot even be set aside.
_SHUNNED: Final = Shunned()

# What the record says of a clock and what is written back from it.
TOLD: Final = (
    "status",
    "outcome",
    "started_at",
    "due_at",
    "promised_at",
    "flagged",
    "breach_step",
    "next_step",
    "wake_at",
    "breached_at",
    "detected_at",
    "revoked_at",
    "stopped_at",
    "recorded_at",
)


class CannotPutBack(Exception):
    """The record of a clock does not say what the clock must look like."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


def set_aside(clock_id: int, *, because: Exception, at: datetime) -> None:
    """Let nothing wake a clock until a person has looked at it.

    One that the database does not let go of is left alone by this process for a while.
    """
    try:
        with transaction.atomic():
            Clock.objects.filter(pk=clock_id).update(set_aside_at=at, wake_at=None)
    except DatabaseError as refusal:
        if not is_fault_of_a_row(refusal):
            raise
        _SHUNNED.shun(clock_id)
    words = "left alone" if clock_id in _SHUNNED else "set aside"
    logger.error(
        "clock %d is %s (%s); see `manage.py sla_verify`, then"
        " `manage.py sla_put_back`",
        clock_id,
        words,
        type(because).__name__,
    )


def shunned() -> list[int]:
    """The clocks that this process leaves alone for now."""
    return _SHUNNED.present()


@transaction.atomic
def put_back(clock: Clock) -> list[str]:
    """Make a clock that was set aside look as its record says, and let it run.

    Whatever it has missed meanwhile is found by the detector's next sweep. Returns what
    is wrong with the record itself. Raises CannotPutBack.
    """
    ticket = Ticket.objects.select_for_update().get(pk=clock.ticket_id)
    clock = Clock.objects.select_for_update().get(pk=clock.pk)
    faults = _restore(clock)
    running = ticket.clocks.filter(status=ClockStatus.RUNNING)
    ticket.next_due_at = running.aggregate(due_at=Min("due_at"))["due_at"]
    ticket.save(update_fields=["next_due_at"])
    feed.announce(ticket, "clock", to_customer=True)
    return faults


def put_back_if_possible(clock: Clock) -> None:
    """The same for a clock whose row is locked and that somebody needs right now."""

    def restore() -> Clock:
        _restore(clock)
        return clock

    attempt(clock, restore)


def attempt(clock: Clock, act: Callable[[], Clock]) -> Clock:
    """Act on a clock that is set aside; where that fails it stays as it is."""
    try:
        with transaction.atomic():
            return act()
    except Exception as error:
        if not (isinstance(error, CannotPutBack) or is_fault_of_a_row(error)):
            raise
        reason = type(error).__name__
    logger.error("clock %d stays aside (%s)", clock.pk, reason)
    clock.refresh_from_db()
    return clock


def _restore(clock: Clock) -> list[str]:
    """Write what the record says into the row of a clock and of its pauses."""
    lines = audit.record_of(clock)
    told = audit.retell(lines, target_id=clock.target_id)
    if not told.schedule:
        raise CannotPutBack(told.faults)
    for name in TOLD:
        setattr(clock, name, getattr(told, name))
    clock.target_id = told.target
    clock.schedule = list(told.schedule)
    clock.chain_head = lines[-1].hash
    clock.set_aside_at = None
    clock.save(
        update_fields=[*TOLD, "target", "schedule", "chain_head", "set_aside_at"]
    )
    _restore_pauses(clock, told)
    return told.faults


def _restore_pauses(clock: Clock, told: Replay) -> None:
    for stretch in told.pauses:
        clock.pauses.filter(number=stretch.number).update(
            paused_at=stretch.paused_at,
            resumes_at=stretch.resumes_at,
            resumed_at=stretch.resumed_at,
            rule=stretch.rule,
        )
