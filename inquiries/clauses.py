"""The three core clauses as cards, with computed examples (IN-41, IN-42).

The prices are those in force now; the texts stand in `data/clauses.toml`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import get_language

from catalog import pricing
from catalog.models import Device
from catalog.services import tariff as tariffs
from inquiries import texts
from inquiries.models import Clause

CORE: Final = (Clause.TERM, Clause.DAMAGE, Clause.EARLY_RETURN)
Values = Mapping[str, object]


@dataclass(frozen=True)
class Example:
    """One worked example: what the customer reads, and its sense in English."""

    id: str
    text: str
    gloss: str

    @property
    def for_colleague(self) -> str:
        return self.gloss if get_language() == "en" else self.text


@dataclass(frozen=True)
class Card:
    """One clause explained in plain words, with its examples."""

    clause: Clause
    title: str
    text: str
    gloss: str
    examples: tuple[Example, ...]

    @property
    def for_colleague(self) -> str:
        return self.gloss if get_language() == "en" else self.text


def cards(*, at: datetime) -> list[Card]:
    """All cards with today's numbers; an example without its device is left out."""
    told = texts.read("clauses")["cards"]
    wanted = {example["device"] for card in told for example in card["examples"]}
    devices = {
        row.code: row for row in Device.objects.for_rent().filter(code__in=wanted)
    }
    tariff = tariffs.current(at=at)
    return [
        Card(
            clause=Clause(card["clause"]),
            title=card["title"],
            text=card["text"],
            gloss=card["gloss"],
            examples=tuple(_examples(card["examples"], devices, tariff)),
        )
        for card in told
    ]


def message_text(chosen: list[Card], *, examples: frozenset[str]) -> str:
    """What the customer reads of the chosen cards and examples."""
    words = texts.read("clauses")["message"]
    lines = [words["head"]]
    for card in chosen:
        lines.append(texts.filled(words["card"], title=card.title, text=card.text))
        lines += [
            texts.filled(words["example"], text=example.text)
            for example in card.examples
            if example.id in examples
        ]
    return "\n".join([*lines, words["question"]])


def yuan(amount: Decimal) -> str:
    """An amount as customers read it: 1,999.20."""
    return f"{amount:,.2f}"


def _examples(
    rows: list[dict[str, Any]],
    devices: Mapping[str, Device],
    tariff: pricing.Tariff,
) -> Iterator[Example]:
    for row in rows:
        device = devices.get(row["device"])
        if device is None:
            continue
        try:
            numbers = _KINDS[row["kind"]](tariffs.price_of(device), tariff, row)
        except pricing.PricingError:  # say, a grade that the catalogue no longer has
            continue
        values = {**row, **numbers}
        yield Example(
            id=row["id"],
            text=texts.filled(row["text"], **values | {"device": device.name_zh}),
            gloss=texts.filled(row["gloss"], **values | {"device": device.name_en}),
        )


def _rent(
    device: pricing.DevicePrice, tariff: pricing.Tariff, row: Mapping[str, Any]
) -> Values:
    days = row["days"]
    rent = pricing.rent_of(device, days).amount
    return {"rent": yuan(rent), "by_day": yuan(device.daily * days)}


def _overdue(
    device: pricing.DevicePrice, tariff: pricing.Tariff, row: Mapping[str, Any]
) -> Values:
    late = pricing.overdue([pricing.Item(device)], days=row["days"], tariff=tariff)
    return {
        "occupation": yuan(late.occupation),
        "penalty": yuan(late.penalty),
        "total": yuan(late.total),
    }


def _damage(
    device: pricing.DevicePrice, tariff: pricing.Tariff, row: Mapping[str, Any]
) -> Values:
    found = pricing.damage(
        device,
        grade=row["grade"],
        tariff=tariff,
        months_in_service=row.get("months"),
    )
    return {"value": yuan(device.value), "amount": yuan(found.amount)}


def _parts(
    device: pricing.DevicePrice, tariff: pricing.Tariff, row: Mapping[str, Any]
) -> Values:
    missing = {row["accessory"]: 1}
    found = pricing.damage(device, grade=row["grade"], tariff=tariff, missing=missing)
    return {"amount": yuan(found.amount)}


def _early_return(
    device: pricing.DevicePrice, tariff: pricing.Tariff, row: Mapping[str, Any]
) -> Values:
    settled = pricing.early_return(
        [pricing.Item(device)],
        days=row["days"],
        used_days=row["used_days"],
        tariff=tariff,
        lessor_at_fault=row.get("lessor_at_fault", False),
    )
    return {
        "paid": yuan(settled.paid),
        "used": yuan(settled.used),
        "unused": yuan(settled.unused),
        "fee": yuan(settled.fee),
        "refund": yuan(settled.refund),
    }


_KINDS: Final[
    Mapping[
        str,
        Callable[[pricing.DevicePrice, pricing.Tariff, Mapping[str, Any]], Values],
    ]
] = {
    "rent": _rent,
    "overdue": _overdue,
    "damage": _damage,
    "parts": _parts,
    "early_return": _early_return,
}
