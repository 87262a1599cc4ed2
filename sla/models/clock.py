"""How one promise stands: the clock, and the record of all that happened to it."""

from datetime import datetime
from typing import ClassVar, Self

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sla.metrics import Metric
from sla.models.policy import Target
from staff.models import User
from tickets.models import Ticket


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


UNFINISHED = (ClockStatus.RUNNING, ClockStatus.PAUSED)
KEPT = Q(outcome=Outcome.MET)
# A deadline that passed unkept stays missed, whatever becomes of the clock, unless a
# trusted source proved that it was kept. What was called off before it was not due.
MISSED = Q(outcome=Outcome.MISSED) | Q(breached_at__isnull=False, revoked_at=None)


class ClockQuerySet(models.QuerySet["Clock"]):
    """Questions about clocks; "late" is an answer, never a stored state."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        if isinstance(user, User) and user.is_active and user.sees_every_ticket:
            return self.all()  # spares a join with every ticket there ever was
        return self.filter(ticket__in=Ticket.objects.visible_to(user))

    def due_between(self, start: datetime, end: datetime) -> Self:
        """Those promised for a time from `start` on and before `end`."""
        return self.filter(due_at__gte=start, due_at__lt=end)

    def fell_due(self, start: datetime, end: datetime, *, at: datetime) -> Self:
        """Those whose deadline in a span is over by `at`, kept or missed.

        Every share of promises is one of these; one that was kept early counts when its
        deadline is over, one that runs past it is missed though no job has noticed.
        """
        runs = Q(status=ClockStatus.RUNNING)  # each half has an index of its own
        found = self.due_between(start, min(end, at))
        return found.filter(runs | ~runs & (KEPT | MISSED))

    def running(self) -> Self:
        return self.filter(status=ClockStatus.RUNNING)

    def unfinished(self) -> Self:
        """Running or paused: whatever still ends some day."""
        return self.filter(status__in=UNFINISHED)

    def over(self) -> Self:
        """Those that do not run: ended, or paused."""
        return self.exclude(status=ClockStatus.RUNNING)

    def overdue(self, *, at: datetime) -> Self:
        """Running past the deadline, whether or not a job has noticed."""
        return self.running().filter(due_at__lt=at)

    def set_aside(self) -> Self:
        """Those that the detector could not move and that a person must look at."""
        return self.filter(set_aside_at__isnull=False)


class Clock(models.Model):
    """One promise on one ticket, with a copy of what was promised.

    `schedule` holds the instants at which something happens by itself: the warnings,
    the deadline (at index `breach_step`), then each later rung of the ladder;
    `next_step` counts those that are over and `wake_at` is the next one's instant, or
    None while nothing is to come. `promised_at` is the moment whose calendars gave the
    schedule: the start, or the last recomputing. A paused clock keeps the schedule of
    the moment at which it paused. `recorded_at` and `chain_head` belong to the last
    line of its record.
    """

    # A clock is updated at every step, so each index counts. The unique constraint
    # finds a ticket's clocks; nobody looks for those of a target or of a colleague.
    ticket = models.ForeignKey(
        Ticket, models.PROTECT, related_name="clocks", db_index=False
    )
    metric = models.CharField(_("rule"), max_length=40, choices=Metric.choices)
    cycle = models.PositiveSmallIntegerField()
    subject = models.CharField(
        max_length=40,
        blank=True,
        default="",
        db_default="",
        help_text=_("Which of several: a department, a request, an action."),
    )
    facts = models.JSONField(default=dict, db_default={})
    target = models.ForeignKey(
        Target, models.PROTECT, related_name="clocks", db_index=False
    )
    continues = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        help_text=_("The clock of an earlier cycle whose remaining time this one has."),
    )
    status = models.CharField(
        max_length=10, choices=ClockStatus.choices, default=ClockStatus.RUNNING
    )
    started_at = models.DateTimeField(_("started"))
    due_at = models.DateTimeField(_("deadline"))
    promised_at = models.DateTimeField()
    flagged = models.BooleanField(
        default=False,
        db_default=False,
        help_text=_("Reckoned with a year whose holidays were not loaded."),
    )
    schedule = ArrayField(models.DateTimeField())
    breach_step = models.PositiveSmallIntegerField(default=1, db_default=1)
    next_step = models.PositiveSmallIntegerField()
    wake_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(_("missed at"), null=True)
    detected_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(
        _("breach revoked"),
        null=True,
        help_text=_("When a trusted source proved that the promise was kept."),
    )
    set_aside_at = models.DateTimeField(null=True)
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
                fields=("ticket", "metric", "cycle", "subject"),
                name="clock_one_per_cycle",
            ),
            models.CheckConstraint(
                condition=Q(status__in=ClockStatus.values), name="clock_status_known"
            ),
            models.CheckConstraint(
                condition=Q(status=ClockStatus.RUNNING, stopped_at=None, outcome="")
                | Q(
                    status=ClockStatus.PAUSED,
                    stopped_at=None,
                    outcome="",
                    wake_at=None,
                )
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
                | Q(stopped_at__lte=models.F("due_at"))
                & (Q(breached_at=None) | Q(revoked_at__isnull=False)),
                name="clock_late_is_never_met",
            ),
            models.CheckConstraint(
                condition=Q(breached_at=None) | Q(breached_at=models.F("due_at")),
                name="clock_breach_is_dated_at_deadline",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=("due_at", "id"), name="clock_by_deadline"),
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
            # Clocks lie in the table nearly in the order in which they started; a few
            # words for each stretch of it cost an update nothing.
            BrinIndex(fields=("started_at",), name="clock_began", autosummarize=True),
            models.Index(
                fields=("set_aside_at",),
                name="clock_set_aside",
                condition=Q(set_aside_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.ticket_id}"

    @property
    def warns_at(self) -> datetime | None:
        """When the clock turns amber; None for a promise without a warning."""
        return self.schedule[0] if self.breach_step > 0 else None

    @property
    def is_unfinished(self) -> bool:
        return self.status in UNFINISHED

    def is_late(self, *, at: datetime) -> bool:
        """What a page says, whether or not a job has noticed yet."""
        if self.breached_at is not None:
            return self.revoked_at is None
        return self.status == ClockStatus.RUNNING and self.due_at < at


class ClockEventKind(models.TextChoices):
    """What can happen to a clock."""

    ACTIVATE = "activate", _("Clock started")
    WARNING = "warning", _("Deadline near")
    BREACH = "breach", _("Deadline missed")
    ESCALATE = "escalate", _("Escalated")
    PAUSE = "pause", _("Clock paused")
    RESUME = "resume", _("Clock resumed")
    RECOMPUTE = "recompute", _("Deadline recomputed")
    FULFIL = "fulfil", _("Clock stopped")
    REVOKE = "revoke", _("Breach revoked")
    CANCEL = "cancel", _("Clock cancelled")


ALERTING_KINDS = (
    ClockEventKind.WARNING,
    ClockEventKind.BREACH,
    ClockEventKind.ESCALATE,
)


class ClockEventQuerySet(models.QuerySet["ClockEvent"]):
    """Questions about lines of records."""

    def untold(self) -> Self:
        """Those of which people are to be told and have not been."""
        return self.filter(announced_at=None, kind__in=ALERTING_KINDS)


class ClockEvent(models.Model):
    """One line of a clock's record. Append-only, except that it is marked once told.

    `at` is the instant that counts (a breach is dated at the deadline), `recorded_at`
    when the line was written. UNIQUE(clock, kind, step) makes every line possible
    once only, whoever writes it first. `detail` is canonical JSON: what was promised,
    why it paused, what proves a correction; the hash covers it.
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
    detail = models.TextField(blank=True, default="", db_default="")
    hash = models.CharField(max_length=64)
    announced_at = models.DateTimeField(null=True)

    objects = ClockEventQuerySet.as_manager()

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
