"""What is promised: policies, their versions, targets and ladders."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from staff.models import Named, User


class Metric(models.TextChoices):
    """What a promise is about; the value is the code of its rule."""

    FIRST_REPLY = "IN_FIRST_REPLY", _("First reply")


class Policy(Named):
    """A set of promises that a company gives."""

    code = models.SlugField(_("code"), max_length=40, unique=True)

    class Meta:
        verbose_name = _("policy")
        verbose_name_plural = _("policies")


class PolicyVersion(models.Model):
    """What a policy says from one moment on; never changed once published."""

    policy = models.ForeignKey(Policy, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    published_at = models.DateTimeField(_("published"))
    effective_from = models.DateTimeField(_("effective from"))
    author = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, verbose_name=_("author")
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    pack_digest = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("policy version")
        verbose_name_plural = _("policy versions")
        ordering = ("-number",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("policy", "number"), name="policy_version_number_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.policy.code} v{self.number}"


class Origin(models.TextChoices):
    """Where a number comes from."""

    SEED = "SEED", _("Written in the policy")
    INFERRED = "INFERRED", _("Our default where the policy is silent")
    LAW = "LAW", _("Law")
    PLATFORM = "PLATFORM", _("Platform rule")


class Compare(models.TextChoices):
    """Whether the deadline instant itself still counts as kept."""

    WITHIN = "le", _("up to and including the deadline")
    BEFORE = "lt", _("strictly before the deadline")


class TargetQuerySet(models.QuerySet["Target"]):
    """Questions about promises."""

    def in_force(self, metric: str, *, at: datetime) -> "Target | None":
        """The promise that starts a clock of this metric at this moment."""
        return (
            self.filter(metric=metric, enabled=True, version__effective_from__lte=at)
            .order_by("-version__effective_from", "-version__number")
            .first()
        )


class Target(Named):
    """One promise of a policy version."""

    version = models.ForeignKey(PolicyVersion, models.PROTECT, related_name="targets")
    metric = models.CharField(_("rule"), max_length=40, choices=Metric.choices)
    clauses = ArrayField(models.CharField(max_length=20), verbose_name=_("clauses"))
    origin = models.CharField(_("source"), max_length=10, choices=Origin.choices)
    budget = models.DurationField(_("limit"))
    compare = models.CharField(
        _("comparison"), max_length=2, choices=Compare.choices, default=Compare.WITHIN
    )
    warn_at_fraction = models.DecimalField(
        _("warn at"), max_digits=3, decimal_places=2, null=True, blank=True
    )
    auto_counts = models.BooleanField(
        _("automatic reply counts"),
        default=False,
        help_text=_("Whether an automatic greeting stops the clock (D-03)."),
    )
    enabled = models.BooleanField(_("enabled"), default=True)

    objects = TargetQuerySet.as_manager()

    class Meta:
        verbose_name = _("promise")
        verbose_name_plural = _("promises")
        ordering = ("metric",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("version", "metric"), name="target_one_per_metric"
            ),
            models.CheckConstraint(
                condition=Q(budget__gt=timedelta(0)), name="target_budget_positive"
            ),
            models.CheckConstraint(
                condition=Q(warn_at_fraction=None)
                | Q(warn_at_fraction__gt=0, warn_at_fraction__lt=1),
                name="target_warns_before_due",
            ),
        ]


class Audience(models.TextChoices):
    """Who hears of a missed promise, resolved to people at the moment of telling."""

    ASSIGNEE_AND_SUPERVISOR = "assignee_and_supervisor", _("Assignee and supervisor")
    MANAGER = "manager", _("Manager")
    MANAGER_AND_DEPARTMENT_HEAD = (
        "manager_and_department_head",
        _("Manager and department head"),
    )


class EscalationStep(models.Model):
    """One rung of a policy version's ladder; the first stands at the breach itself."""

    version = models.ForeignKey(PolicyVersion, models.PROTECT, related_name="ladder")
    position = models.PositiveSmallIntegerField(_("position"))
    after = models.DurationField(_("after the deadline"))
    audience = models.CharField(_("audience"), max_length=40, choices=Audience.choices)

    class Meta:
        verbose_name = _("escalation step")
        verbose_name_plural = _("escalation steps")
        ordering = ("position",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("version", "position"), name="escalation_step_once"
            ),
            models.CheckConstraint(
                condition=Q(position=0, after=timedelta(0))
                | Q(position__gt=0, after__gt=timedelta(0)),
                name="escalation_first_step_at_breach",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} +{self.after} {self.audience}"
