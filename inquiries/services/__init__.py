"""The verbs of an inquiry; a page and an API call use the same ones."""

from inquiries.services.asking import ask, customer_writes
from inquiries.services.callbacks import (
    finish_callback,
    log_callback_attempt,
    miss,
    reveal_contact,
)
from inquiries.services.calls import log_ring, record_missed_call
from inquiries.services.checking import announce_checking, mark_question_clear
from inquiries.services.closing import (
    abandon,
    ask_closing_question,
    close,
    leave,
    note_customer_left,
    reopen,
)
from inquiries.services.contacts import (
    agree,
    note_email,
    reveal_email,
    withdraw_consent,
)
from inquiries.services.contract_requests import (
    decide_contract_request,
    forward_contract_request,
    request_contract_change,
    reword_contract_decision,
    tell_contract_result,
)
from inquiries.services.conversing import greet, reply, write_note
from inquiries.services.converting import turn_into_objection
from inquiries.services.explaining import (
    explain_clauses,
    note_understanding,
    tell_service_facts,
)
from inquiries.services.follow_ups import (
    cancel_follow_up,
    edit_follow_up,
    send_follow_up,
)
from inquiries.services.handling import assign, take
from inquiries.services.merging import merge, unmerge
from inquiries.services.quoting import (
    ask_for_fresh_quotation,
    draft_quotation,
    open_quotation,
    quote,
    send_quotation,
)
from inquiries.services.repairs import (
    check_in_on_site,
    finish_repair,
    log_technician_contact,
    report_fault,
)
from inquiries.services.selecting import choose_device, recommend, select_devices
from inquiries.services.topics import (
    add_topic,
    answer_topic,
    mark_complex,
    remove_topic,
)

__all__ = [
    "abandon",
    "add_topic",
    "agree",
    "announce_checking",
    "answer_topic",
    "ask",
    "ask_closing_question",
    "ask_for_fresh_quotation",
    "assign",
    "cancel_follow_up",
    "check_in_on_site",
    "choose_device",
    "close",
    "customer_writes",
    "decide_contract_request",
    "draft_quotation",
    "edit_follow_up",
    "explain_clauses",
    "finish_callback",
    "finish_repair",
    "forward_contract_request",
    "greet",
    "leave",
    "log_callback_attempt",
    "log_ring",
    "log_technician_contact",
    "mark_complex",
    "mark_question_clear",
    "merge",
    "miss",
    "note_customer_left",
    "note_email",
    "note_understanding",
    "open_quotation",
    "quote",
    "recommend",
    "record_missed_call",
    "remove_topic",
    "reopen",
    "reply",
    "report_fault",
    "request_contract_change",
    "reveal_contact",
    "reveal_email",
    "reword_contract_decision",
    "select_devices",
    "send_follow_up",
    "send_quotation",
    "take",
    "tell_contract_result",
    "tell_service_facts",
    "turn_into_objection",
    "unmerge",
    "withdraw_consent",
    "write_note",
]
