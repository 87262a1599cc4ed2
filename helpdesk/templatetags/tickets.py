"""What a ticket is and where it is opened, for tickets of every kind."""

from django import template

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
