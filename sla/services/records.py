"""Read many clocks with their records: in pieces, each as of one instant.

Memory stays the same however many clocks there are, and no snapshot is held for long.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from django.db import connection, transaction
from django.db.models import Max, Min
from django.db.models.query import QuerySet

from sla.models import Clock, ClockEvent, Pause

PIECE: Final = 4_000


class Line(NamedTuple):
    """What a line says, without the weight of a model."""

    clock_id: int
    kind: str
    step: int
    at: datetime
    recorded_at: datetime
    actor_id: int | None
    detail: str
    hash: str


@dataclass
class Record:
    """A clock, its lines in the order of writing, and its pauses."""

    clock: Clock
    lines: list[Line] = field(default_factory=list)
    pauses: list[Pause] = field(default_factory=list)


def spans(clocks: QuerySet[Clock]) -> Iterator[tuple[int, int]]:
    """The keys of some clocks, first and last, in pieces."""
    ends = clocks.aggregate(first=Min("pk"), last=Max("pk"))
    if ends["first"] is not None:
        for first in range(ends["first"], ends["last"] + 1, PIECE):
            yield first, min(first + PIECE - 1, ends["last"])


def read(clocks: QuerySet[Clock], span: tuple[int, int]) -> list[Record]:
    """The records of those clocks that lie in a span, in the order of their keys."""
    with _one_snapshot():
        wanted = clocks.filter(pk__range=span).order_by("pk")
        found = {clock.pk: Record(clock) for clock in wanted}
        lines = ClockEvent.objects.filter(clock__in=found).order_by("pk")
        for row in lines.values_list(*Line._fields):
            found[row[0]].lines.append(Line(*row))
        for pause in Pause.objects.filter(clock__in=found):
            found[pause.clock_id].pauses.append(pause)
    return list(found.values())


@contextmanager
def _one_snapshot() -> Iterator[None]:
    """See all as of one instant; within a transaction, as that one sees it."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
