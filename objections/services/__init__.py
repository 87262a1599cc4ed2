"""The verbs of an objection; a page and an API call use the same ones."""

from objections.services.acknowledging import acknowledge
from objections.services.answering import answer_proposal
from objections.services.appealing import appeal, decide_appeal
from objections.services.archiving import archive
from objections.services.closing import close_unagreed, escalate, investigate_again
from objections.services.confirming import confirm_phone
from objections.services.converting import convert
from objections.services.customers import customer_writes, urge, withdraw
from objections.services.departments import accept, return_handoff
from objections.services.evidence import (
    add_evidence,
    attach_conversations,
    waive_evidence,
)
from objections.services.executing import assign_action, execute, tell_result
from objections.services.extending import extend, order_test
from objections.services.external import (
    answer_external,
    end_external,
    note_external,
)
from objections.services.filing import file
from objections.services.handing_off import hand_off
from objections.services.handling import assign, reveal_contact, take
from objections.services.investigating import ask_for_evidence, conclude, go_on
from objections.services.proposing import approve, propose, send_back
from objections.services.recording import correct, record
from objections.services.speaking import reply, write_note
from objections.services.visiting import rate, visit

__all__ = [
    "accept",
    "acknowledge",
    "add_evidence",
    "answer_external",
    "answer_proposal",
    "appeal",
    "approve",
    "archive",
    "ask_for_evidence",
    "assign",
    "assign_action",
    "attach_conversations",
    "close_unagreed",
    "conclude",
    "confirm_phone",
    "convert",
    "correct",
    "customer_writes",
    "decide_appeal",
    "end_external",
    "escalate",
    "execute",
    "extend",
    "file",
    "go_on",
    "hand_off",
    "investigate_again",
    "note_external",
    "order_test",
    "propose",
    "rate",
    "record",
    "reply",
    "return_handoff",
    "reveal_contact",
    "send_back",
    "take",
    "tell_result",
    "urge",
    "visit",
    "waive_evidence",
    "withdraw",
    "write_note",
]
