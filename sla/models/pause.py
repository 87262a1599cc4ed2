"""When a clock did not count, and why."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sla.models.clock import Clock
from sla.models.policy import PauseRule
from staff.models import User


class Pause(models.Model):
    """One stretch of time during which a clock did not count, and why."""

    clock = models.ForeignKey(Clock, models.PROTECT, related_name="pauses")
    number = models.PositiveSmallIntegerField()
    rule = models.ForeignKey(
        PauseRule, models.PROTECT, related_name="pauses", verbose_name=_("reason")
    )
    paused_at = models.DateTimeField(_("paused"))
    paused_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    resumes_at = models.DateTimeField(
        _("resumes by itself"),
        null=True,
        help_text=_("When the longest time allowed for this reason is over."),
    )
    resumed_at = models.DateTimeField(_("resumed"), null=True)
    resumed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("pause")
        verbose_name_plural = _("pauses")
        ordering = ("number",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("clock", "number"), name="pause_once"),
            models.UniqueConstraint(
                fields=("clock",),
                condition=Q(resumed_at=None),
                name="pause_one_open_per_clock",
            ),
            models.CheckConstraint(
                condition=Q(resumed_at=None) | Q(resumed_at__gte=models.F("paused_at")),
                name="pause_ends_after_it_began",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=("resumes_at",),
                name="pause_ends_by_itself",
                condition=Q(resumed_at=None, resumes_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clock_id} {self.number}"
