"""A conversation that a supervisor watches: read, never written (CM-55)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django.http import Http404
from django.utils.functional import cached_property

from helpdesk.desk.objection import ObjectionWorkspace
from helpdesk.desk.workspace import Workspace
from inquiries import services as inquiries
from objections import services as objections
from staff.models import User
from tickets.models import Kind, PrivateWord, Ticket, Verb


@dataclass(frozen=True)
class Monitored:
    """The conversation at one moment, as whoever watches sees it."""

    workspace: Workspace | ObjectionWorkspace
    user: User
    now: datetime

    @classmethod
    def of(cls, number: str, *, user: User, at: datetime) -> Self:
        """What one may not see is a 404."""
        about = found(user, number)
        of = ObjectionWorkspace.of if about.kind == Kind.OBJECTION else Workspace.of
        return cls(of(number, user=user, at=at), user, at)

    @property
    def ticket(self) -> Ticket:
        return self.workspace.ticket

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
    try:
        return Ticket.objects.visible_to(user).get(number=number)
    except Ticket.DoesNotExist as error:
        raise Http404 from error


def verbs_of(user: User, number: str) -> tuple[Any, Any]:
    """A ticket that this person may see, and the verbs of its kind. Raises Http404."""
    ticket = found(user, number)
    if ticket.kind == Kind.OBJECTION:
        return ticket.objection, objections
    return ticket.inquiry, inquiries
