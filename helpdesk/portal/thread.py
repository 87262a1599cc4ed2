"""What the customer sees of a conversation at one moment."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final, Self

from helpdesk.portal.said import Line, lines_of
from inquiries.links import thread_token
from inquiries.merged import merge_of, place_of_writing
from inquiries.models import Inquiry, InquiryTopic, RepairRequest, Topic
from inquiries.request_workflow import RepairStatus
from inquiries.services.owing import subject_of
from inquiries.workflow import WORKFLOW, Status, Step
from objections.links import case_path
from objections.models import Objection
from rows.questions import Question, Slot
from sla.models import Clock, ClockEvent, ClockEventKind, Metric
from sla.services.standing import Hold, clocks_of, holds
from tickets.tokens import derived_token

_BREACH: Final = Question(
    lambda: ClockEvent.objects.filter(clock=Slot("clock"), kind=ClockEventKind.BREACH)
)
_REPAIRS: Final = Question(
    lambda: RepairRequest.objects.filter(inquiry=Slot("inquiry"))
)


@dataclass(frozen=True)
class Repair:
    """A fault that was reported here, with the promises that still run."""

    request: RepairRequest
    clocks: list[Clock]


@dataclass(frozen=True)
class GoesOn:
    """Something asked of others, which the end of the conversation does not end."""

    icon: str
    title: str
    number: str
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
    written_in: Inquiry
    repairs: list[Repair]

    @classmethod
    def of(cls, inquiry: Inquiry, *, held: Collection[str], at: datetime) -> Self:
        """`held` are the numbers of the conversations of the reader's browser."""
        token = thread_token(inquiry)
        clock = promise_of(inquiry, held=held)
        waits = holds([clock] if clock else [])
        return cls(
            inquiry=inquiry,
            token=token,
            now=at,
            clock=clock,
            hold=waits.get(clock.pk) if clock else None,
            late=clock is not None and clock.is_late(at=at),
            told_at=told_at(clock),
            lines=lines_of(inquiry, held=held, token=token),
            ahead=ahead_of(inquiry),
            written_in=place_of_writing(inquiry)[0],
            repairs=repairs_of(inquiry),
        )

    @property
    def can_write(self) -> bool:
        return WORKFLOW.allows(self.written_in, Step.CUSTOMER_WRITES, by=None)

    @property
    def goes_elsewhere(self) -> bool:
        """Whether it is merged into a conversation that this reader may not read."""
        return self.written_in != self.inquiry

    @cached_property
    def case(self) -> Objection | None:
        """The objection that this conversation became; it goes on there."""
        if self.inquiry.status != Status.CONVERTED:
            return None
        return self.inquiry.objections.first()

    @property
    def case_path(self) -> str:
        """Whoever may read what was said here may follow what became of it."""
        return case_path(self.case) if self.case else ""

    @cached_property
    def topics(self) -> list[InquiryTopic]:
        """What was asked about."""
        return InquiryTopic.objects.asked_in(self.inquiry)

    @cached_property
    def topics_offered(self) -> list[tuple[str, str, bool]]:
        """The six topics with the greeting: code, label, whether it is open (IN-26)."""
        talked_in = self.can_write and not self.goes_elsewhere
        if not talked_in or self.inquiry.status == Status.NEW:
            return []
        asked = {it.topic for it in self.topics if it.answered_at is None}
        return [(code, str(label), code in asked) for code, label in Topic.choices]

    @property
    def asked_for_more(self) -> bool:
        """Whether the closing question waits for the customer's answer (IN-52)."""
        inquiry = self.inquiry
        asked = inquiry.closing_asked_at is not None
        waits = asked and inquiry.closing_answered_at is None and self.can_write
        return waits and not self.goes_elsewhere

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

    @cached_property
    def goes_on(self) -> list[GoesOn]:
        """Faults and wishes that others still work on, with their promises.

        Asked for only where the customer leaves or has left.
        """
        faults = [
            GoesOn("tool", it.request.device, it.request.number, it.clocks)
            for it in self.repairs
            if it.request.status != RepairStatus.FINISHED
        ]
        return faults + wishes_of(self.inquiry)

    @property
    def can_report_a_fault(self) -> bool:
        return WORKFLOW.allows(self.inquiry, Step.REPORT_FAULT, by=None)

    @property
    def reopens_until(self) -> datetime | None:
        """The end of the window for reopening, while it lasts."""
        if self.goes_elsewhere:
            return None
        until = self.inquiry.reopens_until
        return until if until and self.now <= until else None


def promise_of(inquiry: Inquiry, *, held: Collection[str]) -> Clock | None:
    """The nearest first reply that is owed to the reader, else the last promised."""
    made = [
        clock
        for clock in clocks_of(inquiry)
        if clock.cycle == inquiry.cycle and clock.metric == Metric.FIRST_REPLY
    ]
    promises = sorted(made, key=lambda clock: clock.subject)
    if any(clock.subject for clock in promises):
        merges = inquiry.absorbed.standing().filter(inquiry__number__in=list(held))
        known = {"", *map(subject_of, merges)}
        promises = [clock for clock in promises if clock.subject in known]
    if (merge := merge_of(inquiry, by=None)) is not None:
        subject = subject_of(merge)
        promises += [it for it in clocks_of(merge.into) if it.subject == subject]
    owed = [clock for clock in promises if clock.is_unfinished]
    if owed:
        return min(owed, key=lambda clock: clock.due_at)
    return next(iter(promises[::-1] if merge else promises), None)


def told_at(clock: Clock | None) -> datetime | None:
    """When a missed promise was reported to those who answer for it."""
    if clock is None or clock.breached_at is None:
        return None
    breach = _BREACH.first(clock=clock.pk)
    return breach.announced_at if breach else None


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


def wishes_of(inquiry: Inquiry) -> list[GoesOn]:
    """Wishes to change the contract whose result has yet to be told (IN-45)."""
    requests = list(inquiry.contract_requests.open())
    if not requests:
        return []
    promised = inquiry.clocks.running().filter(metric=Metric.CONTRACT_RESULT)
    clocks = {clock.subject: clock for clock in promised.select_related("target")}
    return [
        GoesOn(
            "file-pencil",
            request.get_clause_display(),
            request.number,
            [clocks[request.number]] if request.number in clocks else [],
        )
        for request in requests
    ]


def repairs_of(inquiry: Inquiry) -> list[Repair]:
    """Faults in the order of their reports; one query without any, else two."""
    requests = _REPAIRS.ask(inquiry=inquiry.pk)
    if not requests:
        return []
    running = inquiry.clocks.running().select_related("target")
    running = running.filter(subject__in=[request.number for request in requests])
    return [
        Repair(request, [clock for clock in running if clock.subject == request.number])
        for request in requests
    ]
