"""One open objection as a colleague sees it: conversation, next step, surroundings."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final, Self

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from catalog.models import Quarantine
from catalog.services.quarantine import may_quarantine, of_serial
from helpdesk.desk.clock_cards import clock_cards
from helpdesk.desk.clock_stories import ClockStory, stories
from helpdesk.desk.forms_behind import ActPopup, Composer, colleague_options
from helpdesk.desk.investigation import Investigation, files_on, named
from helpdesk.desk.lines import Line, lines_of
from helpdesk.desk.objection_acts import ACTS
from helpdesk.desk.objection_sheet import Sheet
from helpdesk.desk.objection_thread import thread
from helpdesk.desk.rows import telling_clock
from helpdesk.desk.scripts import script_list
from helpdesk.desk.settlement import Settlement
from helpdesk.desk.told import told
from helpdesk.errors import refusal_of
from inquiries import timeline
from inquiries.models import Inquiry
from knowledge.services.scripts import offered
from objections import routing
from objections.facts import demands_of
from objections.models import (
    FormVersion,
    Handoff,
    Objection,
    Part,
    came_back_twice,
)
from objections.next_step import acts_for, may_accept, next_step, possible_steps
from objections.services.handling import refuse_poaching
from objections.services.likeness import Similar, repeated_by, similar_to
from objections.services.quarantining import is_suspect
from objections.workflow import WORKFLOW, Status, Step
from rows.questions import Question, Slot, let_know
from sla.models import Clock, Metric
from sla.services.standing import Hold, clocks_of, holds
from staff.models import User
from tickets.models import Attachment, Direction, Ticket
from tickets.services import links
from tickets.tokens import derived_token
from tickets.workflow import IllegalStep, NotAllowed

KEYS: Final = {
    "r": Step.REPLY,
    "n": Step.NOTE,
    "a": Step.ASSIGN,
    "f": Step.CORRECT,
    "h": Step.HAND_OFF,
}
TOKENED: Final = (Step.ACKNOWLEDGE, Step.RECORD)
OF_THE_SETTLEMENT: Final = frozenset({Metric.EXECUTION, Metric.EXTERNAL_COMPLAINT})

_HANDOFFS: Final = Question(
    lambda: Handoff.objects.filter(objection=Slot("objection")).select_related(
        "department", "accepted_by", "returned_by", "handed_by", "clock"
    )
)
_FORMS: Final = Question(
    lambda: FormVersion.objects.filter(objection=Slot("objection"))
)


@dataclass(frozen=True)
class Handed:
    """A department that was asked, and whether this person may act for it."""

    handoff: Handoff
    may_accept: bool
    may_return: bool


@dataclass(frozen=True)
class ObjectionWorkspace:
    """The open objection at one moment."""

    template: ClassVar = "desk/objection/_workspace.html"

    objection: Objection
    user: User
    now: datetime

    @classmethod
    def of(cls, number: str, *, user: User, at: datetime) -> Self:
        """Raises Objection.DoesNotExist for what this person may not see."""
        objection = Objection.objects.shown(number, to=user)
        key = objection.pk
        let_know(objection, "clocks", clocks_of(objection))
        let_know(objection, "handoffs", _HANDOFFS.ask(objection=key))
        let_know(objection, "demands", demands_of(objection))
        return cls(objection=objection, user=user, now=at)

    @property
    def ticket(self) -> Ticket:
        """What any ticket says of itself, for the parts that all kinds share."""
        return self.objection

    @property
    def reply_url(self) -> str:
        return reverse("desk:objection_reply", args=[self.objection.number])

    @property
    def answers(self) -> bool:
        """Whether this person writes to the customer."""
        return self.can[Step.REPLY]

    @property
    def note_url(self) -> str:
        return reverse("desk:objection_note", args=[self.objection.number])

    @cached_property
    def clocks(self) -> list[Clock]:
        """The newest first."""
        return sorted(self.objection.clocks.all(), key=lambda c: c.pk, reverse=True)

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
        return stories(
            self.clocks, at=self.now, name_of=self._subject_of, befell=self.befell
        )

    @property
    def clock_cards(self) -> SafeString:
        """The same as they stand on the page."""
        return clock_cards(self.stories, now=self.now, may_look_up=self.user.supervises)

    @cached_property
    def befell(self) -> list[timeline.Befell]:
        """What befell the clocks, for their stories and for the history."""
        return timeline.records_of(self.objection)

    def _subject_of(self, clock: Clock) -> str:
        """The subject of a clock in words: which department, action, round."""
        if clock.subject.isdecimal():
            if clock.metric == Metric.HANDOFF:
                return _("after a return")
            return _("round %(n)s") % {"n": clock.subject}
        if clock.metric in OF_THE_SETTLEMENT:
            return self.settlement.subjects.get(clock.subject, clock.subject)
        return self._departments.get(clock.subject, clock.subject)

    @cached_property
    def _departments(self) -> dict[str, str]:
        """Which department was asked, and in which round."""
        found: dict[str, str] = {}
        for handoff in self.handoffs:
            name = handoff.department.name
            if handoff.round > 1:
                name = _("%(department)s, round %(n)d") % {
                    "department": name,
                    "n": handoff.round,
                }
            found[f"{handoff.department.code}/{handoff.round}"] = name
        return found

    @cached_property
    def handoffs(self) -> list[Handoff]:
        """In the order in which departments were asked."""
        return list(self.objection.handoffs.all())

    @cached_property
    def handed(self) -> list[Handed]:
        """Every department that was asked: the last round and who leads first."""
        return [
            Handed(
                handoff,
                may_accept=self.can[Step.ACCEPT]
                and may_accept(handoff, self.objection, by=self.user),
                may_return=self.can[Step.RETURN]
                and acts_for(handoff, self.objection, by=self.user),
            )
            for handoff in sorted(
                self.handoffs, key=lambda it: (-it.round, it.part != Part.LEAD, it.pk)
            )
        ]

    @property
    def standing(self) -> list[Handoff]:
        """Those with whom it is now."""
        return [handoff for handoff in self.handoffs if not handoff.is_over]

    @property
    def waiting_for(self) -> list[Handoff]:
        return [handoff for handoff in self.standing if handoff.accepted_at is None]

    @property
    def accepted(self) -> list[Handoff]:
        return [handoff for handoff in self.standing if handoff.accepted_at]

    @property
    def to_accept(self) -> list[Handoff]:
        """What this person may accept."""
        return [row.handoff for row in self.handed if row.may_accept]

    @property
    def to_return(self) -> list[Handoff]:
        """What this person may return."""
        return [row.handoff for row in self.handed if row.may_return]

    @property
    def last_return(self) -> Handoff | None:
        """The last that came back, while it is to be handed over anew."""
        returned = [it for it in self.handoffs if it.returned_at is not None]
        if self.objection.status != Status.RECORDED or not returned:
            return None
        return max(returned, key=lambda it: (it.returned_at, it.pk))

    @property
    def needs_supervisor(self) -> bool:
        """Whether it came back twice (OB-06)."""
        return came_back_twice(self.handoffs)

    @cached_property
    def steps(self) -> frozenset[Step]:
        return possible_steps(
            self.objection,
            by=self.user,
            handoffs=self.handoffs,
            pending=self.settlement.pending,
        )

    @cached_property
    def can(self) -> dict[str, bool]:
        """The steps that have a button."""
        return {str(step): step in self.steps for step in Step}

    @property
    def silent_keys(self) -> dict[str, str]:
        """The keys that do nothing now, with the reason."""
        found = {}
        for key, step in KEYS.items():
            try:
                WORKFLOW.check(self.objection, step, by=self.user)
                if step in {Step.ASSIGN, Step.HAND_OFF}:
                    refuse_poaching(self.objection, step, by=self.user)
            except (IllegalStep, NotAllowed) as error:
                found[key] = refusal_of(error).summary
        return found

    @cached_property
    def next_step(self) -> Step | None:
        return next_step(
            self.objection,
            can=self.steps,
            missing=self.sheet.missing,
            lacking=self.investigation.lacking,
        )

    @cached_property
    def investigation(self) -> Investigation:
        """Evidence and findings."""
        return Investigation(self.objection)

    @cached_property
    def settlement(self) -> Settlement:
        """Proposals, actions, visits, reviews."""
        return Settlement(self.objection, self.user, self.now)

    @property
    def files_on_the_case(self) -> list[Attachment]:
        """What can become evidence, of the tickets that this person may see."""
        tickets: list[Ticket] = [self.objection]
        if self.origin:
            tickets.append(self.origin)
        return list(files_on(tickets))

    @cached_property
    def sheet(self) -> Sheet:
        """The handling form."""
        return Sheet(self.objection)

    @cached_property
    def suggested(self) -> list[routing.Destination]:
        """Where the policy would send it."""
        return routing.suggested(self.objection)

    @cached_property
    def forms(self) -> list[FormVersion]:
        """The frozen copies of the handling form."""
        return _FORMS.ask(objection=self.objection.pk)

    @property
    def tokens(self) -> dict[str, uuid.UUID]:
        """For each step one token, good for the objection as it is shown now."""
        number = self.objection.number
        return {str(step): derived_token(step, number) for step in TOKENED}

    @property
    def may_reveal(self) -> bool:
        """Whether there is a number and a reason to show it."""
        return self.objection.customer.can_be_called and self.can[Step.REVEAL]

    @cached_property
    def lines(self) -> list[Line]:
        """Everything that was said, internal notes included."""
        return lines_of(self.objection)

    @property
    def thread(self) -> SafeString:
        """The conversation as it stands on the page."""
        return thread(self)

    @property
    def notes(self) -> list[Line]:
        return [line for line in self.lines if line.message.direction == Direction.NOTE]

    @cached_property
    def origin(self) -> Inquiry | None:
        """The inquiry that became this objection, if this person may see it."""
        if self.objection.from_inquiry_id is None:
            return None
        visible = Inquiry.objects.visible_to(self.user).select_related("customer")
        return visible.filter(pk=self.objection.from_inquiry_id).first()

    @cached_property
    def origin_lines(self) -> list[Line]:
        """What was said on that inquiry."""
        return lines_of(self.origin) if self.origin else []

    @cached_property
    def linked(self) -> list[Ticket]:
        return links.linked_to(self.objection, by=self.user)

    @cached_property
    def similar(self) -> list[Similar]:
        """Objections with something in common that are not linked yet."""
        linked = [ticket.pk for ticket in self.linked]
        return similar_to(self.objection, by=self.user, but=linked)

    @cached_property
    def repeats(self) -> Objection | None:
        """The objection that this one repeats (CC-31)."""
        if not self.sheet.is_repeated:
            return None
        return repeated_by(self.objection, by=self.user)

    @cached_property
    def quarantine(self) -> Quarantine | None:
        """What keeps the unit back that it is about."""
        return of_serial(self.objection.serial_number)

    @cached_property
    def should_keep_back(self) -> bool:
        """Whether its unit had the same trouble before, and this person acts on it."""
        if self.quarantine or not may_quarantine(self.user):
            return False
        return is_suspect(self.objection)

    @property
    def history(self) -> SafeString:
        """What happened as it stands on the page, the newest first."""
        return told(self.timeline, now=self.now)

    @cached_property
    def timeline(self) -> list[timeline.Entry]:
        """The newest first."""
        entries = timeline.entries(self.objection, by=self.user, befell=self.befell)
        return named(entries)[::-1]

    @property
    def composer(self) -> Composer:
        return Composer(answers=self.answers, ended=False, reopens=False)

    @property
    def script_list(self) -> SafeString:
        """For those who answer (IN-09)."""
        if not self.can[Step.REPLY]:
            return SafeString()
        known = {"agent_no": self.user.work_number, "number": self.objection.number}
        channel = self.objection.channel.code
        return script_list(offered(channel=channel, at=self.now, known=known))

    @property
    def stand(self) -> str:
        """How far it has come; a form that was fetched before is fetched anew."""
        objection, settled = self.objection, self.settlement
        last = settled.last.number if settled.last else 0
        tries = len(settled.visits)
        done = settled.done if settled.is_under_way else 0
        return f"{objection.status}/{objection.cycle}/{last}/{done}/{tries}"

    @property
    def popups(self) -> tuple[ActPopup, ...]:
        """All of them: what makes sense changes while the page stays open."""
        return tuple(
            ActPopup(act.name, str(act.title), act.clauses, act.wide)
            for act in ACTS.values()
        )

    @property
    def colleague_options(self) -> SafeString:
        """To whom it may be given: never to who is named in it (OB-07)."""
        objection = self.objection
        named = objection.named_colleague_id
        return colleague_options(objection.assignee_id, but=named)
