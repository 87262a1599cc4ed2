"""A proposal answers every demand, and goes out once all have approved (OB-08)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Sum
from django.utils import translation
from django.utils.translation import gettext as _

from customers.text import one_line
from inquiries.services.wording import examined
from knowledge.services import scripts
from objections import approval
from objections.facts import MOST
from objections.links import case_url
from objections.models import (
    LEVELS,
    Approval,
    ApprovalRule,
    Approver,
    DemandAnswer,
    Measure,
    MeasureKind,
    Met,
    Objection,
    Proposal,
    Responsibility,
)
from objections.models.proposal import NOTHING, ProposalQuerySet
from objections.services import levels, promises
from objections.services.handling import refuse_partial
from objections.workflow import WORKFLOW, Step
from sla.models import Metric
from sla.services import rules
from staff.models import Department, Role, User
from tickets import feed
from tickets.models import Direction, Verb
from tickets.services import assignment, events, messages
from tickets.text import clean_message
from tickets.workflow import IllegalStep, NotAllowed

MADE: Final = "PROPOSAL"
FINANCE: Final = "finance"
ABOVE_ALL: Final = (Approver.DEPARTMENT_HEAD, Approver.FINANCE)
REMINDED_AFTER: Final = (1, 2)  # working days (CM-29)


@dataclass(frozen=True)
class Offer:
    """One measure of a proposal: the code of its kind, an amount in CNY, a word."""

    kind: str
    amount: Decimal | None = None
    note: str = ""


@dataclass(frozen=True)
class Reply:
    """What a proposal says to one demand: its code, how far it is met, and why not."""

    demand: str
    met: str
    reason: str = ""


@dataclass(frozen=True)
class _Checked:
    text: str
    measures: list[tuple[MeasureKind, Decimal | None, str]]
    replies: dict[str, tuple[str, str]]

    @property
    def amount(self) -> Decimal:
        return sum((it or NOTHING for _kind, it, _note in self.measures), NOTHING)

    @property
    def kinds(self) -> list[MeasureKind]:
        return [kind for kind, _amount, _note in self.measures]


@dataclass(frozen=True)
class Estimate:
    """What a proposal would be worth, alone and in all, and whose approval it needs."""

    amount: Decimal
    cumulative: Decimal
    approvers: tuple[str, ...]


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
    checked = _checked(text, measures, replies)
    with transaction.atomic():
        objection = Objection.objects.locked().get(pk=objection.pk)
        refuse_partial(objection, Step.PROPOSE, by=by)
        if made := _proposed_by(objection, checked, by=by):
            return made
        rule = WORKFLOW.check(objection, Step.PROPOSE, by=by)
        _refuse_bystanders(objection, by=by)
        _refuse_unanswered(objection, checked)
        cumulative = checked.amount + agreed_before(objection)
        needed = _approvals(checked.kinds, cumulative, by=by)
        allowance = examined(
            checked.text, by=by, confirmed=confirmed, override_reason=override_reason
        )
        proposal = _kept(objection, checked, cumulative=cumulative, by=by, at=at)
        for approver in needed:
            Approval.objects.create(proposal=proposal, approver=approver)
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
    objection = Objection.objects.locked().get(pk=objection.pk)
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

    Raises ValidationError (reason), IllegalStep, NotAllowed.
    """
    reason = one_line(
        reason, field="reason", missing=_("Please say what should be different.")
    )
    with transaction.atomic():
        objection = Objection.objects.locked().get(pk=objection.pk)
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
        objection.save(update_fields=["status"])
        events.record(
            objection, Verb.PROPOSAL_SENT_BACK, by=by, at=at, proposal=proposal.number
        )
        feed.announce(objection, "ticket", to_customer=False)
        return proposal


def agreed_before(objection: Objection) -> Decimal:
    """What the customer has accepted on the case so far, in CNY."""
    found = objection.proposals.agreed().aggregate(total=Sum("amount"))["total"]
    return found or NOTHING


def estimate(
    amounts: Mapping[str, Decimal | None], *, before: Decimal, by: User
) -> Estimate:
    """What measures, by the codes of their kinds, would need if `by` proposed them.

    Unknown kinds and unfit amounts count as nothing: it is not judged yet.

    Raises ValidationError (measures) where no rule covers so much.
    """
    known = MeasureKind.objects.filter(active=True)
    kinds = [kind for kind in known if kind.code in amounts]
    fit = (amounts[kind.code] for kind in kinds)
    amount = sum(
        (it for it in fit if it is not None and it.is_finite() and it > 0), NOTHING
    )
    return Estimate(amount, amount + before, _approvals(kinds, amount + before, by=by))


def waiting_for(user: User) -> ProposalQuerySet:
    """The proposals of which this person may approve: the twin of `open_to`."""
    undecided = Approval.objects.filter(proposal=OuterRef("pk"), decided_at=None)
    given = Approval.objects.filter(proposal=OuterRef("pk"), decided_by=user)
    office = Department.objects.filter(members=user, code=FINANCE)
    leads = Q(proposal__objection__department__head=user)
    mine = (
        Q(approver__in=[it for it in LEVELS if levels.reaches(user, it)])
        | Q(Exists(office), approver=Approver.FINANCE)
        | Q(leads, approver=Approver.DEPARTMENT_HEAD)
    )
    if user.role != Role.GENERAL_MANAGER:
        undecided = undecided.filter(mine)
    return (
        Proposal.objects.standing()
        .filter(Exists(undecided), ~Exists(given))
        .exclude(proposed_by=user)
        .exclude(objection__named_colleague=user)
    )


def open_to(proposal: Proposal, objection: Objection, *, by: User) -> list[Approval]:
    """The approvals that are still needed and that this person may give."""
    if proposal.proposed_by_id == by.pk or objection.names(by):
        return []
    given = list(proposal.approvals.all())
    if any(it.decided_by_id == by.pk for it in given):
        return []
    undecided = [it for it in given if it.decided_at is None]
    return [it for it in undecided if _may_give(it.approver, objection, by=by)]


def may_propose(objection: Objection, *, by: User) -> bool:
    """After two rejections the level decides; of the departments the leading one."""
    if objection.escalated_to:
        return levels.reaches(by, objection.escalated_to)
    if by.role == Role.DEPARTMENT_HANDLER:
        return by.department_id == objection.department_id
    return True


def _may_give(approver: str, objection: Objection, *, by: User) -> bool:
    """Whether somebody's post covers an approval; the general manager's covers all."""
    if by.role == Role.GENERAL_MANAGER:
        return True
    if approver == Approver.DEPARTMENT_HEAD:
        head = objection.department.head_id if objection.department else None
        return head == by.pk
    if approver == Approver.FINANCE:
        return by.department is not None and by.department.code == FINANCE
    return levels.reaches(by, approver)


def _refuse_bystanders(objection: Objection, *, by: User) -> None:
    if not may_propose(objection, by=by):
        raise NotAllowed(Step.PROPOSE)


def _approvals(
    kinds: Sequence[MeasureKind], cumulative: Decimal, *, by: User
) -> tuple[str, ...]:
    """Whose approvals a proposal needs. Raises ValidationError (measures).

    Nobody stands above the general manager; then head and finance approve instead.
    """
    bands = [approval.Band(it.up_to, it.approver) for it in ApprovalRule.objects.all()]
    two = any(kind.two_persons for kind in kinds)
    uncovered = ValidationError(
        {
            "measures": ValidationError(
                _("No rule of approval covers %(amount)s yuan.")
                % {"amount": cumulative},
                code="amount_above_rules",
            )
        }
    )
    if cumulative > MOST:
        raise uncovered
    try:
        needed = approval.needed(cumulative, bands, two_persons=two)
    except approval.NotCovered as error:
        raise uncovered from error
    if by.role == Role.GENERAL_MANAGER and Approver.GENERAL_MANAGER in needed:
        kept = [it for it in needed if it != Approver.GENERAL_MANAGER]
        return tuple(dict.fromkeys([*kept, *map(str, ABOVE_ALL)]))
    return needed


def _kept(
    objection: Objection,
    checked: _Checked,
    *,
    cumulative: Decimal,
    by: User,
    at: datetime,
) -> Proposal:
    """The proposal with its measures and its word to each demand."""
    proposal = Proposal.objects.create(
        objection=objection,
        number=objection.proposals.count() + 1,
        text=checked.text,
        amount=checked.amount,
        cumulative=cumulative,
        proposed_at=at,
        proposed_by=by,
    )
    Measure.objects.bulk_create(
        Measure(proposal=proposal, kind=kind, amount=amount, note=note)
        for kind, amount, note in checked.measures
    )
    DemandAnswer.objects.bulk_create(
        DemandAnswer(
            proposal=proposal,
            kind=demand.kind,
            asked=demand.amount,
            met=checked.replies[demand.kind.code][0],
            reason=checked.replies[demand.kind.code][1],
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
    proposal.clock = promises.start(
        objection,
        Metric.CUSTOMER_CONFIRMATION,
        at=at,
        subject=promises.next_round(objection, Metric.CUSTOMER_CONFIRMATION),
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
    with translation.override("zh-hans"):
        who = Responsibility(finding.responsibility).label if finding else ""
    return scripts.wording(
        MADE,
        number=objection.number,
        finding=f"责任方为{who}",
        proposal=promises.unended(proposal.text),
        confirm_due=promises.said(due) if due else "3个工作日",
        link=case_url(objection),
    )


def remind_at(proposal: Proposal, *, since: datetime) -> datetime | None:
    """When the customer is reminded next, by working days; None: not any more."""
    if proposal.reminders >= len(REMINDED_AFTER):
        return None
    days = REMINDED_AFTER[proposal.reminders]
    working_day = rules.rulebook(at=since).calendars["working_day"]
    start = proposal.sent_at or since
    return working_day.close_of_working_day(start, days) - timedelta(hours=1)


def _proposed_by(
    objection: Objection, checked: _Checked, *, by: User
) -> Proposal | None:
    """The standing proposal, if the same person has made the very same one."""
    found = objection.proposals.standing().filter(proposed_by=by).first()
    if found is None or found.text != checked.text:
        return None
    measures = found.measures.select_related("kind")
    kept = {it.kind.code: (it.amount, it.note) for it in measures}
    said = {kind.code: (amount, note) for kind, amount, note in checked.measures}
    answers = found.demand_answers.select_related("kind")
    replied = {it.kind.code: (it.met, it.reason) for it in answers}
    return found if (kept, replied) == (said, checked.replies) else None


def _refuse_unanswered(objection: Objection, checked: _Checked) -> None:
    """Each demand has its answer, and nothing else has one. Raises ValidationError."""
    demanded = {it.kind.code for it in objection.demands.select_related("kind")}
    if demanded == set(checked.replies):
        return
    raise ValidationError(
        {
            "replies": ValidationError(
                _("Please answer each of the customer's demands (OB-08)."),
                code="demand_unanswered",
            )
        }
    )


def _checked(
    text: str, measures: Sequence[Offer], replies: Sequence[Reply]
) -> _Checked:
    """All that is wrong with a proposal at once, or what can be kept of it."""
    errors: dict[str, Any] = {}
    try:
        text = clean_message(text)
    except ValidationError as error:
        errors["text"] = error
    kept, wrong = _measures(measures)
    if wrong:
        errors["measures"] = wrong
    said, unsaid = _replies(replies)
    if unsaid:
        errors["replies"] = unsaid
    if errors:
        raise ValidationError(errors)
    return _Checked(text, kept, said)


def _measures(
    offers: Sequence[Offer],
) -> tuple[list[tuple[MeasureKind, Decimal | None, str]], list[ValidationError]]:
    kinds = {it.code: it for it in MeasureKind.objects.filter(active=True)}
    kept: dict[str, tuple[MeasureKind, Decimal | None, str]] = {}
    wrong: list[ValidationError] = []
    for offer in offers:
        kind = kinds.get(offer.kind)
        if kind is None or kind.code in kept:
            wrong.append(
                ValidationError(
                    _("Please choose each measure once, from the list."),
                    code="measure_unknown",
                )
            )
            continue
        try:
            note = one_line(offer.note, field="measures")
            _refuse_amount(kind, offer.amount)
        except ValidationError as error:
            wrong.extend(error.error_list if hasattr(error, "error_list") else [error])
            continue
        kept[kind.code] = (kind, offer.amount, note)
    if not kept and not wrong:
        wrong.append(
            ValidationError(
                _("Please choose at least one measure."), code="measure_missing"
            )
        )
    return list(kept.values()), wrong


def _refuse_amount(kind: MeasureKind, amount: Decimal | None) -> None:
    """An amount is above nothing, in yuan and fen, and there where money is paid."""
    if amount is None:
        if kind.money:
            raise ValidationError(
                _("%(measure)s: please say how much.") % {"measure": kind},
                code="amount_missing",
            )
        return
    if not amount.is_finite() or not 0 < amount <= MOST:
        raise ValidationError(
            _("Please give an amount above 0, in yuan."), code="amount_unfit"
        )
    if amount != round(amount, 2):
        raise ValidationError(
            _("An amount has at most two decimals, for example 128.50."),
            code="amount_decimals",
        )


def _replies(
    replies: Sequence[Reply],
) -> tuple[dict[str, tuple[str, str]], list[ValidationError]]:
    said: dict[str, tuple[str, str]] = {}
    wrong: list[ValidationError] = []
    for reply in replies:
        if reply.met not in Met.values or reply.demand in said:
            wrong.append(
                ValidationError(
                    _("Please say to each demand once how far it is met."),
                    code="demand_answer_unknown",
                )
            )
            continue
        needed = reply.met != Met.FULLY
        try:
            reason = one_line(
                reply.reason,
                field="replies",
                missing=_("Please say why a demand is not met in full.")
                if needed
                else "",
            )
        except ValidationError as error:
            wrong.extend(error.error_dict["replies"])
            continue
        said[reply.demand] = (reply.met, reason if needed else "")
    return said, wrong


def refuse_other(proposal: Proposal, number: int | None, step: Step) -> None:
    """What was answered is the proposal that was read. Raises IllegalStep."""
    if number is not None and number != proposal.number:
        raise IllegalStep(
            _("There is another proposal meanwhile. Please read it first."),
            step=step,
            status=proposal.objection.status,
        )
