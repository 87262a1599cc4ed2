"""Discounts: who gets how much off the rent, and from when to when (IN-38)."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from catalog.models.base import Coded, money, never_negative, share


class DiscountQuerySet(models.QuerySet["DiscountRule"]):
    """Questions about discounts."""

    def in_force(self, *, at: datetime) -> "DiscountQuerySet":
        """Those offered on the company's calendar day of `at`."""
        day = localdate(at)
        return self.filter(
            Q(valid_from=None) | Q(valid_from__lte=day),
            Q(valid_to=None) | Q(valid_to__gte=day),
            enabled=True,
        )


class DiscountRule(Coded):
    """A part off the rent under conditions that all have to hold.

    Of those that do not stack the best applies; those that do come on top of it.
    """

    off = share(_("part off"), help_text=_("0.05 takes five percent off the rent."))
    min_days = models.PositiveSmallIntegerField(_("from days"), default=0)
    first_order = models.BooleanField(_("first order only"), default=False)
    kit = models.BooleanField(_("kits only"), default=False)
    cap = money(_("at most"), null=True, blank=True)
    stacks = models.BooleanField(
        _("on top of others"),
        default=False,
        help_text=_("Off: of these rules only the best applies."),
    )
    valid_from = models.DateField(_("first day"), null=True, blank=True)
    valid_to = models.DateField(_("last day"), null=True, blank=True)
    enabled = models.BooleanField(_("enabled"), default=True)

    objects = DiscountQuerySet.as_manager()

    class Meta:
        verbose_name = _("discount")
        verbose_name_plural = _("discounts")
        ordering = ("pk",)
        constraints: ClassVar = [
            *never_negative("cap", "min_days"),
            models.CheckConstraint(
                condition=Q(off__gt=0, off__lte=1),
                name="discountrule_off_is_a_share",
                violation_error_message=_(
                    "A discount takes more than nothing off and at most all:"
                    " write 0.05 for five percent."
                ),
            ),
            models.CheckConstraint(
                condition=Q(valid_from__lte=F("valid_to"))
                | Q(valid_from=None)
                | Q(valid_to=None),
                name="discountrule_ends_after_it_begins",
                violation_error_message=_("The last day is not before the first."),
            ),
        ]
