"""Forms of the open inquiry that ask others or explain: one address, one verb."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from helpdesk.answers import SeeOther
from helpdesk.desk.askings import ASKINGS, Asking
from helpdesk.desk.request_forms import UnderstoodForm
from helpdesk.desk.views.pages import opened
from helpdesk.desk.views.verbs import do
from helpdesk.desk.workspace import Workspace
from helpdesk.errors import REFUSALS, Refusal, refusal_of
from helpdesk.forms import PlainForm, slots, values
from helpdesk.signed_in import signed_in
from inquiries import services
from staff.models import User


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@vary_on_headers("HX-Request")
@signed_in
def asking(request: HttpRequest, user: User, number: str, name: str) -> HttpResponse:
    """The form, alone for its popup or as a page; or the step that it carries."""
    workspace = opened(number, user)
    kind = ASKINGS[name]
    if request.method == "POST":
        return take(request, workspace, kind)
    if not workspace.can[kind.step]:
        raise Http404
    form = kind.form_for(initial={"client_token": uuid.uuid4()}, at=workspace.now)
    return show(request, workspace, kind, form)


@require_POST
@signed_in
def understood(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """What the customer answered to "is all clear?" (IN-43)."""
    form = UnderstoodForm(request.POST)
    return do(
        request,
        user,
        number,
        lambda i, at: services.note_understanding(i, by=user, at=at, **values(form)),
    )


def take(request: HttpRequest, workspace: Workspace, kind: Asking) -> HttpResponse:
    """Call the verb, then show the conversation, or what stands against it."""
    form = kind.form_for(request.POST, at=workspace.now)
    try:
        kind.verb(
            workspace.inquiry, by=workspace.user, at=workspace.now, **values(form)
        )
    except REFUSALS as error:
        return refused(request, workspace, kind, form, refusal_of(error))
    number = workspace.inquiry.number
    if not request.headers.get("HX-Request"):
        return SeeOther(reverse("desk:inquiry", args=[number]))
    fresh = opened(number, workspace.user)
    context = {"workspace": fresh, "now": fresh.now, "asking": kind, "fresh": True}
    response = render(request, "desk/_asking_answer.html", context)
    response["HX-Trigger"] = "desk:acted"
    return response


def refused(
    request: HttpRequest,
    workspace: Workspace,
    kind: Asking,
    form: PlainForm,
    refusal: Refusal,
) -> HttpResponse:
    """The messages beside the fields; what was typed stays."""
    found = slots(refusal.fields, *form.slot_names)
    if request.headers.get("HX-Request"):
        response = render(
            request,
            "desk/_slots.html",
            {
                "slots": found,
                "prefix": form.slots,
                "token": uuid.uuid4() if refusal.sent_otherwise else None,
                "token_id": form["client_token"].id_for_label,
            },
            status=refusal.status,
        )
        response["HX-Reswap"] = "none"
        response["HX-Trigger"] = "desk:refused"
        return response
    if refusal.sent_otherwise:
        form.renew_token()
    return show(request, workspace, kind, form, found=found, status=refusal.status)


def show(
    request: HttpRequest,
    workspace: Workspace,
    kind: Asking,
    form: PlainForm,
    *,
    found: dict[str, list[str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The form alone for htmx, else as a page."""
    errors = found or {}
    context = {
        "workspace": workspace,
        "now": workspace.now,
        "asking": kind,
        "form": form,
        "fields": form.rows(errors),
        "slots": errors,
        "place": "desk",
    }
    alone = bool(request.headers.get("HX-Request"))
    template = "desk/_asking_form.html" if alone else "desk/asking.html"
    return render(request, template, context, status=status)
