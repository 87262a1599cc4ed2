"""Objections that have something in common, for tests of prevention."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from objections import services
from objections.facts import Facts
from objections.models import Finding, Objection
from objections.services import evidence
from staff.models import Role, User
from tests.factories import AT, UserFactory, department
from tests.objections.cases import QUALITY, filed, handed, handler_of, handoff_to

# Before all that these tests tell of.
EARLY = AT - timedelta(days=90)


def alike(number: int, facts: Facts = QUALITY, **changes: Any) -> list[Objection]:
    """So many objections about one subtype and model, of different people."""
    at: datetime = changes.pop("at", AT)
    return [
        filed(
            replace(facts, occurred_at=EARLY),
            at=at + timedelta(minutes=place),
            phone=f"1380013{place:04d}",
            order_number=f"ORD-{place}",
            **changes,
        )
        for place in range(number)
    ]


def head_of(code: str, **facts: Any) -> User:
    """The head of a department."""
    place = department(code)
    place.head = UserFactory.create(
        **{"role": Role.DEPARTMENT_HANDLER, "department": place, **facts}
    )
    place.save(update_fields=["head"])
    head: User = place.head
    return head


def concluded(
    *, responsibility: str = "company", cause: str = "device", **changes: Any
) -> Finding:
    """An objection about a device, investigated to its end."""
    code = "technical_support"
    objection = handed(QUALITY, **changes)
    handler = handler_of(code)
    services.accept(handoff_to(objection, code), by=handler, at=AT)
    for kind in evidence.missing(objection):
        services.waive_evidence(
            objection, kind=kind.code, reason="本案没有", by=handler, at=AT
        )
    return services.conclude(
        objection,
        text="主板故障,需要返厂。",
        responsibility=responsibility,
        cause=cause,
        articles=["ECL21"],
        by=handler,
        at=AT,
    )
