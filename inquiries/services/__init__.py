"""The verbs of an inquiry; a page and an API call use the same ones."""

from inquiries.services.asking import ask, customer_writes
from inquiries.services.conversing import greet, reply, write_note
from inquiries.services.handling import assign, close, reopen, take
from inquiries.services.merging import merge, unmerge

__all__ = [
    "ask",
    "assign",
    "close",
    "customer_writes",
    "greet",
    "merge",
    "reopen",
    "reply",
    "take",
    "unmerge",
    "write_note",
]
