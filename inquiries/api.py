"""Inquiries for other systems: parse, call the verb that the pages call, show."""

from collections.abc import Callable
from typing import Any, ClassVar, Final, cast

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.viewsets import ViewSet

from inquiries import services
from inquiries.documents import (
    Assignment,
    ContractRequestState,
    InquiryAsked,
    InquiryState,
    InquiryThread,
    NewContractRequest,
    NewInquiry,
    NewMessage,
    NewRepairRequest,
    RepairRequestState,
    SentOnce,
)
from inquiries.models import Inquiry
from sla.models import Clock
from sla.services.standing import holds
from staff.models import User
from tickets.tokens import derived_token

IDEMPOTENCY: Final = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description=_(
        "A key of your own. Sent to the same address again, it adds nothing."
    ),
)
NUMBER: Final = OpenApiParameter(
    "number", str, OpenApiParameter.PATH, description=_("The number of the inquiry.")
)


class Inquiries(ViewSet):
    """One address per verb."""

    field_names: ClassVar[dict[str, str]] = {
        "surname": "customer.surname",
        "phone": "customer.phone",
        "to": "assignee",
    }

    @extend_schema(
        "file_inquiry",
        summary=_("File an inquiry"),
        description=_(
            "Takes a customer's question; its 30-second clock starts (IN-24)."
        ),
        request=NewInquiry,
        responses={201: InquiryAsked},
        parameters=[IDEMPOTENCY],
    )
    def create(self, request: Request) -> Response:
        given = parsed(NewInquiry, request)
        inquiry = services.ask(
            **given.pop("customer"), **given, by=person(request), at=timezone.now()
        )
        return shown(request, inquiry, InquiryAsked, status=201)

    @extend_schema(
        "read_inquiry",
        summary=_("Read an inquiry"),
        description=_("One inquiry with its messages and clocks."),
        parameters=[NUMBER],
        responses=InquiryThread,
    )
    def retrieve(self, request: Request, number: str) -> Response:
        return shown(request, found(request, number), InquiryThread)

    @extend_schema(
        "reply_to_inquiry",
        summary=_("Reply"),
        description=_(
            "Answers the customer; the first answer stops the clock (IN-24)."
        ),
        request=NewMessage,
        responses={201: InquiryState},
        parameters=[NUMBER, IDEMPOTENCY],
    )
    def reply(self, request: Request, number: str) -> Response:
        return self._take(request, number, services.reply, NewMessage, status=201)

    @extend_schema(
        "note_on_inquiry",
        summary=_("Leave a note"),
        description=_("Only colleagues see a note."),
        request=NewMessage,
        responses={201: InquiryState},
        parameters=[NUMBER, IDEMPOTENCY],
    )
    def note(self, request: Request, number: str) -> Response:
        return self._take(request, number, services.write_note, NewMessage, status=201)

    @extend_schema(
        "take_inquiry",
        summary=_("Take an inquiry"),
        description=_("Makes it the own inquiry of the token's person."),
        parameters=[NUMBER],
        request=None,
        responses=InquiryState,
    )
    def take(self, request: Request, number: str) -> Response:
        return self._take(request, number, services.take)

    @extend_schema(
        "assign_inquiry",
        summary=_("Assign an inquiry"),
        description=_("Gives it to a colleague."),
        parameters=[NUMBER],
        request=Assignment,
        responses=InquiryState,
    )
    def assign(self, request: Request, number: str) -> Response:
        inquiry = found(request, number)
        to = parsed(Assignment, request)["assignee"]
        services.assign(inquiry, to=to, by=person(request), at=timezone.now())
        return shown(request, inquiry, InquiryState)

    @extend_schema(
        "close_inquiry",
        summary=_("Close an inquiry"),
        description=_("Finishes a conversation that has been answered."),
        parameters=[NUMBER],
        request=None,
        responses=InquiryState,
    )
    def close(self, request: Request, number: str) -> Response:
        return self._take(request, number, services.close)

    @extend_schema(
        "reopen_inquiry",
        summary=_("Reopen an inquiry"),
        description=_("Continues a finished conversation."),
        parameters=[NUMBER],
        request=None,
        responses=InquiryState,
    )
    def reopen(self, request: Request, number: str) -> Response:
        return self._take(request, number, services.reopen)

    @extend_schema(
        "request_contract_change",
        summary=_("Ask for a contract change"),
        description=_(
            "Records what the customer wishes and forwards it to contract management;"
            " the answer is due within one working day (IN-44, IN-45)."
        ),
        request=NewContractRequest,
        responses={201: ContractRequestState},
        parameters=[NUMBER, IDEMPOTENCY],
    )
    def contract_request(self, request: Request, number: str) -> Response:
        asked = services.request_contract_change(
            found(request, number),
            **parsed(NewContractRequest, request),
            by=person(request),
            at=timezone.now(),
        )
        return Response(ContractRequestState(asked).data, status=201)

    @extend_schema(
        "report_fault",
        summary=_("Report a fault"),
        description=_(
            "Puts a fault on the technicians' list: contact within two hours, on site"
            " within four when it is urgent (IN-49, IN-50)."
        ),
        request=NewRepairRequest,
        responses={201: RepairRequestState},
        parameters=[NUMBER, IDEMPOTENCY],
    )
    def repair_request(self, request: Request, number: str) -> Response:
        reported = services.report_fault(
            found(request, number),
            **parsed(NewRepairRequest, request),
            by=person(request),
            at=timezone.now(),
        )
        return Response(RepairRequestState(reported).data, status=201)

    def _take(
        self,
        request: Request,
        number: str,
        verb: Callable[..., object],
        form: type[Serializer[Any]] | None = None,
        *,
        status: int = 200,
    ) -> Response:
        inquiry = found(request, number)
        given = parsed(form, request) if form else {}
        verb(inquiry, **given, by=person(request), at=timezone.now())
        return shown(request, inquiry, InquiryState, status=status)


def person(request: Request) -> User:
    """Whom the token stands for; the permission class lets nobody else through."""
    return cast("User", request.user)


def parsed(form: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    """The values of a request. Raises ValidationError by field."""
    reader = form(data=request.data)
    reader.is_valid(raise_exception=True)
    given: dict[str, Any] = reader.validated_data
    key = request.headers.get("Idempotency-Key")
    if key and "client_token" not in given and issubclass(form, NewMessage | SentOnce):
        given["client_token"] = derived_token(
            "api", person(request).pk, request.path, key
        )
    return given


def found(request: Request, number: str) -> Inquiry:
    """The inquiry, if this person may see it; else a 404."""
    return get_object_or_404(Inquiry.objects.visible_to(request.user), number=number)


def shown(
    request: Request, inquiry: Inquiry, form: type[InquiryState], *, status: int = 200
) -> Response:
    """The inquiry as it stands now; a constant number of queries."""
    clocks = Clock.objects.select_related("target__version__policy", "target__calendar")
    lists: list[str | Prefetch[Any]] = ["topics", Prefetch("clocks", clocks)]
    lists += ["messages__author"] if form is InquiryThread else []
    related = ("channel", "customer", "assignee", "department")
    fresh = Inquiry.objects.select_related(*related).prefetch_related(*lists)
    found = fresh.get(pk=inquiry.pk)
    context = {
        "request": request,
        "at": timezone.now(),
        "holds": holds(found.clocks.all()),
    }
    document = form(found, context=context)
    return Response(document.data, status=status)
