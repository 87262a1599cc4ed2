"""How one can pay (IN-39)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.base import Coded


class PaymentMethod(Coded):
    """A way to pay that quotations name."""

    enabled = models.BooleanField(_("enabled"), default=True)

    class Meta:
        verbose_name = _("payment method")
        verbose_name_plural = _("payment methods")
        ordering = ("pk",)
