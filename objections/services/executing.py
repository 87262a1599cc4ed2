"""What was agreed is carried out with proof, and the result is told (OB-09, CC-14)."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from customers.text import one_line, unfit
from inquiries.services.wording import examined
from knowledge.services import scripts
from objections.models import Objection, ResolutionAction
from objections.services import promises
from objections.services.handling import refuse_partial
from objections.workflow import WORKFLOW, Step
from sla.models import Metric
from sla.services import clocks
from staff.models import User
from tickets import feed
from tickets.models import Direction, Message, Verb
from tickets.services import assignment, events, messages
from tickets.services.attachments import Upload
from tickets.workflow import IllegalStep, NotAllowed

TOLD: Final = "RESULT_FEEDBACK"
APPEAL_DAYS: Final = 7


def subject_of(action: ResolutionAction) -> str:
    """What tells the clocks of the actions of one objection apart."""
    return f"{action.department.code}/{action.number}"


@transaction.atomic
def assign_action(
    objection: Objection, *, number: int, to: User, by: User, at: datetime
) -> ResolutionAction:
    """Say who carries an action out: somebody of its department, who hears of its end.

    Raises ValidationError (number, to), IllegalStep, NotAllowed.
    """
    objection = Objection.objects.lock(objection.pk)
    refuse_partial(objection, Step.ASSIGN_ACTION, by=by)
    WORKFLOW.check(objection, Step.ASSIGN_ACTION, by=by)
    action = _action(objection, number)
    if not action.is_of(by):
        raise NotAllowed(Step.ASSIGN_ACTION)
    fits = to.is_active and to.department_id == action.department_id
    if not fits or objection.names(to):
        raise unfit(
            "to",
            _("%(name)s does not carry out what this department owes.") % {"name": to},
            code="owner_unsuitable",
        )
    if action.owner_id == to.pk:
        return action
    action.owner = to
    action.save(update_fields=["owner"])
    subject = subject_of(action)
    assignment.charge(objection, subject=subject, to=to, by=by, at=at)
    return action


def execute(
    objection: Objection,
    *,
    number: int,
    proof: str,
    by: User,
    at: datetime,
    files: Sequence[Upload] = (),
    client_token: uuid.UUID | None = None,
) -> ResolutionAction:
    """Put on record that an action is done, and by what that can be seen.

    Say the number of a refund, of a parcel, of an invoice; files lie on a note. The
    last action makes the objection carried out; then the result is told and asked
    about. A second click changes nothing; another proof of what is done is refused.

    Raises ValidationError (number, proof, files), IllegalStep, NotAllowed.
    """
    proof = one_line(
        proof, field="proof", missing=_("Please say by what this can be seen.")
    )
    _text, inspected = messages.clean("", files, required=False)
    with transaction.atomic():
        objection = Objection.objects.lock(objection.pk)
        refuse_partial(objection, Step.EXECUTE, by=by)
        mine = objection.actions.filter(number=number, done_by=by, proof=proof)
        if done := mine.first():
            return done
        WORKFLOW.check(objection, Step.EXECUTE, by=by)
        action = _action(objection, number)
        if not action.is_of(by):
            raise NotAllowed(Step.EXECUTE)
        if action.done_at is not None:
            raise IllegalStep(
                _("%(name)s has put this on record already: %(proof)s")
                % {"name": action.done_by, "proof": action.proof},
                step=Step.EXECUTE,
                status=objection.status,
            )
        action.done_at = at
        action.done_by = by
        action.proof = proof
        if inspected:
            action.proof_with = messages.add(
                objection,
                direction=Direction.NOTE,
                text=proof,
                at=at,
                author=by,
                files=inspected,
                client_token=client_token,
            )
        action.save()
        events.record(objection, Verb.ACTION_DONE, by=by, at=at, action=number)
        subject = subject_of(action)
        clocks.stop(objection, Metric.EXECUTION, at=at, by=by, subject=subject)
        finish_if_done(objection, by=by, at=at)
        feed.announce(objection, "ticket", to_customer=True)
        return action


def finish_if_done(objection: Objection, *, by: User | None, at: datetime) -> None:
    """Once nothing is left to carry out the customer hears of it; caller has the lock.

    With that the law's time for a refund or a repair is kept.
    """
    if objection.actions.outstanding().exists():
        return
    WORKFLOW.move(objection, WORKFLOW.rules[Step.EXECUTE])
    objection.save(update_fields=["status"])
    promises.stop(objection, Metric.LEGAL_OUTER_LIMIT, at=at, by=by)
    for metric in (Metric.FEEDBACK, Metric.RETURN_VISIT):
        promises.start_round(objection, metric, at=at)


def tell_result(
    objection: Objection,
    *,
    text: str,
    by: User,
    at: datetime,
    client_token: uuid.UUID | None = None,
    confirmed: Collection[str] = (),
    override_reason: str = "",
) -> Message:
    """Tell the customer what came of it, and that they can ask for a review (CC-14).

    On their page they can give marks.

    `confirmed` and `override_reason` are what the phrase guard is told.

    Raises ValidationError (text, override_reason), IllegalStep, SentOtherwise,
    NotAllowed, ForbiddenPhrase, NeedsConfirmation, ScriptError.
    """
    text, _none = messages.clean(text, ())
    told = scripts.wording(
        TOLD,
        number=objection.number,
        result=promises.unended(text),
        appeal_days=str(APPEAL_DAYS),
    )
    with transaction.atomic():
        objection = Objection.objects.lock(objection.pk)
        if sent := messages.said_before(
            objection, client_token, text=told, files=(), direction=Direction.OUT
        ):
            return sent
        refuse_partial(objection, Step.TELL_RESULT, by=by)
        rule = WORKFLOW.check(objection, Step.TELL_RESULT, by=by)
        allowance = examined(
            text, by=by, confirmed=confirmed, override_reason=override_reason
        )
        message = messages.add(
            objection,
            direction=Direction.OUT,
            text=told,
            at=at,
            author=by,
            client_token=client_token,
        )
        WORKFLOW.move(objection, rule)
        objection.save(update_fields=["status"])
        allowance.record(objection, by=by, at=at, message=message)
        events.record(objection, Verb.RESULT_TOLD, by=by, at=at, message=message.pk)
        promises.stop(objection, Metric.FEEDBACK, at=at, by=by)
        feed.announce(objection, "ticket", to_customer=True)
        return message


def _action(objection: Objection, number: int) -> ResolutionAction:
    """An action by its number. Raises ValidationError (number)."""
    found = objection.actions.select_related("department").filter(number=number)
    action = found.exclude(ended_at__isnull=False).first()
    if action is None:
        raise unfit(
            "number",
            _("There is no such action on this objection."),
            code="action_unknown",
        )
    return action
