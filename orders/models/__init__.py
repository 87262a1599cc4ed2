"""Order facts: small tables to read, written by imports alone."""

from orders.models.base import ImportRun, RowChange
from orders.models.handing import (
    Aspect,
    ChecklistItem,
    Pickup,
    Stage,
    StockOut,
    Transport,
)
from orders.models.order import (
    Component,
    Delivery,
    Order,
    OrderLine,
    OrderStatus,
)
from orders.models.papers import (
    ContractVersion,
    Invoice,
    InvoiceType,
    Payment,
    PaymentKind,
)

__all__ = [
    "Aspect",
    "ChecklistItem",
    "Component",
    "ContractVersion",
    "Delivery",
    "ImportRun",
    "Invoice",
    "InvoiceType",
    "Order",
    "OrderLine",
    "OrderStatus",
    "Payment",
    "PaymentKind",
    "Pickup",
    "RowChange",
    "Stage",
    "StockOut",
    "Transport",
]
