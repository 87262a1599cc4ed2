"""What was agreed and what was paid: contracts, payments, invoices (OB-48)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.models.base import moment, money, words
from orders.models.order import OfOrder


class PaymentKind(models.TextChoices):
    """What an entry is: the last three with the first but one are the deposit's."""

    RENT = "rent", _("Rent and fees")
    RENT_REFUND = "rent_refund", _("Rent paid back")
    DEPOSIT = "deposit", _("Deposit received")
    DEDUCTION = "deduction", _("Deducted from the deposit")
    REFUND = "refund", _("Deposit paid back")


class InvoiceType(models.TextChoices):
    """Which invoice of the tax office it is."""

    ORDINARY = "ordinary", _("Ordinary VAT invoice")
    SPECIAL = "special", _("Special VAT invoice")


class ContractVersion(OfOrder):
    """A contract as it was at one time; the customer agreed to it, or did not (OB-25).

    `prompt_proof` says where it is seen that terms were pointed out (OB-24).
    """

    number = words(_("contract number"), 40, needed=True)
    version = models.PositiveSmallIntegerField(_("version"))
    signed_at = moment(_("signed"))
    terms = models.TextField(_("terms"))
    prompt_proof = words(_("proof that terms were pointed out"), 200)
    consented_at = moment(_("customer agreed"))
    consent_channel = words(_("how the customer agreed"), 40)

    class Meta:
        verbose_name = _("version of a contract")
        verbose_name_plural = _("versions of contracts")
        ordering = ("number", "version")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("number", "version"), name="contract_version_once"
            ),
            models.CheckConstraint(
                condition=Q(version__gt=0), name="contract_version_positive"
            ),
            models.CheckConstraint(
                condition=Q(consented_at=None, consent_channel="")
                | Q(consented_at__isnull=False) & ~Q(consent_channel=""),
                name="contract_consent_whole_or_absent",
            ),
        ]


class Payment(OfOrder):
    """One entry: what came in, what was kept, what went back (OB-17)."""

    reference = words(_("reference"), 60, needed=True)
    kind = models.CharField(_("kind"), max_length=12, choices=PaymentKind.choices)
    amount = money(_("amount"))
    paid_at = moment(_("paid"), needed=True)
    reason = words(_("reason"), 200)

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ("paid_at", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("reference",), name="payment_once"),
            models.CheckConstraint(
                condition=Q(kind__in=PaymentKind.values), name="payment_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0), name="payment_amount_positive"
            ),
        ]


class Invoice(OfOrder):
    """An invoice as it was issued (OB-18)."""

    number = words(_("invoice number"), 40, needed=True)
    type = models.CharField(_("type"), max_length=10, choices=InvoiceType.choices)
    amount = money(_("amount"))
    issued_at = moment(_("issued"), needed=True)

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        ordering = ("issued_at", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("number",), name="invoice_once"),
            models.CheckConstraint(
                condition=Q(type__in=InvoiceType.values), name="invoice_type_known"
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0), name="invoice_amount_positive"
            ),
        ]
