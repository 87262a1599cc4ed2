"""Inquiries for other systems: parse, call the verb that the pages call, show."""

import uuid
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any, Final, cast

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.viewsets import ViewSet

from inquiries import services
from inquiries.documents import (
    Answer,
    Assignment,
    CallbackMade,
    Checking,
    ContractRequestState,
    EmailNoted,
    Finish,
    FollowUpAct,
    FollowUpState,
    FollowUpStep,
    InquiryAsked,
    InquiryState,
    InquiryThread,
    MergeTarget,
    MissedCall,
    NewContractRequest,
    NewInquiry,
    NewMessage,
    NewRepairRequest,
    Once,
    OtherTicket,
    RepairRequestState,
    RingTimes,
    TopicAnswered,
    TopicChosen,
    TopicJudged,
)
from inquiries.merged import merge_of
from inquiries.models import Callback, FollowUp, Inquiry, InquiryTopic
from rows.questions import Question, Slot, let_know
from sla.services.standing import clocks_of, holds
from staff.models import User
from tickets.models import Ticket
from tickets.services import links
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


_SHOWN: Final = Question(
    lambda: Inquiry.objects.filter(pk=Slot("pk")).select_related(
        "channel", "customer", "assignee", "department"
    )
)


class Inquiries(ViewSet):
    """One address per verb."""

    @property
    def field_names(self) -> dict[str, str]:
        """What the verbs call otherwise than the documents do."""
        if self.action == "create":
            names = ("surname", "phone", "email")
            return {name: f"customer.{name}" for name in names}
        return {"to": "assignee"}

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
        request=Answer,
        responses={201: InquiryState},
        parameters=[NUMBER, IDEMPOTENCY],
    )
    def reply(self, request: Request, number: str) -> Response:
        return self._take(request, number, services.reply, Answer, status=201)

    @extend_schema(
        "greet_customer",
        summary=_("Greet the customer"),
        description=_("Sends the greeting, word for word (IN-25)."),
        request=Once,
        responses={201: InquiryState},
        parameters=[NUMBER, IDEMPOTENCY],
    )
    def greet(self, request: Request, number: str) -> Response:
        return self._take(request, number, services.greet, Once, status=201)

    @extend_schema(
        "add_topic",
        summary=_("Add a topic"),
        description=_("One more thing that the customer wants to know (IN-04)."),
        request=TopicChosen,
        responses=InquiryState,
        parameters=[NUMBER],
    )
    def topic(self, request: Request, number: str) -> Response:
        return self._take(request, number, services.add_topic, TopicChosen)

    @extend_schema(
        "mark_topic_answered",
        summary=_("Mark a topic answered"),
        description=_("The last reply answers it (IN-04)."),
        request=TopicAnswered,
        responses=InquiryState,
        parameters=[NUMBER],
    )
    def topic_answered(self, request: Request, number: str) -> Response:
        return self._take(request, number, services.answer_topic, TopicAnswered)

    @extend_schema(
        "mark_topic_complex",
        summary=_("Say whether a topic is complex"),
        description=_("A complex one is answered in numbered steps (IN-07)."),
        request=TopicJudged,
        responses=InquiryState,
        parameters=[NUMBER],
    )
    def topic_complex(self, request: Request, number: str) -> Response:
        return self._take(request, number, services.mark_complex, TopicJudged)

    @extend_schema(
        "remove_topic",
        summary=_("Remove a topic"),
        description=_("Takes an open topic away that was noted by mistake."),
        request=TopicChosen,
        responses=InquiryState,
        parameters=[NUMBER],
    )
    def remove_topic(self, request: Request, number: str) -> Response:
        return self._take(request, number, services.remove_topic, TopicChosen)

    @extend_schema(
        "mark_question_clear",
        summary=_("The question is clear"),
        description=_("The minute for the notice begins (IN-27)."),
        request=None,
        responses=InquiryState,
        parameters=[NUMBER],
    )
    def question_clear(self, request: Request, number: str) -> Response:
        return self._take(request, number, services.mark_question_clear)

    @extend_schema(
        "announce_checking",
        summary=_("Tell that a question needs checking"),
        description=_("Sends the notice and starts the callback (IN-27 to IN-29)."),
        request=Checking,
        responses={201: InquiryState},
        parameters=[NUMBER, IDEMPOTENCY],
    )
    def needs_checking(self, request: Request, number: str) -> Response:
        verb = services.announce_checking
        return self._take(request, number, verb, Checking, status=201)

    @extend_schema(
        "log_callback",
        summary=_("Log a callback"),
        description=_("A failed attempt keeps it open; the answer ends it (IN-28)."),
        request=CallbackMade,
        responses=InquiryState,
        parameters=[NUMBER, IDEMPOTENCY],
    )
    def callback(self, request: Request, number: str) -> Response:
        return self._take(request, number, called_back, CallbackMade)

    @extend_schema(
        "ask_closing_question",
        summary=_("Ask the closing question"),
        description=_("Word for word; no topic may be open (IN-52)."),
        request=Once,
        responses={201: InquiryState},
        parameters=[NUMBER, IDEMPOTENCY],
    )
    def closing_question(self, request: Request, number: str) -> Response:
        verb = services.ask_closing_question
        return self._take(request, number, verb, Once, status=201)

    @extend_schema(
        "note_customer_left",
        summary=_("Note that the customer left"),
        description=_("After some quiet minutes; then it can be closed."),
        request=None,
        responses=InquiryState,
        parameters=[NUMBER],
    )
    def customer_left(self, request: Request, number: str) -> Response:
        return self._take(request, number, services.note_customer_left)

    @extend_schema(
        "abandon_inquiry",
        summary=_("Note that the customer gave up"),
        description=_(
            "The customer left before anybody answered; after some quiet minutes."
        ),
        request=None,
        responses=InquiryState,
        parameters=[NUMBER],
    )
    def abandon(self, request: Request, number: str) -> Response:
        return self._take(request, number, services.abandon)

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
        description=_(
            "Sends the closing statement and finishes a conversation that has been"
            " answered (IN-53)."
        ),
        parameters=[NUMBER, IDEMPOTENCY],
        request=Finish,
        responses=InquiryState,
    )
    def close(self, request: Request, number: str) -> Response:
        return self._take(request, number, services.close, Finish)

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
        "link_inquiry",
        summary=_("Link to another ticket"),
        description=_("Says that two tickets belong together; again: changes nothing."),
        parameters=[NUMBER],
        request=OtherTicket,
        responses=InquiryState,
    )
    def link(self, request: Request, number: str) -> Response:
        return self._with_other(request, number, links.link)

    @extend_schema(
        "unlink_inquiry",
        summary=_("Remove a link"),
        description=_("The link stays in both histories; again: changes nothing."),
        parameters=[NUMBER],
        request=OtherTicket,
        responses=InquiryState,
    )
    def unlink(self, request: Request, number: str) -> Response:
        return self._with_other(request, number, links.unlink)

    @extend_schema(
        "merge_inquiry",
        summary=_("Merge into another inquiry"),
        description=_(
            "Ends this one, which goes on in another open one of the same customer or,"
            " with a reason, of the same phone number. It can be undone."
        ),
        parameters=[NUMBER],
        request=MergeTarget,
        responses=InquiryState,
    )
    def merge(self, request: Request, number: str) -> Response:
        inquiry = found(request, number)
        given = parsed(MergeTarget, request)
        among = Inquiry.objects.visible_to(person(request))
        services.merge(
            inquiry,
            into=links.named(given["other"], among=among),
            reason=given["reason"],
            by=person(request),
            at=timezone.now(),
        )
        return shown(request, inquiry, InquiryState)

    @extend_schema(
        "unmerge_inquiry",
        summary=_("Undo a merge"),
        description=_("This one gets back its status and its open topics."),
        parameters=[NUMBER],
        request=None,
        responses=InquiryState,
    )
    def unmerge(self, request: Request, number: str) -> Response:
        return self._take(request, number, services.unmerge)

    def _with_other(
        self, request: Request, number: str, verb: Callable[..., object]
    ) -> Response:
        inquiry = found(request, number)
        among = Ticket.objects.visible_to(person(request))
        to = links.named(parsed(OtherTicket, request)["other"], among=among)
        verb(inquiry, to=to, by=person(request), at=timezone.now())
        return shown(request, inquiry, InquiryState)

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

    @extend_schema(
        "record_missed_call",
        summary=_("Record a missed call"),
        description=_(
            "A call to the hotline that nobody answered: a callback is due at once"
            " (IN-23)."
        ),
        request=MissedCall,
        responses={201: InquiryAsked},
        parameters=[IDEMPOTENCY],
    )
    def missed_call(self, request: Request) -> Response:
        given = parsed(MissedCall, request)
        inquiry = services.record_missed_call(
            **given, by=person(request), at=timezone.now()
        )
        return shown(request, inquiry, InquiryAsked, status=201)

    @extend_schema(
        "log_ring",
        summary=_("Log how long a call rang"),
        description=_(
            "The times of the telephone system decide whether it was answered within"
            " three rings (IN-23)."
        ),
        request=RingTimes,
        responses=InquiryState,
        parameters=[NUMBER],
    )
    def ring(self, request: Request, number: str) -> Response:
        return self._take(request, number, services.log_ring, RingTimes)

    @extend_schema(
        "note_email",
        summary=_("Note the customer's e-mail address"),
        description=_("Encrypted at once; a follow-up goes there too (IN-55)."),
        request=EmailNoted,
        responses=InquiryState,
        parameters=[NUMBER],
    )
    def email(self, request: Request, number: str) -> Response:
        return self._take(request, number, services.note_email, EmailNoted)

    @extend_schema(
        "withdraw_consent",
        summary=_("The customer wants no more messages"),
        description=_(
            "Ends the agreement to be written to; what waits is cancelled (IN-54)."
        ),
        request=None,
        responses=InquiryState,
        parameters=[NUMBER],
    )
    def withdraw_consent(self, request: Request, number: str) -> Response:
        return self._take(request, number, services.withdraw_consent)

    @extend_schema(
        "follow_up",
        summary=_("Follow up"),
        description=_(
            "Sends the follow-up now, changes its text, or cancels it (IN-54 to IN-56)."
        ),
        request=FollowUpStep,
        responses=FollowUpState,
        parameters=[NUMBER],
    )
    def follow_up(self, request: Request, number: str) -> Response:
        inquiry = found(request, number)
        given = parsed(FollowUpStep, request)
        made = followed_up(inquiry, **given, by=person(request), at=timezone.now())
        return Response(FollowUpState(made).data)

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


def called_back(
    inquiry: Inquiry,
    *,
    reached: bool,
    way: str,
    outcome: str,
    obstacle: str,
    by: User,
    at: datetime,
    client_token: uuid.UUID | None = None,
    confirmed: Collection[str] = (),
    override_reason: str = "",
) -> Callback:
    """One of the two verbs of a callback."""
    if reached:
        return services.finish_callback(
            inquiry,
            way=way,
            outcome=outcome,
            by=by,
            at=at,
            client_token=client_token,
            confirmed=confirmed,
            override_reason=override_reason,
        )
    return services.log_callback_attempt(
        inquiry, obstacle=obstacle, by=by, at=at, client_token=client_token
    )


def followed_up(
    inquiry: Inquiry,
    *,
    act: str,
    reason: str,
    by: User,
    at: datetime,
    text: str | None = None,
    **guard: Any,
) -> FollowUp:
    """One of the three verbs; `guard` is what the phrase guard is told."""
    if act == FollowUpAct.CANCEL:
        return services.cancel_follow_up(inquiry, reason=reason, by=by, at=at)
    if act == FollowUpAct.EDIT:
        return services.edit_follow_up(inquiry, text=text or "", by=by, at=at, **guard)
    return services.send_follow_up(inquiry, text=text, by=by, at=at, **guard)


def person(request: Request) -> User:
    """Whom the token stands for; the permission class lets nobody else through."""
    return cast("User", request.user)


def parsed(form: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    """The values of a request. Raises ValidationError by field."""
    reader = form(data=request.data)
    reader.is_valid(raise_exception=True)
    given: dict[str, Any] = reader.validated_data
    key = given.get("client_token") or request.headers.get("Idempotency-Key")
    if key and issubclass(form, Once):
        # One address, one act: nothing else is lost to a key that is used again there.
        given["client_token"] = derived_token("api", sender(request), request.path, key)
    return given


def sender(request: Request) -> str:
    """Whose keys these are: a person's, or those of one address without a token."""
    if isinstance(request.user, User):
        return str(request.user.pk)
    return str(request.META.get("REMOTE_ADDR", ""))


def found(request: Request, number: str) -> Inquiry:
    """The inquiry, if this person may see it; else a 404."""
    try:
        return Inquiry.objects.shown(number, to=person(request))
    except Inquiry.DoesNotExist as error:
        raise Http404 from error


def shown(
    request: Request, inquiry: Inquiry, form: type[InquiryState], *, status: int = 200
) -> Response:
    """The inquiry as it stands now; a constant number of queries."""
    found = _as_opened(inquiry) or _read_anew(inquiry)
    context = {
        "request": request,
        "at": timezone.now(),
        "holds": holds(found.clocks.all()),
        "merge": merge_of(found, by=person(request)),
        "linked": [] if found.opened else links.linked_to(found, by=person(request)),
    }
    document = form(found, context=context)
    return Response(document.data, status=status)


def _as_opened(inquiry: Inquiry) -> Inquiry | None:
    """One that was opened just now, as it is in hand."""
    if inquiry.opened is None:
        return None
    let_know(inquiry, "topics", [inquiry.opened.topic])
    let_know(inquiry, "clocks", inquiry.opened.clocks)
    return inquiry


def _read_anew(inquiry: Inquiry) -> Inquiry:
    found = _SHOWN.get(pk=inquiry.pk)
    let_know(found, "topics", InquiryTopic.objects.asked_in(inquiry))
    let_know(found, "clocks", clocks_of(inquiry))
    return found
