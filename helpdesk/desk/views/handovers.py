"""The departments' queue: accept, return and carry out in place."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from helpdesk.answers import SeeOther
from helpdesk.desk.handovers import Queue
from helpdesk.desk.objection_forms import ReturnForm
from helpdesk.desk.settlement_forms import DoneForm
from helpdesk.desk.views.requests import Popup, beside_the_fields
from helpdesk.errors import REFUSALS, Refusal, refusal_of
from helpdesk.forms import values
from helpdesk.notices import outstanding
from helpdesk.signed_in import signed_in
from objections import services
from objections.models import Handoff, ResolutionAction
from staff.models import User

RETURN: Final = Popup("return", _("Return it"), _("Return it"), ReturnForm)
DONE: Final = Popup("done", _("It is done"), _("Put it on record"), DoneForm)
Deed = Callable[[datetime], object]


@require_safe
@never_cache
@vary_on_headers("HX-Request")
@signed_in
def queue(request: HttpRequest, user: User) -> HttpResponse:
    """What waits and what is investigated, as a page or alone."""
    return show(request, user)


@require_POST
@signed_in
def accept(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    found = handoff(user, pk)
    return do(request, user, lambda at: services.accept(found, by=user, at=at))


@require_POST
@signed_in
def return_it(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    found = handoff(user, pk)
    form = ReturnForm(request.POST)
    return do(
        request,
        user,
        lambda at: services.return_handoff(
            found, reason=values(form)["reason"], by=user, at=at
        ),
        popup=RETURN,
    )


@require_POST
@signed_in
def done(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """What was agreed is carried out (OB-09)."""
    actions = ResolutionAction.objects.visible_to(user).select_related("objection")
    found = get_object_or_404(actions, pk=pk)
    form = DoneForm(request.POST, request.FILES)
    return do(
        request,
        user,
        lambda at: services.execute(
            found.objection, number=found.number, by=user, at=at, **values(form)
        ),
        popup=DONE,
    )


def handoff(user: User, pk: int) -> Handoff:
    """A hand-off that this person may see; else a 404."""
    return get_object_or_404(Handoff.objects.visible_to(user), pk=pk)


def do(
    request: HttpRequest, user: User, deed: Deed, *, popup: Popup | None = None
) -> HttpResponse:
    """Act, then show the queue as it is now, or what stands against the step."""
    try:
        deed(timezone.now())
    except REFUSALS as error:
        refusal = refusal_of(error)
        if popup and refusal.fields_are_wrong and request.headers.get("HX-Request"):
            return beside_the_fields(request, popup, refusal)
        response = show(request, user, refusal)
        response["HX-Trigger"] = "requests:refused"
        return response
    if request.headers.get("HX-Request"):
        response = show(request, user)
        response["HX-Trigger"] = "requests:acted"
        return response
    return SeeOther(reverse("desk:handovers"))


def show(
    request: HttpRequest, user: User, refusal: Refusal | None = None
) -> HttpResponse:
    """The queue as it is now, as a page or alone."""
    shown = Queue.of(user, at=timezone.now())
    context: dict[str, Any] = {
        "queue": shown,
        "now": shown.now,
        "place": "handovers",
        "refusal": refusal,
    }
    template = "desk/objection/_handovers.html"
    if not request.headers.get("HX-Request"):
        template = "desk/objection/handovers.html"
        context |= {
            "notices": outstanding(user),
            "popup": RETURN,
            "fields": RETURN.fresh(),
            "done": DONE,
            "done_fields": DONE.fresh(),
        }
    status = refusal.status if refusal else HTTPStatus.OK
    return render(request, template, context, status=status)
