"""What a colleague does with an objection through a form: each form and its verb."""

import hashlib
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext_lazy as _

from helpdesk.desk.act import Act, Given, calls, calls_without_token
from helpdesk.desk.investigation_forms import (
    AskForm,
    ConcludeForm,
    EvidenceForm,
    WaiverForm,
)
from helpdesk.desk.objection_forms import (
    CorrectForm,
    HandOverForm,
    ReturnForm,
    WithdrawForm,
    facts_initial,
)
from helpdesk.desk.settlement_acts import SETTLEMENT_ACTS
from objections import services
from objections.facts import Facts, facts_of
from objections.services.departments import handoff_for
from objections.services.recording import changed_meanwhile
from objections.workflow import Step

if TYPE_CHECKING:
    from helpdesk.desk.objection import ObjectionWorkspace


def stamp_of(facts: Facts) -> str:
    """A short fingerprint of a handling form."""
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


def _correct(workspace: "ObjectionWorkspace", given: Given) -> object:
    facts: Facts = given["facts"]
    known = facts_of(workspace.objection)
    if facts != known and given.get("seen", "") not in ("", stamp_of(known)):
        raise changed_meanwhile()
    return services.correct(
        workspace.objection,
        changes={it.name: getattr(facts, it.name) for it in fields(facts)},
        reason=given.get("reason", ""),
        phone=given.get("phone", ""),
        known=known,
        by=workspace.user,
        at=workspace.now,
    )


def _known(workspace: "ObjectionWorkspace") -> dict[str, Any]:
    """What stands on the form now."""
    known = facts_of(workspace.objection)
    return {
        "has_phone": bool(workspace.objection.customer.phone_tail),
        "initial": {**facts_initial(known), "seen": stamp_of(known)},
    }


def _return(workspace: "ObjectionWorkspace", given: Given) -> object:
    handoff = handoff_for(
        workspace.objection,
        given.get("department", ""),
        Step.RETURN,
        by=workspace.user,
    )
    return services.return_handoff(
        handoff, reason=given["reason"], by=workspace.user, at=workspace.now
    )


def _withdraw(workspace: "ObjectionWorkspace", given: Given) -> object:
    return services.withdraw(
        workspace.objection,
        statement=given["statement"],
        by=workspace.user,
        at=workspace.now,
    )


def _waive(workspace: "ObjectionWorkspace", given: Given) -> object:
    return services.waive_evidence(
        workspace.objection,
        kind=given["kind"],
        reason=given["reason"],
        by=workspace.user,
        at=workspace.now,
    )


ACTS: Final = {
    act.name: act
    for act in (
        Act(
            name="correct",
            step=Step.CORRECT,
            title=_("Handling form"),
            clauses="OB-38 – OB-42",
            act=_("Save the form"),
            form=CorrectForm,
            options=_known,
            verb=_correct,
            template="desk/objection/_facts_fields.html",
            wide=True,
        ),
        Act(
            name="hand-over",
            step=Step.HAND_OFF,
            title=_("Hand over"),
            clauses="OB-44, OB-45",
            act=_("Hand over"),
            form=HandOverForm,
            options=lambda workspace: {"suggested": workspace.suggested},
            verb=calls(services.hand_off),
            template="desk/objection/_hand_over_fields.html",
        ),
        Act(
            name="return",
            step=Step.RETURN,
            title=_("Return it"),
            clauses="OB-06",
            act=_("Return it"),
            form=ReturnForm,
            options=lambda workspace: {"handoffs": workspace.to_return},
            verb=_return,
            template="desk/objection/_return_fields.html",
        ),
        Act(
            name="add-evidence",
            step=Step.ADD_EVIDENCE,
            title=_("Add evidence"),
            clauses="OB-47 – OB-49",
            act=_("Put it on record"),
            form=EvidenceForm,
            options=lambda workspace: {
                "lacking": workspace.investigation.lacking,
                "on_the_case": workspace.files_on_the_case,
            },
            verb=calls(services.add_evidence),
            uploads=True,
        ),
        Act(
            name="no-evidence",
            step=Step.WAIVE_EVIDENCE,
            title=_("There is none"),
            clauses="OB-47",
            act=_("Put it on record"),
            form=WaiverForm,
            options=lambda workspace: {"lacking": workspace.investigation.lacking},
            verb=_waive,
        ),
        Act(
            name="ask-evidence",
            step=Step.ASK_EVIDENCE,
            title=_("Ask the customer for material"),
            clauses="OB-46",
            act=_("Ask the customer"),
            form=AskForm,
            verb=calls(services.ask_for_evidence),
        ),
        Act(
            name="conclude",
            step=Step.CONCLUDE,
            title=_("Conclude the investigation"),
            clauses="OB-02, OB-07",
            act=_("Conclude"),
            form=ConcludeForm,
            verb=calls_without_token(services.conclude),
            template="desk/objection/_conclude_fields.html",
            wide=True,
        ),
        Act(
            name="withdraw",
            step=Step.WITHDRAW,
            title=_("Withdraw for the customer"),
            act=_("Withdraw the objection"),
            form=WithdrawForm,
            verb=_withdraw,
        ),
        *SETTLEMENT_ACTS,
    )
}
