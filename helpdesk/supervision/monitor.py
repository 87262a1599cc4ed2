"""A conversation that a supervisor watches: read, never written (CM-55)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django.http import Http404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from helpdesk.supervision.board import nearest_open
from inquiries import merged, timeline
from inquiries import services as inquiries
from objections import services as objections
from sla.models import Clock
from sla.services.standing import Hold, holds
from staff.models import User
from tickets.models import (
    Attachment,
    Direction,
    Kind,
    Message,
    PrivateWord,
    Ticket,
    Verb,
)


@dataclass(frozen=True)
class Line:
    """One message as whoever watches sees it; `origin`: the merged one it is of."""

    message: Message
    who: str
    side: str
    files: list[tuple[Attachment, str]]
    origin: str

    @property
    def us(self) -> bool:
        return self.message.direction != Direction.IN


@dataclass(frozen=True)
class Monitored:
    """The conversation at one moment."""

    ticket: Ticket
    user: User
    now: datetime

    @classmethod
    def of(cls, number: str, *, user: User, at: datetime) -> Self:
        """What one may not see is a 404."""
        return cls(found(user, number), user, at)

    @cached_property
    def clock(self) -> Clock | None:
        """The next deadline."""
        return nearest_open(self.ticket.clocks.select_related("target"))

    @cached_property
    def hold(self) -> Hold | None:
        """Why the next deadline waits."""
        clock = self.clock
        return holds([clock]).get(clock.pk) if clock else None

    @cached_property
    def lines(self) -> list[Line]:
        """All that was said, with internal notes and merged conversations."""
        ticket = self.ticket
        keys = [ticket.pk]
        if ticket.kind == Kind.INQUIRY:
            keys = merged.together(ticket.inquiry)
        messages = (
            Message.objects.filter(ticket__in=keys)
            .select_related("author", "origin", "ticket__customer")
            .prefetch_related("attachments")
        )
        return [self._line(message) for message in messages]

    def _line(self, message: Message) -> Line:
        source = message.ticket
        who, side = _("Shoushi"), "own"
        if message.direction == Direction.IN:
            who, side = source.customer.surname, ""
        elif message.author is not None:
            who = message.author.display_name
        if message.direction == Direction.NOTE:
            side = "note"
        where = "objection_file" if source.kind == Kind.OBJECTION else "file"
        origin = source if source.pk != self.ticket.pk else message.origin
        return Line(
            message=message,
            who=who,
            side=side,
            files=[
                (file, reverse(f"desk:{where}", args=[source.number, file.public_id]))
                for file in message.attachments.all()
            ],
            origin=origin.number if origin else "",
        )

    @cached_property
    def timeline(self) -> list[timeline.Entry]:
        """The newest first."""
        return timeline.entries(self.ticket, by=self.user)[::-1]

    @cached_property
    def words(self) -> list[PrivateWord]:
        """What supervisors have told colleagues here, the newest first."""
        words = PrivateWord.objects.on(self.ticket, reader=self.user)
        return list(words.order_by("-pk"))

    @cached_property
    def has_joined(self) -> bool:
        """Whether this person writes here already, or it is theirs."""
        joined = self.ticket.events.filter(
            verb=Verb.JOINED, actor=self.user, data__cycle=self.ticket.cycle
        )
        return self.ticket.assignee_id == self.user.pk or joined.exists()

    @property
    def may_join(self) -> bool:
        return self.ticket.closed_at is None and self.user.receives

    @property
    def to_id(self) -> int | None:
        """For whom a word most likely is."""
        return self.ticket.assignee_id

    @property
    def colleagues(self) -> list[User]:
        """To whom a word can go."""
        return [
            person for person in User.objects.answering() if person.pk != self.user.pk
        ]


def found(user: User, number: str) -> Ticket:
    """A ticket that this person may see. Raises Http404."""
    visible = Ticket.objects.visible_to(user)
    try:
        return visible.select_related("customer", "assignee").get(number=number)
    except Ticket.DoesNotExist as error:
        raise Http404 from error


def verbs_of(user: User, number: str) -> tuple[Any, Any]:
    """A ticket that this person may see, and the verbs of its kind. Raises Http404."""
    ticket = found(user, number)
    if ticket.kind == Kind.OBJECTION:
        return ticket.objection, objections
    return ticket.inquiry, inquiries
