"""Who need not pay a deposit."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.base import Coded, at_most_one, money, never_negative, share


class DepositWaiver(Coded):
    """A proof of credit that frees from the deposit, up to a value of the devices."""

    min_score = models.PositiveSmallIntegerField(
        _("lowest score"), null=True, blank=True
    )
    waived = share(_("part waived"), default=1, help_text=_("1 is all of it."))
    max_value = money(
        _("up to a value of"),
        null=True,
        blank=True,
        help_text=_("Empty: whatever the devices are worth."),
    )
    enabled = models.BooleanField(_("enabled"), default=True)

    class Meta:
        verbose_name = _("deposit waiver")
        verbose_name_plural = _("deposit waivers")
        ordering = ("pk",)
        constraints: ClassVar = [
            *never_negative("min_score", "max_value"),
            *at_most_one("waived"),
        ]
