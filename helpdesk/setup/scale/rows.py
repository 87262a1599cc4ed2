"""Rows of the tables that a year fills, as PostgreSQL's COPY reads them."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sla.services import moves

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Table:
    """A table, which of its columns are filled, and the keys that a ticket may use up.

    Keys of one block of tickets never meet those of another, so that blocks can be made
    side by side.
    """

    name: str
    columns: tuple[str, ...]
    keys: int = 1


CUSTOMERS: Final = Table(
    "customers_customer",
    (
        *("id", "surname", "phone_encrypted", "phone_index", "phone_tail"),
        *("created_at", "consented_at"),
    ),
)
TICKETS: Final = Table(
    "tickets_ticket",
    (
        *("id", "number", "kind", "channel_id", "customer_id", "assignee_id", "status"),
        *("priority", "cycle", "created_at", "closed_at", "next_due_at"),
        *("customer_waiting_since", "last_message_at", "last_message_preview"),
        *("message_count", "event_count", "chain_head"),
    ),
)
MESSAGES: Final = Table(
    "tickets_message",
    ("id", "ticket_id", "direction", "author_id", "automatic", "text", "sent_at"),
    keys=16,
)
EVENTS: Final = Table(
    "tickets_event",
    ("ticket_id", "sequence", "verb", "actor_id", "at", "data", "hash", "id"),
    keys=24,
)
INQUIRIES: Final = Table(
    "inquiries_inquiry",
    (
        *("ticket_ptr_id", "first_automatic_reply_at", "first_human_reply_at"),
        *("greeted_cycle", "last_answer_id", "question_clear_at"),
        *("closing_asked_at", "closing_answered_at", "customer_left_at", "intent"),
    ),
)
TOPICS: Final = Table(
    "inquiries_inquirytopic",
    (
        *("id", "inquiry_id", "topic", "question", "answer_id", "asked_at"),
        *("answered_at", "complex_at"),
    ),
)
OBJECTIONS: Final = Table(
    "objections_objection",
    (
        *("ticket_ptr_id", "type", "subtype_id", "customer_type"),
        *("customer_subtype_id", "severity", "company_name", "account_number"),
        *("no_account_reason", "description", "core_need", "phase", "occurred_at"),
        *("device_model", "serial_number", "order_number", "contract_number"),
        *("amount", "process_step", "received_at", "replied_automatically_at"),
        *("viewed_at", "acknowledged_at", "form_complete_at", "recorded_at"),
        *("told_with_id", "estimate", "closure", "appeal_until", "archived_at"),
        "kept_until",
    ),
)
DEMANDS: Final = Table("objections_demand", ("id", "objection_id", "kind_id", "amount"))
CLOCKS: Final = Table("sla_clock", ("id", *moves.FIXED, *moves.MOVING), keys=8)
LINES: Final = Table(
    "sla_clockevent",
    (
        *("id", "clock_id", "kind", "step", "at", "recorded_at", "actor_id", "detail"),
        *("hash", "announced_at"),
    ),
    keys=48,
)
CALLBACKS: Final = Table(
    "inquiries_callback",
    (
        *("id", "inquiry_id", "clock_id", "way", "question", "promised_at", "attempts"),
        *("last_obstacle", "done_at", "done_by_id", "done_way", "outcome"),
    ),
)
FOLLOW_UPS: Final = Table(
    "inquiries_followup",
    (
        *("id", "inquiry_id", "clock_id", "cycle", "status", "text", "message_id"),
        *("send_at", "reason", "created_at", "ended_at"),
    ),
)
LINKS: Final = Table(
    "tickets_ticketlink", ("id", "first_id", "second_id", "linked_by_id", "linked_at")
)
MERGES: Final = Table(
    "inquiries_merge",
    (
        *("id", "inquiry_id", "into_id", "reason", "merged_by_id", "merged_at"),
        *("status_before", "waiting_since"),
    ),
)
# In this order each finds what it refers to.
TABLES: Final = (
    *(CUSTOMERS, TICKETS, MESSAGES, EVENTS, INQUIRIES, TOPICS, OBJECTIONS, DEMANDS),
    *(CLOCKS, LINES, CALLBACKS, FOLLOW_UPS, LINKS, MERGES),
)


@dataclass
class Copied:
    """The rows of one table and one block: how many, and the text of them."""

    table: str
    columns: tuple[str, ...]
    count: int
    text: bytes


@dataclass
class Rows:
    """The rows of a block while it is made."""

    first_ticket: int
    tickets: int
    _lines: dict[str, list[str]] = field(default_factory=dict)
    _used: dict[str, int] = field(default_factory=dict)

    def key(self, table: Table) -> int:
        """The next key of a table that is nobody else's."""
        used = self._used.get(table.name, 0)
        self._used[table.name] = used + 1
        return self.first_ticket * table.keys + used + 1

    def add(self, table: Table, row: Sequence[Any]) -> None:
        line = "\t".join([FORMS.get(type(value), _text)(value) for value in row])
        self._lines.setdefault(table.name, []).append(line)

    def copied(self) -> list[Copied]:
        """All of them, table by table. Raises OverflowError for keys of the next."""
        done = []
        for table in TABLES:
            if self._used.get(table.name, 0) > self.tickets * table.keys:
                raise OverflowError(f"too many rows of {table.name} for their keys")
            lines = self._lines.pop(table.name, [])
            text = "".join([f"{line}\n" for line in lines]).encode()
            done.append(Copied(table.name, table.columns, len(lines), text))
        return done


def _text(value: object) -> str:
    text = str(value)
    if "\\" in text or "\n" in text or "\t" in text or "\r" in text:
        text = text.replace("\\", "\\\\").replace("\n", "\\n")
        text = text.replace("\t", "\\t").replace("\r", "\\r")
    return text


def _array(values: list[datetime]) -> str:
    return "{" + ",".join([f'"{value.isoformat()}"' for value in values]) + "}"


FORMS: Final[Mapping[type, Callable[[Any], str]]] = {
    type(None): lambda _value: "\\N",
    bool: lambda value: "t" if value else "f",
    int: str,
    datetime: datetime.isoformat,
    list: _array,
    dict: lambda value: _text(json.dumps(value, ensure_ascii=False)),
}
