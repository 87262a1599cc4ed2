"""Verify clocks in bulk, on several processes."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing import get_context
from typing import Final

from django.db import connection
from django.db.models.query import QuerySet

from sla import fresh_process
from sla.models import Clock
from sla.services import audit, records

ORPHANS_SQL: Final = """
SELECT DISTINCT clock_id FROM sla_clockevent
 WHERE NOT EXISTS (SELECT FROM sla_clock WHERE id = clock_id)
 ORDER BY clock_id
"""


@dataclass(frozen=True)
class Finding:
    """A clock that its record does not bear out, and all that is wrong with it."""

    ticket: str
    clock: str
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Scope:
    """Which clocks to verify: all, those of a ticket, those that moved since."""

    ticket: str = ""
    since: datetime | None = None

    @property
    def is_everything(self) -> bool:
        return not self.ticket and self.since is None

    def clocks(self) -> QuerySet[Clock]:
        found = Clock.objects.all()
        if self.ticket:
            found = found.filter(ticket__number=self.ticket)
        if self.since is not None:
            found = found.filter(recorded_at__gte=self.since)
        return found


@dataclass(frozen=True)
class Piece:
    """Clocks with keys from one to another."""

    scope: Scope
    span: tuple[int, int]


@dataclass
class Verified:
    """What one piece held."""

    clocks: int = 0
    lines: int = 0
    findings: list[Finding] = field(default_factory=list)


def verify(scope: Scope, *, jobs: int) -> Iterator[Verified]:
    """Verify the clocks of a scope, piece by piece, in no particular order."""
    pieces = [Piece(scope, span) for span in records.spans(scope.clocks())]
    workers = min(jobs, len(pieces))
    if workers <= 1:
        yield from map(verify_piece, pieces)
        return
    with ProcessPoolExecutor(
        workers,
        mp_context=get_context("spawn"),
        initializer=fresh_process.begin,
        initargs=(connection.settings_dict["NAME"],),
    ) as pool:
        yield from pool.map(verify_piece, pieces)


def verify_piece(piece: Piece) -> Verified:
    """Verify some clocks as they are at one instant, while others go on working."""
    done = Verified()
    for it in records.read(piece.scope.clocks(), piece.span):
        done.clocks += 1
        done.lines += len(it.lines)
        if found := audit.contradictions(it.clock, it.lines, it.pauses):
            done.findings.append(_finding(it.clock, found))
    return done


def _finding(clock: Clock, problems: Sequence[str]) -> Finding:
    name = " ".join(filter(None, (clock.metric, clock.subject)))
    cycle = f" (cycle {clock.cycle})" if clock.cycle > 1 else ""
    return Finding(clock.ticket.number, name + cycle, tuple(problems))


def orphans() -> list[int]:
    """The keys of clocks that are gone while lines of their record are left."""
    with connection.cursor() as cursor:
        cursor.execute(ORPHANS_SQL)
        return [clock_id for (clock_id,) in cursor.fetchall()]
