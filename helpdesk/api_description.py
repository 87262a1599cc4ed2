"""How the API describes itself: its schema, its reference page, its refusals."""

from functools import lru_cache
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.http.response import HttpResponsePermanentRedirect
from django.shortcuts import render
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.exceptions import NotFound
from rest_framework.permissions import SAFE_METHODS, AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from helpdesk import api
from helpdesk.api_reference import reference
from helpdesk.problems import PROBLEM

PROBLEM_SCHEMA: Final = "Problem"


class Schema(SpectacularAPIView):
    """The description of this API (OpenAPI 3.1), as YAML or JSON."""

    permission_classes = (AllowAny,)
    authentication_classes = ()
    throttle_classes = ()

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(schema(get_language() or settings.LANGUAGE_CODE))


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The same to read in a browser, with what holds for every operation."""
    origin = request.build_absolute_uri("/").rstrip("/")
    context = {
        "reference": reference(
            schema(get_language() or settings.LANGUAGE_CODE), origin=origin
        ),
        "reading": [rate.partition("/")[0] for rate in api.READING],
        "writing": [rate.partition("/")[0] for rate in api.WRITING],
    }
    return render(request, "api/page.html", context)


class NothingHere(APIView):
    """Says so in the API's own way."""

    permission_classes = (AllowAny,)
    authentication_classes = ()
    schema = None

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Send a reader who forgot the last slash there; a writer would lose data."""
        if request.method in SAFE_METHODS and not request.path.endswith("/"):
            address = request.get_full_path(force_append_slash=True)
            return HttpResponsePermanentRedirect(address)
        return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise NotFound(_("There is nothing at this address; each ends with a slash."))


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
    if "{number}" in path and method == "post":
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
    },
}
