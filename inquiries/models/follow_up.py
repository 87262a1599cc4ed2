"""A follow-up: what a customer with clear intent gets within two hours (IN-54)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inquiries.models.inquiry import Inquiry
from sla.models import Clock


class FollowUpStatus(models.TextChoices):
    """How far a follow-up is."""

    PENDING = "pending", _("To be sent")
    SENT = "sent", _("Sent")
    DELIVERED = "delivered", _("Delivered")
    FAILED = "failed", _("Could not be sent")
    NOT_PERMITTED = "not_permitted", _("Customer did not agree")
    CANCELLED = "cancelled", _("Cancelled")


class FollowUp(models.Model):
    """One message after the end of one cycle; without consent it is never sent."""

    inquiry = models.ForeignKey(Inquiry, models.PROTECT, related_name="follow_ups")
    clock = models.ForeignKey(
        Clock, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    cycle = models.PositiveSmallIntegerField()
    status = models.CharField(
        _("status"), max_length=20, choices=FollowUpStatus.choices
    )
    created_at = models.DateTimeField(_("created"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        ordering = ("created_at", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status__in=FollowUpStatus.values),
                name="follow_up_status_known",
            ),
            models.UniqueConstraint(
                fields=("inquiry", "cycle"), name="follow_up_one_per_cycle"
            ),
            models.CheckConstraint(
                condition=Q(status="pending", ended_at=None)
                | ~Q(status="pending") & Q(ended_at__isnull=False),
                name="follow_up_pending_or_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.inquiry_id}/{self.cycle} {self.status}"
