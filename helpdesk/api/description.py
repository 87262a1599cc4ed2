"""How the API describes itself: its schema, and its refusals in it."""

from functools import lru_cache
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from drf_spectacular.generators import SchemaGenerator

from helpdesk.api.problems import PROBLEM

PROBLEM_SCHEMA: Final = "Problem"
# What has no number yet, and is not for everybody or not at all times.
FOR_SOME_ROLES: Final = frozenset({"open_preventive_action"})


@lru_cache(maxsize=4)
def schema(language: str) -> Any:
    """The description in a language, made once."""
    generator = SchemaGenerator()  # type: ignore[no-untyped-call]
    with override(language):
        return generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]


def describe_refusals(result: Any, **_context: Any) -> Any:
    """Add to each operation the ways in which it can say no."""
    result["components"]["schemas"][PROBLEM_SCHEMA] = PROBLEM_SHAPE
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            for status, what in _refusals(path, method, operation).items():
                operation["responses"].setdefault(str(status), _refusal(what))
    return result


def _refusals(path: str, method: str, operation: dict[str, Any]) -> dict[int, str]:
    refusals = {
        400: _("A value is wrong; `fields` says which and why."),
        401: _("No valid token."),
        429: _("Too many requests; `Retry-After` says how long to wait."),
        503: _("The database is away for a moment."),
    }
    if "{number}" in path:
        refusals[404] = _("Nothing of this number that the token's person may see.")
    takes_a_step = "{number}" in path and method == "post"
    if takes_a_step or operation.get("operationId") in FOR_SOME_ROLES:
        refusals[403] = _("The role of the token's person does not allow this step.")
        refusals[409] = _("The state of the inquiry does not allow this step.")
    if "requestBody" in operation:
        refusals[413] = _("The body is too large.")
        refusals[415] = _("The body is not JSON.")
    return refusals


def _refusal(what: str) -> dict[str, Any]:
    reference = {"$ref": f"#/components/schemas/{PROBLEM_SCHEMA}"}
    return {"description": what, "content": {PROBLEM: {"schema": reference}}}


PROBLEM_SHAPE: Final[dict[str, Any]] = {
    "type": "object",
    "description": "A refusal (RFC 9457).",
    "required": ["type", "title", "status", "detail", "fields"],
    "properties": {
        "type": {"type": "string", "description": gettext_lazy("Always about:blank.")},
        "title": {"type": "string", "description": gettext_lazy("What happened.")},
        "status": {
            "type": "integer",
            "description": gettext_lazy("The status code once more."),
        },
        "detail": {
            "type": "string",
            "description": gettext_lazy("What is wrong, in words for people."),
        },
        "fields": {
            "type": "object",
            "description": gettext_lazy(
                "Messages by dotted field name; empty name: the whole."
            ),
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
        "confirmable": {
            "type": "array",
            "items": {"type": "string"},
            "description": gettext_lazy(
                "Phrases that are sent once they are named in `confirmed`."
            ),
        },
    },
}
