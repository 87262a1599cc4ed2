"""Orders for other systems: to those who see every case, or an objection about it."""

from typing import Final

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from inquiries.api import person
from objections.models import Objection
from objections.order_facts import may_read
from orders.documents import OrderRead
from orders.facts import LookupFailed, OrderFacts, OrderNotFound
from orders.services import look_up
from staff.models import User

NUMBER: Final = OpenApiParameter(
    "number", str, OpenApiParameter.PATH, description=_("The number of the order.")
)


class SourceSilent(APIException):
    """The source of orders did not answer; nothing is said in its place."""

    status_code = 503
    default_detail = _("The look-up failed. Try again soon.")


class Orders(APIView):
    """One order as its source knows it."""

    @extend_schema(
        "read_order",
        summary=_("Read an order"),
        description=_(
            "What the order system, finance and the warehouse know of an order."
            " Departments read the orders of the objections that they see."
        ),
        parameters=[NUMBER],
        responses=OrderRead,
    )
    def get(self, request: Request, number: str) -> Response:
        try:
            facts = look_up.find(number)
        except OrderNotFound as error:
            raise Http404 from error
        except LookupFailed as error:
            raise SourceSilent from error
        if not _reads(facts, by=person(request)):
            raise Http404
        return Response(OrderRead(facts).data)


def _reads(facts: OrderFacts, *, by: User) -> bool:
    """Whether this person sees it: all, or an objection of the same customer."""
    if by.sees_every_ticket:
        return True
    about = Objection.objects.visible_to(by).filter(order_number=facts.number)
    found = about.select_related("customer")
    return any(may_read(facts, objection, by=by) for objection in found)
