"""What objections are about and what may be demanded: rows that the company edits."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from staff.models import Department, Named


class ObjectionType(models.TextChoices):
    """The five types of OB-04."""

    QUALITY = "quality", _("Quality of the device")
    FEE = "fee", _("Fees")
    SERVICE = "service", _("Service")
    CONTRACT = "contract", _("Contract terms")
    RETURN = "return", _("Collecting the device")


class Subtype(Named):
    """What exactly is wrong (OB-11 to OB-30); companies add their own."""

    type = models.CharField(_("type"), max_length=10, choices=ObjectionType.choices)
    code = models.SlugField(_("code"), max_length=40)
    example_zh = models.CharField(_("Chinese example"), max_length=120, blank=True)
    example_en = models.CharField(_("English example"), max_length=200, blank=True)
    clause = models.CharField(_("clause"), max_length=10, blank=True)
    position = models.PositiveSmallIntegerField(_("position"))
    active = models.BooleanField(_("in use"), default=True, db_default=True)

    class Meta:
        verbose_name = _("subtype of objections")
        verbose_name_plural = _("subtypes of objections")
        ordering = ("position", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("type", "code"), name="objection_subtype_once_per_type"
            ),
            models.CheckConstraint(
                condition=Q(type__in=ObjectionType.values),
                name="objection_subtype_type_known",
            ),
        ]


class DemandKind(Named):
    """What customers demand (OB-41).

    `binds` says that the law gives 15 days for it; `money` that it has an amount.
    """

    code = models.SlugField(_("code"), max_length=30, unique=True)
    money = models.BooleanField(_("has an amount"), default=False)
    binds = models.BooleanField(_("bound by law to 15 days"), default=False)
    position = models.PositiveSmallIntegerField(_("position"))
    active = models.BooleanField(_("in use"), default=True, db_default=True)

    class Meta:
        verbose_name = _("kind of demand")
        verbose_name_plural = _("kinds of demands")
        ordering = ("position", "pk")


class Route(models.Model):
    """Which department investigates what (OB-45); the narrowest rows that fit hold.

    Without a subtype it holds for the whole type; with a process step for that alone;
    `when_money` for objections about an amount.
    """

    type = models.CharField(_("type"), max_length=10, choices=ObjectionType.choices)
    subtype = models.CharField(_("subtype"), max_length=40, blank=True)
    process_step = models.CharField(_("process step"), max_length=20, blank=True)
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("department"),
        help_text=_("Empty: the department of the colleague who is named."),
    )
    leads = models.BooleanField(_("leads"))
    when_money = models.BooleanField(_("only for an amount"), default=False)
    origin = models.CharField(_("origin"), max_length=10)

    class Meta:
        verbose_name = _("route of objections")
        verbose_name_plural = _("routes of objections")
        ordering = ("type", "subtype", "process_step", "-leads", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("type", "subtype", "process_step", "department"),
                name="objection_route_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.subtype} {self.department_id}"
