"""A colleague takes an objection down, or makes one of a conversation (OB-31)."""

import uuid
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from helpdesk.answers import SeeOther
from helpdesk.desk.objection_forms import FactsForm, FilingForm
from helpdesk.desk.views.pages import opened
from helpdesk.desk.workspace import Workspace
from helpdesk.errors import REFUSALS, refusal_of
from helpdesk.forms import slots, values
from helpdesk.signed_in import signed_in
from objections import services
from objections.models import Objection
from staff.models import User
from tickets.models import Direction
from tickets.text import MESSAGE_MAX
from tickets.workflow import NotAllowed


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def file(request: HttpRequest, user: User) -> HttpResponse:
    """The form, and the taking down; afterwards the objection is open."""
    if not user.receives:
        raise NotAllowed("file")
    if request.method != "POST":
        place = request.session.get("objection_place", {"channel": "hotline"})
        form = FilingForm(initial={**place, "client_token": uuid.uuid4()})
        return filing_page(request, form)
    form = FilingForm(request.POST, request.FILES)
    try:
        given = values(form)
        objection = services.file(by=user, at=timezone.now(), **given)
    except REFUSALS as error:
        refusal = refusal_of(error)
        if refusal.sent_otherwise:
            form.renew_token()
        found = slots(refusal.fields, *form.slot_names)
        return filing_page(request, form, found=found, status=refusal.status)
    store = given["store"]
    request.session["objection_place"] = {
        "channel": given["channel"].code,
        "store": store.code if store else "",
    }
    return open_it(objection)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def convert(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """A conversation turns out to be an objection; it goes on there."""
    workspace = opened(number, user)
    if workspace.objection is not None:
        return open_it(workspace.objection)
    if request.method != "POST":
        if not workspace.can["convert"]:
            raise Http404
        return convert_page(request, workspace, FactsForm(initial=known(workspace)))
    form = FactsForm(request.POST)
    try:
        objection = services.convert(
            workspace.inquiry, by=user, at=workspace.now, **values(form)
        )
    except REFUSALS as error:
        refusal = refusal_of(error)
        if refusal.sent_otherwise:
            form.renew_token()
        return convert_page(
            request,
            workspace,
            form,
            found=slots(refusal.fields, *form.slot_names),
            status=refusal.status,
        )
    return open_it(objection)


def known(workspace: Workspace) -> dict[str, Any]:
    """What the conversation says already: the customer's words, the device chosen."""
    said = [
        line.message.text
        for line in workspace.lines
        if line.message.direction == Direction.IN and line.message.text
    ]
    devices = [choice.device.name for choice in workspace.choices]
    return {
        "client_token": uuid.uuid4(),
        "description": "\n".join(said)[:MESSAGE_MAX],
        "device_model": devices[-1] if devices else "",
    }


def open_it(objection: Objection) -> HttpResponse:
    return SeeOther(reverse("desk:objection", args=[objection.number]))


def filing_page(
    request: HttpRequest,
    form: FilingForm,
    *,
    found: dict[str, list[str]] | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    errors = found or {}
    context = {
        "form": form,
        "slots": errors,
        "groups": list(form.groups(errors)),
        "place": "objections",
    }
    return render(request, "desk/objection/file.html", context, status=status)


def convert_page(
    request: HttpRequest,
    workspace: Workspace,
    form: FactsForm,
    *,
    found: dict[str, list[str]] | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    errors = found or {}
    context = {
        "workspace": workspace,
        "now": workspace.now,
        "form": form,
        "slots": errors,
        "groups": list(form.groups(errors)),
        "place": "objections",
    }
    return render(request, "desk/objection/convert.html", context, status=status)
