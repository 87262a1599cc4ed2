"""What a colleague does with an inquiry: one address, one verb."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from helpdesk.assigning import AssignForm
from helpdesk.desk.views.pages import opened, whole_page
from helpdesk.errors import REFUSALS, Refusal, refusal_of
from helpdesk.signed_in import signed_in
from helpdesk.writing import TokenField, WritingForm, slots
from inquiries import services
from inquiries.models import Inquiry
from staff.models import User

Act = Callable[[Inquiry, datetime], object]


@require_POST
@signed_in
def take(request: HttpRequest, user: User, number: str) -> HttpResponse:
    return do(request, user, number, lambda i, at: services.take(i, by=user, at=at))


@require_POST
@signed_in
def greet(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """The greeting of IN-25; its token makes a second click harmless."""
    token = TokenField(required=False).clean(request.POST.get("client_token", ""))
    return do(
        request,
        user,
        number,
        lambda i, at: services.greet(i, by=user, at=at, client_token=token),
    )


@require_POST
@signed_in
def reply(request: HttpRequest, user: User, number: str) -> HttpResponse:
    form = WritingForm(request.POST, request.FILES)
    return do(
        request,
        user,
        number,
        lambda i, at: services.reply(i, by=user, at=at, **form.content()),
        form=form,
    )


@require_POST
@signed_in
def note(request: HttpRequest, user: User, number: str) -> HttpResponse:
    form = WritingForm(request.POST, request.FILES)
    return do(
        request,
        user,
        number,
        lambda i, at: services.write_note(i, by=user, at=at, **form.content()),
        form=form,
    )


@require_POST
@signed_in
def assign(request: HttpRequest, user: User, number: str) -> HttpResponse:
    form = AssignForm(request.POST)
    return do(
        request,
        user,
        number,
        lambda i, at: services.assign(i, by=user, at=at, to=form.cleaned_data["to"]),
        form=form,
    )


@require_POST
@signed_in
def close(request: HttpRequest, user: User, number: str) -> HttpResponse:
    return do(request, user, number, lambda i, at: services.close(i, by=user, at=at))


@require_POST
@signed_in
def reopen(request: HttpRequest, user: User, number: str) -> HttpResponse:
    return do(request, user, number, lambda i, at: services.reopen(i, by=user, at=at))


def do(
    request: HttpRequest,
    user: User,
    number: str,
    act: Act,
    *,
    form: WritingForm | AssignForm | None = None,
) -> HttpResponse:
    """Take one step and show the conversation, or what stands against the step."""
    workspace = opened(number, user)
    if form is not None and not form.is_valid():
        found = {
            name: [str(text) for text in texts] for name, texts in form.errors.items()
        }
        return refused(request, user, number, Refusal(422, found))
    try:
        act(workspace.inquiry, workspace.now)
    except REFUSALS as error:
        return refused(request, user, number, refusal_of(error))
    if request.headers.get("HX-Request"):
        return answer(request, user, number, Refusal(200, {}))
    response = HttpResponseRedirect(reverse("desk:inquiry", args=[number]))
    response.status_code = 303
    return response


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
        slots=slots(refusal.fields, "text", "files", "to"),
        written=request.POST,
    )


def answer(
    request: HttpRequest, user: User, number: str, refusal: Refusal
) -> HttpResponse:
    """The newest state of the conversation with every message slot, for htmx."""
    workspace = opened(number, user)
    context = {
        "workspace": workspace,
        "now": workspace.now,
        "slots": slots(refusal.fields, "text", "files", "to"),
    }
    response = render(
        request, "desk/_thread_answer.html", context, status=refusal.status
    )
    if refusal.status != HTTPStatus.UNPROCESSABLE_ENTITY:
        response["HX-Trigger"] = "desk:acted"
    return response
