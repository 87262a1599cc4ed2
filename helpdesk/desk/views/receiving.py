"""A colleague takes down the question of a customer who stands there (IN-13)."""

import uuid
from http import HTTPStatus

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from helpdesk.answers import SeeOther
from helpdesk.desk.forms import STORE_DESK, ReceiveForm
from helpdesk.signed_in import signed_in
from inquiries import services
from staff.models import User
from tickets.workflow import NotAllowed, SentOtherwise


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def receive(request: HttpRequest, user: User) -> HttpResponse:
    """The form, and the taking down; afterwards the inquiry is open."""
    if not user.receives:
        raise NotAllowed("ask")
    if request.method != "POST":
        place = request.session.get("place", {"channel": STORE_DESK})
        form = ReceiveForm(initial={**place, "client_token": uuid.uuid4()})
        return form_page(request, form)
    form = ReceiveForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            inquiry = services.ask(by=user, at=timezone.now(), **form.cleaned_data)
        except ValidationError as error:
            form.refuse(error)
        except SentOtherwise as error:
            form.add_error(None, str(error))
            form.renew_token()
            return form_page(request, form, status=HTTPStatus.CONFLICT)
        else:
            remember_place(request, form)
            return SeeOther(reverse("desk:inquiry", args=[inquiry.number]))
    return form_page(request, form)


def remember_place(request: HttpRequest, form: ReceiveForm) -> None:
    """Whoever stands at a desk stands there for the next customer too."""
    given = form.cleaned_data
    store = given["store"]
    request.session["place"] = {
        "channel": given["channel"].code,
        "store": store.code if store else "",
    }


def form_page(
    request: HttpRequest, form: ReceiveForm, *, status: int = HTTPStatus.OK
) -> HttpResponse:
    context = {
        "form": form,
        "slots": form.slots() if form.is_bound else {},
        "place": "receive",
    }
    if form.errors and status == HTTPStatus.OK:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "desk/receive.html", context, status=status)
