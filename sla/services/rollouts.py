"""Apply what is in force to clocks that run already: first a preview, then the act.

An explicit act of those who decide what is promised. Each clock that changes gets a
`recompute` line in its record; what was missed stays missed.
"""

import math
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from sla.models import Clock, ClockQuerySet, PolicyVersion, Rollout, Target
from sla.promise import Plan
from sla.services import corrections, rules
from sla.services.rules import Rulebook
from sla.services.versions import check_rights
from staff.models import User
from tickets.models import Ticket

BATCH: Final = 200
# A job that runs longer than its lease is given to another worker.
WORK_SECONDS: Final = 8
MOST_EXAMPLES: Final = 10
MOST_EXAMINED: Final = 5000


@dataclass(frozen=True)
class Example:
    """One clock that would change."""

    clock: Clock
    target: Target
    before: datetime
    after: datetime


@dataclass
class Preview:
    """What a rollout would do to the clocks that were examined, out of `total`."""

    total: int = 0
    examined: int = 0
    gained: int = 0
    lost: int = 0
    late_at_once: int = 0
    examples: list[Example] = field(default_factory=list)

    @property
    def unchanged(self) -> int:
        return self.examined - self.gained - self.lost

    def add(self, found: Example, *, at: datetime) -> None:
        """Count a clock that would change."""
        self.gained += found.after > found.before
        self.lost += found.after < found.before
        self.late_at_once += found.before >= at > found.after
        if len(self.examples) < MOST_EXAMPLES:
            self.examples.append(found)


def preview(*, at: datetime) -> Preview:
    """Who would gain and who would lose if running clocks got what is in force.

    Examines the most urgent ones, as many as a page can wait for.
    """
    book = rules.rulebook(at=at)
    found = Preview(total=_candidates().count())
    clocks = _candidates().select_related("ticket__channel", "ticket__customer")
    urgent = clocks.prefetch_related("pauses").order_by("due_at")[:MOST_EXAMINED]
    for clock in urgent:
        found.examined += 1
        change = _change(clock, book)
        if change is None:
            continue
        target, promised = change
        if promised.due_at != clock.due_at:
            found.add(Example(clock, target, clock.due_at, promised.due_at), at=at)
    return found


def ask(version: PolicyVersion | None, *, by: User, at: datetime) -> Rollout:
    """Order a rollout of what is in force; a job does the work.

    Raises NotAllowed, ValidationError for a version that is not in force yet.
    """
    check_rights(by)
    begins = version.effective_from if version else at
    if begins is None or begins > at:
        raise ValidationError(_("This version is not in force yet."))
    return Rollout.objects.create(policy_version=version, asked_at=at, asked_by=by)


def carry_on(*, at: datetime) -> int:
    """Work for a while on the rollouts that are not done, oldest first."""
    until = time.monotonic() + WORK_SECONDS
    waiting = Rollout.objects.filter(finished_at=None).order_by("pk")
    keys = list(waiting.values_list("pk", flat=True))
    return sum(carry_out(pk, at=at, until=until) for pk in keys)


def carry_out(rollout_id: int, *, at: datetime, until: float = math.inf) -> int:
    """Do a rollout, ticket by ticket; how many clocks changed.

    Stops at `until` on the monotonic clock and goes on from there when called again,
    also after a crash. A clock that has changed already comes out the same.
    """
    rollout = Rollout.objects.select_related("asked_by").get(pk=rollout_id)
    if rollout.finished_at is not None:
        return 0
    book = rules.rulebook(at=at)
    changed = 0
    while True:
        clocks = _candidates().filter(pk__gt=rollout.reached).order_by("pk")
        keys = list(clocks.values_list("ticket_id", "pk")[:BATCH])
        for key in keys:
            changed += _carry_out(rollout, *key, book=book, at=at)
        if keys:
            rollout.reached = keys[-1][1]
            rollout.examined += len(keys)
        rollout.finished_at = at if len(keys) < BATCH else None
        rollout.save(update_fields=["reached", "examined", "finished_at"])
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
    clock.ticket = ticket
    change = _change(clock, book)
    if change is None:
        return False
    before = clock.due_at
    changed = corrections.recompute(
        ticket,
        clock,
        target=change[0],
        book=book,
        at=at,
        by=rollout.asked_by,
        rollout=rollout,
    )
    if changed:
        Rollout.objects.filter(pk=rollout.pk).update(
            gained=F("gained") + int(clock.due_at > before),
            lost=F("lost") + int(clock.due_at < before),
            late_at_once=F("late_at_once") + int(before >= at > clock.due_at),
        )
    return changed


def _candidates() -> ClockQuerySet:
    return Clock.objects.unfinished().filter(breached_at=None)


def _change(clock: Clock, book: Rulebook) -> tuple[Target, Plan] | None:
    """The promise that a clock would get; None if it keeps its own."""
    facts = rules.facts_of(clock.ticket, clock.facts)
    target = book.target(clock.metric, facts)
    if target is None:
        return None
    promised = corrections.replanned(clock, target=target, book=book)
    return None if promised is None else (target, promised)
