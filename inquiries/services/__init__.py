"""The verbs of an inquiry; a page and an API call use the same ones."""

from inquiries.services.asking import ask, customer_writes
from inquiries.services.conversing import greet, reply, write_note
from inquiries.services.handling import assign, close, reopen, take

__all__ = [
    "ask",
    "assign",
    "close",
    "customer_writes",
    "greet",
    "reopen",
    "reply",
    "take",
    "write_note",
]
