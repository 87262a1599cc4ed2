"""An open objection: its page, its fragments, and one address for each verb."""

import uuid
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)
from django.views.decorators.vary import vary_on_headers

from helpdesk.answers import USED_UP, SeeOther
from helpdesk.desk.act import Act
from helpdesk.desk.marks import marks_of
from helpdesk.desk.objection import ObjectionWorkspace
from helpdesk.desk.objection_acts import ACTS
from helpdesk.desk.objection_forms import DepartmentForm
from helpdesk.desk.views.belonging import other_ticket
from helpdesk.desk.views.pages import whole_page
from helpdesk.errors import REFUSALS, Permit, Refusal, refusal_of
from helpdesk.forms import (
    AssignForm,
    OtherForm,
    PlainForm,
    ReplyForm,
    RevealForm,
    TokenForm,
    WritingForm,
    slots,
    values,
)
from helpdesk.signed_in import signed_in
from objections import services
from objections.models import Objection
from objections.services.departments import handoff_for
from objections.workflow import Step
from staff.models import User
from tickets.services import links

# Where a field's messages stand: the name of the field, and the id of its form.
SLOTS: Final = {
    "text": "composer",
    "files": "composer",
    "to": "assign-form",
    "other": "belong-form",
    "form": "composer",
}
# What an address can say a form is about: a kind of evidence, an action, a complaint.
ABOUT: Final = frozenset({"kind", "number"})
Deed = Callable[[Objection, datetime], object]


def opened(number: str, user: User) -> ObjectionWorkspace:
    """The workspace of an objection; what one may not see is a 404."""
    try:
        return ObjectionWorkspace.of(number, user=user, at=timezone.now())
    except Objection.DoesNotExist as error:
        raise Http404 from error


@require_safe
@never_cache
@vary_on_headers("HX-Request")
@signed_in
def objection(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """An open objection: beside the list, or alone for the page that has the list."""
    workspace = opened(number, user)
    if request.headers.get("HX-Request"):
        return part(request, "_workspace", workspace, fresh_token=uuid.uuid4())
    return whole_page(request, user, workspace)


@require_safe
@never_cache
@signed_in
def thread(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """The conversation alone; what is being written stays untouched."""
    return HttpResponse(opened(number, user).thread)


@require_safe
@never_cache
@signed_in
def context(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """The handling form, departments, clocks and history alone."""
    return part(request, "_context", opened(number, user))


@require_safe
@never_cache
@signed_in
def clocks(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """Form, clocks and history as a page, for screens without room beside it."""
    workspace = opened(number, user)
    context = {"workspace": workspace, "now": workspace.now, "place": "objections"}
    return render(request, "desk/objection/about.html", context)


@require_POST
@signed_in
def take(request: HttpRequest, user: User, number: str) -> HttpResponse:
    return do(request, user, number, lambda o, at: services.take(o, by=user, at=at))


@require_POST
@signed_in
def assign(request: HttpRequest, user: User, number: str) -> HttpResponse:
    return fill(request, user, number, AssignForm(request.POST), services.assign)


@require_POST
@signed_in
def reply(request: HttpRequest, user: User, number: str) -> HttpResponse:
    form = ReplyForm(request.POST, request.FILES)

    def send(objection: Objection, at: datetime) -> object:
        given = values(form)
        for name in ("answers", "plain_reason"):  # an objection has no topics
            given.pop(name, None)
        return services.reply(objection, by=user, at=at, **given)

    return do(request, user, number, send)


@require_POST
@signed_in
def note(request: HttpRequest, user: User, number: str) -> HttpResponse:
    form = WritingForm(request.POST, request.FILES)
    return fill(request, user, number, form, services.write_note)


@require_POST
@signed_in
def acknowledge(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """The customer knows that somebody has read it (OB-36)."""
    form = TokenForm(request.POST)
    return fill(request, user, number, form, services.acknowledge)


@require_POST
@signed_in
def record(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """The complete form is on record, and the customer knows the number (OB-43)."""
    return fill(request, user, number, TokenForm(request.POST), services.record)


@require_POST
@signed_in
def accept(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """A department takes on the investigation (OB-46)."""
    form = DepartmentForm(request.POST)

    def take_on(objection: Objection, at: datetime) -> object:
        code = values(form)["department"]
        handoff = handoff_for(objection, code, Step.ACCEPT, by=user)
        return services.accept(handoff, by=user, at=at)

    return do(request, user, number, take_on)


@require_POST
@signed_in
def conversations(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """Keep what was said with the customer as frozen copies (OB-49)."""
    return do(
        request,
        user,
        number,
        lambda o, at: services.attach_conversations(o, by=user, at=at),
    )


@require_POST
@signed_in
def go_on(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """Investigate on without the customer's material."""
    return do(request, user, number, lambda o, at: services.go_on(o, by=user, at=at))


@require_POST
@signed_in
def link(request: HttpRequest, user: User, number: str) -> HttpResponse:
    form = OtherForm(request.POST)
    return do(
        request,
        user,
        number,
        lambda o, at: links.link(o, to=other_ticket(form, user), by=user, at=at),
    )


@require_POST
@signed_in
def unlink(request: HttpRequest, user: User, number: str) -> HttpResponse:
    form = OtherForm(request.POST)
    return do(
        request,
        user,
        number,
        lambda o, at: links.unlink(o, to=other_ticket(form, user), by=user, at=at),
    )


@require_POST
@never_cache
@signed_in
def reveal(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """The full number, in this one answer and nowhere else (IN-29)."""
    workspace = opened(number, user)
    try:
        shown = services.reveal_contact(
            workspace.objection,
            by=user,
            at=workspace.now,
            **values(RevealForm(request.POST)),
        )
    except REFUSALS as error:
        refusal = refusal_of(error)
        context: dict[str, Any] = {"workspace": workspace, "refusal": refusal}
        return render(request, "desk/_number.html", context, status=refusal.status)
    context = {"workspace": workspace, "shown": shown}
    return render(request, "desk/_number.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@vary_on_headers("HX-Request")
@signed_in
def act(request: HttpRequest, user: User, number: str, name: str) -> HttpResponse:
    """The form, alone for its popup or as a page; or the step that it carries."""
    workspace = opened(number, user)
    kind = ACTS[name]
    if request.method == "POST":
        return take_step(request, workspace, kind)
    if not workspace.can[kind.step]:
        raise Http404
    form = kind.form_for(workspace)
    for about in ABOUT & request.GET.keys():
        form.initial[about] = request.GET[about]
    return show_form(request, workspace, kind, form)


def take_step(
    request: HttpRequest, workspace: ObjectionWorkspace, kind: Act
) -> HttpResponse:
    """Call the verb, then show the conversation, or what stands against it."""
    form = kind.form_for(workspace, request.POST, request.FILES)
    try:
        kind.verb(workspace, values(form))
    except REFUSALS as error:
        return form_refused(request, workspace, kind, form, refusal_of(error))
    number = workspace.objection.number
    if not request.headers.get("HX-Request"):
        return SeeOther(reverse("desk:objection", args=[number]))
    fresh = opened(number, workspace.user)
    context = {"workspace": fresh, "now": fresh.now, "act": kind, "fresh": True}
    response = render(request, "desk/objection/_act_answer.html", context)
    response["HX-Trigger"] = "desk:acted"
    return response


def form_refused(
    request: HttpRequest,
    workspace: ObjectionWorkspace,
    kind: Act,
    form: PlainForm,
    refusal: Refusal,
) -> HttpResponse:
    """The messages beside the fields; what was typed stays."""
    found = slots(refusal.fields, *form.slot_names)
    if request.headers.get("HX-Request"):
        response = render(
            request,
            "desk/_slots.html",
            {"slots": found, "prefix": form.slots, "permit": refusal.permit},
            status=refusal.status,
        )
        response["HX-Reswap"] = "none"
        response["HX-Trigger"] = "desk:refused"
        return response
    return show_form(
        request,
        workspace,
        kind,
        form,
        found=found,
        status=refusal.status,
        permit=refusal.permit,
    )


def show_form(
    request: HttpRequest,
    workspace: ObjectionWorkspace,
    kind: Act,
    form: PlainForm,
    *,
    found: dict[str, list[str]] | None = None,
    status: int = 200,
    permit: Permit | None = None,
) -> HttpResponse:
    """The form alone for htmx, else as a page."""
    errors = found or {}
    context: dict[str, Any] = {
        "workspace": workspace,
        "now": workspace.now,
        "act": kind,
        "form": form,
        "fields": form.rows(errors),
        "slots": errors,
        "permit": permit,
        "place": "objections",
    }
    if hasattr(form, "groups"):
        context["groups"] = list(form.groups(errors))
    alone = bool(request.headers.get("HX-Request"))
    template = "_act_form" if alone else "act"
    return render(request, f"desk/objection/{template}.html", context, status=status)


def fill(
    request: HttpRequest,
    user: User,
    number: str,
    form: forms.Form,
    verb: Callable[..., object],
) -> HttpResponse:
    """Take a step with what a form carries."""
    return do(
        request,
        user,
        number,
        lambda objection, at: verb(objection, by=user, at=at, **values(form)),
    )


def do(request: HttpRequest, user: User, number: str, deed: Deed) -> HttpResponse:
    """Take one step and show the conversation, or what stands against the step."""
    workspace = opened(number, user)
    try:
        deed(workspace.objection, workspace.now)
    except REFUSALS as error:
        return refused(request, user, number, refusal_of(error))
    if request.headers.get("HX-Request"):
        return answer(request, user, number)
    return SeeOther(reverse("desk:objection", args=[number]))


def refused(
    request: HttpRequest, user: User, number: str, refusal: Refusal
) -> HttpResponse:
    """Messages beside the fields; nothing that was typed is lost."""
    if request.headers.get("HX-Request"):
        return answer(request, user, number, refusal)
    return whole_page(
        request,
        user,
        opened(number, user),
        status=refusal.status,
        slots=slots(refusal.fields, *SLOTS),
        written=request.POST,
        token_used=refusal.sent_otherwise,
        marks=marks_of(ReplyForm(request.POST), by=user),
    )


def answer(
    request: HttpRequest, user: User, number: str, refusal: Refusal | None = None
) -> HttpResponse:
    """The newest state of the conversation with every message slot, for htmx."""
    workspace = opened(number, user)
    status = refusal.status if refusal else HTTPStatus.OK
    messages = slots(refusal.fields if refusal else {}, *SLOTS)
    found = [(name, SLOTS[name], texts) for name, texts in messages.items()]
    response = part(request, "_thread_answer", workspace, status=status, slots=found)
    if refusal and refusal.sent_otherwise:
        # What was typed stays, to be sent anew under another token.
        response["HX-Trigger"] = USED_UP
    elif status != HTTPStatus.UNPROCESSABLE_ENTITY:
        response["HX-Trigger"] = "desk:acted"
    return response


def part(
    request: HttpRequest,
    name: str,
    workspace: ObjectionWorkspace,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """One fragment of the open objection."""
    context = {"workspace": workspace, "now": workspace.now, **more}
    return render(request, f"desk/objection/{name}.html", context, status=status)
