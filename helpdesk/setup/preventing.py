"""Demo cases of the past, and what was done so that they become rare (OB-10)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from helpdesk.setup.objecting import object_to
from objections import services
from objections.models import Objection
from objections.services import evidence, opening, prevention, watching
from staff.models import User


def prevent(data: Mapping[str, Any], *, now: datetime) -> None:
    """Let cases of the past happen, then let the jobs find what is frequent."""
    for row in data["past_objections"]:
        _happen(row, now=now)
    for row in data["preventive_actions"]:
        _act(row, now=now)
    watching.report_last_month(at=now)
    watching.look(at=now)


def _happen(row: Mapping[str, Any], *, now: datetime) -> None:
    """One case from its filing to its end: investigated, settled, withdrawn."""
    minutes = row["days_ago"] * 24 * 60
    objection = object_to({**row, "minutes_ago": minutes}, now=now)
    at = objection.created_at
    agent = User.objects.get(username=row["agent"])
    services.acknowledge(objection, by=agent, at=at + timedelta(minutes=3))
    services.record(objection, by=agent, at=at + timedelta(minutes=9))
    services.hand_off(objection, by=agent, at=at + timedelta(minutes=15))
    objection.refresh_from_db()
    found_at = at + timedelta(minutes=50)
    handler = None
    for handoff in objection.handoffs.standing().select_related("department"):
        theirs = User.objects.get(username=handoff.department.code)
        services.accept(handoff, by=theirs, at=at + timedelta(minutes=25))
        if handoff.department_id == objection.department_id:
            handler = theirs
    if handler is not None:
        _conclude(objection, row, handler, at=found_at)
    services.withdraw(
        objection,
        statement="已换新设备并减免费用，我这边没有问题了。",
        by=None,
        at=at + timedelta(minutes=70),
    )


def _conclude(
    objection: Objection, row: Mapping[str, Any], handler: User, *, at: datetime
) -> None:
    for kind in evidence.missing(objection):
        services.waive_evidence(
            objection, kind=kind.code, reason="当日电话核实", by=handler, at=at
        )
    services.conclude(
        objection,
        text=row["finding"],
        responsibility="company",
        cause=row["cause"],
        articles=["ECL21"],
        by=handler,
        at=at,
    )


def _act(row: Mapping[str, Any], *, now: datetime) -> None:
    """An action that was opened, done, counted and judged."""
    boss = User.objects.get(username=row["by"])
    owner = User.objects.get(username=row["owner"])
    opened_at = now - timedelta(days=row["days_ago"])
    done_at = opened_at + timedelta(days=row["done_after"])
    action = opening.open_action(
        subtype=row["subtype"],
        device_model=row["device_model"],
        reason=row["reason"],
        owner=owner,
        by=boss,
        at=opened_at,
    )
    prevention.describe(action, measure=row["measure"], by=owner, at=opened_at)
    prevention.finish(action, text=row["done"], by=owner, at=done_at)
    judged_at = done_at + timedelta(days=action.check_after_days)
    watching.count_effects(at=judged_at)
    prevention.judge(
        action, effective=True, text=row["judgement"], by=boss, at=judged_at
    )
