"""What a ticket is and where it is opened, for tickets of every kind."""

from django import template
from django.urls import reverse

from inquiries.workflow import Status as InquiryStatus
from objections.workflow import Status as ObjectionStatus
from tickets.models import Kind, Ticket

register = template.Library()


@register.filter
def desk_url(ticket: Ticket) -> str:
    """Where colleagues open a ticket."""
    name = "objection" if ticket.kind == Kind.OBJECTION else "inquiry"
    return reverse(f"desk:{name}", args=[ticket.number])


@register.filter
def status_words(ticket: Ticket) -> str:
    """The status in the reader's words."""
    if ticket.kind == Kind.OBJECTION:
        return str(ObjectionStatus(ticket.status).label)
    return str(InquiryStatus(ticket.status).label)
