"""What the API reads and writes of an inquiry: shapes here, rules in the verbs."""

import uuid
from datetime import datetime
from typing import Any, ClassVar, Final

from django.db import models
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema_field,
    extend_schema_serializer,
)
from rest_framework import serializers

from inquiries.links import thread_path
from inquiries.merged import absorbed, read_by_colleagues
from inquiries.models import (
    Clause,
    ContractRequest,
    Delivery,
    DeliveryStatus,
    FollowUp,
    FollowUpStatus,
    Inquiry,
    InquiryTopic,
    Intent,
    Merge,
    Obstacle,
    RepairRequest,
    Topic,
    Urgency,
    Way,
)
from inquiries.workflow import Status
from rows.questions import Question, Slot
from sla.api import ClockOfTicket
from staff.models import User
from tickets.api import TicketSummary
from tickets.made_once import MadeOnce
from tickets.models import Channel, Direction, Message


class Words(serializers.CharField):
    """A JSON string, untouched: the verb trims it and judges it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(trim_whitespace=False, allow_blank=True, **options)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


@extend_schema_field(serializers.ChoiceField(Topic.choices))
class TopicCode(Words):
    """One of the six topics; the verb says so in words."""


@extend_schema_field(serializers.ChoiceField(Way.choices))
class WayCode(Words):
    """How an answer reaches the customer; the verb says so in words."""


@extend_schema_field(serializers.ChoiceField(Obstacle.choices))
class ObstacleCode(Words):
    """Why nobody was reached; the verb says so in words."""


@extend_schema_field(serializers.ChoiceField(Intent.choices))
class IntentCode(Words):
    """How likely the customer is to rent; the verb says so in words."""


class Moment(serializers.DateTimeField):
    """An instant; one at the very edge of the calendar has none in another zone."""

    def enforce_timezone(self, value: datetime) -> datetime:
        try:
            return super().enforce_timezone(value)
        except OverflowError:
            self.fail("overflow")


class Code(serializers.SlugRelatedField[Any]):
    """A JSON string that names a row."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class ChannelCode(Code):
    """A channel that takes inquiries."""

    def get_queryset(self) -> Any:
        return _TAKING


_TAKING: Final = Question(
    lambda: Channel.objects.filter(code=Slot("code"), takes_inquiries=True)
)


class Colleague(Code):
    """A person by user name; who has left is said to be unknown."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            "username",
            queryset=User.objects.active(),
            error_messages=dict.fromkeys(
                ("does_not_exist", "invalid"), _("There is no such colleague.")
            ),
            **options,
        )


class ClientToken(serializers.UUIDField):
    """A UUID, spelled as one."""

    def to_internal_value(self, data: Any) -> uuid.UUID:
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


class Once(MadeOnce, serializers.Serializer[Any]):
    """What counts once, however often it is sent."""

    client_token = ClientToken(
        required=False,
        help_text=_("A UUID of your own. Sent again, it adds nothing."),
    )


class NewCustomer(MadeOnce, serializers.Serializer[Any]):
    surname = Words(help_text=_("What the customer wants to be called by."))
    phone = Words(
        required=False, default="", help_text=_("E.g. 138 0013 8000, or none.")
    )
    email = Words(
        required=False, default="", help_text=_("For a summary afterwards, or none.")
    )


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "message",
            {
                "text": _("A week of the switcher is 1,200 yuan."),
                "client_token": "0b0f6a52-6c1e-4c1b-9d3e-2f6d7a1c9e44",
            },
            request_only=True,
        )
    ]
)
class NewMessage(Once):
    text = Words(help_text=_("Up to 4,000 characters."))


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "inquiry",
            {
                "channel": "app_chat",
                "customer": {"surname": _("Wang"), "phone": "13800138000"},
                "topic": "rental_price",
                "text": _("What does the switcher cost for a week?"),
            },
            request_only=True,
        )
    ]
)
class NewInquiry(NewMessage):
    channel = ChannelCode(
        "code",
        queryset=Channel.objects.filter(takes_inquiries=True),
        help_text=_("The code of a channel that takes inquiries."),
        error_messages={
            "does_not_exist": _("This channel does not exist or takes no inquiries.")
        },
    )
    customer = NewCustomer()
    topic = TopicCode()


@extend_schema_serializer(
    examples=[OpenApiExample("colleague", {"assignee": "agent2"}, request_only=True)]
)
class Assignment(serializers.Serializer[Any]):
    assignee = Colleague(help_text=_("The user name of a colleague."))


@extend_schema_serializer(
    examples=[OpenApiExample("other", {"other": "IN20261123ABCDEF"}, request_only=True)]
)
class OtherTicket(serializers.Serializer[Any]):
    other = Words(help_text=_("The number of the other ticket."))


@extend_schema_serializer(
    examples=[OpenApiExample("into", {"other": "IN20261123ABCDEF"}, request_only=True)]
)
class MergeTarget(serializers.Serializer[Any]):
    other = Words(help_text=_("The number of the inquiry that goes on."))
    reason = Words(
        required=False,
        default="",
        help_text=_("Why; needed when two names have one phone number."),
    )


class ToldGuard(serializers.Serializer[Any]):
    """What the phrase guard is told about the text beside it (IN-20)."""

    confirmed = serializers.ListField(
        child=Words(),
        required=False,
        max_length=20,
        help_text=_("Phrases of the guard that are harmless here (IN-20)."),
    )
    override_reason = Words(
        required=False,
        help_text=_("Why a supervisor lets a forbidden phrase pass."),
    )


class Answer(ToldGuard, NewMessage):
    """A reply, what it answers, and what the phrase guard is told."""

    answers = serializers.ListField(
        child=TopicCode(),
        required=False,
        help_text=_("The topics that this reply answers (IN-04)."),
    )
    plain_reason = Words(
        required=False,
        help_text=_("Why a complex topic needs no numbered steps (IN-07)."),
    )


@extend_schema_serializer(
    examples=[OpenApiExample("topic", {"topic": "rental_price"}, request_only=True)]
)
class TopicChosen(serializers.Serializer[Any]):
    topic = TopicCode(help_text=_("One of the six topics."))


class TopicAnswered(TopicChosen):
    plain_reason = Words(
        required=False,
        default="",
        help_text=_("Why a complex topic needs no numbered steps (IN-07)."),
    )


class TopicJudged(TopicChosen):
    is_complex = serializers.BooleanField(
        required=False,
        default=True,
        help_text=_("Whether it is to be explained in steps (IN-07)."),
    )


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "checking",
            {
                "surname": _("Wang"),
                "phone": "13800138000",
                "question": _("Does the switcher take 4K at 60 frames?"),
                "answer_by": "call",
            },
            request_only=True,
        )
    ]
)
class Checking(Once):
    """What has to be checked, and how the customer gets the answer (IN-27 to IN-29)."""

    surname = Words(help_text=_("What the customer wants to be called by."))
    phone = Words(
        required=False,
        default="",
        help_text=_("The number to call; empty keeps the known one."),
    )
    question = Words(help_text=_("What has to be checked."))
    answer_by = WayCode(
        required=False,
        default=Way.CALL.value,
        help_text=_("By a call, or by a message in the conversation."),
    )


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "done",
            {"reached": True, "way": "call", "outcome": _("Yes, over HDMI 2.0.")},
            request_only=True,
        )
    ]
)
class CallbackMade(ToldGuard, Once):
    """An attempt that reached nobody, or the answer (IN-28)."""

    reached = serializers.BooleanField(
        help_text=_("Whether the customer has the answer now.")
    )
    way = WayCode(
        required=False,
        default=Way.CALL.value,
        help_text=_("How they got it; by message, the outcome is sent."),
    )
    outcome = Words(required=False, default="", help_text=_("What they were told."))
    obstacle = ObstacleCode(
        required=False, default="", help_text=_("Why nobody was reached.")
    )


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "finish", {"intent": "clear", "consent": True}, request_only=True
        )
    ]
)
class Finish(Once):
    """How likely the customer is to rent, and whether they agreed to a follow-up."""

    intent = IntentCode(
        required=False,
        default="",
        help_text=_("How likely the customer is to rent (IN-54)."),
    )
    consent = serializers.BooleanField(
        required=False,
        default=False,
        help_text=_("Whether the customer agreed to be written to."),
    )


@extend_schema_serializer(
    examples=[OpenApiExample("email", {"email": "wang@example.com"}, request_only=True)]
)
class EmailNoted(serializers.Serializer[Any]):
    email = Words(help_text=_("Where the customer may be written to; empty: nowhere."))


class TopicAsked(MadeOnce, serializers.ModelSerializer[InquiryTopic]):
    class Meta:
        model = InquiryTopic
        fields = read_only_fields = (
            *("topic", "question", "asked_at", "answered_at"),
            *("complex_at", "plain_reason"),
        )
        extra_kwargs: ClassVar[dict[str, Any]] = {
            "question": {"help_text": _("What the customer wants to know.")},
            "asked_at": {"help_text": _("When the customer asked.")},
            "answered_at": {"help_text": _("When somebody answered.")},
            "complex_at": {"help_text": _("Since when it needs steps (IN-07).")},
            "plain_reason": {"help_text": _("Why it was answered without steps.")},
        }


class Said(MadeOnce, serializers.ModelSerializer[Message]):
    """A message; `merged_from` is the merged inquiry that it belongs to."""

    direction = serializers.ChoiceField(choices=Direction.choices, read_only=True)
    author = serializers.CharField(
        source="author.username",
        default=None,
        read_only=True,
        allow_null=True,
        help_text=_("Who wrote it: a user name; null: the customer or the system."),
    )
    merged_from = serializers.SerializerMethodField(
        help_text=_("The number of the merged inquiry that it comes from.")
    )

    class Meta:
        model = Message
        fields = read_only_fields = (
            "id",
            "direction",
            "author",
            "automatic",
            "text",
            "sent_at",
            "merged_from",
        )
        extra_kwargs: ClassVar[dict[str, Any]] = {
            "id": {"help_text": _("Names it as a proof, for `choose-device`.")},
            "automatic": {"help_text": _("Whether the system wrote it.")},
            "text": {"help_text": _("What was said.")},
            "sent_at": {"help_text": _("When it was sent.")},
        }

    @extend_schema_field({"type": ["string", "null"]})
    def get_merged_from(self, message: Message) -> str | None:
        if message.ticket_id != self.context["inquiry"].pk:
            return message.ticket.number
        user = self.context["request"].user
        known = user.sees_every_ticket or message.origin_id in self.context["known"]
        return message.origin.number if message.origin and known else None


class InquiryState(TicketSummary):
    """An inquiry as it stands, with its promises."""

    status = serializers.ChoiceField(choices=Status.choices, read_only=True)
    topics = TopicAsked(many=True, read_only=True)
    clocks = ClockOfTicket(many=True, read_only=True)
    merged_into = serializers.SerializerMethodField(
        help_text=_("The number of the inquiry that this one goes on in.")
    )
    linked = serializers.SerializerMethodField(
        help_text=_("The numbers of linked tickets that the token's person may see.")
    )

    class Meta(TicketSummary.Meta):
        model = Inquiry
        fields = read_only_fields = (
            *TicketSummary.Meta.fields,
            "topics",
            "clocks",
            "merged_into",
            "linked",
        )

    @extend_schema_field({"type": ["string", "null"]})
    def get_merged_into(self, inquiry: Inquiry) -> str | None:
        merge: Merge | None = self.context["merge"]
        return merge.into.number if merge else None

    def get_linked(self, inquiry: Inquiry) -> list[str]:
        return [ticket.number for ticket in self.context["linked"]]


class InquiryAsked(InquiryState):
    """The same, with the link that lets the customer follow and write."""

    thread_url = serializers.SerializerMethodField(
        help_text=_("The link by which the customer follows and writes.")
    )

    class Meta(InquiryState.Meta):
        fields = read_only_fields = (*InquiryState.Meta.fields, "thread_url")

    def get_thread_url(self, inquiry: Inquiry) -> str:
        url: str = self.context["request"].build_absolute_uri(thread_path(inquiry))
        return url


class InquiryThread(InquiryState):
    """The same, with all that was said, here and on the inquiries merged into it."""

    messages = serializers.SerializerMethodField()

    class Meta(InquiryState.Meta):
        fields = read_only_fields = (*InquiryState.Meta.fields, "messages")

    @extend_schema_field(Said(many=True))
    def get_messages(self, inquiry: Inquiry) -> Any:
        merges = absorbed(inquiry, by=self.context["request"].user)
        messages = read_by_colleagues(inquiry, merges)
        said = messages.select_related("author", "origin", "ticket")
        known = {merge.inquiry_id for merge in merges}
        context = {**self.context, "inquiry": inquiry, "known": known}
        return Said(said, many=True, context=context).data


@extend_schema_field(serializers.ChoiceField(Clause.choices))
class ClauseCode(Words):
    """One of the clauses; the verb says so in words."""


@extend_schema_field(serializers.ChoiceField(Urgency.choices))
class UrgencyCode(Words):
    """Normal or urgent; the verb says so in words."""


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "wish",
            {
                "clause": "early_return",
                "wish": _("No fee if the show is cancelled."),
                "reason": _("The venue has not confirmed yet."),
            },
            request_only=True,
        )
    ]
)
class NewContractRequest(Once):
    clause = ClauseCode(help_text=_("Which clause is to be different."))
    wish = Words(help_text=_("How the customer wants it to be."))
    reason = Words(required=False, default="", help_text=_("Why, if they say."))


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "fault",
            {
                "device": "CAM-06",
                "fault": _("No picture on the HDMI output."),
                "urgency": "urgent",
                "urgency_reason": _("The show begins at 20:00."),
            },
            request_only=True,
        )
    ]
)
class NewRepairRequest(Once):
    device = Words(help_text=_("A code of the catalogue, or a name."))
    fault = Words(help_text=_("What is wrong, in the customer's words."))
    urgency = UrgencyCode(
        required=False, default=Urgency.NORMAL.value, help_text=_("How soon.")
    )
    urgency_reason = Words(
        required=False, default="", help_text=_("Needed when it is urgent.")
    )


class ContractRequestState(serializers.ModelSerializer[ContractRequest]):
    class Meta:
        model = ContractRequest
        fields = read_only_fields = (
            *("number", "clause", "wish", "reason", "status"),
            *("decision", "decision_text"),
            *("recorded_at", "forwarded_at", "decided_at", "told_at"),
        )


class RepairRequestState(serializers.ModelSerializer[RepairRequest]):
    class Meta:
        model = RepairRequest
        fields = read_only_fields = (
            *("number", "device", "fault", "urgency", "urgency_reason", "status"),
            *("recorded_at", "contact_at", "on_site_at", "place", "finished_at"),
            *("result", "downtime_hours", "compensation"),
        )


class FollowUpAct(models.TextChoices):
    """What is done with a follow-up."""

    SEND = "send", _("Send now")
    EDIT = "edit", _("Change the text")
    CANCEL = "cancel", _("Cancel")


@extend_schema_serializer(
    examples=[
        OpenApiExample("now", {"act": "send"}, request_only=True),
        OpenApiExample(
            "never",
            {"act": "cancel", "reason": _("The order is placed.")},
            request_only=True,
        ),
    ]
)
class FollowUpStep(ToldGuard):
    """Send it now, change its text, or cancel it with a reason (IN-54)."""

    act = serializers.ChoiceField(choices=FollowUpAct.choices)
    text = Words(
        required=False,
        help_text=_("Another text than the composed one; it keeps the opening."),
    )
    reason = Words(
        required=False, default="", help_text=_("Why it is cancelled, for colleagues.")
    )


class DeliveryState(serializers.ModelSerializer[Delivery]):
    status = serializers.ChoiceField(choices=DeliveryStatus.choices, read_only=True)

    class Meta:
        model = Delivery
        fields = read_only_fields = (
            *("carrier", "status", "remark", "tries"),
            *("next_at", "ended_at"),
        )


class FollowUpState(serializers.ModelSerializer[FollowUp]):
    status = serializers.ChoiceField(choices=FollowUpStatus.choices, read_only=True)
    deliveries = DeliveryState(many=True, read_only=True)

    class Meta:
        model = FollowUp
        fields = read_only_fields = (
            *("status", "reason", "remark", "text"),
            *("created_at", "send_at", "ended_at"),
            "deliveries",
        )


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "ring",
            {
                "rung_at": "2026-11-23T10:00:00+08:00",
                "answered_at": "2026-11-23T10:00:09+08:00",
            },
            request_only=True,
        )
    ]
)
class RingTimes(serializers.Serializer[Any]):
    """When a call began to ring and when it was answered (IN-23)."""

    rung_at = Moment(help_text=_("When it began to ring."))
    answered_at = Moment(help_text=_("When it was answered."))


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "missed",
            {
                "phone": "13800138000",
                "rung_at": "2026-11-23T10:00:00+08:00",
                "ended_at": "2026-11-23T10:00:40+08:00",
            },
            request_only=True,
        )
    ]
)
class MissedCall(Once):
    """A call that nobody answered, and whom to call back (IN-23)."""

    phone = Words(help_text=_("The caller's number."))
    surname = Words(
        required=False, default="", help_text=_("What the caller is called, if known.")
    )
    rung_at = Moment(required=False, help_text=_("When it began to ring."))
    ended_at = Moment(required=False, help_text=_("When the caller hung up."))
