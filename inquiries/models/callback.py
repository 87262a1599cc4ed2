"""A callback: an answer that was promised within 15 minutes (IN-28)."""

from typing import ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from inquiries.models.inquiry import Inquiry
from sla.models import Clock
from staff.models import User
from tickets.models import Ticket


class Way(models.TextChoices):
    """How an answer reaches the customer."""

    CALL = "call", _("By telephone")
    MESSAGE = "message", _("By message")


class Obstacle(models.TextChoices):
    """Why an attempt reached nobody."""

    NO_ANSWER = "no_answer", _("Nobody answers")
    BUSY = "busy", _("Engaged")
    SWITCHED_OFF = "switched_off", _("Switched off or out of reach")
    CALL_LATER = "call_later", _("Asked to be called later")
    WRONG_NUMBER = "wrong_number", _("Wrong number")


class CallbackQuerySet(models.QuerySet["Callback"]):
    """Questions about callbacks."""

    def open(self) -> "CallbackQuerySet":
        return self.filter(done_at=None)

    def visible_to(self, user: User | AnonymousUser) -> "CallbackQuerySet":
        """Those of the tickets that this person may see."""
        return self.filter(inquiry__in=Ticket.objects.visible_to(user).values("pk"))

    def by_urgency(self) -> "CallbackQuerySet":
        """The earliest deadline first."""
        return self.order_by(F("clock__due_at").asc(nulls_last=True), "pk")


class Callback(models.Model):
    """Somebody must tell the customer something by a time.

    `way` is how the customer wants it; an attempt that reaches nobody keeps it open.
    `last_token` is the click that was counted last, so that a second one is not.
    """

    inquiry = models.ForeignKey(Inquiry, models.PROTECT, related_name="callbacks")
    clock = models.ForeignKey(
        Clock, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    way = models.CharField(_("way"), max_length=10, choices=Way.choices)
    question = models.TextField(_("question"), blank=True)
    promised_at = models.DateTimeField(_("promised"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    last_attempt_at = models.DateTimeField(_("last attempt"), null=True, blank=True)
    last_obstacle = models.CharField(
        _("why nobody was reached"), max_length=20, choices=Obstacle.choices, blank=True
    )
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    done_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    done_way = models.CharField(
        _("done by"), max_length=10, choices=Way.choices, blank=True
    )
    outcome = models.TextField(_("outcome"), blank=True)
    last_token = models.UUIDField(null=True, blank=True, editable=False)

    objects = CallbackQuerySet.as_manager()

    class Meta:
        verbose_name = _("callback")
        verbose_name_plural = _("callbacks")
        ordering = ("promised_at", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("inquiry",),
                condition=Q(done_at=None),
                name="callback_one_open_per_inquiry",
            ),
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None, done_way="", outcome="")
                | Q(done_at__isnull=False, done_by__isnull=False)
                & ~Q(done_way="")
                & ~Q(outcome=""),
                name="callback_open_or_wholly_done",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.inquiry_id} {self.promised_at:%H:%M:%S}"
