"""Cents and shares: rounding half up, once per line."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

CENT: Final = Decimal("0.01")
ZERO: Final = Decimal("0.00")
MOST: Final = Decimal("9999999999.99")  # what a column of money holds


def cents(amount: Decimal | int) -> Decimal:
    """The amount to the cent, half up."""
    return Decimal(amount).quantize(CENT, ROUND_HALF_UP)


def percent(share: Decimal) -> str:
    """A share as people say it: 0.05 is 5, 0.003 is 0.3."""
    return f"{(share * 100).normalize():f}"
