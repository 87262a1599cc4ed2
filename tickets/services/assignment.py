"""Who looks after a ticket: the one way in which it comes into somebody's hands.

The caller holds the lock on the ticket.
"""

from datetime import datetime

from staff.models import User
from tickets import feed
from tickets.models import Ticket, Verb
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


def _give(ticket: Ticket, *, to: User) -> bool:
    if ticket.assignee_id == to.pk:
        return False
    feed.announce(ticket, "ticket", to_customer=False)
    ticket.assignee = to
    ticket.save(update_fields=["assignee"])
    feed.announce(ticket, "ticket", to_customer=True)
    return True
