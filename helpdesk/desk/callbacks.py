"""The open callbacks as a colleague sees them, the next deadline first."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

from inquiries.models import Callback, Obstacle, Way
from inquiries.workflow import WORKFLOW, Step
from staff.models import User
from tickets.tokens import derived_token

MOST_ROWS: Final = 200


@dataclass(frozen=True)
class CallbackRow:
    """One callback with the steps that this person may take, and their tokens."""

    callback: Callback
    user: User

    @property
    def can_call(self) -> bool:
        """Whether there is a number to call."""
        return self.callback.inquiry.customer.can_be_called

    @property
    def may_call(self) -> bool:
        return self.can_call and self._allows(Step.REVEAL)

    @property
    def may_try(self) -> bool:
        return self.can_call and self._allows(Step.TRY_CALLBACK)

    @property
    def may_finish(self) -> bool:
        return self._allows(Step.FINISH_CALLBACK)

    def _allows(self, step: Step) -> bool:
        return WORKFLOW.allows(self.callback.inquiry, step, by=self.user)

    @property
    def tried_token(self) -> uuid.UUID:
        return derived_token("tried", self.callback.pk, self.callback.attempts)

    @property
    def done_token(self) -> uuid.UUID:
        return derived_token("done", self.callback.pk)


@dataclass(frozen=True)
class CallbackList:
    """The list at one moment."""

    now: datetime
    rows: list[CallbackRow]

    @classmethod
    def of(cls, user: User, *, at: datetime) -> Self:
        """Those of the tickets that this person may see; one query."""
        found = (
            Callback.objects.visible_to(user)
            .open()
            .by_urgency()
            .select_related(
                "clock",
                "inquiry__customer",
                "inquiry__channel",
                "inquiry__assignee",
            )
        )
        return cls(now=at, rows=[CallbackRow(it, user) for it in found[:MOST_ROWS]])

    def holds(self, number: str) -> bool:
        """Whether the callback of this inquiry still waits."""
        return any(row.callback.inquiry.number == number for row in self.rows)

    @property
    def obstacles(self) -> list[tuple[str, str]]:
        return [(code, str(label)) for code, label in Obstacle.choices]

    @property
    def ways(self) -> list[tuple[str, str]]:
        return [(code, str(label)) for code, label in Way.choices]
