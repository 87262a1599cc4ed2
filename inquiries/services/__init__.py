"""The verbs of an inquiry; a page and an API call use the same ones."""

from inquiries.services.asking import ask, customer_writes
from inquiries.services.contract_requests import (
    decide_contract_request,
    forward_contract_request,
    request_contract_change,
    tell_contract_result,
)
from inquiries.services.conversing import greet, reply, write_note
from inquiries.services.explaining import (
    contract_refusal,
    explain_clauses,
    note_understanding,
    service_refusal,
    tell_service_facts,
)
from inquiries.services.handling import assign, close, reopen, take
from inquiries.services.repairs import (
    check_in_on_site,
    finish_repair,
    log_technician_contact,
    report_fault,
)

__all__ = [
    "ask",
    "assign",
    "check_in_on_site",
    "close",
    "contract_refusal",
    "customer_writes",
    "decide_contract_request",
    "explain_clauses",
    "finish_repair",
    "forward_contract_request",
    "greet",
    "log_technician_contact",
    "note_understanding",
    "reopen",
    "reply",
    "report_fault",
    "request_contract_change",
    "service_refusal",
    "take",
    "tell_contract_result",
    "tell_service_facts",
    "write_note",
]
