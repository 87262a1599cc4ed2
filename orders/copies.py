"""Facts of an order as a text that is put on record: the same facts, the same text.

The text is in the company's language whoever reads, says what the source said and adds
sums alone; so that a second copy of unchanged facts is the one that is there.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from django.conf import settings
from django.db import models
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from orders.facts import (
    ChecklistFacts,
    ContractFacts,
    InvoiceFacts,
    LineFacts,
    OrderFacts,
    PaymentFacts,
    PickupFacts,
    StockOutFacts,
    TransportFacts,
)
from orders.models import (
    ChecklistItem,
    ContractVersion,
    Invoice,
    Order,
    OrderLine,
    Payment,
    Pickup,
    StockOut,
    Transport,
)

MODELS: Final[Mapping[type, type[models.Model]]] = MappingProxyType(
    {
        OrderFacts: Order,
        LineFacts: OrderLine,
        ContractFacts: ContractVersion,
        PaymentFacts: Payment,
        InvoiceFacts: Invoice,
        StockOutFacts: StockOut,
        TransportFacts: Transport,
        ChecklistFacts: ChecklistItem,
        PickupFacts: Pickup,
    }
)
HEAD: Final = ("number", "status", "delivery", "placed_at", "starts_at", "ends_at")


def label(kind: type, name: str) -> str:
    """What a fact is called."""
    column = MODELS[kind]._meta.get_field(name)  # noqa: SLF001 - Django's own
    return str(getattr(column, "verbose_name", name))


def told(kind: type, name: str, value: Any) -> str:
    """A fact in words; a code that is not ours is told as it is."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    if isinstance(value, Decimal):
        return f"¥{value}"
    column = MODELS[kind]._meta.get_field(name)  # noqa: SLF001 - Django's own
    known = dict(getattr(column, "flatchoices", ()))
    return str(known.get(value, value))


def copy_of(facts: OrderFacts, part: str) -> str:
    """One part of the facts as a text; "" where the source knows nothing of it."""
    with translation.override(settings.LANGUAGE_CODE):
        rows = list(PARTS[part](facts))
        if not rows:
            return ""
        head = _("Order %(number)s") % {"number": facts.number}
        return "\n".join([head, *rows])


def source_of(facts: OrderFacts) -> str:
    """Where a copy is from, for the record."""
    with translation.override(settings.LANGUAGE_CODE):
        known = f"{timezone.localtime(facts.known_at):%Y-%m-%d %H:%M}"
        said = {"number": facts.number, "at": known}
        return _("Order %(number)s, as known on %(at)s") % said


def _row(row: Any, names: Iterable[str] = ()) -> str:
    kind = type(row)
    pairs = [
        (label(kind, name), told(kind, name, getattr(row, name)))
        for name in names or (it.name for it in fields(row))
    ]
    return "；".join(f"{name}：{value}" for name, value in pairs if value)


def _each(rows: Iterable[Any]) -> list[str]:
    return [f"{number}. {_row(row)}" for number, row in enumerate(rows, 1)]


def _order(facts: OrderFacts) -> list[str]:
    if not facts.lines:
        return []
    total = _("Billed in all: ¥%(amount)s") % {"amount": facts.billed}
    return [_row(facts, HEAD), *_each(facts.lines), total]


def _payments(facts: OrderFacts) -> list[str]:
    if not facts.payments:
        return []
    deposit = facts.deposit
    sums = (
        (_("Paid for the lease"), facts.paid),
        (_("Deposit received"), deposit.received),
        (_("Deducted from the deposit"), deposit.deducted),
        (_("Deposit paid back"), deposit.refunded),
        (_("Still held"), deposit.held),
    )
    told_sums = "；".join(f"{name}：¥{amount}" for name, amount in sums)
    return [*_each(facts.payments), told_sums]


def _checklist(facts: OrderFacts, stage: str) -> list[str]:
    return _each(it for it in facts.checklist if it.stage == stage)


PARTS: Final[Mapping[str, Callable[[OrderFacts], list[str]]]] = MappingProxyType(
    {
        "order": _order,
        "contracts": lambda facts: _each(facts.contracts),
        "prompt": lambda facts: _each(it for it in facts.contracts if it.prompt_proof),
        "consent": lambda facts: _each(it for it in facts.contracts if it.version > 1),
        "payments": _payments,
        "invoices": lambda facts: _each(facts.invoices),
        "stock_outs": lambda facts: _each(facts.stock_outs),
        "transports": lambda facts: _each(facts.transports),
        "delivery": lambda facts: _checklist(facts, "delivery"),
        "return": lambda facts: _checklist(facts, "return"),
        "parts": lambda facts: _each(
            it for it in facts.checklist if it.aspect == "part"
        ),
        "pickups": lambda facts: _each(facts.pickups),
    }
)
