"""What was billed against what our price list says: line by line (OB-15).

Rents are reckoned with the prices as they were when the order was placed, for the days
that were billed and for those from the hand-over to the end of the lease. What the list
does not know is not reckoned, and it is said why.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from catalog import pricing
from catalog.models import Device, Terms
from catalog.services import tariff
from orders.facts import LineFacts, OrderFacts

RENT = "rent"


class Unreckoned(StrEnum):
    """Why a line cannot be reckoned anew."""

    NO_RENT = "no_rent"
    NO_DAYS = "no_days"
    NOT_IN_LIST = "not_in_list"


@dataclass(frozen=True)
class Reckoned:
    """A billed line and what it would be.

    `expected` is None where `why` says why not. `then`: by the prices of the day of
    the order, else by today's. `adds_up`: quantity times unit price is the amount.
    """

    line: LineFacts
    expected: Decimal | None = None
    why: Unreckoned | None = None
    then: bool = True

    @property
    def adds_up(self) -> bool:
        return self.line.quantity * self.line.unit_price == self.line.amount

    @property
    def difference(self) -> Decimal | None:
        """What was billed too much; below zero too little."""
        if self.expected is None:
            return None
        return self.line.amount - self.expected


@dataclass(frozen=True)
class Recalculation:
    """All lines; `days` are those of the lease itself, where they are known."""

    lines: tuple[Reckoned, ...]
    days: int | None

    @property
    def difference(self) -> Decimal:
        """Of the lines that can be reckoned."""
        found = [it.difference for it in self.lines if it.difference is not None]
        return sum(found, Decimal(0))

    @property
    def reckons_any(self) -> bool:
        return any(it.expected is not None for it in self.lines)

    @property
    def wrong_days(self) -> bool:
        """Whether a rent was billed for another number of days than the lease had."""
        billed = {it.line.days for it in self.lines if it.line.component == RENT}
        return self.days is not None and bool(billed - {self.days, None})


def recalculate(facts: OrderFacts) -> Recalculation:
    """Reckon the lines of an order anew; three queries."""
    named = {it.device_model for it in facts.lines if it.component == RENT}
    then = _prices(Device.history.as_of(facts.placed_at), named)
    now = _prices(Device.objects.all(), named)
    return Recalculation(
        tuple(_reckoned(line, then, now) for line in facts.lines),
        _days(facts),
    )


def _days(facts: OrderFacts) -> int | None:
    if facts.starts_at is None or facts.ends_at is None:
        return None
    try:
        return pricing.days_between(
            facts.starts_at,
            facts.ends_at,
            grace_hours=Terms.objects.current().day_grace_hours,
        )
    except pricing.PricingError:
        return None


def _prices(devices: Iterable[Any], named: set[str]) -> dict[str, pricing.DevicePrice]:
    """The prices of devices by every name that they go by."""
    if not named:
        return {}
    found: dict[str, pricing.DevicePrice] = {}
    for device in devices:
        price = tariff.price_of(device)
        for name in (device.code, device.name_zh, device.name_en):
            found.setdefault(name.casefold(), price)
    return found


def _reckoned(
    line: LineFacts,
    then: Mapping[str, pricing.DevicePrice],
    now: Mapping[str, pricing.DevicePrice],
) -> Reckoned:
    if line.component != RENT:
        return Reckoned(line, why=Unreckoned.NO_RENT)
    name = line.device_model.casefold()
    price = then.get(name) or now.get(name)
    if price is None:
        return Reckoned(line, why=Unreckoned.NOT_IN_LIST)
    try:
        rent = pricing.rent_of(price, line.days or 0)
    except pricing.PricingError:
        return Reckoned(line, why=Unreckoned.NO_DAYS)
    return Reckoned(line, rent.amount * line.quantity, then=name in then)
