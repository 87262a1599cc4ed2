"""What is frequent and is prevented: rules, actions, monthly reports (OB-10, CC-15)."""

from datetime import date, datetime
from typing import ClassVar, Self

from django.contrib.auth.models import AnonymousUser
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from objections.models.objection import Objection
from objections.models.taxonomy import Subtype
from objections.prevention_workflow import STANDING, TO_DO, ActionStatus, ActionStep
from staff.models import Department, Named, Role, User
from tickets.numbers import new_number

PREFIX = "PA"
AT_LEAST_ONE = [MinValueValidator(1)]


class RuleKind(models.TextChoices):
    """What a rule counts."""

    MODEL = "model", _("One subtype of one device model")
    SHARE = "share", _("A subtype's share of the month")
    SERIAL = "serial", _("Findings about one unit")


class FrequencyRule(Named):
    """When something counts as frequent, and who is to prevent it.

    A row of the kind `serial` suggests a unit for quarantine; the others open an
    action.
    """

    code = models.SlugField(_("code"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=RuleKind.choices)
    least = models.PositiveSmallIntegerField(
        _("least number"),
        validators=AT_LEAST_ONE,
        help_text=_(
            "Fewer objections never fire the rule. For a share it keeps a small month"
            " quiet: with 5, one of three objections (33 %) does not fire."
        ),
    )
    days = models.PositiveSmallIntegerField(
        _("within days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(366)],
        help_text=_("For one device model: how many days are looked back on."),
    )
    percent = models.PositiveSmallIntegerField(
        _("percent of the month"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_(
            "For a share: from how many percent of a calendar month's objections."
        ),
    )
    owner = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner"),
        help_text=_("Empty: the head of the department that leads in these cases."),
    )
    due_working_days = models.PositiveSmallIntegerField(
        _("due in working days"),
        default=10,
        validators=[MinValueValidator(1), MaxValueValidator(366)],
        help_text=_("By when the measure must be done."),
    )
    check_after_days = models.PositiveSmallIntegerField(
        _("effect checked after days"),
        default=60,
        validators=[MinValueValidator(1), MaxValueValidator(366)],
        help_text=_("The objections of as many days before and after are compared."),
    )
    active = models.BooleanField(_("in use"), default=True, db_default=True)

    class Meta:
        verbose_name = _("rule of frequency")
        verbose_name_plural = _("rules of frequency")
        ordering = ("pk",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind=RuleKind.MODEL, days__isnull=False, percent=None)
                | Q(kind=RuleKind.SHARE, days=None, percent__isnull=False)
                | Q(kind=RuleKind.SERIAL, days=None, percent=None),
                name="frequency_rule_says_what_its_kind_needs",
                violation_error_message=_(
                    "A device model needs days, a share needs percent, a unit neither."
                ),
            ),
            models.CheckConstraint(
                condition=Q(least__gte=1), name="frequency_rule_counts_something"
            ),
        ]


class PreventiveActionQuerySet(models.QuerySet["PreventiveAction"]):
    """Questions about preventive actions."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """All for who supervises; a department's own for its handlers and head."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        if user.supervises:
            return self.all()
        own = Q(owner=user) | Q(department__head=user)
        if user.role == Role.DEPARTMENT_HANDLER:
            own |= Q(department=user.department_id)
        return self.filter(own)

    def standing(self) -> Self:
        """To be done, or done and not judged yet."""
        return self.filter(status__in=STANDING)

    def to_do(self) -> Self:
        return self.filter(status__in=TO_DO)

    def overdue(self, *, at: datetime) -> Self:
        """Not done in time, or not judged in time: the twin of `is_overdue`."""
        checked = Q(status=ActionStatus.DONE, check_due_at__lte=at)
        return self.filter(Q(status__in=TO_DO, due_at__lt=at) | checked)

    def to_count(self, *, at: datetime) -> Self:
        """Done long enough ago, and nobody has counted before and after."""
        done = self.filter(status=ActionStatus.DONE, counted_at=None)
        return done.filter(check_due_at__lte=at)


class PreventiveAction(models.Model):
    """What is done so that something frequent becomes rare.

    `pattern` names what it is about; of one pattern one action stands at a time. An
    action that had no effect has a successor. `count_before` and `count_after` are the
    objections of the pattern in equal spans around `done_at`.
    """

    number = models.CharField(_("number"), max_length=20, unique=True)
    rule = models.ForeignKey(
        FrequencyRule,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("rule"),
        help_text=_("Empty: somebody opened it by hand."),
    )
    month = models.DateField(
        _("month of the report"),
        null=True,
        blank=True,
        help_text=_("The month whose report it comes from, as its first day."),
    )
    follows = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="successors",
        verbose_name=_("follows"),
    )
    pattern = models.CharField(max_length=140, editable=False)
    subtype = models.ForeignKey(
        Subtype, models.PROTECT, related_name="+", verbose_name=_("subtype")
    )
    device_model = models.CharField(_("device model"), max_length=80, blank=True)
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("department"),
    )
    owner = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="preventive_actions",
        verbose_name=_("owner"),
    )
    status = models.CharField(
        _("status"),
        max_length=14,
        choices=ActionStatus.choices,
        default=ActionStatus.OPEN,
    )
    reason = models.CharField(_("reason"), max_length=300)
    objections = models.ManyToManyField(
        Objection, related_name="preventive_actions", verbose_name=_("objections")
    )
    check_after_days = models.PositiveSmallIntegerField(
        _("effect checked after days"), default=60
    )
    opened_at = models.DateTimeField(_("opened"))
    opened_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    due_at = models.DateTimeField(_("due"))
    measure = models.TextField(_("measure"), blank=True)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    done_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    done_text = models.TextField(_("what was done"), blank=True)
    check_due_at = models.DateTimeField(_("effect check due"), null=True, blank=True)
    counted_at = models.DateTimeField(null=True, blank=True)
    count_before = models.PositiveIntegerField(_("before"), null=True, blank=True)
    count_after = models.PositiveIntegerField(_("after"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    ended_text = models.CharField(_("why it ended"), max_length=200, blank=True)
    client_token = models.UUIDField(null=True, blank=True, unique=True)

    objects = PreventiveActionQuerySet.as_manager()

    class Meta:
        verbose_name = _("preventive action")
        verbose_name_plural = _("preventive actions")
        ordering = ("-opened_at", "-pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("pattern",),
                condition=Q(status__in=sorted(STANDING)),
                name="preventive_action_one_standing_per_pattern",
            ),
            models.CheckConstraint(
                condition=Q(status__in=ActionStatus.values),
                name="preventive_action_status_known",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_text="", status__in=sorted(STANDING))
                | Q(ended_at__isnull=False) & ~Q(status__in=sorted(STANDING)),
                name="preventive_action_ended_with_its_status",
            ),
            models.CheckConstraint(
                condition=Q(done_at=None, done_text="", check_due_at=None)
                | Q(done_at__isnull=False, check_due_at__isnull=False)
                & ~Q(done_text=""),
                name="preventive_action_done_says_what",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=("due_at",),
                name="preventive_action_to_do",
                condition=Q(status__in=sorted(TO_DO)),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @staticmethod
    def fresh_number(*, day: date) -> str:
        """A number that nobody can guess from another."""
        return new_number(PREFIX, day=day)

    @property
    def title(self) -> str:
        """What it is about, in the reader's language."""
        return " · ".join(
            text for text in (self.subtype.name, self.device_model) if text
        )

    def is_overdue(self, *, at: datetime) -> bool:
        """Whether the measure should be done, or its effect judged, by now."""
        if self.status in TO_DO:
            return self.due_at < at
        return (
            self.status == ActionStatus.DONE
            and self.check_due_at is not None
            and self.check_due_at <= at
        )

    def is_of(self, user: User) -> bool:
        """Whether it is this person's to work on: the twin of `visible_to`."""
        if self.owner_id == user.pk:
            return True
        department = self.department
        if department is None:
            return False
        handles = user.role == Role.DEPARTMENT_HANDLER
        return department.head_id == user.pk or (
            handles and user.department_id == department.pk
        )


class ActionRecord(models.Model):
    """One line of an action's history."""

    action = models.ForeignKey(PreventiveAction, models.PROTECT, related_name="records")
    step = models.CharField(max_length=10)
    text = models.TextField(blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("record of a preventive action")
        verbose_name_plural = _("records of preventive actions")
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return f"{self.action_id} {self.step}"

    @property
    def words(self) -> str:
        """What happened, in the reader's words."""
        said = {
            "open": _("Opened"),
            "count": _("Counted before and after"),
            ActionStep.ASSIGN: _("Assigned"),
            ActionStep.DESCRIBE: _("Measure described"),
            ActionStep.FINISH: _("Done"),
            ActionStep.JUDGE: _("Effect judged"),
            ActionStep.CANCEL: _("Cancelled"),
        }
        return str(said.get(self.step, self.step))


class MonthlyReport(models.Model):
    """The figures of a month as they were when it was over (OB-10, CC-15)."""

    month = models.DateField(
        _("month"), unique=True, help_text=_("Its first day, in Shanghai.")
    )
    made_at = models.DateTimeField(_("made"))
    content = models.JSONField(_("figures"))

    class Meta:
        verbose_name = _("monthly report on objections")
        verbose_name_plural = _("monthly reports on objections")
        ordering = ("-month",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(month__day=1), name="monthly_report_on_the_first"
            )
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"
