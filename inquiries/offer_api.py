"""Recommend and quote for other systems: the verbs that the desk calls."""

from typing import ClassVar

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from inquiries import services
from inquiries.api import IDEMPOTENCY, NUMBER, found, parsed, person
from inquiries.models import Comparison, DeviceSelection
from inquiries.offer_documents import (
    Chosen,
    Compared,
    Quoted,
    Selected,
    ToChoose,
    ToCompare,
    ToQuote,
    WishAsked,
)
from tickets.models import Message


class Offers(ViewSet):
    """One address per verb."""

    field_names: ClassVar[dict[str, str]] = {"confirmed_prices": "price_version"}

    @extend_schema(
        "select_devices",
        summary=_("Select devices"),
        description=_(
            "Keeps what the customer needs and ranks what suits (IN-30 to IN-33)."
        ),
        request=WishAsked,
        responses={201: Selected},
        parameters=[NUMBER],
    )
    def select_devices(self, request: Request, number: str) -> Response:
        inquiry = found(request, number)
        selection = services.select_devices(
            inquiry,
            **parsed(WishAsked, request),
            by=person(request),
            at=timezone.now(),
        )
        return Response(Selected(selection).data, status=201)

    @extend_schema(
        "recommend_to_customer",
        summary=_("Send a comparison"),
        description=_(
            "Sends two devices or more with their pros, cons and rents; the dearest"
            " alone is refused (IN-34, IN-36)."
        ),
        request=ToCompare,
        responses={201: Compared},
        parameters=[NUMBER, IDEMPOTENCY],
    )
    def recommend(self, request: Request, number: str) -> Response:
        inquiry = found(request, number)
        given = parsed(ToCompare, request)
        selection = get_object_or_404(
            DeviceSelection, pk=given.pop("selection"), inquiry=inquiry
        )
        comparison = services.recommend(
            inquiry,
            selection=selection,
            **given,
            by=person(request),
            at=timezone.now(),
        )
        return Response(Compared(comparison).data, status=201)

    @extend_schema(
        "record_choice",
        summary=_("Record the customer's choice"),
        description=_(
            "Keeps which device of a comparison the customer chose, with the message"
            " that says so (IN-35); the same choice again changes nothing."
        ),
        request=ToChoose,
        responses=Chosen,
        parameters=[NUMBER],
    )
    def choose_device(self, request: Request, number: str) -> Response:
        inquiry = found(request, number)
        given = parsed(ToChoose, request)
        comparison = get_object_or_404(
            Comparison, pk=given["comparison"], selection__inquiry=inquiry
        )
        choice = services.choose_device(
            inquiry,
            comparison=comparison,
            code=given["code"],
            message=Message.objects.filter(ticket=inquiry, pk=given["message"]).first(),
            by=person(request),
            at=timezone.now(),
        )
        return Response(Chosen(choice).data)

    @extend_schema(
        "quote_to_customer",
        summary=_("Send a quotation"),
        description=_(
            "Prices an order with every line and term and sends it to the customer"
            " (IN-37 to IN-40); it can never be changed afterwards."
        ),
        request=ToQuote,
        responses={201: Quoted},
        parameters=[NUMBER, IDEMPOTENCY],
    )
    def quote(self, request: Request, number: str) -> Response:
        inquiry = found(request, number)
        given = parsed(ToQuote, request)
        items = [(item["code"], item["quantity"]) for item in given.pop("items")]
        quotation = services.quote(
            inquiry,
            items=items,
            **given,
            by=person(request),
            at=timezone.now(),
        )
        return Response(Quoted(quotation).data, status=201)
