"""Where a refusal of the domain becomes words and a status code, once for all doors."""

import sys
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from knowledge.phrase_guard import Finding, Verdict
from knowledge.services.phrases import UnfitWording
from knowledge.services.scripts import ScriptError
from tickets.workflow import IllegalStep, NotAllowed, SentOtherwise

RETRY_SECONDS: Final = 5
# Where a library counts attempts without saying until when: its page says a minute.
TOO_MANY_SECONDS: Final = 60
REFUSALS: Final = (ValidationError, IllegalStep, NotAllowed, UnfitWording, ScriptError)


@dataclass(frozen=True)
class Permit:
    """What lets a text pass the phrase guard: harmless phrases, or a reason (IN-20).

    `phrases` are those that the writer may call harmless, and whether they did so.
    """

    field: str
    phrases: tuple[tuple[str, bool], ...]
    may_override: bool
    reason: str


@dataclass(frozen=True)
class Refusal:
    """A "no": the status code, and messages by field ("" for the whole).

    `permit` is what would let a refused wording pass. `sent_otherwise`: the client
    token is used up, and what was typed needs another one to be sent as well.
    """

    status: int
    fields: dict[str, list[str]]
    permit: Permit | None = None
    sent_otherwise: bool = False

    @property
    def fields_are_wrong(self) -> bool:
        """Whether other values would be accepted (pages: 422, API: 400)."""
        return self.status == HTTPStatus.UNPROCESSABLE_ENTITY

    @property
    def phrases(self) -> tuple[tuple[str, bool], ...]:
        """The phrases that the writer may call harmless, and whether they did so."""
        return self.permit.phrases if self.permit else ()

    @property
    def summary(self) -> str:
        """All messages in one text."""
        return " ".join(text for texts in self.fields.values() for text in texts)


def refusal_of(error: Exception) -> Refusal:
    """Translate a domain error; anything else is a bug and is raised again."""
    if isinstance(error, IllegalStep | ScriptError):
        again = isinstance(error, SentOtherwise)
        return Refusal(409, {"": [str(error)]}, sent_otherwise=again)
    if isinstance(error, UnfitWording):
        texts = [_wording(finding) for finding in error.findings]
        return Refusal(422, {error.field: texts}, permit=_permit(error))
    if isinstance(error, NotAllowed):
        return Refusal(403, {"": [_("Your role does not allow this step.")]})
    if isinstance(error, ValidationError):
        if hasattr(error, "error_dict"):
            fields = {
                "" if name == NON_FIELD_ERRORS else name: texts
                for name, texts in error.message_dict.items()
            }
        else:
            fields = {"": list(error.messages)}
        return Refusal(422, fields)
    raise error


def _permit(error: UnfitWording) -> Permit | None:
    phrases = tuple((text, text in error.confirmed) for text in error.doubtful)
    if not phrases and not error.may_override:
        return None
    return Permit(error.field, phrases, error.may_override, error.override)


def _wording(finding: Finding) -> str:
    """What was found, by which clause it is not sent, and what to say instead."""
    phrase = finding.phrase
    facts = {
        "said": finding.said,
        "clause": phrase.clause,
        "instead": phrase.replacement,
    }
    if finding.verdict is Verdict.CONFIRM:
        return (
            _(
                "“%(said)s” is a forbidden phrase (%(clause)s) that is harmless in some"
                " questions. Confirm that it is one, or write it otherwise."
            )
            % facts
        )
    if not phrase.replacement:
        return _("“%(said)s” is not said to customers (%(clause)s).") % facts
    return (
        _("“%(said)s” is not said to customers (%(clause)s). Say: “%(instead)s”")
        % facts
    )


class RefusalMiddleware:
    """Answers for the pages that do not show a refusal beside the field themselves."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response: HttpResponse = self.get_response(request)
        if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            response.headers.setdefault("Retry-After", str(TOO_MANY_SECONDS))
        return response

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponse | None:
        """Show a refusal as a page, or as a fragment where htmx asked."""
        if not isinstance(exception, REFUSALS):
            return None
        refusal = refusal_of(exception)
        template = (
            "components/refusal.html"
            if request.headers.get("HX-Request")
            else "refusal.html"
        )
        return render(request, template, {"refusal": refusal}, status=refusal.status)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open too long, or one that is not ours."""
    return render(request, "403_csrf.html", status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A request that cannot be read; Django's own view would read it once more."""
    return render(None, "400.html", status=400)


def server_error(request: HttpRequest) -> HttpResponse:
    """A database that is away for a moment is a 503 with a time, not a bug."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        response = render(None, "503.html", status=503)
        response["Retry-After"] = str(RETRY_SECONDS)
        return response
    return render(None, "500.html", status=500)
