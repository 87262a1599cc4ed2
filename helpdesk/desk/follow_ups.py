"""The follow-ups as a colleague sees them: what waits, and what became of the last."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

from inquiries.models import FollowUp
from inquiries.workflow import WORKFLOW, Step
from staff.models import User

MOST_ROWS: Final = 200
MOST_ENDED: Final = 20


@dataclass(frozen=True)
class FollowUpList:
    """The list at one moment."""

    now: datetime
    user: User
    waiting: list[FollowUp]
    ended: list[FollowUp]

    @classmethod
    def of(cls, user: User, *, at: datetime) -> Self:
        """Those of the tickets that this person may see; three queries."""
        visible = FollowUp.objects.visible_to(user).select_related(
            "clock", "edited_by", "inquiry__customer", "inquiry__assignee"
        )
        return cls(
            now=at,
            user=user,
            waiting=list(visible.pending().by_urgency()[:MOST_ROWS]),
            ended=list(
                visible.ended()
                .prefetch_related("deliveries")
                .order_by("-ended_at", "-pk")[:MOST_ENDED]
            ),
        )

    @property
    def may_act(self) -> bool:
        return self.user.role in WORKFLOW.rules[Step.FOLLOW_UP].roles
