"""A department accepts what it was handed, or returns it with a reason (OB-06)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from customers.text import one_line, unfit
from objections.models import Handoff, Objection, came_back_twice
from objections.services import promises
from objections.services.handing_off import (
    acceptance_subject,
    take_back,
)
from objections.services.handling import pass_up
from objections.services.investigating import let_run
from objections.workflow import WORKFLOW, Step
from sla.models import Metric
from sla.services import clocks
from staff.models import User
from tickets import feed
from tickets.models import Verb
from tickets.services import events
from tickets.workflow import IllegalStep, NotAllowed


@transaction.atomic
def accept(handoff: Handoff, *, by: User, at: datetime) -> Handoff:
    """Take on the investigation for one's department; a second click changes nothing.

    Raises IllegalStep, NotAllowed for another department or for who is named (OB-07).
    """
    objection, handoff = held(handoff)
    if handoff.accepted_at is not None and handoff.accepted_by_id == by.pk:
        return handoff
    refuse_outsiders(objection, handoff, Step.ACCEPT, by=by)
    rule = WORKFLOW.check(objection, Step.ACCEPT, by=by)
    if handoff.accepted_at is not None:
        return handoff
    handoff.accepted_at = at
    handoff.accepted_by = by
    handoff.save(update_fields=["accepted_at", "accepted_by"])
    WORKFLOW.move(objection, rule)
    objection.save(update_fields=["status"])
    events.record(
        objection,
        Verb.HANDOFF_ACCEPTED,
        by=by,
        at=at,
        department=handoff.department.code,
    )
    clocks.stop(
        objection,
        Metric.DEPARTMENT_ACCEPTANCE,
        at=at,
        by=by,
        subject=acceptance_subject(handoff),
    )
    feed.announce(objection, "ticket", to_customer=True)
    return handoff


def return_handoff(handoff: Handoff, *, reason: str, by: User, at: datetime) -> Handoff:
    """Give an objection back, once, with the reason why it is not ours (OB-06).

    The hour for handing it over begins anew. What comes back a second time goes to the
    supervisor. A second click changes nothing.

    Raises ValidationError (reason), IllegalStep, NotAllowed.
    """
    reason = one_line(
        reason,
        field="reason",
        missing=_("Please say why it does not belong to your department."),
    )
    with transaction.atomic():
        objection, handoff = held(handoff)
        if handoff.returned_at is not None and handoff.returned_by_id == by.pk:
            return handoff
        refuse_outsiders(objection, handoff, Step.RETURN, by=by)
        rule = WORKFLOW.check(objection, Step.RETURN, by=by)
        clocks.stop(
            objection,
            Metric.DEPARTMENT_ACCEPTANCE,
            at=at,
            by=by,
            subject=acceptance_subject(handoff),
        )
        handoff.returned_at = at
        handoff.returned_by = by
        handoff.return_reason = reason
        handoff.save(update_fields=["returned_at", "returned_by", "return_reason"])
        let_run(objection, by=by, at=at, reason="")
        take_back(objection, by=by, at=at)
        WORKFLOW.move(objection, rule)
        objection.department = None
        objection.save(update_fields=["status", "department"])
        events.record(
            objection,
            Verb.HANDOFF_RETURNED,
            by=by,
            at=at,
            department=handoff.department.code,
        )
        again = promises.of_round(handoff.round + 1)
        promises.start(objection, Metric.HANDOFF, at=at, subject=again)
        if came_back_twice(objection.handoffs.all()):
            pass_up(objection, at=at)
        feed.announce(objection, "ticket", to_customer=True)
        return handoff


def handoff_for(objection: Objection, code: str, step: Step, *, by: User) -> Handoff:
    """The last hand-off to a department; "": to one's own, or to the only one.

    Raises ValidationError (department) for one that was not asked, or that one may not
    see; IllegalStep and NotAllowed where the step is none at all.
    """
    asked = objection.handoffs.visible_to(by).order_by("-round", "pk")
    found = list(asked.select_related("department"))
    wanted = [it for it in found if it.department.code == code]
    if not code:
        wanted = [it for it in found if it.department_id == by.department_id]
        if len(found) == 1:
            wanted = found
    if wanted:
        return wanted[0]
    WORKFLOW.check(objection, step, by=by)
    raise unfit(
        "department",
        _("This was not handed to that department."),
        code="department_not_asked",
    )


def held(handoff: Handoff) -> tuple[Objection, Handoff]:
    """The objection, locked, and the hand-off as it stands under that lock."""
    objection = Objection.objects.lock(handoff.objection_id)
    fresh = Handoff.objects.select_related("department").get(pk=handoff.pk)
    return objection, fresh


def refuse_outsiders(
    objection: Objection, handoff: Handoff, step: Step, *, by: User
) -> None:
    """Handlers act for their department; nobody judges an objection about themselves.

    Raises NotAllowed; IllegalStep for a hand-off that is over.
    """
    if not handoff.is_of(by) or objection.names(by):
        raise NotAllowed(step)
    if handoff.is_over:
        WORKFLOW.check(objection, step, by=by)
        raise IllegalStep(
            _("This hand-over has ended; look at the objection for what came after."),
            step=step,
            status=objection.status,
        )
