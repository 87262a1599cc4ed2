"""A proposal answers every demand, and goes out once all have approved (OB-08)."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from customers.text import one_line
from inquiries.services.wording import examined
from knowledge.services import scripts
from objections.links import case_url
from objections.models import (
    Approval,
    Approver,
    DemandAnswer,
    Measure,
    Met,
    Objection,
    Proposal,
    Responsibility,
)
from objections.services import levels, promises
from objections.services.approving import FINANCE, agreed_before, approvals_for, open_to
from objections.services.handling import refuse_partial
from objections.services.offering import (
    Checked,
    Offer,
    Reply,
    checked,
    refuse_unanswered,
)
from objections.workflow import WORKFLOW, Status, Step
from sla.models import Metric
from sla.services import rules
from staff.models import Department, Role, User
from tickets import feed
from tickets.models import Direction, Verb
from tickets.services import assignment, events, messages
from tickets.workflow import IllegalStep, NotAllowed

MADE: Final = "PROPOSAL"
REMINDED_AFTER: Final = (1, 2)  # working days (CM-29)


def propose(
    objection: Objection,
    *,
    text: str,
    measures: Sequence[Offer],
    replies: Sequence[Reply],
    by: User,
    at: datetime,
    confirmed: Collection[str] = (),
    override_reason: str = "",
) -> Proposal:
    """Propose measures, and say to each demand how far it is met and why not (OB-08).

    What they are worth, with all that was agreed on the case before, decides whose
    approval is needed; where nobody else's is, it goes out at once. After two
    rejections the level that the case has come to proposes. The same proposal of the
    same person again is the one that is there.

    `confirmed` and `override_reason` are what the phrase guard is told.

    Raises ValidationError (text, measures, replies, override_reason), IllegalStep,
    NotAllowed, ForbiddenPhrase, NeedsConfirmation.
    """
    said = checked(text, measures, replies)
    with transaction.atomic():
        objection = Objection.objects.lock(objection.pk)
        refuse_partial(objection, Step.PROPOSE, by=by)
        if made := _proposed_by(objection, said, by=by):
            return made
        rule = WORKFLOW.check(objection, Step.PROPOSE, by=by)
        _refuse_bystanders(objection, by=by)
        refuse_unanswered(objection, said)
        cumulative = said.amount + agreed_before(objection)
        needed = approvals_for(said.kinds, cumulative, by=by)
        allowance = examined(
            said.words, by=by, confirmed=confirmed, override_reason=override_reason
        )
        proposal = _kept(objection, said, cumulative=cumulative, by=by, at=at)
        Approval.objects.bulk_create(
            Approval(proposal=proposal, approver=approver) for approver in needed
        )
        if Approver.FINANCE in needed:
            office = Department.objects.filter(code=FINANCE).first()
            if office is not None:  # they approve of what they can read
                assignment.involve(objection, office)
        WORKFLOW.move(objection, rule)
        objection.save(update_fields=["status"])
        events.record(
            objection,
            Verb.PROPOSAL_MADE,
            by=by,
            at=at,
            proposal=proposal.number,
            amount=str(proposal.amount),
            approvals=list(needed),
        )
        allowance.record(objection, by=by, at=at)
        if not needed:
            _send(objection, proposal, by=by, at=at)
        feed.announce(objection, "ticket", to_customer=True)
        return proposal


@transaction.atomic
def approve(
    objection: Objection, *, by: User, at: datetime, proposal: int | None = None
) -> Proposal:
    """Give one of the approvals that are needed; the last one sends the proposal.

    Nobody approves of their own proposal, nor twice, nor where they are named.
    `proposal` is the number that was read: one that stands in its place meanwhile is
    not approved of. A second click changes nothing.

    Raises IllegalStep, NotAllowed.
    """
    objection = Objection.objects.lock(objection.pk)
    refuse_partial(objection, Step.APPROVE, by=by)
    latest = objection.proposals.last()
    if latest is not None and latest.approvals.filter(decided_by=by).exists():
        return latest
    WORKFLOW.check(objection, Step.APPROVE, by=by)
    standing = objection.proposals.standing().get()
    refuse_other(standing, proposal, Step.APPROVE)
    given = next(iter(open_to(standing, objection, by=by)), None)
    if given is None:
        raise NotAllowed(Step.APPROVE)
    given.decided_at = at
    given.decided_by = by
    given.save(update_fields=["decided_at", "decided_by"])
    events.record(
        objection,
        Verb.PROPOSAL_APPROVED,
        by=by,
        at=at,
        proposal=standing.number,
        approval=given.approver,
    )
    if not standing.approvals.filter(decided_at=None).exists():
        _send(objection, standing, by=by, at=at)
    feed.announce(objection, "ticket", to_customer=True)
    return standing


def send_back(objection: Objection, *, reason: str, by: User, at: datetime) -> Proposal:
    """Do not approve, and say why; or take one's own proposal back.

    Where the customer has refused twice it is the level's again to propose, to look
    once more, to go higher or to end it.

    Raises ValidationError (reason), IllegalStep, NotAllowed.
    """
    reason = one_line(
        reason, field="reason", missing=_("Please say what should be different.")
    )
    with transaction.atomic():
        objection = Objection.objects.lock(objection.pk)
        refuse_partial(objection, Step.SEND_BACK, by=by)
        latest = objection.proposals.last()
        if latest and (latest.sent_back_by_id, latest.sent_back_reason) == (
            by.pk,
            reason,
        ):
            return latest
        rule = WORKFLOW.check(objection, Step.SEND_BACK, by=by)
        proposal = objection.proposals.standing().get()
        if proposal.proposed_by_id != by.pk and not open_to(proposal, objection, by=by):
            raise NotAllowed(Step.SEND_BACK)
        proposal.sent_back_at = at
        proposal.sent_back_by = by
        proposal.sent_back_reason = reason
        proposal.save(
            update_fields=["sent_back_at", "sent_back_by", "sent_back_reason"]
        )
        WORKFLOW.move(objection, rule)
        if objection.escalated_to:
            objection.status = Status.REJECTED
        objection.save(update_fields=["status"])
        events.record(
            objection, Verb.PROPOSAL_SENT_BACK, by=by, at=at, proposal=proposal.number
        )
        feed.announce(objection, "ticket", to_customer=False)
        return proposal


def may_propose(objection: Objection, *, by: User) -> bool:
    """After two rejections the level decides; of the departments the leading one."""
    if objection.escalated_to:
        return levels.reaches(by, objection.escalated_to)
    if by.role == Role.DEPARTMENT_HANDLER:
        return by.department_id == objection.department_id
    return True


def refuse_other(proposal: Proposal, number: int | None, step: Step) -> None:
    """What was answered is the proposal that was read. Raises IllegalStep."""
    if number is not None and number != proposal.number:
        raise IllegalStep(
            _("There is another proposal meanwhile. Please read it first."),
            step=step,
            status=proposal.objection.status,
        )


def remind_at(proposal: Proposal, *, since: datetime) -> datetime | None:
    """When the customer is reminded next, by working days; None: not any more."""
    if proposal.reminders >= len(REMINDED_AFTER):
        return None
    days = REMINDED_AFTER[proposal.reminders]
    working_day = rules.rulebook(at=since).calendars["working_day"]
    start = proposal.sent_at or since
    return working_day.close_of_working_day(start, days) - timedelta(hours=1)


def _refuse_bystanders(objection: Objection, *, by: User) -> None:
    if not may_propose(objection, by=by):
        raise NotAllowed(Step.PROPOSE)


def _kept(
    objection: Objection,
    said: Checked,
    *,
    cumulative: Decimal,
    by: User,
    at: datetime,
) -> Proposal:
    """The proposal with its measures and its word to each demand."""
    proposal = Proposal.objects.create(
        objection=objection,
        number=objection.proposals.count() + 1,
        text=said.text,
        amount=said.amount,
        cumulative=cumulative,
        proposed_at=at,
        proposed_by=by,
    )
    Measure.objects.bulk_create(
        Measure(proposal=proposal, kind=kind, amount=amount, note=note)
        for kind, amount, note in said.measures
    )
    DemandAnswer.objects.bulk_create(
        DemandAnswer(
            proposal=proposal,
            kind=demand.kind,
            asked=demand.amount,
            met=said.replies[demand.kind.code][0],
            reason=said.replies[demand.kind.code][1],
        )
        for demand in objection.demands.select_related("kind")
    )
    return proposal


def _send(objection: Objection, proposal: Proposal, *, by: User, at: datetime) -> None:
    """Let the customer have it: by a signed link, with until when we ask for a word."""
    WORKFLOW.move(objection, WORKFLOW.rules[Step.APPROVE])
    objection.save(update_fields=["status"])
    promises.stop(objection, Metric.PROPOSAL, at=at, by=by)
    promises.stop(objection, Metric.TOTAL, at=at, by=by)
    answers = list(proposal.demand_answers.select_related("kind"))
    if all(it.met == Met.NOT for it in answers if it.kind.binds):
        # A refusal with its reason is all that the law asks for in time.
        promises.stop(objection, Metric.LEGAL_OUTER_LIMIT, at=at, by=by)
    proposal.clock = promises.start_round(
        objection, Metric.CUSTOMER_CONFIRMATION, at=at
    )
    proposal.remind_at = remind_at(proposal, since=at)
    proposal.sent_at = at
    proposal.sent_with = messages.add(
        objection,
        direction=Direction.OUT,
        text=_told(objection, proposal),
        at=at,
        author=proposal.proposed_by,
    )
    proposal.save(update_fields=["clock", "remind_at", "sent_at", "sent_with"])
    events.record(
        objection,
        Verb.PROPOSAL_SENT,
        by=by,
        at=at,
        proposal=proposal.number,
        message=proposal.sent_with.pk,
    )


def _told(objection: Objection, proposal: Proposal) -> str:
    """The finding, the proposal and the way to it, in the words of the policy."""
    due = proposal.clock.due_at if proposal.clock else None
    finding = objection.findings.last()
    with translation.override(settings.LANGUAGE_CODE):
        who = str(Responsibility(finding.responsibility).label) if finding else ""
    return scripts.wording(
        MADE,
        number=objection.number,
        finding=f"责任方为{who}",
        proposal=promises.unended(proposal.text),
        confirm_due=promises.said(due) if due else "3个工作日",
        link=case_url(objection),
    )


def _proposed_by(objection: Objection, said: Checked, *, by: User) -> Proposal | None:
    """The standing proposal, if the same person has made the very same one."""
    found = objection.proposals.standing().filter(proposed_by=by).first()
    if found is None or found.text != said.text:
        return None
    measures = found.measures.select_related("kind")
    kept = {it.kind.code: (it.amount, it.note) for it in measures}
    offered = {kind.code: (amount, note) for kind, amount, note in said.measures}
    answers = found.demand_answers.select_related("kind")
    replied = {it.kind.code: (it.met, it.reason) for it in answers}
    return found if (kept, replied) == (offered, said.replies) else None
