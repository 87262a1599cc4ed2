"""The list of follow-ups: look, change, send now, or say why not (IN-54 to IN-56)."""

from collections.abc import Callable
from typing import Any, Final

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from helpdesk.answers import SeeOther
from helpdesk.desk.follow_ups import FollowUpList
from helpdesk.errors import REFUSALS, Refusal, refusal_of
from helpdesk.forms import FollowUpForm, WhyNotForm, values
from helpdesk.notices import outstanding
from helpdesk.signed_in import signed_in
from inquiries import services
from inquiries.models import Inquiry
from staff.models import User

WHOLE: Final = "desk/follow_ups.html"
LIST: Final = "desk/_follow_ups.html"


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
    return shown(request, user, LIST)


@require_POST
@signed_in
def send(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """Send it now; as it is, or with the text of the form where there is one."""
    form = FollowUpForm(request.POST) if "text" in request.POST else forms.Form({})
    return act(request, user, number, form, services.send_follow_up)


@require_POST
@signed_in
def edit(request: HttpRequest, user: User, number: str) -> HttpResponse:
    form = FollowUpForm(request.POST)
    return act(request, user, number, form, services.edit_follow_up)


@require_POST
@signed_in
def cancel(request: HttpRequest, user: User, number: str) -> HttpResponse:
    form = WhyNotForm(request.POST)
    return act(request, user, number, form, services.cancel_follow_up)


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
    refused: dict[str, Any] = {}
    try:
        verb(inquiry, by=user, at=timezone.now(), **values(form))
    except REFUSALS as error:
        refused = {
            "refusal": refusal_of(error),
            "refused_number": number,
            "written": request.POST,
        }
    if request.headers.get("HX-Request"):
        return shown(request, user, LIST, refused)
    if refused:
        return shown(request, user, WHOLE, refused)
    return SeeOther(reverse("desk:follow_ups"))


def shown(
    request: HttpRequest,
    user: User,
    template: str,
    refused: dict[str, Any] | None = None,
) -> HttpResponse:
    """The list as it stands."""
    follow_ups = FollowUpList.of(user, at=timezone.now())
    context: dict[str, Any] = {
        "follow_ups": follow_ups,
        "now": follow_ups.now,
        "place": "follow_ups",
        **(refused or {}),
    }
    if template == WHOLE:
        context["notices"] = outstanding(user)
    refusal = context.get("refusal")
    status = refusal.status if isinstance(refusal, Refusal) else 200
    return render(request, template, context, status=status)
