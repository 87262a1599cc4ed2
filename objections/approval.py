"""Whose approval a proposal needs, by what it is worth in all. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

AGENT: Final = "agent"
SUPERVISOR: Final = "supervisor"
FINANCE: Final = "finance"


class NotCovered(ValueError):
    """No rule says who approves of so large a value."""


@dataclass(frozen=True)
class Band:
    """Up to which value in CNY (None: any) whose approval is needed."""

    up_to: Decimal | None
    approver: str


def needed(
    value: Decimal, bands: Iterable[Band], *, two_persons: bool
) -> tuple[str, ...]:
    """The approvals for a value in all: those of the lowest band that reaches it.

    Nobody else's approval is needed where an agent decides alone. Where `two_persons`
    must approve, finance is one of them and at least a supervisor the other.

    Raises NotCovered.
    """
    reaching = [b for b in bands if b.up_to is None or value <= b.up_to]
    if not reaching:
        raise NotCovered
    limits = {b.up_to for b in reaching}
    lowest = min((it for it in limits if it is not None), default=None)
    found = [b.approver for b in reaching if b.up_to == lowest]
    approvers = [it for it in dict.fromkeys(found) if it != AGENT]
    if two_persons:
        others = [it for it in approvers if it != FINANCE]
        approvers = [*(others or [SUPERVISOR]), FINANCE]
    return tuple(approvers)
