"""Objections for tests; they come about through the product's own verbs."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from objections import services
from objections.facts import Asked, Facts
from objections.models import Handoff, Objection
from sla.models import Clock, Metric
from staff.models import Role, User
from tests.factories import AT, UserFactory, channel, department
from tests.instants import local

QUALITY = Facts(
    type="quality",
    subtype="function_fault",
    description="摄像机开机两分钟后黑屏。",
    demands=(Asked("replace_device"),),
    device_model="Sony FX3",
    order_number="ORD-1",
    occurred_at=local("2026-11-22T20:00:00"),
    account_number="A-100",
)
FEE = Facts(
    type="fee",
    subtype="deposit_refund",
    description="押金扣了300元,没有说明。",
    demands=(Asked("refund", Decimal(300)),),
    order_number="ORD-2",
    amount=Decimal(300),
    account_number="A-100",
)
SERVICE = Facts(
    type="service",
    subtype="attitude",
    description="电话里被训斥。",
    demands=(Asked("apology"),),
    occurred_at=local("2026-11-22T20:00:00"),
    account_number="A-100",
)
CONTRACT = Facts(
    type="contract",
    subtype="unfair_term",
    description="免责条款没有提示。",
    demands=(Asked("explain"),),
    contract_number="C-1",
    account_number="A-100",
)
RETURN = Facts(
    type="return",
    subtype="wear_judgement",
    description="正常磨损被判为损坏。",
    demands=(Asked("explain"),),
    order_number="ORD-3",
    returned_at=local("2026-11-22T20:00:00"),
    account_number="A-100",
)
OF_TYPES = {it.type: it for it in (QUALITY, FEE, SERVICE, CONTRACT, RETURN)}


def filed(
    facts: Facts = QUALITY,
    *,
    by: User | None = None,
    code: str = "website_message",
    at: datetime = AT,
    surname: str = "王",
    phone: str = "13800138000",
    more: dict[str, Any] | None = None,
    **changes: Any,
) -> Objection:
    """An objection as a customer files it on the website, unless said otherwise."""
    return services.file(
        channel=channel(code),
        surname=surname,
        phone=phone,
        facts=replace(facts, **changes),
        by=by,
        at=at,
        **(more or {}),
    )


def recorded(
    facts: Facts = QUALITY, *, by: User | None = None, at: datetime = AT, **changes: Any
) -> Objection:
    """An objection with its form on record, looked after by an agent."""
    by = by or UserFactory.create()
    objection = filed(facts, at=at, **changes)
    services.acknowledge(objection, by=by, at=at)
    return services.record(objection, by=by, at=at)


def handed(
    facts: Facts = QUALITY, *, by: User | None = None, **changes: Any
) -> Objection:
    """An objection with the departments of its route."""
    by = by or UserFactory.create()
    objection = recorded(facts, by=by, **changes)
    services.hand_off(objection, by=by, at=AT)
    objection.refresh_from_db()
    return objection


def handler_of(code: str) -> User:
    """A colleague of a department."""
    return UserFactory.create(role=Role.DEPARTMENT_HANDLER, department=department(code))


def handoff_to(objection: Objection, code: str) -> Handoff:
    """What the department was handed last."""
    return objection.handoffs.filter(department__code=code).latest("pk")


def clock_of(objection: Objection, metric: Metric, subject: str = "") -> Clock:
    """The clock of a metric."""
    return objection.clocks.get(metric=metric, subject=subject)
