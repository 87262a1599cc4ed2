"""An objection is a ticket with a handling form: who objects to what, and why."""

from datetime import datetime
from decimal import Decimal
from typing import ClassVar, Final

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.said import pairs_index
from inquiries.models import Inquiry
from objections.models.taxonomy import DemandKind, ObjectionType, Subtype
from objections.workflow import ENDED, Status
from rows.questions import Question, Slot
from staff.models import Role, User
from tickets.models import ByNumber, Message, Ticket, TicketQuerySet


class Phase(models.TextChoices):
    """When the device showed the fault (definition of a quality objection)."""

    ON_RECEIPT = "on_receipt", _("On receiving the device")
    IN_USE = "in_use", _("While using the device")


class ProcessStep(models.TextChoices):
    """Which of our steps was slow; it decides who investigates (OB-20, D-15)."""

    ORDER_REVIEW = "order_review", _("Checking the order")
    DELIVERY = "delivery", _("Delivering the device")
    RENEWAL_CHANGE = "renewal_change", _("Renewing or changing the order")


class Severity(models.TextChoices):
    """How much is at stake; it decides how long all may take."""

    NORMAL = "normal", _("Normal")
    MAJOR = "major", _("Major")
    URGENT = "urgent", _("Urgent")


class Closure(models.TextChoices):
    """Why an objection was closed."""

    CONFIRMED = "confirmed", _("The customer says it is resolved")
    UNREACHABLE = "unreachable", _("The customer could not be reached")
    NOT_AGREED = "not_agreed", _("Not agreed; the ways outside were told")


class ObjectionQuerySet(TicketQuerySet["Objection"]):
    """Questions about objections."""

    def locked(self) -> "ObjectionQuerySet":
        """Lock the ticket first, then work: every verb begins so."""
        return self.select_for_update(of=("self", "ticket_ptr")).select_related(None)

    def lock(self, pk: int) -> "Objection":
        """The one with this key, locked."""
        return _LOCKED.get(pk=pk)

    def shown(self, number: str, *, to: User) -> "Objection":
        """What `visible_to` has of this number, with what a page names of it.

        Raises Objection.DoesNotExist.
        """
        return _SHOWN.get(number, to=to)

    def needing_contacts(self, *, at: datetime) -> "ObjectionQuerySet":
        """Those whose customer has to be reached still, or whose file is kept.

        A complaint outside keeps it until it has ended, also of a withdrawn case.
        """
        today = timezone.localdate(at)
        kept = Q(kept_until=None) | Q(kept_until__gte=today)
        outside = Q(external_complaints__ended_at=None) & Q(
            external_complaints__isnull=False
        )
        return self.filter((kept & ~Q(status=Status.WITHDRAWN)) | outside)


_LOCKED: Final = Question(lambda: Objection.objects.locked().filter(pk=Slot("pk")))
_SHOWN: Final = ByNumber(
    lambda: Objection.objects.select_related(
        *("channel", "store", "customer", "assignee", "department"),
        *("subtype", "customer_subtype", "named_colleague", "filed_by"),
        *("extension__granted_by",),
    )
)


class Objection(Ticket):
    """A customer's objection, from filing to its end (OB-03 to OB-43).

    `type` and `subtype` are as they turned out to be, `customer_type` and
    `customer_subtype` what the customer chose; a customer may be unsure, then they are
    empty. `received_at` is when the objection reached us, which for a letter or a call
    may be before it was written down. `form_complete_at` is when the last required
    field was there (OB-42). `shows_at` is when the customer's own broadcast begins.
    After two rejections only the role `escalated_to` proposes.
    """

    type = models.CharField(
        _("type"), max_length=10, choices=ObjectionType.choices, blank=True
    )
    subtype = models.ForeignKey(
        Subtype,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("subtype"),
    )
    customer_type = models.CharField(
        _("type that the customer chose"),
        max_length=10,
        choices=ObjectionType.choices,
        blank=True,
    )
    customer_subtype = models.ForeignKey(
        Subtype, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    severity = models.CharField(
        _("severity"),
        max_length=10,
        choices=Severity.choices,
        default=Severity.NORMAL,
        db_default=Severity.NORMAL,
    )
    company_name = models.CharField(_("company"), max_length=80, blank=True)
    account_number = models.CharField(_("account number"), max_length=40, blank=True)
    no_account_reason = models.CharField(
        _("why there is no account number"), max_length=100, blank=True
    )
    description = models.TextField(_("what happened"))
    core_need = models.CharField(
        _("what the customer really needs"), max_length=200, blank=True
    )
    phase = models.CharField(
        _("phase"), max_length=10, choices=Phase.choices, blank=True
    )
    occurred_at = models.DateTimeField(_("when it happened"), null=True, blank=True)
    returned_at = models.DateTimeField(
        _("when it was collected"), null=True, blank=True
    )
    device_model = models.CharField(_("device model"), max_length=80, blank=True)
    serial_number = models.CharField(_("serial number"), max_length=60, blank=True)
    order_number = models.CharField(_("order number"), max_length=40, blank=True)
    contract_number = models.CharField(_("contract number"), max_length=40, blank=True)
    amount = models.DecimalField(
        _("amount in dispute"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.01"))],
    )
    process_step = models.CharField(
        _("slow step"), max_length=20, choices=ProcessStep.choices, blank=True
    )
    named_colleague = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("colleague who is named"),
        db_index=False,
    )
    shows_at = models.DateTimeField(_("start of the broadcast"), null=True, blank=True)
    danger = models.BooleanField(
        _("somebody's safety is at stake"), default=False, db_default=False
    )
    on_air = models.BooleanField(
        _("a broadcast is running and the device cannot be used"),
        default=False,
        db_default=False,
    )
    laboratory = models.BooleanField(
        _("a laboratory tests the device"), default=False, db_default=False
    )
    phone_confirmed_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(_("received"))
    filed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    from_inquiry = models.ForeignKey(
        Inquiry,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="objections",
        help_text=_("The inquiry that became this objection."),
    )
    replied_automatically_at = models.DateTimeField(null=True, blank=True)
    viewed_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    form_complete_at = models.DateTimeField(null=True, blank=True)
    recorded_at = models.DateTimeField(_("recorded"), null=True, blank=True)
    told_with = models.ForeignKey(
        Message, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    estimate = models.DateTimeField(_("told to be done by"), null=True, blank=True)
    urged_at = models.DateTimeField(null=True, blank=True)
    urgings = models.PositiveSmallIntegerField(default=0, db_default=0)
    escalated_to = models.CharField(
        _("decided by"), max_length=20, choices=Role.choices, blank=True, db_default=""
    )
    closure = models.CharField(
        _("how it was closed"),
        max_length=12,
        choices=Closure.choices,
        blank=True,
        db_default="",
    )
    appeal_until = models.DateTimeField(_("appeal until"), null=True, blank=True)
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True)
    kept_until = models.DateField(_("kept until"), null=True, blank=True)

    objects: ClassVar = ObjectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(type__in=["", *ObjectionType.values]),
                name="objection_type_known",
            ),
            models.CheckConstraint(
                condition=Q(severity__in=Severity.values),
                name="objection_severity_known",
            ),
            models.CheckConstraint(
                condition=Q(amount=None) | Q(amount__gt=0),
                name="objection_amount_positive",
            ),
            models.CheckConstraint(
                condition=Q(recorded_at=None) | Q(told_with__isnull=False),
                name="objection_recorded_only_when_told",
            ),
            models.CheckConstraint(
                condition=Q(closure__in=["", *Closure.values]),
                name="objection_closure_known",
            ),
            models.CheckConstraint(
                condition=Q(archived_at=None) | Q(kept_until__isnull=False),
                name="objection_archived_with_retention",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=("order_number",),
                name="objection_of_order",
                condition=~Q(order_number=""),
            ),
            models.Index(
                fields=("serial_number",),
                name="objection_of_serial",
                condition=~Q(serial_number=""),
            ),
            pairs_index("serial_number", name="objection_serial_says"),
            pairs_index("description", name="objection_says"),
        ]

    @property
    def has_ended(self) -> bool:
        """Whether nothing more is done."""
        return self.status in ENDED

    @property
    def status_label(self) -> str:
        """The status in the reader's words."""
        return str(Status(self.status).label)

    def names(self, user: User) -> bool:
        """Whether it is about this colleague, who then judges nothing of it (OB-07)."""
        return self.named_colleague_id == user.pk

    def held_by_another(self, *, by: User) -> bool:
        """Whether it is in a colleague's hands; supervisors may take it out of them."""
        holder = self.assignee_id
        return holder is not None and holder != by.pk and not by.supervises


class Demand(models.Model):
    """One thing that the customer demands (OB-41)."""

    objection = models.ForeignKey(Objection, models.PROTECT, related_name="demands")
    kind = models.ForeignKey(DemandKind, models.PROTECT, related_name="+")
    amount = models.DecimalField(
        _("amount"), max_digits=12, decimal_places=2, null=True, blank=True
    )

    class Meta:
        verbose_name = _("demand")
        verbose_name_plural = _("demands")
        ordering = ("kind__position", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("objection", "kind"), name="objection_demand_once"
            ),
            models.CheckConstraint(
                condition=Q(amount=None) | Q(amount__gt=0),
                name="objection_demand_amount_positive",
            ),
        ]

    def __str__(self) -> str:
        return str(self.kind)
