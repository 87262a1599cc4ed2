"""Demo objections from the investigation on, done by the product's own verbs."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from objections import services
from objections.models import Objection
from objections.services import evidence
from objections.services.offering import Offer, Reply
from staff.models import User

Step = Mapping[str, Any]
Deed = Callable[[Objection, Step, User, datetime], object]


def _prove(objection: Objection, step: Step, by: User, at: datetime) -> None:
    """One piece of evidence, and of the rest that there is none."""
    services.add_evidence(
        objection, kind=step["kind"], source=step["source"], text=step["text"],
        by=by, at=at,
    )  # fmt: skip
    for kind in evidence.missing(objection):
        services.waive_evidence(
            objection, kind=kind.code, reason="本案没有此类记录", by=by, at=at
        )


def _conclude(objection: Objection, step: Step, by: User, at: datetime) -> None:
    services.conclude(
        objection,
        text=step["text"],
        responsibility=step["responsibility"],
        cause=step["cause"],
        articles=step["articles"],
        by=by,
        at=at,
    )


def _propose(objection: Objection, step: Step, by: User, at: datetime) -> None:
    services.propose(
        objection,
        text=step["text"],
        measures=[
            Offer(kind, Decimal(amount) if amount else None)
            for kind, amount in step["measures"]
        ],
        replies=[Reply(*reply) for reply in step["replies"]],
        by=by,
        at=at,
    )


def _agree(objection: Objection, step: Step, by: User, at: datetime) -> None:
    services.answer_proposal(
        objection, accepted=True, channel="phone", reason=step["text"], by=by, at=at
    )


def _execute(objection: Objection, step: Step, by: User, at: datetime) -> None:
    services.execute(objection, number=step["number"], proof=step["text"], by=by, at=at)


def _visit(objection: Objection, step: Step, by: User, at: datetime) -> None:
    services.visit(
        objection,
        reached=True,
        resolved=True,
        satisfaction=step["satisfaction"],
        process_satisfaction=step["satisfaction"],
        text=step["text"],
        by=by,
        at=at,
    )


DEEDS: Final[Mapping[str, Deed]] = {
    "prove": _prove,
    "conclude": _conclude,
    "propose": _propose,
    "agree": _agree,
    "execute": _execute,
    "tell_result": lambda objection, step, by, at: services.tell_result(
        objection, text=step["text"], by=by, at=at
    ),
    "visit": _visit,
}
