"""Clocks for other systems: each with its facts and what they mean now."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.generics import ListAPIView

from sla.models import Clock, ClockQuerySet, ClockStatus, Metric, Outcome, Unit
from sla.services.standing import Hold, holds
from tickets.made_once import MadeOnce
from tickets.paging import KeysetPagination


class Paused(serializers.Serializer[Any]):
    """Why a clock waits."""

    reason = serializers.CharField(
        source="rule.code", help_text=_("The code of the pause rule.")
    )
    name = serializers.CharField(
        source="rule.name", help_text=_("The reason in words.")
    )
    since = serializers.DateTimeField(help_text=_("Since when it waits."))
    resumes_at = serializers.DateTimeField(
        allow_null=True,
        help_text=_("When it runs on by itself at the latest; null: no limit."),
    )


class ClockOfTicket(MadeOnce, serializers.ModelSerializer[Clock]):
    """A clock inside its ticket.

    The context carries `at`, the instant of asking, and `holds`, the open pauses of the
    clocks that are shown.
    """

    code = serializers.CharField(
        source="target.code", read_only=True, help_text=_("The rule that promises it.")
    )
    metric = serializers.ChoiceField(
        choices=Metric.choices, read_only=True, help_text=_("What it measures.")
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
    policy = serializers.CharField(
        source="target.version.policy.code",
        read_only=True,
        help_text=_("The policy that the rule belongs to."),
    )
    policy_version = serializers.IntegerField(
        source="target.version.number",
        read_only=True,
        help_text=_("The version of the policy under which it counts."),
    )
    promise_seconds = serializers.SerializerMethodField(
        help_text=_("How long the promise gives; null where it is counted in days.")
    )
    promise_days = serializers.IntegerField(
        source="target.days",
        allow_null=True,
        read_only=True,
        help_text=_("How many days it gives; null where it is counted in seconds."),
    )
    unit = serializers.ChoiceField(
        source="target.unit",
        choices=Unit.choices,
        read_only=True,
        help_text=_("Which time counts."),
    )
    calendar = serializers.CharField(
        source="target.calendar.code",
        default=None,
        allow_null=True,
        read_only=True,
        help_text=_("Whose opening hours count; null: day and night."),
    )
    status = serializers.ChoiceField(choices=ClockStatus.choices, read_only=True)
    paused = serializers.SerializerMethodField(
        help_text=_("The pause that it is in; null: it is not paused.")
    )
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
            "metric",
            "name",
            "clauses",
            "policy",
            "policy_version",
            "cycle",
            "subject",
            "promise_seconds",
            "promise_days",
            "unit",
            "calendar",
            "status",
            "paused",
            "started_at",
            "warns_at",
            "due_at",
            "flagged",
            "late",
            "breached_at",
            "revoked_at",
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

    def get_promise_seconds(self, clock: Clock) -> float | None:
        budget = clock.target.budget
        return None if budget is None else budget.total_seconds()

    @extend_schema_field(Paused(allow_null=True))
    def get_paused(self, clock: Clock) -> dict[str, Any] | None:
        known: Mapping[int, Hold] = self.context["holds"]
        hold = known.get(clock.pk)
        return None if hold is None else Paused(hold).data

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
    code = filters.CharFilter(
        field_name="target__code", help_text=_("The rule that promises it.")
    )
    metric = filters.ChoiceFilter(choices=Metric.choices)
    status = filters.ChoiceFilter(choices=ClockStatus.choices)
    outcome = filters.ChoiceFilter(choices=Outcome.choices)
    flagged = filters.BooleanFilter(
        help_text=_("Reckoned with a year whose holidays were not loaded.")
    )
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
    _holds: Mapping[int, Hold] = {}

    def get_queryset(self) -> Any:
        clocks = Clock.objects.visible_to(self.request.user)
        return clocks.select_related(
            "target__version__policy", "target__calendar", "ticket"
        )

    def paginate_queryset(self, queryset: Any) -> Any:
        page = super().paginate_queryset(queryset)
        self._holds = holds(page or ())
        return page

    def get_serializer_context(self) -> dict[str, Any]:
        more = {"at": timezone.now(), "holds": self._holds}
        return {**super().get_serializer_context(), **more}
