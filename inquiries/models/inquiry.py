"""An inquiry is a ticket with topics; each topic is asked and answered (IN-04)."""

from datetime import datetime
from typing import ClassVar, Final, NamedTuple

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inquiries.workflow import ENDED, REOPEN_WINDOW, Status
from rows.questions import Question, Slot
from sla.models import Clock
from staff.models import User
from tickets.models import ByNumber, Message, Ticket, TicketQuerySet


class Topic(models.TextChoices):
    """The six topics of IN-04."""

    DEVICE_SELECTION = "device_selection", _("Choosing devices")
    RENTAL_PRICE = "rental_price", _("Rental price")
    CONTRACT_TERMS = "contract_terms", _("Contract terms")
    DELIVERY_TIME = "delivery_time", _("Delivery time")
    OPERATION_USE = "operation_use", _("Using devices")
    AFTER_SALES = "after_sales", _("After-sales")


class Intent(models.TextChoices):
    """How likely the customer is to rent; the agent says so at the end (IN-54)."""

    NONE = "none", _("No intent")
    POSSIBLE = "possible", _("Possible")
    CLEAR = "clear", _("Clear intent to rent")


class InquiryQuerySet(TicketQuerySet["Inquiry"]):
    """Questions about inquiries."""

    def locked(self) -> "InquiryQuerySet":
        """Lock the ticket first, then work: every verb begins so."""
        locked = self.select_for_update(of=("self", "ticket_ptr"))
        return locked.select_related(None).select_related("channel")

    def lock(self, pk: int) -> "Inquiry":
        """The one with this key, locked."""
        return _LOCKED.get(pk=pk)

    def shown(self, number: str, *, to: User) -> "Inquiry":
        """What `visible_to` has of this number, with what a page names of it.

        Raises Inquiry.DoesNotExist.
        """
        return _SHOWN.get(number, to=to)


class Opened(NamedTuple):
    """What an inquiry was opened with: its first topic and the clocks that began."""

    topic: "InquiryTopic"
    clocks: "list[Clock]"


class Inquiry(Ticket):
    """A customer's question, from asking to closing.

    `greeted_cycle` is the last cycle with a greeting that counts (IN-25). `last_answer`
    is the last message that a colleague wrote in own words. The `closing_` fields,
    `customer_left_at` and `question_clear_at` belong to the present cycle. `email_mark`
    is that of the address which was left here. `opened` is what whoever has just asked
    need not read.
    """

    opened: Opened | None = None

    first_automatic_reply_at = models.DateTimeField(null=True, blank=True)
    first_human_reply_at = models.DateTimeField(null=True, blank=True)
    greeted_cycle = models.PositiveSmallIntegerField(default=0, db_default=0)
    last_answer = models.ForeignKey(
        Message, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    question_clear_at = models.DateTimeField(null=True, blank=True)
    closing_asked_at = models.DateTimeField(null=True, blank=True)
    closing_answered_at = models.DateTimeField(null=True, blank=True)
    customer_left_at = models.DateTimeField(null=True, blank=True)
    email_mark = models.UUIDField(null=True, blank=True, editable=False)
    intent = models.CharField(
        _("intent"), max_length=10, choices=Intent.choices, blank=True, db_default=""
    )

    objects: ClassVar = InquiryQuerySet.as_manager()

    class Meta:
        verbose_name = _("inquiry")
        verbose_name_plural = _("inquiries")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(intent__in=["", *Intent.values]),
                name="inquiry_intent_known",
            )
        ]

    @property
    def has_ended(self) -> bool:
        """Whether nothing more is said unless it is reopened."""
        return self.status in ENDED

    @property
    def status_label(self) -> str:
        """The status in the reader's words."""
        return str(Status(self.status).label)

    @property
    def can_be_mailed(self) -> bool:
        """Whether the customer's address was left here; reads `customer`."""
        customer = self.customer
        return customer.can_be_mailed and customer.email_mark == self.email_mark

    @property
    def reopens_until(self) -> datetime | None:
        """The end of the window in which the customer may reopen it; None if open."""
        return self.closed_at + REOPEN_WINDOW if self.closed_at else None

    def held_by_another(self, *, by: User) -> bool:
        """Whether it is in a colleague's hands; supervisors may take it out of them."""
        holder = self.assignee_id
        return holder is not None and holder != by.pk and not by.supervises


_LOCKED: Final = Question(lambda: Inquiry.objects.locked().filter(pk=Slot("pk")))
_SHOWN: Final = ByNumber(
    lambda: Inquiry.objects.select_related(
        "channel", "customer", "assignee", "department", "last_answer"
    )
)


class InquiryTopicQuerySet(models.QuerySet["InquiryTopic"]):
    """Questions about topics."""

    def open(self) -> "InquiryTopicQuerySet":
        return self.filter(answered_at=None)

    def asked_in(self, inquiry: Inquiry) -> "list[InquiryTopic]":
        """Those of an inquiry."""
        return _OF_INQUIRY.ask(inquiry=inquiry.pk)


class InquiryTopic(models.Model):
    """One thing the customer wants to know, and the message that answers it (IN-04).

    One that is complex since `complex_at` is answered in steps, or `plain_reason` says
    why it was not (IN-07). `moved_by` is the merge that brought it here.
    """

    inquiry = models.ForeignKey(Inquiry, models.PROTECT, related_name="topics")
    topic = models.CharField(_("topic"), max_length=30, choices=Topic.choices)
    question = models.TextField(_("question"), blank=True, db_default="")
    answer = models.ForeignKey(
        Message, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    complex_at = models.DateTimeField(_("complex since"), null=True, blank=True)
    plain_reason = models.CharField(
        _("why no steps"), max_length=200, blank=True, db_default=""
    )
    moved_by = models.ForeignKey(
        "inquiries.Merge",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="topics",
        db_index=False,
    )

    objects = InquiryTopicQuerySet.as_manager()

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ("asked_at", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(topic__in=Topic.values), name="inquiry_topic_known"
            ),
            models.UniqueConstraint(
                fields=("inquiry", "topic"),
                condition=Q(answered_at=None),
                name="inquiry_topic_open_once",
            ),
            models.CheckConstraint(
                condition=Q(answer=None) | Q(answered_at__isnull=False),
                name="inquiry_topic_answer_has_time",
            ),
        ]

    def __str__(self) -> str:
        return self.get_topic_display()


_OF_INQUIRY: Final = Question(
    lambda: InquiryTopic.objects.filter(inquiry=Slot("inquiry"))
)
