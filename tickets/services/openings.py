"""Note who looks at a ticket: the desk says so, once for a person and a cycle."""

from datetime import datetime

from staff.models import User
from tickets.models import Opening, Ticket


def note(ticket: Ticket, *, by: User, at: datetime) -> bool:
    """Keep the first look of a person in the ticket's present cycle; whether it was.

    One statement, without the lock of the ticket: whoever looks waits for nobody, and
    the database keeps the first of several.
    """
    rows = Opening.objects.filter(ticket=ticket.pk, cycle=ticket.cycle, user=by)
    if rows.exists():
        return False
    Opening.objects.bulk_create(
        [Opening(ticket_id=ticket.pk, cycle=ticket.cycle, user=by, at=at)],
        ignore_conflicts=True,
    )
    return True
