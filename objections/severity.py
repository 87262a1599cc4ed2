"""How much is at stake in an objection, by the rules of the policy. Pure."""

from decimal import Decimal
from typing import Final

NORMAL: Final = "normal"
MAJOR: Final = "major"
URGENT: Final = "urgent"
MAJOR_FROM: Final = Decimal(5000)


def severity(
    *, danger: bool, on_air: bool, amount: Decimal | None, repeated: bool
) -> str:
    """Urgent: safety, or a broadcast that stopped; major: a large amount, or again.

    `amount` is in CNY; `repeated`: the same was objected to lately.
    """
    if danger or on_air:
        return URGENT
    if repeated or (amount is not None and amount >= MAJOR_FROM):
        return MAJOR
    return NORMAL
