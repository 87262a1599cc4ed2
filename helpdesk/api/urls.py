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
from helpdesk.api.presence import OwnPresence
from helpdesk.api.views import NothingHere, Schema, page
from inquiries.api import Inquiries
from inquiries.offer_api import Offers
from inquiries.request_api import ContractRequests, Explanations, RepairRequests
from objections.api import Objections
from objections.order_api import Orders
from objections.prevention_api import ActionList, Actions
from objections.settlement_api import Settlements
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
    "remove-topic",
    "topic-complex",
    "question-clear",
    "needs-checking",
    "callback",
    "closing-question",
    "customer-left",
    "abandon",
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
OFFERS = ("select-devices", "recommend", "choose-device", "quote")
EXPLANATIONS = ("explain-clauses", "understood", "service-facts")
CONTRACT_VERBS = ("forward", "decide", "reword", "tell")
REPAIR_VERBS = ("contact", "check-in", "finish")
OBJECTION_VERBS = (
    "acknowledge",
    "correct",
    "record",
    "hand-off",
    "accept",
    "return",
    "evidence",
    "conversations",
    "waive-evidence",
    "ask-evidence",
    "go-on",
    "conclude",
    "withdraw",
)
SETTLEMENT_VERBS = (
    "extend",
    "order-test",
    "propose",
    "approve",
    "send-back",
    "customer-answer",
    "investigate-again",
    "escalate",
    "close-unagreed",
    "assign-action",
    "execute",
    "feedback",
    "visit",
    "archive",
    "appeal",
    "decide-appeal",
    "note-external",
    "answer-external",
    "end-external",
)
ACTION_VERBS = ("assign", "describe", "finish", "judge", "cancel")
# Where, which verbs, and who takes them.
PLACES = (
    ("inquiries", VERBS, Inquiries),
    ("inquiries", OFFERS, Offers),
    ("inquiries", EXPLANATIONS, Explanations),
    ("contract-requests", CONTRACT_VERBS, ContractRequests),
    ("repair-requests", REPAIR_VERBS, RepairRequests),
    ("inquiries", ("convert",), Objections),
    ("objections", OBJECTION_VERBS, Objections),
    ("objections", SETTLEMENT_VERBS, Settlements),
    ("preventive-actions", ACTION_VERBS, Actions),
)
# `return` is no name for a method.
METHODS = {"return": "give_back"}


def _name(place: str, verb: str) -> str:
    of = {
        "contract-requests": "contract_",
        "repair-requests": "repair_",
        "objections": "objection_",
        "preventive-actions": "action_",
    }
    return f"api_{of.get(place, '')}{verb.replace('-', '_')}"


urlpatterns = [
    path("", page, name="api"),
    path("schema/", Schema.as_view(), name="api_schema"),
    path("v1/tickets/", TicketList.as_view(), name="api_tickets"),
    path("v1/clocks/", ClockList.as_view(), name="api_clocks"),
    path("v1/presence/", OwnPresence.as_view(), name="api_presence"),
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
            f"v1/{place}/<slug:number>/{verb}/",
            taken_by.as_view({"post": METHODS.get(verb, verb.replace("-", "_"))}),
            name=_name(place, verb),
        )
        for place, verbs, taken_by in PLACES
        for verb in verbs
    ),
    path(
        "v1/objections/",
        Objections.as_view({"post": "create"}),
        name="api_objections",
    ),
    path(
        "v1/objections/<slug:number>/",
        Objections.as_view({"get": "retrieve"}),
        name="api_objection",
    ),
    path("v1/orders/<str:number>/", Orders.as_view(), name="api_order"),
    path("v1/preventive-actions/", ActionList.as_view(), name="api_actions"),
    path(
        "v1/preventive-actions/<slug:number>/",
        Actions.as_view({"get": "retrieve"}),
        name="api_action",
    ),
    path("v1/pricing/quote/", PriceOrder.as_view(), name="api_quote_price"),
    path("v1/pricing/early-return/", PriceReturn.as_view(), name="api_price_return"),
    path("v1/pricing/overdue/", PriceDelay.as_view(), name="api_price_delay"),
    path("v1/pricing/damage/", PriceDamage.as_view(), name="api_price_damage"),
    path("v1/pricing/downtime/", PriceDowntime.as_view(), name="api_price_downtime"),
    path("v1/recommendations/", Recommendations.as_view(), name="api_recommendations"),
    re_path(r"", NothingHere.as_view()),
]
