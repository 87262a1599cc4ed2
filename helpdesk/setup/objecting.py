"""Demo objections, done by the product's own verbs, each up to its stage."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from helpdesk.setup import settling
from objections import services
from objections.facts import Asked, Facts
from objections.models import Objection
from staff.models import User
from tickets.models import Channel

# Facts that say how many hours ago, or ahead, something is.
MOMENTS: Final = ("occurred_at", "returned_at", "shows_at")


def object_to(row: Mapping[str, Any], *, now: datetime) -> Objection:
    """Let an objection happen in the past: it is filed, then each of its steps."""
    start = now - timedelta(minutes=row["minutes_ago"])
    by = User.objects.get(username=row["by"]) if "by" in row else None
    objection = services.file(
        channel=Channel.objects.get(code=row["channel"]),
        surname=row["surname"],
        phone=row["phone"],
        facts=_facts(row["facts"], at=start),
        by=by,
        talking=by is not None,
        at=start,
    )
    for step in row.get("steps", ()):
        agent = User.objects.get(username=step["by"])
        at = start + timedelta(minutes=step["after"])
        DEEDS[step["do"]](objection, step, agent, at)
    return objection


def _facts(given: Mapping[str, Any], *, at: datetime) -> Facts:
    facts = dict(given)
    facts["demands"] = tuple(
        Asked(kind, Decimal(amount) if amount else None)
        for kind, amount in given["demands"]
    )
    if "amount" in given:
        facts["amount"] = Decimal(given["amount"])
    for name in MOMENTS:
        if name in given:
            facts[name] = at + timedelta(hours=given[name])
    return Facts(**facts)


def _acknowledge(
    objection: Objection, _step: Mapping[str, Any], agent: User, at: datetime
) -> None:
    services.acknowledge(objection, by=agent, at=at)


def _reply(
    objection: Objection, step: Mapping[str, Any], agent: User, at: datetime
) -> None:
    services.reply(objection, text=step["text"], by=agent, at=at)


def _record(
    objection: Objection, _step: Mapping[str, Any], agent: User, at: datetime
) -> None:
    services.record(objection, by=agent, at=at)


def _hand_off(
    objection: Objection, _step: Mapping[str, Any], agent: User, at: datetime
) -> None:
    services.hand_off(objection, by=agent, at=at)


def _accept(
    objection: Objection, _step: Mapping[str, Any], agent: User, at: datetime
) -> None:
    handoff = objection.handoffs.standing().get(department=agent.department_id)
    services.accept(handoff, by=agent, at=at)


def _return(
    objection: Objection, step: Mapping[str, Any], agent: User, at: datetime
) -> None:
    handoff = objection.handoffs.standing().get(department=agent.department_id)
    services.return_handoff(handoff, reason=step["text"], by=agent, at=at)


DEEDS: Final[Mapping[str, settling.Deed]] = {
    "acknowledge": _acknowledge,
    "reply": _reply,
    "record": _record,
    "hand_off": _hand_off,
    "accept": _accept,
    "return": _return,
    **settling.DEEDS,
}
