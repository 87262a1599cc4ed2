"""Apply what is in force to clocks that run already.

An explicit act of those who decide what is promised, after a look at its forecast. Each
clock that changes gets a `recompute` line in its record; what was missed stays missed.
"""

import logging
import math
import time
from datetime import datetime
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from sla.models import Clock, PolicyVersion, Rollout
from sla.one_at_a_time import one_at_a_time
from sla.salvage import is_fault_of_a_row
from sla.services import corrections, rules
from sla.services.forecast import candidates, is_late_at_once
from sla.services.rules import Rulebook
from sla.services.versions import check_rights
from staff.models import User
from tickets.models import Ticket

logger = logging.getLogger(__name__)

BATCH: Final = 200
# A job that runs longer than its lease is given to another worker.
WORK_SECONDS: Final = 8
LOCK_KEY: Final = 0x53484F57


def ask(version: PolicyVersion | None, *, by: User, at: datetime) -> Rollout:
    """Order a rollout of what is in force; a job does the work.

    `version` is the one that gave the occasion; None: the calendars did. Raises
    NotAllowed, ValidationError for a version that is not in force yet.
    """
    check_rights(by)
    begins = version.effective_from if version else at
    if begins is None or begins > at:
        raise ValidationError(_("This version is not in force yet."))
    return Rollout.objects.create(policy_version=version, asked_at=at, asked_by=by)


def carry_on(*, at: datetime) -> int:
    """Work for a while on the rollouts that are not done, oldest first.

    How many clocks changed; none while another worker is at it.
    """
    until = time.monotonic() + WORK_SECONDS
    waiting = Rollout.objects.filter(finished_at=None).order_by("pk")
    if not waiting.exists():
        return 0
    changed = 0
    with one_at_a_time(LOCK_KEY) as alone:
        for pk in waiting.values_list("pk", flat=True) if alone else ():
            changed += carry_out(pk, at=at, until=until)
            if time.monotonic() >= until:
                break
    return changed


def carry_out(rollout_id: int, *, at: datetime, until: float = math.inf) -> int:
    """Do a rollout, ticket by ticket; how many clocks changed.

    Stops at `until` on the monotonic clock and goes on from there when called again,
    also after a crash. A clock that has changed already comes out the same. One that
    cannot be reckoned keeps what it has and holds up nobody. Ends where it is when
    other terms have come into force since it was ordered.
    """
    rollout = Rollout.objects.select_related("asked_by").get(pk=rollout_id)
    if rollout.finished_at is not None:
        return 0
    book = rules.rulebook(at=at)
    if not book.says_the_same(rules.rulebook(at=rollout.asked_at)):
        # Nobody has seen what these terms would do: somebody must ask again.
        rollout.finished_at = at
        rollout.save(update_fields=["finished_at"])
        return 0
    changed = 0
    while True:
        clocks = candidates().filter(pk__gt=rollout.reached).order_by("pk")
        keys = list(clocks.values_list("ticket_id", "pk")[:BATCH])
        for key in keys:
            try:
                changed += _carry_out(rollout, *key, book=book, at=at)
            except Exception as error:
                if not is_fault_of_a_row(error):
                    raise
                rollout.failed += 1
                name = type(error).__name__
                logger.exception("clock %d keeps its terms (%s)", key[1], name)
        if keys:
            rollout.reached = keys[-1][1]
            rollout.examined += len(keys)
        rollout.finished_at = at if len(keys) < BATCH else None
        rollout.save(update_fields=["reached", "examined", "failed", "finished_at"])
        if rollout.finished_at is not None or time.monotonic() >= until:
            return changed


@transaction.atomic
def _carry_out(
    rollout: Rollout, ticket_id: int, clock_id: int, *, book: Rulebook, at: datetime
) -> bool:
    ticket = (
        Ticket.objects.select_for_update(of=("self",))
        .select_related("channel")
        .get(pk=ticket_id)
    )
    clock = (
        Clock.objects.prefetch_related("pauses")
        .select_for_update(of=("self",))
        .get(pk=clock_id)
    )
    target = book.target(clock.metric, rules.facts_of(ticket, clock.facts))
    if target is None or clock.breached_at is not None:
        return False
    before = clock.due_at
    changed = corrections.recompute(
        ticket,
        clock,
        target=target,
        book=book,
        at=at,
        by=rollout.asked_by,
        rollout=rollout,
    )
    if changed:
        late = is_late_at_once(clock, after=clock.due_at, at=at)
        Rollout.objects.filter(pk=rollout.pk).update(
            gained=F("gained") + int(clock.due_at > before),
            lost=F("lost") + int(clock.due_at < before),
            late_at_once=F("late_at_once") + int(late and clock.due_at < before),
        )
    return changed
