"""How long a lease is, and what a device costs for so long."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from catalog.pricing.errors import BadDays, BadPeriod
from catalog.pricing.money import cents
from catalog.pricing.tariff import DevicePrice

DAY: Final = timedelta(hours=24)
WEEK: Final = 7
MONTH: Final = 30
FIRST_WEEKLY_DAY: Final = 5
FIRST_MONTHLY_DAY: Final = 21
MAX_DAYS: Final = 3650  # beyond any tariff's own longest lease


@dataclass(frozen=True, slots=True)
class Rent:
    """The rent of one piece, and how it was found."""

    amount: Decimal
    rule: str
    figures: tuple[tuple[str, str], ...]


def rent_of(device: DevicePrice, days: int) -> Rent:
    """The rent of one piece for so many days.

    1 to 4 days are paid by the day; 5 to 20 by the week, the days left over by the
    day but never above one more week; from 21 by the month of 30 days, pro rata.

    Inside one tier a longer lease never costs less. Across a border it may, and the
    policy wants it so: with a week at 4.5 and a month at 12 daily rents, 20 days cost
    13.5 daily rents and 21 days 8.4. `cheaper_longer` tells a customer.
    """
    check_days(days)
    if days < FIRST_WEEKLY_DAY:
        return Rent(cents(device.daily * days), "daily", _told(days=days))
    if days < FIRST_MONTHLY_DAY:
        return _by_the_week(device, days)
    months, rest = divmod(days, MONTH)
    amount = device.monthly * (months * MONTH + rest) / MONTH
    return Rent(cents(amount), "monthly", _told(months=months, days=rest))


def _by_the_week(device: DevicePrice, days: int) -> Rent:
    weeks, rest = divmod(days, WEEK)
    if device.daily * rest > device.weekly:
        amount = device.weekly * (weeks + 1)
        return Rent(cents(amount), "weekly_capped", _told(weeks=weeks + 1))
    amount = device.weekly * weeks + device.daily * rest
    return Rent(cents(amount), "weekly", _told(weeks=weeks, days=rest))


def check_days(
    days: int, *, least: int = 1, most: int = MAX_DAYS, field: str = "days"
) -> None:
    """Raise BadDays unless a lease may be so long."""
    most = min(most, MAX_DAYS)
    if not least <= days <= most:
        raise BadDays(field, days=days, least=least, most=most)


def days_between(
    handed_over: datetime, returned: datetime, *, grace_hours: int = 2
) -> int:
    """The days of a lease: each 24 h from the handover, the last with some grace.

    At least one. Raises BadPeriod for a time without a zone, or an end before the
    beginning. The way there and back is not leased time: give the times of the
    handover and of the return, not of the dispatch.
    """
    spent = span(handed_over, returned, first="handed_over_at", last="returned_at")
    days = max(1, -((timedelta(hours=grace_hours) - spent) // DAY))
    check_days(days, field="returned_at")
    return days


def span(start: datetime, end: datetime, *, first: str, last: str) -> timedelta:
    """The time between two moments; BadPeriod where there is none."""
    for moment, field in ((start, first), (end, last)):
        if moment.utcoffset() is None:
            raise BadPeriod(field, reason="no_zone")
    if end < start:
        raise BadPeriod(last, reason="before_start")
    return end - start


def _told(**figures: int) -> tuple[tuple[str, str], ...]:
    return tuple((name, str(value)) for name, value in figures.items())
