"""What was lost, missed, doubled or told to nobody, counted from outside."""

from collections import Counter

from django.db import DatabaseError, InterfaceError, connection
from django.db.models import F, Sum
from django.utils import timezone

from bench.traffic import Ledger
from sla.models import Clock, ClockEvent, Medium, Notification
from sla.services import audit
from staff.models import Role
from tickets.models import Message, Ticket
from tickets.services import events


def settled() -> bool:
    """Whether every missed promise is on record and everybody has been told."""
    try:
        overlooked = Clock.objects.overdue(at=timezone.now()).filter(breached_at=None)
        untold = ClockEvent.objects.untold()
        return not overlooked.exists() and not untold.exists()
    except (DatabaseError, InterfaceError):
        connection.close()
        return False


def verdict(ledger: Ledger) -> Counter[str]:
    """Count what is not as it should be."""
    wrong = Counter[str]()
    tickets = Counter(Ticket.objects.values_list("client_token", flat=True))
    sent = Counter(
        Message.objects.exclude(client_token=None).values_list(
            "client_token", flat=True
        )
    )
    for told, kept in ((ledger.asked, tickets), (ledger.sent, sent)):
        wrong["lost"] += sum(token not in kept for token in told)
        wrong["doubled"] += sum(count - 1 for count in kept.values())
        wrong["nobody's"] += sum(token not in told for token in kept)
    firsts = Message.objects.filter(client_token=None).count()
    wrong["lost"] += max(0, len(tickets) - firsts)
    wrong["doubled"] += max(0, firsts - len(tickets))
    breaches = Counter(
        ClockEvent.objects.filter(kind="breach").values_list("clock_id", flat=True)
    )
    wrong["doubled"] += sum(count - 1 for count in breaches.values())
    now = timezone.now()
    for clock in Clock.objects.select_related("target").prefetch_related("events"):
        late = (clock.stopped_at or now) > clock.due_at
        wrong["missed"] += late and clock.pk not in breaches
        wrong["false"] += not late and clock.pk in breaches
        wrong["contradictions"] += bool(audit.problems(clock))
    for ticket in Ticket.objects.all():
        wrong["broken histories"] += bool(events.broken_links(ticket))
    told_twice = Notification.objects.values_list("event_id", "recipient_id")
    wrong["doubled"] += len(told_twice) - len(set(told_twice))
    # Of many notices a minute one stands for the rest; warnings reach somebody else.
    noticed = Notification.objects.filter(
        medium=Medium.IN_APP, recipient__role=Role.SUPERVISOR
    ).aggregate(events=Sum(1 + F("more"), default=0))["events"]
    wrong["untold"] += max(0, len(breaches) - noticed)
    wrong["doubled"] += max(0, noticed - len(breaches))
    return wrong


def longest_wait() -> float:
    """The worst lag from a deadline to its detection, in seconds."""
    lags = [
        (line.recorded_at - line.at).total_seconds()
        for line in ClockEvent.objects.filter(kind="breach")
    ]
    return max(lags, default=0.0)
