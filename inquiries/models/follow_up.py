"""A follow-up: what a customer with clear intent gets within two hours (IN-54)."""

from datetime import datetime, timedelta
from typing import ClassVar, Final

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from inquiries.models.inquiry import Inquiry
from sla.models import Clock
from staff.models import User
from tickets.models import Message, Ticket

# Where no promise is in force, a follow-up that cannot be sent is given up after this.
WITHOUT_PROMISE: Final = timedelta(hours=2)
# So long before the promise's end the system sends what nobody has sent.
LAST_MINUTES: Final = timedelta(minutes=15)


class FollowUpStatus(models.TextChoices):
    """How far a follow-up is."""

    PENDING = "pending", _("To be sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Could not be sent")
    NOT_PERMITTED = "not_permitted", _("Customer did not agree")
    CANCELLED = "cancelled", _("Cancelled")


class NotSent(models.TextChoices):
    """Why a follow-up was not sent, or not in time."""

    NO_CONSENT = "no_consent", _("The customer did not agree to be written to")
    WITHDRAWN = "withdrawn", _("The customer wants no more messages")
    REOPENED = "reopened", _("The conversation went on")
    BY_HAND = "by_hand", _("A colleague decided so")
    NO_CARRIER = "no_carrier", _("No way to reach the customer")
    FAULT = "fault", _("A fault on our side")
    LATE = "late", _("Sent after its deadline")


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    """Questions about follow-ups."""

    def pending(self) -> "FollowUpQuerySet":
        return self.filter(status=FollowUpStatus.PENDING)

    def ended(self) -> "FollowUpQuerySet":
        return self.exclude(status=FollowUpStatus.PENDING)

    def visible_to(self, user: User | AnonymousUser) -> "FollowUpQuerySet":
        """Those of the tickets that this person may see."""
        return self.filter(inquiry__in=Ticket.objects.visible_to(user).values("pk"))

    def by_urgency(self) -> "FollowUpQuerySet":
        """The earliest deadline first."""
        return self.order_by(F("clock__due_at").asc(nulls_last=True), "pk")

    def due(self, *, at: datetime) -> "FollowUpQuerySet":
        """What the system sends now, and nobody is sending."""
        come = Q(send_at__lte=at) | Q(clock__due_at__lte=at + LAST_MINUTES)
        free = Q(leased_until=None) | Q(leased_until__lte=at)
        return self.pending().filter(come & free)


class FollowUp(models.Model):
    """One message after the end of one cycle; without consent it is never sent.

    The row is the outbox: `send_at` is when the system sends it by itself, and who
    sends holds it until `leased_until`. An empty `text` is composed when it is sent.
    `remark` is a colleague's reason in own words.
    """

    inquiry = models.ForeignKey(Inquiry, models.PROTECT, related_name="follow_ups")
    clock = models.ForeignKey(
        Clock, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    cycle = models.PositiveSmallIntegerField()
    status = models.CharField(
        _("status"), max_length=20, choices=FollowUpStatus.choices
    )
    text = models.TextField(_("text"), blank=True, db_default="")
    edited_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    message = models.OneToOneField(
        Message, models.PROTECT, null=True, blank=True, related_name="+"
    )
    send_at = models.DateTimeField(_("sent automatically"), null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)
    tries = models.PositiveSmallIntegerField(_("attempts"), default=0, db_default=0)
    reason = models.CharField(
        _("why not"), max_length=20, choices=NotSent.choices, blank=True, db_default=""
    )
    remark = models.CharField(_("remark"), max_length=200, blank=True, db_default="")
    created_at = models.DateTimeField(_("created"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = FollowUpQuerySet.as_manager()

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
            models.CheckConstraint(
                condition=~Q(status="pending") | Q(send_at__isnull=False),
                name="follow_up_pending_has_a_time",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=("send_at",),
                name="follow_up_to_send",
                condition=Q(status="pending"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.inquiry_id}/{self.cycle} {self.status}"

    @property
    def status_label(self) -> str:
        return str(FollowUpStatus(self.status).label)

    @property
    def deadline(self) -> datetime:
        """Until when it is tried; reads `clock`."""
        return self.clock.due_at if self.clock else self.created_at + WITHOUT_PROMISE
