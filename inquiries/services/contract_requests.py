"""A wish to change the contract: record, forward, decide, tell (IN-44, IN-45)."""

import uuid
from collections.abc import Collection
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from inquiries import texts
from inquiries.models import (
    Clause,
    ContractRequest,
    Decision,
    Inquiry,
)
from inquiries.request_workflow import (
    CONTRACT_LIFE,
    CONTRACT_MANAGEMENT,
    RequestStep,
    check,
)
from inquiries.services import telling, wording
from inquiries.workflow import WORKFLOW, Step
from sla.models import Metric
from sla.services import clocks
from staff.models import Department, User
from tickets import feed
from tickets.models import Verb
from tickets.services import assignment, events, messages


def request_contract_change(
    inquiry: Inquiry,
    *,
    clause: str,
    wish: str,
    reason: str = "",
    by: User,
    at: datetime,
    client_token: uuid.UUID | None = None,
) -> ContractRequest:
    """Record what a customer wishes to be changed and forward it at once (IN-44).

    Without a contract department it stays recorded, and its clock runs on. The same
    client token again gives the request that is there.

    Raises ValidationError (clause, wish, reason), IllegalStep, SentOtherwise,
    NotAllowed.
    """
    errors = {}
    if clause not in Clause.values:
        errors["clause"] = ValidationError(_("Please choose a clause."))
    cleaned = telling.clean({"wish": wish}, optional={"reason": reason}, errors=errors)
    with transaction.atomic():
        inquiry = Inquiry.objects.lock(inquiry.pk)
        if client_token is not None:
            earlier = inquiry.contract_requests.filter(client_token=client_token)
            if asked := earlier.first():
                said = {name: getattr(asked, name) for name in cleaned}
                same = said == cleaned and asked.clause == clause
                messages.refuse_other(inquiry, same=same)
                return asked
        WORKFLOW.check(inquiry, Step.REQUEST_CONTRACT_CHANGE, by=by)
        request = ContractRequest.objects.create(
            number=ContractRequest.fresh_number(day=timezone.localdate(at)),
            inquiry=inquiry,
            clause=clause,
            recorded_at=at,
            recorded_by=by,
            client_token=client_token,
            **cleaned,
        )
        events.record(
            inquiry,
            Verb.CONTRACT_CHANGE_ASKED,
            by=by,
            at=at,
            request=request.number,
            clause=clause,
        )
        for metric in (Metric.CONTRACT_FORWARD, Metric.CONTRACT_RESULT):
            clocks.start(inquiry, metric, at=at, subject=request.number)
        department = Department.objects.filter(code=CONTRACT_MANAGEMENT).first()
        if department is not None:
            _forward(inquiry, request, department, by=by, at=at)
        feed.announce(inquiry, "ticket", to_customer=False)
        return request


@transaction.atomic
def forward_contract_request(
    request: ContractRequest, *, by: User, at: datetime
) -> ContractRequest:
    """Forward what could not be forwarded when it was recorded (IN-44).

    Raises ValidationError while there is no contract department, IllegalStep,
    NotAllowed.
    """
    inquiry, request = _held(request)
    CONTRACT_LIFE.check(request, RequestStep.FORWARD, by=by)
    department = Department.objects.filter(code=CONTRACT_MANAGEMENT).first()
    if department is None:
        raise ValidationError(
            _("There is no contract management department to forward this to."),
            code="department_missing",
        )
    _forward(inquiry, request, department, by=by, at=at)
    return request


def decide_contract_request(
    request: ContractRequest,
    *,
    decision: str,
    text: str,
    by: User,
    at: datetime,
    confirmed: Collection[str] = (),
    override_reason: str = "",
) -> ContractRequest:
    """Say what becomes of the wish; the customer has yet to be told.

    The text is judged now (IN-20): whoever tells it later cannot change it. `confirmed`
    and `override_reason` are what the phrase guard is told. The same decision by the
    same person again changes nothing.

    Raises ValidationError (decision, text, override_reason), IllegalStep, NotAllowed,
    ForbiddenPhrase, NeedsConfirmation.
    """
    errors = {}
    if decision not in Decision.values:
        errors["decision"] = ValidationError(_("Please choose a decision."))
    text = telling.clean({"text": text}, errors=errors)["text"]
    with transaction.atomic():
        inquiry, request = _held(request)
        if _decided_so(request, decision=decision, text=text, by=by):
            return request
        rule = check(
            CONTRACT_LIFE,
            request,
            RequestStep.DECIDE,
            department=CONTRACT_MANAGEMENT,
            by=by,
        )
        allowance = wording.examined(
            text, by=by, confirmed=confirmed, override_reason=override_reason
        )
        CONTRACT_LIFE.move(request, rule)
        request.decision = decision
        request.decided_at = at
        _word(inquiry, request, text, allowance, by=by, at=at)
        return request


def reword_contract_decision(
    request: ContractRequest,
    *,
    text: str,
    by: User,
    at: datetime,
    confirmed: Collection[str] = (),
    override_reason: str = "",
) -> ContractRequest:
    """Say a decision in other words, before the customer reads them.

    It is the way on where the phrase guard refuses what was written before a phrase was
    forbidden. The same words by the same person again change nothing.

    Raises ValidationError (text, override_reason), IllegalStep, NotAllowed,
    ForbiddenPhrase, NeedsConfirmation.
    """
    text = telling.clean({"text": text})["text"]
    with transaction.atomic():
        inquiry, request = _held(request)
        check(
            CONTRACT_LIFE,
            request,
            RequestStep.REWORD,
            department=CONTRACT_MANAGEMENT,
            by=by,
        )
        if _decided_so(request, decision=request.decision, text=text, by=by):
            return request
        allowance = wording.examined(
            text, by=by, confirmed=confirmed, override_reason=override_reason
        )
        _word(inquiry, request, text, allowance, by=by, at=at)
        return request


@transaction.atomic
def tell_contract_result(
    request: ContractRequest,
    *,
    by: User,
    at: datetime,
    client_token: uuid.UUID | None = None,
    confirmed: Collection[str] = (),
    override_reason: str = "",
) -> ContractRequest:
    """Send the customer the decision; the message is the proof (IN-45).

    Also when the conversation has been finished meanwhile. Phrases that are forbidden
    only since it was decided are refused: `confirmed` and `override_reason` let them
    pass, or contract management says it in other words.

    Raises ValidationError (override_reason), IllegalStep, NotAllowed, ForbiddenPhrase,
    NeedsConfirmation.
    """
    inquiry, request = _held(request)
    if sent := messages.already_sent(inquiry, client_token):
        return ContractRequest.objects.get(told_with=sent)
    rule = check(
        CONTRACT_LIFE,
        request,
        RequestStep.TELL,
        department=CONTRACT_MANAGEMENT,
        by=by,
    )
    allowance = wording.examined(
        request.decision_text,
        by=by,
        confirmed=confirmed,
        override_reason=override_reason,
        field="decision_text",
        passed=request.phrases_passed,
    )
    message = telling.tell(
        inquiry,
        text=result_text(request),
        verb=Verb.CONTRACT_RESULT_TOLD,
        by=by,
        at=at,
        client_token=client_token,
        request=request.number,
    )
    allowance.record(inquiry, by=by, at=at, message=message, request=request.number)
    CONTRACT_LIFE.move(request, rule)
    request.told_at = at
    request.told_by = by
    request.told_with = message
    request.save(update_fields=["status", "told_at", "told_by", "told_with"])
    clocks.stop(inquiry, Metric.CONTRACT_RESULT, at=at, by=by, subject=request.number)
    return request


def result_text(request: ContractRequest) -> str:
    """What the customer reads about a decision."""
    words = texts.read("request_texts")
    return texts.filled(
        words["contract_result"],
        number=request.number,
        clause=words["clauses"][request.clause],
        decision=words["decisions"][request.decision],
        text=request.decision_text,
    )


def _held(request: ContractRequest) -> tuple[Inquiry, ContractRequest]:
    """The inquiry, locked, and the request as it stands under that lock."""
    inquiry = Inquiry.objects.lock(request.inquiry_id)
    return inquiry, ContractRequest.objects.get(pk=request.pk)


def _forward(
    inquiry: Inquiry,
    request: ContractRequest,
    department: Department,
    *,
    by: User,
    at: datetime,
) -> None:
    """Put it on the department's list and let the department see the inquiry."""
    rule = CONTRACT_LIFE.check(request, RequestStep.FORWARD, by=by)
    CONTRACT_LIFE.move(request, rule)
    request.department = department
    request.forwarded_at = at
    request.save(update_fields=["status", "department", "forwarded_at"])
    assignment.involve(inquiry, department)
    events.record(
        inquiry, Verb.CONTRACT_FORWARDED, by=by, at=at, request=request.number
    )
    clocks.stop(inquiry, Metric.CONTRACT_FORWARD, at=at, by=by, subject=request.number)


def _word(
    inquiry: Inquiry,
    request: ContractRequest,
    text: str,
    allowance: wording.Allowance,
    *,
    by: User,
    at: datetime,
) -> None:
    """Keep the words of a decision; the caller holds the lock and has examined them."""
    request.decision_text = text
    request.phrases_passed = list(allowance.passed)
    request.decided_by = by
    request.save(
        update_fields=[
            *("status", "decision", "decision_text", "phrases_passed"),
            *("decided_at", "decided_by"),
        ]
    )
    events.record(
        inquiry,
        Verb.CONTRACT_DECIDED,
        by=by,
        at=at,
        request=request.number,
        decision=request.decision,
    )
    allowance.record(inquiry, by=by, at=at, request=request.number)
    feed.announce(inquiry, "ticket", to_customer=False)


def _decided_so(
    request: ContractRequest, *, decision: str, text: str, by: User
) -> bool:
    """Whether this very decision has been made: a second click on its button."""
    made = (request.decision, request.decision_text, request.decided_by_id)
    return made == (decision, text, by.pk)
