"""Check an extract: its seal, the chains of hashes in it, and that none was rewritten.

The first two need nothing but the file; the last asks the database whether each record
still begins as it did when the extract was made.
"""

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import IO, Any, Final

from sla import ledger
from sla.models import ClockEvent
from sla.seal import BadSeal, Sealed

BATCH: Final = 2_000


def broken_chains(sealed: Sealed) -> Iterator[str]:
    """Every clock of an extract whose lines do not lead to the end that it names."""
    with sealed.open("clocks.csv") as source:
        heads = {row["clock"]: (row["ticket"], row["head"]) for row in _rows(source)}
    previous, clock = "", ""
    ends: dict[str, str] = {}
    with sealed.open("events.csv") as source:
        for row in _rows(source):
            if row["clock"] != clock:
                clock, previous = row["clock"], ""
            previous = _link(row, previous)
            ends[clock] = previous if previous == row["hash"] else "broken"
    for key, (ticket, head) in heads.items():
        if ends.get(key) != head:
            yield f"{ticket}: the record of clock {key} does not fit its hashes"


def rewritten(sealed: Sealed) -> Iterator[str]:
    """Every clock whose record in the database is no longer that of the extract."""
    with sealed.open("clocks.csv") as source:
        found = _rows(source)
        while rows := list(islice(found, BATCH)):
            hashes = [row["head"] for row in rows]
            kept = ClockEvent.objects.filter(
                clock__in=[int(row["clock"]) for row in rows], hash__in=hashes
            ).values_list("clock_id", "hash")
            still = {(str(clock), head) for clock, head in kept}
            for row in rows:
                if (row["clock"], row["head"]) not in still:
                    yield (
                        f"{row['ticket']}: the record of clock {row['clock']} was"
                        " rewritten after the extract"
                    )


def _link(row: dict[str, str], previous: str) -> str:
    try:
        return ledger.link(
            previous=previous,
            clock_id=int(row["clock"]),
            kind=row["kind"],
            step=int(row["step"]),
            at=datetime.fromisoformat(row["at"]),
            recorded_at=datetime.fromisoformat(row["recorded_at"]),
            actor_id=int(row["actor"]) if row["actor"] else None,
            detail=row["detail"],
        )
    except (KeyError, ValueError) as error:
        raise BadSeal("events.csv holds a line that says nothing") from error


def _rows(source: IO[bytes]) -> Iterator[dict[str, Any]]:
    return iter(csv.DictReader(io.TextIOWrapper(source, encoding="utf-8", newline="")))
