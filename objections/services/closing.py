"""A case ends, goes to the next level, or is taken up again."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from customers.text import one_line
from knowledge.services import scripts
from objections.models import Closure, Objection
from objections.services import answering, executing, levels, promises
from objections.services.handing_off import end_handoffs
from objections.services.handling import refuse_partial
from objections.workflow import WORKFLOW, Status, Step
from sla.models import Metric
from staff.models import Role, User
from tickets import feed
from tickets.models import Direction, Verb
from tickets.services import events, messages
from tickets.workflow import IllegalStep, NotAllowed, Rule

APPEAL_WITHIN: Final = timedelta(days=executing.APPEAL_DAYS)
PATHS: Final = "OBJECTION_PATHS"


def close(
    objection: Objection, rule: Rule, *, how: Closure, by: User | None, at: datetime
) -> None:
    """End a case; the customer has seven days for a review. The caller has the lock."""
    WORKFLOW.move(objection, rule)
    objection.closed_at = at
    objection.customer_waiting_since = None
    objection.closure = how
    objection.appeal_until = at + APPEAL_WITHIN
    objection.save(
        update_fields=[
            *("status", "closed_at", "customer_waiting_since", "closure"),
            "appeal_until",
        ]
    )
    events.record(objection, Verb.OBJECTION_CLOSED, by=by, at=at, how=str(how))
    promises.start_round(objection, Metric.ARCHIVE, at=at)


def reopen(objection: Objection, *, by: User | None, at: datetime) -> None:
    """Handle a case once more, from the hand-off on; the caller has the lock.

    The time for a result goes on with what was left of it.
    """
    WORKFLOW.move(objection, WORKFLOW.rules[Step.REOPEN])
    objection.cycle += 1
    objection.closed_at = objection.appeal_until = None
    objection.closure = objection.escalated_to = ""
    objection.department = None
    objection.save(
        update_fields=[
            *("status", "cycle", "closed_at", "appeal_until", "closure"),
            *("escalated_to", "department"),
        ]
    )
    end_handoffs(objection, at=at)
    events.record(objection, Verb.OBJECTION_REOPENED, by=by, at=at)
    promises.start(objection, Metric.HANDOFF, at=at)
    promises.start(objection, Metric.TOTAL, at=at)
    promises.bind_by_law(objection, at=at)


@transaction.atomic
def investigate_again(objection: Objection, *, by: User, at: datetime) -> Objection:
    """Let the departments look once more before the level decides.

    Raises IllegalStep, NotAllowed.
    """
    objection = Objection.objects.lock(objection.pk)
    _refuse_below(objection, Step.INVESTIGATE_AGAIN, by=by)
    WORKFLOW.check(objection, Step.INVESTIGATE_AGAIN, by=by)
    promises.stop(objection, Metric.PROPOSAL, at=at, by=by)
    answering.look_again(objection, by=by, at=at)
    feed.announce(objection, "ticket", to_customer=True)
    return objection


def escalate(objection: Objection, *, reason: str, by: User, at: datetime) -> Objection:
    """Put a case that is not agreed to the next level, with a word on why.

    The same word of the same person again changes nothing: a second click does not put
    it one level higher still.

    Raises ValidationError (reason), IllegalStep, NotAllowed.
    """
    reason = one_line(
        reason, field="reason", missing=_("Please say why the next level decides.")
    )
    with transaction.atomic():
        objection = Objection.objects.lock(objection.pk)
        if _escalated_so(objection, reason, by=by):
            return objection
        _refuse_below(objection, Step.ESCALATE, by=by)
        WORKFLOW.check(objection, Step.ESCALATE, by=by)
        before = objection.escalated_to
        levels.raise_level(objection, by=by, at=at)
        if objection.escalated_to == before:
            raise IllegalStep(
                _("There is nobody above who could decide."),
                step=Step.ESCALATE,
                status=objection.status,
            )
        messages.add(objection, direction=Direction.NOTE, text=reason, at=at, author=by)
        feed.announce(objection, "ticket", to_customer=False)
        return objection


def _escalated_so(objection: Objection, reason: str, *, by: User) -> bool:
    """Whether an earlier click has put it where it is, for this reason."""
    raised = objection.events.filter(verb=Verb.OBJECTION_ESCALATED).last()
    if raised is None or raised.actor_id != by.pk:
        return False
    said = objection.messages.filter(author=by, text=reason, sent_at=raised.at)
    return objection.status == Status.REJECTED and said.exists()


@transaction.atomic
def close_unagreed(objection: Objection, *, by: User, at: datetime) -> Objection:
    """End a case on which the last level could not agree; the ways outside are told.

    Those are to go on talking, mediation, 12315, arbitration, court (消保法 39). A
    second click changes nothing.

    Raises IllegalStep, NotAllowed, ScriptError.
    """
    objection = Objection.objects.lock(objection.pk)
    if objection.closure == Closure.NOT_AGREED:
        return objection
    refuse_partial(objection, Step.CLOSE_UNAGREED, by=by)
    rule = WORKFLOW.check(objection, Step.CLOSE_UNAGREED, by=by)
    if objection.escalated_to != Role.GENERAL_MANAGER:
        raise NotAllowed(Step.CLOSE_UNAGREED)
    tell_paths(objection, by=by, at=at)
    promises.stop(objection, Metric.PROPOSAL, at=at, by=by)
    promises.stop(objection, Metric.LEGAL_OUTER_LIMIT, at=at, by=by)
    close(objection, rule, how=Closure.NOT_AGREED, by=by, at=at)
    feed.announce(objection, "ticket", to_customer=True)
    return objection


def tell_paths(objection: Objection, *, by: User, at: datetime, text: str = "") -> None:
    """Say which ways are open outside, after what else there is to say."""
    paths = scripts.wording(PATHS)
    messages.add(
        objection,
        direction=Direction.OUT,
        text=f"{text}\n\n{paths}" if text else paths,
        at=at,
        author=by,
    )


def _refuse_below(objection: Objection, step: Step, *, by: User) -> None:
    """Only the level that a case has come to decides. Raises NotAllowed."""
    refuse_partial(objection, step, by=by)
    if objection.escalated_to and not levels.reaches(by, objection.escalated_to):
        raise NotAllowed(step)
