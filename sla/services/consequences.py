"""What a rung of a ladder does to a ticket beyond telling people of it.

A promise may outlive its conversation: a fault still has to be dealt with, a wish to be
decided, a follow-up to be sent. So a rung acts on a closed ticket as on an open one. On
what a department owes it acts there, and leaves the ticket with whoever has it.
"""

from collections.abc import Sequence
from datetime import datetime

from sla.models import Action, ClockEvent, ClockStatus, EscalationStep
from sla.services.directory import Owed
from staff.models import ANSWERS, User
from tickets.models import Kind, Ticket, Verb
from tickets.services import assignment, priority


def follow(
    event: ClockEvent,
    rung: EscalationStep,
    *,
    audience: Sequence[int],
    owed: Owed | None = None,
    at: datetime,
) -> int | None:
    """Do what a rung asks for, while its clock runs; doing it twice does nothing more.

    `owed` says by which department, where it is one. Returns who was charged with a
    department's request by this, if anybody was. The caller holds the lock on the
    ticket of a rung that does more than tell.
    """
    ticket = event.clock.ticket
    if rung.action == Action.NOTIFY or event.clock.status != ClockStatus.RUNNING:
        return None
    if rung.action == Action.RAISE_PRIORITY:
        priority.put_forward(ticket, by=None, at=at)
    elif rung.action == Action.REASSIGN and owed is not None:
        return _charge(event, audience, owed, at=at)
    elif rung.action == Action.REASSIGN and not _changed_hands(ticket, since=event.at):
        successor = _successor(ticket, audience)
        if successor is not None:
            assignment.give(ticket, to=successor, by=None, at=at)
    return None


def _charge(
    event: ClockEvent, audience: Sequence[int], owed: Owed, *, at: datetime
) -> int | None:
    """Give a department's request to the first who may work on it and has it not."""
    others = [pk for pk in audience if pk != owed.person_id]
    people: dict[int, User] = User.objects.in_bulk(others)
    for person in (people[pk] for pk in others):
        if person.supervises or person.department_id == owed.department_id:
            subject, ticket = event.clock.subject, event.clock.ticket
            assignment.charge(ticket, subject=subject, to=person, by=None, at=at)
            return person.pk
    return None


def _changed_hands(ticket: Ticket, *, since: datetime) -> bool:
    """Whether somebody has seen to it meanwhile that the right person has it."""
    return ticket.events.filter(
        verb__in=(Verb.TAKEN, Verb.ASSIGNED), actor__isnull=False, at__gt=since
    ).exists()


def _successor(ticket: Ticket, audience: Sequence[int]) -> User | None:
    """The first of the audience, other than the assignee, who may hold the ticket."""
    others = [pk for pk in audience if pk != ticket.assignee_id]
    people: dict[int, User] = User.objects.in_bulk(others)
    for pk in others:
        person = people[pk]
        if ticket.kind != Kind.INQUIRY or person.role in ANSWERS:
            return person
    return None
