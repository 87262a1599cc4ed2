"""From the proposal to the archive: each form of an objection and its verb."""

from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext_lazy as _

from helpdesk.desk.act import Act, Given
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
    from collections.abc import Callable

    from helpdesk.desk.objection import ObjectionWorkspace


def _calls(
    verb: "Callable[..., object]",
) -> "Callable[[ObjectionWorkspace, Given], object]":
    """A verb that takes what its form carries as it is."""

    def call(workspace: "ObjectionWorkspace", given: Given) -> object:
        return verb(workspace.objection, by=workspace.user, at=workspace.now, **given)

    return call


def _without_token(
    verb: "Callable[..., object]",
) -> "Callable[[ObjectionWorkspace, Given], object]":
    """The same for a verb that knows a second click by what it says."""

    def call(workspace: "ObjectionWorkspace", given: Given) -> object:
        given.pop("client_token", None)
        return verb(workspace.objection, by=workspace.user, at=workspace.now, **given)

    return call


def _nothing(workspace: "ObjectionWorkspace") -> dict[str, Any]:
    return {}


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
        options=_nothing,
        verb=_without_token(services.extend),
        template="desk/objection/_extend_fields.html",
    ),
    Act(
        name="order-test",
        step=Step.ORDER_TEST,
        title=_("Have a laboratory test it"),
        clauses="",
        act=_("Order the test"),
        form=TestForm,
        options=_nothing,
        verb=_without_token(services.order_test),
    ),
    Act(
        name="propose",
        step=Step.PROPOSE,
        title=_("Proposal to the customer"),
        clauses="OB-08",
        act=_("Propose it"),
        form=ProposeForm,
        options=lambda workspace: {"demands": workspace.sheet.demands},
        verb=_calls(services.propose),
        template="desk/objection/_propose_fields.html",
        wide=True,
    ),
    Act(
        name="send-back",
        step=Step.SEND_BACK,
        title=_("Send the proposal back"),
        clauses="",
        act=_("Send it back"),
        form=SendBackForm,
        options=_nothing,
        verb=_without_token(services.send_back),
    ),
    Act(
        name="answer",
        step=Step.ACCEPT_PROPOSAL,
        title=_("The customer's answer"),
        clauses="CM-29",
        act=_("Put it on record"),
        form=AnswerForm,
        options=_number_of_proposal,
        verb=_calls(services.answer_proposal),
        template="desk/objection/_choosing_fields.html",
    ),
    Act(
        name="escalate",
        step=Step.ESCALATE,
        title=_("Put it to the next level"),
        clauses="",
        act=_("Put it to the next level"),
        form=EscalateForm,
        options=_nothing,
        verb=_without_token(services.escalate),
    ),
    Act(
        name="close-unagreed",
        step=Step.CLOSE_UNAGREED,
        title=_("Close it without an agreement"),
        clauses="CM-29",
        act=_("Close it and tell the ways outside"),
        form=EmptyForm,
        options=_nothing,
        verb=_without_token(services.close_unagreed),
        template="desk/objection/_close_unagreed_fields.html",
    ),
    Act(
        name="assign-action",
        step=Step.ASSIGN_ACTION,
        title=_("Who carries it out?"),
        clauses="",
        act=_("Assign"),
        form=AssignActionForm,
        options=_my_actions,
        verb=_calls(services.assign_action),
    ),
    Act(
        name="execute",
        step=Step.EXECUTE,
        title=_("It is done"),
        clauses="OB-09",
        act=_("Put it on record"),
        form=ExecuteForm,
        options=_my_actions,
        verb=_calls(services.execute),
        uploads=True,
    ),
    Act(
        name="tell-result",
        step=Step.TELL_RESULT,
        title=_("Tell the customer the result"),
        clauses="CC-14",
        act=_("Tell the customer"),
        form=TellForm,
        options=_nothing,
        verb=_calls(services.tell_result),
    ),
    Act(
        name="visit",
        step=Step.VISIT,
        title=_("Return visit"),
        clauses="CM-28",
        act=_("Put it on record"),
        form=VisitForm,
        options=lambda workspace: {"number": workspace.settlement.attempt},
        verb=_calls(services.visit),
        template="desk/objection/_visit_fields.html",
    ),
    Act(
        name="appeal",
        step=Step.APPEAL,
        title=_("The customer asks for a review"),
        clauses="",
        act=_("Put it on record"),
        form=AppealForm,
        options=_nothing,
        verb=_without_token(services.appeal),
    ),
    Act(
        name="decide-appeal",
        step=Step.DECIDE_APPEAL,
        title=_("Decide the review"),
        clauses="",
        act=_("Decide and tell the customer"),
        form=DecideForm,
        options=_nothing,
        verb=_calls(services.decide_appeal),
        template="desk/objection/_choosing_fields.html",
    ),
    Act(
        name="note-external",
        step=Step.NOTE_EXTERNAL,
        title=_("Complaint outside"),
        clauses="",
        act=_("Put it on record"),
        form=ExternalForm,
        options=_nothing,
        verb=_calls(services.note_external),
    ),
    Act(
        name="answer-external",
        step=Step.NOTE_EXTERNAL,
        title=_("Our answer outside"),
        clauses="",
        act=_("Put it on record"),
        form=AnswerOutsideForm,
        options=lambda workspace: {"complaints": workspace.settlement.unanswered},
        verb=_calls(services.answer_external),
    ),
    Act(
        name="end-external",
        step=Step.NOTE_EXTERNAL,
        title=_("How it ended outside"),
        clauses="",
        act=_("Put it on record"),
        form=EndOutsideForm,
        options=lambda workspace: {"complaints": workspace.settlement.unended},
        verb=_calls(services.end_external),
    ),
)
