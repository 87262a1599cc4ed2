"""What is settled when devices come back early or late, or could not be used."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from catalog.pricing.discounts import Order, settle
from catalog.pricing.errors import BadFigure
from catalog.pricing.lines import daily_of
from catalog.pricing.money import MOST, ZERO, cents
from catalog.pricing.quotation import checked, rent_for
from catalog.pricing.rent import DAY, MAX_DAYS, check_days, span
from catalog.pricing.tariff import LEGAL_PENALTY, Item, Tariff


@dataclass(frozen=True, slots=True)
class EarlyReturn:
    """`refund` = `unused` - `fee`; `unused` = `paid` - `used`, never below zero."""

    paid: Decimal
    used: Decimal
    unused: Decimal
    fee: Decimal
    refund: Decimal


@dataclass(frozen=True, slots=True)
class Overdue:
    """`total` = `occupation` + `penalty`, for so many days."""

    days: int
    occupation: Decimal
    penalty: Decimal
    total: Decimal


@dataclass(frozen=True, slots=True)
class Downtime:
    """Either the rent is reduced or the lease is longer; the customer chooses."""

    counts: bool
    reduction: Decimal
    extension: timedelta


def early_return(
    items: Sequence[Item],
    *,
    days: int,
    used_days: int,
    tariff: Tariff,
    paid: Decimal | None = None,
    discounted: bool = False,
    first_order: bool = False,
    kit: bool = False,
    lessor_at_fault: bool = False,
) -> EarlyReturn:
    """The rent given back when devices leased for `days` come back after `used_days`.

    The days used cost what they would have cost at their own tier; of the rest a fee
    of some daily rents stays with the lessor, unless it is at fault. `paid` is the rent
    that was paid; without it, it is worked out at list price, or with the discounts of
    each length when `discounted`. Never negative: where the longer lease was the
    cheaper one, nothing is given back and nothing is asked for.
    """
    items = checked(items)
    check_days(days, most=tariff.max_days)
    check_days(used_days, most=days, field="used_days")
    if paid is not None and not 0 <= paid <= MOST:
        raise BadFigure("paid", least=0, most=MOST)

    def cost(length: int) -> Decimal:
        rent = rent_for(items, length)
        if not discounted:
            return rent
        order = Order(length, first_order=first_order, kit=kit)
        applied, _others = settle(tariff.discounts, rent, order)
        return rent - sum((one.amount for one in applied), ZERO)

    given = cents(cost(days) if paid is None else paid)
    used = cost(used_days)
    unused = max(given - used, ZERO) if used_days < days else ZERO
    fee = min(cents(daily_of(items) * tariff.early_return_fee_days), unused)
    fee = ZERO if lessor_at_fault else fee
    return EarlyReturn(given, used, unused, fee, unused - fee)


def overdue_days(due: datetime, returned: datetime, *, grace_hours: int = 2) -> int:
    """The days by which a return is late: none within the grace, then each 24 h begun.

    Raises BadPeriod for a time without a zone; an early return is not late.
    """
    if returned.utcoffset() is not None and due.utcoffset() is not None:
        returned = max(due, returned)
    late = span(due, returned, first="due_at", last="returned_at")
    return max(0, -((timedelta(hours=grace_hours) - late) // DAY))


def overdue(items: Sequence[Item], *, days: int, tariff: Tariff) -> Overdue:
    """What so many late days cost: the daily rent, and a penalty on it.

    The penalty never exceeds 30 % of the rent, whatever the tariff says: above, it is
    generally excessive (民法典 585).
    """
    items = checked(items)
    if not 0 <= days <= MAX_DAYS:
        raise BadFigure("returned_at", least=0, most=MAX_DAYS)
    occupation = cents(daily_of(items) * tariff.overdue_occupation * days)
    rate = min(tariff.overdue_penalty, LEGAL_PENALTY)
    penalty = cents(daily_of(items) * rate * days)
    return Overdue(days, occupation, penalty, occupation + penalty)


def downtime(
    items: Sequence[Item],
    *,
    days: int,
    unusable: timedelta,
    tariff: Tariff,
    by_customer: bool = False,
) -> Downtime:
    """What is owed for the devices in `items` that could not be used (民法典 713).

    Counts when they were unusable for longer than the tariff's hours and not through
    the customer: then the list rent of these devices is reduced pro rata, or the lease
    is longer by the same time. Never more than the whole lease.
    """
    items = checked(items)
    check_days(days, most=tariff.max_days)
    lease = DAY * days
    if not timedelta(0) <= unusable <= lease:
        raise BadFigure("hours", least=0, most=days * 24)
    if by_customer or unusable <= timedelta(hours=tariff.downtime_hours):
        return Downtime(counts=False, reduction=ZERO, extension=timedelta(0))
    minute = timedelta(minutes=1)
    part = Decimal(unusable // minute) / Decimal(lease // minute)
    reduction = cents(rent_for(items, days) * part)
    return Downtime(counts=True, reduction=reduction, extension=unusable)
