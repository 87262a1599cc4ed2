"""The company's rental terms: one row with every single figure and text."""

from decimal import Decimal
from typing import ClassVar, Final

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from catalog.models.base import (
    Recorded,
    at_most_one,
    money,
    never_negative,
    share,
)

THE_ROW: Final = 1
LONGEST: Final = 3650  # days: what pricing can compute
# Above 30 % of the loss a penalty is as a rule excessive (民法典 585).
HIGHEST_PENALTY: Final = Decimal("0.30")


class TermsManager(models.Manager["Terms"]):
    """Knows where the one row is."""

    def current(self) -> "Terms":
        return self.get(pk=THE_ROW)


class Terms(Recorded):
    """What holds for every rental; there is one row and never another."""

    id = models.PositiveSmallIntegerField(
        primary_key=True, default=THE_ROW, editable=False
    )

    min_lease_days = models.PositiveSmallIntegerField(_("shortest lease in days"))
    max_lease_days = models.PositiveSmallIntegerField(_("longest lease in days"))
    day_grace_hours = models.PositiveSmallIntegerField(
        _("hours of grace before another day counts")
    )

    insurance_rate = share(_("insurance: part of the value per day"))
    insurance_minimum = money(_("insurance: at least"))

    install_standard = money(_("installation on site, standard device"))
    install_special = money(_("installation on site, special device"))
    install_remote = money(_("guidance from afar"))
    operator_per_day = money(_("operator per person and day"))

    deposit_conditions_zh = models.TextField(
        _("deposit: conditions of the refund, Chinese"), max_length=500
    )
    deposit_conditions_en = models.TextField(
        _("deposit: conditions of the refund, English"), max_length=500
    )
    deposit_inspection_hours = models.PositiveSmallIntegerField(
        _("deposit: hours to inspect what came back")
    )
    deposit_refund_working_days = models.PositiveSmallIntegerField(
        _("deposit: working days until the refund begins")
    )
    deposit_arrival_zh = models.TextField(
        _("deposit: when the money arrives, Chinese"), max_length=300
    )
    deposit_arrival_en = models.TextField(
        _("deposit: when the money arrives, English"), max_length=300
    )
    deduction_needs_zh = models.TextField(
        _("deposit: what a deduction needs, Chinese"), max_length=500
    )
    deduction_needs_en = models.TextField(
        _("deposit: what a deduction needs, English"), max_length=500
    )

    overdue_grace_hours = models.PositiveSmallIntegerField(_("overdue: hours of grace"))
    overdue_occupation = share(
        _("overdue: part of the daily rent per day"),
        help_text=_("1 is the daily rent for each day."),
    )
    overdue_penalty = share(
        _("overdue: penalty, part of the daily rent"),
        help_text=_("The law lets it be 0.30 at most."),
    )

    early_return_fee_days = models.PositiveSmallIntegerField(
        _("early return: at most this many daily rents")
    )
    early_return_notice_hours = models.PositiveSmallIntegerField(
        _("early return: hours of notice")
    )
    downtime_hours = models.PositiveSmallIntegerField(
        _("downtime: hours from which the rent is reduced")
    )

    cancel_lessor_days = models.PositiveSmallIntegerField(
        _("cancelled by us: daily rents on top of the refund")
    )
    cancellation_zh = models.TextField(_("cancellation, Chinese"), max_length=500)
    cancellation_en = models.TextField(_("cancellation, English"), max_length=500)
    dispute_zh = models.TextField(_("disputed damage, Chinese"), max_length=500)
    dispute_en = models.TextField(_("disputed damage, English"), max_length=500)

    objects = TermsManager()

    class Meta:
        verbose_name = _("rental terms")
        verbose_name_plural = _("rental terms")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(id=THE_ROW), name="terms_one_row"),
            *never_negative(
                "insurance_minimum",
                "install_standard",
                "install_special",
                "install_remote",
                "operator_per_day",
                "day_grace_hours",
                "overdue_grace_hours",
                "early_return_fee_days",
                "early_return_notice_hours",
                "downtime_hours",
                "deposit_inspection_hours",
                "deposit_refund_working_days",
                "cancel_lessor_days",
            ),
            *at_most_one("insurance_rate", "overdue_occupation"),
            models.CheckConstraint(
                condition=Q(overdue_penalty__range=(0, HIGHEST_PENALTY)),
                name="terms_penalty_within_the_law",
                violation_error_message=_(
                    "The law lets the penalty be 0.30 of the daily rent at most."
                ),
            ),
            models.CheckConstraint(
                condition=Q(
                    min_lease_days__gte=1,
                    max_lease_days__gte=F("min_lease_days"),
                    max_lease_days__lte=LONGEST,
                ),
                name="terms_lease_has_a_length",
                violation_error_message=_(
                    "A lease has 1 to 3650 days, the longest not below the shortest."
                ),
            ),
        ]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    def text(self, name: str) -> str:
        """One of the texts, such as "deposit_arrival", in the reader's language."""
        language = "en" if get_language() == "en" else "zh"
        return str(getattr(self, f"{name}_{language}"))
