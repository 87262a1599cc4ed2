"""Documents of the API whose fields are made once, not anew for each request."""

from functools import cache
from typing import Any

from rest_framework.serializers import Serializer


class MadeOnce:
    """For a serializer whose fields are always the same ones.

    Each document gets twins: a field knows the document that it stands in.
    """

    def get_fields(self) -> dict[str, Any]:
        """The fields by their names, for this document."""
        made = _made(type(self))  # type: ignore[arg-type]
        return {name: _twin(field) for name, field in made.items()}


@cache
def _made(document: type[Serializer[Any]]) -> dict[str, Any]:
    """As the framework makes them, which takes longer than to fill them in."""
    made: dict[str, Any] = super(MadeOnce, document()).get_fields()  # type: ignore[misc]
    return made


def _twin(field: Any) -> Any:
    """The same field, where nobody has used it yet; what is in a list has a twin, too.

    The framework would make it anew, and Python's own copy looks for much more.
    """
    twin = object.__new__(type(field))
    vars(twin).update(vars(field))
    if "child" in vars(field):
        twin.child = _twin(field.child)
        twin.child.parent = twin
    return twin
