"""The life of an objection: its statuses, the steps between them, and who takes them.

    received ─► acknowledged ─► recorded ─► handed off ─► investigating ─► investigated
                                   ▲            │            ▲    │
                                   └────────────┘ returned   └─ ─ ┘ awaiting evidence
    any that is open ─► withdrawn

Which steps move which clock: FILE starts ACKNOWLEDGEMENT, TOTAL and, where a refund or
a repair is demanded, LEGAL_OUTER_LIMIT; ACKNOWLEDGE stops the first of them (OB-35,
OB-36). The handling form's completion starts HANDOFF (OB-44), which is at filing or at
RECORD; HAND_OFF stops it and starts INVESTIGATION and each department's
DEPARTMENT_ACCEPTANCE. ACCEPT stops that department's; RETURN stops it too and starts
HANDOFF anew. ASK_EVIDENCE pauses INVESTIGATION and TOTAL, the customer's words let them
run on; CONCLUDE stops the former and starts PROPOSAL. CORRECT moves the deadlines that
depend on type or severity. WITHDRAW cancels every clock.
"""

from enum import StrEnum
from typing import Final

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from staff.models import Role
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
    CONCLUDE = "conclude"
    WITHDRAW = "withdraw"


ENDED: Final = frozenset({Status.WITHDRAWN})
OPEN: Final = frozenset(Status) - ENDED
_BEFORE_HAND_OFF: Final = frozenset({Status.ACKNOWLEDGED, Status.RECORDED})
_WITH_DEPARTMENTS: Final = frozenset(
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
_NOT_UNDER_WAY: Final[dict[str, str | Promise]] = {
    Status.INVESTIGATED: _CONCLUDED,
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
            frozenset({Status.RECORDED}),
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
            _WITH_DEPARTMENTS,
            None,
            _HANDLING,
            _("Only what was handed to the department can be accepted."),
            moves={Status.HANDED_OFF: Status.INVESTIGATING},
        ),
        # What a department returns goes back to who handed it over (OB-06).
        Step.RETURN: Rule(
            _WITH_DEPARTMENTS,
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
        Step.WITHDRAW: Rule(OPEN, Status.WITHDRAWN, _ANSWERING, _ENDED, customer=True),
    }
)
