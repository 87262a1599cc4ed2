"""The history of a ticket: append, and prove that nothing was changed."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from staff.models import User
from tickets.gathering import gathering
from tickets.models import Event, Ticket


def event_hash(
    *,
    previous_hash: str,
    number: str,
    sequence: int,
    verb: str,
    actor_id: int | None,
    at: datetime,
    data: dict[str, Any],
) -> str:
    """SHA-256, as hex, over the content of an event and the event before it."""
    content = [
        previous_hash,
        number,
        sequence,
        verb,
        actor_id,
        at.astimezone(UTC).isoformat(),
        data,
    ]
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def record(
    ticket: Ticket, verb: str, *, by: User | None, at: datetime, **data: Any
) -> None:
    """Append one line to the history; the caller holds the lock on the ticket.

    `data` is JSON that names rows by number or id and never carries a person's text.
    """
    sequence = ticket.event_count + 1
    actor_id = by.pk if by else None
    chain_head = event_hash(
        previous_hash=ticket.chain_head,
        number=ticket.number,
        sequence=sequence,
        verb=verb,
        actor_id=actor_id,
        at=at,
        data=data,
    )
    line = Event(
        ticket_id=ticket.pk,
        sequence=sequence,
        verb=verb,
        actor_id=actor_id,
        at=at,
        data=data,
        hash=chain_head,
    )
    with gathering(ticket) as sheet:
        sheet.add(line)
        ticket.event_count = sequence
        ticket.chain_head = chain_head
        sheet.change(ticket, "event_count", "chain_head")


def broken_links(ticket: Ticket) -> list[int]:
    """The places (sequence numbers) at which the history contradicts its hashes.

    A missing last line shows as the place after the last one that is there. Reads
    `events`, which a caller with many tickets prefetches.
    """
    broken = []
    previous = ""
    sequence = 0
    lines = sorted(ticket.events.all(), key=lambda event: event.sequence)
    for sequence, event in enumerate(lines, start=1):
        expected = event_hash(
            previous_hash=previous,
            number=ticket.number,
            sequence=event.sequence,
            verb=event.verb,
            actor_id=event.actor_id,
            at=event.at,
            data=event.data,
        )
        if event.sequence != sequence or event.hash != expected:
            broken.append(event.sequence)
        previous = event.hash
    if previous != ticket.chain_head or sequence != ticket.event_count:
        broken.append(sequence + 1)
    return broken
