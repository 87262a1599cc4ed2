"""A unit that is not rented out until somebody has looked at it (OB-10)."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models.device import Device
from staff.models import User


class QuarantineQuerySet(models.QuerySet["Quarantine"]):
    """Questions about units in quarantine."""

    def standing(self) -> Self:
        return self.filter(lifted_at=None)


class Quarantine(models.Model):
    """One unit, known by its serial number, kept back for a reason.

    `serial_number` is in the form of `catalog.serials.serial_key`. `device` is the
    model, where the catalogue has it.
    """

    device = models.ForeignKey(
        Device,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="quarantines",
        verbose_name=_("device"),
    )
    serial_number = models.CharField(_("serial number"), max_length=60)
    reason = models.CharField(_("reason"), max_length=200)
    since = models.DateTimeField(_("since"))
    by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("by"), db_index=False
    )
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)
    lifted_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("lifted by"),
        db_index=False,
    )
    lift_reason = models.CharField(_("why it was lifted"), max_length=200, blank=True)

    objects = QuarantineQuerySet.as_manager()

    class Meta:
        verbose_name = _("unit in quarantine")
        verbose_name_plural = _("units in quarantine")
        ordering = ("-since", "-pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("serial_number",),
                condition=Q(lifted_at=None),
                name="quarantine_once_per_serial",
            ),
            models.CheckConstraint(
                condition=~Q(serial_number="") & ~Q(reason=""),
                name="quarantine_names_unit_and_reason",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by=None, lift_reason="")
                | Q(lifted_at__isnull=False, lifted_by__isnull=False)
                & ~Q(lift_reason=""),
                name="quarantine_lifted_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.serial_number
