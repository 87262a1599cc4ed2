"""A change to the contract that a customer wishes, until they know the answer."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inquiries.models.inquiry import Inquiry
from inquiries.models.requests import DepartmentRequest, RequestQuerySet
from inquiries.request_workflow import ContractStatus
from staff.models import User
from tickets.models import Message


class Clause(models.TextChoices):
    """The clauses that customers care about (IN-41), and any other."""

    TERM = "term", _("Rental term")
    DAMAGE = "damage", _("Compensation for damage")
    EARLY_RETURN = "early_return", _("Early return")
    OTHER = "other", _("Another clause")


class Decision(models.TextChoices):
    """What contract management says to a wish."""

    GRANTED = "granted", _("Granted")
    PARTLY = "partly", _("Partly granted")
    REFUSED = "refused", _("Refused")


class ContractRequestQuerySet(RequestQuerySet["ContractRequest"]):
    """Questions about contract change requests."""

    def open(self) -> "ContractRequestQuerySet":
        """Those whose result the customer does not know yet."""
        return self.exclude(status=ContractStatus.TOLD)


class ContractRequest(DepartmentRequest):
    """Clause, wish and reason, as the customer put them (IN-44).

    It is over when the customer has been told the result: the message is the proof
    (IN-45).
    """

    PREFIX = "CR"

    inquiry = models.ForeignKey(
        Inquiry, models.PROTECT, related_name="contract_requests"
    )
    clause = models.CharField(_("clause"), max_length=20, choices=Clause.choices)
    wish = models.TextField(_("what the customer wishes"))
    reason = models.TextField(_("why"), blank=True)
    status = models.CharField(
        max_length=20, choices=ContractStatus.choices, default=ContractStatus.RECORDED
    )
    forwarded_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True)
    decision_text = models.TextField(_("answer for the customer"), blank=True)
    # What the phrase guard found in the answer, and somebody has answered for (IN-20).
    phrases_passed = models.JSONField(default=list, editable=False)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    told_at = models.DateTimeField(null=True)
    told_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    told_with = models.OneToOneField(
        Message, models.PROTECT, null=True, related_name="+"
    )

    objects: ClassVar = ContractRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("contract change request")
        verbose_name_plural = _("contract change requests")
        ordering = ("recorded_at", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status__in=ContractStatus.values),
                name="contract_request_status_known",
            ),
            models.CheckConstraint(
                condition=Q(clause__in=Clause.values),
                name="contract_request_clause_known",
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_at=None)
                | Q(decision__in=Decision.values, decided_at__isnull=False)
                & ~Q(decision_text=""),
                name="contract_request_decided_with_an_answer",
            ),
            models.CheckConstraint(
                condition=~Q(status=ContractStatus.TOLD)
                | Q(told_at__isnull=False, told_with__isnull=False) & ~Q(decision=""),
                name="contract_request_told_with_proof",
            ),
            models.UniqueConstraint(
                fields=("inquiry", "client_token"), name="contract_request_asked_once"
            ),
        ]
