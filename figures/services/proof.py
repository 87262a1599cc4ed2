"""Whether the figures that are kept are what clocks and histories say."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from datetime import datetime

from django.db import transaction

from figures.hours import Span, hour_of
from figures.models import Progress
from figures.services.reckoning import PIECE, TABLES, Table, beginning, touched


def contradictions(*, since: datetime | None = None) -> Iterator[str]:
    """Each row of figures that is wrong, missing or too many, in words.

    Hours of which something has changed lately are left out: their turn comes.
    """
    progress = Progress.objects.filter(pk=1).first()
    first = since or beginning()
    if progress is None or first is None:
        return
    until = hour_of(progress.reckoned_until)
    moving = set(touched(progress.clock_line, at=until))
    for span in Span(hour_of(first), until).pieces(PIECE):
        for table in TABLES:
            yield from _compare(table, span, moving)


def _compare(table: Table, span: Span, moving: AbstractSet[datetime]) -> Iterator[str]:
    with transaction.atomic():
        rows = table.model.objects.filter(hour__gte=span.since, hour__lt=span.until)
        kept = {row.said for row in rows if row.hour not in moving}
        found = table.tallied(span, at=span.until)
        true = {row.said for row in found if row.hour not in moving}
    name = table.model._meta.verbose_name  # noqa: SLF001 - public by contract
    for said in sorted(kept - true, key=str):
        yield f"{name}: {said} is kept and is not true"
    for said in sorted(true - kept, key=str):
        yield f"{name}: {said} is true and is not kept"
