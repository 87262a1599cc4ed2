"""The rows of the catalogue in the form in which prices are computed."""

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, TypeVar

from django.db.models import Max, Value

from catalog import pricing
from catalog.models import (
    Accessory,
    DamageGrade,
    DeliveryZone,
    DepositWaiver,
    Device,
    DiscountRule,
    KitItem,
    Terms,
)

R = TypeVar("R")
V = TypeVar("V")

STAMP_LENGTH: Final = 12
STAMPED: Final = (
    Device,
    KitItem,
    DiscountRule,
    DeliveryZone,
    DepositWaiver,
    DamageGrade,
    Accessory,
    Terms,
)


def current(*, at: datetime) -> pricing.Tariff:
    """Everything but the devices that makes a price at `at`; six queries."""
    terms = Terms.objects.current()
    return pricing.Tariff(
        zones=_each(_zone, DeliveryZone.objects.filter(enabled=True)),
        discounts=_each(_discount, DiscountRule.objects.in_force(at=at)),
        waivers=_each(_waiver, DepositWaiver.objects.filter(enabled=True)),
        grades=_each(_grade, DamageGrade.objects.all()),
        accessories=_each(_accessory, Accessory.objects.filter(enabled=True)),
        insurance_rate=terms.insurance_rate,
        insurance_minimum=terms.insurance_minimum,
        install_standard=terms.install_standard,
        install_special=terms.install_special,
        operator_per_day=terms.operator_per_day,
        overdue_grace_hours=terms.overdue_grace_hours,
        overdue_penalty=terms.overdue_penalty,
        overdue_occupation=terms.overdue_occupation,
        min_days=terms.min_lease_days,
        max_days=terms.max_lease_days,
        early_return_fee_days=terms.early_return_fee_days,
        day_grace_hours=terms.day_grace_hours,
        downtime_hours=terms.downtime_hours,
    )


def price_of(device: Device) -> pricing.DevicePrice:
    """A device as the arithmetic sees it, named in the reader's language."""
    return pricing.DevicePrice(
        code=device.code,
        name=device.name,
        value=device.replacement_value,
        daily=device.daily_rent,
        weekly=device.weekly_rent,
        monthly=device.monthly_rent,
        deposit=device.deposit,
        delivery_class=device.delivery_class,
        onsite_install=device.onsite_install,
        install_minutes=device.install_minutes,
    )


def items_of(contents: Iterable[KitItem]) -> tuple[pricing.Item, ...]:
    """What is in a kit, to be priced: give it `kit.items.all()`."""
    return tuple(pricing.Item(price_of(row.device), row.quantity) for row in contents)


def stamp() -> str:
    """A short fingerprint of all that makes a price; one query.

    Any change of a row changes it, for it is made of the newest line of each table's
    history: what was changed and changed back has another stamp, as it should.
    """
    first, *others = (_newest(model) for model in STAMPED)
    newest = sorted(first.union(*others, all=True))
    return hashlib.sha256(repr(newest).encode()).hexdigest()[:STAMP_LENGTH]


def _newest(model: type[Any]) -> Any:
    """The table's name and the number of the last line of its history."""
    lines = model.history.order_by()
    named = lines.annotate(table=Value(model.__name__)).values("table")
    return named.annotate(newest=Max("history_id")).values_list("table", "newest")


def _each(make: Callable[[R], V], rows: Iterable[R]) -> tuple[V, ...]:
    return tuple(make(row) for row in rows)


def _zone(row: DeliveryZone) -> pricing.Zone:
    return pricing.Zone(
        code=row.code,
        name=row.name,
        fee=row.fee,
        free_from=row.free_from,
        standard_hours=row.standard_hours,
        special_hours=row.special_hours,
    )


def _discount(row: DiscountRule) -> pricing.Discount:
    return pricing.Discount(
        code=row.code,
        name=row.name,
        off=row.off,
        min_days=row.min_days,
        first_order=row.first_order,
        kit=row.kit,
        cap=row.cap,
        stacks=row.stacks,
    )


def _waiver(row: DepositWaiver) -> pricing.Waiver:
    return pricing.Waiver(
        code=row.code,
        name=row.name,
        share=row.waived,
        min_score=row.min_score,
        max_value=row.max_value,
    )


def _grade(row: DamageGrade) -> pricing.DamageGrade:
    return pricing.DamageGrade(
        code=row.code,
        name=row.name,
        rule=pricing.DamageRule(row.rule),
        share_of_value=row.max_share or Decimal(0),
        downtime_days=row.max_downtime_days or 0,
        loss_floor=row.floor_share or Decimal(0),
        loss_per_month=row.monthly_wear or Decimal(0),
    )


def _accessory(row: Accessory) -> pricing.Accessory:
    return pricing.Accessory(code=row.code, name=row.name, price=row.price)
