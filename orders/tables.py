"""The files of an import: a table each, its columns, and what names a row."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from customers.encryption import blind_index
from customers.services import parse_phone
from orders.models import (
    ChecklistItem,
    Component,
    ContractVersion,
    Invoice,
    Order,
    OrderLine,
    Payment,
    Pickup,
    StockOut,
    Transport,
)
from orders.values import BadValue, line, value_of

Values = dict[str, Any]
Wrong = dict[str, str]
ORDER: Final = "order_number"
PHONE: Final = "customer_phone"
LONGEST_NUMBER: Final = 40
# Columns of the database that no file has.
OURS: Final = frozenset({"id", "run", "order", "phone_index", "phone_tail"})


@dataclass(frozen=True)
class Table:
    """One kind of file: `key` are the columns that name a row.

    `check` looks at a whole row and answers which column is wrong, and why.
    """

    name: str
    model: type[models.Model]
    key: tuple[str, ...]
    check: Callable[[Values], Wrong] = lambda _values: {}

    @cached_property
    def fields(self) -> dict[str, "models.Field[Any, Any]"]:
        """The columns that are kept as they are read."""
        return {
            it.name: it
            for it in self.model._meta.concrete_fields  # noqa: SLF001 - Django's own
            if it.name not in OURS
        }

    @property
    def of_order(self) -> bool:
        """Whether its rows belong to an order."""
        return self.model is not Order

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Every column that a file may have, in order."""
        own = tuple(self.fields)
        return (ORDER, *own) if self.of_order else (own[0], PHONE, *own[1:])

    @cached_property
    def needed(self) -> tuple[str, ...]:
        """The columns that a file must have."""
        own = [
            name
            for name, it in self.fields.items()
            if not (it.blank or it.null or it.has_default())
        ]
        return (ORDER, *own) if self.of_order else tuple(own)

    def read(self, cells: Mapping[str, str]) -> tuple[Values, Wrong]:
        """The values of a row, and what is wrong with it by column."""
        values: Values = {}
        wrong: Wrong = {}
        for column, cell in cells.items():
            try:
                values |= self._value(column, cell)
            except BadValue as error:
                wrong[column] = str(error)
        for name in self.key:
            if name not in cells and name in self.fields:
                values |= self._value(name, "")
        return values, wrong

    def blank(self) -> Values:
        """A row of which nothing is said."""
        empty = {"phone_index": "", "phone_tail": ""} if not self.of_order else {}
        return empty | {
            name: value_of(it, "")
            for name, it in self.fields.items()
            if name not in self.needed
        }

    def _value(self, column: str, cell: str) -> Values:
        if column == PHONE:
            return _phone(cell)
        if column == ORDER:
            if not cell.strip():
                raise BadValue(_("This is needed."))
            return {ORDER: line(cell, most=LONGEST_NUMBER)}
        return {column: value_of(self.fields[column], cell)}


def _phone(cell: str) -> Values:
    """The keyed hash of a number and its tail; the number goes no further."""
    if not cell.strip():
        return {"phone_index": "", "phone_tail": ""}
    try:
        number = parse_phone(cell)
    except ValidationError as error:
        raise BadValue(" ".join(error.messages)) from error
    return {"phone_index": blind_index(number), "phone_tail": number[-4:]}


def _in_order(first: str, last: str) -> Callable[[Values], Wrong]:
    """That one moment is not before another."""

    def check(values: Values) -> Wrong:
        start, end = values.get(first), values.get(last)
        if start is not None and end is not None and end < start:
            return {last: _("This is before %(column)s.") % {"column": first}}
        return {}

    return check


def _line(values: Values) -> Wrong:
    wrong: Wrong = {}
    discount = values.get("component", Component.RENT) == Component.DISCOUNT
    for name in ("quantity", "days"):
        if values.get(name) == 0:
            wrong[name] = _("This is at least 1.")
    if discount and values["amount"] > 0:
        wrong["amount"] = _("The amount of a discount is not above 0.")
    if not discount and values["amount"] < 0:
        wrong["amount"] = _("Only a discount is below 0.")
    return wrong


def _contract(values: Values) -> Wrong:
    if values["version"] == 0:
        return {"version": _("This is at least 1.")}
    agreed, how = values.get("consented_at"), values.get("consent_channel", "")
    if agreed and not how:
        return {"consent_channel": _("Say how the customer agreed.")}
    if how and not agreed:
        return {"consented_at": _("Say when the customer agreed.")}
    return {}


def _above_nothing(values: Values) -> Wrong:
    return {} if values["amount"] > 0 else {"amount": _("This is above 0.")}


def _pickup(values: Values) -> Wrong:
    if values["window_to"] <= values["window_from"]:
        return {
            "window_to": _("This is not after %(column)s.") % {"column": "window_from"}
        }
    return {}


# Orders first: the rows of the others belong to them.
TABLES: Final[Mapping[str, Table]] = {
    table.name: table
    for table in (
        Table("orders", Order, ("number",), _in_order("starts_at", "ends_at")),
        Table("order_lines", OrderLine, (ORDER, "position"), _line),
        Table("contracts", ContractVersion, ("number", "version"), _contract),
        Table("payments", Payment, ("reference",), _above_nothing),
        Table("invoices", Invoice, ("number",), _above_nothing),
        Table("stock_outs", StockOut, (ORDER, "serial_number", "out_at")),
        Table(
            "transports",
            Transport,
            (ORDER, "carrier", "waybill"),
            _in_order("dispatched_at", "delivered_at"),
        ),
        Table(
            "checklists",
            ChecklistItem,
            (ORDER, "stage", "aspect", "serial_number", "item"),
        ),
        Table("pickups", Pickup, (ORDER, "window_from"), _pickup),
    )
}


def table_of(stem: str) -> Table | None:
    """Which table a file holds: orders.csv, or orders-2026-11.csv."""
    return TABLES.get(stem.partition("-")[0].strip().lower())
