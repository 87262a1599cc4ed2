"""Order facts in the back-office: to be looked up; imports alone write them."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from orders.models import (
    ChecklistItem,
    ContractVersion,
    ImportRun,
    Invoice,
    Order,
    OrderLine,
    Payment,
    Pickup,
    RowChange,
    StockOut,
    Transport,
)
from staff.admin import ReadOnly


class Rows(TabularInline):
    """Rows of an order, to be read."""

    extra = 0
    can_delete = False
    exclude = ("run",)

    def has_add_permission(self, *_args: Any) -> bool:
        return False

    def has_change_permission(self, *_args: Any) -> bool:
        return False


class LineRows(Rows):
    model = OrderLine


class ContractRows(Rows):
    model = ContractVersion


class PaymentRows(Rows):
    model = Payment


class InvoiceRows(Rows):
    model = Invoice


class StockOutRows(Rows):
    model = StockOut


class TransportRows(Rows):
    model = Transport


class ChecklistRows(Rows):
    model = ChecklistItem


class PickupRows(Rows):
    model = Pickup


@admin.register(Order)
class OrderAdmin(ReadOnly):
    list_display = ("number", "phone_tail", "status", "placed_at", "run")
    list_filter = ("status", "delivery")
    list_select_related = ("run",)
    search_fields = (
        *("number", "contractversions__number"),
        *("stockouts__serial_number", "orderlines__serial_number"),
    )
    fields = (
        *("number", "phone_tail", "status", "delivery"),
        *("placed_at", "starts_at", "ends_at", "run"),
    )
    inlines = (
        *(LineRows, ContractRows, PaymentRows, InvoiceRows),
        *(StockOutRows, TransportRows, ChecklistRows, PickupRows),
    )


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnly):
    list_display = ("at", "by", "created", "changed")
    fieldsets = ((_("What"), {"fields": ("at", "by", "files", "created", "changed")}),)


@admin.register(RowChange)
class RowChangeAdmin(ReadOnly):
    list_display = ("run", "table", "key", "before", "after")
    list_filter = ("table",)
    list_select_related = ("run",)
    search_fields = ("key",)
