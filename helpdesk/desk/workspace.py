"""One open inquiry as a colleague sees it: conversation, next step, surroundings."""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar, Final, Self

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.safestring import SafeString

from helpdesk.desk.around import Around, around
from helpdesk.desk.asked import Asked
from helpdesk.desk.askings import ASKINGS, Asking
from helpdesk.desk.belonging import Belonging
from helpdesk.desk.clock_cards import clock_cards
from helpdesk.desk.clock_stories import ClockStory, stories
from helpdesk.desk.context import context
from helpdesk.desk.forms_behind import (
    Composer,
    Forms,
    colleague_options,
    forms_for,
    repeat_options,
)
from helpdesk.desk.keys import silent_keys
from helpdesk.desk.lines import Line, lines_of
from helpdesk.desk.offers import SentQuotation, sent_quotations
from helpdesk.desk.rows import telling_clock
from helpdesk.desk.scripts import script_list
from helpdesk.desk.thread_parts import (
    Head,
    NextStep,
    head_of,
    step_of,
)
from helpdesk.desk.told import told
from inquiries import timeline
from inquiries.models import (
    Callback,
    DeviceChoice,
    FollowUp,
    Inquiry,
    InquiryTopic,
    Intent,
)
from inquiries.next_step import (
    needed_deeds,
    next_step,
    possible_steps,
)
from inquiries.services.owing import subject_of
from inquiries.services.selecting import chosen_devices
from inquiries.topic_guards import Deeds
from inquiries.workflow import QUIET_BEFORE_LEFT, WORKFLOW, Status, Step
from knowledge.services.scripts import offered
from objections.models import Objection
from rows.questions import let_know
from sla.models import Clock
from sla.services.standing import Hold, clocks_of, holds
from staff.models import User
from tickets.models import Direction, Message, Ticket
from tickets.tokens import derived_token

TOKENED: Final = (
    Step.CHECK,
    Step.TRY_CALLBACK,
    Step.FINISH_CALLBACK,
    Step.ASK_CLOSING,
    Step.CLOSE,
)


@dataclass(frozen=True)
class Workspace:
    """The open inquiry at one moment.

    `said` is what this person has just said in a window that shows all the rest.
    """

    template: ClassVar = "desk/_workspace.html"

    inquiry: Inquiry
    user: User
    now: datetime
    said: Message | None = None

    @classmethod
    def of(cls, number: str, *, user: User, at: datetime) -> Self:
        """Raises Inquiry.DoesNotExist for what this person may not see."""
        inquiry = Inquiry.objects.shown(number, to=user)
        let_know(inquiry, "topics", InquiryTopic.objects.asked_in(inquiry))
        let_know(inquiry, "clocks", clocks_of(inquiry))
        return cls(inquiry=inquiry, user=user, now=at)

    @property
    def ticket(self) -> Ticket:
        """What any ticket says of itself, for the parts that all kinds share."""
        return self.inquiry

    @property
    def reply_url(self) -> str:
        return reverse("desk:reply", args=[self.inquiry.number])

    @property
    def answers(self) -> bool:
        """Whether this person writes to the customer, now or after reopening."""
        return self.can[Step.REPLY] or self.can[Step.REOPEN]

    @property
    def note_url(self) -> str:
        return reverse("desk:note", args=[self.inquiry.number])

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
        merges = (
            self.belonging.absorbed if any(it.subject for it in self.clocks) else []
        )
        names = {subject_of(merge): merge.inquiry.number for merge in merges}
        return stories(
            self.clocks,
            at=self.now,
            name_of=lambda clock: names.get(clock.subject, clock.subject),
            befell=self.befell,
        )

    @property
    def clock_cards(self) -> SafeString:
        """The same as they stand on the page."""
        return clock_cards(self.stories, now=self.now, may_look_up=self.user.supervises)

    @cached_property
    def befell(self) -> list[timeline.Befell]:
        """What befell the clocks, for their stories and for the history."""
        return timeline.records_of(self.inquiry) if self.clocks else []

    @cached_property
    def steps(self) -> frozenset[str]:
        """The steps that have a button."""
        return frozenset(map(str, possible_steps(self.inquiry, by=self.user)))

    @cached_property
    def can(self) -> dict[str, bool]:
        """The same, to be asked by name."""
        return {str(step): step in self.steps for step in Step}

    @property
    def why_not(self) -> tuple[tuple[str, str], ...]:
        """The keys that do nothing now, with the reason."""
        return tuple(silent_keys(self.inquiry, by=self.user).items())

    @cached_property
    def next_step(self) -> Step | None:
        return next_step(self.inquiry, by=self.user, done=self.done)

    @cached_property
    def done(self) -> Deeds:
        """What was done of that which the open topics need."""
        return needed_deeds(self.inquiry)

    @cached_property
    def quotations(self) -> list[SentQuotation]:
        """What was sent, the newest first."""
        if not self.around.quotations:
            return []
        return sent_quotations(self.inquiry, self.belonging.absorbed, at=self.now)

    @cached_property
    def choices(self) -> list[DeviceChoice]:
        """What the customer chose."""
        return chosen_devices(self.keys) if self.around.selections else []

    @cached_property
    def keys(self) -> list[int]:
        """This inquiry and those merged into it that this person may see."""
        merges = self.belonging.absorbed
        return [self.inquiry.pk, *(merge.inquiry_id for merge in merges)]

    @property
    def greeting_token(self) -> uuid.UUID:
        """One greeting per cycle, however often its button is pressed."""
        return derived_token("greeting", self.inquiry.number, self.inquiry.cycle)

    @cached_property
    def tokens(self) -> dict[str, uuid.UUID]:
        """For each step one token, good for the inquiry as it is shown now."""
        inquiry = self.inquiry
        return {
            str(step): derived_token(step, inquiry.number, inquiry.event_count)
            for step in TOKENED
        }

    @cached_property
    def callback(self) -> Callback | None:
        """The one that is open; asked for only where there is one."""
        if self.inquiry.status not in WORKFLOW.rules[Step.FINISH_CALLBACK].sources:
            return None
        return self.inquiry.callbacks.select_related("clock").open().first()

    @cached_property
    def follow_up(self) -> FollowUp | None:
        """What this conversation's customer gets; asked for only after a clear intent.

        None while it goes on.
        """
        inquiry = self.inquiry
        if inquiry.status != Status.CLOSED or inquiry.intent != Intent.CLEAR:
            return None
        return inquiry.follow_ups.filter(cycle=inquiry.cycle).first()

    @cached_property
    def objection(self) -> Objection | None:
        """What this conversation became, if this person may see that."""
        if self.inquiry.status != Status.CONVERTED:
            return None
        visible = Objection.objects.visible_to(self.user)
        return visible.filter(from_inquiry=self.inquiry).first()

    @property
    def may_be_gone(self) -> bool:
        """Whether nobody has answered, and it has been quiet for long enough."""
        inquiry = self.inquiry
        last = inquiry.last_message_at
        quiet = last is not None and self.now - last >= QUIET_BEFORE_LEFT
        return self.can[Step.ABANDON] and inquiry.last_answer_id is None and quiet

    @property
    def may_reveal(self) -> bool:
        """Whether there is a number and a reason to show it."""
        return self.inquiry.customer.can_be_called and self.can[Step.REVEAL]

    @cached_property
    def head(self) -> Head:
        """Who has it, what is asked, and the steps that have a button."""
        return head_of(
            self.inquiry, by=self.user, steps=self.steps, askings=self.askings
        )

    @cached_property
    def step(self) -> NextStep | None:
        """The next step, if it is one of the conversation itself."""
        step = self.next_step
        if step is None or step == Step.FINISH_CALLBACK:
            return None
        return step_of(
            step,
            self.inquiry,
            done=self.done,
            may_check=self.can[Step.CHECK],
            may_be_gone=self.may_be_gone,
        )

    @property
    def forms(self) -> Forms:
        """All of them: what makes sense changes while the page stays open."""
        return forms_for(self.inquiry.customer, self.steps)

    @property
    def holder(self) -> str:
        """The name of who has it."""
        assignee = self.inquiry.assignee
        return assignee.display_name if assignee else ""

    @property
    def step_token(self) -> uuid.UUID:
        """That of the greeting or of the closing question, whichever is next."""
        greets = self.next_step == Step.GREET
        return self.greeting_token if greets else self.tokens[Step.ASK_CLOSING]

    @property
    def composer(self) -> Composer:
        return Composer(
            answers=self.answers, ended=self.inquiry.has_ended, reopens=self.answers
        )

    @property
    def colleague_options(self) -> SafeString:
        return colleague_options(self.inquiry.assignee_id)

    @property
    def repeat_options(self) -> SafeString:
        return repeat_options(self.belonging.repeats)

    @cached_property
    def lines(self) -> list[Line]:
        """Everything that was said, internal notes included."""
        sources = [merge.inquiry for merge in self.belonging.absorbed]
        lines = lines_of(self.inquiry, sources, may_have_files=self.around.files)
        if self.user.sees_every_ticket:
            return lines
        numbers = {source.number for source in sources}
        return [
            line if line.origin in numbers else replace(line, origin="")
            for line in lines
        ]

    @cached_property
    def around(self) -> Around:
        """What is worth asking for."""
        return around(self.inquiry)

    @cached_property
    def belonging(self) -> Belonging:
        """What this inquiry is merged with, linked to, or might be."""
        return Belonging(self.inquiry, self.user, self.around)

    @property
    def context(self) -> SafeString:
        """What stands beside the conversation."""
        return context(self)

    @cached_property
    def notes(self) -> list[Line]:
        return [line for line in self.lines if line.message.direction == Direction.NOTE]

    @property
    def history(self) -> SafeString:
        """What happened as it stands on the page, the newest first."""
        return told(self.timeline, now=self.now)

    @cached_property
    def timeline(self) -> list[timeline.Entry]:
        """The newest first."""
        entries = timeline.entries(self.inquiry, by=self.user, befell=self.befell)
        return entries[::-1]

    @property
    def script_list(self) -> SafeString:
        """For those who answer, now or after reopening (IN-09)."""
        if not self.answers:
            return SafeString()
        known = {"agent_no": self.user.work_number}
        channel = self.inquiry.channel.code
        return script_list(offered(channel=channel, at=self.now, known=known))

    @cached_property
    def asked(self) -> Asked:
        """What is asked of other departments, and what was explained."""
        return Asked(
            self.keys, self.user, self.now, clocks=self.clocks[::-1], around=self.around
        )

    @cached_property
    def askings(self) -> list[Asking]:
        """The forms about contract, delivery and faults that make sense now."""
        return [asking for asking in ASKINGS.values() if self.can[asking.step]]
