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
from inquiries.services.topics import add_topic, answer_topic, remove_topic

__all__ = [
    "abandon",
    "add_topic",
    "announce_checking",
    "answer_topic",
    "ask",
    "ask_closing_question",
    "assign",
    "close",
    "customer_writes",
    "finish_callback",
    "greet",
    "log_callback_attempt",
    "mark_question_clear",
    "miss",
    "note_customer_left",
    "remove_topic",
    "reopen",
    "reply",
    "reveal_contact",
    "take",
    "write_note",
]
