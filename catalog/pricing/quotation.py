"""A whole price: every component as a line, zero lines included (IN-37)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from catalog.pricing.tariff import Item, Tariff


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


@dataclass(frozen=True, slots=True)
class AppliedDiscount:
    """A discount in the price; `amount` is what it takes off, positive."""

    code: str
    name: str
    amount: Decimal


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


@dataclass(frozen=True, slots=True)
class Quote:
    """A price: the lines before the deposit add up to `payable`.

    `rent` is before discounts; `payable` + `deposit` = `total`.
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
    """Price an order; `zone` is a zone's code, insurance is never preselected."""
    raise NotImplementedError
