"""Departments ask for material, and find out what was the matter (OB-07)."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from customers.text import one_line, unfit
from inquiries.services.wording import examined
from objections.models import (
    Cause,
    EvidenceKind,
    Finding,
    LawArticle,
    Objection,
    Part,
    Responsibility,
)
from objections.services import promises
from objections.services.evidence import missing
from objections.services.handing_off import excuse
from objections.services.handling import refuse_partial, refuse_unasked
from objections.workflow import WORKFLOW, Status, Step
from sla.models import ClockStatus, Metric, Pause
from sla.services import pauses
from staff.models import Role, User
from tickets import feed
from tickets.models import Direction, Message, Verb
from tickets.services import events, messages
from tickets.text import clean_message
from tickets.workflow import IllegalStep, NotAllowed

AWAITING = "awaiting_evidence"
_PAUSING = (Metric.INVESTIGATION, Metric.TOTAL)


def ask_for_evidence(
    objection: Objection,
    *,
    text: str,
    by: User,
    at: datetime,
    client_token: uuid.UUID | None = None,
    confirmed: Collection[str] = (),
    override_reason: str = "",
) -> Message:
    """Ask the customer for material; meanwhile the investigation waits, not for ever.

    How long it may wait in all is the policy's; then the clocks run on by themselves.

    `confirmed` and `override_reason` are what the phrase guard is told.

    Raises ValidationError (text, override_reason), IllegalStep, SentOtherwise,
    NotAllowed, ForbiddenPhrase, NeedsConfirmation.
    """
    text, _none = messages.clean(text, ())
    with transaction.atomic():
        objection = Objection.objects.lock(objection.pk)
        if sent := messages.said_before(
            objection, client_token, text=text, files=(), direction=Direction.OUT
        ):
            return sent
        refuse_partial(objection, Step.ASK_EVIDENCE, by=by)
        rule = WORKFLOW.check(objection, Step.ASK_EVIDENCE, by=by)
        refuse_unasked(objection, Step.ASK_EVIDENCE, by=by)
        allowance = examined(
            text, by=by, confirmed=confirmed, override_reason=override_reason
        )
        message = messages.add(
            objection,
            direction=Direction.OUT,
            text=text,
            at=at,
            author=by,
            client_token=client_token,
        )
        WORKFLOW.move(objection, rule)
        objection.save(update_fields=["status"])
        for metric in _PAUSING:
            _pause(objection, metric, by=by, at=at)
        allowance.record(objection, by=by, at=at, message=message)
        events.record(objection, Verb.EVIDENCE_ASKED, by=by, at=at, message=message.pk)
        feed.announce(objection, "ticket", to_customer=True)
        return message


@transaction.atomic
def go_on(objection: Objection, *, by: User, at: datetime) -> Objection:
    """Investigate on without what was asked for; the clocks run at once.

    A second click changes nothing. Raises IllegalStep, NotAllowed.
    """
    objection = Objection.objects.lock(objection.pk)
    refuse_partial(objection, Step.GO_ON, by=by)
    if _went_on_by(objection, by=by):
        return objection
    rule = WORKFLOW.check(objection, Step.GO_ON, by=by)
    refuse_unasked(objection, Step.GO_ON, by=by)
    WORKFLOW.move(objection, rule)
    objection.save(update_fields=["status"])
    let_run(objection, by=by, at=at)
    events.record(objection, Verb.INVESTIGATION_WENT_ON, by=by, at=at)
    feed.announce(objection, "ticket", to_customer=True)
    return objection


def _went_on_by(objection: Objection, *, by: User) -> bool:
    """Whether the last that was done is that this person went on."""
    last = objection.events.last()
    if objection.status != Status.INVESTIGATING or last is None:
        return False
    return (last.verb, last.actor_id) == (Verb.INVESTIGATION_WENT_ON, by.pk)


def let_run(
    objection: Objection, *, by: User | None, at: datetime, reason: str = AWAITING
) -> None:
    """End the wait for the customer, or every one; the caller holds the lock.

    `reason` is why the clocks wait; "" for all of them.
    """
    paused = objection.clocks.filter(status=ClockStatus.PAUSED, metric__in=_PAUSING)
    if reason:
        open_ = Pause.objects.filter(rule__code=reason, resumed_at=None)
        paused = paused.filter(pk__in=open_.values("clock"))
    for clock in paused:
        pauses.resume(
            objection, Metric(clock.metric), at=at, by=by, subject=clock.subject
        )


def conclude(
    objection: Objection,
    *,
    text: str,
    responsibility: str,
    cause: str,
    by: User,
    at: datetime,
    contract_clause: str = "",
    articles: Sequence[str] = (),
) -> Finding:
    """Say what was found and on what it rests (OB-02, OB-07); the proposal is next.

    The leading department concludes, once it has accepted and every needed kind of
    evidence is there or is said not to exist. Whoever only takes part and has not
    accepted by then is waited for no more. A finding names a clause of the contract or
    an article of law; the same one sent twice counts
    once.

    Raises ValidationError (text, responsibility, cause, contract_clause, articles,
    evidence), IllegalStep, NotAllowed.
    """
    errors = _said_wrong(responsibility, cause)
    clause = ""
    try:
        clause = one_line(contract_clause, field="contract_clause")
    except ValidationError as error:
        errors |= error.error_dict
    known = list(LawArticle.objects.filter(code__in=articles))
    if len(known) != len(set(articles)):
        errors["articles"] = ValidationError(
            _("One of these articles is not on the list."), code="article_unknown"
        )
    elif not known and not clause:
        errors["articles"] = ValidationError(
            _("Please name the clause or the article that it rests on (OB-02)."),
            code="basis_missing",
        )
    try:
        text = _said(text)
    except ValidationError as error:
        errors |= error.error_dict
    if errors:
        raise ValidationError(errors)
    with transaction.atomic():
        objection = Objection.objects.lock(objection.pk)
        refuse_partial(objection, Step.CONCLUDE, by=by)
        facts = (text, responsibility, cause, clause)
        if found := _concluded_by(objection, facts, known, by=by):
            return found
        rule = WORKFLOW.check(objection, Step.CONCLUDE, by=by)
        if by.role == Role.DEPARTMENT_HANDLER and (
            by.department_id != objection.department_id
        ):
            raise NotAllowed(Step.CONCLUDE)
        _refuse_unaccepted(objection)
        if lacking := missing(objection):
            raise _lacking(lacking)
        excuse(objection, by=by, at=at)
        let_run(objection, by=by, at=at, reason="")
        finding = Finding.objects.create(
            objection=objection,
            round=objection.findings.count() + 1,
            text=text,
            responsibility=responsibility,
            cause=cause,
            contract_clause=clause,
            found_at=at,
            found_by=by,
        )
        finding.articles.set(known)
        WORKFLOW.move(objection, rule)
        objection.save(update_fields=["status"])
        events.record(
            objection,
            Verb.INVESTIGATION_CONCLUDED,
            by=by,
            at=at,
            responsibility=responsibility,
            cause=cause,
        )
        promises.stop(objection, Metric.INVESTIGATION, at=at, by=by)
        promises.start_round(objection, Metric.PROPOSAL, at=at)
        feed.announce(objection, "ticket", to_customer=True)
        return finding


def _refuse_unaccepted(objection: Objection) -> None:
    """Who leads has taken it on before it is concluded. Raises IllegalStep."""
    if objection.handoffs.waiting().filter(part=Part.LEAD).exists():
        raise IllegalStep(
            _("The leading department has not accepted this objection yet."),
            step=Step.CONCLUDE,
            status=objection.status,
        )


def _concluded_by(
    objection: Objection,
    facts: tuple[str, str, str, str],
    articles: Sequence[LawArticle],
    *,
    by: User,
) -> Finding | None:
    """The finding that an earlier click of the same person has recorded."""
    last = objection.findings.last()
    if objection.status != Status.INVESTIGATED or last is None:
        return None
    known = (last.text, last.responsibility, last.cause, last.contract_clause)
    same = known == facts and last.found_by_id == by.pk
    return last if same and set(last.articles.all()) == set(articles) else None


def _said(text: str) -> str:
    """A text that can be kept. Raises ValidationError (text)."""
    try:
        return clean_message(text)
    except ValidationError as error:
        raise ValidationError({"text": error}) from error


def _said_wrong(responsibility: str, cause: str) -> dict[str, Any]:
    errors: dict[str, Any] = {}
    if responsibility not in Responsibility.values:
        errors["responsibility"] = ValidationError(
            _("Please choose who answers for it."), code="responsibility_unknown"
        )
    if cause not in Cause.values:
        errors["cause"] = ValidationError(
            _("Please choose the cause."), code="cause_unknown"
        )
    return errors


def _lacking(kinds: Sequence[EvidenceKind]) -> ValidationError:
    names = ", ".join(str(kind) for kind in kinds)
    return unfit(
        "evidence",
        _("Still missing: %(kinds)s. Add it, or say why there is none.")
        % {"kinds": names},
        code="evidence_missing",
    )


def _pause(objection: Objection, metric: Metric, *, by: User, at: datetime) -> None:
    """Pause a clock where the policy still allows it; else it runs on."""
    try:
        with transaction.atomic():
            pauses.pause(
                objection,
                metric,
                reason=AWAITING,
                at=at,
                by=by,
                subject=promises.running(objection, metric),
            )
    except pauses.PauseRefused:
        return
