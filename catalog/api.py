"""Prices and recommendations for other systems: parse, compute, show; store nothing."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from catalog import words
from catalog.documents import (
    DamagePriced,
    DamageToPrice,
    DelayPriced,
    DelayToPrice,
    DowntimePriced,
    DowntimeToPrice,
    OrderToPrice,
    Price,
    Recommended,
    ReturnPriced,
    ReturnToPrice,
    Wish,
)
from catalog.pricing import Line, Quote
from catalog.recommendation import Recommendation
from catalog.services import prices, tariff


class PriceOrder(APIView):
    """An order."""

    @extend_schema(
        "quote_price",
        summary=_("Price an order"),
        description=_(
            "Every line of the price, zero ones included (IN-37), with the discounts"
            " that apply and those that do not (IN-38). Insurance is never preselected."
        ),
        request=OrderToPrice,
        responses=Price,
    )
    def post(self, request: Request) -> Response:
        given = parsed(OrderToPrice, request)
        quote = prices.order(asked(given), **given, at=timezone.now())
        return Response(Price(price_of(quote)).data)


class PriceReturn(APIView):
    """An early return."""

    @extend_schema(
        "price_early_return",
        summary=_("Price an early return"),
        description=_(
            "The days used cost what they would have cost at their own tier; of the"
            " rest two daily rents at most are kept, nothing when we are at fault."
        ),
        request=ReturnToPrice,
        responses=ReturnPriced,
    )
    def post(self, request: Request) -> Response:
        given = parsed(ReturnToPrice, request)
        back = prices.early_return(asked(given), **given, at=timezone.now())
        return Response(ReturnPriced(back).data)


class PriceDelay(APIView):
    """A late return."""

    @extend_schema(
        "price_overdue",
        summary=_("Price a late return"),
        description=_(
            "After the grace each day begun costs the daily rent and a penalty of 30 %"
            " of it at most."
        ),
        request=DelayToPrice,
        responses=DelayPriced,
    )
    def post(self, request: Request) -> Response:
        given = parsed(DelayToPrice, request)
        late = prices.overdue(asked(given), **given, at=timezone.now())
        return Response(DelayPriced(late).data)


class PriceDamage(APIView):
    """A damage."""

    @extend_schema(
        "price_damage",
        summary=_("Price a damage"),
        description=_(
            "What a customer pays for damage, loss or missing accessories, by grade."
            " Normal wear is free."
        ),
        request=DamageToPrice,
        responses=DamagePriced,
    )
    def post(self, request: Request) -> Response:
        given = parsed(DamageToPrice, request)
        broken = prices.damage(given.pop("code"), **given, at=timezone.now())
        return Response(DamagePriced(broken).data)


class PriceDowntime(APIView):
    """A time in which devices could not be used."""

    @extend_schema(
        "price_downtime",
        summary=_("Price a downtime"),
        description=_(
            "A device that cannot be used for more than four hours, not through the"
            " customer, reduces its rent pro rata or makes the lease longer."
        ),
        request=DowntimeToPrice,
        responses=DowntimePriced,
    )
    def post(self, request: Request) -> Response:
        given = parsed(DowntimeToPrice, request)
        owed = prices.downtime(asked(given), **given, at=timezone.now())
        hours = owed.extension / timedelta(hours=1)
        shown = {
            "counts": owed.counts,
            "reduction": owed.reduction,
            "extension_hours": hours,
        }
        return Response(DowntimePriced(shown).data)


class Recommendations(APIView):
    """What fits."""

    @extend_schema(
        "recommend_devices",
        summary=_("Recommend devices"),
        description=_(
            "The best three of each kind that suit scene and scale, by score and then"
            " by rent, with the cheapest good one always among them (IN-33 to IN-36):"
            " as a fourth where it is not, and first where a budget was stated."
        ),
        request=Wish,
        responses=Recommended(many=True),
    )
    def post(self, request: Request) -> Response:
        found = prices.recommend(**parsed(Wish, request))
        shown = [recommended(one) for one in found]
        return Response(Recommended(shown, many=True).data)


def parsed(form: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    """The values of a request. Raises ValidationError by field."""
    reader = form(data=request.data)
    reader.is_valid(raise_exception=True)
    given: dict[str, Any] = reader.validated_data
    return given


def asked(given: dict[str, Any]) -> list[tuple[str, int]]:
    """Take the devices out of the values."""
    return [(item["code"], item["quantity"]) for item in given.pop("items")]


def price_of(quote: Quote) -> dict[str, Any]:
    """A price as its document reads it."""
    return {
        "lines": [shown_line(line) for line in quote.lines],
        "rent": quote.rent,
        "payable": quote.payable,
        "deposit": quote.deposit,
        "total": quote.total,
        "discounts_applied": quote.applied,
        "discounts_not_applied": [
            {
                "code": one.code,
                "name": one.name,
                "reason": one.reason,
                "explanation": words.why_not(one),
            }
            for one in quote.not_applied
        ],
        "delivery_hours": quote.delivery_hours,
        "price_version": tariff.stamp(),
    }


def shown_line(line: Line) -> dict[str, Any]:
    return {
        "component": line.code.value,
        "subject": line.subject,
        "name": line.name or str(words.COMPONENTS[line.code]),
        "quantity": line.quantity,
        "unit_price": line.unit_price,
        "amount": line.amount,
        "rule": line.rule,
        "explanation": words.explained(line),
    }


def recommended(one: Recommendation) -> dict[str, Any]:
    return {
        "candidate": one.candidate,
        "score": one.score,
        "difference": one.difference,
        "cheapest_good": one.cheapest_good,
        "reasons": [
            {
                "code": reason.code,
                "score": reason.score,
                "weight": reason.weight,
                "text": words.scored(reason),
            }
            for reason in one.reasons
        ],
    }
