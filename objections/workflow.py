"""The life of an objection: its statuses, the steps between them, and who takes them.

    received ─► acknowledged ─► recorded ─► handed off ─► investigating ─► investigated
                                   ▲            │            ▲    │
                                   └────────────┘ returned   └─ ─ ┘ awaiting evidence
    investigated ─► pending approval ─► proposed ─► executing ─► executed ─► return
         ▲               │                 │                                 visit
         ├───────────────┘ sent back       ├─ 1st rejection ─► investigating   │
         └ ─ ─ ─ ─ ─ ─ rejected ◄── 2nd ───┘                                   │
                          └─► closed ◄─────────────────────────────────────────┤
    closed ─► archived                                                         ▼
    closed, archived ─► appealed ─► closed again, or ─────────────────────► reopened
    reopened ─► handed off
    any that is open ─► withdrawn

Which steps move which clock: FILE starts ACKNOWLEDGEMENT, TOTAL and, where a refund or
a repair is demanded, LEGAL_OUTER_LIMIT; ACKNOWLEDGE stops the first of them (OB-35,
OB-36). The handling form's completion starts HANDOFF (OB-44), which is at filing or at
RECORD; HAND_OFF stops it and starts INVESTIGATION and each department's
DEPARTMENT_ACCEPTANCE. ACCEPT stops that department's; RETURN stops it too and starts
HANDOFF anew. ASK_EVIDENCE pauses INVESTIGATION and TOTAL, the customer's words let them
run on; EXTEND pauses them once, ORDER_TEST moves the former; CONCLUDE stops the former
and starts PROPOSAL. CORRECT moves the deadlines that depend on type or severity. A
proposal that is sent stops PROPOSAL and TOTAL and starts CUSTOMER_CONFIRMATION, which
the customer's answer stops; silence never does. ACCEPT_PROPOSAL starts EXECUTION for
each action, EXECUTE stops it; the last one stops LEGAL_OUTER_LIMIT and starts FEEDBACK
and RETURN_VISIT. TELL_RESULT stops the former, VISIT the latter. REJECT_PROPOSAL starts
INVESTIGATION or PROPOSAL anew; a level's proposal that is sent back stays REJECTED.
What closes starts ARCHIVE, ARCHIVE stops it. APPEAL starts APPEAL, DECIDE_APPEAL stops
it. REOPEN starts HANDOFF and what goes on. WITHDRAW cancels every clock but those of
complaints outside.
"""

from enum import StrEnum
from typing import Final

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from staff.models import SUPERVISES, Role
from tickets.workflow import Rule, Workflow


class Status(models.TextChoices):
    """Where an objection stands."""

    RECEIVED = "received", _("Received")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged")
    RECORDED = "recorded", _("Recorded")
    HANDED_OFF = "handed_off", _("Handed off")
    INVESTIGATING = "investigating", _("Being investigated")
    AWAITING_EVIDENCE = "awaiting_evidence", _("Waiting for the customer's material")
    INVESTIGATED = "investigated", _("Investigated")
    PENDING_APPROVAL = "pending_approval", _("Proposal waits for approval")
    PROPOSED = "proposed", _("Proposal is with the customer")
    REJECTED = "rejected", _("Customer does not agree")
    EXECUTING = "executing", _("Being carried out")
    EXECUTED = "executed", _("Carried out")
    RETURN_VISIT = "return_visit", _("Return visit due")
    REOPENED = "reopened", _("To be handled again")
    APPEALED = "appealed", _("Under review")
    CLOSED = "closed", _("Closed")
    ARCHIVED = "archived", _("Archived")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Step(StrEnum):
    """What someone can do with an objection."""

    CUSTOMER_WRITES = "customer_writes"
    URGE = "urge"
    REPLY = "reply"
    NOTE = "note"
    TAKE = "take"
    ASSIGN = "assign"
    REVEAL = "reveal"
    ACKNOWLEDGE = "acknowledge"
    CORRECT = "correct"
    RECORD = "record"
    HAND_OFF = "hand_off"
    ACCEPT = "accept"
    RETURN = "return"
    ADD_EVIDENCE = "add_evidence"
    WAIVE_EVIDENCE = "waive_evidence"
    ASK_EVIDENCE = "ask_evidence"
    GO_ON = "go_on"
    ORDER_TEST = "order_test"
    EXTEND = "extend"
    CONCLUDE = "conclude"
    PROPOSE = "propose"
    APPROVE = "approve"
    SEND_BACK = "send_back"
    ACCEPT_PROPOSAL = "accept_proposal"
    REJECT_PROPOSAL = "reject_proposal"
    INVESTIGATE_AGAIN = "investigate_again"
    ESCALATE = "escalate"
    CLOSE_UNAGREED = "close_unagreed"
    ASSIGN_ACTION = "assign_action"
    EXECUTE = "execute"
    TELL_RESULT = "tell_result"
    VISIT = "visit"
    RATE = "rate"
    REOPEN = "reopen"
    ARCHIVE = "archive"
    APPEAL = "appeal"
    DECIDE_APPEAL = "decide_appeal"
    NOTE_EXTERNAL = "note_external"
    WITHDRAW = "withdraw"


ENDED: Final = frozenset({Status.CLOSED, Status.ARCHIVED, Status.WITHDRAWN})
OPEN: Final = frozenset(Status) - ENDED
_BEFORE_HAND_OFF: Final = frozenset(
    {Status.ACKNOWLEDGED, Status.RECORDED, Status.REOPENED}
)
WITH_DEPARTMENTS: Final = frozenset(
    {Status.HANDED_OFF, Status.INVESTIGATING, Status.AWAITING_EVIDENCE}
)
_INVESTIGATING: Final = frozenset({Status.INVESTIGATING, Status.AWAITING_EVIDENCE})

_ANSWERING: Final = frozenset(
    {Role.AGENT, Role.SUPERVISOR, Role.MANAGER, Role.ADMINISTRATOR}
)
_HANDLING: Final = frozenset(
    {Role.DEPARTMENT_HANDLER, Role.MANAGER, Role.ADMINISTRATOR}
)
_INQUIRING: Final = _ANSWERING | _HANDLING
_SUPERVISING: Final = SUPERVISES
_DECIDING: Final = frozenset({Role.SUPERVISOR, Role.MANAGER, Role.GENERAL_MANAGER})
_EVERYONE: Final = _ANSWERING | {Role.DEPARTMENT_HANDLER, Role.GENERAL_MANAGER}
_ENDED: Final = _("This objection has ended.")
_ACKNOWLEDGE_FIRST: Final = _(
    "The customer does not know yet that somebody has read this. Acknowledge it first"
    " (OB-36)."
)
_RECORD_FIRST: Final = _(
    "The handling form is not recorded yet. Complete it and tell the customer its"
    " number first (OB-42, OB-43)."
)
_ACCEPT_FIRST: Final = _("No department has accepted this objection yet.")
_CONCLUDED: Final = _("The investigation is concluded.")
_CONCLUDE_FIRST: Final = _("Conclude the investigation first (OB-46).")
_PROPOSE_FIRST: Final = _("No proposal is with the customer.")
_NOT_WAITING: Final = _("No proposal waits for an approval.")
_NOT_REJECTED: Final = _("The customer has not rejected a second proposal.")
_NOTHING_AGREED: Final = _("Nothing is agreed that could be carried out.")
_EXECUTE_FIRST: Final = _("Not everything that was agreed has been carried out.")
_TELL_FIRST: Final = _("Tell the customer the result first (CC-14).")
_CLOSE_FIRST: Final = _("This objection is not closed yet.")
_SETTLED: Final = frozenset(
    {
        Status.INVESTIGATED,
        Status.PENDING_APPROVAL,
        Status.PROPOSED,
        Status.REJECTED,
        Status.EXECUTING,
        Status.EXECUTED,
        Status.RETURN_VISIT,
        Status.APPEALED,
    }
)
_NOT_UNDER_WAY: Final[dict[str, str | Promise]] = {
    **dict.fromkeys(_SETTLED, _CONCLUDED),
    **dict.fromkeys(ENDED, _ENDED),
}
_NOT_INVESTIGATED: Final[dict[str, str | Promise]] = {
    **dict.fromkeys(WITH_DEPARTMENTS, _CONCLUDE_FIRST),
    **dict.fromkeys(ENDED, _ENDED),
}
_WITH_A_DEPARTMENT: Final = _("This objection is with the departments already.")

WORKFLOW: Final = Workflow(
    {
        Step.CUSTOMER_WRITES: Rule(
            OPEN,
            None,
            frozenset(),
            _ENDED,
            customer=True,
            moves={Status.AWAITING_EVIDENCE: Status.INVESTIGATING},
        ),
        Step.URGE: Rule(OPEN, None, frozenset(), _ENDED, customer=True),
        Step.REPLY: Rule(OPEN, None, _ANSWERING, _ENDED),
        Step.NOTE: Rule(frozenset(Status), None, _EVERYONE, _ENDED),
        Step.TAKE: Rule(OPEN, None, _ANSWERING, _ENDED),
        Step.ASSIGN: Rule(OPEN, None, _ANSWERING, _ENDED),
        Step.REVEAL: Rule(frozenset(Status), None, _ANSWERING | _HANDLING, _ENDED),
        Step.ACKNOWLEDGE: Rule(
            frozenset({Status.RECEIVED}),
            Status.ACKNOWLEDGED,
            _ANSWERING,
            _("This objection has been acknowledged already."),
        ),
        # Type, severity and facts as they turn out to be; the customer's own choice
        # stays on record (OB-39).
        Step.CORRECT: Rule(
            frozenset({Status.RECEIVED}) | _BEFORE_HAND_OFF,
            None,
            _ANSWERING,
            _WITH_A_DEPARTMENT,
            refusals=dict.fromkeys(ENDED, _ENDED),
        ),
        Step.RECORD: Rule(
            frozenset({Status.ACKNOWLEDGED}),
            Status.RECORDED,
            _ANSWERING,
            _("The handling form has been recorded already."),
            refusals={Status.RECEIVED: _ACKNOWLEDGE_FIRST},
        ),
        Step.HAND_OFF: Rule(
            frozenset({Status.RECORDED, Status.REOPENED}),
            Status.HANDED_OFF,
            _ANSWERING,
            _WITH_A_DEPARTMENT,
            refusals={
                Status.RECEIVED: _ACKNOWLEDGE_FIRST,
                Status.ACKNOWLEDGED: _RECORD_FIRST,
                **dict.fromkeys(ENDED, _ENDED),
            },
        ),
        Step.ACCEPT: Rule(
            WITH_DEPARTMENTS,
            None,
            _HANDLING,
            _("Only what was handed to the department can be accepted."),
            moves={Status.HANDED_OFF: Status.INVESTIGATING},
        ),
        # What a department returns goes back to who handed it over (OB-06).
        Step.RETURN: Rule(
            WITH_DEPARTMENTS,
            Status.RECORDED,
            _HANDLING,
            _("Only what was handed to the department can be returned."),
        ),
        Step.ADD_EVIDENCE: Rule(
            _INVESTIGATING, None, _INQUIRING, _ACCEPT_FIRST, refusals=_NOT_UNDER_WAY
        ),
        Step.WAIVE_EVIDENCE: Rule(
            _INVESTIGATING, None, _HANDLING, _ACCEPT_FIRST, refusals=_NOT_UNDER_WAY
        ),
        Step.ASK_EVIDENCE: Rule(
            frozenset({Status.INVESTIGATING}),
            Status.AWAITING_EVIDENCE,
            _INQUIRING,
            _ACCEPT_FIRST,
            refusals={
                Status.AWAITING_EVIDENCE: _("The customer has been asked already."),
                **_NOT_UNDER_WAY,
            },
        ),
        # Without what was asked for: it is not needed any more, or did not come.
        Step.GO_ON: Rule(
            frozenset({Status.AWAITING_EVIDENCE}),
            Status.INVESTIGATING,
            _INQUIRING,
            _("Nothing is waited for."),
        ),
        Step.CONCLUDE: Rule(
            _INVESTIGATING,
            Status.INVESTIGATED,
            _HANDLING,
            _ACCEPT_FIRST,
            refusals=_NOT_UNDER_WAY,
        ),
        # What a laboratory has to find out takes longer, as the policy says.
        Step.ORDER_TEST: Rule(
            frozenset({Status.INVESTIGATING}),
            None,
            _HANDLING,
            _ACCEPT_FIRST,
            refusals={
                Status.AWAITING_EVIDENCE: _("The time stands still already."),
                **_NOT_UNDER_WAY,
            },
        ),
        # More time, once, granted and told before the time is over (OB-46).
        Step.EXTEND: Rule(
            frozenset({Status.HANDED_OFF, Status.INVESTIGATING}),
            None,
            _SUPERVISING,
            _ACCEPT_FIRST,
            refusals={
                Status.AWAITING_EVIDENCE: _("The time stands still already."),
                **_NOT_UNDER_WAY,
            },
        ),
        Step.PROPOSE: Rule(
            frozenset({Status.INVESTIGATED, Status.REJECTED}),
            Status.PENDING_APPROVAL,
            _INQUIRING | {Role.GENERAL_MANAGER},
            _CONCLUDE_FIRST,
            refusals={
                **dict.fromkeys(
                    (Status.PENDING_APPROVAL, Status.PROPOSED),
                    _("There is a proposal already."),
                ),
                **dict.fromkeys(
                    (Status.EXECUTING, Status.EXECUTED, Status.RETURN_VISIT),
                    _("The customer has agreed to a proposal already."),
                ),
                **dict.fromkeys(ENDED, _ENDED),
            },
        ),
        # The last approval that is needed sends it to the customer.
        Step.APPROVE: Rule(
            frozenset({Status.PENDING_APPROVAL}),
            Status.PROPOSED,
            _DECIDING | {Role.DEPARTMENT_HANDLER},
            _NOT_WAITING,
        ),
        Step.SEND_BACK: Rule(
            frozenset({Status.PENDING_APPROVAL}),
            Status.INVESTIGATED,
            _INQUIRING | {Role.GENERAL_MANAGER},
            _NOT_WAITING,
        ),
        Step.ACCEPT_PROPOSAL: Rule(
            frozenset({Status.PROPOSED}),
            Status.EXECUTING,
            _ANSWERING,
            _PROPOSE_FIRST,
            customer=True,
        ),
        Step.REJECT_PROPOSAL: Rule(
            frozenset({Status.PROPOSED}),
            Status.REJECTED,
            _ANSWERING,
            _PROPOSE_FIRST,
            customer=True,
        ),
        # After a first rejection by itself; later where who decides wants it so.
        Step.INVESTIGATE_AGAIN: Rule(
            frozenset({Status.REJECTED}), Status.INVESTIGATING, _DECIDING, _NOT_REJECTED
        ),
        Step.ESCALATE: Rule(
            frozenset({Status.REJECTED}),
            None,
            frozenset({Role.SUPERVISOR, Role.MANAGER}),
            _NOT_REJECTED,
        ),
        # Never by staff alone: two rounds, three levels, and the ways outside told.
        Step.CLOSE_UNAGREED: Rule(
            frozenset({Status.REJECTED}),
            Status.CLOSED,
            frozenset({Role.GENERAL_MANAGER}),
            _NOT_REJECTED,
        ),
        Step.ASSIGN_ACTION: Rule(
            frozenset({Status.EXECUTING}), None, _INQUIRING, _NOTHING_AGREED
        ),
        Step.EXECUTE: Rule(
            frozenset({Status.EXECUTING}), Status.EXECUTED, _INQUIRING, _NOTHING_AGREED
        ),
        Step.TELL_RESULT: Rule(
            frozenset({Status.EXECUTED}),
            Status.RETURN_VISIT,
            _ANSWERING,
            _EXECUTE_FIRST,
            refusals={Status.RETURN_VISIT: _("The result has been told already.")},
        ),
        Step.VISIT: Rule(
            frozenset({Status.RETURN_VISIT}), Status.CLOSED, _ANSWERING, _TELL_FIRST
        ),
        # The customer's own word is worth a visit; afterwards it is only kept.
        Step.RATE: Rule(
            frozenset({Status.RETURN_VISIT, Status.CLOSED}),
            None,
            frozenset(),
            _TELL_FIRST,
            customer=True,
            moves={Status.RETURN_VISIT: Status.CLOSED},
        ),
        # By a dissatisfied customer or a granted appeal, never by a button.
        Step.REOPEN: Rule(
            frozenset({Status.RETURN_VISIT, Status.APPEALED}),
            Status.REOPENED,
            frozenset(),
            _CLOSE_FIRST,
        ),
        Step.ARCHIVE: Rule(
            frozenset({Status.CLOSED}),
            Status.ARCHIVED,
            _ANSWERING,
            _CLOSE_FIRST,
            refusals={Status.ARCHIVED: _("It is in the archive already.")},
        ),
        Step.APPEAL: Rule(
            frozenset({Status.CLOSED, Status.ARCHIVED}),
            Status.APPEALED,
            _ANSWERING,
            _CLOSE_FIRST,
            customer=True,
            refusals={
                Status.APPEALED: _("It is under review already."),
                Status.WITHDRAWN: _ENDED,
            },
        ),
        Step.DECIDE_APPEAL: Rule(
            frozenset({Status.APPEALED}),
            Status.CLOSED,
            _DECIDING,
            _("Nothing is under review."),
        ),
        Step.NOTE_EXTERNAL: Rule(
            frozenset(Status), None, _ANSWERING | {Role.GENERAL_MANAGER}, _ENDED
        ),
        Step.WITHDRAW: Rule(
            OPEN - {Status.APPEALED},
            Status.WITHDRAWN,
            _ANSWERING,
            _ENDED,
            customer=True,
            refusals={Status.APPEALED: _("It is under review; the decision follows.")},
        ),
    }
)
