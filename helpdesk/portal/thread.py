"""What the customer sees of a conversation at one moment."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Self

from django.urls import reverse
from django.utils.translation import gettext as _

from inquiries.links import thread_token
from inquiries.models import Inquiry, RepairRequest, Topic
from inquiries.workflow import WORKFLOW, Status, Step
from sla.models import Clock, ClockEventKind, Metric
from sla.services.standing import Hold, holds
from tickets.models import Attachment, Direction, Message
from tickets.tokens import derived_token


@dataclass(frozen=True)
class Line:
    """One message as the customer sees it."""

    message: Message
    who: str
    us: bool
    files: list[tuple[Attachment, str]]

    @property
    def side(self) -> str:
        return "" if self.us else "own"


@dataclass(frozen=True)
class Repair:
    """A fault that was reported here, with the promises that still run."""

    request: RepairRequest
    clocks: list[Clock]


@dataclass(frozen=True)
class Thread:
    """The promise, the messages, and what the customer can do now."""

    inquiry: Inquiry
    token: str
    now: datetime
    clock: Clock | None
    hold: Hold | None
    late: bool
    told_at: datetime | None
    lines: list[Line]
    ahead: int
    repairs: list[Repair]

    @classmethod
    def of(cls, inquiry: Inquiry, *, at: datetime) -> Self:
        token = thread_token(inquiry)
        clock = (
            inquiry.clocks.select_related("target")
            .filter(cycle=inquiry.cycle, metric=Metric.FIRST_REPLY)
            .first()
        )
        held = holds([clock] if clock else [])
        return cls(
            inquiry=inquiry,
            token=token,
            now=at,
            clock=clock,
            hold=held.get(clock.pk) if clock else None,
            late=clock is not None and clock.is_late(at=at),
            told_at=told_at(clock),
            lines=lines_of(inquiry, token=token),
            ahead=ahead_of(inquiry),
            repairs=repairs_of(inquiry),
        )

    @property
    def can_write(self) -> bool:
        return WORKFLOW.allows(self.inquiry, Step.CUSTOMER_WRITES, by=None)

    @cached_property
    def topics_offered(self) -> list[tuple[str, str, bool]]:
        """The six topics with the greeting: code, label, whether it is open (IN-26)."""
        if not self.can_write or self.inquiry.status == Status.NEW:
            return []
        asked = {it.topic for it in self.inquiry.topics.all() if it.answered_at is None}
        return [(code, str(label), code in asked) for code, label in Topic.choices]

    @property
    def asked_for_more(self) -> bool:
        """Whether the closing question waits for the customer's answer (IN-52)."""
        inquiry = self.inquiry
        asked = inquiry.closing_asked_at is not None
        return asked and inquiry.closing_answered_at is None and self.can_write

    @property
    def no_more_token(self) -> uuid.UUID:
        """However often the button is pressed, the question is answered once."""
        inquiry = self.inquiry
        return derived_token("no more", inquiry.number, inquiry.event_count)

    @property
    def can_leave(self) -> bool:
        """Whether an answer is still owed that the customer may not need any more."""
        allowed = WORKFLOW.allows(self.inquiry, Step.ABANDON, by=None)
        return allowed and self.inquiry.last_answer_id is None

    @property
    def can_report_a_fault(self) -> bool:
        return WORKFLOW.allows(self.inquiry, Step.REPORT_FAULT, by=None)

    @property
    def reopens_until(self) -> datetime | None:
        """The end of the window for reopening, while it lasts."""
        until = self.inquiry.reopens_until
        return until if until and self.now <= until else None


def told_at(clock: Clock | None) -> datetime | None:
    """When a missed promise was reported to those who answer for it."""
    if clock is None or clock.breached_at is None:
        return None
    breach = clock.events.filter(kind=ClockEventKind.BREACH).first()
    return breach.announced_at if breach else None


def lines_of(inquiry: Inquiry, *, token: str) -> list[Line]:
    """What was said, in order; internal notes never leave the house."""
    messages = (
        inquiry.messages.exclude(direction=Direction.NOTE)
        .select_related("author")
        .prefetch_related("attachments")
    )
    return [
        Line(
            message=message,
            who=name_of(message),
            us=message.direction == Direction.OUT,
            files=[
                (file, reverse("portal:file", args=[token, file.public_id]))
                for file in message.attachments.all()
            ],
        )
        for message in messages
    ]


def name_of(message: Message) -> str:
    """The reader as such, our people by work number."""
    if message.direction == Direction.IN:
        return _("You")
    if message.author is None:
        return _("Shoushi")
    return _("Agent %(number)s") % {"number": message.author.work_number}


def ahead_of(inquiry: Inquiry) -> int:
    """How many others have waited longer for their first answer."""
    since = inquiry.customer_waiting_since
    if since is None or inquiry.first_human_reply_at is not None:
        return 0
    return (
        Inquiry.objects.filter(closed_at=None, first_human_reply_at=None)
        .filter(customer_waiting_since__lt=since)
        .count()
    )


def repairs_of(inquiry: Inquiry) -> list[Repair]:
    """Faults in the order of their reports; one query without any, else two."""
    requests = list(inquiry.repair_requests.all())
    if not requests:
        return []
    running = inquiry.clocks.running().select_related("target")
    running = running.filter(subject__in=[request.number for request in requests])
    return [
        Repair(request, [clock for clock in running if clock.subject == request.number])
        for request in requests
    ]
