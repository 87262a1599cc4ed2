"""Which share of a promise is to be kept: set by managers, month by month (SH-07)."""

from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sla.metrics import Metric
from staff.models import User


class GoalQuerySet(models.QuerySet["Goal"]):
    """Questions about goals."""

    def in_month(self, month: date) -> Self:
        """What holds in a month: of each promise the newest row not after it."""
        held = self.filter(month__lte=month.replace(day=1))
        return held.order_by("metric", "-month", "-pk").distinct("metric")


class Goal(models.Model):
    """A goal from a month on, until a later row says otherwise.

    Nothing is changed or deleted: whoever changes their mind adds a row.
    """

    metric = models.CharField(_("promise"), max_length=40, choices=Metric.choices)
    month = models.DateField(_("from"), help_text=_("The first day of a month."))
    percent = models.DecimalField(_("to be kept, %"), max_digits=4, decimal_places=1)
    set_at = models.DateTimeField(_("set"))
    set_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = GoalQuerySet.as_manager()

    class Meta:
        verbose_name = _("goal")
        verbose_name_plural = _("goals")
        ordering = ("metric", "-month", "-pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(metric__in=Metric.values), name="goal_metric_known"
            ),
            models.CheckConstraint(
                condition=Q(percent__gt=0, percent__lte=100), name="goal_is_a_share"
            ),
            models.CheckConstraint(
                condition=Q(month__day=1), name="goal_from_the_first_of_a_month"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=("metric", "-month", "-id"), name="goal_newest")
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.month:%Y-%m} {self.percent}"
