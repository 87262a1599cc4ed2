"""A rule of a draft that runs beside the live one and only records."""

from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sla.metrics import Metric
from sla.models.clock import Clock, Outcome
from sla.models.policy import Compare, Counted, Policy, PolicyVersion, length_fits_unit
from staff.models import Named, User


class ShadowEnd(models.TextChoices):
    """Why a rule no longer runs in the shadow."""

    SWITCHED_OFF = "switched_off", _("Switched off")
    PUBLISHED = "published", _("The draft was published")
    DISCARDED = "discarded", _("The draft was discarded")


class ShadowRunQuerySet(models.QuerySet["ShadowRun"]):
    """Questions about runs, and the one way in which they end."""

    def on(self) -> Self:
        """Those that watch every new clock."""
        return self.filter(ended_at=None)

    def unfinished(self) -> Self:
        """Those that still have something to record."""
        return self.filter(finished_at=None)

    def end(self, *, at: datetime, by: User, why: ShadowEnd) -> int:
        """Let those that are on watch no clock that starts from now on; how many."""
        return self.on().update(ended_at=at, ended_by=by, end=why)


class ShadowRun(Named, Counted):
    """From when to when a draft's rule watches the clocks of the rule in force.

    What it would promise is a copy: a draft may change or go. It is finished once every
    clock that started meanwhile is recorded.
    """

    policy = models.ForeignKey(Policy, models.PROTECT, related_name="+")
    version = models.ForeignKey(
        PolicyVersion, models.SET_NULL, null=True, related_name="shadows"
    )
    version_number = models.PositiveIntegerField(_("version"))
    code = models.SlugField(_("code"), max_length=40)
    metric = models.CharField(_("metric"), max_length=40, choices=Metric.choices)
    budget = models.DurationField(_("limit"), null=True, blank=True)
    compare = models.CharField(_("comparison"), max_length=2, choices=Compare.choices)
    began_at = models.DateTimeField(_("switched on"))
    began_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(_("ended"), null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    end = models.CharField(max_length=20, choices=ShadowEnd.choices, blank=True)
    finished_at = models.DateTimeField(null=True)
    undecided_since = models.DateTimeField(
        null=True,
        help_text=_("Every clock that started before is recorded; empty: not known."),
    )
    problem = models.CharField(
        max_length=300,
        blank=True,
        default="",
        db_default="",
        help_text=_("Why its clocks could not be reckoned the last time."),
    )

    objects = ShadowRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("shadow run")
        verbose_name_plural = _("shadow runs")
        ordering = ("-began_at",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("version", "code"),
                condition=Q(ended_at=None),
                name="shadow_run_one_per_rule",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None, end="", finished_at=None)
                | Q(ended_at__gte=F("began_at"), ended_by__isnull=False) & ~Q(end=""),
                name="shadow_run_ends_for_a_reason",
            ),
            length_fits_unit("budget", name="shadow_run_limit_fits_unit"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=("began_at",),
                name="shadow_run_records",
                condition=Q(finished_at=None),
            ),
        ]


class ShadowRecord(models.Model):
    """What a run saw of one clock when that was decided. Append-only.

    `due_at` and `outcome` are those of the live promise as they were then; later words
    about the clock change nothing here.
    """

    run = models.ForeignKey(ShadowRun, models.PROTECT, related_name="records")
    clock = models.ForeignKey(Clock, models.PROTECT, related_name="+", db_index=False)
    started_at = models.DateTimeField(_("started"))
    due_at = models.DateTimeField(_("deadline"))
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    would_be_due_at = models.DateTimeField()
    would_be = models.CharField(max_length=10, choices=Outcome.choices)
    flagged = models.BooleanField()
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("shadow record")
        verbose_name_plural = _("shadow records")
        ordering = ("pk",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("run", "clock"), name="shadow_record_once_per_clock"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clock_id} {self.outcome} {self.would_be}"
