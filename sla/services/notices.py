"""Few notices instead of many: what happens at once is told at once, and counted.

Of the events of one clock a person gets the gravest. Of more than 20 notices within a
minute the gravest are written; the rest is counted in `more` of the newest one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import F, Q

from sla.models import ClockEvent, ClockEventKind, Medium, Notification

MOST_AT_ONCE: Final = 20
AT_ONCE: Final = timedelta(minutes=1)
GRAVITY: Final = {
    ClockEventKind.WARNING: 0,
    ClockEventKind.BREACH: 1,
    ClockEventKind.ESCALATE: 2,
}


@dataclass
class Note:
    """An event to tell a person of, standing for `more` others."""

    event: ClockEvent
    more: int = 0

    @property
    def gravity(self) -> tuple[int, int]:
        """What is graver, and among equals what waits longer, comes last."""
        return GRAVITY[ClockEventKind(self.event.kind)], -self.event.pk


def write(
    told: Iterable[tuple[int, ClockEvent]], *, medium: Medium, at: datetime
) -> set[int]:
    """Write the notices of pairs of person and event; whom something new waits for."""
    notes = collapsed(told)
    waiting = _waiting(notes, medium=medium, at=at)
    rows: list[Notification] = []
    for person, theirs in notes.items():
        fresh, carrier, extra = fitted(theirs, waiting.get(person, ()))
        rows += [
            Notification(
                recipient_id=person,
                event=note.event,
                medium=medium,
                more=note.more,
                created_at=at,
            )
            for note in fresh
        ]
        if carrier is not None:
            Notification.objects.filter(pk=carrier.pk).update(more=F("more") + extra)
    Notification.objects.bulk_create(rows, ignore_conflicts=True)
    return set(notes)


def collapsed(told: Iterable[tuple[int, ClockEvent]]) -> dict[int, list[Note]]:
    """For each person one note per clock, the gravest last."""
    notes: dict[tuple[int, int], Note] = {}
    for person, event in told:
        known = notes.setdefault((person, event.clock_id), Note(event))
        if known.event is not event:
            known.more += 1
            known.event = max(known.event, event, key=lambda e: e.step)
    found: dict[int, list[Note]] = {}
    for (person, _clock), note in notes.items():
        found.setdefault(person, []).append(note)
    for theirs in found.values():
        theirs.sort(key=lambda note: note.gravity)
    return found


def fitted(
    notes: Sequence[Note], waiting: Sequence[Notification]
) -> tuple[Sequence[Note], Notification | None, int]:
    """The notes to write, or the notice that waits already and counts them all.

    A notice of a warning goes away by itself, so it counts nothing graver.
    """
    room = MOST_AT_ONCE - len(waiting)
    if len(notes) <= room:
        return notes, None, 0
    gravest = notes[-1]
    if room <= 0:
        for notice in reversed(waiting):
            if _outlasts(notice.event, gravest.event):
                return (), notice, sum(1 + note.more for note in notes)
    kept = notes[-max(room, 1) :]
    gravest.more += sum(1 + note.more for note in notes[: -len(kept)])
    return kept, None, 0


def _outlasts(waiting: ClockEvent, event: ClockEvent) -> bool:
    warning = ClockEventKind.WARNING
    return waiting.kind != warning or event.kind == warning


def _waiting(
    people: Iterable[int], *, medium: Medium, at: datetime
) -> Mapping[int, list[Notification]]:
    """What lately came and still waits for each person, locked, the newest last."""
    still_waits = (
        Q(acknowledged_at=None, created_at__gt=at - AT_ONCE)
        if medium == Medium.IN_APP
        else Q(sent_at=None, failed_at=None, leased_until=None)
    )
    notices = (
        Notification.objects.filter(still_waits, medium=medium, recipient__in=people)
        .select_related("event")
        .select_for_update(of=("self",), skip_locked=True)
        .order_by("created_at", "pk")
    )
    found: dict[int, list[Notification]] = {}
    for notice in notices:
        found.setdefault(notice.recipient_id, []).append(notice)
    return found
