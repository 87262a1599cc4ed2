"""What the API reads and writes of an objection: shapes here, rules in the verbs."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema_field,
    extend_schema_serializer,
)
from rest_framework import serializers

from inquiries.documents import (
    ClientToken,
    Code,
    Moment,
    Once,
    ToldGuard,
    Words,
)
from objections.facts import Asked, Facts
from objections.models import (
    Cause,
    Demand,
    Evidence,
    EvidenceWaiver,
    Finding,
    Handoff,
    Objection,
    ObjectionType,
    Phase,
    ProcessStep,
    Responsibility,
)
from objections.money import Money
from objections.services import promises
from objections.settlement_documents import (
    AppealState,
    ExternalState,
    ProposalState,
    ResolutionActionState,
    VisitState,
)
from objections.workflow import Status
from sla.api import ClockOfTicket
from sla.metrics import Metric
from tickets.api import TicketSummary
from tickets.models import Channel


@extend_schema_field(serializers.ChoiceField(ObjectionType.choices))
class TypeCode(Words):
    """One of the five types; the verb says so in words."""


@extend_schema_field(serializers.ChoiceField(Phase.choices))
class PhaseCode(Words):
    """When the device showed the fault; the verb says so in words."""


@extend_schema_field(serializers.ChoiceField(ProcessStep.choices))
class ProcessStepCode(Words):
    """Which step was slow; the verb says so in words."""


class Objector(serializers.Serializer[Any]):
    surname = Words(help_text=_("What the customer wants to be called by."))
    phone = Words(
        required=False, default="", help_text=_("E.g. 138 0013 8000, or none.")
    )


class DemandMade(serializers.Serializer[Any]):
    kind = Words(help_text=_("The code of a kind of demand."))
    amount = Money(
        required=False, allow_null=True, help_text=_("In yuan, for a demand of money.")
    )


class FormFacts(serializers.Serializer[Any]):
    """The handling form; what is left out is not known, or stays as it is."""

    type = TypeCode(required=False, help_text=_("Empty where the customer is unsure."))
    subtype = Words(required=False, help_text=_("The code of a subtype of the type."))
    description = Words(required=False, help_text=_("What happened."))
    demands = DemandMade(
        many=True, required=False, help_text=_("What the customer wants (OB-41).")
    )
    occurred_at = Moment(
        required=False, allow_null=True, help_text=_("When it happened.")
    )
    returned_at = Moment(
        required=False, allow_null=True, help_text=_("When the device was collected.")
    )
    shows_at = Moment(
        required=False,
        allow_null=True,
        help_text=_("When the customer's own broadcast begins."),
    )
    amount = Money(
        required=False, allow_null=True, help_text=_("The amount in dispute, in yuan.")
    )
    phase = PhaseCode(required=False, help_text=_("When the device showed the fault."))
    process_step = ProcessStepCode(
        required=False, help_text=_("Which of our steps was slow.")
    )
    company_name = Words(
        required=False, help_text=_("The company, for an enterprise customer.")
    )
    account_number = Words(
        required=False, help_text=_("The customer's account number.")
    )
    no_account_reason = Words(
        required=False, help_text=_("Why there is no account number.")
    )
    core_need = Words(
        required=False, help_text=_("What the customer really needs (OB-08).")
    )
    device_model = Words(required=False, help_text=_("It stands on the device."))
    serial_number = Words(required=False, help_text=_("It stands on the device."))
    order_number = Words(required=False, help_text=_("It stands on the order."))
    contract_number = Words(required=False, help_text=_("It stands on the contract."))
    named_colleague = Words(
        required=False, help_text=_("The work number of a colleague who is named.")
    )
    danger = serializers.BooleanField(
        required=False, help_text=_("Whether somebody's safety is at stake.")
    )
    on_air = serializers.BooleanField(
        required=False,
        help_text=_("Whether a broadcast is running and the device cannot be used."),
    )


FIELDS = tuple(FormFacts().fields)


def changes_in(given: dict[str, Any]) -> dict[str, Any]:
    """The facts in what was sent, as `Facts` has them."""
    found = {name: given[name] for name in FIELDS if name in given}
    if "demands" in found:
        found["demands"] = tuple(
            Asked(demand["kind"], demand.get("amount")) for demand in found["demands"]
        )
    return found


def facts_in(given: dict[str, Any]) -> Facts:
    """A whole form of what was sent."""
    return Facts(**changes_in(given))


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "objection",
            {
                "channel": "website_message",
                "customer": {"surname": _("Wang"), "phone": "13800138000"},
                "type": "quality",
                "subtype": "function_fault",
                "order_number": "ORD-20261120-7",
                "device_model": "Sony FX3",
                "occurred_at": "2026-11-22T20:00:00+08:00",
                "description": _("The camera goes dark after two minutes."),
                "demands": [{"kind": "replace_device"}],
            },
            request_only=True,
        )
    ]
)
class NewObjection(FormFacts, Once):
    channel = Code(
        "code",
        queryset=Channel.objects.filter(takes_objections=True),
        help_text=_("The code of a channel that takes objections."),
        error_messages={
            "does_not_exist": _("This channel does not exist or takes no objections.")
        },
    )
    customer = Objector()
    received_at = Moment(
        required=False,
        help_text=_("With a token: when it reached you, if that was earlier."),
    )
    order_confirmed = serializers.BooleanField(
        required=False,
        default=False,
        help_text=_(
            "Without a token: that the order's number is right, though no such order is"
            " found under this phone number."
        ),
    )


class Conversion(FormFacts, Once):
    """What an inquiry becomes; what was said in it is carried over."""


class Correction(FormFacts):
    phone = Words(
        required=False,
        default="",
        help_text=_("The customer's number, if it was not known or was wrong."),
    )
    reason = Words(
        required=False,
        default="",
        help_text=_("Why it is another type than the customer chose (OB-39)."),
    )


@extend_schema_serializer(
    examples=[OpenApiExample("route", {"departments": None}, request_only=True)]
)
class HandingOff(serializers.Serializer[Any]):
    departments = serializers.ListField(
        child=Words(),
        required=False,
        allow_null=True,
        max_length=6,
        help_text=_(
            "Codes, the leading department first; left out: the policy's route."
        ),
    )
    reason = Words(
        required=False,
        default="",
        help_text=_("Why it goes elsewhere than the policy names."),
    )


class Acceptance(serializers.Serializer[Any]):
    department = Words(
        required=False,
        default="",
        help_text=_("For whom, if you are not of that department."),
    )


class Returning(Acceptance):
    reason = Words(help_text=_("Why it does not belong to the department (OB-06)."))


class Withdrawal(serializers.Serializer[Any]):
    statement = Words(help_text=_("What the customer said."))


@extend_schema_field(serializers.ChoiceField(Responsibility.choices))
class ResponsibilityCode(Words):
    """Who answers for it; the verb says so in words."""


@extend_schema_field(serializers.ChoiceField(Cause.choices))
class CauseCode(Words):
    """Why it happened; the verb says so in words."""


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "evidence",
            {
                "kind": "payment_record",
                "source": _("Finance system"),
                "text": _("300.00 were kept back on 20 November."),
            },
            request_only=True,
        )
    ]
)
class NewEvidence(serializers.Serializer[Any]):
    """A text, or a file that is on the case already."""

    kind = Words(help_text=_("The code of a kind of evidence."))
    source: Any = Words(help_text=_("Where it is from."))
    text = Words(required=False, default="", help_text=_("What it says."))
    file = ClientToken(
        required=False,
        help_text=_("The id of a file of this case, instead of a text."),
    )


class Waiving(serializers.Serializer[Any]):
    kind = Words(help_text=_("The code of a kind of evidence."))
    reason = Words(help_text=_("Why there is none."))


class Question(ToldGuard, Once):
    text = Words(help_text=_("What the customer is asked for."))


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "finding",
            {
                "text": _("Nothing in the contract allows the deduction."),
                "responsibility": "company",
                "cause": "process",
                "articles": ["ECL21"],
            },
            request_only=True,
        )
    ]
)
class Conclusion(serializers.Serializer[Any]):
    text = Words(help_text=_("What was found."))
    responsibility = ResponsibilityCode(help_text=_("Who answers for it."))
    cause = CauseCode(help_text=_("Why it happened."))
    contract_clause = Words(
        required=False,
        default="",
        help_text=_("The clause of the contract that it rests on."),
    )
    articles = serializers.ListField(
        child=Words(),
        required=False,
        default=list,
        max_length=10,
        help_text=_("Codes of the articles of law that it rests on (OB-02)."),
    )


class PromiseMade(serializers.Serializer[Any]):
    metric = serializers.ChoiceField(choices=Metric.choices, read_only=True)
    due_at = serializers.DateTimeField(read_only=True)


class DemandState(serializers.ModelSerializer[Demand]):
    kind = serializers.CharField(source="kind.code", read_only=True)

    class Meta:
        model = Demand
        fields = read_only_fields = ("kind", "amount")


class HandoffState(serializers.ModelSerializer[Handoff]):
    department = serializers.CharField(source="department.code", read_only=True)

    class Meta:
        model = Handoff
        fields = read_only_fields = (
            *("department", "part", "round", "handed_at"),
            *("accepted_at", "returned_at", "return_reason"),
        )


class EvidenceState(serializers.ModelSerializer[Evidence]):
    kind = serializers.CharField(source="kind.code", read_only=True)
    file = serializers.UUIDField(
        source="attachment.public_id", default=None, read_only=True, allow_null=True
    )

    class Meta:
        model = Evidence
        fields = read_only_fields = (
            *("kind", "source", "text", "file", "hash", "added_at"),
        )


class WaiverState(serializers.ModelSerializer[EvidenceWaiver]):
    kind = serializers.CharField(source="kind.code", read_only=True)

    class Meta:
        model = EvidenceWaiver
        fields = read_only_fields = ("kind", "reason", "waived_at")


class FindingState(serializers.ModelSerializer[Finding]):
    articles = serializers.SlugRelatedField[Any](
        many=True, read_only=True, slug_field="code"
    )

    class Meta:
        model = Finding
        fields = read_only_fields = (
            *("round", "text", "responsibility", "cause", "contract_clause"),
            *("articles", "found_at"),
        )

    def get_articles(self, finding: Finding) -> list[str]:
        return [article.code for article in finding.articles.all()]


class ObjectionFiled(serializers.ModelSerializer[Objection]):
    """What whoever files it is told (OB-43)."""

    status = serializers.ChoiceField(choices=Status.choices, read_only=True)
    promised = serializers.SerializerMethodField()
    clocks = ClockOfTicket(many=True, read_only=True)

    class Meta:
        model = Objection
        fields = read_only_fields = ("number", "status", "promised", "clocks")

    @extend_schema_field(PromiseMade(many=True))
    def get_promised(self, objection: Objection) -> list[dict[str, Any]]:
        made = promises.promised(objection.clocks.all())
        return list(PromiseMade(made, many=True).data)


class ObjectionState(TicketSummary):
    """An objection as it stands, with its handling form and its clocks."""

    status = serializers.ChoiceField(choices=Status.choices, read_only=True)
    subtype = serializers.CharField(
        source="subtype.code", default="", read_only=True, allow_blank=True
    )
    demands = DemandState(many=True, read_only=True)
    handoffs = HandoffState(many=True, read_only=True)
    evidence = EvidenceState(many=True, read_only=True)
    waivers = WaiverState(many=True, read_only=True)
    findings = FindingState(many=True, read_only=True)
    proposals = ProposalState(many=True, read_only=True)
    actions = ResolutionActionState(many=True, read_only=True)
    return_visits = VisitState(many=True, read_only=True)
    appeals = AppealState(many=True, read_only=True)
    external_complaints = ExternalState(many=True, read_only=True)
    promised = serializers.SerializerMethodField()
    clocks = ClockOfTicket(many=True, read_only=True)

    class Meta(TicketSummary.Meta):
        model = Objection
        fields = read_only_fields = (
            *TicketSummary.Meta.fields,
            *("type", "subtype", "customer_type", "severity", "description"),
            *("demands", "occurred_at", "returned_at", "shows_at", "amount", "phase"),
            *("process_step", "company_name", "account_number", "no_account_reason"),
            *("core_need", "device_model", "serial_number", "order_number"),
            *("contract_number", "danger", "on_air", "laboratory", "received_at"),
            *("acknowledged_at", "form_complete_at", "recorded_at", "estimate"),
            *("handoffs", "evidence"),
            *("waivers", "findings", "proposals", "actions", "return_visits"),
            *("appeals", "external_complaints", "escalated_to", "closure"),
            *("appeal_until", "archived_at", "kept_until", "promised"),
            "clocks",
        )
        extra_kwargs: ClassVar[dict[str, Any]] = {
            "estimate": {"help_text": _("By when the customer was told to hear.")},
        }

    @extend_schema_field(PromiseMade(many=True))
    def get_promised(self, objection: Objection) -> list[dict[str, Any]]:
        made = promises.promised(objection.clocks.all())
        return list(PromiseMade(made, many=True).data)
