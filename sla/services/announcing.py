"""Tell people of warnings and breaches, and do what the ladder asks for.

The clock event is the outbox row: in one transaction people are told, what a rung asks
for is done, and the event is marked. A crash undoes all of it, and the next pass does
it again.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import connection, transaction

from sla.metrics import (
    OWED_BY_DEPARTMENT,
    OWED_BY_HOLDER,
    OWED_BY_SUBJECT,
    Metric,
)
from sla.models import (
    Action,
    Audience,
    Clock,
    ClockEvent,
    EscalationStep,
    Medium,
)
from sla.salvage import Shunned, do_for_each
from sla.services import consequences, notices, rules
from sla.services.directory import Directory, Owed
from tickets import feed
from tickets.models import Duty, Ticket

logger = logging.getLogger(__name__)

# So many clocks a batch, each with all that has happened to it.
BATCH: Final = 500
SECONDS: Final = 5.0
LOCK_KEY: Final = 0x53484F56
# All that telling needs to know; a burst reads it thousands of times.
NEEDED: Final = (
    *("kind", "step", "at", "clock__status", "clock__target_id"),
    *("clock__metric", "clock__subject"),
    *("clock__ticket__assignee_id", "clock__ticket__department_id"),
    "clock__ticket__involved",
)
# Clocks of which nobody can be told.
_SHUNNED: Final = Shunned()


@dataclass(frozen=True)
class Telling:
    """One event, the rung that it stands for (None: the warning), and who hears it."""

    event: ClockEvent
    rung: EscalationStep | None
    people: tuple[int, ...]


def announce_all(*, clock: Callable[[], datetime], seconds: float = SECONDS) -> int:
    """Tell of batch after batch, for some seconds at most; how many events."""
    until = time.monotonic() + seconds
    total = 0
    while told := announce(at=clock()):
        total += told
        if time.monotonic() >= until:
            break
    return total


@transaction.atomic
def announce(*, at: datetime, limit: int = BATCH) -> int:
    """Tell of what nobody has been told of, the oldest clocks first; how many events.

    One pass at a time, so that the steps of a clock are taken in their order and no
    limit is exceeded; whoever comes meanwhile leaves it to the one at work. A clock of
    which nobody can be told holds up no other.
    """
    if not _alone():
        return 0
    told = 0
    directory = Directory()

    def tell(clocks: Sequence[list[ClockEvent]]) -> None:
        nonlocal told
        with transaction.atomic():
            done = _tell([event for clock in clocks for event in clock], directory, at)
        told += done

    do_for_each(_untold(limit), tell, on_bad=_shun)
    return told


def _tell(events: Sequence[ClockEvent], directory: Directory, at: datetime) -> int:
    tellings = list(_climbed(events, directory, at))
    told = [(person, telling) for telling in tellings for person in telling.people]
    people = notices.write(
        ((person, telling.event) for person, telling in told),
        medium=Medium.IN_APP,
        at=at,
    )
    if settings.MAIL_CONFIGURED:
        by_mail = [
            (person, telling.event)
            for person, telling in told
            if telling.rung and telling.rung.by_mail and directory.people[person].email
        ]
        notices.write(by_mail, medium=Medium.MAIL, at=at)
    pks = [telling.event.pk for telling in tellings]
    ClockEvent.objects.filter(pk__in=pks).update(announced_at=at)
    feed.announce_notifications(people)
    return len(pks)


def _climbed(
    events: Sequence[ClockEvent], directory: Directory, at: datetime
) -> Iterator[Telling]:
    """Do what the rungs ask for, in their order, and say whom to tell of each.

    Leaves out tickets that something is to be done with and that somebody is at work
    on; their turn comes with the next pass.
    """
    rungs = {event.pk: _rung(event) for event in events}
    acting = {
        event.clock.ticket_id
        for event in events
        if (rung := rungs[event.pk]) and rung.action != Action.NOTIFY
    }
    locked = _locked(acting) if acting else {}
    duties = _duties(events)
    for event in events:
        rung, clock = rungs[event.pk], event.clock
        if clock.ticket_id in acting:
            if clock.ticket_id not in locked:
                continue
            clock.ticket, clock.status = locked[clock.ticket_id], _status(clock)
        debt = owed(clock, directory, duties)
        people = (
            directory.audience(Audience(rung.audience), clock.ticket, owed=debt)
            if rung
            else directory.assignee(clock.ticket, owed=debt)
        )
        if rung:
            # A ticket that a department has is given on whole, a request by itself.
            asked = debt if owing_department(clock) else None
            charged = consequences.follow(
                event, rung, audience=people, owed=asked, at=at
            )
            if charged is not None:
                duties[clock.ticket_id, clock.subject] = charged
        yield Telling(event, rung, people)


def owed(
    clock: Clock, directory: Directory, duties: Mapping[tuple[int, str], int]
) -> Owed | None:
    """Which department has promised this; None where it is whoever has the ticket."""
    if clock.metric in OWED_BY_HOLDER and clock.ticket.department_id:
        return Owed(clock.ticket.department_id, None)
    department_id = directory.departments.get(owing_department(clock))
    if department_id is None:
        return None
    return Owed(department_id, duties.get((clock.ticket_id, clock.subject)))


def _duties(events: Sequence[ClockEvent]) -> dict[tuple[int, str], int]:
    """Who sees to what in departments, by ticket and subject; mostly no query."""
    asked = {e.clock.ticket_id for e in events if owing_department(e.clock)}
    if not asked:
        return {}
    found = Duty.objects.filter(ticket__in=asked)
    rows = found.values_list("ticket", "subject", "person")
    return {(ticket, subject): person for ticket, subject, person in rows}


def owing_department(clock: Clock) -> str:
    """The code of the department that owes a promise on a request; "" for others."""
    metric = Metric(clock.metric)
    if metric in OWED_BY_SUBJECT:
        return clock.subject.split("/")[0]
    return OWED_BY_DEPARTMENT.get(metric, "") if clock.subject else ""


def _rung(event: ClockEvent) -> EscalationStep | None:
    target = rules.published_target(event.clock.target_id)
    return rules.rung_of_step(target, event.step)


def _locked(ticket_ids: Iterable[int]) -> dict[int, Ticket]:
    tickets = (
        Ticket.objects.filter(pk__in=ticket_ids)
        .select_related("department")
        .order_by("pk")
        .select_for_update(of=("self",), skip_locked=True)
    )
    return {ticket.pk: ticket for ticket in tickets}


def _status(clock: Clock) -> str:
    """How a clock stands now that nobody else can end it."""
    return Clock.objects.values_list("status", flat=True).get(pk=clock.pk)


def _untold(limit: int) -> list[list[ClockEvent]]:
    """All that nobody was told of the clocks that wait longest, clock by clock."""
    waiting = ClockEvent.objects.untold()
    if shunned := _SHUNNED.present():
        waiting = waiting.exclude(clock__in=shunned)
    first = waiting.order_by("pk").values_list("clock_id", flat=True)[:limit]
    events = (
        waiting.filter(clock__in=list(first))
        .select_related("clock__ticket")
        .only(*NEEDED)
        .order_by("pk")
    )
    clocks: dict[int, list[ClockEvent]] = {}
    for event in events:
        clocks.setdefault(event.clock_id, []).append(event)
    return list(clocks.values())


def _alone() -> bool:
    """Hold the lock until the end of the transaction; False if somebody else does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK_KEY])
        (alone,) = cursor.fetchone()
    return bool(alone)


def _shun(clock: Sequence[ClockEvent], error: Exception) -> None:
    pk = clock[0].clock_id
    logger.error("nobody can be told of clock %d (%s)", pk, type(error).__name__)
    _SHUNNED.shun(pk)
