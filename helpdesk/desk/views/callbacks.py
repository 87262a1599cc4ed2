"""The list of callbacks: who must be called, by when, and what came of it (IN-28)."""

import uuid
from collections.abc import Callable
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from helpdesk.answers import SeeOther
from helpdesk.desk.callbacks import CallbackList
from helpdesk.errors import REFUSALS, Refusal, refusal_of
from helpdesk.forms import AttemptForm, MissedCallForm, OutcomeForm, slots, values
from helpdesk.notices import outstanding
from helpdesk.signed_in import signed_in
from inquiries import services
from inquiries.models import Inquiry
from staff.models import User

WHOLE: Final = "desk/callbacks.html"
CALL_SLOTS: Final = "error-call"


@require_safe
@never_cache
@signed_in
def page(request: HttpRequest, user: User) -> HttpResponse:
    """The whole page."""
    return shown(request, user, WHOLE)


@require_safe
@never_cache
@signed_in
def fragment(request: HttpRequest, user: User) -> HttpResponse:
    """The list alone."""
    return shown(request, user, "desk/_callbacks.html")


@require_POST
@signed_in
def not_reached(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """Nobody was reached."""
    form = AttemptForm(request.POST)
    return act(request, user, number, form, services.log_callback_attempt)


@require_POST
@signed_in
def called_back(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """The customer has the answer."""
    form = OutcomeForm(request.POST)
    return act(request, user, number, form, services.finish_callback)


@require_POST
@signed_in
def missed_call(request: HttpRequest, user: User) -> HttpResponse:
    """Somebody called and nobody answered: whom to call back (IN-23)."""
    form = MissedCallForm(request.POST, slots=CALL_SLOTS)
    try:
        services.record_missed_call(by=user, at=timezone.now(), **values(form))
    except ValidationError as error:
        refusal = refusal_of(error)
        context = {
            "call": form,
            "call_fields": form.rows(slots(refusal.fields, *form.names)),
            "call_refused": True,
        }
        return shown(request, user, WHOLE, context, status=refusal.status)
    return SeeOther(reverse("desk:callbacks"))


def act(
    request: HttpRequest,
    user: User,
    number: str,
    form: forms.Form,
    verb: Callable[..., object],
) -> HttpResponse:
    """Take one step and show the list, or what stands against the step in its row."""
    inquiry = Inquiry.objects.visible_to(user).filter(number=number).first()
    if inquiry is None:
        raise Http404
    refused: dict[str, object] = {}
    try:
        verb(inquiry, by=user, at=timezone.now(), **values(form))
    except REFUSALS as error:
        refused = {
            "refusal": refusal_of(error),
            "refused_number": number,
            "written": request.POST,
        }
    if request.headers.get("HX-Request"):
        return shown(request, user, "desk/_callbacks.html", refused)
    if refused:
        return shown(request, user, WHOLE, refused)
    return SeeOther(reverse("desk:callbacks"))


def shown(
    request: HttpRequest,
    user: User,
    template: str,
    refused: dict[str, object] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The list as it stands."""
    callbacks = CallbackList.of(user, at=timezone.now())
    context: dict[str, Any] = {
        "callbacks": callbacks,
        "now": callbacks.now,
        "place": "callbacks",
        **(refused or {}),
    }
    number = context.get("refused_number", "")
    context["gone"] = bool(number) and not callbacks.holds(number)
    if template == WHOLE:
        context["notices"] = outstanding(user)
        call = MissedCallForm(initial={"client_token": uuid.uuid4()}, slots=CALL_SLOTS)
        context = {"call": call, "call_fields": call.rows({}), **context}
    refusal = context.get("refusal")
    if isinstance(refusal, Refusal):
        status = refusal.status
    return render(request, template, context, status=status)
