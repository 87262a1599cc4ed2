"""One open inquiry as a colleague sees it: conversation, next step, surroundings."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from django.db.models import Prefetch
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from helpdesk.desk.asked import Asked
from helpdesk.desk.askings import ASKINGS, Asking
from helpdesk.desk.clock_stories import ClockStory, stories
from helpdesk.desk.listing import telling_clock
from inquiries import timeline
from inquiries.models import Inquiry
from inquiries.next_step import next_step, possible_steps
from inquiries.workflow import Step
from knowledge.models import Script
from sla.models import Clock
from sla.services.standing import Hold, holds
from staff.models import User
from tickets.models import Attachment, Direction, Message
from tickets.tokens import derived_token


@dataclass(frozen=True)
class Line:
    """One message as a colleague sees it."""

    message: Message
    who: str
    side: str
    files: list[tuple[Attachment, str]]

    @property
    def us(self) -> bool:
        return self.message.direction != Direction.IN


@dataclass(frozen=True)
class Workspace:
    """The open inquiry at one moment."""

    inquiry: Inquiry
    user: User
    now: datetime

    @classmethod
    def of(cls, number: str, *, user: User, at: datetime) -> Self:
        """Raises Inquiry.DoesNotExist for what this person may not see."""
        clocks = Clock.objects.select_related(
            "target__version__policy", "target__calendar", "acknowledged_by"
        )
        inquiry = (
            Inquiry.objects.visible_to(user)
            .select_related("channel", "customer", "assignee", "department")
            .prefetch_related("topics", Prefetch("clocks", clocks))
            .get(number=number)
        )
        return cls(inquiry=inquiry, user=user, now=at)

    @cached_property
    def clocks(self) -> list[Clock]:
        """The newest first."""
        return sorted(self.inquiry.clocks.all(), key=lambda c: c.pk, reverse=True)

    @cached_property
    def clock(self) -> Clock | None:
        return telling_clock(self.clocks)

    @cached_property
    def hold(self) -> Hold | None:
        """Why the clock that speaks for the ticket waits."""
        clock = self.clock
        return holds([clock]).get(clock.pk) if clock else None

    @cached_property
    def stories(self) -> list[ClockStory]:
        """Every clock explained, the newest first."""
        return stories(self.clocks, at=self.now)

    @cached_property
    def can(self) -> dict[str, bool]:
        """The steps that have a button."""
        possible = possible_steps(self.inquiry, by=self.user)
        return {str(step): step in possible for step in Step}

    @cached_property
    def next_step(self) -> Step | None:
        return next_step(self.inquiry, by=self.user)

    @property
    def is_mine(self) -> bool:
        return self.inquiry.assignee_id == self.user.pk

    @property
    def greeting_token(self) -> uuid.UUID:
        """One greeting per cycle, however often its button is pressed."""
        return derived_token("greeting", self.inquiry.number, self.inquiry.cycle)

    @cached_property
    def lines(self) -> list[Line]:
        """Everything that was said, internal notes included."""
        messages = self.inquiry.messages.select_related("author").prefetch_related(
            "attachments"
        )
        return [line_of(message, self.inquiry) for message in messages]

    @cached_property
    def notes(self) -> list[Line]:
        return [line for line in self.lines if line.message.direction == Direction.NOTE]

    @cached_property
    def timeline(self) -> list[timeline.Entry]:
        """The newest first."""
        return timeline.entries(self.inquiry)[::-1]

    @cached_property
    def asked(self) -> Asked:
        """What is asked of other departments, and what was explained."""
        return Asked(self.inquiry, self.user, self.now, clocks=self.clocks[::-1])

    @property
    def popups(self) -> list[Asking]:
        """All of them: what makes sense changes while the page stays open."""
        return list(ASKINGS.values())

    @cached_property
    def askings(self) -> list[Asking]:
        """The forms about contract, delivery and faults that make sense now."""
        return [asking for asking in ASKINGS.values() if self.can[asking.step]]

    @cached_property
    def scripts(self) -> list[Script]:
        """For those who answer, now or after reopening."""
        answers = self.can[Step.REPLY] or self.can[Step.REOPEN]
        return list(Script.objects.usable()) if answers else []

    @cached_property
    def colleagues(self) -> list[User]:
        return list(User.objects.answering())


def line_of(message: Message, inquiry: Inquiry) -> Line:
    """A message with who wrote it, on whose side it stands, and its files."""
    if message.direction == Direction.IN:
        who, side = inquiry.customer.surname, ""
    elif message.author is None:
        who, side = _("Shoushi"), "own"
    else:
        who = message.author.display_name
        side = "note" if message.direction == Direction.NOTE else "own"
    files = [
        (file, reverse("desk:file", args=[inquiry.number, file.public_id]))
        for file in message.attachments.all()
    ]
    return Line(message=message, who=who, side=side, files=files)
