"""What a person can do with an inquiry now, and what the policy asks for first."""

from typing import Final

from inquiries.models import Inquiry
from inquiries.workflow import WORKFLOW, Status, Step
from staff.models import User

_TAKES_IT_FROM_SOMEONE: Final = frozenset({Step.TAKE, Step.ASSIGN, Step.MERGE})


def possible_steps(inquiry: Inquiry, *, by: User) -> frozenset[Step]:
    """The steps whose buttons make sense; the verbs decide once more."""
    steps = {step for step in Step if WORKFLOW.allows(inquiry, step, by=by)}
    if inquiry.held_by_another(by=by):
        steps -= _TAKES_IT_FROM_SOMEONE
    if inquiry.assignee_id == by.pk:
        steps -= {Step.TAKE}
    return frozenset(steps)


def next_step(inquiry: Inquiry, *, by: User) -> Step | None:
    """The one step that the policy asks for now: greet (IN-25), answer, then finish.

    None when there is nothing to do, or nothing that this person may do.
    """
    if inquiry.status in {Status.CLOSED, Status.MERGED}:
        return None
    if inquiry.status == Status.NEW:
        step = Step.GREET
    elif inquiry.customer_waiting_since is not None:
        step = Step.REPLY
    else:
        step = Step.CLOSE
    return step if WORKFLOW.allows(inquiry, step, by=by) else None
