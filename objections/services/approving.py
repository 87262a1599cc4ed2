"""Whose approval a proposal needs, and who may give it; its value decides (OB-08)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.db.models import Exists, OuterRef, Q, Sum
from django.utils.translation import gettext as _

from customers.text import unfit
from objections import approval
from objections.facts import MOST
from objections.models import (
    LEVELS,
    Approval,
    ApprovalRule,
    Approver,
    MeasureKind,
    Objection,
    Proposal,
)
from objections.models.proposal import NOTHING, ProposalQuerySet
from objections.services import levels
from staff.models import Department, Role, User

FINANCE: Final = "finance"
ABOVE_ALL: Final = (Approver.DEPARTMENT_HEAD, Approver.FINANCE)


@dataclass(frozen=True)
class Estimate:
    """What a proposal would be worth, alone and in all, and whose approval it needs."""

    amount: Decimal
    cumulative: Decimal
    approvers: tuple[str, ...]


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
    return Estimate(
        amount, amount + before, approvals_for(kinds, amount + before, by=by)
    )


def waiting_for(user: User) -> ProposalQuerySet:
    """The proposals of which this person may approve: the twin of `open_to`."""
    undecided = Approval.objects.filter(proposal=OuterRef("pk"), decided_at=None)
    given = Approval.objects.filter(proposal=OuterRef("pk"), decided_by=user.pk)
    office = Department.objects.filter(members=user.pk, code=FINANCE)
    leads = Q(proposal__objection__department__head=user.pk)
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
        .exclude(proposed_by=user.pk)
        .exclude(objection__named_colleague=user.pk)
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


def approvals_for(
    kinds: Sequence[MeasureKind], cumulative: Decimal, *, by: User
) -> tuple[str, ...]:
    """Whose approvals a proposal needs. Raises ValidationError (measures).

    Nobody stands above the general manager; then head and finance approve instead.
    """
    bands = [approval.Band(it.up_to, it.approver) for it in ApprovalRule.objects.all()]
    two = any(kind.two_persons for kind in kinds)
    uncovered = unfit(
        "measures",
        _("No rule of approval covers %(amount)s yuan.") % {"amount": cumulative},
        code="amount_above_rules",
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
