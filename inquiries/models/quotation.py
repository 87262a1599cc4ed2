"""A quotation: every line of a price with its terms, frozen once it is sent."""

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, Final

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from catalog import pricing
from catalog.pricing import Component
from inquiries.models.inquiry import Inquiry
from staff.models import User
from tickets.models import Message

COMPONENTS: Final = [component.value for component in Component]


def named(row: dict[str, Any], name: str = "name") -> str:
    """One of two texts of a frozen row, in the reader's language."""
    text: str = row[f"{name}_en" if get_language() == "en" else f"{name}_zh"]
    return text


def _money(label: Any) -> "models.DecimalField[Any, Any]":
    return models.DecimalField(label, max_digits=12, decimal_places=2)


class QuotationQuerySet(models.QuerySet["Quotation"]):
    """Questions about quotations."""

    def visible_to(self, user: User | AnonymousUser) -> "QuotationQuerySet":
        """What was sent in an inquiry that this person may see."""
        return self.sent().filter(inquiry__in=Inquiry.objects.visible_to(user))

    def sent(self) -> "QuotationQuerySet":
        return self.filter(sent_at__isnull=False)

    def draft_of(self, inquiry: Inquiry, user: User) -> "Quotation | None":
        """What this person is preparing for this inquiry."""
        return self.filter(inquiry=inquiry, drafted_by=user, sent_at=None).first()


class Quotation(models.Model):
    """A price for named devices and days, with all that was promised beside it.

    Each person has one draft per inquiry; a version counts what was sent. What makes
    the price is copied: `items`, `delivery`, `discounts`, `payment_methods`, `terms`
    carry both languages, `price_stamp` names the state of the catalogue. The database
    refuses any change of what was sent.
    """

    number = models.CharField(_("number"), max_length=20, unique=True)
    inquiry = models.ForeignKey(Inquiry, models.PROTECT, related_name="quotations")
    version = models.PositiveSmallIntegerField(_("version"), null=True, blank=True)

    items = models.JSONField()
    days = models.PositiveSmallIntegerField(_("days"))
    starts_on = models.DateField(_("first day"), null=True, blank=True)
    zone = models.CharField(_("delivery"), max_length=40)
    first_order = models.BooleanField(_("first order"), default=False)
    insurance = models.BooleanField(_("insurance"), default=False)
    onsite_install = models.BooleanField(_("installation on site"), default=False)
    operator_days = models.PositiveIntegerField(_("days of a technician"), default=0)
    waiver = models.CharField(_("waiver of the deposit"), max_length=40, blank=True)
    credit_score = models.PositiveSmallIntegerField(_("score"), null=True, blank=True)

    rent = _money(_("rent"))
    payable = _money(_("to pay"))
    deposit = _money(_("deposit"))
    total = _money(_("together"))
    delivery = models.JSONField()
    discounts = models.JSONField()
    payment_methods = models.JSONField()
    terms = models.JSONField()
    price_stamp = models.CharField(max_length=40)

    drafted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField()
    sent_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+"
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    valid_until = models.DateTimeField(null=True, blank=True)
    message = models.OneToOneField(
        Message, models.PROTECT, null=True, blank=True, related_name="quotation"
    )
    opened_at = models.DateTimeField(null=True, blank=True)
    client_token = models.UUIDField(null=True, blank=True)

    objects = QuotationQuerySet.as_manager()

    class Meta:
        verbose_name = _("quotation")
        verbose_name_plural = _("quotations")
        ordering = ("drafted_at", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("inquiry", "version"), name="quotation_one_per_version"
            ),
            models.UniqueConstraint(
                fields=("inquiry", "client_token"), name="quotation_asked_once"
            ),
            models.UniqueConstraint(
                fields=("inquiry", "drafted_by"),
                condition=Q(sent_at=None),
                name="quotation_one_draft_per_person",
            ),
            models.CheckConstraint(
                condition=Q(
                    sent_at=None,
                    version=None,
                    valid_until=None,
                    message=None,
                    sent_by=None,
                    opened_at=None,
                )
                | Q(
                    sent_at__isnull=False,
                    version__isnull=False,
                    valid_until__isnull=False,
                    message__isnull=False,
                    sent_by__isnull=False,
                ),
                name="quotation_sent_wholly_or_not",
            ),
            models.CheckConstraint(
                condition=Q(sent_at=None) | ~Q(terms__deposit_conditions_zh=""),
                name="quotation_sent_with_deposit_terms",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def is_valid(self, *, at: datetime) -> bool:
        """Whether it was sent and its time has not run out."""
        return self.valid_until is not None and at <= self.valid_until

    @property
    def devices(self) -> list[dict[str, Any]]:
        """The devices, each with its `name` in the reader's language."""
        return [{**item, "name": named(item)} for item in self.items]


class QuotationLine(models.Model):
    """A component of the price and how it was found; zero lines too (IN-37)."""

    quotation = models.ForeignKey(Quotation, models.CASCADE, related_name="lines")
    place = models.PositiveSmallIntegerField()
    component = models.CharField(
        max_length=20, choices=[(code, code) for code in COMPONENTS]
    )
    subject = models.CharField(max_length=40, blank=True)
    name_zh = models.CharField(max_length=80, blank=True)
    name_en = models.CharField(max_length=80, blank=True)
    quantity = models.PositiveIntegerField()
    unit_price = _money(_("unit price"))
    amount = _money(_("amount"))
    rule = models.CharField(max_length=40)
    figures = models.JSONField(default=list)

    class Meta:
        verbose_name = _("line of a quotation")
        verbose_name_plural = _("lines of a quotation")
        ordering = ("quotation", "place")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("quotation", "place"), name="quotation_line_one_per_place"
            ),
            models.CheckConstraint(
                condition=Q(component__in=COMPONENTS),
                name="quotation_line_component_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.component} {self.amount}"

    def priced(self) -> pricing.Line:
        """The line as the arithmetic made it, named in the reader's language."""
        return pricing.Line(
            Component(self.component),
            self.subject,
            named({"name_zh": self.name_zh, "name_en": self.name_en}),
            self.quantity,
            Decimal(self.unit_price),
            Decimal(self.amount),
            self.rule,
            tuple((name, value) for name, value in self.figures),
        )


def document_path(document: "QuotationDocument", _name: str) -> str:
    """Beside the attachments, under a name that says nothing."""
    sent_at = document.quotation.sent_at
    return f"quotations/{sent_at:%Y/%m/%d}/{document.public_id}"


class QuotationDocument(models.Model):
    """The PDF of a sent quotation in one language; without a file it waits to be made.

    `tried_at` is when a job last took it up.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    quotation = models.ForeignKey(Quotation, models.CASCADE, related_name="documents")
    language = models.CharField(max_length=10)
    file = models.FileField(upload_to=document_path, blank=True)
    tried_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("document of a quotation")
        verbose_name_plural = _("documents of a quotation")
        ordering = ("pk",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("quotation", "language"),
                name="quotation_document_per_language",
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=("id",), name="quotation_document_wanted", condition=Q(file="")
            )
        ]

    def __str__(self) -> str:
        return f"{self.quotation_id} {self.language}"

    @property
    def is_there(self) -> bool:
        """Whether it was made, and its file is where it was put."""
        name = self.file.name or ""
        return name != "" and self.file.storage.exists(name)
