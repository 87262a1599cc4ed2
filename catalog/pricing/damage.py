"""What a customer pays for damage, by grade; wear from normal use is free."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from catalog.pricing.errors import BadFigure, FigureMissing, UnknownAccessory
from catalog.pricing.money import MOST, ZERO, cents
from catalog.pricing.quotation import MAX_QUANTITY
from catalog.pricing.tariff import DamageGrade, DamageRule, DevicePrice, Tariff

MAX_DOWNTIME_DAYS: Final = 365
MAX_MONTHS: Final = 600


@dataclass(frozen=True, slots=True)
class DamagePart:
    """One part of the amount: `repair`, `downtime`, an accessory's code, ..."""

    code: str
    name: str
    quantity: int
    unit_price: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Damage:
    """The parts add up to `amount`."""

    grade: DamageGrade
    parts: tuple[DamagePart, ...]
    amount: Decimal
    limited: bool = False  # a limit of the grade kept it lower than what was named


def damage(
    device: DevicePrice,
    *,
    grade: str,
    tariff: Tariff,
    assessed: Decimal | None = None,
    downtime_days: int = 0,
    months_in_service: int | None = None,
    missing: Mapping[str, int] | None = None,
) -> Damage:
    """Price a damage of one piece.

    `assessed` is the amount of the table or of the repair's invoice, `missing` counts
    accessories by code. Each rule reads its own figures only and raises FigureMissing
    for one it cannot do without.
    """
    rule = tariff.grade(grade)
    match rule.rule:
        case DamageRule.FREE:
            return Damage(rule, (), ZERO)
        case DamageRule.FIXED:
            return _fixed(rule, device, _needed("assessed", assessed))
        case DamageRule.REPAIR:
            return _repair(rule, device, _needed("assessed", assessed), downtime_days)
        case DamageRule.LOSS:
            if months_in_service is None:
                raise FigureMissing("months_in_service")
            return _loss(rule, device, months_in_service)
        case DamageRule.PARTS:
            return _parts(rule, tariff, missing or {})


def _fixed(grade: DamageGrade, device: DevicePrice, assessed: Decimal) -> Damage:
    most = cents(device.value * grade.share_of_value)
    amount = min(assessed, most)
    return _whole(grade, [_part("assessed", amount)], limited=assessed > most)


def _repair(
    grade: DamageGrade, device: DevicePrice, invoice: Decimal, downtime_days: int
) -> Damage:
    if not 0 <= downtime_days <= MAX_DOWNTIME_DAYS:
        raise BadFigure("downtime_days", least=0, most=MAX_DOWNTIME_DAYS)
    days = min(downtime_days, grade.downtime_days)
    lost = _part("downtime", device.daily, quantity=days)
    parts = [_part("repair", invoice), lost]
    return _whole(grade, parts, limited=downtime_days > days)


def _loss(grade: DamageGrade, device: DevicePrice, months: int) -> Damage:
    if not 0 <= months <= MAX_MONTHS:
        raise BadFigure("months_in_service", least=0, most=MAX_MONTHS)
    left = 1 - grade.loss_per_month * months
    share = min(max(grade.loss_floor, left), Decimal(1))
    return _whole(grade, [_part("loss", device.value * share)])


def _parts(grade: DamageGrade, tariff: Tariff, missing: Mapping[str, int]) -> Damage:
    if not missing:
        raise FigureMissing("missing")
    known = {accessory.code: accessory for accessory in tariff.accessories}
    parts = []
    for code, quantity in missing.items():
        if code not in known:
            raise UnknownAccessory(accessory=code)
        if not 1 <= quantity <= MAX_QUANTITY:
            raise BadFigure(f"missing.{code}", least=1, most=MAX_QUANTITY)
        found = known[code]
        parts.append(_part(code, found.price, name=found.name, quantity=quantity))
    return _whole(grade, parts)


def _needed(field: str, figure: Decimal | None) -> Decimal:
    if figure is None:
        raise FigureMissing(field)
    if not 0 <= figure <= MOST:
        raise BadFigure(field, least=0, most=MOST)
    return cents(figure)


def _part(
    code: str, price: Decimal, *, name: str = "", quantity: int = 1
) -> DamagePart:
    price = cents(price)
    return DamagePart(code, name, quantity, price, price * quantity)


def _whole(
    grade: DamageGrade, parts: list[DamagePart], *, limited: bool = False
) -> Damage:
    amount = sum((part.amount for part in parts), ZERO)
    return Damage(grade, tuple(parts), amount, limited=limited)
