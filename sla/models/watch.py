"""Who is told, and whether the detector lives: notices and the heartbeat."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sla.models.clock import ClockEvent, ClockEventKind, ClockStatus
from staff.models import User
from tickets.models import Ticket


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
