"""An order and what was leased with it (OB-15, OB-48)."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from orders.models.base import Imported, moment, money, words


class OrderStatus(models.TextChoices):
    """Where an order stands in the order system."""

    PLACED = "placed", _("Placed")
    CONFIRMED = "confirmed", _("Confirmed")
    DELIVERED = "delivered", _("Delivered")
    RETURNED = "returned", _("Given back")
    SETTLED = "settled", _("Settled")
    CANCELLED = "cancelled", _("Cancelled")


class Delivery(models.TextChoices):
    """How the devices reach the customer."""

    HOME_DELIVERY = "home_delivery", _("Home delivery")
    STORE_PICKUP = "store_pickup", _("Store pickup")


class Component(models.TextChoices):
    """What a line of an order is for."""

    RENT = "rent", _("Rent")
    DISCOUNT = "discount", _("Discount")
    DELIVERY = "delivery", _("Delivery fee")
    INSURANCE = "insurance", _("Insurance")
    INSTALL = "install", _("Installation")
    OPERATOR = "operator", _("Operator")
    OVERDUE = "overdue", _("Overdue occupation fee")
    OTHER = "other", _("Other fee")


class Order(Imported):
    """A lease as the order system knows it.

    The customer is known by the same keyed hash of the phone number as everywhere
    here, and by its last four digits; the number itself is not kept.
    """

    number = words(_("order number"), 40, needed=True)
    phone_index = models.CharField(max_length=64, blank=True, editable=False)
    phone_tail = models.CharField(_("contact tail"), max_length=4, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=OrderStatus.choices)
    delivery = models.CharField(
        _("delivery method"), max_length=15, choices=Delivery.choices, blank=True
    )
    placed_at = moment(_("placed"), needed=True)
    starts_at = moment(_("lease begins"))
    ends_at = moment(_("lease ends"))

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ("-placed_at", "-pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("number",), name="order_once"),
            models.CheckConstraint(
                condition=Q(status__in=OrderStatus.values), name="order_status_known"
            ),
            models.CheckConstraint(
                condition=Q(delivery__in=["", *Delivery.values]),
                name="order_delivery_known",
            ),
            models.CheckConstraint(
                condition=Q(starts_at=None)
                | Q(ends_at=None)
                | Q(ends_at__gte=F("starts_at")),
                name="order_ends_after_its_start",
            ),
            models.CheckConstraint(
                condition=Q(phone_index="", phone_tail="")
                | ~Q(phone_index="") & ~Q(phone_tail=""),
                name="order_phone_whole_or_absent",
            ),
        ]

    def __str__(self) -> str:
        return str(self.number)


class OfOrder(Imported):
    """A row that belongs to an order."""

    order = models.ForeignKey(
        Order, models.PROTECT, related_name="%(class)ss", verbose_name=_("order")
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class OrderLine(OfOrder):
    """What was billed; `unit_price` is that of one piece for the whole lease."""

    position = models.PositiveSmallIntegerField(_("position"))
    component = models.CharField(
        _("component"),
        max_length=10,
        choices=Component.choices,
        default=Component.RENT,
    )
    device_model = words(_("device model"), 80)
    serial_number = words(_("serial number"), 60)
    quantity = models.PositiveSmallIntegerField(_("quantity"), default=1)
    unit_price = money(_("unit price"))
    days = models.PositiveSmallIntegerField(_("days"), null=True, blank=True)
    amount = money(_("amount"))

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        ordering = ("position",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("order", "position"), name="order_line_once"
            ),
            models.CheckConstraint(
                condition=Q(component__in=Component.values),
                name="order_line_component_known",
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="order_line_quantity_positive"
            ),
            models.CheckConstraint(
                condition=Q(days=None) | Q(days__gt=0), name="order_line_days_positive"
            ),
            models.CheckConstraint(
                condition=Q(component=Component.DISCOUNT, amount__lte=0)
                | ~Q(component=Component.DISCOUNT) & Q(amount__gte=0),
                name="order_line_only_discounts_are_negative",
            ),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(
                fields=("serial_number",),
                name="order_line_of_serial",
                condition=~Q(serial_number=""),
            )
        ]
