"""What people wrote, found by any part of it: exactly, in any script, by an index.

`text__says="两台"` asks whether a text has these characters side by side, capitals or
not. An index of pairs of characters narrows, and the comparison itself makes it exact:
nothing is missed and nothing is wrong. PostgreSQL needs no extension for it.
"""

from typing import Any, Final

from django.contrib.postgres.indexes import GinIndex
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, Func, Lookup, TextField
from django.db.models.sql.compiler import SQLCompiler

# One character is no pair: such a wish reads every row.
SHORTEST: Final = 2


class Pairs(Func):
    """The pairs of neighbouring characters of a text, as small letters."""

    function = "pairs"


# So many kilobytes wait to be put in their places together: one writer in a hundred
# pays for it, and a search reads what waits in no time.
WAITING_KB: Final = 128


def pairs_index(field: str, *, name: str) -> GinIndex:
    """Serves `says`."""
    return GinIndex(
        Pairs(field), name=name, fastupdate=True, gin_pending_list_limit=WAITING_KB
    )


@CharField.register_lookup
@TextField.register_lookup
class Reads(Lookup):
    """Whether a text has these characters side by side, by reading it."""

    lookup_name = "reads"
    prepare_rhs = False

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[Any, ...]]:
        text, params = self.process_lhs(compiler, connection)
        words, of_words = self.process_rhs(compiler, connection)
        return f"position(lower({words}) in lower({text})) > 0", (*of_words, *params)


@CharField.register_lookup
@TextField.register_lookup
class Says(Reads):
    """The same by an index of pairs, which brings what is then read."""

    lookup_name = "says"

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[Any, ...]]:
        reads, of_reads = super().as_sql(compiler, connection)
        if isinstance(self.rhs, str) and len(self.rhs) < SHORTEST:
            return reads, of_reads
        text, params = self.process_lhs(compiler, connection)
        words, of_words = self.process_rhs(compiler, connection)
        says = f"({reads} AND pairs({text}) @> pairs({words}))"
        return says, (*of_reads, *params, *of_words)
