"""The verbs of an inquiry; a page and an API call use the same ones."""

from inquiries.services.asking import ask, customer_writes
from inquiries.services.callbacks import (
    finish_callback,
    log_callback_attempt,
    miss,
    reveal_contact,
)
from inquiries.services.checking import announce_checking, mark_question_clear
from inquiries.services.closing import (
    abandon,
    ask_closing_question,
    close,
    note_customer_left,
    reopen,
)
from inquiries.services.conversing import greet, reply, write_note
from inquiries.services.handling import assign, take
from inquiries.services.quoting import (
    ask_for_fresh_quotation,
    draft_quotation,
    open_quotation,
    quote,
    send_quotation,
)
from inquiries.services.selecting import choose_device, recommend, select_devices
from inquiries.services.topics import add_topic, answer_topic, remove_topic

__all__ = [
    "abandon",
    "add_topic",
    "announce_checking",
    "answer_topic",
    "ask",
    "ask_closing_question",
    "ask_for_fresh_quotation",
    "assign",
    "choose_device",
    "close",
    "customer_writes",
    "draft_quotation",
    "finish_callback",
    "greet",
    "log_callback_attempt",
    "mark_question_clear",
    "miss",
    "note_customer_left",
    "open_quotation",
    "quote",
    "recommend",
    "remove_topic",
    "reopen",
    "reply",
    "reveal_contact",
    "select_devices",
    "send_quotation",
    "take",
    "write_note",
]
