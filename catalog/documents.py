"""What the API reads and writes of prices: shapes here, rules in the arithmetic."""

import math
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema_field,
    extend_schema_serializer,
)
from rest_framework import serializers

from catalog.models import Category, Need, Scale, Scene
from catalog.pricing import Component

MONEY: Final = r"^-?\d{1,20}\.\d{2}$"
GIVEN_MONEY: Final = r"^\d{1,10}(\.\d{1,2})?$"


class Text(serializers.CharField):
    """A JSON string of bounded length, and nothing else."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=40, **options)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Whole(serializers.IntegerField):
    """A JSON number without a fraction, and nothing else."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        if isinstance(data, float) and not data.is_integer():
            self.fail("invalid")
        return int(data)


class Flag(serializers.BooleanField):
    """true or false, and nothing else."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


@extend_schema_field({"type": "string", "pattern": MONEY})
class Money(serializers.Field[Decimal, Any, str, Any]):
    """An amount in yuan as text with two decimals: "1277.98"."""

    def to_representation(self, value: Decimal) -> str:
        return f"{value:.2f}"


@extend_schema_field({"type": "string", "pattern": GIVEN_MONEY})
class GivenMoney(serializers.RegexField):
    """An amount in yuan as text, not negative."""

    default_error_messages = {  # noqa: RUF012  (the framework's own attribute)
        "invalid": _("Write an amount as text with at most two decimals: “1282.50”.")
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(GIVEN_MONEY, **options)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        if data is not serializers.empty and not isinstance(data, str):
            self.fail("invalid")
        text = super().run_validation(data)
        if not isinstance(text, str):
            return text
        try:
            return Decimal(text)
        except InvalidOperation:
            self.fail("invalid")


@extend_schema_field({"type": "number", "minimum": 0})
class Hours(serializers.Field[Decimal, Any, Any, Any]):
    """A JSON number of hours."""

    default_error_messages = {"invalid": _("Give a number of hours.")}  # noqa: RUF012

    def to_internal_value(self, data: Any) -> Decimal:
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        if isinstance(data, float) and not math.isfinite(data):
            self.fail("invalid")
        return Decimal(str(data))


class Instant(serializers.DateTimeField):
    """An instant with its offset; without one it could mean several."""

    def to_internal_value(self, value: Any) -> datetime:
        if not isinstance(value, str):
            self.fail("invalid", format="ISO 8601")
        instant = super().to_internal_value(value)
        given = parse_datetime(value)
        if given is None or given.utcoffset() is None:
            raise serializers.ValidationError(
                _("Say which offset the time has, such as +08:00.")
            )
        return instant


class Asked(serializers.Serializer[Any]):
    """So many of one device."""

    code = Text(help_text=_("The code of a device, such as CAM-06."))
    quantity = Whole(default=1, help_text=_("How many pieces, from 1 to 500."))


class Order(serializers.Serializer[Any]):
    """Devices, and for how long."""

    items = Asked(
        many=True, help_text=_("Devices with their numbers of pieces, at most 50.")
    )
    days = Whole(
        help_text=_("24 hours each from the handover, the last with two of grace.")
    )


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "order",
            {
                "items": [
                    {"code": "CAM-06", "quantity": 1},
                    {"code": "MIC-01", "quantity": 1},
                ],
                "days": 7,
                "first_order": False,
                "delivery": "same_city",
                "insurance": True,
            },
            request_only=True,
        )
    ]
)
class OrderToPrice(Order):
    delivery = Text(
        help_text=_("A way of delivery: same_city, inter_city_express or store_pickup.")
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


class PriceLine(serializers.Serializer[Any]):
    component = serializers.ChoiceField(
        choices=[one.value for one in Component], help_text=_("What it is for.")
    )
    subject = serializers.CharField(
        help_text=_("The code of the device, discount, zone or waiver; or empty.")
    )
    name = serializers.CharField(help_text=_("That thing, or the component, in words."))
    quantity = serializers.IntegerField(help_text=_("How many."))
    unit_price = Money(help_text=_("For one."))
    amount = Money(help_text=_("Quantity times unit price; negative: taken off."))
    rule = serializers.CharField(help_text=_("How it was found: a code."))
    explanation = serializers.CharField(help_text=_("The same in words."))


class Applied(serializers.Serializer[Any]):
    code = serializers.CharField(help_text=_("The code of the discount."))
    name = serializers.CharField(help_text=_("The discount in words."))
    amount = Money(help_text=_("What it takes off."))


class NotApplied(serializers.Serializer[Any]):
    code = serializers.CharField(help_text=_("The code of the discount."))
    name = serializers.CharField(help_text=_("The discount in words."))
    reason = serializers.ChoiceField(
        choices=["too_few_days", "not_first_order", "not_a_kit", "another_is_better"],
        help_text=_("Why it does not apply: a code."),
    )
    explanation = serializers.CharField(help_text=_("The same in words."))


class Price(serializers.Serializer[Any]):
    lines = PriceLine(many=True, help_text=_("Every component, zero ones included."))
    rent = Money(help_text=_("The rent before discounts."))
    payable = Money(help_text=_("What is paid: all lines but the deposit."))
    deposit = Money(help_text=_("What is held and given back."))
    total = Money(help_text=_("Payable and deposit together."))
    discounts_applied = Applied(many=True, help_text=_("The discounts in the price."))
    discounts_not_applied = NotApplied(
        many=True, help_text=_("The other discounts, each with its reason.")
    )
    delivery_hours = serializers.IntegerField(
        allow_null=True,
        help_text=_("In how many hours all is there; null: nothing is delivered."),
    )
    price_version = serializers.CharField(
        help_text=_("A fingerprint of the prices: it changes when any of them does.")
    )


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "early return",
            {"items": [{"code": "CAM-06"}], "days": 10, "used_days": 4},
            request_only=True,
        )
    ]
)
class ReturnToPrice(Order):
    used_days = Whole(help_text=_("After how many of them it comes back."))
    paid = GivenMoney(
        default=None,
        allow_null=True,
        help_text=_("The rent that was paid; without it, it is worked out."),
    )
    discounted = Flag(
        default=False,
        help_text=_("Work out with the discounts of each length, not at list price."),
    )
    first_order = Flag(
        default=False, help_text=_("Whether it is the customer's first order.")
    )
    lessor_at_fault = Flag(
        default=False, help_text=_("Then nothing is kept: our fault, or a defect.")
    )


class ReturnPriced(serializers.Serializer[Any]):
    paid = Money(help_text=_("The rent that was paid."))
    used = Money(help_text=_("What the days used cost at their own tier."))
    unused = Money(help_text=_("The rest, never below zero."))
    fee = Money(help_text=_("What is kept of it: two daily rents at most."))
    refund = Money(help_text=_("What is given back."))


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "late return",
            {
                "items": [{"code": "CAM-06", "quantity": 1}],
                "due_at": "2026-11-24T14:00:00+08:00",
                "returned_at": "2026-11-26T10:00:00+08:00",
            },
            request_only=True,
        )
    ]
)
class DelayToPrice(serializers.Serializer[Any]):
    items = Asked(
        many=True, help_text=_("Devices with their numbers of pieces, at most 50.")
    )
    due_at = Instant(
        help_text=_("When the devices had to be back: ISO 8601 with an offset.")
    )
    returned_at = Instant(help_text=_("When they came back: ISO 8601 with an offset."))


class DelayPriced(serializers.Serializer[Any]):
    days = serializers.IntegerField(
        help_text=_("Late days: after the grace, each begun.")
    )
    occupation = Money(help_text=_("The daily rent of these days."))
    penalty = Money(help_text=_("On top: 30 % of the daily rent at most."))
    total = Money(help_text=_("Both together."))


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "lost",
            {"code": "MIC-01", "grade": "3", "months_in_service": 10},
            request_only=True,
        )
    ]
)
class DamageToPrice(serializers.Serializer[Any]):
    code = Text(help_text=_("The code of a device, such as CAM-06."))
    grade = Text(
        help_text=_(
            "0 normal wear, 1 slight, 2 can be repaired, 3 beyond repair or lost,"
            " P accessories missing."
        )
    )
    assessed = GivenMoney(
        default=None,
        allow_null=True,
        help_text=_("Grade 1: the amount assessed. Grade 2: the repair's invoice."),
    )
    downtime_days = Whole(
        default=0, help_text=_("Grade 2: days in which it could not be leased.")
    )
    months_in_service = Whole(
        default=None, allow_null=True, help_text=_("Grade 3: how old the device was.")
    )
    missing = serializers.DictField(
        child=Whole(),
        default=dict,
        help_text=_("Grade P: how many of each accessory, by its code."),
    )


class DamagePartPriced(serializers.Serializer[Any]):
    code = serializers.CharField(
        help_text=_("assessed, repair, downtime, loss, or an accessory's code.")
    )
    name = serializers.CharField(help_text=_("The accessory in words."))
    quantity = serializers.IntegerField(help_text=_("How many."))
    unit_price = Money(help_text=_("For one."))
    amount = Money(help_text=_("Quantity times unit price."))


class DamagePriced(serializers.Serializer[Any]):
    grade = serializers.CharField(source="grade.code", help_text=_("The grade."))
    name = serializers.CharField(
        source="grade.name", help_text=_("The grade in words.")
    )
    parts = DamagePartPriced(many=True, help_text=_("What the amount is made of."))
    amount = Money(help_text=_("What the customer pays."))
    limited = serializers.BooleanField(
        help_text=_("Whether a limit of the grade kept it below what was named.")
    )


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "downtime",
            {"items": [{"code": "CAM-06", "quantity": 1}], "days": 7, "hours": 30},
            request_only=True,
        )
    ]
)
class DowntimeToPrice(Order):
    hours = Hours(help_text=_("How long these devices could not be used."))
    by_customer = Flag(
        default=False, help_text=_("Whether the customer caused it: nothing is owed.")
    )


class DowntimePriced(serializers.Serializer[Any]):
    counts = serializers.BooleanField(
        help_text=_(
            "Whether anything is owed: more than four hours, not by the customer."
        )
    )
    reduction = Money(help_text=_("By how much the rent falls; or, instead:"))
    extension_hours = serializers.FloatField(
        help_text=_("By how many hours the lease is longer.")
    )


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
class Wish(serializers.Serializer[Any]):
    scene = serializers.ChoiceField(
        choices=Scene.choices, help_text=_("Where it is streamed.")
    )
    scale = serializers.ChoiceField(
        choices=Scale.choices, help_text=_("How many are in the picture.")
    )
    needs = serializers.ListField(
        child=serializers.ChoiceField(choices=Need.choices),
        min_length=1,
        help_text=_("What matters most, one or more."),
    )
    category = serializers.ChoiceField(
        choices=Category.choices,
        required=False,
        help_text=_("Only devices of this kind; without it, kind after kind."),
    )
    budget = GivenMoney(
        required=False,
        help_text=_(
            "What the customer wants to spend a day: the cheapest good one comes first."
        ),
    )


class ReasonGiven(serializers.Serializer[Any]):
    code = serializers.CharField(help_text=_("A scene, scale or need."))
    score = serializers.IntegerField(help_text=_("From 0 to 5."))
    weight = serializers.IntegerField(help_text=_("How much it counts."))
    text = serializers.CharField(help_text=_("The same in words."))


class Recommended(serializers.Serializer[Any]):
    code = serializers.CharField(
        source="candidate.code", help_text=_("The code of the device.")
    )
    name = serializers.CharField(
        source="candidate.name", help_text=_("The device in words.")
    )
    category = serializers.CharField(
        source="candidate.category", help_text=_("What kind of device it is.")
    )
    score = serializers.IntegerField(
        help_text=_("Twice the scene, once the scale, twice each need.")
    )
    daily_rent = Money(source="candidate.daily", help_text=_("The rent of a day."))
    difference = Money(
        help_text=_("The daily rent above that of the cheapest suitable device.")
    )
    cheapest_good = serializers.BooleanField(
        help_text=_("The cheapest whose score is 80 % of the best or more.")
    )
    reasons = ReasonGiven(many=True, help_text=_("What the score is made of."))
    pros = serializers.CharField(
        source="candidate.pros", help_text=_("What speaks for it.")
    )
    cons = serializers.CharField(
        source="candidate.cons", help_text=_("What speaks against it.")
    )
