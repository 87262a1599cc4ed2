"""A fault that a customer reports, until it has been dealt with."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inquiries.models.inquiry import Inquiry
from inquiries.models.requests import DepartmentRequest, RequestQuerySet
from inquiries.request_workflow import RepairStatus
from staff.models import User


class Urgency(models.TextChoices):
    """How soon somebody must come."""

    NORMAL = "normal", _("Normal")
    URGENT = "urgent", _("Urgent")


class RepairRequestQuerySet(RequestQuerySet["RepairRequest"]):
    """Questions about repair requests."""

    def open(self) -> "RepairRequestQuerySet":
        """Those whose fault has not been dealt with yet."""
        return self.exclude(status=RepairStatus.FINISHED)


class RepairRequest(DepartmentRequest):
    """Device and fault in the customer's words, and what technicians did about it.

    `device` is a code of the catalogue or a name. An urgent one says why, because a
    technician drives for it (IN-50). `compensation` is what the tariff of the day on
    which it was finished owes for the hours out of use; None where device or lease are
    not known.
    """

    PREFIX = "RP"

    inquiry = models.ForeignKey(Inquiry, models.PROTECT, related_name="repair_requests")
    device = models.CharField(_("device"), max_length=120)
    fault = models.TextField(_("what is wrong"))
    urgency = models.CharField(max_length=10, choices=Urgency.choices)
    urgency_reason = models.TextField(_("why it is urgent"), blank=True)
    status = models.CharField(
        max_length=20, choices=RepairStatus.choices, default=RepairStatus.REPORTED
    )
    contact_at = models.DateTimeField(null=True)
    contact_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    contact_note = models.TextField(blank=True)
    on_site_at = models.DateTimeField(null=True)
    on_site_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    place = models.CharField(_("place"), max_length=120, blank=True)
    result = models.TextField(_("result"), blank=True)
    downtime_hours = models.DecimalField(
        _("hours out of use"), max_digits=6, decimal_places=1, null=True
    )
    lease_days = models.PositiveSmallIntegerField(_("days of the lease"), null=True)
    compensation = models.DecimalField(
        _("compensation for downtime"), max_digits=12, decimal_places=2, null=True
    )
    finished_at = models.DateTimeField(null=True)
    finished_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects: ClassVar = RepairRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("repair request")
        verbose_name_plural = _("repair requests")
        ordering = ("recorded_at", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status__in=RepairStatus.values),
                name="repair_request_status_known",
            ),
            models.CheckConstraint(
                condition=Q(urgency=Urgency.NORMAL)
                | Q(urgency=Urgency.URGENT) & ~Q(urgency_reason=""),
                name="repair_request_urgent_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(status=RepairStatus.REPORTED) | Q(contact_at__isnull=False),
                name="repair_request_contacted_before_the_rest",
            ),
            models.CheckConstraint(
                condition=~Q(status=RepairStatus.FINISHED)
                | Q(finished_at__isnull=False) & ~Q(result=""),
                name="repair_request_finished_with_result",
            ),
            models.UniqueConstraint(
                fields=("inquiry", "client_token"), name="repair_request_asked_once"
            ),
        ]

    @property
    def urgent(self) -> bool:
        return self.urgency == Urgency.URGENT
