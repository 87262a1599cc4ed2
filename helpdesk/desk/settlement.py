"""From the finding to the archive, as colleagues see it: proposals, actions, visits."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from django.db.models import prefetch_related_objects
from django.utils.functional import cached_property

from objections.models import (
    Answer,
    Appeal,
    Approval,
    ApprovalRule,
    Approver,
    DemandAnswer,
    Extension,
    ExternalComplaint,
    Measure,
    Objection,
    Proposal,
    ResolutionAction,
    ReturnVisit,
)
from objections.models.proposal import NOTHING
from objections.pending import Pending
from objections.services import levels
from objections.services.appealing import can_appeal, may_review
from objections.services.approving import agreed_before
from objections.services.executing import subject_of
from objections.services.extending import until_if_extended
from objections.services.external import subject_of as subject_outside
from objections.services.visiting import ATTEMPTS
from objections.workflow import Status
from rows.questions import Question, Slot, share_out
from sla.models import Clock
from staff.models import Department, Role, User

BEFORE_A_PROPOSAL: Final = frozenset(
    {Status.RECEIVED, Status.ACKNOWLEDGED, Status.RECORDED, Status.HANDED_OFF}
)
ASKED_AFTERWARDS: Final = frozenset(
    {Status.RETURN_VISIT, Status.CLOSED, Status.ARCHIVED, Status.APPEALED}
)
OVER: Final = frozenset({Status.CLOSED, Status.ARCHIVED, Status.APPEALED})
UNDER_WAY: Final = ASKED_AFTERWARDS | {
    *(Status.INVESTIGATED, Status.PENDING_APPROVAL, Status.PROPOSED),
    *(Status.REJECTED, Status.EXECUTING, Status.EXECUTED, Status.REOPENED),
}

_OF_IT: Final = Slot("objection")
_PROPOSALS: Final = Question(
    lambda: (
        Proposal.objects.filter(objection=_OF_IT)
        .select_related(
            "proposed_by", "sent_back_by", "answer_noted_by", "clock__target"
        )
        .order_by("-number")
    )
)
_MEASURES: Final = Question(
    lambda: Measure.objects.filter(proposal__objection=_OF_IT).select_related("kind")
)
_DEMAND_ANSWERS: Final = Question(
    lambda: DemandAnswer.objects.filter(proposal__objection=_OF_IT).select_related(
        "kind"
    )
)
_APPROVALS: Final = Question(
    lambda: Approval.objects.filter(proposal__objection=_OF_IT).select_related(
        "decided_by"
    )
)
_ACTIONS: Final = Question(
    lambda: ResolutionAction.objects.filter(objection=_OF_IT).select_related(
        *("measure__kind", "measure__proposal", "department", "owner", "done_by"),
        *("clock__target", "proof_with"),
    )
)
_VISITS: Final = Question(
    lambda: ReturnVisit.objects.filter(objection=_OF_IT).select_related("made_by")
)
_APPEALS: Final = Question(
    lambda: Appeal.objects.filter(objection=_OF_IT).select_related(
        "noted_by", "decided_by", "clock__target"
    )
)
_OUTSIDE: Final = Question(
    lambda: ExternalComplaint.objects.filter(objection=_OF_IT).select_related(
        "noted_by", "answered_by", "clock__target"
    )
)


@dataclass(frozen=True)
class Band:
    """Up to which value whose approvals are needed (None: any value)."""

    up_to: Decimal | None
    approvals: list[str]


@dataclass(frozen=True)
class ActionRow:
    """One action and what this person may do with it."""

    action: ResolutionAction
    is_mine: bool

    @property
    def clock(self) -> Clock | None:
        """Its clock while it is to be done."""
        return self.action.clock if self.action.is_outstanding else None


@dataclass(frozen=True)
class Settlement:
    """What was proposed, agreed, done and asked on one objection."""

    objection: Objection
    user: User
    now: datetime

    @property
    def is_under_way(self) -> bool:
        """Whether the next step is one of those after the finding."""
        return self.objection.status in UNDER_WAY

    @property
    def _has_begun(self) -> bool:
        """Whether there can be a proposal; before, nothing is asked for."""
        objection = self.objection
        return objection.cycle > 1 or objection.status not in BEFORE_A_PROPOSAL

    # Proposals

    @cached_property
    def proposals(self) -> list[Proposal]:
        """The newest first."""
        if not self._has_begun:
            return []
        key = self.objection.pk
        found = _PROPOSALS.ask(objection=key)
        if found:
            share_out(_MEASURES.ask(objection=key), "measures", found)
            share_out(_DEMAND_ANSWERS.ask(objection=key), "demand_answers", found)
            share_out(_APPROVALS.ask(objection=key), "approvals", found)
        return found

    @property
    def last(self) -> Proposal | None:
        """The newest proposal, whatever became of it."""
        return self.proposals[0] if self.proposals else None

    @property
    def earlier(self) -> list[Proposal]:
        return self.proposals[1:]

    @property
    def standing(self) -> Proposal | None:
        """The one that waits for approvals or for the customer."""
        waits = (Status.PENDING_APPROVAL, Status.PROPOSED)
        return self.last if self.objection.status in waits else None

    @property
    def sent_back(self) -> Proposal | None:
        """The one that came back from who should have approved of it."""
        last, again = self.last, (Status.INVESTIGATED, Status.REJECTED)
        if self.objection.status not in again or last is None:
            return None
        return last if last.sent_back_at else None

    @property
    def rejected(self) -> Proposal | None:
        """The one that the customer has refused, while another is to be found."""
        last = self.last
        over = self.objection.status in OVER
        return (
            last
            if last is not None and last.answer == Answer.REJECTED and not over
            else None
        )

    @property
    def still_needed(self) -> list[Approval]:
        standing = self.standing
        given = standing.approvals.all() if standing else ()
        return [it for it in given if it.decided_at is None]

    @property
    def is_my_proposal(self) -> bool:
        standing = self.standing
        return standing is not None and standing.proposed_by_id == self.user.pk

    @cached_property
    def agreed_before(self) -> Decimal:
        """What was accepted on the case so far."""
        return agreed_before(self.objection) if self._has_begun else NOTHING

    @property
    def decided_by(self) -> str:
        """The level to which a case has come that is not agreed."""
        level = self.objection.escalated_to
        return str(Role(level).label) if level else ""

    # Actions

    @cached_property
    def actions(self) -> list[ActionRow]:
        """In their order; the customer has to agree before there is one."""
        if not any(it.answer == Answer.ACCEPTED for it in self.proposals):
            return []
        found = _ACTIONS.ask(objection=self.objection.pk)
        if any(it.proof_with_id is not None for it in found):
            prefetch_related_objects(found, "proof_with__attachments")
        partial = self.objection.names(self.user)
        return [ActionRow(it, it.is_of(self.user) and not partial) for it in found]

    @property
    def outstanding(self) -> list[ResolutionAction]:
        return [it.action for it in self.actions if it.action.is_outstanding]

    @property
    def mine_to_do(self) -> list[ResolutionAction]:
        """What this person may carry out."""
        return [
            it.action for it in self.actions if it.is_mine and it.action.is_outstanding
        ]

    @property
    def done(self) -> int:
        return sum(it.action.done_at is not None for it in self.actions)

    @property
    def _is_over(self) -> bool:
        return self.objection.status in (Status.CLOSED, Status.ARCHIVED)

    # Return visits

    @cached_property
    def visits(self) -> list[ReturnVisit]:
        """The newest first."""
        asked = self.objection.cycle > 1 or self.objection.status in ASKED_AFTERWARDS
        if not asked:
            return []
        return _VISITS.ask(objection=self.objection.pk)[::-1]

    @property
    def attempt(self) -> int:
        """The number of the next try of this round."""
        cycle = self.objection.cycle
        return sum(it.cycle == cycle for it in self.visits) + 1

    @property
    def attempts(self) -> int:
        """How many tries there are."""
        return ATTEMPTS

    @cached_property
    def has_handled(self) -> bool:
        """Whether this person has judged: somebody else asks and reviews."""
        if self.objection.status not in (Status.RETURN_VISIT, Status.APPEALED):
            return False
        if not levels.has_handled(self.objection, self.user):
            return False
        found = self.under_review
        return found is None or not may_review(self.objection, found, by=self.user)

    # Reviews, complaints outside, more time

    @cached_property
    def appeals(self) -> list[Appeal]:
        """The newest first."""
        if self.objection.cycle == 1 and self.objection.status not in OVER:
            return []
        return _APPEALS.ask(objection=self.objection.pk)[::-1]

    @property
    def under_review(self) -> Appeal | None:
        if self.objection.status != Status.APPEALED:
            return None
        return next((it for it in self.appeals if it.decided_at is None), None)

    @property
    def reviewers(self) -> str:
        """Whose level reviews what is under review."""
        found = self.under_review
        return str(Role(found.level).label) if found else ""

    @cached_property
    def outside(self) -> list[ExternalComplaint]:
        return _OUTSIDE.ask(objection=self.objection.pk)

    @property
    def unanswered(self) -> list[ExternalComplaint]:
        return [it for it in self.outside if not it.answered_at and not it.ended_at]

    @property
    def unended(self) -> list[ExternalComplaint]:
        return [it for it in self.outside if it.ended_at is None]

    @property
    def extension(self) -> Extension | None:
        """The time that was granted; selected with the objection."""
        found: Extension | None = getattr(self.objection, "extension", None)
        return found

    @property
    def pending(self) -> Pending:
        """What of all this decides on the steps that this person may take."""
        return Pending(
            proposal=self.standing,
            outstanding=self.outstanding,
            appeal=self.under_review,
            handled=self.has_handled,
            can_appeal=can_appeal(self.objection, at=self.now)
            if self._is_over
            else False,
            extended=self.extension is not None,
        )

    @cached_property
    def until_if_extended(self) -> datetime | None:
        """By when the investigation would be due with more time."""
        return until_if_extended(self.objection, at=self.now)

    @property
    def subjects(self) -> dict[str, str]:
        """The subjects of the clocks of actions and complaints in words."""
        found = {}
        for row in self.actions:
            action = row.action
            found[subject_of(action)] = f"{action.department.name} · {action.measure}"
        for complaint in self.outside:
            found[subject_outside(complaint)] = complaint.get_source_display()
        return found


def bands() -> list[Band]:
    """Which value needs whose approval, the smallest value first."""
    found: dict[Decimal | None, list[str]] = {}
    for rule in ApprovalRule.objects.all():
        label = str(Approver(rule.approver).label)
        found.setdefault(rule.up_to, []).append(label)
    return [Band(up_to, labels) for up_to, labels in found.items()]


def labels_of(approvers: Iterable[str]) -> list[str]:
    """Approvals in words."""
    return [str(Approver(it).label) for it in approvers]


def people_of(departments: Iterable[Department]) -> list[tuple[str, list[User]]]:
    """Who could carry something out, under the names of their departments."""
    names = {it.pk: it.name for it in departments}
    people = User.objects.active().filter(department__in=names).order_by("work_number")
    found: dict[str, list[User]] = {name: [] for name in names.values()}
    for person in people:
        if person.department_id is not None:
            found[names[person.department_id]].append(person)
    return list(found.items())
