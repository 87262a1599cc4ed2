"""What becomes of a case for its customer: proposals, actions, marks, reviews."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Self

from django.utils.translation import gettext as _

from helpdesk.case_words import level_word
from objections.models import (
    LEVELS,
    Answer,
    Appeal,
    Closure,
    Objection,
    Proposal,
    ResolutionAction,
    ReturnVisit,
)
from objections.services.answering import ROUNDS
from objections.services.appealing import can_appeal
from objections.services.levels import next_level
from objections.workflow import WORKFLOW, Status, Step
from sla.models import Clock, Metric
from tickets.models import Event, Verb

# Where something of a proposal is on the page, by status.
STAGES: Final = {
    Status.PROPOSED: "answer",
    Status.REJECTED: "level",
    Status.EXECUTING: "doing",
    Status.EXECUTED: "done",
    Status.RETURN_VISIT: "marks",
    Status.REOPENED: "reopened",
    Status.APPEALED: "review",
    Status.CLOSED: "closed",
    Status.ARCHIVED: "closed",
}


@dataclass(frozen=True)
class Tried:
    """A form that was refused: its name, what was typed, and what is said about it.

    `refusal` is why the step is not possible any more.
    """

    form: str = ""
    data: Mapping[str, str] = field(default_factory=dict)
    slots: Mapping[str, list[str]] = field(default_factory=dict)
    refusal: str = ""

    @property
    def words(self) -> str:
        """What was written, whichever form it was in."""
        return self.data.get("reason") or self.data.get("words") or ""


@dataclass(frozen=True)
class Settlement:
    """The part of a case from the first proposal on."""

    objection: Objection
    now: datetime
    proposals: list[Proposal]
    actions: list[ResolutionAction]
    visits: list[ReturnVisit]
    appeals: list[Appeal]
    clocks: list[Clock]

    @classmethod
    def of(
        cls,
        objection: Objection,
        events: Iterable[Event],
        clocks: list[Clock],
        *,
        at: datetime,
    ) -> Self:
        """Read it; what has not happened yet costs no query."""
        verbs = {it.verb for it in events}
        return cls(
            objection=objection,
            now=at,
            proposals=_proposals(objection) if Verb.PROPOSAL_SENT in verbs else [],
            actions=_actions(objection) if Verb.PROPOSAL_ACCEPTED in verbs else [],
            visits=list(objection.return_visits.filter(reached=True))
            if verbs & {Verb.CUSTOMER_RATED, Verb.RETURN_VISIT_DONE}
            else [],
            appeals=list(objection.appeals.select_related("clock", "decided_by"))
            if Verb.APPEAL_MADE in verbs
            else [],
            clocks=clocks,
        )

    @property
    def stage(self) -> str:
        """Which part of the way the page shows; "" before the first proposal."""
        status = Status(self.objection.status)
        if stage := STAGES.get(status, ""):
            return stage
        if self.last is None or self.last.answer != Answer.REJECTED:
            return ""
        if status == Status.WITHDRAWN:
            return ""
        waits = status in {Status.PENDING_APPROVAL, Status.INVESTIGATED}
        return "level" if waits and self.objection.escalated_to else "again"

    @property
    def key(self) -> str:
        """What tells this state of the block apart: while it stays, nothing moves."""
        done = sum(1 for it in self.actions if it.done_at)
        decided = sum(1 for it in self.appeals if it.decided_at)
        last = self.last
        facts = (
            self.objection.status,
            self.objection.cycle,
            self.objection.escalated_to,
            len(self.proposals),
            last.answer if last else "",
            done,
            len(self.visits),
            len(self.appeals),
            decided,
            int(self.can_appeal),
        )
        return "-".join(map(str, facts))

    # Proposals

    @property
    def last(self) -> Proposal | None:
        return self.proposals[-1] if self.proposals else None

    @property
    def waiting(self) -> Proposal | None:
        """The proposal that the customer is asked about."""
        return self.last if self.stage == "answer" else None

    @property
    def earlier(self) -> list[Proposal]:
        """The other ones, the newest first."""
        return [it for it in reversed(self.proposals) if it != self.waiting]

    @property
    def is_new(self) -> bool:
        """Whether there was another proposal before the one that waits."""
        return len(self.proposals) > 1

    @property
    def asked_until(self) -> datetime | None:
        """Until when we ask for an answer; silence is none."""
        clock = self.waiting.clock if self.waiting else None
        return clock.due_at if clock else None

    @property
    def asked_long_ago(self) -> bool:
        return self.asked_until is not None and self.now > self.asked_until

    @property
    def follows_agreeing(self) -> str:
        """What an agreement leads to, in a sentence."""
        kinds = [it.kind for it in self.waiting.measures.all()] if self.waiting else []
        acts = _(", ").join(kind.name for kind in kinds if kind.acts)
        if not acts:
            return _(
                "If you agree, nothing more has to be carried out. We then ask you"
                " whether all is well."
            )
        return _(
            "If you agree, we begin at once: %(measures)s. Each of them then stands"
            " here with the time by which it is done."
        ) % {"measures": acts}

    @property
    def follows_refusing(self) -> str:
        """What a refusal leads to, in a sentence."""
        refused = sum(1 for it in self.proposals if it.answer == Answer.REJECTED)
        if refused + 1 < ROUNDS:
            return _(
                "Then the departments look at it once more, and you get a new proposal."
            )
        level = next_level(self.objection.escalated_to) or LEVELS[-1]
        return _("Then %(level)s decides what we offer you.") % {
            "level": level_word(level)
        }

    # What follows an answer

    @property
    def level(self) -> str:
        """Who decides after two refusals."""
        return level_word(self.objection.escalated_to or LEVELS[0])

    @property
    def due(self) -> datetime | None:
        """By when those above decide; the other promises have a panel of their own."""
        if self.stage != "level":
            return None
        running = [it for it in self.clocks if it.is_unfinished]
        found = [it for it in running if it.metric == Metric.PROPOSAL]
        return found[-1].due_at if found else None

    @property
    def is_late(self) -> bool:
        return self.due is not None and self.now > self.due

    @property
    def accepted(self) -> Proposal | None:
        agreed = [it for it in self.proposals if it.answer == Answer.ACCEPTED]
        return agreed[-1] if agreed else None

    @property
    def agreed_actions(self) -> list[ResolutionAction]:
        """What is carried out of the proposal that was agreed to last."""
        last = self.accepted
        if last is None or self.stage not in {"doing", "done", "marks", "closed"}:
            return []
        return [it for it in self.actions if it.measure.proposal_id == last.pk]

    # Marks

    @property
    def can_rate(self) -> bool:
        """Whether marks are asked for: once, unless they were given on the phone."""
        if not WORKFLOW.allows(self.objection, Step.RATE, by=None):
            return False
        if self.objection.closure == Closure.NOT_AGREED:
            return False
        return not any(it.cycle == self.objection.cycle for it in self.visits)

    @property
    def marks(self) -> ReturnVisit | None:
        """The marks that the customers themselves gave last."""
        own = [it for it in self.visits if it.made_by_id is None]
        return own[-1] if own else None

    @property
    def is_thanked(self) -> bool:
        """Whether those marks are of this round of the case."""
        return self.marks is not None and self.marks.cycle == self.objection.cycle

    @property
    def came_back(self) -> bool:
        """Whether the marks that were given brought the case back."""
        mine = self.objection.cycle - 1
        return self.marks is not None and self.marks.cycle == mine

    # Reviews

    @property
    def can_appeal(self) -> bool:
        allowed = WORKFLOW.allows(self.objection, Step.APPEAL, by=None)
        return allowed and can_appeal(self.objection, at=self.now)

    @property
    def reviewer(self) -> str:
        """Who reviews it next, or now."""
        undecided = [it for it in self.appeals if it.decided_at is None]
        if undecided:
            return level_word(undecided[-1].level)
        number = len(self.appeals)
        return level_word(LEVELS[number]) if number < len(LEVELS) else ""

    @property
    def reviews_used_up(self) -> bool:
        return len(self.appeals) >= len(LEVELS)

    @property
    def typing_goes_to(self) -> str:
        """The form in which words that were refused stand again."""
        if self.waiting:
            return "reject"
        if self.can_rate:
            return "rate"
        return "appeal" if self.can_appeal else ""

    @property
    def closed_at(self) -> datetime | None:
        return self.objection.closed_at

    @property
    def how_it_ended(self) -> str:
        """How a closed case ended, in a sentence."""
        return {
            Closure.CONFIRMED: _(
                "This case is closed: you told us that it is settled."
            ),
            Closure.UNREACHABLE: _(
                "This case is closed: what we agreed is done. We tried to reach you"
                " three times and could not."
            ),
            Closure.NOT_AGREED: _(
                "This case is closed with us: we could not agree. You lose no right by"
                " that; other ways are open to you."
            ),
        }.get(Closure(self.objection.closure or Closure.CONFIRMED), "")


def _proposals(objection: Objection) -> list[Proposal]:
    """What the customer was sent; what our people only thought of is not theirs."""
    sent = objection.proposals.filter(sent_at__isnull=False)
    return list(
        sent.select_related("clock", "proposed_by").prefetch_related(
            "measures__kind", "demand_answers__kind"
        )
    )


def _actions(objection: Objection) -> list[ResolutionAction]:
    return list(objection.actions.select_related("measure__kind", "clock"))
