"""By what it is known that nobody has changed a library since it was read."""

from functools import cache
from typing import cast

from django.db.models import Model

from rows.prepared import carried_out

# How many changes there are on record, and the last of them.
Stamp = tuple[int, int | None]


def stamp_of(library: type[Model]) -> Stamp:
    """The stamp of a model whose changes are on record; one query."""
    (stamp,) = carried_out(_sql(library), ())
    return cast(Stamp, stamp)


@cache
def _sql(library: type[Model]) -> str:
    """To find out where its changes are takes longer than to ask there."""
    changes: type[Model] = library.history.model  # type: ignore[attr-defined]
    table = changes._meta.db_table  # noqa: SLF001 - as Django's documents name it
    return f'SELECT count(*), max(history_id) FROM "{table}"'  # noqa: S608 - by Django
