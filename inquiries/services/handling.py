"""Who looks after an inquiry, and when it is over."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from inquiries.models import Inquiry
from inquiries.workflow import NOT_ANSWERED, WORKFLOW, Step
from sla.models import Metric
from staff.models import User
from tickets import feed
from tickets.models import Verb
from tickets.services import assignment, events
from tickets.workflow import IllegalStep


@transaction.atomic
def take(inquiry: Inquiry, *, by: User, at: datetime) -> Inquiry:
    """Make an inquiry one's own; a supervisor may take it over from a colleague.

    Raises IllegalStep when another agent has it or it is closed, NotAllowed.
    """
    inquiry = Inquiry.objects.locked().get(pk=inquiry.pk)
    WORKFLOW.check(inquiry, Step.TAKE, by=by)
    _refuse_poaching(inquiry, Step.TAKE, by=by)
    assignment.take(inquiry, by=by, at=at)
    return inquiry


@transaction.atomic
def assign(inquiry: Inquiry, *, to: User, by: User, at: datetime) -> Inquiry:
    """Give an inquiry to a colleague; agents give away only what nobody else holds.

    Raises ValidationError (to) for someone who does not answer inquiries, IllegalStep,
    NotAllowed.
    """
    inquiry = Inquiry.objects.locked().get(pk=inquiry.pk)
    WORKFLOW.check(inquiry, Step.ASSIGN, by=by)
    _refuse_poaching(inquiry, Step.ASSIGN, by=by)
    if not User.objects.answering().filter(pk=to.pk).exists():
        raise ValidationError(
            {"to": _("%(name)s does not answer inquiries.") % {"name": to}},
            code="assignee_unsuitable",
        )
    assignment.give(inquiry, to=to, by=by, at=at)
    return inquiry


@transaction.atomic
def close(inquiry: Inquiry, *, by: User, at: datetime) -> Inquiry:
    """Finish a conversation that has been answered.

    Raises IllegalStep when nobody has answered yet or it is closed, NotAllowed.
    """
    inquiry = Inquiry.objects.locked().get(pk=inquiry.pk)
    rule = WORKFLOW.check(inquiry, Step.CLOSE, by=by)
    if inquiry.clocks.running().filter(metric=Metric.FIRST_REPLY).exists():
        raise IllegalStep(NOT_ANSWERED, step=Step.CLOSE, status=inquiry.status)
    WORKFLOW.move(inquiry, rule)
    inquiry.closed_at = at
    inquiry.customer_waiting_since = None
    inquiry.save(update_fields=["closed_at", "customer_waiting_since", "status"])
    inquiry.topics.filter(answered_at=None).update(answered_at=at)
    events.record(inquiry, Verb.CLOSED, by=by, at=at)
    feed.announce(inquiry, "ticket", to_customer=True)
    return inquiry


@transaction.atomic
def reopen(inquiry: Inquiry, *, by: User | None, at: datetime) -> Inquiry:
    """Continue a finished conversation in a new cycle; `by` is None for the customer.

    The next cycle's reply clock starts when the customer writes. Customers may reopen
    within 72 hours of the end; later they ask anew.

    Raises IllegalStep, NotAllowed.
    """
    inquiry = Inquiry.objects.locked().get(pk=inquiry.pk)
    rule = WORKFLOW.check(inquiry, Step.REOPEN, by=by)
    if by is None and inquiry.reopens_until and at > inquiry.reopens_until:
        raise IllegalStep(
            _("This conversation ended more than 72 hours ago. Please ask anew."),
            step=Step.REOPEN,
            status=inquiry.status,
        )
    WORKFLOW.move(inquiry, rule)
    inquiry.closed_at = None
    inquiry.cycle += 1
    inquiry.save(update_fields=["closed_at", "cycle", "status"])
    events.record(inquiry, Verb.REOPENED, by=by, at=at)
    feed.announce(inquiry, "ticket", to_customer=True)
    return inquiry


def _refuse_poaching(inquiry: Inquiry, step: Step, *, by: User) -> None:
    """Only a supervisor takes an inquiry out of a colleague's hands."""
    if inquiry.held_by_another(by=by):
        raise IllegalStep(
            _("%(name)s is looking after this inquiry.") % {"name": inquiry.assignee},
            step=step,
            status=inquiry.status,
        )
