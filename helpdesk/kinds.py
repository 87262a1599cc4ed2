"""What a list says of a ticket, by its kind."""

from collections.abc import Iterable
from typing import Final, NamedTuple, Self

from django.urls import reverse
from django.utils.translation import get_language

from inquiries.models import InquiryTopic, Topic
from inquiries.workflow import Status as InquiryStatus
from objections.models import Objection, ObjectionType, Severity
from objections.workflow import Status as ObjectionStatus
from tickets.models import Kind, Ticket

# What a list selects with its tickets, so that the rest costs nothing more.
ABOUT: Final = ("inquiry", "objection__subtype")


def topics_of(ticket: Ticket) -> list[InquiryTopic]:
    """What is asked on an inquiry; nothing on a ticket of another kind."""
    return list(ticket.inquiry.topics.all()) if ticket.kind == Kind.INQUIRY else []


class About(NamedTuple):
    """What an objection is about, as its tags tell it."""

    type: str
    severity: str
    urgings: int
    subtype_zh: str | None
    subtype_en: str | None

    @classmethod
    def of(cls, objection: Objection) -> Self:
        subtype = objection.subtype
        return cls(
            objection.type,
            objection.severity,
            objection.urgings,
            subtype.name_zh if subtype else None,
            subtype.name_en if subtype else None,
        )

    @property
    def severity_word(self) -> str:
        return str(Severity(self.severity).label)

    @property
    def type_word(self) -> str:
        return str(ObjectionType(self.type).label)

    @property
    def subtype(self) -> str | None:
        return self.subtype_en if get_language() == "en" else self.subtype_zh


def about_of(ticket: Ticket) -> About | None:
    """What an objection is about; None for a ticket of another kind."""
    return About.of(ticket.objection) if ticket.kind == Kind.OBJECTION else None


def href_of(kind: str, number: str) -> str:
    """Where colleagues open a ticket."""
    name = "objection" if kind == Kind.OBJECTION else "inquiry"
    return reverse(f"desk:{name}", args=[number])


def topic_words(codes: Iterable[str]) -> list[str]:
    """Topics in the reader's words."""
    return [str(Topic(code).label) for code in codes]


def word_of(kind: str, status: str) -> str:
    """A status in the reader's words."""
    statuses = ObjectionStatus if kind == Kind.OBJECTION else InquiryStatus
    return str(statuses(status).label)
