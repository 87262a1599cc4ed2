"""How far forward a ticket stands; the caller holds the lock on the ticket."""

from datetime import datetime

from staff.models import User
from tickets import feed
from tickets.models import Priority, Ticket, Verb
from tickets.services import events


def put_forward(ticket: Ticket, *, by: User | None, at: datetime) -> bool:
    """Raise a ticket's priority; whether it was not high before."""
    if ticket.priority == Priority.HIGH:
        return False
    ticket.priority = Priority.HIGH
    ticket.save(update_fields=["priority"])
    events.record(ticket, Verb.PRIORITY_RAISED, by=by, at=at)
    feed.announce(ticket, "ticket", to_customer=False)
    return True
