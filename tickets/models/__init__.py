"""The ticket and all that belongs to it: messages, files, and its own history."""

from tickets.addresses import AddressKind
from tickets.models.duty import Duty
from tickets.models.event import Event, Verb
from tickets.models.link import TicketLink, TicketLinkQuerySet
from tickets.models.message import Attachment, Direction, Message, attachment_path
from tickets.models.opening import Opening
from tickets.models.publication import PlaceKind, PublicationCheck, PublicationPlace
from tickets.models.scan import Scan
from tickets.models.sight import ByNumber, somebody
from tickets.models.staged import StagedFile
from tickets.models.store import Store, StoreDay, StoreHours
from tickets.models.ticket import (
    BY_URGENCY,
    LATELY_CLOSED,
    Channel,
    Kind,
    Priority,
    Ticket,
    TicketQuerySet,
)
from tickets.models.word import LONGEST_WORD, PrivateWord

__all__ = [
    "BY_URGENCY",
    "LATELY_CLOSED",
    "LONGEST_WORD",
    "AddressKind",
    "Attachment",
    "ByNumber",
    "Channel",
    "Direction",
    "Duty",
    "Event",
    "Kind",
    "Message",
    "Opening",
    "PlaceKind",
    "Priority",
    "PrivateWord",
    "PublicationCheck",
    "PublicationPlace",
    "Scan",
    "StagedFile",
    "Store",
    "StoreDay",
    "StoreHours",
    "Ticket",
    "TicketLink",
    "TicketLinkQuerySet",
    "TicketQuerySet",
    "Verb",
    "attachment_path",
    "somebody",
]
