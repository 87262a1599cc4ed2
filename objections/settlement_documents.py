"""What the API reads and writes of a settlement: shapes here, rules in the verbs."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema_field,
    extend_schema_serializer,
)
from rest_framework import serializers

from inquiries.documents import Colleague, Moment, Once, ToldGuard, Words
from objections.models import (
    AnswerChannel,
    Appeal,
    Approval,
    DemandAnswer,
    ExternalComplaint,
    ExternalSource,
    Measure,
    Met,
    Proposal,
    ResolutionAction,
    ReturnVisit,
)
from objections.money import Money
from objections.services.offering import Offer, Reply


@extend_schema_field(serializers.ChoiceField(Met.choices))
class MetCode(Words):
    """How far a demand is met; the verb says so in words."""


@extend_schema_field(serializers.ChoiceField(AnswerChannel.choices))
class AnswerChannelCode(Words):
    """How an answer came; the verb says so in words."""


@extend_schema_field(serializers.ChoiceField(ExternalSource.choices))
class ExternalSourceCode(Words):
    """Where a complaint was made; the verb says so in words."""


class MeasureOffered(serializers.Serializer[Any]):
    kind = Words(help_text=_("The code of a kind of measure."))
    amount = Money(
        required=False, allow_null=True, help_text=_("In yuan, where money is paid.")
    )
    note = Words(required=False, default="", help_text=_("A word on it."))


class DemandReply(serializers.Serializer[Any]):
    demand = Words(help_text=_("The code of what the customer demands."))
    met = MetCode(help_text=_("How far it is met."))
    reason = Words(
        required=False, default="", help_text=_("Why it is not met in full.")
    )


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "proposal",
            {
                "text": _("We refund half of the rent."),
                "measures": [{"kind": "refund_rent", "amount": "150.00"}],
                "replies": [
                    {
                        "demand": "refund",
                        "met": "partly",
                        "reason": _("The camera worked for half of the time."),
                    }
                ],
            },
            request_only=True,
        )
    ]
)
class NewProposal(ToldGuard):
    text = Words(help_text=_("What the customer is told: what is proposed, and why."))
    measures = MeasureOffered(
        many=True, help_text=_("What is offered; each kind once.")
    )
    replies = DemandReply(
        many=True, help_text=_("A word to each of the customer's demands (OB-08).")
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs["measures"] = [Offer(**it) for it in attrs["measures"]]
        attrs["replies"] = [Reply(**it) for it in attrs["replies"]]
        return attrs


class Reasoned(serializers.Serializer[Any]):
    reason = Words(help_text=_("Why."))


class ReasonTold(ToldGuard, Reasoned):
    """A reason that the customer is told."""


class ProposalRead(serializers.Serializer[Any]):
    proposal = serializers.IntegerField(
        required=False,
        allow_null=True,
        default=None,
        help_text=_("The number of the proposal that was read; another is refused."),
    )


class CustomersAnswer(serializers.Serializer[Any]):
    accepted = serializers.BooleanField(help_text=_("Whether the customer agrees."))
    channel = AnswerChannelCode(help_text=_("How the customer answered."))
    reason = Words(
        required=False,
        default="",
        help_text=_("What the customer said; needed where they do not agree."),
    )
    proposal = serializers.IntegerField(
        required=False,
        allow_null=True,
        default=None,
        help_text=_("The number of the proposal that was answered."),
    )


class ActionOwner(serializers.Serializer[Any]):
    number = serializers.IntegerField(help_text=_("The number of the action."))
    to = Colleague(help_text=_("The user name of who carries it out."))


class ActionProof(Once):
    number = serializers.IntegerField(help_text=_("The number of the action."))
    proof = Words(
        help_text=_("By what it can be seen: the number of a refund, of a parcel.")
    )


class Result(ToldGuard, Once):
    text = Words(help_text=_("What the customer is told of the result."))


class Visiting(serializers.Serializer[Any]):
    reached = serializers.BooleanField(help_text=_("Whether the customer answered."))
    resolved = serializers.BooleanField(
        required=False,
        allow_null=True,
        default=None,
        help_text=_("Whether the customer says that it is resolved."),
    )
    satisfaction = serializers.IntegerField(
        required=False,
        allow_null=True,
        default=None,
        help_text=_("One to five stars for the result."),
    )
    process_satisfaction = serializers.IntegerField(
        required=False,
        allow_null=True,
        default=None,
        help_text=_("One to five stars for how it was handled."),
    )
    text = Words(required=False, default="", help_text=_("What the customer said."))
    attempt = serializers.IntegerField(
        required=False,
        allow_null=True,
        default=None,
        help_text=_("Which attempt this is; the same one twice counts once."),
    )


class AppealMade(serializers.Serializer[Any]):
    reason = Words(help_text=_("What should be looked at once more."))


class AppealDecision(ToldGuard):
    granted = serializers.BooleanField(
        help_text=_("Whether the case is taken up again.")
    )
    text = Words(help_text=_("What the customer is told of the decision, and why."))


class NewExternal(serializers.Serializer[Any]):
    source: Any = ExternalSourceCode(help_text=_("Where it was made."))
    received_at = Moment(help_text=_("When we heard of it."))
    reference = Words(
        required=False, default="", help_text=_("The number that it has there.")
    )
    authority = Words(
        required=False, default="", help_text=_("Which office, and whom to ask there.")
    )
    respond_by = Moment(
        required=False,
        allow_null=True,
        default=None,
        help_text=_("The deadline in their letter."),
    )
    mediation = Words(
        required=False,
        default="",
        help_text=_("When, where and with whom it is mediated."),
    )


class ExternalAnswer(serializers.Serializer[Any]):
    number = serializers.IntegerField(help_text=_("Which complaint of this case."))
    text = Words(help_text=_("What was answered."))


class ExternalEnd(serializers.Serializer[Any]):
    number = serializers.IntegerField(help_text=_("Which complaint of this case."))
    result = Words(help_text=_("How it ended."))


class MeasureState(serializers.ModelSerializer[Measure]):
    kind = serializers.CharField(source="kind.code", read_only=True)

    class Meta:
        model = Measure
        fields = read_only_fields = ("kind", "amount", "note")


class DemandAnswerState(serializers.ModelSerializer[DemandAnswer]):
    demand = serializers.CharField(source="kind.code", read_only=True)

    class Meta:
        model = DemandAnswer
        fields = read_only_fields = ("demand", "asked", "met", "reason")


class ApprovalState(serializers.ModelSerializer[Approval]):
    class Meta:
        model = Approval
        fields = read_only_fields = ("approver", "decided_at")


class ProposalState(serializers.ModelSerializer[Proposal]):
    measures = MeasureState(many=True, read_only=True)
    replies = DemandAnswerState(source="demand_answers", many=True, read_only=True)
    approvals = ApprovalState(many=True, read_only=True)

    class Meta:
        model = Proposal
        fields = read_only_fields = (
            *("number", "text", "amount", "cumulative", "measures", "replies"),
            *("approvals", "proposed_at", "sent_back_at", "sent_back_reason"),
            *("sent_at", "answer", "answered_at", "answer_channel", "answer_text"),
        )


class ResolutionActionState(serializers.ModelSerializer[ResolutionAction]):
    kind = serializers.CharField(source="measure.kind.code", read_only=True)
    amount = serializers.DecimalField(
        source="measure.amount", max_digits=12, decimal_places=2, read_only=True
    )
    department = serializers.CharField(source="department.code", read_only=True)

    class Meta:
        model = ResolutionAction
        fields = read_only_fields = (
            *("number", "kind", "amount", "department", "agreed_at", "done_at"),
            "proof",
        )


class VisitState(serializers.ModelSerializer[ReturnVisit]):
    class Meta:
        model = ReturnVisit
        fields = read_only_fields = (
            *("attempt", "made_at", "reached", "resolved", "satisfaction"),
            *("process_satisfaction", "text"),
        )


class AppealState(serializers.ModelSerializer[Appeal]):
    class Meta:
        model = Appeal
        fields = read_only_fields = (
            *("number", "level", "reason", "made_at", "granted", "decision"),
            "decided_at",
        )


class ExternalState(serializers.ModelSerializer[ExternalComplaint]):
    class Meta:
        model = ExternalComplaint
        fields = read_only_fields = (
            *("number", "source", "reference", "authority", "received_at"),
            *("respond_by", "mediation", "answer", "answered_at", "result"),
            "ended_at",
        )
