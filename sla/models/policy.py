"""What is promised: policies, their versions, targets, pause rules and ladders."""

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sla.metrics import Metric
from sla.models.calendar import Calendar
from sla.models.version import Version
from staff.models import Named, User


class Policy(Named):
    """A set of promises that a company gives."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    laws = ArrayField(
        models.CharField(max_length=80),
        default=list,
        blank=True,
        verbose_name=_("laws that it rests on"),
    )

    class Meta:
        verbose_name = _("policy")
        verbose_name_plural = _("policies")


class PolicyVersion(Version):
    """What a policy says from one moment on."""

    policy = models.ForeignKey(Policy, models.PROTECT, related_name="versions")
    pack_digest = models.CharField(max_length=64, blank=True)

    class Meta(Version.Meta):
        abstract = False
        verbose_name = _("policy version")
        verbose_name_plural = _("policy versions")
        constraints: ClassVar = [
            *Version.Meta.constraints,
            models.UniqueConstraint(
                fields=("policy", "number"), name="policy_version_number_once"
            ),
            models.UniqueConstraint(
                fields=("policy",),
                condition=Q(published_at=None),
                name="policy_version_one_draft",
            ),
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


class Unit(models.TextChoices):
    """How a length of time is counted."""

    WALL = "wall", _("by the clock")
    BUSINESS = "business", _("in opening hours")
    WORKING_DAYS = "working_days", _("in working days")
    CALENDAR_DAYS = "calendar_days", _("in calendar days")


DAYS = (Unit.WORKING_DAYS, Unit.CALENDAR_DAYS)


def length_fits_unit(amount: str, *, name: str) -> models.CheckConstraint:
    """Days are counted in `days`, everything else in the field `amount`.

    Whatever is not counted by the clock names its calendar.
    """
    return models.CheckConstraint(
        condition=Q(
            ("unit", Unit.WALL),
            (f"{amount}__isnull", False),
            ("days", None),
            ("calendar", None),
        )
        | Q(
            ("unit", Unit.BUSINESS),
            (f"{amount}__isnull", False),
            ("days", None),
            ("calendar__isnull", False),
        )
        | Q(
            ("unit__in", DAYS),
            (amount, None),
            ("days__gt", 0),
            ("calendar__isnull", False),
        ),
        name=name,
    )


class Counted(models.Model):
    """A length of time: so much of it, or days, and the calendar that counts it."""

    unit = models.CharField(
        _("unit"), max_length=20, choices=Unit.choices, default=Unit.WALL
    )
    days = models.PositiveSmallIntegerField(_("days"), null=True, blank=True)
    calendar = models.ForeignKey(
        Calendar,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("calendar"),
    )

    class Meta:
        abstract = True


class Target(Named, Counted):  # noqa: DJ008 - a named row has it
    """One promise of a policy version: a rule with its code, clauses and limit.

    `conditions` name the facts under which it holds, each with the values it accepts:
    {"channel": ["phone", "web_chat"]}. Of several that match, the one with the most
    conditions holds.
    """

    version = models.ForeignKey(PolicyVersion, models.CASCADE, related_name="targets")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    code = models.CharField(_("rule"), max_length=40)
    metric = models.CharField(_("metric"), max_length=40, choices=Metric.choices)
    clauses = ArrayField(
        models.CharField(max_length=60), blank=True, verbose_name=_("clauses")
    )
    origin = models.CharField(_("source"), max_length=10, choices=Origin.choices)
    note = models.CharField(_("note"), max_length=200, blank=True)
    conditions = models.JSONField(_("conditions"), default=dict, blank=True)
    budget = models.DurationField(_("limit"), null=True, blank=True)
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
    continues_on_reopen = models.BooleanField(
        _("continues when reopened"),
        default=False,
        help_text=_("Whether a reopened case keeps this clock or gets a new one."),
    )
    enabled = models.BooleanField(_("enabled"), default=True)

    class Meta:
        verbose_name = _("promise")
        verbose_name_plural = _("promises")
        ordering = ("position", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("version", "code"), name="target_code_once"
            ),
            models.CheckConstraint(
                condition=Q(metric__in=Metric.values), name="target_metric_known"
            ),
            length_fits_unit("budget", name="target_limit_fits_unit"),
            models.CheckConstraint(
                condition=Q(budget=None) | Q(budget__gt=timedelta(0)),
                name="target_budget_positive",
            ),
            models.CheckConstraint(
                condition=Q(warn_at_fraction=None)
                | Q(warn_at_fraction__gt=0, warn_at_fraction__lt=1),
                name="target_warns_before_due",
            ),
        ]

    def holds_for(self, facts: Mapping[str, str]) -> bool:
        """Whether every condition accepts what is known of the case."""
        return all(
            facts.get(name) in accepted for name, accepted in self.conditions.items()
        )


class PauseRule(Named, Counted):  # noqa: DJ008 - a named row has it
    """A reason for which some clocks may pause, and for how long in total."""

    version = models.ForeignKey(
        PolicyVersion, models.CASCADE, related_name="pause_rules"
    )
    code = models.SlugField(_("code"), max_length=40)
    metrics = ArrayField(
        models.CharField(max_length=40, choices=Metric.choices),
        verbose_name=_("metrics"),
    )
    clauses = ArrayField(
        models.CharField(max_length=60), blank=True, verbose_name=_("clauses")
    )
    origin = models.CharField(_("source"), max_length=10, choices=Origin.choices)
    limit = models.DurationField(_("at most"), null=True, blank=True)

    class Meta:
        verbose_name = _("pause rule")
        verbose_name_plural = _("pause rules")
        ordering = ("code",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("version", "code"), name="pause_rule_code_once"
            ),
            length_fits_unit("limit", name="pause_rule_fits_unit"),
            models.CheckConstraint(
                condition=Q(limit=None) | Q(limit__gt=timedelta(0)),
                name="pause_rule_limit_positive",
            ),
        ]


class Rollout(models.Model):
    """The act of applying a newly published version to clocks that run already."""

    policy_version = models.ForeignKey(
        PolicyVersion, models.PROTECT, null=True, related_name="rollouts"
    )
    asked_at = models.DateTimeField(_("asked"))
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    finished_at = models.DateTimeField(_("finished"), null=True)
    reached = models.BigIntegerField(
        default=0, help_text=_("The last clock that was looked at.")
    )
    examined = models.PositiveIntegerField(_("examined"), default=0)
    gained = models.PositiveIntegerField(_("got more time"), default=0)
    lost = models.PositiveIntegerField(_("got less time"), default=0)
    late_at_once = models.PositiveIntegerField(_("late at once"), default=0)
    failed = models.PositiveIntegerField(
        _("could not be reckoned"),
        default=0,
        help_text=_("Clocks that kept what they had because something is wrong."),
    )

    class Meta:
        verbose_name = _("rollout")
        verbose_name_plural = _("rollouts")
        ordering = ("-asked_at",)

    def __str__(self) -> str:
        return f"{self.policy_version} {self.asked_at:%Y-%m-%d %H:%M}"
