"""The ticket: what every kind of case shares, and the channels it comes by."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar, Final, Self, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from customers.said import pairs_index
from rows.questions import Slot
from staff.models import Department, Named, User
from tickets.addresses import AddressKind, check_address, href_of
from tickets.models.store import Store

if TYPE_CHECKING:
    from tickets.gathering import Gathered


class ChannelQuerySet(models.QuerySet["Channel"]):
    """Questions about channels."""

    def in_use(self) -> "ChannelQuerySet":
        """Those that take anything."""
        return self.filter(Q(takes_inquiries=True) | Q(takes_objections=True))


class Channel(Named):
    """A way in which customers reach the company (IN-10 to IN-14, CC-05)."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    icon = models.CharField(_("icon"), max_length=40)
    offline = models.BooleanField(_("offline"), default=False)
    takes_inquiries = models.BooleanField(_("takes inquiries"))
    takes_objections = models.BooleanField(_("takes objections"))
    auto_greeting = models.BooleanField(
        _("automatic greeting"),
        default=False,
        help_text=_("Sent at once and labelled; it never stops a clock (D-03)."),
    )
    address_kind = models.CharField(
        _("kind of address"),
        max_length=10,
        choices=AddressKind.choices,
        default=AddressKind.NAME,
    )
    address = models.CharField(
        _("address"),
        max_length=200,
        blank=True,
        help_text=_("The number, link or name that customers use; empty: not shown."),
    )
    position = models.PositiveSmallIntegerField(_("position"))

    objects = ChannelQuerySet.as_manager()

    class Meta:
        verbose_name = _("channel")
        verbose_name_plural = _("channels")
        ordering = ("position", "code")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(address_kind__in=AddressKind.values),
                name="channel_address_kind_known",
            )
        ]

    def clean(self) -> None:
        """An address that leads nowhere is not published."""
        super().clean()
        try:
            check_address(self.address_kind, self.address)
        except ValidationError as error:
            raise ValidationError({"address": error}) from error

    @property
    def href(self) -> str:
        """Where a tap on the address leads; "" where it leads nowhere."""
        return href_of(self.address_kind, self.address)


class Kind(models.TextChoices):
    """What a ticket is about."""

    INQUIRY = "inquiry", _("Inquiry")
    OBJECTION = "objection", _("Objection")


class Priority(models.IntegerChoices):
    """How far forward a ticket stands among equals."""

    NORMAL = 0, _("Normal")
    HIGH = 1, _("High")


# The earliest deadline first; without one, who has waited longest; what is empty stands
# last.
BY_URGENCY: Final = ("next_due_at", "customer_waiting_since", "-last_message_at", "id")
LATELY_CLOSED: Final = ("-closed_at", "-id")

T = TypeVar("T", bound="Ticket")


class TicketQuerySet(models.QuerySet[T]):
    """Questions about tickets; every kind of ticket answers them."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The row filter of pages, lists, API, live streams and downloads alike."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        if user.sees_every_ticket:
            return self.all()
        return self.near(department=user.department_id, person=user.pk)

    def near(self, *, department: int | Slot | None, person: int | Slot) -> Self:
        """What a person of a department sees who does not see every ticket."""
        own = Q(department=department) | Q(assignee=person)
        return self.filter(own | Q(involved__contains=[department]))

    def open(self) -> Self:
        return self.filter(closed_at=None)

    def unassigned(self) -> Self:
        return self.filter(assignee=None)

    def with_waiting_customer(self) -> Self:
        """Open, with a customer who waits for an answer."""
        return self.open().filter(customer_waiting_since__isnull=False)

    def owed_after_the_end(self) -> Self:
        """Closed, and something that was promised on it is still to be done."""
        return self.closed().filter(next_due_at__isnull=False)

    def closed(self) -> Self:
        return self.filter(closed_at__isnull=False)


class Ticket(models.Model):
    """What every kind of case shares; the desk's list reads this table alone.

    Nearly each step of a case enters its row anew in all indexes, so each counts.
    `sheet` is what a verb gathers that is at work on it (`tickets.gathering`).
    """

    sheet: "Gathered | None" = None

    number = models.CharField(_("number"), max_length=20)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    channel = models.ForeignKey(Channel, models.PROTECT, verbose_name=_("channel"))
    customer = models.ForeignKey(
        Customer,
        models.PROTECT,
        related_name="tickets",
        verbose_name=_("customer"),
        db_index=False,
    )
    store = models.ForeignKey(
        Store,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("store"),
        db_index=False,
        help_text=_("Where the customer stood (IN-13)."),
    )
    assignee = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="assigned_tickets",
        verbose_name=_("assignee"),
    )
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, verbose_name=_("department")
    )
    involved = ArrayField(
        models.BigIntegerField(),
        default=list,
        db_default=[],
        editable=False,
        help_text=_("Keys of departments of which something is asked here."),
    )
    status = models.CharField(_("status"), max_length=30)
    priority = models.SmallIntegerField(
        _("priority"), choices=Priority.choices, default=Priority.NORMAL
    )
    cycle = models.PositiveSmallIntegerField(
        default=1, help_text=_("One more each time the ticket is reopened.")
    )
    created_at = models.DateTimeField(_("created"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    next_due_at = models.DateTimeField(_("next deadline"), null=True, blank=True)
    customer_waiting_since = models.DateTimeField(null=True, blank=True)
    last_message_at = models.DateTimeField(null=True, blank=True)
    last_message_preview = models.CharField(max_length=120, blank=True)
    message_count = models.PositiveIntegerField(default=0)
    event_count = models.PositiveIntegerField(default=0)
    chain_head = models.CharField(max_length=64, blank=True)
    client_token = models.UUIDField(null=True, blank=True, unique=True)

    objects = TicketQuerySet.as_manager()

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=Kind.values), name="ticket_kind_known"
            ),
            # Not `unique=True`, for which Django makes an index of beginnings as well.
            models.UniqueConstraint(fields=("number",), name="ticket_number_once"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=BY_URGENCY,
                name="ticket_open_by_urgency",
                condition=Q(closed_at=None),
            ),
            models.Index(
                fields=("assignee", *BY_URGENCY),
                name="ticket_of_assignee_by_urgency",
                condition=Q(closed_at=None),
            ),
            models.Index(
                fields=BY_URGENCY,
                name="ticket_unassigned_by_urgency",
                condition=Q(closed_at=None, assignee=None),
            ),
            models.Index(
                fields=("-created_at",),
                name="ticket_unassigned_newest",
                condition=Q(closed_at=None, assignee=None),
            ),
            models.Index(
                fields=("department",),
                name="ticket_open_of_department",
                condition=Q(closed_at=None),
            ),
            models.Index(
                fields=("status",),
                name="ticket_objection_by_status",
                condition=Q(closed_at=None, kind=Kind.OBJECTION),
            ),
            GinIndex(
                fields=("involved",),
                name="ticket_involved_open",
                condition=Q(closed_at=None),
                fastupdate=False,
            ),
            GinIndex(
                fields=("involved",),
                name="ticket_involved_closed",
                condition=Q(closed_at__isnull=False),
                fastupdate=False,
            ),
            pairs_index("number", name="ticket_number_says"),
            models.Index(
                fields=("customer_waiting_since",),
                include=("kind", "assignee"),
                name="ticket_waiting",
                condition=Q(closed_at=None, customer_waiting_since__isnull=False),
            ),
            models.Index(
                fields=("next_due_at",),
                name="ticket_owed_after_the_end",
                condition=Q(closed_at__isnull=False, next_due_at__isnull=False),
            ),
            models.Index(fields=("-created_at",), name="ticket_newest"),
            models.Index(fields=("next_due_at", "id"), name="ticket_by_deadline"),
            models.Index(
                fields=("customer", "-created_at"), name="ticket_of_customer_newest"
            ),
            models.Index(
                fields=LATELY_CLOSED,
                name="ticket_lately_closed",
                condition=Q(closed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def waited(self, *, at: datetime) -> timedelta | None:
        """How long the customer has waited for an answer; None if nobody waits."""
        since = self.customer_waiting_since
        return None if since is None else at - since
