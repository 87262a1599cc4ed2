"""Who looks after an inquiry."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from inquiries.models import Inquiry
from inquiries.workflow import WORKFLOW, Step
from staff.models import User
from tickets.services import assignment
from tickets.workflow import IllegalStep


@transaction.atomic
def take(inquiry: Inquiry, *, by: User, at: datetime) -> Inquiry:
    """Make an inquiry one's own; a supervisor may take it over from a colleague.

    Raises IllegalStep when another agent has it or it is closed, NotAllowed.
    """
    inquiry = Inquiry.objects.lock(inquiry.pk)
    WORKFLOW.check(inquiry, Step.TAKE, by=by)
    refuse_poaching(inquiry, Step.TAKE, by=by)
    assignment.take(inquiry, by=by, at=at)
    return inquiry


@transaction.atomic
def assign(inquiry: Inquiry, *, to: User, by: User, at: datetime) -> Inquiry:
    """Give an inquiry to a colleague; agents give away only what nobody else holds.

    Raises ValidationError (to) for someone who does not answer inquiries, IllegalStep,
    NotAllowed.
    """
    inquiry = Inquiry.objects.lock(inquiry.pk)
    WORKFLOW.check(inquiry, Step.ASSIGN, by=by)
    refuse_poaching(inquiry, Step.ASSIGN, by=by)
    if not User.objects.answering().filter(pk=to.pk).exists():
        raise ValidationError(
            {"to": _("%(name)s does not answer inquiries.") % {"name": to}},
            code="assignee_unsuitable",
        )
    assignment.give(inquiry, to=to, by=by, at=at)
    return inquiry


def refuse_poaching(inquiry: Inquiry, step: Step, *, by: User) -> None:
    """Only a supervisor takes an inquiry out of a colleague's hands."""
    if inquiry.held_by_another(by=by):
        raise IllegalStep(
            _("%(name)s is looking after this inquiry.") % {"name": inquiry.assignee},
            step=step,
            status=inquiry.status,
        )
