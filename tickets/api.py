"""The list of tickets for other systems: the desk's own list, by the same filter."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.generics import ListAPIView

from customers.models import Customer
from staff.models import User
from tickets.made_once import MadeOnce
from tickets.models import Channel, Kind, Ticket, TicketQuerySet
from tickets.paging import KeysetPagination


class MaskedCustomer(MadeOnce, serializers.ModelSerializer[Customer]):
    """Surname and the last four digits; more is an act of its own (IN-29)."""

    contact_tail = serializers.CharField(
        source="phone_tail",
        read_only=True,
        help_text=_("The last four digits of the phone number."),
    )

    class Meta:
        model = Customer
        fields = read_only_fields = ("surname", "contact_tail")


class TicketSummary(MadeOnce, serializers.ModelSerializer[Ticket]):
    """One line of the list."""

    kind = serializers.ChoiceField(choices=Kind.choices, read_only=True)
    channel = serializers.SlugRelatedField[Channel](
        "code", read_only=True, help_text=_("The code of the channel that it came by.")
    )
    customer = MaskedCustomer(read_only=True)
    assignee = serializers.SerializerMethodField(
        help_text=_("Who looks after it: a user name.")
    )
    department = serializers.SerializerMethodField(
        help_text=_("The code of the department that handles it.")
    )

    class Meta:
        model = Ticket
        fields: ClassVar[tuple[str, ...]] = (
            "number",
            "kind",
            "status",
            "channel",
            "customer",
            "assignee",
            "department",
            "created_at",
            "next_due_at",
            "customer_waiting_since",
            "last_message_at",
            "last_message_preview",
            "message_count",
            "closed_at",
        )
        read_only_fields = fields
        extra_kwargs: ClassVar[dict[str, Any]] = {
            "customer_waiting_since": {
                "help_text": _(
                    "Since when the customer waits for an answer; null: nobody waits."
                )
            },
            "last_message_at": {"help_text": _("When the last message was sent.")},
            "last_message_preview": {"help_text": _("How the last message begins.")},
            "message_count": {"help_text": _("How many messages there are.")},
        }

    @extend_schema_field({"type": ["string", "null"]})
    def get_assignee(self, ticket: Ticket) -> str | None:
        return ticket.assignee.username if ticket.assignee else None

    @extend_schema_field({"type": ["string", "null"]})
    def get_department(self, ticket: Ticket) -> str | None:
        return ticket.department.code if ticket.department else None


class TicketFilter(filters.FilterSet):  # type: ignore[misc]
    """What the list can be narrowed to."""

    status = filters.CharFilter(help_text=_("A status, say `new`."))
    kind = filters.ChoiceFilter(choices=Kind.choices)
    channel = filters.ModelChoiceFilter(
        queryset=Channel.objects.all(),
        to_field_name="code",
        help_text=_("The code of a channel."),
    )
    assignee = filters.ModelChoiceFilter(
        queryset=User.objects.all(),
        to_field_name="username",
        help_text=_("The user name of a colleague."),
    )
    open = filters.BooleanFilter(
        method="narrow_to_open", help_text=_("Whether it is not yet closed.")
    )

    class Meta:
        model = Ticket
        fields: ClassVar[tuple[str, ...]] = ()

    def narrow_to_open(
        self,
        queryset: "TicketQuerySet[Ticket]",
        name: str,
        value: bool,  # noqa: FBT001 - the library's shape
    ) -> "TicketQuerySet[Ticket]":
        return queryset.open() if value else queryset.exclude(closed_at=None)


@extend_schema_view(
    get=extend_schema(
        summary=_("List tickets"),
        description=_("Tickets that the token's person may see."),
    )
)
class TicketList(ListAPIView[Ticket]):
    serializer_class = TicketSummary
    pagination_class = KeysetPagination
    filter_backends = (filters.DjangoFilterBackend,)
    filterset_class = TicketFilter
    orderings: ClassVar[tuple[str, ...]] = (
        "next_due_at",
        "created_at",
        "last_message_at",
    )

    def get_queryset(self) -> Any:
        tickets = Ticket.objects.visible_to(self.request.user)
        return tickets.select_related("channel", "customer", "assignee", "department")
