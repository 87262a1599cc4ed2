"""Addresses of the API, one per verb."""

from django.urls import path, re_path

from catalog.api import (
    PriceDamage,
    PriceDelay,
    PriceDowntime,
    PriceOrder,
    PriceReturn,
    Recommendations,
)
from helpdesk.api.views import NothingHere, Schema, page
from inquiries.api import Inquiries
from inquiries.offer_api import Offers
from sla.api import ClockList, DueTime, Policies
from tickets.api import TicketList

VERBS = (
    "take",
    "greet",
    "reply",
    "note",
    "assign",
    "topic",
    "topic-answered",
    "topic-complex",
    "question-clear",
    "needs-checking",
    "callback",
    "closing-question",
    "customer-left",
    "close",
    "reopen",
    "contract-request",
    "repair-request",
    "link",
    "unlink",
    "merge",
    "unmerge",
    "ring",
    "follow-up",
    "email",
    "withdraw-consent",
)
OFFERS = ("select-devices", "recommend", "quote")

urlpatterns = [
    path("", page, name="api"),
    path("schema/", Schema.as_view(), name="api_schema"),
    path("v1/tickets/", TicketList.as_view(), name="api_tickets"),
    path("v1/clocks/", ClockList.as_view(), name="api_clocks"),
    path("v1/policies/", Policies.as_view(), name="api_policies"),
    path("v1/business-time/due/", DueTime.as_view(), name="api_due_time"),
    path("v1/inquiries/", Inquiries.as_view({"post": "create"}), name="api_inquiries"),
    path(
        "v1/inquiries/missed-call/",
        Inquiries.as_view({"post": "missed_call"}),
        name="api_missed_call",
    ),
    path(
        "v1/inquiries/<slug:number>/",
        Inquiries.as_view({"get": "retrieve"}),
        name="api_inquiry",
    ),
    *(
        path(
            f"v1/inquiries/<slug:number>/{verb}/",
            Inquiries.as_view({"post": verb.replace("-", "_")}),
            name=f"api_{verb.replace('-', '_')}",
        )
        for verb in VERBS
    ),
    *(
        path(
            f"v1/inquiries/<slug:number>/{verb}/",
            Offers.as_view({"post": verb.replace("-", "_")}),
            name=f"api_{verb.replace('-', '_')}",
        )
        for verb in OFFERS
    ),
    path("v1/pricing/quote/", PriceOrder.as_view(), name="api_quote_price"),
    path("v1/pricing/early-return/", PriceReturn.as_view(), name="api_price_return"),
    path("v1/pricing/overdue/", PriceDelay.as_view(), name="api_price_delay"),
    path("v1/pricing/damage/", PriceDamage.as_view(), name="api_price_damage"),
    path("v1/pricing/downtime/", PriceDowntime.as_view(), name="api_price_downtime"),
    path("v1/recommendations/", Recommendations.as_view(), name="api_recommendations"),
    re_path(r"", NothingHere.as_view()),
]
