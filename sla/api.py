"""Promises for other systems: each clock with its facts and what they mean now."""

from datetime import datetime
from typing import Any, ClassVar

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.generics import ListAPIView

from sla.models import Clock, ClockQuerySet, ClockStatus, Metric, Outcome
from tickets.paging import KeysetPagination


class ClockOfTicket(serializers.ModelSerializer[Clock]):
    """A clock inside its ticket. The context carries `at`, the instant of asking."""

    code = serializers.CharField(
        source="metric", read_only=True, help_text=_("Which promise it watches.")
    )
    name = serializers.CharField(
        source="target.name", read_only=True, help_text=_("The promise in words.")
    )
    clauses = serializers.ListField(
        child=serializers.CharField(),
        source="target.clauses",
        read_only=True,
        help_text=_("The clauses that make the promise."),
    )
    promise_seconds = serializers.SerializerMethodField(
        help_text=_("How long the promise gives.")
    )
    status = serializers.ChoiceField(choices=ClockStatus.choices, read_only=True)
    warns_at = serializers.DateTimeField(
        allow_null=True, read_only=True, help_text=_("When people are warned.")
    )
    late = serializers.SerializerMethodField(
        help_text=_("Missed, whether or not the detector has recorded it yet.")
    )
    outcome = serializers.SerializerMethodField(
        help_text=_("Whether the promise was kept; null: not yet known.")
    )

    class Meta:
        model = Clock
        fields: ClassVar[tuple[str, ...]] = (
            "code",
            "name",
            "clauses",
            "cycle",
            "promise_seconds",
            "status",
            "started_at",
            "warns_at",
            "due_at",
            "late",
            "breached_at",
            "stopped_at",
            "outcome",
            "acknowledged_at",
        )
        read_only_fields = fields
        extra_kwargs: ClassVar[dict[str, Any]] = {
            "cycle": {"help_text": _("Which run of this clock, from 1.")},
            "acknowledged_at": {
                "help_text": _("When a supervisor acknowledged the breach.")
            },
        }

    def get_promise_seconds(self, clock: Clock) -> float:
        return (clock.due_at - clock.started_at).total_seconds()

    def get_late(self, clock: Clock) -> bool:
        at: datetime = self.context["at"]
        return clock.is_late(at=at)

    @extend_schema_field(serializers.ChoiceField(Outcome.choices, allow_null=True))
    def get_outcome(self, clock: Clock) -> str | None:
        return clock.outcome or None


class ClockSummary(ClockOfTicket):
    """A clock on its own, with the number of its ticket."""

    ticket = serializers.CharField(
        source="ticket.number", read_only=True, help_text=_("The number of a ticket.")
    )

    class Meta(ClockOfTicket.Meta):
        fields = read_only_fields = ("ticket", *ClockOfTicket.Meta.fields)


class ClockFilter(filters.FilterSet):  # type: ignore[misc]
    """What the list can be narrowed to."""

    ticket = filters.CharFilter(
        field_name="ticket__number", help_text=_("The number of a ticket.")
    )
    code = filters.ChoiceFilter(choices=Metric.choices, field_name="metric")
    status = filters.ChoiceFilter(choices=ClockStatus.choices)
    outcome = filters.ChoiceFilter(choices=Outcome.choices)
    late = filters.BooleanFilter(
        method="narrow_to_late",
        help_text=_("Missed, whether or not the detector has recorded it yet."),
    )

    class Meta:
        model = Clock
        fields: ClassVar[tuple[str, ...]] = ()

    def narrow_to_late(
        self,
        queryset: ClockQuerySet,
        name: str,
        value: bool,  # noqa: FBT001 - the library's shape
    ) -> ClockQuerySet:
        """The same question as `Clock.is_late`, asked of the database."""
        late = Q(breached_at__isnull=False) | Q(
            status=ClockStatus.RUNNING, due_at__lt=timezone.now()
        )
        return queryset.filter(late if value else ~late)


@extend_schema_view(
    get=extend_schema(
        summary=_("List clocks"),
        description=_("Clocks of the tickets that the token's person may see."),
    )
)
class ClockList(ListAPIView[Clock]):
    serializer_class = ClockSummary
    pagination_class = KeysetPagination
    filter_backends = (filters.DjangoFilterBackend,)
    filterset_class = ClockFilter
    orderings: ClassVar[tuple[str, ...]] = ("due_at", "started_at", "breached_at")

    def get_queryset(self) -> Any:
        clocks = Clock.objects.visible_to(self.request.user)
        return clocks.select_related("target", "ticket")

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "at": timezone.now()}
