"""What of a settlement waits for somebody, as one person may act on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

from objections.models import Appeal, Objection, Proposal, ResolutionAction
from objections.services import levels
from objections.services.appealing import can_appeal, may_review
from objections.workflow import ENDED, WITH_DEPARTMENTS, Status
from staff.models import User

_OFFERED: Final = frozenset({Status.PENDING_APPROVAL, Status.PROPOSED})


@dataclass(frozen=True)
class Pending:
    """What waits for somebody.

    `proposal` is the one that is neither answered nor sent back, with its approvals;
    `outstanding` the actions that are to be carried out; `appeal` the one under review;
    `handled` whether this person has judged; `extended` whether more time was granted.
    """

    proposal: Proposal | None = None
    outstanding: Sequence[ResolutionAction] = ()
    appeal: Appeal | None = None
    handled: bool = False
    can_appeal: bool = False
    extended: bool = False

    @classmethod
    def of(cls, objection: Objection, *, by: User, at: datetime) -> Self:
        """Read what the status can have; at most four queries."""
        status = Status(objection.status)
        reviewed = status == Status.APPEALED
        asked = reviewed or status == Status.RETURN_VISIT
        appeal = _undecided(objection) if reviewed else None
        handled = asked and levels.has_handled(objection, by)
        if handled and appeal is not None:
            handled = not may_review(objection, appeal, by=by)
        return cls(
            proposal=_standing(objection) if status in _OFFERED else None,
            outstanding=_outstanding(objection) if status == Status.EXECUTING else (),
            appeal=appeal,
            handled=handled,
            can_appeal=status in ENDED and can_appeal(objection, at=at),
            extended=status in WITH_DEPARTMENTS and hasattr(objection, "extension"),
        )


def _standing(objection: Objection) -> Proposal | None:
    return objection.proposals.standing().prefetch_related("approvals").first()


def _outstanding(objection: Objection) -> list[ResolutionAction]:
    return list(objection.actions.outstanding().select_related("department"))


def _undecided(objection: Objection) -> Appeal | None:
    return objection.appeals.filter(decided_at=None).first()


NOTHING: Final = Pending()
