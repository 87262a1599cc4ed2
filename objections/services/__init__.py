"""The verbs of an objection; a page and an API call use the same ones."""

from objections.services.acknowledging import acknowledge
from objections.services.confirming import confirm_phone
from objections.services.converting import convert
from objections.services.customers import customer_writes, urge, withdraw
from objections.services.departments import accept, return_handoff
from objections.services.filing import file
from objections.services.handing_off import hand_off
from objections.services.handling import assign, reveal_contact, take
from objections.services.investigating import (
    add_evidence,
    ask_for_evidence,
    attach_conversations,
    conclude,
    go_on,
    waive_evidence,
)
from objections.services.recording import correct, record
from objections.services.speaking import reply, write_note

__all__ = [
    "accept",
    "acknowledge",
    "add_evidence",
    "ask_for_evidence",
    "assign",
    "attach_conversations",
    "conclude",
    "confirm_phone",
    "convert",
    "correct",
    "customer_writes",
    "file",
    "go_on",
    "hand_off",
    "record",
    "reply",
    "return_handoff",
    "reveal_contact",
    "take",
    "urge",
    "waive_evidence",
    "withdraw",
    "write_note",
]
