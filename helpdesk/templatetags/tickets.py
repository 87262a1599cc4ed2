"""What a ticket is and where it is opened, for tickets of every kind."""

from django import template
from django.utils.safestring import SafeString

from helpdesk.desk.rows import Row
from helpdesk.kinds import href_of, word_of
from tickets.models import Ticket

register = template.Library()


@register.filter
def desk_url(ticket: Ticket) -> str:
    """Where colleagues open a ticket."""
    return href_of(ticket.kind, ticket.number)


@register.filter
def status_words(ticket: Ticket) -> str:
    """The status in the reader's words."""
    return word_of(ticket.kind, ticket.status)


@register.simple_tag
def ticket_row(row: Row, opened: str = "") -> SafeString:
    """A row of the desk's list; `opened` is the number of the ticket beside it."""
    return row.drawn(is_open=row.number == opened)
