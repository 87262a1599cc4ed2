"""What a carrier that takes its time still has to bring, and how far it is (IN-55)."""

from datetime import datetime
from typing import ClassVar, Final

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inquiries.models.follow_up import FollowUp


class DeliveryStatus(models.TextChoices):
    """What the carrier really knows; nobody tells us whether a mail was read."""

    WAITING = "waiting", _("Waiting to be sent by e-mail")
    SENDING = "sending", _("Being sent by e-mail")
    SENT = "sent", _("Sent by e-mail")
    UNKNOWN = "unknown", _("May have arrived by e-mail")
    FAILED = "failed", _("Not sent by e-mail")
    CANCELLED = "cancelled", _("No longer to be sent by e-mail")


OPEN: Final = (DeliveryStatus.WAITING, DeliveryStatus.SENDING)


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Questions about deliveries."""

    def due(self, *, at: datetime) -> "DeliveryQuerySet":
        """What is tried now, the longest waiting first."""
        waiting = self.filter(status=DeliveryStatus.WAITING, next_at__lte=at)
        return waiting.order_by("next_at", "pk")


class Delivery(models.Model):
    """One follow-up by one carrier; at most one attempt is ever let through.

    The row says SENDING before anything leaves the house: who finds it so later does
    not know whether it left, and sends nothing again. `remark` is what the mail server
    answered, without addresses.
    """

    follow_up = models.ForeignKey(
        FollowUp, models.PROTECT, related_name="deliveries", db_index=False
    )
    carrier = models.CharField(_("carrier"), max_length=20)
    status = models.CharField(
        _("status"),
        max_length=20,
        choices=DeliveryStatus.choices,
        default=DeliveryStatus.WAITING,
    )
    tries = models.PositiveSmallIntegerField(_("attempts"), default=0, db_default=0)
    next_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    begun_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    remark = models.CharField(_("remark"), max_length=200, blank=True, db_default="")

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ("created_at", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("follow_up", "carrier"), name="delivery_one_per_carrier"
            ),
            models.CheckConstraint(
                condition=Q(status__in=DeliveryStatus.values),
                name="delivery_status_known",
            ),
            models.CheckConstraint(
                condition=Q(status="waiting", next_at__isnull=False)
                | ~Q(status="waiting") & Q(next_at=None),
                name="delivery_waiting_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["waiting", "sending"], ended_at=None)
                | ~Q(status__in=["waiting", "sending"]) & Q(ended_at__isnull=False),
                name="delivery_open_or_ended",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=("next_at",),
                name="delivery_to_send",
                condition=Q(status="waiting"),
            ),
            models.Index(
                fields=("begun_at",),
                name="delivery_on_its_way",
                condition=Q(status="sending"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.follow_up_id} {self.carrier} {self.status}"
