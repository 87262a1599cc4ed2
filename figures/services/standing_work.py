"""What is open when one shift hands to the next, as lines that can be frozen.

Cases stand in it by their numbers, colleagues by name and work number, and nothing of
customers: a sheet outlives what is known of them.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Q

from sla.models import Clock, ClockQuerySet, ClockStatus
from staff.models import Shift, User
from staff.shifts import Turn
from tickets.models import Kind, Ticket, TicketQuerySet

MOST_LINES: Final = 300
# Missed promises of the shift before are still to be told; those of last week are not.
LOOKED_BACK: Final = timedelta(hours=24)

Line = dict[str, Any]
Section = dict[str, Any]


def standing_work(turn: Turn, *, following: Turn, at: datetime) -> dict[str, Any]:
    """All that a sheet holds; twelve queries, however much there is."""
    tickets = Ticket.objects.select_related("assignee", "channel")
    waiting = tickets.open().filter(customer_waiting_since__isnull=False)
    objections = tickets.open().filter(
        kind=Kind.OBJECTION,
        next_due_at__gte=at,
        next_due_at__lt=following.until,
    )
    running, paused = open_promises()
    return {
        "as_of": at.isoformat(),
        "until": following.until.isoformat(),
        "promises": _both(_clocks(running, at), _clocks(paused, at)),
        "waiting": _tickets(
            waiting.order_by("customer_waiting_since", "pk"), "customer_waiting_since"
        ),
        "owed": _tickets(
            tickets.owed_after_the_end().order_by("next_due_at", "pk"), "next_due_at"
        ),
        "objections": _tickets(objections.order_by("next_due_at", "pk"), "next_due_at"),
        "missed": _clocks(_unheard(turn.since - LOOKED_BACK, at), at),
    }


def open_promises() -> tuple[ClockQuerySet, ClockQuerySet]:
    """What runs, by its deadline, and what is paused on open cases: each by an index.

    Together they would be looked for among all clocks there ever were.
    """
    paused = Clock.objects.filter(status=ClockStatus.PAUSED, ticket__closed_at=None)
    return (
        Clock.objects.running().order_by("due_at", "pk"),
        paused.order_by("due_at", "pk"),
    )


def _unheard(since: datetime, until: datetime) -> ClockQuerySet:
    """What was missed in a time and nobody acknowledged; each half by its index."""
    due = Q(due_at__gte=since, due_at__lt=until)
    runs = Q(status=ClockStatus.RUNNING)
    found = Clock.objects.filter(runs & due | ~runs & due)
    return found.filter(
        breached_at__isnull=False, revoked_at=None, acknowledged_at=None
    ).order_by("due_at", "pk")


def _both(first: Section, second: Section) -> Section:
    lines = [*first["lines"], *second["lines"]]
    return {"count": first["count"] + second["count"], "lines": lines[:MOST_LINES]}


def following(turn: Turn) -> tuple[Shift | None, Turn]:
    """The shift that takes over, and its turn; where none is at work, as long again."""
    shift = Shift.objects.at(turn.until)
    if shift is None:
        return None, Turn(turn.day, turn.until, turn.until + (turn.until - turn.since))
    days = (turn.until.date(), turn.until.date() - timedelta(days=1))
    turns = (shift.turn(day) for day in days)
    return shift, next(it for it in turns if turn.until in it)


def _clocks(clocks: ClockQuerySet, at: datetime) -> Section:
    return {
        "count": clocks.count(),
        "lines": [
            {
                **_case(clock.ticket),
                "rule": clock.target.code,
                "name_zh": clock.target.name_zh,
                "name_en": clock.target.name_en,
                "at": clock.due_at.isoformat(),
                "state": _state(clock, at),
            }
            for clock in clocks.select_related(
                "target", "ticket__assignee", "ticket__channel"
            )[:MOST_LINES]
        ],
    }


def _state(clock: Clock, at: datetime) -> str:
    if clock.status == ClockStatus.PAUSED:
        return "paused"
    if clock.is_unfinished:
        return "late" if clock.due_at < at else "running"
    return "missed"


def _tickets(tickets: TicketQuerySet[Ticket], instant: str) -> Section:
    return {
        "count": tickets.count(),
        "lines": [
            {**_case(it), "status": it.status, "at": getattr(it, instant).isoformat()}
            for it in tickets[:MOST_LINES]
        ],
    }


def _case(ticket: Ticket) -> Line:
    return {
        "number": ticket.number,
        "kind": ticket.kind,
        "channel": ticket.channel.code,
        "with": _person(ticket.assignee),
    }


def _person(person: User | None) -> str:
    return f"{person.display_name} {person.work_number}" if person else ""
