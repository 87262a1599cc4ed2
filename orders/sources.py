"""Where facts of orders come from: an interface, and the imported tables behind it.

Another source is a class with the same three methods; `ORDER_SOURCE` names it. It may
raise OrderNotFound; whatever else it raises counts as a failed look-up, of which the
callers say so and make nothing up.
"""

from datetime import datetime
from typing import Any, Final, Protocol, TypeVar, runtime_checkable

from django.db.models import Model, Prefetch, Q

from orders.facts import (
    ChecklistFacts,
    ContractFacts,
    InvoiceFacts,
    LineFacts,
    OrderFacts,
    OrderNotFound,
    PaymentFacts,
    PickupFacts,
    StockOutFacts,
    TransportFacts,
)
from orders.models import Order

T = TypeVar("T")
MOST: Final = 20
# Which rows of an order become which facts, under which name.
PARTS: Final[tuple[tuple[str, str, type], ...]] = (
    ("orderlines", "lines", LineFacts),
    ("contractversions", "contracts", ContractFacts),
    ("payments", "payments", PaymentFacts),
    ("invoices", "invoices", InvoiceFacts),
    ("stockouts", "stock_outs", StockOutFacts),
    ("transports", "transports", TransportFacts),
    ("checklistitems", "checklist", ChecklistFacts),
    ("pickups", "pickups", PickupFacts),
)


@runtime_checkable
class OrderSource(Protocol):
    """Somebody who knows orders."""

    def find(self, order_number: str) -> OrderFacts:
        """Raises OrderNotFound, LookupFailed."""
        ...

    def numbers(self, *, contract_number: str, serial_number: str) -> list[str]:
        """The orders with this contract, else with this device, the newest first.

        Raises LookupFailed.
        """
        ...

    def belongs(self, order_number: str, *, customer_index: str) -> bool | None:
        """Whether it is the order of who has a number with this keyed hash.

        False for an order that nobody placed, as for one of somebody else; None where
        the source knows no orders at all. Raises LookupFailed.
        """
        ...


class ImportedOrders:
    """What `manage.py import_orders` brought in; a constant number of queries."""

    def find(self, order_number: str) -> OrderFacts:
        rows = Order.objects.select_related("run").prefetch_related(
            *(
                Prefetch(rows, _manager(rows).select_related("run"))
                for rows, _name, _kind in PARTS
            )
        )
        order = rows.filter(number=order_number).first()
        if order is None:
            raise OrderNotFound(order_number)
        parts = {name: list(getattr(order, rows).all()) for rows, name, _kind in PARTS}
        runs: list[datetime] = [
            order.run.at,
            *(row.run.at for rows in parts.values() for row in rows),
        ]
        return OrderFacts(
            number=order.number,
            status=order.status,
            delivery=order.delivery,
            placed_at=order.placed_at,
            starts_at=order.starts_at,
            ends_at=order.ends_at,
            customer_index=order.phone_index,
            customer_tail=order.phone_tail,
            known_at=max(runs),
            **{
                name: tuple(_facts(kind, row) for row in parts[name])
                for _rows, name, kind in PARTS
            },
        )

    def numbers(self, *, contract_number: str, serial_number: str) -> list[str]:
        if contract_number:
            which = Q(contractversions__number=contract_number)
        elif serial_number:
            which = Q(stockouts__serial_number=serial_number) | Q(
                orderlines__serial_number=serial_number
            )
        else:
            return []
        found = Order.objects.filter(which).order_by("-placed_at", "-pk").distinct()
        return [order.number for order in found[:MOST]]

    def belongs(self, order_number: str, *, customer_index: str) -> bool | None:
        """Two short queries whatever the answer: it takes no longer for an order."""
        mine = Order.objects.filter(number=order_number, phone_index=customer_index)
        found = bool(customer_index) and mine.exists()
        return found if Order.objects.exists() else None


def _manager(rows: str) -> Any:
    related: Any = Order._meta.get_field(rows).related_model  # noqa: SLF001 - Django's
    return related.objects


def _facts(kind: type[T], row: Model) -> T:
    """The columns of a row as facts."""
    names = kind.__dataclass_fields__  # type: ignore[attr-defined]
    return kind(**{name: getattr(row, name) for name in names})
