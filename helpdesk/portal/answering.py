"""What the customer says to a proposal, to the result, and after the end."""

from collections.abc import Callable, Mapping
from functools import partial
from http import HTTPStatus
from typing import Final

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from helpdesk.forms import NO_SUCH, WritingForm, number_in
from helpdesk.portal.following import after, case_page, found, refuse_colleagues
from helpdesk.portal.settlement import Tried
from helpdesk.throttle import throttled
from objections import services
from objections.models import Objection
from tickets.workflow import IllegalStep

ANSWERS: Final = {"accepted": True, "rejected": False}
RESOLVED: Final = {"yes": True, "no": False}
STANDS: Final = "#settle"


@require_POST
@throttled("write", "10/10s", "600/h")
@never_cache
def answer(request: HttpRequest, number: str) -> HttpResponse:
    """Agree to the proposal that was read, or say what is not right about it."""
    objection = found(request, number)
    said = typed(request, "reason")
    accepted = ANSWERS.get(request.POST.get("answer", ""))
    if accepted is None:
        unclear = ValidationError({"reason": _("Please say whether you agree.")})
        return wrong(request, number, "reject", said, unclear)
    verb = partial(
        services.answer_proposal,
        accepted=accepted,
        reason="" if accepted else said["reason"],
        proposal=number_in(request.POST.get("proposal", "")) or NO_SUCH,
    )
    return act(request, objection, "agree" if accepted else "reject", said, verb)


@require_POST
@throttled("write", "10/10s", "600/h")
@never_cache
def rate(request: HttpRequest, number: str) -> HttpResponse:
    """Say whether it is resolved, and give marks."""
    objection = found(request, number)
    said = typed(request, "resolved", "satisfaction", "process_satisfaction", "words")
    verb = partial(
        services.rate,
        resolved=RESOLVED.get(said["resolved"]),
        satisfaction=number_in(said["satisfaction"]),
        process_satisfaction=number_in(said["process_satisfaction"]),
        text=said["words"],
    )
    return act(request, objection, "rate", said, verb)


@require_POST
@throttled("write", "10/10s", "600/h")
@never_cache
def appeal(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for a review of a case that was closed."""
    objection = found(request, number)
    said = typed(request, "reason")
    verb = partial(services.appeal, reason=said["reason"])
    return act(request, objection, "appeal", said, verb)


def act(
    request: HttpRequest,
    objection: Objection,
    form: str,
    said: Mapping[str, str],
    verb: Callable[..., object],
) -> HttpResponse:
    """Let the customer take a step; what was typed outlives a refusal."""
    number = objection.number
    try:
        refuse_colleagues(request, objection)
        verb(objection, at=timezone.now())
    except ValidationError as error:
        return wrong(request, number, form, said, error)
    except IllegalStep as error:
        return overtaken(request, number, form, said, error)
    return after(request, number, STANDS)


def typed(request: HttpRequest, *names: str) -> dict[str, str]:
    """What stands in the fields of a form, as it was typed."""
    return {name: request.POST.get(name, "") for name in names}


def wrong(
    request: HttpRequest,
    number: str,
    form: str,
    said: Mapping[str, str],
    error: ValidationError,
) -> HttpResponse:
    """The messages beside their fields, and all that was typed (422)."""
    shown: dict[str, list[str]] = {name: [] for name in said}
    for name, texts in error.message_dict.items():
        slot = "words" if name == "text" else name
        shown.setdefault(slot, []).extend(texts)
    if request.headers.get("HX-Request"):
        context = {"slots": shown, "form_id": f"{form}-form"}
        response = render(request, "components/error_slots.html", context, status=422)
        response["HX-Reswap"] = "none"
        return response
    return case_page(
        request,
        found(request, number),
        WritingForm(),
        status=HTTPStatus.UNPROCESSABLE_ENTITY,
        tried=Tried(form, said, shown),
    )


def overtaken(
    request: HttpRequest,
    number: str,
    form: str,
    said: Mapping[str, str],
    error: IllegalStep,
) -> HttpResponse:
    """The case as it stands meanwhile, why not, and all that was typed (409)."""
    return case_page(
        request,
        found(request, number),
        WritingForm(),
        status=HTTPStatus.CONFLICT,
        tried=Tried(form, said, refusal=str(error)),
    )
