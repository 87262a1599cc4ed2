"""The verbs of an inquiry; a page and an API call use the same ones."""

from inquiries.services.asking import ask, customer_writes
from inquiries.services.conversing import greet, reply, write_note
from inquiries.services.handling import assign, close, reopen, take
from inquiries.services.quoting import (
    ask_for_fresh_quotation,
    draft_quotation,
    open_quotation,
    quote,
    send_quotation,
)
from inquiries.services.selecting import choose_device, recommend, select_devices

__all__ = [
    "ask",
    "ask_for_fresh_quotation",
    "assign",
    "choose_device",
    "close",
    "customer_writes",
    "draft_quotation",
    "greet",
    "open_quotation",
    "quote",
    "recommend",
    "reopen",
    "reply",
    "select_devices",
    "send_quotation",
    "take",
    "write_note",
]
