"""How devices went out and came back (OB-26 to OB-29, OB-47)."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from orders.models.base import moment, words
from orders.models.order import OfOrder


class Stage(models.TextChoices):
    """When a checklist was filled in."""

    DELIVERY = "delivery", _("At the delivery")
    RETURN = "return", _("At the return")


class Aspect(models.TextChoices):
    """What a row of a checklist is about."""

    CONDITION = "condition", _("Condition")
    PART = "part", _("Part")


class StockOut(OfOrder):
    """A device left the warehouse (OB-47)."""

    serial_number = words(_("serial number"), 60, needed=True)
    device_model = words(_("device model"), 80)
    out_at = moment(_("left the warehouse"), needed=True)
    released_by = words(_("released by"), 40)
    condition = words(_("condition"), 200)

    class Meta:
        verbose_name = _("stock-out")
        verbose_name_plural = _("stock-outs")
        ordering = ("out_at", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("order", "serial_number", "out_at"), name="stock_out_once"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=("serial_number",), name="stock_out_of_serial")
        ]


class Transport(OfOrder):
    """A parcel on its way (OB-47)."""

    carrier = words(_("carried by"), 60, needed=True)
    waybill = words(_("waybill"), 60, needed=True)
    dispatched_at = moment(_("dispatched"))
    delivered_at = moment(_("delivered on"))
    signed_by = words(_("signed by"), 40)

    class Meta:
        verbose_name = _("transport")
        verbose_name_plural = _("transports")
        ordering = ("dispatched_at", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("order", "carrier", "waybill"), name="transport_once"
            ),
            models.CheckConstraint(
                condition=Q(dispatched_at=None)
                | Q(delivered_at=None)
                | Q(delivered_at__gte=F("dispatched_at")),
                name="transport_delivered_after_its_dispatch",
            ),
        ]


class ChecklistItem(OfOrder):
    """One row of the list that both sides sign (OB-27, OB-28).

    `grade` is a damage grade of the catalogue: 0 is normal wear, P a missing part.
    """

    stage = models.CharField(_("stage"), max_length=8, choices=Stage.choices)
    aspect = models.CharField(
        _("about"), max_length=9, choices=Aspect.choices, default=Aspect.CONDITION
    )
    serial_number = words(_("serial number"), 60)
    item = words(_("item"), 80, needed=True)
    grade = words(_("grade"), 10, needed=True)
    note = words(_("note"), 200)
    checked_at = moment(_("checked"), needed=True)
    signed_by_us = words(_("signed for us by"), 40)
    signed_by_customer = words(_("signed for the customer by"), 40)

    class Meta:
        verbose_name = _("row of a checklist")
        verbose_name_plural = _("rows of checklists")
        ordering = ("aspect", "serial_number", "item", "checked_at")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("order", "stage", "aspect", "serial_number", "item"),
                name="checklist_item_once",
            ),
            models.CheckConstraint(
                condition=Q(stage__in=Stage.values), name="checklist_stage_known"
            ),
            models.CheckConstraint(
                condition=Q(aspect__in=Aspect.values), name="checklist_aspect_known"
            ),
        ]


class Pickup(OfOrder):
    """When devices were to be collected, and when somebody came (OB-26, OB-29)."""

    window_from = moment(_("appointment from"), needed=True)
    window_to = moment(_("appointment until"), needed=True)
    collector = words(_("collector"), 40)
    arrived_at = moment(_("arrived"))
    inspected_at = moment(_("condition confirmed"))

    class Meta:
        verbose_name = _("pick-up appointment")
        verbose_name_plural = _("pick-up appointments")
        ordering = ("window_from", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("order", "window_from"), name="pickup_once"
            ),
            models.CheckConstraint(
                condition=Q(window_to__gt=F("window_from")),
                name="pickup_window_has_a_length",
            ),
        ]
