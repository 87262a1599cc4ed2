"""What a rung of a ladder does to a ticket beyond telling people of it."""

from collections.abc import Sequence
from datetime import datetime

from sla.models import Action, ClockEvent, ClockStatus, EscalationStep
from staff.models import ANSWERS, User
from tickets.models import Kind, Ticket, Verb
from tickets.services import assignment, priority


def follow(
    event: ClockEvent,
    rung: EscalationStep,
    *,
    audience: Sequence[int],
    at: datetime,
) -> None:
    """Do what a rung asks for, while its clock runs; doing it twice does nothing more.

    The caller holds the lock on the ticket of a rung that does more than tell.
    """
    ticket = event.clock.ticket
    if rung.action == Action.NOTIFY:
        return
    if event.clock.status != ClockStatus.RUNNING or ticket.closed_at is not None:
        return
    if rung.action == Action.RAISE_PRIORITY:
        priority.put_forward(ticket, by=None, at=at)
    elif rung.action == Action.REASSIGN and not _changed_hands(ticket, since=event.at):
        successor = _successor(ticket, audience)
        if successor is not None:
            assignment.give(ticket, to=successor, by=None, at=at)


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
