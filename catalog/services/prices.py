"""Prices by code: find the devices, read the tariff, compute, say what was wrong.

Each function reads the catalogue as it stands `at` a moment and changes nothing. What
has no price is a ValidationError with its field, in the reader's language.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from catalog import pricing, recommendation, words
from catalog.models import Category, Device, Kit
from catalog.pricing import Item, Quote
from catalog.services import candidates, tariff

Asked = Sequence[tuple[str, int]]
MOST_HOURS: Final = Decimal(24 * pricing.MAX_DAYS)


@contextmanager
def told() -> Iterator[None]:
    """Turn a refusal of the arithmetic into one that pages and the API show."""
    try:
        yield
    except (pricing.PricingError, recommendation.WishError) as error:
        raise words.refusal(error) from error


@dataclass(frozen=True)
class Basket:
    """An order whose devices and tariff are read, to be priced for any length."""

    items: tuple[Item, ...]
    tariff: pricing.Tariff
    terms: Mapping[str, Any]

    def price(self, days: int) -> Quote:
        with told():
            return pricing.quote(
                self.items, days=days, tariff=self.tariff, **self.terms
            )

    def cheaper_longer(self, days: int) -> tuple[int, Quote] | None:
        """The shortest longer lease for which less is payable, if there is one."""
        return pricing.cheaper_longer(self.price, days=days, tariff=self.tariff)


def basket(
    asked: Asked,
    *,
    delivery: str,
    at: datetime,
    first_order: bool = False,
    insurance: bool = False,
    onsite_install: bool = False,
    operator_days: int = 0,
    waiver: str = "",
    credit_score: int | None = None,
) -> Basket:
    """Read what makes the price; whether the devices are a kit is seen from them."""
    items = found(asked)
    terms = {
        "zone": delivery,
        "kit": is_kit(items),
        "first_order": first_order,
        "insurance": insurance,
        "onsite_install": onsite_install,
        "operator_days": operator_days,
        "waiver": waiver,
        "credit_score": credit_score,
    }
    return Basket(items, tariff.current(at=at), terms)


def order(asked: Asked, *, days: int, at: datetime, **terms: Any) -> Quote:
    """What these devices cost together; takes the terms that `basket` takes."""
    return basket(asked, at=at, **terms).price(days)


def early_return(
    asked: Asked,
    *,
    days: int,
    used_days: int,
    at: datetime,
    paid: Decimal | None = None,
    discounted: bool = False,
    first_order: bool = False,
    lessor_at_fault: bool = False,
) -> pricing.EarlyReturn:
    """What is given back for devices that come back early, retired ones included."""
    items = found(asked, retired=True)
    with told():
        return pricing.early_return(
            items,
            days=days,
            used_days=used_days,
            tariff=tariff.current(at=at),
            paid=paid,
            discounted=discounted,
            first_order=first_order,
            kit=is_kit(items),
            lessor_at_fault=lessor_at_fault,
        )


def overdue(
    asked: Asked, *, due_at: datetime, returned_at: datetime, at: datetime
) -> pricing.Overdue:
    """What devices that come back late cost, retired ones included."""
    items = found(asked, retired=True)
    rules = tariff.current(at=at)
    with told():
        days = pricing.overdue_days(
            due_at, returned_at, grace_hours=rules.overdue_grace_hours
        )
        return pricing.overdue(items, days=days, tariff=rules)


def damage(
    code: str,
    *,
    grade: str,
    at: datetime,
    assessed: Decimal | None = None,
    downtime_days: int = 0,
    months_in_service: int | None = None,
    missing: Mapping[str, int] | None = None,
) -> pricing.Damage:
    """What a damage of one device costs, retired ones included."""
    device = Device.objects.filter(code=code).first() if searchable(code) else None
    if device is None:
        raise ValidationError({"code": [no_such(code)]})
    with told():
        return pricing.damage(
            tariff.price_of(device),
            grade=grade,
            tariff=tariff.current(at=at),
            assessed=assessed,
            downtime_days=downtime_days,
            months_in_service=months_in_service,
            missing=missing,
        )


def downtime(
    asked: Asked,
    *,
    days: int,
    hours: Decimal,
    at: datetime,
    by_customer: bool = False,
) -> pricing.Downtime:
    """What is owed for devices that could not be used, retired ones included."""
    items = found(asked, retired=True)
    bounded = min(max(hours, Decimal(-1)), MOST_HOURS + 1)
    with told():
        return pricing.downtime(
            items,
            days=days,
            unusable=timedelta(seconds=int(bounded * 3600)),
            tariff=tariff.current(at=at),
            by_customer=by_customer,
        )


def recommend(
    *,
    scene: str,
    scale: str,
    needs: Sequence[str],
    category: str = "",
    budget: Decimal | None = None,
) -> list[recommendation.Recommendation]:
    """What fits a customer's wish, of one kind of device, or of each kind.

    A camera and a microphone do not stand in for each other: each kind has its own
    best three, its own cheapest and its own differences, one kind after the other in
    the order of the catalogue.
    """
    if category and category not in Category.values:
        error = recommendation.WishError("category", category)
        raise words.refusal(error)
    with told():
        recommendation.check_wish(scene=scene, scale=scale, needs=needs)
        offered = candidates.all()
        return [
            one
            for kind in ([category] if category else Category.values)
            for one in recommendation.recommend(
                [one for one in offered if one.category == kind],
                scene=scene,
                scale=scale,
                needs=needs,
                budget=budget,
            )
        ]


def found(asked: Asked, *, retired: bool = False) -> tuple[Item, ...]:
    """The devices by their codes, in the order asked for; one query.

    Raises ValidationError for `items.N.code`: unknown, or, unless `retired` ones are
    wanted too, no longer offered.
    """
    codes = {code for code, _quantity in asked if searchable(code)}
    rows = Device.objects.filter(code__in=codes)
    known = {device.code: device for device in rows}
    items: list[Item] = []
    wrong: dict[str, list[str]] = {}
    for place, (code, quantity) in enumerate(asked):
        device = known.get(code)
        if device is None:
            wrong[f"items.{place}.code"] = [no_such(code)]
        elif not device.active and not retired:
            wrong[f"items.{place}.code"] = [
                _("“%(name)s” is no longer for rent.") % {"name": device.name}
            ]
        else:
            items.append(Item(tariff.price_of(device), quantity))
    if wrong:
        raise ValidationError(wrong)
    return tuple(items)


def searchable(code: str) -> bool:
    """Whether the database can look for it at all."""
    return "\x00" not in code


def no_such(code: str) -> str:
    return _("There is no device “%(code)s”.") % {"code": code}


def is_kit(items: Iterable[Item]) -> bool:
    """Whether these devices are one of our kits, complete, once or several times."""
    counted: Counter[str] = Counter()
    for item in items:
        counted[item.device.code] += item.quantity
    return any(_is(counted, kit) for kit in Kit.objects.for_rent())


def _is(counted: Mapping[str, int], kit: Kit) -> bool:
    contents = {row.device.code: row.quantity for row in kit.items.all()}
    if counted.keys() != contents.keys():
        return False
    code, quantity = next(iter(contents.items()))
    times, rest = divmod(counted[code], quantity)
    return rest == 0 and all(
        counted[code] == quantity * times for code, quantity in contents.items()
    )
