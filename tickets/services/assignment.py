"""Who looks after a ticket: the one way in which it comes into somebody's hands.

Whoever is involved sees the ticket and may be asked for something; it stays in the
hands in which it is.

The caller holds the lock on the ticket.
"""

from datetime import datetime

from staff.models import Department, User
from tickets import feed
from tickets.models import Duty, Ticket, Verb
from tickets.services import events


def take(ticket: Ticket, *, by: User, at: datetime) -> bool:
    """Make a ticket one's own; whether it was not so before."""
    if not _give(ticket, to=by):
        return False
    events.record(ticket, Verb.TAKEN, by=by, at=at)
    return True


def give(ticket: Ticket, *, to: User, by: User | None, at: datetime) -> bool:
    """Give a ticket to a colleague; `by` is None for the policy's ladder.

    Returns whether it was not theirs before.
    """
    before = ticket.assignee_id
    if not _give(ticket, to=to):
        return False
    events.record(ticket, Verb.ASSIGNED, by=by, at=at, to=to.pk, before=before)
    return True


def charge(
    ticket: Ticket, *, subject: str, to: User, by: User | None, at: datetime
) -> bool:
    """Let somebody see to one request of a ticket, which itself stays where it is.

    `by` is None for the policy's ladder. Returns whether it was not theirs before.
    """
    duty = Duty.objects.filter(ticket=ticket, subject=subject).first()
    before = duty.person_id if duty else None
    if before == to.pk:
        return False
    Duty.objects.update_or_create(
        ticket=ticket, subject=subject, defaults={"person": to, "given_at": at}
    )
    data = {"to": to.pk, "before": before, "subject": subject}
    events.record(ticket, Verb.ASSIGNED, by=by, at=at, **data)
    feed.announce(ticket, "ticket", to_customer=False)
    return True


def involve(ticket: Ticket, department: Department) -> bool:
    """Let a department see a ticket of which it is asked something.

    Returns whether it was not involved before.
    """
    if department.pk in ticket.involved:
        return False
    ticket.involved = [*ticket.involved, department.pk]
    ticket.save(update_fields=["involved"])
    feed.announce(ticket, "ticket", to_customer=False)
    return True


def _give(ticket: Ticket, *, to: User) -> bool:
    if ticket.assignee_id == to.pk:
        return False
    feed.announce(ticket, "ticket", to_customer=False)
    ticket.assignee = to
    ticket.save(update_fields=["assignee"])
    feed.announce(ticket, "ticket", to_customer=True)
    return True
