"""From the proposal to the archive: each form of an objection and its verb."""

from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext_lazy as _

from helpdesk.desk.act import Act, calls, calls_without_token
from helpdesk.desk.outside_forms import AnswerOutsideForm, EndOutsideForm, ExternalForm
from helpdesk.desk.proposal_form import ProposeForm
from helpdesk.desk.settlement_forms import (
    AnswerForm,
    AppealForm,
    AssignActionForm,
    DecideForm,
    EmptyForm,
    EscalateForm,
    ExecuteForm,
    ExtendForm,
    SendBackForm,
    TellForm,
    TestForm,
    VisitForm,
)
from objections import services
from objections.workflow import Step

if TYPE_CHECKING:
    from helpdesk.desk.objection import ObjectionWorkspace


def _number_of_proposal(workspace: "ObjectionWorkspace") -> dict[str, Any]:
    standing = workspace.settlement.standing
    return {"number": standing.number if standing else None}


def _my_actions(workspace: "ObjectionWorkspace") -> dict[str, Any]:
    return {"actions": workspace.settlement.mine_to_do}


SETTLEMENT_ACTS: Final = (
    Act(
        name="extend",
        step=Step.EXTEND,
        title=_("Grant more time"),
        clauses="OB-46",
        act=_("Grant it and tell the customer"),
        form=ExtendForm,
        verb=calls_without_token(services.extend),
        template="desk/objection/_extend_fields.html",
    ),
    Act(
        name="order-test",
        step=Step.ORDER_TEST,
        title=_("Have a laboratory test it"),
        act=_("Order the test"),
        form=TestForm,
        verb=calls_without_token(services.order_test),
    ),
    Act(
        name="propose",
        step=Step.PROPOSE,
        title=_("Proposal to the customer"),
        clauses="OB-08",
        act=_("Propose it"),
        form=ProposeForm,
        options=lambda workspace: {"demands": workspace.sheet.demands},
        verb=calls(services.propose),
        template="desk/objection/_propose_fields.html",
        wide=True,
    ),
    Act(
        name="send-back",
        step=Step.SEND_BACK,
        title=_("Send the proposal back"),
        act=_("Send it back"),
        form=SendBackForm,
        verb=calls_without_token(services.send_back),
    ),
    Act(
        name="answer",
        step=Step.ACCEPT_PROPOSAL,
        title=_("The customer's answer"),
        clauses="CM-29",
        act=_("Put it on record"),
        form=AnswerForm,
        options=_number_of_proposal,
        verb=calls(services.answer_proposal),
        template="desk/objection/_choosing_fields.html",
    ),
    Act(
        name="escalate",
        step=Step.ESCALATE,
        title=_("Put it to the next level"),
        act=_("Put it to the next level"),
        form=EscalateForm,
        verb=calls_without_token(services.escalate),
    ),
    Act(
        name="close-unagreed",
        step=Step.CLOSE_UNAGREED,
        title=_("Close it without an agreement"),
        clauses="CM-29",
        act=_("Close it and tell the ways outside"),
        form=EmptyForm,
        verb=calls_without_token(services.close_unagreed),
        template="desk/objection/_close_unagreed_fields.html",
    ),
    Act(
        name="assign-action",
        step=Step.ASSIGN_ACTION,
        title=_("Who carries it out?"),
        act=_("Assign"),
        form=AssignActionForm,
        options=_my_actions,
        verb=calls(services.assign_action),
    ),
    Act(
        name="execute",
        step=Step.EXECUTE,
        title=_("It is done"),
        clauses="OB-09",
        act=_("Put it on record"),
        form=ExecuteForm,
        options=_my_actions,
        verb=calls(services.execute),
        uploads=True,
    ),
    Act(
        name="tell-result",
        step=Step.TELL_RESULT,
        title=_("Tell the customer the result"),
        clauses="CC-14",
        act=_("Tell the customer"),
        form=TellForm,
        verb=calls(services.tell_result),
    ),
    Act(
        name="visit",
        step=Step.VISIT,
        title=_("Return visit"),
        clauses="CM-28",
        act=_("Put it on record"),
        form=VisitForm,
        options=lambda workspace: {"number": workspace.settlement.attempt},
        verb=calls(services.visit),
        template="desk/objection/_visit_fields.html",
    ),
    Act(
        name="appeal",
        step=Step.APPEAL,
        title=_("The customer asks for a review"),
        act=_("Put it on record"),
        form=AppealForm,
        verb=calls_without_token(services.appeal),
    ),
    Act(
        name="decide-appeal",
        step=Step.DECIDE_APPEAL,
        title=_("Decide the review"),
        act=_("Decide and tell the customer"),
        form=DecideForm,
        verb=calls(services.decide_appeal),
        template="desk/objection/_choosing_fields.html",
    ),
    Act(
        name="note-external",
        step=Step.NOTE_EXTERNAL,
        title=_("Complaint outside"),
        act=_("Put it on record"),
        form=ExternalForm,
        verb=calls(services.note_external),
    ),
    Act(
        name="answer-external",
        step=Step.NOTE_EXTERNAL,
        title=_("Our answer outside"),
        act=_("Put it on record"),
        form=AnswerOutsideForm,
        options=lambda workspace: {"complaints": workspace.settlement.unanswered},
        verb=calls(services.answer_external),
    ),
    Act(
        name="end-external",
        step=Step.NOTE_EXTERNAL,
        title=_("How it ended outside"),
        act=_("Put it on record"),
        form=EndOutsideForm,
        options=lambda workspace: {"complaints": workspace.settlement.unended},
        verb=calls(services.end_external),
    ),
)
