"""Documents of the API whose fields are made once, not anew for each request."""

import copy
from functools import cache
from typing import Any

from rest_framework.fields import Field
from rest_framework.serializers import Serializer


class MadeOnce:
    """For a serializer whose fields are always the same ones.

    Each document gets copies: a field knows the document that it stands in. What has
    fields of its own is copied with them.
    """

    def get_fields(self) -> dict[str, Any]:
        """The fields by their names, for this document."""
        made = _made(type(self))  # type: ignore[arg-type]
        return {
            name: copy.deepcopy(field) if _has_own(field) else copy.copy(field)
            for name, field in made.items()
        }


@cache
def _made(document: type[Serializer[Any]]) -> dict[str, Any]:
    """As the framework makes them, which takes longer than to fill them in."""
    made: dict[str, Any] = super(MadeOnce, document()).get_fields()  # type: ignore[misc]
    return made


def _has_own(field: "Field[Any, Any, Any, Any]") -> bool:
    return isinstance(field, Serializer) or hasattr(field, "child")
