"""Who looks after an objection, and who sees the customer's number."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from customers.services import reveal_phone
from objections.models import Objection
from objections.workflow import WORKFLOW, Step
from staff.models import Role, User
from tickets.models import Verb
from tickets.services import assignment, events
from tickets.workflow import IllegalStep, NotAllowed


@transaction.atomic
def take(objection: Objection, *, by: User, at: datetime) -> Objection:
    """Make an objection one's own; a supervisor may take it over from a colleague.

    Raises IllegalStep when another agent has it or it has ended, NotAllowed, also for
    the one whom it names (OB-07).
    """
    objection = Objection.objects.lock(objection.pk)
    refuse_partial(objection, Step.TAKE, by=by)
    WORKFLOW.check(objection, Step.TAKE, by=by)
    refuse_poaching(objection, Step.TAKE, by=by)
    assignment.take(objection, by=by, at=at)
    return objection


@transaction.atomic
def assign(objection: Objection, *, to: User, by: User, at: datetime) -> Objection:
    """Give an objection to a colleague; never to the one whom it names (OB-07).

    Raises ValidationError (to), IllegalStep, NotAllowed.
    """
    objection = Objection.objects.lock(objection.pk)
    WORKFLOW.check(objection, Step.ASSIGN, by=by)
    refuse_poaching(objection, Step.ASSIGN, by=by)
    fit = User.objects.answering().filter(pk=to.pk).exists()
    if not fit or objection.names(to):
        raise ValidationError(
            {"to": _("%(name)s cannot look after this objection.") % {"name": to}},
            code="assignee_unsuitable",
        )
    assignment.give(objection, to=to, by=by, at=at)
    return objection


@transaction.atomic
def reveal_contact(objection: Objection, *, reason: str, by: User, at: datetime) -> str:
    """The customer's full number; who saw it and why is on record.

    Raises ValidationError (reason, phone), NotAllowed.
    """
    objection = Objection.objects.lock(objection.pk)
    WORKFLOW.check(objection, Step.REVEAL, by=by)
    number = reveal_phone(objection.customer, by=by, reason=reason, at=at)
    events.record(objection, Verb.CONTACT_REVEALED, by=by, at=at)
    return number


def refuse_partial(objection: Objection, step: Step, *, by: User) -> None:
    """Nobody handles an objection about themselves (OB-07). Raises NotAllowed."""
    if objection.names(by):
        raise NotAllowed(step)


def refuse_unasked(objection: Objection, step: Step, *, by: User) -> None:
    """Of the departments those investigate that were asked and have it still.

    Others may see the case, say since they returned it, approve of something or carry
    something out. Raises NotAllowed.
    """
    if by.role != Role.DEPARTMENT_HANDLER:
        return
    asked = objection.handoffs.standing().filter(department=by.department_id)
    if not asked.exists():
        raise NotAllowed(step)


def pass_up(objection: Objection, *, at: datetime) -> None:
    """Put a case into the hands of the assignee's supervisor.

    Where that one is named in it, or there is none, it is another supervisor's (OB-07).
    The caller holds the lock.
    """
    holder, named = objection.assignee, objection.named_colleague_id
    boss = holder.supervisor if holder else None
    if boss is None or not boss.is_active or boss.pk == named:
        others = User.objects.with_role(Role.SUPERVISOR).exclude(pk=named)
        boss = others.order_by("work_number").first()
    if boss is not None:
        assignment.give(objection, to=boss, by=None, at=at)


def refuse_poaching(objection: Objection, step: Step, *, by: User) -> None:
    """Only a supervisor takes an objection out of a colleague's hands."""
    if objection.held_by_another(by=by):
        raise IllegalStep(
            _("%(name)s is looking after this objection.")
            % {"name": objection.assignee},
            step=step,
            status=objection.status,
        )
