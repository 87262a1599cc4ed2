"""The lines of a price: one function a component, each saying how it was found."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from catalog.pricing.discounts import AppliedDiscount
from catalog.pricing.money import ZERO, cents, percent
from catalog.pricing.rent import rent_of
from catalog.pricing.tariff import Item, Tariff, Waiver, Zone


class Component(StrEnum):
    """What a line is for, in the order of a quotation."""

    RENT = "rent"
    DISCOUNT = "discount"
    DELIVERY = "delivery"
    INSURANCE = "insurance"
    INSTALL = "install"
    OPERATOR = "operator"
    DEPOSIT = "deposit"


@dataclass(frozen=True, slots=True)
class Line:
    """One line; `quantity` x `unit_price` is `amount`.

    `code` is the component, `subject` the code of the device, discount, zone or
    waiver it is about, `name` that thing's own name. `rule` is a stable code for how
    the amount was found and `figures` what fills its sentence (`catalog.words`).
    """

    code: Component
    subject: str
    name: str
    quantity: int
    unit_price: Decimal
    amount: Decimal
    rule: str
    figures: tuple[tuple[str, str], ...] = ()


def rent_line(item: Item, days: int) -> Line:
    rent = rent_of(item.device, days)
    device, quantity = item.device, item.quantity
    return Line(
        Component.RENT,
        device.code,
        device.name,
        quantity,
        rent.amount,
        rent.amount * quantity,
        rent.rule,
        rent.figures,
    )


def discount_line(applied: AppliedDiscount) -> Line:
    rule = "discount_capped" if applied.capped else "discount"
    figures = [("percent", percent(applied.off)), ("base", str(applied.base))]
    if applied.capped:
        figures.append(("cap", str(cents(applied.amount))))
    return _one(
        Component.DISCOUNT,
        -applied.amount,
        rule,
        subject=applied.code,
        name=applied.name,
        figures=tuple(figures),
    )


def no_discount_line() -> Line:
    return _one(Component.DISCOUNT, ZERO, "no_discount")


def delivery_line(zone: Zone, rent: Decimal) -> Line:
    """Free from a rent after discounts, so that a discount may bring the fee back."""
    fee, rule = zone.fee, "delivery_fee"
    figures: tuple[tuple[str, str], ...] = ()
    if not zone.fee:
        rule = "delivery_none"
    elif zone.free_from is not None:
        figures = (("free_from", str(zone.free_from)),)
        if rent >= zone.free_from:
            fee, rule = ZERO, "delivery_free"
        else:
            rule = "delivery_below"
    return _one(
        Component.DELIVERY,
        fee,
        rule,
        subject=zone.code,
        name=zone.name,
        figures=figures,
    )


def insurance_line(
    items: Sequence[Item], days: int, tariff: Tariff, *, chosen: bool
) -> Line:
    if not chosen:
        return _one(Component.INSURANCE, ZERO, "insurance_not_chosen")
    value = value_of(items)
    amount, rule = cents(value * tariff.insurance_rate * days), "insurance"
    if amount < tariff.insurance_minimum:
        amount, rule = tariff.insurance_minimum, "insurance_minimum"
    figures = (
        ("value", str(value)),
        ("percent", percent(tariff.insurance_rate)),
        ("days", str(days)),
    )
    return _one(Component.INSURANCE, amount, rule, figures=figures)


def install_line(items: Sequence[Item], tariff: Tariff, *, chosen: bool) -> Line:
    if not chosen:
        return _one(Component.INSTALL, ZERO, "install_not_chosen")
    if any_special(items):
        return _one(Component.INSTALL, tariff.install_special, "install_special")
    return _one(Component.INSTALL, tariff.install_standard, "install_standard")


def operator_line(tariff: Tariff, operator_days: int) -> Line:
    fee = cents(tariff.operator_per_day)
    return Line(
        Component.OPERATOR,
        "",
        "",
        operator_days,
        fee,
        fee * operator_days,
        "operator" if operator_days else "operator_not_chosen",
    )


def deposit_lines(
    items: Sequence[Item], waiver: Waiver | None, credit_score: int | None
) -> tuple[Line, ...]:
    """What is held and given back, and what a waiver takes off it.

    A waiver holds for an order worth at most its `max_value`; one that does not hold
    stays in the list with its reason and takes nothing off.
    """
    full = sum((item.device.deposit * item.quantity for item in items), ZERO)
    held = _one(Component.DEPOSIT, full, "deposit")
    if waiver is None:
        return (held,)
    off, rule = cents(full * waiver.share), "deposit_waived"
    figures: tuple[tuple[str, str], ...] = (("percent", percent(waiver.share)),)
    if waiver.max_value is not None and value_of(items) > waiver.max_value:
        off, rule = ZERO, "waiver_value_too_high"
        figures = (("max_value", str(waiver.max_value)),)
    elif waiver.min_score is not None and (credit_score or 0) < waiver.min_score:
        off, rule = ZERO, "waiver_score_too_low"
        figures = (("min_score", str(waiver.min_score)),)
    waived = _one(
        Component.DEPOSIT,
        -off,
        rule,
        subject=waiver.code,
        name=waiver.name,
        figures=figures,
    )
    return held, waived


def value_of(items: Iterable[Item]) -> Decimal:
    """What all the pieces are worth together."""
    return sum((item.device.value * item.quantity for item in items), ZERO)


def daily_of(items: Iterable[Item]) -> Decimal:
    """One day's rent of all the pieces."""
    return sum((item.device.daily * item.quantity for item in items), ZERO)


def _one(
    code: Component,
    amount: Decimal,
    rule: str,
    *,
    subject: str = "",
    name: str = "",
    figures: tuple[tuple[str, str], ...] = (),
) -> Line:
    """A line for one thing."""
    amount = cents(amount) + ZERO  # no negative zero
    return Line(code, subject, name, 1, amount, amount, rule, figures)


def any_special(items: Iterable[Item]) -> bool:
    return any(item.device.is_special for item in items)


def sum_of(lines: Iterable[Line]) -> Decimal:
    return sum((line.amount for line in lines), ZERO)
