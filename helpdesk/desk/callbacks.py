"""The open callbacks as a colleague sees them, the next deadline first."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

from inquiries.models import Callback, Obstacle, Way
from staff.models import User
from tickets.tokens import derived_token

MOST_ROWS: Final = 200


@dataclass(frozen=True)
class CallbackRow:
    """One callback with the tokens of its two buttons."""

    callback: Callback

    @property
    def can_call(self) -> bool:
        return self.callback.inquiry.customer.can_be_called

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
        return cls(now=at, rows=[CallbackRow(it) for it in found[:MOST_ROWS]])

    @property
    def obstacles(self) -> list[tuple[str, str]]:
        return [(code, str(label)) for code, label in Obstacle.choices]

    @property
    def ways(self) -> list[tuple[str, str]]:
        return [(code, str(label)) for code, label in Way.choices]
