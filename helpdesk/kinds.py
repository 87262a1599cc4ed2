"""What a list says of a ticket, by its kind."""

from typing import Final

from inquiries.models import InquiryTopic
from objections.models import Objection
from tickets.models import Kind, Ticket

# What a list selects with its tickets, so that the rest costs nothing more.
ABOUT: Final = ("inquiry", "objection__subtype")


def topics_of(ticket: Ticket) -> list[InquiryTopic]:
    """What is asked on an inquiry; nothing on a ticket of another kind."""
    return list(ticket.inquiry.topics.all()) if ticket.kind == Kind.INQUIRY else []


def objection_of(ticket: Ticket) -> Objection | None:
    """The objection that a ticket is; None for one of another kind."""
    return ticket.objection if ticket.kind == Kind.OBJECTION else None
