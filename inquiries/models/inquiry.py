"""An inquiry is a ticket with topics; each topic is asked and answered (IN-04)."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inquiries.workflow import REOPEN_WINDOW, Status
from staff.models import User
from tickets.models import Ticket, TicketQuerySet


class Topic(models.TextChoices):
    """The six topics of IN-04."""

    DEVICE_SELECTION = "device_selection", _("Choosing devices")
    RENTAL_PRICE = "rental_price", _("Rental price")
    CONTRACT_TERMS = "contract_terms", _("Contract terms")
    DELIVERY_TIME = "delivery_time", _("Delivery time")
    OPERATION_USE = "operation_use", _("Using devices")
    AFTER_SALES = "after_sales", _("After-sales")


class InquiryQuerySet(TicketQuerySet["Inquiry"]):
    """Questions about inquiries."""

    def locked(self) -> "InquiryQuerySet":
        """Lock the ticket first, then work: every verb begins here."""
        return self.select_for_update(of=("self", "ticket_ptr")).select_related(None)


class Inquiry(Ticket):
    """A customer's question, from asking to closing."""

    first_automatic_reply_at = models.DateTimeField(null=True, blank=True)
    first_human_reply_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = InquiryQuerySet.as_manager()

    class Meta:
        verbose_name = _("inquiry")
        verbose_name_plural = _("inquiries")

    @property
    def status_label(self) -> str:
        """The status in the reader's words."""
        return str(Status(self.status).label)

    @property
    def reopens_until(self) -> datetime | None:
        """The end of the window in which the customer may reopen it; None if open."""
        return self.closed_at + REOPEN_WINDOW if self.closed_at else None

    def held_by_another(self, *, by: User) -> bool:
        """Whether it is in a colleague's hands; supervisors may take it out of them."""
        holder = self.assignee_id
        return holder is not None and holder != by.pk and not by.supervises


class InquiryTopic(models.Model):
    """One thing the customer wants to know."""

    inquiry = models.ForeignKey(Inquiry, models.PROTECT, related_name="topics")
    topic = models.CharField(_("topic"), max_length=30, choices=Topic.choices)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ("asked_at", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(topic__in=Topic.values), name="inquiry_topic_known"
            )
        ]

    def __str__(self) -> str:
        return self.get_topic_display()
