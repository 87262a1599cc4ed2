"""Where and how devices are handed over, for how much, and how soon (IN-46, IN-47)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models.base import Coded, money, never_negative


class DeliveryMethod(models.TextChoices):
    """The two ways of handing over (IN-47)."""

    DELIVERY = "delivery", _("Delivered to the door")
    PICKUP = "pickup", _("Collected at the store")


class DeliveryZone(Coded):
    """A fee and two promises; the rent after discounts may make it free."""

    method = models.CharField(
        _("method"), max_length=10, choices=DeliveryMethod.choices
    )
    fee = money(_("fee"))
    free_from = money(
        _("free from"),
        null=True,
        blank=True,
        help_text=_("The rent after discounts from which delivery is free."),
    )
    standard_hours = models.PositiveSmallIntegerField(
        _("hours for standard devices"), null=True, blank=True
    )
    special_hours = models.PositiveSmallIntegerField(
        _("hours for special devices"), null=True, blank=True
    )
    in_service_city = models.BooleanField(
        _("in the service city"),
        default=True,
        help_text=_("Elsewhere the longer time is told before the order (IN-46)."),
    )
    insured = models.BooleanField(_("transport insured"), default=False)
    enabled = models.BooleanField(_("enabled"), default=True)

    class Meta:
        verbose_name = _("delivery zone")
        verbose_name_plural = _("delivery zones")
        ordering = ("pk",)
        constraints: ClassVar = [
            *never_negative("fee", "free_from", "standard_hours", "special_hours"),
            models.CheckConstraint(
                condition=Q(method__in=DeliveryMethod.values),
                name="deliveryzone_method_known",
            ),
        ]
