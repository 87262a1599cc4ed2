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


def pairs_index(field: str, *, name: str) -> GinIndex:
    """Serves `says`. Each pair goes to its place at once: no reader tidies up."""
    return GinIndex(Pairs(field), name=name, fastupdate=False)


@CharField.register_lookup
@TextField.register_lookup
class Says(Lookup):  # type: ignore[type-arg]
    """Whether a text has these characters side by side."""

    lookup_name = "says"

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list[Any]]:
        text, params = self.process_lhs(compiler, connection)
        words = str(self.rhs)
        likeness = f"%{connection.ops.prep_for_like_query(words)}%"
        sql, params = f"lower({text}) LIKE lower(%s)", [*params, likeness]
        if len(words) < SHORTEST:
            return sql, params
        return f"({sql} AND pairs({text}) @> pairs(%s))", [*params, *params[:-1], words]
