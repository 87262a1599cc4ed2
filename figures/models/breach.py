"""Why each missed promise was missed: the cause and the facts, never the words."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from figures.breach import Cause, Facts
from figures.words import CAUSES
from sla.metrics import Metric
from sla.models import Clock
from staff.models import Department, User
from tickets.models import Channel


class Breach(models.Model):
    """The explanation of one missed clock; reckoned anew until the clock has ended.

    `department` owes the promise, or had the case when it was due; `agent` had it, or
    was the first to open it. `line_at` is the last line of the clock's record that was
    known: what comes later is reckoned again.
    """

    clock = models.OneToOneField(Clock, models.PROTECT, related_name="breach")
    due_at = models.DateTimeField(_("deadline"))
    metric = models.CharField(_("rule"), max_length=40, choices=Metric.choices)
    channel = models.ForeignKey(
        Channel, models.PROTECT, related_name="+", db_index=False
    )
    cause = models.CharField(
        _("cause"),
        max_length=20,
        choices=[(cause.value, CAUSES[cause]) for cause in Cause],
    )
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, related_name="+", db_index=False
    )
    agent = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", db_index=False
    )
    facts = models.JSONField(default=dict)
    ended = models.BooleanField(default=False)
    line_at = models.DateTimeField()
    reckoned_at = models.DateTimeField()

    class Meta:
        verbose_name = _("explained breach")
        verbose_name_plural = _("explained breaches")
        ordering = ("due_at", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(cause__in=[cause.value for cause in Cause]),
                name="breach_cause_known",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=("due_at", "cause"), name="breach_in_time"),
            models.Index(
                fields=("due_at",), name="breach_open", condition=Q(ended=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clock_id} {self.cause}"

    @property
    def known(self) -> Facts:
        """The facts as values."""
        return Facts.from_json(self.facts)
