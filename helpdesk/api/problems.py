"""Every "no" of the API as a problem document with a map of fields (RFC 9457)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, JsonResponse, UnreadablePostError
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError as ApiValidationError
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler

from helpdesk.errors import REFUSALS, RETRY_SECONDS, refusal_of

PROBLEM: Final = "application/problem+json"
Fields = dict[str, list[str]]


def api_exception_handler(
    error: Exception, context: dict[str, Any]
) -> JsonResponse | None:
    """The answer to an error of an API view; None for a bug, which is raised again.

    A value that a verb refuses is a 400 as is one that a form refuses: to a client
    both are its own fields. The view's `field_names` says how it calls them.
    """
    if isinstance(error, REFUSALS):
        refusal = refusal_of(error)
        names = getattr(context.get("view"), "field_names", {})
        fields = {names.get(key, key): texts for key, texts in refusal.fields.items()}
        status = 400 if refusal.fields_are_wrong else refusal.status
        phrases = [phrase for phrase, _said in refusal.phrases]
        return problem(status, refusal.summary, fields=fields, confirmable=phrases)
    if isinstance(error, RequestDataTooBig):
        return problem(413, _("The request is larger than this service accepts."))
    if isinstance(error, SuspiciousOperation | UnreadablePostError):
        return problem(400, _("The request did not arrive in one piece."))
    if isinstance(error, OperationalError | InterfaceError):
        return unavailable()
    response = exception_handler(error, context)
    return None if response is None else _translated(error, response)


def unavailable() -> JsonResponse:
    """The database is away for a moment."""
    answer = problem(503, _("The service is starting or recovering. Try again soon."))
    answer["Retry-After"] = str(RETRY_SECONDS)
    return answer


def problem(
    status: int,
    detail: str,
    *,
    fields: Fields | None = None,
    confirmable: Sequence[str] = (),
) -> JsonResponse:
    """A problem document; `confirmable` are phrases that the writer may confirm."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": _title(status),
        "status": status,
        "detail": writable(detail),
        "fields": {
            name: [writable(text) for text in texts]
            for name, texts in (fields or {}).items()
        },
    }
    if confirmable:
        body["confirmable"] = [writable(phrase) for phrase in confirmable]
    return JsonResponse(
        body,
        status=status,
        content_type=PROBLEM,
        json_dumps_params={"ensure_ascii": False},
    )


def writable(text: str) -> str:
    """As UTF-8 can carry it: half a character that was sent is not sent back."""
    return text.encode(errors="replace").decode()


def _translated(error: Exception, response: Response) -> JsonResponse:
    fields: Fields = {}
    if isinstance(error, ApiValidationError):
        for name, text in _flat(error.detail):
            fields.setdefault(name, []).append(text)
        detail = " ".join(text for texts in fields.values() for text in texts)
    elif isinstance(error, Http404):
        detail = _("There is nothing at this address that you may see.")
    else:
        detail = str(getattr(error, "detail", "")) or _title(response.status_code)
    answer = problem(response.status_code, detail, fields=fields)
    for header in ("Retry-After", "WWW-Authenticate"):
        if header in response:
            answer[header] = response[header]
    return answer


def _flat(detail: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Messages by dotted path, as the request names them: customer.phone."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            own = "" if name == api_settings.NON_FIELD_ERRORS_KEY else str(name)
            yield from _flat(inner, ".".join(part for part in (path, own) if part))
    elif isinstance(detail, list | tuple):
        for inner in detail:
            yield from _flat(inner, path)
    else:
        yield path, str(detail)


def _title(status: int) -> str:
    return {
        400: _("Some fields need correction"),
        401: _("Please sign in"),
        403: _("Not allowed"),
        404: _("Not found"),
        405: _("This address does not take this method"),
        406: _("Only JSON is spoken here"),
        409: _("Not possible in this state"),
        413: _("Too large"),
        415: _("Send JSON"),
        429: _("Too many requests"),
        503: _("Not available at the moment"),
    }.get(status, _("Refused"))
