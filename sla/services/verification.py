"""Verify clocks in bulk: in pieces, each from one snapshot, on several processes.

Memory stays the same however many clocks there are, and no snapshot is held for long.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing import get_context
from typing import Final, NamedTuple

from django.db import connection, transaction
from django.db.models import Max, Min
from django.db.models.query import QuerySet

from sla import fresh_process
from sla.models import Clock, ClockEvent, Pause
from sla.services import audit

PIECE: Final = 4_000
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
    """Clocks with keys from `first` to `last`."""

    scope: Scope
    first: int
    last: int


@dataclass
class Verified:
    """What one piece held."""

    clocks: int = 0
    lines: int = 0
    findings: list[Finding] = field(default_factory=list)


def verify(scope: Scope, *, jobs: int) -> Iterator[Verified]:
    """Verify the clocks of a scope, piece by piece, in no particular order."""
    pieces = list(_pieces(scope))
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


class Line(NamedTuple):
    """What a record says, without the weight of a model."""

    clock_id: int
    kind: str
    step: int
    at: datetime
    recorded_at: datetime
    actor_id: int | None
    detail: str
    hash: str


def verify_piece(piece: Piece) -> Verified:
    """Verify some clocks as they are at one instant, while others go on working."""
    done = Verified()
    with one_snapshot():
        wanted = piece.scope.clocks().filter(pk__range=(piece.first, piece.last))
        clocks = {clock.pk: clock for clock in wanted}
        lines: dict[int, list[Line]] = {key: [] for key in clocks}
        rows = ClockEvent.objects.filter(clock__in=clocks).order_by("pk")
        for row in rows.values_list(*Line._fields):
            lines[row[0]].append(Line(*row))
        pauses: dict[int, list[Pause]] = {key: [] for key in clocks}
        for pause in Pause.objects.filter(clock__in=clocks):
            pauses[pause.clock_id].append(pause)
        for key, clock in clocks.items():
            done.clocks += 1
            done.lines += len(lines[key])
            if found := audit.contradictions(clock, lines[key], pauses[key]):
                done.findings.append(_finding(clock, found))
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


def _pieces(scope: Scope) -> Iterator[Piece]:
    ends = scope.clocks().aggregate(first=Min("pk"), last=Max("pk"))
    if ends["first"] is None:
        return
    for first in range(ends["first"], ends["last"] + 1, PIECE):
        yield Piece(scope, first, min(first + PIECE - 1, ends["last"]))


@contextmanager
def one_snapshot() -> Iterator[None]:
    """See all as of one instant; within a transaction, as that one sees it."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
