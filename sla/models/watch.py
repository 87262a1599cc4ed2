"""Who is told, and whether the detector lives: notices and the heartbeat."""

from datetime import datetime
from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sla.models.clock import ClockEvent, ClockEventKind, ClockStatus
from staff.models import User
from tickets.models import Ticket


class Medium(models.TextChoices):
    """By which way a notice reaches a colleague."""

    IN_APP = "in_app", _("In the product")
    MAIL = "mail", _("Mail")


class NotificationQuerySet(models.QuerySet["Notification"]):
    """Questions about notices."""

    def outstanding(self, user: User) -> Self:
        """A person's unacknowledged notices that still say something true."""
        return self.unacknowledged(user).speaking_to(user)

    def mail_to_send(self) -> Self:
        """What waits to go out by mail, and was not given up."""
        return self.filter(medium=Medium.MAIL, sent_at=None, failed_at=None)

    def unacknowledged(self, user: User) -> Self:
        """All in the product that a person has not acknowledged, moot or not."""
        return self.filter(
            recipient=user.pk, medium=Medium.IN_APP, acknowledged_at=None
        )

    def acknowledged(self, user: User) -> Self:
        """All in the product that a person has acknowledged, or that became moot."""
        return self.filter(
            recipient=user, medium=Medium.IN_APP, acknowledged_at__isnull=False
        )

    def told_to(self, user: User) -> Self:
        """All in the product that a person was ever told, open or not."""
        return self.filter(recipient=user, medium=Medium.IN_APP)

    def speaking_to(self, user: User) -> Self:
        """Those of tickets that a person may see; a warning only while it is true."""
        return self.exclude(
            ~Q(event__clock__status=ClockStatus.RUNNING),
            event__kind=ClockEventKind.WARNING,
        ).about_visible(user)

    def about_visible(self, user: User) -> Self:
        """Those of tickets that a person may see, with what a list says of each."""
        notices = self.all()
        if not user.sees_every_ticket:
            visible = Ticket.objects.visible_to(user)
            notices = notices.filter(event__clock__ticket__in=visible)
        return notices.select_related(
            "event__clock__target", "event__clock__ticket__customer"
        )

    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-pk")

    def before(self, created_at: datetime, pk: int) -> Self:
        """What follows a notice in a list that begins with the newest."""
        return self.filter(created_at__lte=created_at).exclude(
            created_at=created_at, pk__gte=pk
        )


class Notification(models.Model):
    """A notice to one colleague.

    Inside the product it stays until acknowledged. One that goes by mail is its own
    outbox row: claimed for a while (`leased_until`), tried again later (`retry_at`)
    when sending fails, and given up at last (`failed_at`).
    """

    # The index by which one reads one's own finds whoever was told something, too.
    recipient = models.ForeignKey(
        User, models.PROTECT, related_name="sla_notifications", db_index=False
    )
    event = models.ForeignKey(ClockEvent, models.PROTECT, related_name="notifications")
    medium = models.CharField(
        max_length=10, choices=Medium.choices, default=Medium.IN_APP
    )
    created_at = models.DateTimeField()
    more = models.PositiveIntegerField(
        default=0, help_text=_("How many further events this notice stands for.")
    )
    acknowledged_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    retry_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ("-created_at", "-pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("event", "recipient", "medium"), name="notification_once"
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=("recipient", "-created_at", "-id"), name="notification_newest"
            ),
            models.Index(
                fields=("recipient", "-created_at"),
                name="notification_open",
                condition=Q(medium=Medium.IN_APP, acknowledged_at=None),
            ),
            models.Index(
                fields=("recipient", "id"),
                name="notification_to_send",
                condition=Q(medium=Medium.MAIL, sent_at=None, failed_at=None),
            ),
            models.Index(
                fields=("recipient", "-sent_at"),
                name="notification_sent",
                condition=Q(medium=Medium.MAIL, sent_at__isnull=False),
            ),
            models.Index(
                fields=("failed_at",),
                name="notification_given_up",
                condition=Q(failed_at__isnull=False),
            ),
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
    claimed_total = models.BigIntegerField(
        default=0, help_text=_("Steps of clocks that detectors have taken, in total.")
    )
    lag_sum_ms = models.FloatField(default=0, help_text=_("All lags added up."))
    lag_counts = ArrayField(
        models.BigIntegerField(),
        default=list,
        help_text=_("How many lags fell into each bucket of the histogram."),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(pk=1), name="heartbeat_single_row")
        ]

    def __str__(self) -> str:
        return f"{self.last_tick_at:%H:%M:%S}"
