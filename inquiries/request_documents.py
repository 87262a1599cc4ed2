"""What the API reads and writes of explanations, contract changes and repairs."""

from typing import Any, ClassVar, Final

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema_field,
    extend_schema_serializer,
)
from rest_framework import serializers

from catalog.documents import Flag, Hours, Text, Whole
from inquiries import texts
from inquiries.clauses import CORE
from inquiries.documents import Once, ToldGuard, Words
from inquiries.models import ClauseExplanation, Decision, ServiceFactsTold

MOST: Final = 50


EXAMPLES: Final = [
    example["id"]
    for card in texts.read("clauses")["cards"]
    for example in card["examples"]
]


@extend_schema_field(serializers.ChoiceField([(one, one) for one in EXAMPLES]))
class ExampleCode(Words):
    """One of the worked examples; the verb says so in words."""


@extend_schema_field(serializers.ChoiceField([(one, one.label) for one in CORE]))
class CoreClause(Words):
    """One of the three core clauses; the verb says so in words."""


@extend_schema_field(serializers.ChoiceField(Decision.choices))
class DecisionCode(Words):
    """What becomes of a wish; the verb says so in words."""


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "clauses",
            {
                "clauses": ["term", "early_return"],
                "not_asked": ["damage"],
                "examples": ["term_week", "early_own"],
            },
            request_only=True,
        )
    ]
)
class ToExplain(Once):
    """Each of the three core clauses: explained with examples, or not asked."""

    clauses = serializers.ListField(
        child=CoreClause(),
        max_length=MOST,
        help_text=_("The clauses that are explained (IN-41)."),
    )
    not_asked = serializers.ListField(
        child=CoreClause(),
        required=False,
        default=list,
        max_length=MOST,
        help_text=_("The core clauses that the customer did not ask about."),
    )
    examples = serializers.ListField(
        child=ExampleCode(),
        required=False,
        default=list,
        max_length=MOST,
        help_text=_("At least one example for each explained clause (IN-42)."),
    )
    understood = serializers.BooleanField(
        required=False,
        default=None,
        allow_null=True,
        help_text=_("Whether the customer has understood; null: not said yet."),
    )


class Understanding(serializers.Serializer[Any]):
    understood = Flag(help_text=_("What the customer answered (IN-43)."))


class Explained(serializers.ModelSerializer[ClauseExplanation]):
    """What was explained, and whether it was understood."""

    clauses = serializers.ListField(child=serializers.CharField(), read_only=True)
    not_asked = serializers.ListField(child=serializers.CharField(), read_only=True)
    examples = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = ClauseExplanation
        fields = read_only_fields = (
            *("clauses", "not_asked", "examples", "understood", "at"),
        )
        extra_kwargs: ClassVar[dict[str, Any]] = {
            "understood": {"help_text": _("null: the customer has not said yet.")},
            "at": {"help_text": _("When it was explained.")},
        }


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "facts", {"zone": "same_city", "devices": ["CAM-06"]}, request_only=True
        )
    ]
)
class FactsToTell(Once):
    """The way of delivery, and the devices that are asked about."""

    zone = Text(
        help_text=_("A way of delivery: same_city, inter_city_express or store_pickup.")
    )
    devices = serializers.ListField(
        child=Text(),
        required=False,
        default=list,
        max_length=MOST,
        help_text=_("Codes of the catalogue; none: the times of both classes."),
    )


class FactsTold(serializers.ModelSerializer[ServiceFactsTold]):
    """What the customer was told about delivery and service (IN-46 to IN-51)."""

    text = serializers.CharField(
        source="message.text", read_only=True, help_text=_("The message.")
    )

    class Meta:
        model = ServiceFactsTold
        fields = read_only_fields = ("text", "at")
        extra_kwargs: ClassVar[dict[str, Any]] = {
            "at": {"help_text": _("When it was told.")}
        }


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "decision",
            {"decision": "partly", "text": _("One daily rent is kept, not two.")},
            request_only=True,
        )
    ]
)
class DecisionMade(ToldGuard):
    """What contract management says to a wish (IN-45)."""

    decision = DecisionCode(help_text=_("Granted, partly granted or refused."))
    text = Words(help_text=_("The answer; it is sent as it stands here."))


class DecisionReworded(ToldGuard):
    text = Words(help_text=_("The answer in other words."))


class TechnicianContact(serializers.Serializer[Any]):
    note = Words(
        required=False, default="", help_text=_("What was agreed, for colleagues.")
    )


class TechnicianArrival(serializers.Serializer[Any]):
    place = Words(
        required=False, default="", help_text=_("Where the technician has arrived.")
    )


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "finished",
            {"result": _("Cable replaced."), "downtime_hours": 6, "lease_days": 7},
            request_only=True,
        )
    ]
)
class RepairDone(serializers.Serializer[Any]):
    result = Words(help_text=_("How the fault was dealt with."))
    downtime_hours = Hours(help_text=_("How long the device was out of use."))
    lease_days = Whole(
        required=False,
        default=None,
        allow_null=True,
        help_text=_("The days of the lease: the reduction of the rent follows."),
    )
