"""A whole price: every component as a line, zero lines included (IN-37)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from catalog.pricing.discounts import (
    AppliedDiscount,
    Order,
    RefusedDiscount,
    settle,
)
from catalog.pricing.errors import BadFigure, BadQuantity, NoItems, TooManyItems
from catalog.pricing.lines import (
    Line,
    any_special,
    delivery_line,
    deposit_lines,
    discount_line,
    install_line,
    insurance_line,
    no_discount_line,
    operator_line,
    rent_line,
    sum_of,
)
from catalog.pricing.rent import (
    FIRST_MONTHLY_DAY,
    FIRST_WEEKLY_DAY,
    check_days,
)
from catalog.pricing.tariff import Item, Tariff

MAX_ITEMS: Final = 50
MAX_QUANTITY: Final = 500


@dataclass(frozen=True, slots=True)
class Quote:
    """A price: the lines other than the deposit add up to `payable`.

    `rent` is before discounts; `payable` + `deposit` = `total`. `delivery_hours` is
    the promise of the slowest device, None where nothing is delivered.
    """

    lines: tuple[Line, ...]
    applied: tuple[AppliedDiscount, ...]
    not_applied: tuple[RefusedDiscount, ...]
    rent: Decimal
    payable: Decimal
    deposit: Decimal
    total: Decimal
    delivery_hours: int | None


def quote(
    items: Sequence[Item],
    *,
    days: int,
    tariff: Tariff,
    zone: str,
    first_order: bool = False,
    kit: bool = False,
    insurance: bool = False,
    onsite_install: bool = False,
    operator_days: int = 0,
    waiver: str = "",
    credit_score: int | None = None,
) -> Quote:
    """Price an order; `zone` is a zone's code, insurance is never preselected.

    A longer lease never costs less in total at the same rent tier, with the same
    discounts and the same delivery fee. Where one of the three changes it may: at 21
    days (see `rent_of`), at the first day of a long-lease discount, and where the rent
    reaches free delivery.
    """
    items = checked(items)
    check_days(days, least=tariff.min_days, most=tariff.max_days)
    if not 0 <= operator_days <= days * MAX_QUANTITY:
        raise BadFigure("operator_days", least=0, most=days * MAX_QUANTITY)
    way = tariff.zone(zone)
    relief = tariff.waiver(waiver) if waiver else None
    rents = tuple(rent_line(item, days) for item in items)
    rent = sum_of(rents)
    applied, refused = settle(
        tariff.discounts, rent, Order(days, first_order=first_order, kit=kit)
    )
    discounts = tuple(discount_line(one) for one in applied) or (no_discount_line(),)
    paid = (
        *rents,
        *discounts,
        delivery_line(way, rent + sum_of(discounts)),
        insurance_line(items, days, tariff, chosen=insurance),
        install_line(items, tariff, chosen=onsite_install),
        operator_line(tariff, operator_days),
    )
    held = deposit_lines(items, relief, credit_score)
    payable, deposit = sum_of(paid), sum_of(held)
    return Quote(
        lines=(*paid, *held),
        applied=applied,
        not_applied=refused,
        rent=rent,
        payable=payable,
        deposit=deposit,
        total=payable + deposit,
        delivery_hours=way.hours(special=any_special(items)),
    )


def checked(items: Sequence[Item]) -> tuple[Item, ...]:
    """The items, each device once. Raises NoItems, TooManyItems or BadQuantity."""
    if not items:
        raise NoItems
    merged: dict[str, Item] = {}
    for place, item in enumerate(items):
        before = merged.get(item.device.code)
        quantity = item.quantity + (before.quantity if before else 0)
        if item.quantity < 1 or quantity > MAX_QUANTITY:
            raise BadQuantity(f"items.{place}.quantity", least=1, most=MAX_QUANTITY)
        merged[item.device.code] = Item(item.device, quantity)
    if len(merged) > MAX_ITEMS:
        raise TooManyItems(most=MAX_ITEMS)
    return tuple(merged.values())


def rent_for(items: Iterable[Item], days: int) -> Decimal:
    """The list rent of all the pieces, before discounts."""
    return sum_of(rent_line(item, days) for item in items)


def cheaper_longer(
    price: Callable[[int], Quote], *, days: int, tariff: Tariff
) -> tuple[int, Quote] | None:
    """The shortest longer lease for which less is payable, with its price.

    `price` prices the same order for other days. Only the first days of a tier or of a
    discount can be cheaper, apart from the delivery fee, which is left aside.
    """
    payable = price(days).payable
    borders = {FIRST_WEEKLY_DAY, FIRST_MONTHLY_DAY}
    borders |= {discount.min_days for discount in tariff.discounts}
    for longer in sorted(one for one in borders if days < one <= tariff.max_days):
        offer = price(longer)
        if offer.payable < payable:
            return longer, offer
    return None
