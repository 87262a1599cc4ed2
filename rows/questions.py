"""Questions that are asked all day: Django makes their SQL once.

To make it anew each time takes several times as long as to ask the database, which
plans it once for each connection.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, Final, Generic, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import CharField, Expression, Func, Model, Q, QuerySet
from django.db.models.query import get_related_populators
from django.db.transaction import TransactionManagementError

from rows.prepared import carried_out

R = TypeVar("R", covariant=True)  # noqa: PLC0105 - what a row is


class Slot(Expression):
    """Where a value comes that is known only when the question is asked."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """A place, whose value is the slot itself until the question is asked."""
        return "%s", (self,)


class Keys(Slot):
    """Where keys come, however many: what is asked for by `__in`."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """A place for all of them, so that the statement stays the same."""
        return "(SELECT unnest(%s::bigint[]))", (self,)


# The empty text, written into the statement: a plan for any value cannot use an index
# that leaves it out.
_EMPTY: Final = Func(template="''", output_field=CharField())


class Question(Generic[R]):
    """A QuerySet with slots; it is made and compiled when it is first asked.

    Its rows come as the QuerySet would give them, with what `select_related` names and
    `annotate` adds; prefetching it has none. Those of `values_list` come in the order
    in which they are asked. A value goes to the database as it is.
    """

    def __init__(self, make: Callable[[], QuerySet[Any, R]]) -> None:
        self._make = make

    def ask(self, **values: Any) -> list[R]:
        """All rows that fit."""
        known = self._compiled
        if known.locks and not connection.in_atomic_block:
            raise TransactionManagementError("a row is locked within a transaction")
        params = [values[it.name] if isinstance(it, Slot) else it for it in known.slots]
        return list(known.rows(carried_out(known.sql, params)))

    def first(self, **values: Any) -> R | None:
        """The first row that fits."""
        return next(iter(self.ask(**values)), None)

    def get(self, **values: Any) -> R:
        """The row that fits. Raises the model's DoesNotExist."""
        found = self.first(**values)
        if found is None:
            raise self._compiled.model.DoesNotExist
        return found

    @cached_property
    def _compiled(self) -> "_Compiled[R]":
        return _Compiled(self._make())


def is_and_not_empty(column: str, value: str | Slot | None) -> Q:
    """Whether a text is this one, as an index that leaves out the empty text has it."""
    return Q(**{column: value}) & ~Q(**{column: _EMPTY})


def let_know(owner: Model, relation: str, rows: Sequence[Model]) -> None:
    """Let `owner.relation.all()` give these rows, as if they had been prefetched.

    Whoever asks `owner.relation` for some of them asks the database as ever.
    """
    found: Any = getattr(owner, relation).get_queryset()
    found._result_cache = list(rows)
    found._prefetch_done = True
    vars(owner).setdefault("_prefetched_objects_cache", {})[relation] = found


def share_out(rows: Iterable[Model], relation: str, owners: Sequence[Model]) -> None:
    """Let `relation` of each owner give those of the rows that are its own.

    There is at least one owner.
    """
    own: dict[object, list[Model]] = {owner.pk: [] for owner in owners}
    link: Any = owners[0]._meta.get_field(relation)
    for row in rows:
        # One that came since the owners were asked for has none among them.
        own.get(getattr(row, link.field.attname), []).append(row)
    for owner in owners:
        let_know(owner, relation, own[owner.pk])


class _Compiled(Generic[R]):
    """The SQL of a QuerySet, and how its rows become what it gives."""

    def __init__(self, questions: QuerySet[Any, R]) -> None:
        compiler = questions.query.get_compiler(DEFAULT_DB_ALIAS)
        self.sql, self.slots = compiler.as_sql()
        self.locks = questions.query.select_for_update
        self.model: Any = questions.model
        columns, tables = compiler.select, compiler.klass_info
        self._converters = compiler.get_converters([column for column, *_ in columns])
        self._converted = compiler.apply_converters
        self._is_of_values = not questions.query.default_cols
        if self._is_of_values:
            return
        self._annotated = compiler.annotation_col_map
        own = tables["select_fields"]
        self._own = slice(own[0], own[-1] + 1)
        self._names = [column.target.attname for column, *_ in columns[self._own]]
        self._related = get_related_populators(  # type: ignore[call-arg]  # stubs of a later Django
            tables, columns, DEFAULT_DB_ALIAS
        )

    def rows(self, found: Iterable[Sequence[Any]]) -> Iterator[R]:
        """Values, or instances as Django's own iterator makes them."""
        if self._converters:
            found = self._converted(found, self._converters)
        made = map(tuple, found) if self._is_of_values else self._instances(found)
        return cast("Iterator[R]", made)

    def _instances(self, found: Iterable[Sequence[Any]]) -> Iterator[Model]:
        for row in found:
            made = self.model.from_db(DEFAULT_DB_ALIAS, self._names, row[self._own])
            for related in self._related:
                related.populate(row, made)
            for name, place in self._annotated.items():
                setattr(made, name, row[place])
            yield made
