"""Customers: a surname and, if they like, a phone number that only acts reveal."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class Customer(models.Model):
    """Somebody who asks. Shown as surname and last four digits only (IN-29)."""

    surname = models.CharField(_("surname"), max_length=40)
    phone_encrypted = models.TextField(blank=True)
    phone_index = models.CharField(max_length=64, blank=True)
    phone_tail = models.CharField(_("contact tail"), max_length=4, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(phone_encrypted="", phone_index="", phone_tail="")
                | ~Q(phone_encrypted="") & ~Q(phone_index="") & ~Q(phone_tail=""),
                name="customer_phone_whole_or_absent",
            ),
            models.UniqueConstraint(
                fields=("phone_index", "surname"),
                condition=~Q(phone_index=""),
                name="customer_one_per_phone_and_surname",
            ),
        ]

    def __str__(self) -> str:
        return self.masked

    @property
    def masked(self) -> str:
        """How staff see the customer without a reason to see more."""
        if self.phone_tail:
            return gettext("%(surname)s · ends in %(tail)s") % {
                "surname": self.surname,
                "tail": self.phone_tail,
            }
        return gettext("%(surname)s · no phone") % {"surname": self.surname}
