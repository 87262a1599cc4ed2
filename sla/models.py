"""Policies with versions, the clocks they start, and the record of every clock."""

from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from staff.models import Named, User
from tickets.models import Ticket


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


class ClockStatus(models.TextChoices):
    """Whether a clock still counts."""

    RUNNING = "running", _("Running")
    PAUSED = "paused", _("Paused")
    STOPPED = "stopped", _("Stopped")
    CANCELLED = "cancelled", _("Cancelled")


class Outcome(models.TextChoices):
    """How a promise ended."""

    MET = "met", _("Kept")
    MISSED = "missed", _("Missed")
    CANCELLED = "cancelled", _("Cancelled")


class ClockQuerySet(models.QuerySet["Clock"]):
    """Questions about clocks; "late" is an answer, never a stored state."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        if isinstance(user, User) and user.is_active and user.sees_every_ticket:
            return self.all()  # spares a join with every ticket there ever was
        return self.filter(ticket__in=Ticket.objects.visible_to(user))

    def due_between(self, start: datetime, end: datetime) -> Self:
        """Those promised for a time from `start` on and before `end`."""
        return self.filter(due_at__gte=start, due_at__lt=end)

    def running(self) -> Self:
        return self.filter(status=ClockStatus.RUNNING)

    def late(self, *, at: datetime) -> Self:
        """Running past the deadline, whether or not a job has noticed."""
        return self.running().filter(due_at__lt=at)


class Clock(models.Model):
    """One promise on one ticket, with a copy of what was promised.

    `schedule` holds the instants at which something happens by itself: the warning,
    the deadline, then each later rung of the ladder; `next_step` counts those that
    are over and `wake_at` is the next. A clock without a warning begins at step 1.
    `recorded_at` and `chain_head` belong to the last line of its record.
    """

    WARNING_STEP: ClassVar = 0
    BREACH_STEP: ClassVar = 1

    # A clock is updated at every step, so each index counts. The unique constraint
    # finds a ticket's clocks; nobody looks for those of a target or of a colleague.
    ticket = models.ForeignKey(
        Ticket, models.PROTECT, related_name="clocks", db_index=False
    )
    metric = models.CharField(_("rule"), max_length=40, choices=Metric.choices)
    cycle = models.PositiveSmallIntegerField()
    target = models.ForeignKey(
        Target, models.PROTECT, related_name="clocks", db_index=False
    )
    status = models.CharField(
        max_length=10, choices=ClockStatus.choices, default=ClockStatus.RUNNING
    )
    started_at = models.DateTimeField(_("started"))
    due_at = models.DateTimeField(_("deadline"))
    schedule = ArrayField(models.DateTimeField())
    next_step = models.PositiveSmallIntegerField()
    wake_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(_("missed at"), null=True)
    detected_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(_("stopped"), null=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        related_name="acknowledged_clocks",
        db_index=False,
    )
    recorded_at = models.DateTimeField()
    chain_head = models.CharField(max_length=64, blank=True)

    objects = ClockQuerySet.as_manager()

    class Meta:
        verbose_name = _("clock")
        verbose_name_plural = _("clocks")
        ordering = ("due_at", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("ticket", "metric", "cycle"), name="clock_one_per_cycle"
            ),
            models.CheckConstraint(
                condition=Q(status__in=ClockStatus.values), name="clock_status_known"
            ),
            models.CheckConstraint(
                condition=Q(status=ClockStatus.RUNNING, stopped_at=None, outcome="")
                | Q(status=ClockStatus.PAUSED, stopped_at=None, wake_at=None)
                | Q(
                    status__in=[ClockStatus.STOPPED, ClockStatus.CANCELLED],
                    stopped_at__isnull=False,
                    wake_at=None,
                )
                & ~Q(outcome=""),
                name="clock_over_or_waiting",
            ),
            models.CheckConstraint(
                condition=~Q(outcome=Outcome.MET)
                | Q(breached_at=None, stopped_at__lte=models.F("due_at")),
                name="clock_late_is_never_met",
            ),
            models.CheckConstraint(
                condition=Q(breached_at=None) | Q(breached_at=models.F("due_at")),
                name="clock_breach_is_dated_at_deadline",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=("wake_at",),
                name="clock_wakes",
                condition=Q(status=ClockStatus.RUNNING, wake_at__isnull=False),
            ),
            models.Index(
                fields=("due_at",),
                name="clock_runs",
                condition=Q(status=ClockStatus.RUNNING),
            ),
            models.Index(
                fields=("due_at",),
                name="clock_over",
                condition=~Q(status=ClockStatus.RUNNING),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.ticket_id}"

    @property
    def warns_at(self) -> datetime | None:
        """When the clock turns amber; None for a promise without a warning."""
        return self.schedule[0] if self.schedule[0] < self.due_at else None

    def is_late(self, *, at: datetime) -> bool:
        """What a page says, whether or not a job has noticed yet."""
        return self.breached_at is not None or (
            self.status == ClockStatus.RUNNING and self.due_at < at
        )


class ClockEventKind(models.TextChoices):
    """What can happen to a clock."""

    ACTIVATE = "activate", _("Clock started")
    WARNING = "warning", _("Deadline near")
    BREACH = "breach", _("Deadline missed")
    ESCALATE = "escalate", _("Escalated")
    FULFIL = "fulfil", _("Clock stopped")
    CANCEL = "cancel", _("Clock cancelled")


ALERTING_KINDS = (
    ClockEventKind.WARNING,
    ClockEventKind.BREACH,
    ClockEventKind.ESCALATE,
)


class ClockEvent(models.Model):
    """One line of a clock's record. Append-only, except that it is marked once told.

    `at` is the instant that counts (a breach is dated at the deadline), `recorded_at`
    when the line was written. UNIQUE(clock, kind, step) makes every line possible
    once only, whoever writes it first.
    """

    # The unique constraint finds a clock's lines. That there is such a clock is checked
    # by a trigger: one check per statement costs a burst far less than one per row.
    clock = models.ForeignKey(
        Clock,
        models.PROTECT,
        related_name="events",
        db_index=False,
        db_constraint=False,
    )
    kind = models.CharField(max_length=10, choices=ClockEventKind.choices)
    step = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    actor = models.ForeignKey(User, models.PROTECT, null=True, db_index=False)
    hash = models.CharField(max_length=64)
    announced_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("clock event")
        verbose_name_plural = _("clock events")
        ordering = ("pk",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("clock", "kind", "step"), name="clock_event_once"
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=("id",),
                name="clock_event_to_announce",
                condition=Q(announced_at=None, kind__in=ALERTING_KINDS),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clock_id} {self.kind} {self.step}"


class NotificationQuerySet(models.QuerySet["Notification"]):
    """Questions about notices."""

    def outstanding(self, user: User) -> Self:
        """A person's unacknowledged notices; a warning speaks only while it is true."""
        notices = self.filter(recipient=user, acknowledged_at=None).exclude(
            ~Q(event__clock__status=ClockStatus.RUNNING),
            event__kind=ClockEventKind.WARNING,
        )
        if not user.sees_every_ticket:
            visible = Ticket.objects.visible_to(user)
            notices = notices.filter(event__clock__ticket__in=visible)
        return notices.select_related(
            "event__clock__target", "event__clock__ticket__customer"
        )


class Notification(models.Model):
    """A notice to one colleague inside the product; it stays until acknowledged."""

    recipient = models.ForeignKey(
        User, models.PROTECT, related_name="sla_notifications"
    )
    event = models.ForeignKey(ClockEvent, models.PROTECT, related_name="notifications")
    created_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ("-created_at", "-pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("event", "recipient"), name="notification_once"
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=("recipient", "-created_at"),
                name="notification_open",
                condition=Q(acknowledged_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.recipient_id} {self.event_id}"


class Heartbeat(models.Model):
    """The detector's pulse: one row, written once per window."""

    last_tick_at = models.DateTimeField()
    watermark = models.DateTimeField(
        help_text=_("Everything due before this has been seen.")
    )
    lag_ms = models.FloatField(
        default=0,
        help_text=_("Worst lag from deadline to detection in the last window."),
    )
    stale_found = models.PositiveIntegerField(
        default=0,
        help_text=_("Clocks that a sweep found more than 5 s late, in total."),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(pk=1), name="heartbeat_single_row")
        ]

    def __str__(self) -> str:
        return f"{self.last_tick_at:%H:%M:%S}"
