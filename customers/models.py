"""Customers: a surname and, if they like, a phone number that only acts reveal."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from staff.models import User


class Customer(models.Model):
    """Somebody who asks. Shown as surname and last four digits only (IN-29).

    `forget_at` is when the number must be erased (D-10); what stays is the surname and
    the tail. `consented_at` is when the customer agreed to be written to.
    """

    surname = models.CharField(_("surname"), max_length=40)
    phone_encrypted = models.TextField(blank=True)
    phone_index = models.CharField(max_length=64, blank=True)
    phone_tail = models.CharField(_("contact tail"), max_length=4, blank=True)
    created_at = models.DateTimeField()
    consented_at = models.DateTimeField(_("consented"), null=True, blank=True)
    forget_at = models.DateTimeField(_("number to be erased"), null=True, blank=True)
    forgotten_at = models.DateTimeField(_("number erased"), null=True, blank=True)

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(phone_encrypted="", phone_index="", phone_tail="")
                | ~Q(phone_encrypted="") & ~Q(phone_index="") & ~Q(phone_tail="")
                | Q(phone_encrypted="", phone_index="", forgotten_at__isnull=False),
                name="customer_phone_whole_or_absent",
            ),
            models.UniqueConstraint(
                fields=("phone_index", "surname"),
                condition=~Q(phone_index=""),
                name="customer_one_per_phone_and_surname",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=("forget_at",),
                name="customer_to_forget",
                condition=Q(forget_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.masked

    @property
    def can_be_called(self) -> bool:
        """Whether we hold a number."""
        return bool(self.phone_encrypted)

    @property
    def masked(self) -> str:
        """How staff see the customer without a reason to see more."""
        if self.phone_tail:
            return gettext("%(surname)s · ends in %(tail)s") % {
                "surname": self.surname,
                "tail": self.phone_tail,
            }
        return gettext("%(surname)s · no phone") % {"surname": self.surname}


class RevealLog(models.Model):
    """Who saw a full number, when and why; append-only, as the database sees to."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="reveals")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))
    reason = models.CharField(_("reason"), max_length=200)

    class Meta:
        verbose_name = _("revealed number")
        verbose_name_plural = _("revealed numbers")
        ordering = ("at", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(reason=""), name="reveal_has_reason")
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.at:%Y-%m-%d %H:%M:%S}"
