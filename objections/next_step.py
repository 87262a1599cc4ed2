"""What a person can do with an objection now, and what the policy asks for first."""

from collections.abc import Sequence
from typing import Final

from objections.models import (
    EvidenceKind,
    Handoff,
    Objection,
    ObjectionType,
    came_back_twice,
)
from objections.pending import NOTHING, Pending
from objections.services import levels
from objections.services.approving import open_to
from objections.services.proposing import may_propose
from objections.workflow import WORKFLOW, Status, Step
from staff.models import Role, User

_TAKES_IT_FROM_SOMEONE: Final = frozenset({Step.TAKE, Step.ASSIGN, Step.HAND_OFF})
_OF_A_DEPARTMENT: Final = frozenset({Step.ACCEPT, Step.RETURN})
_OF_WHO_WAS_ASKED: Final = frozenset(
    {Step.WAIVE_EVIDENCE, Step.ASK_EVIDENCE, Step.GO_ON, Step.ORDER_TEST}
)
# What remains to whom an objection names; whatever is not here is others' to do.
_ALSO_OF_THE_NAMED: Final = frozenset(
    {
        Step.CUSTOMER_WRITES,
        Step.URGE,
        Step.NOTE,
        Step.ASSIGN,
        Step.REVEAL,
        Step.ACKNOWLEDGE,
        Step.ACCEPT,
        Step.RETURN,
        Step.RATE,
        Step.REOPEN,
        Step.ARCHIVE,
        Step.APPEAL,
    }
)
_OF_A_LEVEL: Final = frozenset(
    {Step.INVESTIGATE_AGAIN, Step.ESCALATE, Step.CLOSE_UNAGREED}
)
_OF_ACTIONS: Final = frozenset({Step.ASSIGN_ACTION, Step.EXECUTE})


def possible_steps(
    objection: Objection,
    *,
    by: User,
    handoffs: Sequence[Handoff],
    pending: Pending = NOTHING,
) -> frozenset[Step]:
    """The steps whose buttons make sense; the verbs decide once more.

    `handoffs` are all of the objection: what came back twice is handed over by a
    supervisor (OB-06). `pending` is read for the same person.
    """
    steps = {step for step in Step if WORKFLOW.allows(objection, step, by=by)}
    if objection.held_by_another(by=by):
        steps -= _TAKES_IT_FROM_SOMEONE
    if objection.assignee_id == by.pk:
        steps -= {Step.TAKE}
    if objection.names(by):
        steps &= _ALSO_OF_THE_NAMED
    if came_back_twice(handoffs) and not by.supervises:
        steps -= {Step.HAND_OFF}
    if not may_conclude(objection, by=by):
        steps -= {Step.CONCLUDE}
    if not any(acts_for(handoff, objection, by=by) for handoff in handoffs):
        steps -= _OF_A_DEPARTMENT
        if by.role == Role.DEPARTMENT_HANDLER:
            steps -= _OF_WHO_WAS_ASKED
    if not any(may_accept(handoff, objection, by=by) for handoff in handoffs):
        steps -= {Step.ACCEPT}
    return frozenset(steps - _out_of_reach(objection, pending, by=by))


def _out_of_reach(objection: Objection, pending: Pending, *, by: User) -> set[Step]:
    """The steps of a settlement that are others' to take."""
    proposal, appeal = pending.proposal, pending.appeal
    approves = proposal is not None and bool(open_to(proposal, objection, by=by))
    proposes = proposal is not None and proposal.proposed_by_id == by.pk
    reviews = appeal is not None and levels.reaches(by, appeal.level)
    level = objection.escalated_to
    within = {
        Step.ORDER_TEST: objection.type == ObjectionType.QUALITY
        and not objection.laboratory,
        Step.EXTEND: not pending.extended,
        Step.PROPOSE: may_propose(objection, by=by),
        Step.APPROVE: approves,
        Step.SEND_BACK: approves or proposes,
        Step.VISIT: not pending.handled,
        Step.APPEAL: pending.can_appeal,
        Step.DECIDE_APPEAL: reviews and not pending.handled,
        **dict.fromkeys(_OF_A_LEVEL, not level or levels.reaches(by, level)),
        **dict.fromkeys(_OF_ACTIONS, any(it.is_of(by) for it in pending.outstanding)),
    }
    within[Step.CLOSE_UNAGREED] = level == Role.GENERAL_MANAGER
    return {step for step, reached in within.items() if not reached}


def next_step(
    objection: Objection,
    *,
    can: frozenset[Step],
    missing: Sequence[str],
    lacking: Sequence[EvidenceKind] = (),
) -> Step | None:
    """The one step that the policy asks for now, of those that one `can` take.

    Acknowledge (OB-36), complete the form (OB-42), record it and tell the number
    (OB-43), hand it over (OB-44), accept it (OB-46), gather the evidence that is
    `lacking` (OB-47), conclude (OB-07), propose, approve, carry out, tell the result,
    ask afterwards, put away. None where others have to act.
    """
    if objection.status == Status.INVESTIGATING and Step.ACCEPT not in can:
        investigates = Step.WAIVE_EVIDENCE in can
        inquest = Step.ADD_EVIDENCE if lacking else Step.CONCLUDE
        return inquest if investigates and inquest in can else None
    step = {
        Status.RECEIVED: Step.ACKNOWLEDGE,
        Status.ACKNOWLEDGED: Step.CORRECT if missing else Step.RECORD,
        Status.RECORDED: Step.HAND_OFF,
        Status.HANDED_OFF: Step.ACCEPT,
        Status.INVESTIGATING: Step.ACCEPT,
        Status.AWAITING_EVIDENCE: Step.ACCEPT,
        Status.INVESTIGATED: Step.PROPOSE,
        Status.PENDING_APPROVAL: Step.APPROVE,
        Status.REJECTED: Step.PROPOSE,
        Status.EXECUTING: Step.EXECUTE,
        Status.EXECUTED: Step.TELL_RESULT,
        Status.RETURN_VISIT: Step.VISIT,
        Status.REOPENED: Step.HAND_OFF,
        Status.APPEALED: Step.DECIDE_APPEAL,
        Status.CLOSED: Step.ARCHIVE,
    }.get(Status(objection.status))
    return step if step in can else None


def may_conclude(objection: Objection, *, by: User) -> bool:
    """Of the departments the leading one alone concludes."""
    if by.role != Role.DEPARTMENT_HANDLER:
        return True
    return by.department_id == objection.department_id


def acts_for(handoff: Handoff, objection: Objection, *, by: User) -> bool:
    """Whether a standing hand-off is this person's to accept or return (OB-07)."""
    return handoff.is_of(by) and not handoff.is_over and not objection.names(by)


def may_accept(handoff: Handoff, objection: Objection, *, by: User) -> bool:
    """Whether it still waits for this person's department."""
    return handoff.accepted_at is None and acts_for(handoff, objection, by=by)
