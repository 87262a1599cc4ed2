"""Which discounts an order gets, and why it does not get the others (IN-38)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from catalog.pricing.money import cents
from catalog.pricing.tariff import Discount


@dataclass(frozen=True, slots=True)
class Order:
    """What the conditions of a discount look at."""

    days: int
    first_order: bool = False
    kit: bool = False


@dataclass(frozen=True, slots=True)
class AppliedDiscount:
    """A discount in the price: what it takes off (positive), and of which rent."""

    code: str
    name: str
    amount: Decimal
    off: Decimal
    base: Decimal
    capped: bool = False


@dataclass(frozen=True, slots=True)
class RefusedDiscount:
    """A discount that is not in the price.

    `reason` is `too_few_days`, `not_first_order`, `not_a_kit` or `another_is_better`;
    `figures` fill its sentence (`min_days`, `better`).
    """

    code: str
    name: str
    reason: str
    figures: tuple[tuple[str, str], ...] = ()


Outcome = tuple[tuple[AppliedDiscount, ...], tuple[RefusedDiscount, ...]]


def settle(discounts: Sequence[Discount], rent: Decimal, order: Order) -> Outcome:
    """The discounts that apply to this rent, and the others with their reason.

    Of those that do not stack only the best applies; those that do come on top, each
    on what the ones before have left. Together they never exceed the rent.
    """
    open_to_it = [one for one in discounts if _unmet(one, order) is None]
    alone = [_applied(one, rent) for one in open_to_it if not one.stacks]
    best = max(alone, key=lambda one: (one.amount, one.code), default=None)
    applied = [best] if best else []
    left = rent - sum(one.amount for one in applied)
    for discount in open_to_it:
        if discount.stacks:
            applied.append(_applied(discount, left))
            left -= applied[-1].amount
    refused = (_refused(one, order, best) for one in discounts)
    return tuple(applied), tuple(one for one in refused if one)


def _applied(discount: Discount, base: Decimal) -> AppliedDiscount:
    amount = min(cents(base * discount.off), base)
    capped = discount.cap is not None and amount > discount.cap
    if discount.cap is not None:
        amount = min(amount, discount.cap)
    return AppliedDiscount(
        discount.code, discount.name, amount, discount.off, base, capped
    )


def _refused(
    discount: Discount, order: Order, best: AppliedDiscount | None
) -> RefusedDiscount | None:
    reason = _unmet(discount, order)
    figures: tuple[tuple[str, str], ...] = ()
    if reason == "too_few_days":
        figures = (("min_days", str(discount.min_days)),)
    elif reason is None:
        if discount.stacks or best is None or best.code == discount.code:
            return None
        reason, figures = "another_is_better", (("better", best.name),)
    return RefusedDiscount(discount.code, discount.name, reason, figures)


def _unmet(discount: Discount, order: Order) -> str | None:
    """The condition that this order does not meet."""
    if discount.kit and not order.kit:
        return "not_a_kit"
    if discount.first_order and not order.first_order:
        return "not_first_order"
    if order.days < discount.min_days:
        return "too_few_days"
    return None
