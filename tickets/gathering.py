"""All that a verb does to a ticket: written together, and told at once when done."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from rows.sheet import Sheet
from tickets.feed import Notice, publish
from tickets.models import Ticket


class Gathered(Sheet):
    """The rows of a verb, and what open pages are told once they are committed."""

    def __init__(self) -> None:
        super().__init__()
        self.notices: list[Notice] = []


@contextmanager
def gathering(ticket: Ticket) -> Iterator[Gathered]:
    """A sheet for what is written on this ticket; within another one, that one.

    The caller holds the lock on the ticket, and has no second copy of its row in hand.
    """
    if ticket.sheet is not None:
        yield ticket.sheet
        return
    ticket.sheet = sheet = Gathered()
    try:
        yield sheet
        sheet.write()
    finally:
        ticket.sheet = None
    if sheet.notices:
        transaction.on_commit(lambda: publish(sheet.notices))
