"""All that a verb writes on a ticket, written together when it is done."""

from collections.abc import Iterator
from contextlib import contextmanager

from rows.sheet import Sheet
from tickets.models import Ticket


@contextmanager
def gathering(ticket: Ticket) -> Iterator[Sheet]:
    """A sheet for what is written on this ticket; within another one, that one.

    The caller holds the lock on the ticket, and has no second copy of its row in hand.
    """
    if ticket.sheet is not None:
        yield ticket.sheet
        return
    ticket.sheet = Sheet()
    try:
        yield ticket.sheet
        ticket.sheet.write()
    finally:
        ticket.sheet = None
