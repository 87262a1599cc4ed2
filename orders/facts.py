"""What is known of an order, wherever it was asked: frozen, and pure.

Codes are those of `orders.models`; a source may have others, which are shown as they
are. Moments have a zone, amounts are yuan. "" and None are what nobody knows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal, InvalidOperation
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")
ZERO = Decimal("0.00")


class OrderNotFound(LookupError):
    """The source answered, and knows no such order."""


class LookupFailed(RuntimeError):
    """The source did not answer, or not so that one can rely on it."""


class BadFacts(ValueError):
    """A document that does not say what facts of an order say."""


@dataclass(frozen=True, kw_only=True)
class LineFacts:
    """A line as it was billed; `unit_price` is one piece's for the whole lease."""

    position: int
    component: str = "rent"
    device_model: str = ""
    serial_number: str = ""
    quantity: int = 1
    unit_price: Decimal
    days: int | None = None
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class ContractFacts:
    """A contract as it was at one time."""

    number: str
    version: int
    signed_at: datetime | None = None
    terms: str = ""
    prompt_proof: str = ""
    consented_at: datetime | None = None
    consent_channel: str = ""


@dataclass(frozen=True, kw_only=True)
class PaymentFacts:
    """One entry of the customer's account."""

    reference: str
    kind: str
    amount: Decimal
    paid_at: datetime
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class InvoiceFacts:
    """An invoice as it was issued."""

    number: str
    type: str
    amount: Decimal
    issued_at: datetime


@dataclass(frozen=True, kw_only=True)
class StockOutFacts:
    """A device left the warehouse."""

    serial_number: str
    device_model: str = ""
    out_at: datetime
    released_by: str = ""
    condition: str = ""


@dataclass(frozen=True, kw_only=True)
class TransportFacts:
    """A parcel on its way."""

    carrier: str
    waybill: str
    dispatched_at: datetime | None = None
    delivered_at: datetime | None = None
    signed_by: str = ""


@dataclass(frozen=True, kw_only=True)
class ChecklistFacts:
    """One row of a list that both sides sign."""

    stage: str
    aspect: str = "condition"
    serial_number: str = ""
    item: str
    grade: str
    note: str = ""
    checked_at: datetime
    signed_by_us: str = ""
    signed_by_customer: str = ""


@dataclass(frozen=True, kw_only=True)
class PickupFacts:
    """When devices were to be collected, and when somebody came."""

    window_from: datetime
    window_to: datetime
    collector: str = ""
    arrived_at: datetime | None = None
    inspected_at: datetime | None = None

    @property
    def minutes_late(self) -> int | None:
        """Whole minutes after the window; 0 in time, None while nobody came."""
        if self.arrived_at is None:
            return None
        late = self.arrived_at - self.window_to
        return max(0, int(late.total_seconds() // 60))


@dataclass(frozen=True, kw_only=True)
class OrderFacts:
    """All that a source knows of an order.

    `customer_index` is the keyed hash of the customer's number, `customer_tail` its
    last digits; `known_at` is as of when the source knew this.
    """

    number: str
    status: str
    delivery: str = ""
    placed_at: datetime
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    customer_index: str = ""
    customer_tail: str = ""
    known_at: datetime
    lines: tuple[LineFacts, ...] = ()
    contracts: tuple[ContractFacts, ...] = ()
    payments: tuple[PaymentFacts, ...] = ()
    invoices: tuple[InvoiceFacts, ...] = ()
    stock_outs: tuple[StockOutFacts, ...] = ()
    transports: tuple[TransportFacts, ...] = ()
    checklist: tuple[ChecklistFacts, ...] = ()
    pickups: tuple[PickupFacts, ...] = ()

    @property
    def billed(self) -> Decimal:
        """All lines together."""
        return sum((line.amount for line in self.lines), ZERO)

    @property
    def paid(self) -> Decimal:
        """What the customer paid for the lease and did not get back."""
        return self._sum("rent") - self._sum("rent_refund")

    @property
    def invoiced(self) -> Decimal:
        return sum((invoice.amount for invoice in self.invoices), ZERO)

    @property
    def deposit(self) -> "DepositLedger":
        """The deposit: received, kept, paid back (OB-17)."""
        return DepositLedger(
            self._sum("deposit"), self._sum("deduction"), self._sum("refund")
        )

    def _sum(self, kind: str) -> Decimal:
        return sum((it.amount for it in self.payments if it.kind == kind), ZERO)


@dataclass(frozen=True)
class DepositLedger:
    """What became of a deposit."""

    received: Decimal
    deducted: Decimal
    refunded: Decimal

    @property
    def held(self) -> Decimal:
        """What is still with us; below zero more went back than came in."""
        return self.received - self.deducted - self.refunded


def read(kind: type[T], document: Any) -> T:
    """Facts from a document of JSON; what it says besides is passed over.

    Raises BadFacts with the place of what is missing or cannot be.
    """
    return _read(kind, document, kind.__name__)


def _read(kind: type[T], document: Any, place: str) -> T:
    if not isinstance(document, Mapping):
        raise BadFacts(f"{place}: an object is expected")
    hints = get_type_hints(kind)
    known: dict[str, Any] = {}
    for field in fields(kind):  # type: ignore[arg-type]  # kind is a dataclass
        if field.name in document:
            known[field.name] = _value(
                hints[field.name], document[field.name], f"{place}.{field.name}"
            )
    try:
        return kind(**known)
    except TypeError as error:
        raise BadFacts(f"{place}: {error}") from error


def _value(hint: Any, value: Any, place: str) -> Any:
    if get_origin(hint) is UnionType:
        if value is None:
            return None
        hint = next(it for it in get_args(hint) if it is not NoneType)
    if get_origin(hint) is tuple:
        if not isinstance(value, list):
            raise BadFacts(f"{place}: a list is expected")
        kind = get_args(hint)[0]
        return tuple(
            _read(kind, one, f"{place}.{number}") for number, one in enumerate(value)
        )
    return _plain(hint, value, place)


def _plain(hint: Any, value: Any, place: str) -> Any:
    if hint is int and isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str):
        if hint is str and (value.isprintable() or place.endswith(".terms")):
            return value
        if hint is Decimal:
            return _amount(value, place)
        if hint is datetime:
            return _moment(value, place)
    raise BadFacts(f"{place}: {value!r:.40} cannot be")


def _amount(text: str, place: str) -> Decimal:
    """Amounts come as text: a number of JSON has lost what a cent is."""
    try:
        amount = Decimal(text)
    except InvalidOperation as error:
        raise BadFacts(f"{place}: no amount") from error
    if not amount.is_finite() or amount != round(amount, 2):
        raise BadFacts(f"{place}: no amount in yuan")
    return amount


def _moment(text: str, place: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadFacts(f"{place}: no moment") from error
    if moment.utcoffset() is None:
        raise BadFacts(f"{place}: a moment without a zone")
    return moment
