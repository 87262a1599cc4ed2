"""The history of a ticket for people: its events and its clocks' events as one."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from rows.prepared import Prepared
from rows.questions import Question
from sla.models import ClockEventKind
from staff.models import Department, User
from tickets.models import Ticket, Verb

# A conversation that is open is read anew whenever anything happens to it.
RECORDS: Final = Prepared(
    "records_of_ticket",
    """
SELECT event.clock_id, event.kind, event.step, event.at, event.recorded_at,
       event.detail, person.display_name,
       CASE %(language)s::text WHEN 'en' THEN target.name_en ELSE target.name_zh END,
       target.clauses
  FROM sla_clock AS clock
  JOIN sla_clockevent AS event ON event.clock_id = clock.id
  JOIN sla_target AS target ON target.id = clock.target_id
  LEFT JOIN staff_user AS person ON person.id = event.actor_id
 WHERE clock.ticket_id = %(ticket)s::bigint
 ORDER BY event.id
""",
)
HISTORY: Final = Prepared(
    "history_of_ticket",
    """
SELECT event.verb, event.at, event.data::text, person.display_name
  FROM tickets_event AS event
  LEFT JOIN staff_user AS person ON person.id = event.actor_id
 WHERE event.ticket_id = %(ticket)s::bigint
 ORDER BY event.sequence
""",
)
_DEPARTMENTS: Final = Question(Department.objects.all)

ICONS: Final = {
    Verb.ASKED: "message-question",
    Verb.CUSTOMER_WROTE: "message",
    Verb.GREETED_AUTOMATICALLY: "robot",
    Verb.GREETED: "message-circle-heart",
    Verb.REPLIED: "message-reply",
    Verb.NOTED: "note",
    Verb.TAKEN: "hand-grab",
    Verb.ASSIGNED: "user-share",
    Verb.CLOSED: "circle-check",
    Verb.REOPENED: "refresh",
    Verb.BREACH_ACKNOWLEDGED: "eye-check",
    Verb.PRIORITY_RAISED: "arrow-up",
    Verb.TOPIC_ADDED: "message-plus",
    Verb.TOPIC_ANSWERED: "message-check",
    Verb.TOPIC_REMOVED: "message-minus",
    Verb.TOPIC_COMPLEX: "list-numbers",
    Verb.TOPIC_SIMPLE: "line-dashed",
    Verb.QUESTION_CLEAR: "bulb",
    Verb.CHECKING_ANNOUNCED: "zoom-question",
    Verb.CALLBACK_TRIED: "phone-off",
    Verb.CALLBACK_DONE: "phone-check",
    Verb.CONTACT_REVEALED: "eye",
    Verb.DEVICES_RECOMMENDED: "list-check",
    Verb.DEVICE_CHOSEN: "hand-click",
    Verb.QUOTED: "file-invoice",
    Verb.CLAUSES_EXPLAINED: "file-text",
    Verb.CONTRACT_CHANGE_ASKED: "file-pencil",
    Verb.CONTRACT_FORWARDED: "file-export",
    Verb.CONTRACT_DECIDED: "gavel",
    Verb.CONTRACT_RESULT_TOLD: "file-check",
    Verb.SERVICE_FACTS_TOLD: "truck-delivery",
    Verb.FAULT_REPORTED: "tool",
    Verb.TECHNICIAN_CONTACTED: "headset",
    Verb.TECHNICIAN_ON_SITE: "map-pin-check",
    Verb.FAULT_FIXED: "circle-check",
    Verb.CLOSING_ASKED: "help-circle",
    Verb.CUSTOMER_LEFT: "door-exit",
    Verb.FOLLOWED_UP: "mail-fast",
    Verb.FOLLOW_UP_NOT_SENT: "mail-off",
    Verb.FOLLOW_UP_MAILED: "mail-check",
    Verb.FOLLOW_UP_NOT_MAILED: "mail-x",
    Verb.EMAIL_NOTED: "at",
    Verb.EMAIL_REMOVED: "at-off",
    Verb.CONSENT_GIVEN: "mail-opened",
    Verb.CONSENT_WITHDRAWN: "mail-off",
    Verb.PHRASE_ALLOWED: "shield-exclamation",
    Verb.PROMISED_ABOVE: "coin-yuan",
    Verb.ABANDONED: "clock-x",
    Verb.MISSED: "phone-x",
    Verb.MERGED: "arrows-join",
    Verb.UNMERGED: "arrows-split",
    Verb.JOINED: "user-plus",
    Verb.PRIVATE_WORD: "message-circle-user",
    Verb.LINKED: "link",
    Verb.UNLINKED: "unlink",
    Verb.CONVERTED: "message-exclamation",
    Verb.OBJECTION_FILED: "message-exclamation",
    Verb.OBJECTION_ANSWERED_AUTOMATICALLY: "robot",
    Verb.OBJECTION_ACKNOWLEDGED: "eye-check",
    Verb.OBJECTION_CORRECTED: "pencil",
    Verb.OBJECTION_NUMBER_TOLD: "hash",
    Verb.OBJECTION_RECORDED: "clipboard-check",
    Verb.OBJECTION_HANDED_OFF: "arrows-right-left",
    Verb.HANDOFF_ACCEPTED: "clipboard-heart",
    Verb.HANDOFF_RETURNED: "arrow-back",
    Verb.EVIDENCE_ADDED: "file-plus",
    Verb.EVIDENCE_WAIVED: "file-off",
    Verb.EVIDENCE_ASKED: "file-search",
    Verb.INVESTIGATION_WENT_ON: "player-track-next",
    Verb.INVESTIGATION_CONCLUDED: "gavel",
    Verb.TEST_ORDERED: "microscope",
    Verb.INVESTIGATION_EXTENDED: "clock-plus",
    Verb.PROPOSAL_MADE: "file-pencil",
    Verb.PROPOSAL_APPROVED: "rosette-discount-check",
    Verb.PROPOSAL_SENT_BACK: "arrow-back",
    Verb.PROPOSAL_SENT: "send",
    Verb.PROPOSAL_REMINDED: "bell-ringing",
    Verb.PROPOSAL_ACCEPTED: "thumb-up",
    Verb.PROPOSAL_REJECTED: "thumb-down",
    Verb.INVESTIGATED_AGAIN: "refresh",
    Verb.OBJECTION_ESCALATED: "stairs-up",
    Verb.ACTION_DONE: "checkbox",
    Verb.RESULT_TOLD: "message-check",
    Verb.RETURN_VISIT_TRIED: "phone-off",
    Verb.RETURN_VISIT_DONE: "phone-check",
    Verb.CUSTOMER_RATED: "star",
    Verb.OBJECTION_CLOSED: "circle-check",
    Verb.OBJECTION_REOPENED: "refresh",
    Verb.OBJECTION_ARCHIVED: "archive",
    Verb.APPEAL_MADE: "scale",
    Verb.APPEAL_DECIDED: "gavel",
    Verb.EXTERNAL_NOTED: "building-bank",
    Verb.EXTERNAL_ANSWERED: "file-export",
    Verb.EXTERNAL_ENDED: "file-check",
    Verb.OBJECTION_URGED: "bell",
    Verb.PHONE_CONFIRMED: "device-mobile-check",
    Verb.OBJECTION_WITHDRAWN: "logout-2",
    ClockEventKind.ACTIVATE: "player-play",
    ClockEventKind.WARNING: "alert-triangle",
    ClockEventKind.BREACH: "alarm",
    ClockEventKind.ESCALATE: "stairs-up",
    ClockEventKind.PAUSE: "player-pause",
    ClockEventKind.RESUME: "player-track-next",
    ClockEventKind.RECOMPUTE: "calculator",
    ClockEventKind.FULFIL: "flag-check",
    ClockEventKind.REVOKE: "arrow-back-up",
    ClockEventKind.CANCEL: "circle-x",
}

# What of an event stands beside its words; codes are named by whoever knows them.
DETAILS: Final = {
    Verb.DEVICE_CHOSEN: "device",
    Verb.QUOTED: "quotation",
    Verb.EVIDENCE_ADDED: "kind",
    Verb.EVIDENCE_WAIVED: "kind",
    Verb.INVESTIGATION_CONCLUDED: "responsibility",
}


@dataclass(frozen=True)
class Entry:
    """One line: what happened, when it counts, and who did it (nobody: the system)."""

    at: datetime
    verb: str
    text: str
    actor: str
    icon: str
    clauses: tuple[str, ...] = ()
    detail: str = ""


@dataclass(frozen=True)
class Happened:
    """One line of a ticket's history, with the name of who did it."""

    verb: str
    at: datetime
    data: dict[str, Any]
    actor: str | None


@dataclass(frozen=True)
class Befell:
    """One line of a clock's record, with the name of who did it."""

    clock_id: int
    kind: str
    step: int
    at: datetime
    recorded_at: datetime
    detail: str
    actor: str | None
    target: str
    clauses: list[str]


def records_of(ticket: Ticket) -> list[Befell]:
    """What befell the clocks of a ticket, in the order of the record; one query."""
    language = get_language() or ""
    return [Befell(*row) for row in RECORDS.rows(ticket=ticket.pk, language=language)]


def happened_to(ticket: Ticket) -> list[Happened]:
    """The lines of the history of a ticket, in their order; one query."""
    return [
        Happened(verb, at, json.loads(data), actor)
        for verb, at, data, actor in HISTORY.rows(ticket=ticket.pk)
    ]


def entries(
    ticket: Ticket, *, by: User | None = None, befell: Iterable[Befell] | None = None
) -> list[Entry]:
    """All lines in the order of the instants that count.

    Other tickets are named if `by` may see them; `befell` is what befell the clocks,
    where that was read already. Two queries at most; one more to see other tickets, and
    one each where colleagues or departments are named.
    """
    if befell is None:
        befell = records_of(ticket)
    happened = happened_to(ticket)
    people = _names({event.data["to"] for event in happened if "to" in event.data})
    named = {number for event in happened if (number := _other_ticket(event))}
    seen = _seen(named, by=by) if named and by else set()
    lines = [_of_ticket(event, people, seen) for event in happened]
    lines = _with_departments(lines, happened)
    lines += [_of_clock(event) for event in befell]
    return sorted(lines, key=lambda entry: entry.at)


def _names(keys: set[int]) -> dict[int, str]:
    if not keys:
        return {}
    found = User.objects.filter(pk__in=keys)
    return dict(found.values_list("pk", "display_name"))


def _other_ticket(event: Happened) -> str:
    """The number of the ticket that one is merged with, linked to, or came from."""
    for name in ("into", "other", "inquiry"):
        if number := event.data.get(name):
            return str(number)
    return ""


def _seen(numbers: set[str], *, by: User) -> set[str]:
    visible = Ticket.objects.visible_to(by).filter(number__in=numbers)
    return set(visible.values_list("number", flat=True))


def _of_ticket(event: Happened, people: dict[int, str], seen: set[str]) -> Entry:
    detail = ""
    if event.verb in {Verb.ASSIGNED, Verb.PRIVATE_WORD}:
        detail = _("to %(name)s") % {"name": people[event.data["to"]]}
        if subject := event.data.get("subject"):
            detail = f"{subject} {detail}"
    elif (number := _other_ticket(event)) in seen:
        detail = number
        if event.verb == Verb.MERGED and "into" in event.data:
            detail = _("into %(number)s") % {"number": number}
    elif event.verb == Verb.PHRASE_ALLOWED:
        detail = "".join(f"“{phrase}”" for phrase in event.data["phrases"])
    elif event.verb == Verb.PROMISED_ABOVE:
        detail = "".join(f"¥{amount} " for amount in event.data["amounts"]).strip()
    elif event.verb == Verb.DEVICES_RECOMMENDED:
        detail = ", ".join(event.data["devices"])
    elif name := DETAILS.get(Verb(event.verb)):
        detail = event.data[name]
    return Entry(
        at=event.at,
        verb=event.verb,
        text=str(Verb(event.verb).label),
        actor=event.actor or "",
        icon=ICONS[Verb(event.verb)],
        detail=detail,
    )


def _with_departments(lines: list[Entry], happened: Iterable[Happened]) -> list[Entry]:
    """The same lines, naming the departments that took part."""
    codes = [_departments(event) for event in happened]
    if not any(codes):
        return lines
    known = {it.code: it.name for it in _DEPARTMENTS.ask()}
    return [
        replace(line, detail=", ".join(known.get(code, code) for code in named))
        if named
        else line
        for line, named in zip(lines, codes, strict=True)
    ]


def _departments(event: Happened) -> list[str]:
    """The codes of the departments of a hand-off, the leading one first."""
    if "department" in event.data:
        return [event.data["department"]]
    found: list[str] = event.data.get("departments", [])
    return found


def _of_clock(event: Befell) -> Entry:
    return Entry(
        at=event.at,
        verb=event.kind,
        text=str(ClockEventKind(event.kind).label),
        actor=event.actor or "",
        icon=ICONS[ClockEventKind(event.kind)],
        clauses=tuple(event.clauses),
        detail=event.target,
    )
