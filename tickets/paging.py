"""Pages of long lists that neither skip nor repeat a row while rows come and go."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import F, Model, Q
from django.db.models.expressions import OrderBy
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from tickets import places


@dataclass(frozen=True)
class Place:
    """Between which rows a page begins: the value and key of the row next to it."""

    ordering: str
    backwards: bool
    value: datetime | None
    key: int

    def encode(self) -> str:
        return places.written([self.ordering, self.backwards, self.value, self.key])

    @classmethod
    def decode(cls, text: str) -> "Place":
        """Raises ValueError for anything that `encode` cannot have made."""
        try:
            ordering, backwards, value, key = places.read(text)
            at = None if value is None else datetime.fromisoformat(value)
        except TypeError as error:
            raise ValueError(text) from error
        if not isinstance(ordering, str) or not isinstance(backwards, bool):
            raise ValueError(text)  # noqa: TRY004 - one kind of "no"
        if at is not None and at.tzinfo is None:
            raise ValueError(text)
        return cls(ordering, backwards, at, places.key(key))


class KeysetPagination(BasePagination):
    """Orders by an instant that the view allows; rows without one come last.

    The view names them: `orderings = ("next_due_at", "created_at")`, the first being
    the default; a minus sign turns the order round. Equal instants follow the key.
    """

    default_size: ClassVar[int] = 50
    largest_size: ClassVar[int] = 200

    def paginate_queryset(
        self, queryset: Any, request: Request, view: APIView | None = None
    ) -> list[Any]:
        self.request = request
        self.ordering = _ordering(request.query_params, view)
        size = _size(request.query_params, self.default_size, self.largest_size)
        self.place = _place(request.query_params, self.ordering)
        backwards = self.place is not None and self.place.backwards
        if self.place is not None:
            queryset = queryset.filter(_beyond(self.place))
        rows = list(queryset.order_by(*_order(self.ordering, backwards))[: size + 1])
        self.more = len(rows) > size
        rows = rows[:size]
        self.rows = rows[::-1] if backwards else rows
        return self.rows

    def get_paginated_response(self, data: Any) -> Response:
        arrived_backwards = self.place is not None and self.place.backwards
        has_next = arrived_backwards or self.more
        has_previous = self.more if arrived_backwards else self.place is not None
        return Response(
            {
                "next": self._link(has_next, backwards=False),
                "previous": self._link(has_previous, backwards=True),
                "results": data,
            }
        )

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        names = {"type": "string", "enum": list(_allowed(view))}
        size = {
            "type": "integer",
            "minimum": 1,
            "maximum": self.largest_size,
            "default": self.default_size,
        }
        order = _("By which instant; a minus sign turns the order round.")
        place = _("Where to go on: follow `next` and `previous` instead of making one.")
        return [
            _parameter("ordering", order, names),
            _parameter("cursor", place, {"type": "string"}),
            _parameter("page_size", _("How many rows a page holds."), size),
        ]

    def _link(self, there_is_one: bool, *, backwards: bool) -> str | None:  # noqa: FBT001
        if not there_is_one or not self.rows:
            return None
        row: Model = self.rows[0] if backwards else self.rows[-1]
        value = getattr(row, self.ordering.lstrip("-"))
        place = Place(self.ordering, backwards, value, row.pk)
        url = self.request.build_absolute_uri()
        return replace_query_param(url, "cursor", place.encode())


def _allowed(view: APIView | None) -> tuple[str, ...]:
    names: tuple[str, ...] = getattr(view, "orderings", ())
    return tuple(sign + name for name in names for sign in ("", "-"))


def _ordering(query: Mapping[str, str], view: APIView | None) -> str:
    allowed = _allowed(view)
    ordering = query.get("ordering") or allowed[0]
    if ordering not in allowed:
        raise ValidationError(
            {"ordering": _("Choose one of: %(names)s.") % {"names": ", ".join(allowed)}}
        )
    return ordering


def _size(query: Mapping[str, str], default: int, largest: int) -> int:
    text = query.get("page_size") or str(default)
    if text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= largest:
        return int(text)
    raise ValidationError(
        {"page_size": _("Give a number from 1 to %(limit)s.") % {"limit": largest}}
    )


def _place(query: Mapping[str, str], ordering: str) -> Place | None:
    text = query.get("cursor")
    if not text:
        return None
    try:
        place = Place.decode(text)
    except ValueError:
        place = None
    if place is None or place.ordering != ordering:
        raise ValidationError(
            {"cursor": _("This place in the list does not exist; start again.")}
        )
    return place


def _order(ordering: str, backwards: bool) -> tuple[OrderBy, str]:  # noqa: FBT001
    """Rows without an instant stand last, whichever way the instants run."""
    descending = ordering.startswith("-") != backwards
    field = F(ordering.lstrip("-"))
    empty = {"nulls_first": True} if backwards else {"nulls_last": True}
    return (
        field.desc(**empty) if descending else field.asc(**empty),
        "-pk" if backwards else "pk",
    )


def _beyond(place: Place) -> Q:
    """The rows after a place, or before it when going backwards."""
    field = place.ordering.lstrip("-")
    descending = place.ordering.startswith("-") != place.backwards
    tie = Q(**{"pk__lt" if place.backwards else "pk__gt": place.key})
    empty = Q(**{f"{field}__isnull": True})
    if place.value is None:
        return (~empty | tie) if place.backwards else (empty & tie)
    further = Q(**{f"{field}__{'lt' if descending else 'gt'}": place.value})
    further |= Q(**{field: place.value}) & tie
    return further if place.backwards else further | empty


def _parameter(name: str, text: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": text,
        "schema": schema,
    }
