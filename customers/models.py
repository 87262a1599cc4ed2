"""Customers: a surname and, if they like, contacts that only acts reveal."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers.said import pairs_index
from staff.models import User


class Customer(models.Model):
    """Somebody who asks. Shown as surname and last four digits only (IN-29).

    `forget_at` is when the contacts must be erased (D-10); what stays is the surname
    and the tail of the number. `consented_at` is when the customer agreed to be written
    to, `email_masked` what colleagues see of the address. `email_mark` is another one
    with each other address: whoever knows a name and a number could leave their own,
    and a case writes only to the one that was left on it.
    """

    surname = models.CharField(_("surname"), max_length=40)
    phone_encrypted = models.TextField(blank=True)
    phone_index = models.CharField(max_length=64, blank=True)
    phone_tail = models.CharField(_("contact tail"), max_length=4, blank=True)
    email_encrypted = models.TextField(blank=True, db_default="")
    email_masked = models.CharField(
        _("e-mail address"), max_length=260, blank=True, db_default=""
    )
    email_mark = models.UUIDField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField()
    consented_at = models.DateTimeField(_("consented"), null=True, blank=True)
    forget_at = models.DateTimeField(_("contacts to be erased"), null=True, blank=True)
    forgotten_at = models.DateTimeField(_("contacts erased"), null=True, blank=True)

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
            models.CheckConstraint(
                condition=Q(email_encrypted="", email_masked="")
                | ~Q(email_encrypted="") & ~Q(email_masked=""),
                name="customer_email_whole_or_absent",
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
            ),
            pairs_index("surname", name="customer_surname_says"),
            models.Index(
                fields=("surname",),
                opclasses=("varchar_pattern_ops",),
                name="customer_surname_begins",
            ),
            models.Index(
                fields=("phone_tail",),
                name="customer_phone_tail",
                condition=~Q(phone_tail=""),
            ),
        ]

    def __str__(self) -> str:
        return self.masked

    @property
    def can_be_called(self) -> bool:
        """Whether we hold a number."""
        return bool(self.phone_encrypted)

    @property
    def can_be_mailed(self) -> bool:
        """Whether we hold an e-mail address."""
        return bool(self.email_encrypted)

    @property
    def masked(self) -> str:
        """How staff see the customer without a reason to see more."""
        if self.phone_tail:
            return gettext("%(surname)s · ends in %(tail)s") % {
                "surname": self.surname,
                "tail": self.phone_tail,
            }
        return gettext("%(surname)s · no phone") % {"surname": self.surname}


class Contact(models.TextChoices):
    """What of a customer is kept encrypted."""

    PHONE = "phone", _("Phone")
    EMAIL = "email", _("E-mail")


class RevealLog(models.Model):
    """Who saw a full contact, when and why; append-only, as the database sees to."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="reveals")
    contact = models.CharField(
        max_length=10,
        choices=Contact.choices,
        default=Contact.PHONE,
        db_default=Contact.PHONE.value,
    )
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))
    reason = models.CharField(_("reason"), max_length=200)

    class Meta:
        verbose_name = _("revealed contact")
        verbose_name_plural = _("revealed contacts")
        ordering = ("at", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(reason=""), name="reveal_has_reason"),
            models.CheckConstraint(
                condition=Q(contact__in=Contact.values), name="reveal_contact_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.at:%Y-%m-%d %H:%M:%S}"


class PhoneCode(models.Model):
    """Six digits for one number of a customer, kept for a day as a keyed hash.

    Without a hash it was ordered and not made yet.
    """

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="codes")
    phone_index = models.CharField(max_length=64)
    language = models.CharField(max_length=10, blank=True)
    hash = models.CharField(max_length=64, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    ordered_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("code for a phone")
        verbose_name_plural = _("codes for phones")
        ordering = ("pk",)
        indexes: ClassVar = [
            models.Index(
                fields=("phone_index", "ordered_at"), name="phone_code_of_number"
            ),
            models.Index(
                fields=("ordered_at",),
                name="phone_code_ordered",
                condition=Q(hash=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.ordered_at:%Y-%m-%d %H:%M:%S}"
