"""What of a settlement waits for somebody, as one person may act on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from objections.models import Appeal, Proposal, ResolutionAction


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


NOTHING: Final = Pending()
