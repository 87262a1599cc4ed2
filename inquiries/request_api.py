"""Explanations, contract changes and repairs for other systems: the desk's verbs."""

from collections.abc import Callable
from typing import Any, Final

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.viewsets import ViewSet

from inquiries import services
from inquiries.api import IDEMPOTENCY, NUMBER, found, parsed, person
from inquiries.documents import ContractRequestState, RepairRequestState, ToldGuard
from inquiries.models import ContractRequest, RepairRequest
from inquiries.request_documents import (
    DecisionMade,
    DecisionReworded,
    Explained,
    FactsTold,
    FactsToTell,
    RepairDone,
    TechnicianArrival,
    TechnicianContact,
    ToExplain,
    Understanding,
)
from tickets.tokens import derived_token

REQUEST_NUMBER: Final = OpenApiParameter(
    "number", str, OpenApiParameter.PATH, description=_("The number of the request.")
)


class Explanations(ViewSet):
    """What is explained in a conversation; one address per verb."""

    @extend_schema(
        "explain_clauses",
        summary=_("Explain the contract"),
        description=_(
            "Sends the chosen clauses with computed examples; each of the three core"
            " clauses is explained or was not asked about (IN-41 to IN-43)."
        ),
        request=ToExplain,
        responses={201: Explained},
        parameters=[NUMBER, IDEMPOTENCY],
    )
    def explain_clauses(self, request: Request, number: str) -> Response:
        explained = services.explain_clauses(
            found(request, number),
            **parsed(ToExplain, request),
            by=person(request),
            at=timezone.now(),
        )
        return Response(Explained(explained).data, status=201)

    @extend_schema(
        "note_understanding",
        summary=_("Note what was understood"),
        description=_(
            "Keeps what the customer answered when asked whether all is clear (IN-43)."
        ),
        request=Understanding,
        responses=Explained,
        parameters=[NUMBER],
    )
    def understood(self, request: Request, number: str) -> Response:
        explained = services.note_understanding(
            found(request, number),
            **parsed(Understanding, request),
            by=person(request),
            at=timezone.now(),
        )
        return Response(Explained(explained).data)

    @extend_schema(
        "tell_service_facts",
        summary=_("Tell about delivery and service"),
        description=_(
            "Sends when and how devices arrive, whether we install them, and how soon a"
            " fault is looked after (IN-46 to IN-51)."
        ),
        request=FactsToTell,
        responses={201: FactsTold},
        parameters=[NUMBER, IDEMPOTENCY],
    )
    def service_facts(self, request: Request, number: str) -> Response:
        told = services.tell_service_facts(
            found(request, number),
            **parsed(FactsToTell, request),
            by=person(request),
            at=timezone.now(),
        )
        return Response(FactsTold(told).data, status=201)


class ContractRequests(ViewSet):
    """The life of a contract change request; one address per verb."""

    @extend_schema(
        "forward_contract_request",
        summary=_("Forward a contract change"),
        description=_("Forwards what could not be forwarded at once (IN-44)."),
        request=None,
        responses=ContractRequestState,
        parameters=[REQUEST_NUMBER],
    )
    def forward(self, request: Request, number: str) -> Response:
        return self._take(request, number, services.forward_contract_request)

    @extend_schema(
        "decide_contract_request",
        summary=_("Decide a contract change"),
        description=_(
            "What contract management says; the customer has yet to be told (IN-45)."
        ),
        request=DecisionMade,
        responses=ContractRequestState,
        parameters=[REQUEST_NUMBER],
    )
    def decide(self, request: Request, number: str) -> Response:
        verb = services.decide_contract_request
        return self._take(request, number, verb, DecisionMade)

    @extend_schema(
        "reword_contract_decision",
        summary=_("Say a decision otherwise"),
        description=_("The decision stands; its words change before they are told."),
        request=DecisionReworded,
        responses=ContractRequestState,
        parameters=[REQUEST_NUMBER],
    )
    def reword(self, request: Request, number: str) -> Response:
        verb = services.reword_contract_decision
        return self._take(request, number, verb, DecisionReworded)

    @extend_schema(
        "tell_contract_result",
        summary=_("Tell the result of a contract change"),
        description=_(
            "Sends the decision to the customer, once; the message is the proof"
            " (IN-45)."
        ),
        request=ToldGuard,
        responses=ContractRequestState,
        parameters=[REQUEST_NUMBER],
    )
    def tell(self, request: Request, number: str) -> Response:
        token = derived_token("contract_result", number)
        return self._take(
            request,
            number,
            services.tell_contract_result,
            ToldGuard,
            client_token=token,
        )

    def _take(
        self,
        request: Request,
        number: str,
        verb: Callable[..., ContractRequest],
        form: type[Serializer[Any]] | None = None,
        **more: Any,
    ) -> Response:
        visible = ContractRequest.objects.visible_to(person(request))
        asked = get_object_or_404(visible, number=number)
        given = parsed(form, request) if form else {}
        done = verb(asked, **given, **more, by=person(request), at=timezone.now())
        return Response(ContractRequestState(done).data)


class RepairRequests(ViewSet):
    """The life of a repair request; one address per verb."""

    @extend_schema(
        "log_technician_contact",
        summary=_("Log that a technician contacted the customer"),
        description=_("Within two hours of the report (IN-49)."),
        request=TechnicianContact,
        responses=RepairRequestState,
        parameters=[REQUEST_NUMBER],
    )
    def contact(self, request: Request, number: str) -> Response:
        verb = services.log_technician_contact
        return self._take(request, number, verb, TechnicianContact)

    @extend_schema(
        "check_in_on_site",
        summary=_("Check in on site"),
        description=_("An urgent fault within four hours of the report (IN-50)."),
        request=TechnicianArrival,
        responses=RepairRequestState,
        parameters=[REQUEST_NUMBER],
    )
    def check_in(self, request: Request, number: str) -> Response:
        verb = services.check_in_on_site
        return self._take(request, number, verb, TechnicianArrival)

    @extend_schema(
        "finish_repair",
        summary=_("Finish a repair"),
        description=_(
            "How the fault was dealt with; with the days of the lease the reduction of"
            " the rent is worked out."
        ),
        request=RepairDone,
        responses=RepairRequestState,
        parameters=[REQUEST_NUMBER],
    )
    def finish(self, request: Request, number: str) -> Response:
        return self._take(request, number, services.finish_repair, RepairDone)

    def _take(
        self,
        request: Request,
        number: str,
        verb: Callable[..., RepairRequest],
        form: type[Serializer[Any]],
    ) -> Response:
        visible = RepairRequest.objects.visible_to(person(request))
        reported = get_object_or_404(visible, number=number)
        given = parsed(form, request)
        done = verb(reported, **given, by=person(request), at=timezone.now())
        return Response(RepairRequestState(done).data)
