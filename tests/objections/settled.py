"""Objections for tests from the finding on; each comes about through the verbs."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from objections import services
from objections.facts import Facts
from objections.models import Objection, Proposal
from objections.services.offering import Offer, Reply
from staff.models import Role, User
from tests.factories import AT, UserFactory
from tests.objections.cases import FEE, handler_of, handoff_to
from tests.objections.test_investigating import CONCLUSION, investigated, waive_all

OFFER: Final = (Offer("refund_rent", Decimal("150.00")),)
REPLIES: Final = (Reply("refund", "partly", "合同约定退还一半"),)
MARKS: Final = {"resolved": True, "satisfaction": 5, "process_satisfaction": 4}


def concluded(facts: Facts = FEE, code: str = "finance", **changes: Any) -> Objection:
    """An objection on which the leading department has concluded."""
    objection, handler = investigated(facts, code, **changes)
    waive_all(objection, by=handler)
    services.conclude(objection, **CONCLUSION, by=handler, at=AT)
    objection.refresh_from_db()
    return objection


def proposed(
    objection: Objection | None = None,
    *,
    amount: str = "150.00",
    kind: str = "refund_rent",
    by: User | None = None,
    at: datetime = AT,
    **more: Any,
) -> Proposal:
    """A proposal; where it is worth little, the customer has it."""
    objection = objection or concluded()
    demands = [it.kind.code for it in objection.demands.select_related("kind")]
    facts: dict[str, Any] = {
        "text": "退还一半租金，并向您致歉。",
        "measures": (Offer(kind, Decimal(amount)),),
        "replies": tuple(Reply(it, "partly", "合同约定") for it in demands),
    }
    return services.propose(
        objection, **(facts | more), by=by or UserFactory.create(), at=at
    )


def agreed(objection: Objection | None = None, **more: Any) -> Objection:
    """An objection on which the customer has accepted a small proposal."""
    proposal = proposed(objection, **more)
    services.answer_proposal(proposal.objection, accepted=True, at=AT)
    return fresh(proposal.objection)


def executed(objection: Objection | None = None) -> Objection:
    """An objection of which all that was agreed is carried out."""
    objection = objection or agreed()
    for action in objection.actions.outstanding():
        services.execute(
            objection,
            number=action.number,
            proof="退款单 R-1",
            by=handler_of(action.department.code),
            at=AT,
        )
    return fresh(objection)


def told(objection: Objection | None = None) -> Objection:
    """An objection whose result was told; the return visit is due."""
    objection = objection or executed()
    services.tell_result(
        objection, text="退款已原路退回。", by=UserFactory.create(), at=AT
    )
    return fresh(objection)


def closed(*, at: datetime = AT) -> Objection:
    """An objection that a satisfied customer has ended."""
    objection = told()
    services.visit(objection, reached=True, **MARKS, by=UserFactory.create(), at=at)
    return fresh(objection)


def twice_rejected() -> Objection:
    """An objection on which the customer has refused two proposals."""
    objection = concluded()
    for _round in range(2):
        proposed(objection)
        services.answer_proposal(objection, accepted=False, reason="太少了", at=AT)
        objection = fresh(objection)
        if objection.status == "investigating":
            by = handoff_to(objection, "finance").accepted_by
            assert by is not None
            services.conclude(objection, **CONCLUSION, by=by, at=AT)
            objection = fresh(objection)
    return objection


def boss(role: Role = Role.SUPERVISOR) -> User:
    """Somebody who decides."""
    return UserFactory.create(role=role)


def fresh(objection: Objection) -> Objection:
    """As it stands now."""
    return Objection.objects.get(pk=objection.pk)
