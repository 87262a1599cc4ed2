"""How much money each role may promise a customer on its own."""

from decimal import Decimal
from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from staff.models import Role


class PromiseLimit(models.Model):
    """One role and its limit; what is above it is for a supervisor to decide."""

    role = models.CharField(_("role"), max_length=30, choices=Role.choices, unique=True)
    amount = models.DecimalField(
        _("may promise up to (CNY)"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
        help_text=_("Empty: any amount."),
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("limit of promises")
        verbose_name_plural = _("limits of promises")
        ordering = ("amount", "role")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(amount=None) | Q(amount__gte=0),
                name="promise_limit_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(role__in=Role.values), name="promise_limit_role_known"
            ),
        ]

    def __str__(self) -> str:
        return self.get_role_display()
