"""The policies in force for other systems: every promise with its terms."""

from datetime import timedelta
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from sla import durations
from sla.models import (
    Action,
    Audience,
    Compare,
    EscalationStep,
    Metric,
    Origin,
    PauseRule,
    PolicyVersion,
    Target,
    Unit,
)
from sla.services import rules


class IsoDuration(serializers.Field[Any, Any, Any, Any]):
    """A length of time such as PT5M."""

    def to_representation(self, value: timedelta) -> str:
        return durations.write(value)


@extend_schema_field({"type": ["string", "null"], "format": "duration"})
class Amount(IsoDuration):
    """The same, or nothing where days are counted."""

    def __init__(self, **options: Any) -> None:
        super().__init__(read_only=True, allow_null=True, **options)


@extend_schema_field({"type": ["string", "null"], "pattern": "^-?P"})
class SignedAmount(Amount):
    """The same, with a minus before the deadline: -PT24H."""


class CalendarCode(serializers.CharField):
    """Whose hours count; nothing: day and night."""

    def __init__(self) -> None:
        super().__init__(
            source="calendar.code",
            default=None,
            allow_null=True,
            read_only=True,
            help_text=_("Whose opening hours count; null: day and night."),
        )


class Rung(serializers.ModelSerializer[EscalationStep]):
    """One rung of a ladder."""

    unit = serializers.ChoiceField(choices=Unit.choices, read_only=True)
    after = SignedAmount(help_text=_("Time after the deadline; negative: before it."))
    calendar = CalendarCode()
    audience = serializers.ChoiceField(choices=Audience.choices, read_only=True)
    action = serializers.ChoiceField(choices=Action.choices, read_only=True)

    class Meta:
        model = EscalationStep
        fields = read_only_fields = (
            "unit",
            "after",
            "days",
            "calendar",
            "audience",
            "action",
            "by_mail",
        )
        extra_kwargs: ClassVar[dict[str, Any]] = {
            "by_mail": {"help_text": _("Whether people are told by mail too.")},
            "days": {"help_text": _("Days after the deadline.")},
        }


class Rule(serializers.ModelSerializer[Target]):
    """One promise."""

    metric = serializers.ChoiceField(choices=Metric.choices, read_only=True)
    name = serializers.CharField(
        read_only=True, help_text=_("The promise in the language of the request.")
    )
    origin = serializers.ChoiceField(choices=Origin.choices, read_only=True)
    conditions = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        read_only=True,
        help_text=_("The facts under which it holds, each with the values accepted."),
    )
    unit = serializers.ChoiceField(choices=Unit.choices, read_only=True)
    budget = Amount(help_text=_("The limit; null where days are counted."))
    calendar = CalendarCode()
    compare = serializers.ChoiceField(choices=Compare.choices, read_only=True)
    warn_at_fraction = serializers.FloatField(
        allow_null=True,
        read_only=True,
        help_text=_("After which part of the time people are warned."),
    )
    ladder = Rung(
        source="own_ladder",
        many=True,
        read_only=True,
        help_text=_("Its own ladder; empty: that of the policy."),
    )

    class Meta:
        model = Target
        fields = read_only_fields = (
            "code",
            "metric",
            "name",
            "name_zh",
            "name_en",
            "clauses",
            "origin",
            "note",
            "conditions",
            "unit",
            "budget",
            "days",
            "calendar",
            "compare",
            "warn_at_fraction",
            "auto_counts",
            "continues_on_reopen",
            "enabled",
            "ladder",
        )


class Reason(serializers.ModelSerializer[PauseRule]):
    """A reason for which clocks may pause."""

    name = serializers.CharField(read_only=True)
    metrics = serializers.ListField(
        child=serializers.ChoiceField(choices=Metric.choices), read_only=True
    )
    origin = serializers.ChoiceField(choices=Origin.choices, read_only=True)
    unit = serializers.ChoiceField(choices=Unit.choices, read_only=True)
    limit = Amount(help_text=_("The longest time in total; null with days: no limit."))
    calendar = CalendarCode()

    class Meta:
        model = PauseRule
        fields = read_only_fields = (
            "code",
            "name",
            "metrics",
            "clauses",
            "origin",
            "unit",
            "limit",
            "days",
            "calendar",
        )


class PolicyInForce(serializers.ModelSerializer[PolicyVersion]):
    """What a policy says now."""

    code = serializers.CharField(
        source="policy.code", read_only=True, help_text=_("The code of the policy.")
    )
    name = serializers.CharField(source="policy.name", read_only=True)
    laws = serializers.ListField(
        source="policy.laws",
        child=serializers.CharField(),
        read_only=True,
        help_text=_("The laws that the policy rests on."),
    )
    version = serializers.IntegerField(source="number", read_only=True)
    author = serializers.CharField(
        source="author.username",
        default=None,
        allow_null=True,
        read_only=True,
        help_text=_("Who published it: a user name; null: it was delivered."),
    )
    targets = Rule(many=True, read_only=True)
    ladder = Rung(source="common_ladder", many=True, read_only=True)
    pause_rules = Reason(many=True, read_only=True)

    class Meta:
        model = PolicyVersion
        fields = read_only_fields = (
            "code",
            "name",
            "laws",
            "version",
            "published_at",
            "effective_from",
            "author",
            "note",
            "targets",
            "ladder",
            "pause_rules",
        )


class Policies(APIView):
    """The versions that hold at the moment of asking."""

    @extend_schema(
        "list_policies",
        summary=_("List the policies in force"),
        description=_(
            "The version of each policy that holds now, with every rule, the ladder"
            " of escalation and the reasons for pauses. Disabled rules are included."
        ),
        responses=PolicyInForce(many=True),
    )
    def get(self, request: Request) -> Response:
        ids = rules.rulebook(at=timezone.now()).policy_version_ids
        versions = (
            PolicyVersion.objects.filter(pk__in=ids)
            .select_related("policy", "author")
            .prefetch_related(
                "targets__calendar",
                "targets__own_ladder__calendar",
                "ladder__calendar",
                "pause_rules__calendar",
            )
            .order_by("policy__code")
        )
        return Response([shown(version) for version in versions])


def shown(version: PolicyVersion) -> Any:
    """A version with the rungs that belong to no single rule apart."""
    common = [rung for rung in version.ladder.all() if rung.target_id is None]
    version.common_ladder = common  # type: ignore[attr-defined]
    return PolicyInForce(version).data
