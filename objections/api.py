"""Objections for other systems: parse, call the verb that the pages call, show."""

import uuid
from collections.abc import Callable
from typing import Any, Final

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.viewsets import ViewSet

from inquiries.api import IDEMPOTENCY, parsed, person
from inquiries.api import found as inquiry_found
from inquiries.documents import Once
from objections import services
from objections.documents import (
    Acceptance,
    Conclusion,
    Conversion,
    Correction,
    HandingOff,
    NewEvidence,
    NewObjection,
    ObjectionFiled,
    ObjectionState,
    Question,
    Returning,
    Waiving,
    Withdrawal,
    changes_in,
    facts_in,
)
from objections.models import Objection
from objections.services.departments import handoff_for
from objections.workflow import Step
from sla.models import Clock
from sla.services.standing import holds
from staff.models import User
from tickets.models import Attachment

NUMBER: Final = OpenApiParameter(
    "number", str, OpenApiParameter.PATH, description=_("The number of the objection.")
)


class Objections(ViewSet):
    """One address per verb."""

    @property
    def field_names(self) -> dict[str, str]:
        """What the verbs call otherwise than the documents do."""
        return {"surname": "customer.surname", "phone": "customer.phone"}

    def get_permissions(self) -> Any:
        """A customer's own system files without a token, within a throttle."""
        return [AllowAny()] if self.action == "create" else super().get_permissions()

    @extend_schema(
        "file_objection",
        summary=_("File an objection"),
        description=_(
            "Takes a customer's objection and starts its clocks (OB-31 to OB-43)."
            " Without a token it is the customer who files: the form must hold all that"
            " its type needs."
        ),
        request=NewObjection,
        responses={201: ObjectionFiled},
        parameters=[IDEMPOTENCY],
    )
    def create(self, request: Request) -> Response:
        given = parsed(NewObjection, request)
        by = request.user if isinstance(request.user, User) else None
        objection = services.file(
            channel=given["channel"],
            **given["customer"],
            facts=facts_in(given),
            received_at=given.get("received_at") if by else None,
            order_confirmed=given["order_confirmed"],
            client_token=given.get("client_token"),
            by=by,
            at=timezone.now(),
        )
        return shown(request, objection, ObjectionFiled, status=201)

    @extend_schema(
        "convert_inquiry",
        summary=_("Make an objection of an inquiry"),
        description=_("All that belongs to the inquiry is carried over."),
        request=Conversion,
        responses={201: ObjectionState},
        parameters=[NUMBER, IDEMPOTENCY],
        tags=["inquiries"],
    )
    def convert(self, request: Request, number: str) -> Response:
        given = parsed(Conversion, request)
        objection = services.convert(
            inquiry_found(request, number),
            facts=facts_in(given),
            client_token=given.get("client_token"),
            by=person(request),
            at=timezone.now(),
        )
        return shown(request, objection, status=201)

    @extend_schema(
        "read_objection",
        summary=_("Read an objection"),
        description=_("One objection with its handling form and clocks."),
        parameters=[NUMBER],
        responses=ObjectionState,
    )
    def retrieve(self, request: Request, number: str) -> Response:
        return shown(request, found(request, number))

    @extend_schema(
        "acknowledge_objection",
        summary=_("Acknowledge"),
        description=_("Somebody has read it, and the customer knows (OB-35 to OB-37)."),
        request=Once,
        responses=ObjectionState,
        parameters=[NUMBER, IDEMPOTENCY],
    )
    def acknowledge(self, request: Request, number: str) -> Response:
        return taken(request, number, services.acknowledge, Once)

    @extend_schema(
        "correct_objection",
        summary=_("Complete or correct the handling form"),
        description=_("The customer's own choice of a type stays on record (OB-39)."),
        request=Correction,
        responses=ObjectionState,
        parameters=[NUMBER],
    )
    def correct(self, request: Request, number: str) -> Response:
        given = parsed(Correction, request)
        objection = services.correct(
            found(request, number),
            changes=changes_in(given),
            reason=given["reason"],
            phone=given["phone"],
            by=person(request),
            at=timezone.now(),
        )
        return shown(request, objection)

    @extend_schema(
        "record_objection",
        summary=_("Record the handling form"),
        description=_("Complete, with number and estimate told (OB-42, OB-43)."),
        request=Once,
        responses=ObjectionState,
        parameters=[NUMBER, IDEMPOTENCY],
    )
    def record(self, request: Request, number: str) -> Response:
        return taken(request, number, services.record, Once)

    @extend_schema(
        "hand_off_objection",
        summary=_("Hand over"),
        description=_("To the departments of the route, within the hour (OB-44)."),
        request=HandingOff,
        responses=ObjectionState,
        parameters=[NUMBER],
    )
    def hand_off(self, request: Request, number: str) -> Response:
        return taken(request, number, services.hand_off, HandingOff)

    @extend_schema(
        "accept_objection",
        summary=_("Accept for a department"),
        description=_("The department investigates (OB-06)."),
        request=Acceptance,
        responses=ObjectionState,
        parameters=[NUMBER],
    )
    def accept(self, request: Request, number: str) -> Response:
        objection = found(request, number)
        given = parsed(Acceptance, request)
        code, by = given["department"], person(request)
        handoff = handoff_for(objection, code, Step.ACCEPT, by=by)
        services.accept(handoff, by=person(request), at=timezone.now())
        return shown(request, objection)

    @extend_schema(
        "return_objection",
        summary=_("Return to who handed it over"),
        description=_("Once, with a reason; the second time it is the supervisor's."),
        request=Returning,
        responses=ObjectionState,
        parameters=[NUMBER],
    )
    def give_back(self, request: Request, number: str) -> Response:
        objection = found(request, number)
        given = parsed(Returning, request)
        services.return_handoff(
            handoff_for(
                objection, given["department"], Step.RETURN, by=person(request)
            ),
            reason=given["reason"],
            by=person(request),
            at=timezone.now(),
        )
        return shown(request, objection)

    @extend_schema(
        "add_evidence",
        summary=_("Add evidence"),
        description=_("With its source; it is never changed afterwards (OB-47)."),
        request=NewEvidence,
        responses=ObjectionState,
        parameters=[NUMBER],
    )
    def evidence(self, request: Request, number: str) -> Response:
        objection = found(request, number)
        given = parsed(NewEvidence, request)
        file = given.pop("file", None)
        services.add_evidence(
            objection,
            **given,
            attachment=file_of(objection, file) if file else None,
            by=person(request),
            at=timezone.now(),
        )
        return shown(request, objection)

    @extend_schema(
        "attach_conversations",
        summary=_("Keep the customer's conversations"),
        description=_("As frozen copies, in one step (OB-49)."),
        request=None,
        responses=ObjectionState,
        parameters=[NUMBER],
    )
    def conversations(self, request: Request, number: str) -> Response:
        return taken(request, number, services.attach_conversations)

    @extend_schema(
        "waive_evidence",
        summary=_("Say that there is no evidence of a kind"),
        description=_("With the reason why."),
        request=Waiving,
        responses=ObjectionState,
        parameters=[NUMBER],
    )
    def waive_evidence(self, request: Request, number: str) -> Response:
        return taken(request, number, services.waive_evidence, Waiving)

    @extend_schema(
        "ask_for_evidence",
        summary=_("Ask the customer for material"),
        description=_("Meanwhile the investigation waits, for so long as it may."),
        request=Question,
        responses=ObjectionState,
        parameters=[NUMBER, IDEMPOTENCY],
    )
    def ask_evidence(self, request: Request, number: str) -> Response:
        return taken(request, number, services.ask_for_evidence, Question)

    @extend_schema(
        "go_on_investigating",
        summary=_("Go on without the material"),
        description=_("The clocks run on at once."),
        request=None,
        responses=ObjectionState,
        parameters=[NUMBER],
    )
    def go_on(self, request: Request, number: str) -> Response:
        return taken(request, number, services.go_on)

    @extend_schema(
        "conclude_investigation",
        summary=_("Conclude the investigation"),
        description=_("What was found, who answers for it, and on what it rests."),
        request=Conclusion,
        responses=ObjectionState,
        parameters=[NUMBER],
    )
    def conclude(self, request: Request, number: str) -> Response:
        return taken(request, number, services.conclude, Conclusion)

    @extend_schema(
        "withdraw_objection",
        summary=_("Withdraw for the customer"),
        description=_("The customer's statement is kept; every clock ends."),
        request=Withdrawal,
        responses=ObjectionState,
        parameters=[NUMBER],
    )
    def withdraw(self, request: Request, number: str) -> Response:
        return taken(request, number, services.withdraw, Withdrawal)


def taken(
    request: Request,
    number: str,
    verb: Callable[..., object],
    form: type[Serializer[Any]] | None = None,
) -> Response:
    """The objection as it stands once a verb was told what the request says."""
    objection = found(request, number)
    given = parsed(form, request) if form else {}
    verb(objection, **given, by=person(request), at=timezone.now())
    return shown(request, objection)


def found(request: Request, number: str) -> Objection:
    """The objection, if this person may see it; else a 404."""
    return get_object_or_404(Objection.objects.visible_to(request.user), number=number)


def file_of(objection: Objection, public_id: uuid.UUID) -> Attachment:
    """A file of the case or of the inquiry that it came from; else a 404."""
    places = [key for key in (objection.pk, objection.from_inquiry_id) if key]
    mine = Attachment.objects.filter(message__ticket__in=places)
    return get_object_or_404(mine.select_related("message"), public_id=public_id)


def shown(
    request: Request,
    objection: Objection,
    form: type[ObjectionState | ObjectionFiled] = ObjectionState,
    *,
    status: int = 200,
) -> Response:
    """The objection as it stands now; a constant number of queries."""
    clocks = Clock.objects.select_related("target__version__policy", "target__calendar")
    related = ("channel", "customer", "assignee", "department", "subtype")
    fresh = Objection.objects.select_related(*related).prefetch_related(
        Prefetch("clocks", clocks),
        "demands__kind",
        "handoffs__department",
        "evidence__kind",
        "evidence__attachment",
        "waivers__kind",
        "findings__articles",
        "proposals__measures__kind",
        "proposals__demand_answers__kind",
        "proposals__approvals",
        "actions__department",
        "actions__measure__kind",
        "return_visits",
        "appeals",
        "external_complaints",
    )
    found = fresh.get(pk=objection.pk)
    context = {
        "request": request,
        "at": timezone.now(),
        "holds": holds(found.clocks.all()),
    }
    return Response(form(found, context=context).data, status=status)
