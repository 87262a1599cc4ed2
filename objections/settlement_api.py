"""Settlements for other systems: from more time for an investigation to the archive."""

from typing import Any, Final

from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from inquiries.api import IDEMPOTENCY
from objections import services
from objections.api import NUMBER, taken
from objections.documents import ObjectionState
from objections.settlement_documents import (
    ActionOwner,
    ActionProof,
    AppealDecision,
    AppealMade,
    CustomersAnswer,
    ExternalAnswer,
    ExternalEnd,
    NewExternal,
    NewProposal,
    ProposalRead,
    Reasoned,
    ReasonTold,
    Result,
    Visiting,
)

ONE: Final[dict[str, Any]] = {
    "responses": ObjectionState,
    "parameters": [NUMBER],
    "tags": ["objections"],
}
ONCE: Final[dict[str, Any]] = {**ONE, "parameters": [NUMBER, IDEMPOTENCY]}


class Settlements(ViewSet):
    """One address per verb."""

    @extend_schema(
        "extend_investigation",
        summary=gettext_lazy("Grant more time"),
        description=gettext_lazy("Once, told to the customer at once (OB-46)."),
        request=ReasonTold,
        **ONE,
    )
    def extend(self, request: Request, number: str) -> Response:
        return taken(request, number, services.extend, ReasonTold)

    @extend_schema(
        "order_test",
        summary=gettext_lazy("Order a laboratory test"),
        description=gettext_lazy("The investigation has longer then (OB-46)."),
        request=Reasoned,
        **ONE,
    )
    def order_test(self, request: Request, number: str) -> Response:
        return taken(request, number, services.order_test, Reasoned)

    @extend_schema(
        "propose_settlement",
        summary=gettext_lazy("Propose measures"),
        description=gettext_lazy(
            "With a word to each demand (OB-08). It goes to the customer once all whose"
            " approval its value needs have approved."
        ),
        request=NewProposal,
        **ONE,
    )
    def propose(self, request: Request, number: str) -> Response:
        return taken(request, number, services.propose, NewProposal)

    @extend_schema(
        "approve_proposal",
        summary=gettext_lazy("Approve a proposal"),
        description=gettext_lazy("Never one's own, and never twice."),
        request=ProposalRead,
        **ONE,
    )
    def approve(self, request: Request, number: str) -> Response:
        return taken(request, number, services.approve, ProposalRead)

    @extend_schema(
        "send_proposal_back",
        summary=gettext_lazy("Send a proposal back"),
        description=gettext_lazy("Not approved; or one's own, taken back."),
        request=Reasoned,
        **ONE,
    )
    def send_back(self, request: Request, number: str) -> Response:
        return taken(request, number, services.send_back, Reasoned)

    @extend_schema(
        "record_customers_answer",
        summary=gettext_lazy("Record the customer's answer"),
        description=gettext_lazy(
            "An acceptance becomes actions; a rejection goes back to the departments,"
            " and from the second one on to the next level (CM-29)."
        ),
        request=CustomersAnswer,
        **ONE,
    )
    def customer_answer(self, request: Request, number: str) -> Response:
        return taken(request, number, services.answer_proposal, CustomersAnswer)

    @extend_schema(
        "investigate_again",
        summary=gettext_lazy("Investigate once more"),
        description=gettext_lazy("By who decides after two rejections."),
        request=None,
        **ONE,
    )
    def investigate_again(self, request: Request, number: str) -> Response:
        return taken(request, number, services.investigate_again)

    @extend_schema(
        "escalate_objection",
        summary=gettext_lazy("Put it to the next level"),
        description=gettext_lazy("Supervisor, manager, general manager."),
        request=Reasoned,
        **ONE,
    )
    def escalate(self, request: Request, number: str) -> Response:
        return taken(request, number, services.escalate, Reasoned)

    @extend_schema(
        "close_unagreed",
        summary=gettext_lazy("Close without agreement"),
        description=gettext_lazy(
            "By the general manager alone; the customer is told the ways outside."
        ),
        request=None,
        **ONE,
    )
    def close_unagreed(self, request: Request, number: str) -> Response:
        return taken(request, number, services.close_unagreed)

    @extend_schema(
        "assign_action",
        summary=gettext_lazy("Say who carries an action out"),
        description=gettext_lazy("Somebody of the department that owes it."),
        request=ActionOwner,
        **ONE,
    )
    def assign_action(self, request: Request, number: str) -> Response:
        return taken(request, number, services.assign_action, ActionOwner)

    @extend_schema(
        "execute_action",
        summary=gettext_lazy("Put an action on record as done"),
        description=gettext_lazy("With by what it can be seen (OB-09)."),
        request=ActionProof,
        **ONCE,
    )
    def execute(self, request: Request, number: str) -> Response:
        return taken(request, number, services.execute, ActionProof)

    @extend_schema(
        "tell_result",
        summary=gettext_lazy("Tell the result"),
        description=gettext_lazy("Once all that was agreed is carried out (CC-14)."),
        request=Result,
        **ONCE,
    )
    def feedback(self, request: Request, number: str) -> Response:
        return taken(request, number, services.tell_result, Result)

    @extend_schema(
        "visit_customer",
        summary=gettext_lazy("Record a return visit"),
        description=gettext_lazy(
            "By somebody who has not handled the case. A satisfied customer closes it,"
            " a dissatisfied one brings it back."
        ),
        request=Visiting,
        **ONE,
    )
    def visit(self, request: Request, number: str) -> Response:
        return taken(request, number, services.visit, Visiting)

    @extend_schema(
        "archive_objection",
        summary=gettext_lazy("Put it away"),
        description=gettext_lazy("Its form is frozen once more; kept three years."),
        request=None,
        **ONE,
    )
    def archive(self, request: Request, number: str) -> Response:
        return taken(request, number, services.archive)

    @extend_schema(
        "appeal_objection",
        summary=gettext_lazy("Ask for a review"),
        description=gettext_lazy("For the customer, within seven days of the end."),
        request=AppealMade,
        **ONE,
    )
    def appeal(self, request: Request, number: str) -> Response:
        return taken(request, number, services.appeal, AppealMade)

    @extend_schema(
        "decide_appeal",
        summary=gettext_lazy("Decide a review"),
        description=gettext_lazy("By somebody of the level who has not judged before."),
        request=AppealDecision,
        **ONE,
    )
    def decide_appeal(self, request: Request, number: str) -> Response:
        return taken(request, number, services.decide_appeal, AppealDecision)

    @extend_schema(
        "note_external_complaint",
        summary=gettext_lazy("Note a complaint outside"),
        description=gettext_lazy("Its clock begins; the case goes on inside."),
        request=NewExternal,
        **ONE,
    )
    def note_external(self, request: Request, number: str) -> Response:
        return taken(request, number, services.note_external, NewExternal)

    @extend_schema(
        "answer_external_complaint",
        summary=gettext_lazy("Answer a complaint outside"),
        description=gettext_lazy("What was answered stops its clock."),
        request=ExternalAnswer,
        **ONE,
    )
    def answer_external(self, request: Request, number: str) -> Response:
        return taken(request, number, services.answer_external, ExternalAnswer)

    @extend_schema(
        "end_external_complaint",
        summary=gettext_lazy("End a complaint outside"),
        description=gettext_lazy("How it ended."),
        request=ExternalEnd,
        **ONE,
    )
    def end_external(self, request: Request, number: str) -> Response:
        return taken(request, number, services.end_external, ExternalEnd)
