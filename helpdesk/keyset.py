"""Pages that follow each other by the last row, as quick at the end as at the start."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from django.db.models import Q

from tickets import places


@dataclass(frozen=True)
class Order:
    """Instants to order by, and the key at last; a minus sign turns one round.

    What is empty counts as the greatest, as PostgreSQL has it in its indexes.
    """

    columns: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        """The columns without their direction."""
        return [column.lstrip("-") for column in self.columns]

    def row(self, values: Sequence[Any]) -> SimpleNamespace:
        """What stands in the columns, by their names."""
        return SimpleNamespace(**dict(zip(self.names, values, strict=True)))

    def place_of(self, row: Any) -> str:
        """The place of a row, or of its columns by name, for an address."""
        return places.written([getattr(row, name) for name in self.names])

    def beyond(self, place: str) -> Q:
        """The rows after a place; all of them for a place that nobody gave out."""
        try:
            *instants, key = self._read(place)
        except ValueError:
            return Q()
        *columns, last = self.columns
        further = Q(id__lt=key) if last.startswith("-") else Q(id__gt=key)
        for column, value in zip(reversed(columns), reversed(instants), strict=True):
            further = _further(column, value, then=further)
        return further

    def key_of(self, place: str) -> int | None:
        """The key in a place; None for one that nobody gave out."""
        try:
            key: int = self._read(place)[-1]
        except ValueError:
            return None
        return key

    def _read(self, place: str) -> list[Any]:
        """Raises ValueError for anything that `place_of` cannot have made."""
        try:
            *texts, key = places.read(place)
            instants = [None if it is None else _instant(it) for it in texts]
        except (TypeError, OverflowError) as error:
            raise ValueError(place) from error
        if len(instants) != len(self.columns) - 1:
            raise ValueError(place)
        return [*instants, places.key(key)]


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _further(column: str, value: datetime | None, *, then: Q) -> Q:
    """Beyond a value, or the same and beyond in the columns that follow.

    What bounds all of it stands apart, so that an index begins at the place.
    """
    name = column.lstrip("-")
    same = Q(**{name: value}) & then
    if column.startswith("-"):
        if value is None:
            return Q(**{f"{name}__isnull": False}) | same
        return Q(**{f"{name}__lte": value}) & (Q(**{f"{name}__lt": value}) | same)
    if value is None:
        return same
    return Q(**{f"{name}__gt": value}) | Q(**{name: None}) | same
