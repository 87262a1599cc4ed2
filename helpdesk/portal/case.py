"""What the customer sees of a case at one moment: like the way of a parcel."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final, Self

from django.urls import reverse
from django.utils.translation import gettext as _

from customers import sms
from helpdesk.case_words import level_word, measure_text
from helpdesk.portal.said import name_of
from helpdesk.portal.settlement import Settlement
from objections.models import FormVersion, Objection
from objections.services import promises
from objections.workflow import WORKFLOW, Status, Step
from sla.models import Clock, ClockEventKind, ClockStatus, Metric
from staff.models import Department
from tickets.models import Attachment, Direction, Event, Message, Verb

# The done steps that a customer is shown, with their icons; the rest is housekeeping.
ICONS: Final = {
    Verb.OBJECTION_FILED: "flag",
    Verb.OBJECTION_ANSWERED_AUTOMATICALLY: "mail-check",
    Verb.OBJECTION_ACKNOWLEDGED: "eye-check",
    Verb.OBJECTION_RECORDED: "clipboard-check",
    Verb.OBJECTION_HANDED_OFF: "transfer",
    Verb.HANDOFF_ACCEPTED: "user-search",
    Verb.HANDOFF_RETURNED: "arrow-back-up",
    Verb.EVIDENCE_ASKED: "file-search",
    Verb.INVESTIGATION_WENT_ON: "player-track-next",
    Verb.INVESTIGATION_CONCLUDED: "gavel",
    Verb.INVESTIGATION_EXTENDED: "clock-plus",
    Verb.PROPOSAL_SENT: "mail-opened",
    Verb.PROPOSAL_REMINDED: "bell",
    Verb.PROPOSAL_ACCEPTED: "thumb-up",
    Verb.PROPOSAL_REJECTED: "thumb-down",
    Verb.INVESTIGATED_AGAIN: "repeat",
    Verb.OBJECTION_ESCALATED: "stairs-up",
    Verb.ACTION_DONE: "checkbox",
    Verb.RESULT_TOLD: "message-check",
    Verb.RETURN_VISIT_TRIED: "phone-off",
    Verb.RETURN_VISIT_DONE: "phone-check",
    Verb.CUSTOMER_RATED: "star",
    Verb.OBJECTION_CLOSED: "flag-check",
    Verb.OBJECTION_REOPENED: "rotate",
    Verb.APPEAL_MADE: "zoom-check",
    Verb.APPEAL_DECIDED: "scale",
    Verb.OBJECTION_ARCHIVED: "archive",
    Verb.OBJECTION_URGED: "bell-ringing",
    Verb.OBJECTION_WITHDRAWN: "circle-x",
}


@dataclass(frozen=True)
class Done:
    """One step behind us: what happened, when, and by whom."""

    icon: str
    text: str
    at: datetime
    who: str


@dataclass(frozen=True)
class Next:
    """One promise ahead of us."""

    text: str
    clock: Clock
    late: bool

    @property
    def paused(self) -> bool:
        return self.clock.status == ClockStatus.PAUSED


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
class Case:
    """An objection as its customer follows it."""

    objection: Objection
    now: datetime
    done: list[Done]
    ahead: list[Next]
    told_at: datetime | None
    lines: list[Line]
    form: FormVersion | None
    asked_with: int | None
    settlement: Settlement

    @classmethod
    def of(cls, objection: Objection, *, at: datetime) -> Self:
        """Read all that the page shows; how many queries hangs on nothing."""
        clocks = list(objection.clocks.select_related("target"))
        ahead = ahead_of(clocks, at=at)
        late = [it.clock for it in ahead if it.late]
        happened = events_of(objection)
        settlement = Settlement.of(objection, happened, clocks, at=at)
        return cls(
            objection=objection,
            now=at,
            done=done_of(happened, actions_of(settlement)),
            ahead=ahead,
            told_at=told_at(late),
            lines=lines_of(objection),
            form=objection.forms.prefetch_related("documents").last(),
            asked_with=asked_with(objection, happened),
            settlement=settlement,
        )

    @property
    def number(self) -> str:
        return self.objection.number

    @property
    def late(self) -> list[Next]:
        """What we owe already; the page says it first."""
        return [it for it in self.ahead if it.late]

    @property
    def next(self) -> Next | None:
        """The promise that falls due first, of those that are not late."""
        coming = [it for it in self.ahead if not it.late]
        return min(coming, key=lambda it: it.clock.due_at, default=None)

    @property
    def later(self) -> list[Next]:
        """The promises after it, by their time."""
        coming = [it for it in self.ahead if not it.late and it != self.next]
        return sorted(coming, key=lambda it: it.clock.due_at)

    @property
    def standing(self) -> str:
        """Where it stands in plain words: what the last step was."""
        return self.done[-1].text if self.done else ""

    @property
    def asked(self) -> Line | None:
        """What we asked the customer for, while we wait for it."""
        found = (it for it in self.lines if it.message.pk == self.asked_with)
        return next(found, None)

    @property
    def has_ended(self) -> bool:
        return self.objection.has_ended

    @property
    def is_withdrawn(self) -> bool:
        return self.objection.status == Status.WITHDRAWN

    @property
    def can_write(self) -> bool:
        return WORKFLOW.allows(self.objection, Step.CUSTOMER_WRITES, by=None)

    @property
    def can_urge(self) -> bool:
        """Not while it is the customer whom we wait for."""
        ours = self.settlement.stage not in {"answer", "marks"}
        return ours and WORKFLOW.allows(self.objection, Step.URGE, by=None)

    @property
    def can_withdraw(self) -> bool:
        return WORKFLOW.allows(self.objection, Step.WITHDRAW, by=None)

    @property
    def phone_unconfirmed(self) -> bool:
        """Whether a number was given that nobody has confirmed."""
        given = self.objection.customer.phone_tail != ""
        return given and self.objection.phone_confirmed_at is None

    @property
    def asks_code(self) -> bool:
        """Whether the customer can show by a code that the number is theirs."""
        return self.phone_unconfirmed and sms.is_set_up()

    @cached_property
    def acknowledgement(self) -> str:
        """The words with which receipt was confirmed, exactly as they were sent."""
        sent = (it.message for it in self.lines if it.us and it.message.automatic)
        return next((message.text for message in sent), "")

    @property
    def told(self) -> str:
        """The words in which number and estimate were told."""
        found = (it.message for it in self.lines)
        mine = self.objection.told_with_id
        return next((it.text for it in found if it.pk == mine), "")


def ahead_of(clocks: Iterable[Clock], *, at: datetime) -> list[Next]:
    """Each running promise in the customer's words.

    Of several alike the first; of what is carried out the last, since all is done then,
    unless one is late.
    """
    found: dict[str, Clock] = {}
    for clock in clocks:
        if not clock.is_unfinished or clock.metric not in promises.PROMISED:
            continue
        known = found.get(clock.metric)
        if known is None or _stands_for(clock, known, at=at):
            found[clock.metric] = clock
    return [
        Next(promise_text(metric), found[metric], late=found[metric].is_late(at=at))
        for metric in promises.PROMISED
        if metric in found
    ]


def _stands_for(clock: Clock, known: Clock, *, at: datetime) -> bool:
    """Whether a promise speaks for itself and another of the same kind."""
    if clock.metric != Metric.EXECUTION:
        return clock.due_at < known.due_at
    if clock.is_late(at=at) != known.is_late(at=at):
        return clock.is_late(at=at)
    return clock.due_at > known.due_at


def promise_text(metric: str) -> str:
    """What is done by then, in plain words."""
    return {
        Metric.ACKNOWLEDGEMENT: _("A colleague has read it and answers you"),
        Metric.HANDOFF: _("The responsible department has it"),
        Metric.DEPARTMENT_ACCEPTANCE: _("Every department asked has taken it up"),
        Metric.INVESTIGATION: _("The department has found out what happened"),
        Metric.TOTAL: _("You have our result"),
        Metric.EXECUTION: _("What we agreed on is carried out"),
        Metric.FEEDBACK: _("We tell you what came of it"),
        Metric.RETURN_VISIT: _("We ask you whether all is well"),
        Metric.APPEAL: _("Somebody else has reviewed it and decides"),
    }[Metric(metric)]


def told_at(late: Iterable[Clock]) -> datetime | None:
    """When a missed promise was reported to those who answer for it."""
    breached = [clock for clock in late if clock.breached_at is not None]
    if not breached:
        return None
    first = breached[0].events.filter(kind=ClockEventKind.BREACH).first()
    return first.announced_at if first else None


def events_of(objection: Objection) -> list[Event]:
    """What happened, in order, as far as a customer is shown it."""
    found = objection.events.filter(verb__in=list(ICONS))
    return list(found.select_related("actor"))


def asked_with(objection: Objection, events: Iterable[Event]) -> int | None:
    """The message that asks for material, while the customer's answer is waited for."""
    if objection.status != Status.AWAITING_EVIDENCE:
        return None
    asked = [it for it in events if it.verb == Verb.EVIDENCE_ASKED]
    return asked[-1].data["message"] if asked else None


def actions_of(settlement: Settlement) -> dict[int, str]:
    """What each action was about, by its number."""
    return {it.number: measure_text(it.measure) for it in settlement.actions}


def done_of(events: Iterable[Event], actions: dict[int, str]) -> list[Done]:
    """The steps behind us, each with its time and work number."""
    names = {it.code: it.name for it in Department.objects.all()}
    return [
        Done(ICONS[Verb(it.verb)], done_text(it, names, actions), it.at, who(it))
        for it in events
    ]


def who(event: Event) -> str:
    """Our people by work number, the reader as such, a job as nobody."""
    by_customer = {
        Verb.OBJECTION_FILED,
        Verb.OBJECTION_URGED,
        Verb.OBJECTION_WITHDRAWN,
        Verb.PROPOSAL_ACCEPTED,
        Verb.PROPOSAL_REJECTED,
        Verb.CUSTOMER_RATED,
        Verb.APPEAL_MADE,
    }
    if event.actor is not None:
        return _("Agent %(number)s") % {"number": event.actor.work_number}
    return _("You") if event.verb in by_customer else _("automatic")


def done_text(event: Event, names: dict[str, str], actions: dict[int, str]) -> str:
    """What happened, in plain words."""
    if event.verb == Verb.OBJECTION_HANDED_OFF:
        codes = event.data.get("departments", [])
        to = _(", ").join(names.get(code, code) for code in codes)
        return _("Handed to: %(departments)s") % {"departments": to}
    if event.verb == Verb.HANDOFF_ACCEPTED:
        code = str(event.data.get("department", ""))
        return _("%(department)s investigates") % {"department": names.get(code, code)}
    if event.verb == Verb.ACTION_DONE:
        what = actions.get(event.data["action"], "")
        return _("Done: %(what)s") % {"what": what}
    return decided_text(event) or plain_text(event)


def decided_text(event: Event) -> str:
    """What was decided; "" for what is no decision."""
    if event.verb == Verb.OBJECTION_ESCALATED:
        level = level_word(str(event.data["level"]))
        return _("Now %(level)s decides") % {"level": level}
    if event.verb != Verb.APPEAL_DECIDED:
        return ""
    if event.data["granted"]:
        return _("Reviewed: we take it up again")
    return _("Reviewed: our answer stays")


def plain_text(event: Event) -> str:
    """What always happens in the same words."""
    return {
        Verb.OBJECTION_FILED: _("Objection received"),
        Verb.OBJECTION_ANSWERED_AUTOMATICALLY: _("Receipt confirmed"),
        Verb.OBJECTION_ACKNOWLEDGED: _("A colleague has read it"),
        Verb.OBJECTION_RECORDED: _("The handling form is complete"),
        Verb.HANDOFF_RETURNED: _("Goes to the right department"),
        Verb.EVIDENCE_ASKED: _("We asked you for material"),
        Verb.INVESTIGATION_WENT_ON: _("The investigation goes on"),
        Verb.INVESTIGATION_CONCLUDED: _("We found out what happened"),
        Verb.INVESTIGATION_EXTENDED: _("We need more time, and told you until when"),
        Verb.PROPOSAL_SENT: _("You have our proposal"),
        Verb.PROPOSAL_REMINDED: _("We reminded you of our proposal"),
        Verb.PROPOSAL_ACCEPTED: _("You agreed to our proposal"),
        Verb.PROPOSAL_REJECTED: _("You did not agree to our proposal"),
        Verb.INVESTIGATED_AGAIN: _("The departments look at it once more"),
        Verb.RESULT_TOLD: _("We told you what came of it"),
        Verb.RETURN_VISIT_TRIED: _("We tried to reach you"),
        Verb.RETURN_VISIT_DONE: _("We asked you whether all is well"),
        Verb.CUSTOMER_RATED: _("You gave your marks"),
        Verb.OBJECTION_CLOSED: _("Case closed"),
        Verb.OBJECTION_REOPENED: _("Case taken up again"),
        Verb.APPEAL_MADE: _("You asked for a review"),
        Verb.OBJECTION_ARCHIVED: _("Put away safely"),
        Verb.OBJECTION_URGED: _("You asked us to hurry"),
        Verb.OBJECTION_WITHDRAWN: _("Objection withdrawn"),
    }[Verb(event.verb)]


def lines_of(objection: Objection) -> list[Line]:
    """What was said, in order; notes are for our people alone."""
    messages = (
        objection.messages.exclude(direction=Direction.NOTE)
        .select_related("author")
        .prefetch_related("attachments")
    )
    return [
        Line(
            message=message,
            who=name_of(message),
            us=message.direction == Direction.OUT,
            files=[
                (file, reverse("portal:case_file", args=[number, file.public_id]))
                for file in message.attachments.all()
                for number in [objection.number]
            ],
        )
        for message in messages
    ]
