"""The ticket and all that belongs to it: messages, files, and its own history."""

from tickets.models.event import Event, Verb
from tickets.models.message import Attachment, Direction, Message, attachment_path
from tickets.models.ticket import Channel, Kind, Priority, Ticket, TicketQuerySet

__all__ = [
    "Attachment",
    "Channel",
    "Direction",
    "Event",
    "Kind",
    "Message",
    "Priority",
    "Ticket",
    "TicketQuerySet",
    "Verb",
    "attachment_path",
]
