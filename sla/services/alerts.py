"""Tell the right people of warnings and breaches, and let them acknowledge.

The clock event is the outbox row: people are told first, then it is marked, so that a
crash in between tells them again, which UNIQUE(event, recipient) makes harmless.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from django.db import transaction

from sla.models import (
    ALERTING_KINDS,
    Audience,
    Clock,
    ClockEvent,
    ClockEventKind,
    EscalationStep,
    Notification,
)
from staff.models import SUPERVISES, Role, User
from tickets import feed
from tickets.models import Ticket, Verb
from tickets.services import events
from tickets.workflow import NotAllowed

BATCH: Final = 500


class Directory:
    """Who holds which post at this moment, read once per batch.

    Nobody is told who has left; where that leaves an assignee without a supervisor,
    all supervisors are.
    """

    def __init__(self) -> None:
        people = User.objects.active().values_list("pk", "role")
        self.active = {pk for pk, _ in people}
        self.supervisors = {pk for pk, role in people if role == Role.SUPERVISOR}
        self.managers = {pk for pk, role in people if role == Role.MANAGER}

    def audience(self, audience: Audience, ticket: Ticket) -> set[int]:
        """The people behind an audience, for this ticket."""
        if audience == Audience.MANAGER:
            return self.managers
        if audience == Audience.MANAGER_AND_DEPARTMENT_HEAD:
            return self.managers | self._present(self._head_id(ticket))
        assignee = ticket.assignee
        if assignee is None:
            return self.supervisors
        above = self._present(assignee.supervisor_id)
        return self.assignee(ticket) | (above or self.supervisors)

    def assignee(self, ticket: Ticket) -> set[int]:
        """Whoever looks after this ticket; nobody may."""
        return self._present(ticket.assignee_id)

    def _present(self, person_id: int | None) -> set[int]:
        return {person_id} & self.active if person_id else set()

    @staticmethod
    def _head_id(ticket: Ticket) -> int | None:
        """The head of the ticket's department, else of the assignee's."""
        assignee = ticket.assignee
        department = ticket.department or (assignee.department if assignee else None)
        return department.head_id if department else None


def announce(*, at: datetime, limit: int = BATCH) -> int:
    """Notify people of clock events that nobody has been told of; how many events."""
    with transaction.atomic():
        batch = list(
            ClockEvent.objects.filter(announced_at=None, kind__in=ALERTING_KINDS)
            .select_related(
                "clock__target",
                "clock__ticket__assignee__department",
                "clock__ticket__department",
            )
            .order_by("pk")
            .select_for_update(skip_locked=True, of=("self",))[:limit]
        )
        if not batch:
            return 0
        notices = [
            Notification(recipient_id=recipient, event=event, created_at=at)
            for event, recipients in _addressed(batch)
            for recipient in sorted(recipients)
        ]
        Notification.objects.bulk_create(notices, ignore_conflicts=True)
        ClockEvent.objects.filter(pk__in=[event.pk for event in batch]).update(
            announced_at=at
        )
        feed.announce_notifications({notice.recipient_id for notice in notices})
    return len(batch)


def _addressed(
    batch: Sequence[ClockEvent],
) -> Iterable[tuple[ClockEvent, set[int]]]:
    directory = Directory()
    versions = {event.clock.target.version_id for event in batch}
    ladder = {
        (step.version_id, step.position): Audience(step.audience)
        for step in EscalationStep.objects.filter(version__in=versions)
    }
    for event in batch:
        ticket = event.clock.ticket
        if event.kind == ClockEventKind.WARNING:
            yield event, directory.assignee(ticket)
            continue
        position = event.step - Clock.BREACH_STEP
        audience = ladder.get((event.clock.target.version_id, position))
        yield event, directory.audience(audience, ticket) if audience else set()


@transaction.atomic
def acknowledge(clock: Clock, *, by: User, at: datetime) -> Clock:
    """A supervisor has seen a missed promise and takes care of it; the first counts.

    Also clears this person's own notices of the ticket. Raises NotAllowed for people
    who do not supervise.
    """
    if by.role not in SUPERVISES:
        raise NotAllowed("acknowledge")
    ticket = Ticket.objects.select_for_update().get(pk=clock.ticket_id)
    acknowledge_notices(ticket, by=by, at=at)
    first = Clock.objects.filter(
        pk=clock.pk, breached_at__isnull=False, acknowledged_at=None
    ).update(acknowledged_at=at, acknowledged_by=by)
    if first:
        events.record(
            ticket, Verb.BREACH_ACKNOWLEDGED, by=by, at=at, metric=clock.metric
        )
        feed.announce(ticket, "clock", to_customer=False)
    clock.refresh_from_db()
    return clock


def acknowledge_notices(ticket: Ticket, *, by: User, at: datetime) -> int:
    """Stop reminding this person of this ticket; how many notices that were."""
    return Notification.objects.filter(
        recipient=by, event__clock__ticket=ticket, acknowledged_at=None
    ).update(acknowledged_at=at)
