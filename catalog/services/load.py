"""Bring the data files of this app into the database; rows that exist stay."""

import csv
import json
import tomllib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, TypeVar

from django.db import models, transaction
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history

from catalog.models import (
    SCORES,
    Accessory,
    DamageGrade,
    DeliveryZone,
    DepositWaiver,
    Device,
    DiscountRule,
    Kit,
    KitItem,
    PaymentMethod,
    Terms,
)
from catalog.models.terms import THE_ROW

DATA: Final = Path(__file__).resolve().parent.parent / "data"
WHOLE: Final = ("install_minutes", *SCORES)
YES_OR_NO: Final = ("onsite_install", "active")
AMOUNTS: Final = (
    *("replacement_value", "deposit"),
    *("daily_rent", "weekly_rent", "monthly_rent"),
)

Row = dict[str, Any]
M = TypeVar("M", bound=models.Model)


@transaction.atomic
def load_catalogue() -> None:
    """Every row whose code is missing; what people changed stays as they made it."""
    _add(Device, _devices())
    prices, damage = _read("prices"), _read("damage")
    _add(DiscountRule, prices["discounts"])
    _add(DeliveryZone, prices["zones"])
    _add(DepositWaiver, prices["waivers"])
    _add(PaymentMethod, prices["payment_methods"])
    _add(DamageGrade, damage["grades"])
    _add(Accessory, damage["accessories"])
    _load_kits(_read("kits")["kits"])
    if not Terms.objects.filter(pk=THE_ROW).exists():
        _create(Terms, [Terms(pk=THE_ROW, **_read("terms"))])


def _load_kits(rows: list[Row]) -> None:
    """A kit comes with its devices; one that exists keeps those that it has."""
    contents = {row["code"]: row.pop("items") for row in rows}
    made = _add(Kit, rows)
    if not made:
        return
    devices = {device.code: device for device in Device.objects.all()}
    items = [
        KitItem(kit=kit, device=devices[code], quantity=quantity)
        for kit in made
        for code, quantity in contents[kit.code].items()
    ]
    _create(KitItem, items)


def _add(model: type[Any], rows: Iterable[Mapping[str, Any]]) -> list[Any]:
    known = set(model._default_manager.values_list("code", flat=True))  # noqa: SLF001
    return _create(model, [model(**row) for row in rows if row["code"] not in known])


def _create(model: type[M], rows: list[M]) -> list[M]:
    """Make the rows, each with the first line of its history."""
    if not rows:
        return []
    made: list[M] = bulk_create_with_history(
        rows, model, default_change_reason=_("Initial data")
    )
    return made


def _read(name: str) -> Row:
    return tomllib.loads((DATA / f"{name}.toml").read_text(encoding="utf-8"))


def _devices() -> list[Row]:
    with (DATA / "devices.csv").open(encoding="utf-8", newline="") as file:
        return [_device(row) for row in csv.DictReader(file)]


def _device(row: dict[str, str]) -> Row:
    return {
        **row,
        **{name: Decimal(row[name]) for name in AMOUNTS},
        **{name: int(row[name]) for name in WHOLE},
        **{name: row[name] == "true" for name in YES_OR_NO},
        "spec": json.loads(row["spec"]),
    }
