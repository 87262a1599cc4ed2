"""What a customer pays for damage, loss and missing accessories (IN-41)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models.base import Coded, at_most_one, money, never_negative, share


class DamageRule(models.TextChoices):
    """How the amount comes about."""

    FREE = "free", _("Nothing: normal wear")
    FIXED = "fixed", _("As assessed, at most a part of the value")
    REPAIR = "repair", _("The repair invoice and days of downtime")
    LOSS = "loss", _("What the device was still worth")
    PARTS = "parts", _("The price list of accessories")


class DamageGrade(Coded):
    """A grade of damage; which figures count depends on the rule."""

    rule = models.CharField(_("rule"), max_length=20, choices=DamageRule.choices)
    examples_zh = models.CharField(_("examples"), max_length=300, blank=True)
    basis_zh = models.CharField(_("legal basis"), max_length=120, blank=True)
    max_share = share(_("at most this part of the value"), null=True, blank=True)
    max_downtime_days = models.PositiveSmallIntegerField(
        _("at most days of downtime"), null=True, blank=True
    )
    floor_share = share(_("at least this part of the value"), null=True, blank=True)
    monthly_wear = share(_("wear per month in service"), null=True, blank=True)

    class Meta:
        verbose_name = _("damage grade")
        verbose_name_plural = _("damage grades")
        ordering = ("pk",)
        constraints: ClassVar = [
            *never_negative("max_downtime_days"),
            *at_most_one("max_share", "floor_share", "monthly_wear"),
            models.CheckConstraint(
                condition=Q(rule__in=[DamageRule.FREE, DamageRule.PARTS])
                | Q(rule=DamageRule.FIXED, max_share__isnull=False)
                | Q(rule=DamageRule.REPAIR, max_downtime_days__isnull=False)
                | Q(
                    rule=DamageRule.LOSS,
                    floor_share__isnull=False,
                    monthly_wear__isnull=False,
                ),
                name="damagegrade_rule_has_its_figures",
                violation_error_message=_("The rule needs its figures."),
            ),
        ]


class Accessory(Coded):
    """What is charged for an accessory that is missing at the return."""

    price = money(_("price"))
    enabled = models.BooleanField(_("enabled"), default=True)

    class Meta:
        verbose_name = _("accessory")
        verbose_name_plural = _("accessories")
        ordering = ("pk",)
        constraints: ClassVar = [*never_negative("price")]
