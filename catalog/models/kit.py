"""Kits: what is needed for a scene and a scale, rented together."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models.base import Coded, Recorded
from catalog.models.device import Device
from catalog.models.needs import Scale, Scene


class KitQuerySet(models.QuerySet["Kit"]):
    """Questions about kits."""

    def for_rent(self) -> "KitQuerySet":
        """Kits of which every device is for rent, with what is in them."""
        gone = KitItem.objects.filter(device__active=False).values("kit")
        found = self.filter(active=True, items__isnull=False).exclude(pk__in=gone)
        items = KitItem.objects.select_related("device")
        return found.distinct().prefetch_related(models.Prefetch("items", items))


class Kit(Coded):
    """A ready choice of devices."""

    scene = models.CharField(_("scene"), max_length=20, choices=Scene.choices)
    scale = models.CharField(_("scale"), max_length=20, choices=Scale.choices)
    active = models.BooleanField(
        _("for rent"), default=True, help_text=_("Off: no longer offered.")
    )

    objects = KitQuerySet.as_manager()

    class Meta:
        verbose_name = _("kit")
        verbose_name_plural = _("kits")
        ordering = ("code",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(scene__in=Scene.values), name="kit_scene_known"
            ),
            models.CheckConstraint(
                condition=Q(scale__in=Scale.values), name="kit_scale_known"
            ),
        ]


class KitItem(Recorded):
    """So many of one device in a kit."""

    kit = models.ForeignKey(
        Kit, models.CASCADE, related_name="items", verbose_name=_("kit")
    )
    device = models.ForeignKey(
        Device, models.PROTECT, related_name="in_kits", verbose_name=_("device")
    )
    quantity = models.PositiveSmallIntegerField(_("quantity"), default=1)

    class Meta:
        verbose_name = _("device of a kit")
        verbose_name_plural = _("devices of a kit")
        ordering = ("pk",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("kit", "device"), name="kititem_device_once_per_kit"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=1),
                name="kititem_at_least_one",
                violation_error_message=_("A kit holds at least one of each device."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.device}"
