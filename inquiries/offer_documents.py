"""What the API reads and writes of recommendations and quotations."""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema_field,
    extend_schema_serializer,
)
from rest_framework import serializers

from catalog import words
from catalog.documents import Flag, GivenMoney, Money, Order, PriceLine, Text, Whole
from catalog.models import Category, Need, Scale, Scene
from catalog.recommendation import Reason
from inquiries import offer_words
from inquiries.documents import Once, ToldGuard, Words
from inquiries.links import quotation_url
from inquiries.models import (
    Comparison,
    DeviceChoice,
    DeviceSelection,
    Quotation,
    RankedDevice,
)

BIGGEST_ID: Final = 2**62


@extend_schema_field(serializers.ChoiceField(Scene.choices))
class SceneCode(Words):
    """Where it is streamed; the verb says so in words."""


@extend_schema_field(serializers.ChoiceField(Scale.choices))
class ScaleCode(Words):
    """How many are in the picture; the verb says so in words."""


@extend_schema_field(serializers.ChoiceField(Need.choices))
class NeedCode(Words):
    """What matters; the verb says so in words."""


@extend_schema_field(serializers.ChoiceField(Category.choices))
class CategoryCode(Words):
    """A kind of device; the verb says so in words."""


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "wish",
            {
                "scene": "outdoor_mobile",
                "scale": "solo",
                "needs": ["portability"],
                "category": "live_camera",
            },
            request_only=True,
        )
    ]
)
class WishAsked(serializers.Serializer[Any]):
    scene = SceneCode(
        required=False, default="", help_text=_("Where it is streamed (IN-30).")
    )
    scale = ScaleCode(
        required=False, default="", help_text=_("How many are in the picture (IN-31).")
    )
    needs = serializers.ListField(
        child=NeedCode(),
        required=False,
        default=list,
        max_length=len(Need.values),
        help_text=_("What matters most, one or more (IN-32)."),
    )
    category = CategoryCode(
        required=False,
        default="",
        help_text=_("Only devices of this kind; without it, kind after kind."),
    )
    budget = GivenMoney(
        required=False,
        help_text=_(
            "What the customer wants to spend a day: the cheapest good one comes first."
        ),
    )


class DeviceRanked(serializers.Serializer[RankedDevice]):
    code = serializers.CharField(help_text=_("The code of the device."))
    name = serializers.CharField(help_text=_("The device in words."))
    score = serializers.IntegerField(
        help_text=_("Twice the scene, once the scale, twice each need.")
    )
    daily_rent = serializers.CharField(
        source="daily", help_text=_("The rent of a day.")
    )
    weekly_rent = serializers.CharField(
        source="weekly", help_text=_("The rent of a week.")
    )
    monthly_rent = serializers.CharField(
        source="monthly", help_text=_("The rent of a month.")
    )
    difference = serializers.CharField(
        help_text=_("The daily rent above that of the cheapest suitable device.")
    )
    cheapest_good = serializers.BooleanField(
        help_text=_("The cheapest whose score is 80 % of the best or more.")
    )
    reasons = serializers.SerializerMethodField(help_text=_("Why it suits, in words."))
    pros = serializers.CharField(help_text=_("What speaks for it."))
    cons = serializers.CharField(help_text=_("What speaks against it."))

    def get_reasons(self, device: RankedDevice) -> list[str]:
        return [
            words.scored(Reason(one["code"], one["score"], one["weight"]))
            for one in device.reasons
        ]


class Selected(serializers.ModelSerializer[DeviceSelection]):
    """What suits, best first; send two or more of it with `recommend`."""

    selection = serializers.IntegerField(
        source="pk", read_only=True, help_text=_("Its number, for `recommend`.")
    )
    devices = DeviceRanked(many=True, read_only=True)

    class Meta:
        model = DeviceSelection
        fields = read_only_fields = ("selection", "devices", "price_stamp")
        extra_kwargs = {  # noqa: RUF012  (the framework's own attribute)
            "price_stamp": {"help_text": _("The state of the prices used.")}
        }


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "comparison",
            {"selection": 17, "codes": ["CAM-02", "CAM-03"]},
            request_only=True,
        )
    ]
)
class ToCompare(ToldGuard, Once):
    selection = Whole(
        min_value=1, max_value=BIGGEST_ID, help_text=_("From `select-devices`.")
    )
    codes = serializers.ListField(
        child=Text(), max_length=10, help_text=_("Two devices of the list, or more.")
    )
    only_one_reason = Words(
        required=False, default="", help_text=_("Why there is only one (IN-34).")
    )


class Compared(serializers.ModelSerializer[Comparison]):
    """What was sent to the customer."""

    comparison = serializers.IntegerField(
        source="pk", read_only=True, help_text=_("Its number.")
    )
    codes = serializers.ListField(
        child=serializers.CharField(),
        read_only=True,
        help_text=_("The devices in the order of the list."),
    )
    text = serializers.CharField(
        source="message.text", read_only=True, help_text=_("The message.")
    )

    class Meta:
        model = Comparison
        fields = read_only_fields = ("comparison", "codes", "only_one_reason", "text")
        extra_kwargs = {  # noqa: RUF012  (the framework's own attribute)
            "only_one_reason": {"help_text": _("Why there is only one (IN-34).")}
        }


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "choice",
            {"comparison": 9, "code": "CAM-02", "message": 1042},
            request_only=True,
        )
    ]
)
class ToChoose(serializers.Serializer[Any]):
    comparison = Whole(
        min_value=1, max_value=BIGGEST_ID, help_text=_("From `recommend`.")
    )
    code = Text(help_text=_("The device that the customer chose."))
    message = Whole(
        min_value=1,
        max_value=BIGGEST_ID,
        help_text=_("The `id` of the message in which the customer chose (IN-35)."),
    )


class Chosen(serializers.ModelSerializer[DeviceChoice]):
    """What the customer chose."""

    comparison = serializers.IntegerField(
        source="comparison_id", read_only=True, help_text=_("From `recommend`.")
    )
    message = serializers.IntegerField(
        source="message_id", read_only=True, help_text=_("The message that proves it.")
    )

    class Meta:
        model = DeviceChoice
        fields = read_only_fields = ("comparison", "code", "message", "at")
        extra_kwargs = {  # noqa: RUF012  (the framework's own attribute)
            "code": {"help_text": _("The device that the customer chose.")},
            "at": {"help_text": _("When it was recorded.")},
        }


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "order",
            {
                "items": [{"code": "CAM-06", "quantity": 1}],
                "days": 7,
                "delivery": "same_city",
                "price_version": "3f1c0a92be77",
            },
            request_only=True,
        )
    ]
)
class ToQuote(Order, Once):
    delivery = Text(
        help_text=_("A way of delivery: same_city, inter_city_express or store_pickup.")
    )
    starts_on = serializers.DateField(
        required=False, allow_null=True, help_text=_("The first day, if it is known.")
    )
    first_order = Flag(
        default=False, help_text=_("Whether it is the customer's first order.")
    )
    insurance = Flag(
        default=False, help_text=_("Only when the customer chose it; never by itself.")
    )
    onsite_install = Flag(
        default=False, help_text=_("Whether we install on site: one visit.")
    )
    operator_days = Whole(
        default=0, help_text=_("Days of a technician, times their number.")
    )
    waiver = Text(
        default="",
        allow_blank=True,
        help_text=_("The code of a waiver of the deposit, such as zhima_credit."),
    )
    credit_score = Whole(
        default=None,
        allow_null=True,
        help_text=_("The score that the waiver asks for."),
    )
    price_version = Text(
        default="",
        allow_blank=True,
        help_text=_("The prices that were shown; if they have changed it is refused."),
    )


class Quoted(serializers.ModelSerializer[Quotation]):
    """A quotation that was sent."""

    url = serializers.SerializerMethodField(help_text=_("Where the customer reads it."))
    lines = serializers.SerializerMethodField(
        help_text=_("Every component, zero ones included.")
    )
    payable = Money(help_text=_("What is paid: all lines but the deposit."))
    deposit = Money(help_text=_("What is held and given back."))
    total = Money(help_text=_("Payable and deposit together."))
    price_version = serializers.CharField(
        source="price_stamp",
        help_text=_("A fingerprint of the prices: it changes when any of them does."),
    )

    class Meta:
        model = Quotation
        fields = read_only_fields = (
            "number",
            "version",
            "url",
            "sent_at",
            "valid_until",
            "lines",
            "payable",
            "deposit",
            "total",
            "price_version",
        )
        extra_kwargs = {  # noqa: RUF012  (the framework's own attribute)
            "number": {"help_text": _("Its number.")},
            "version": {"help_text": _("Which one of this inquiry, counted from 1.")},
            "sent_at": {"help_text": _("When it was sent.")},
            "valid_until": {"help_text": _("Until when it holds.")},
        }

    def get_url(self, quotation: Quotation) -> str:
        return quotation_url(quotation)

    @extend_schema_field(PriceLine(many=True))
    def get_lines(self, quotation: Quotation) -> list[dict[str, Any]]:
        return [
            {
                "component": line.code.value,
                "subject": line.subject,
                "name": line.name or str(words.COMPONENTS[line.code]),
                "quantity": line.quantity,
                "unit_price": f"{line.unit_price:.2f}",
                "amount": f"{line.amount:.2f}",
                "rule": line.rule,
                "explanation": words.explained(line),
            }
            for line in offer_words.priced(quotation)
        ]
