"""What a colleague does with an inquiry: one address, one verb."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from helpdesk.answers import SeeOther
from helpdesk.desk.marks import marks_of
from helpdesk.desk.views.pages import opened, whole_page
from helpdesk.errors import REFUSALS, Refusal, refusal_of
from helpdesk.forms import AssignForm, ReplyForm, TokenField, WritingForm, slots, values
from helpdesk.signed_in import signed_in
from inquiries import services
from inquiries.models import Inquiry
from staff.models import User

SLOTS: Final = ("text", "files", "to")
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
    form = ReplyForm(request.POST, request.FILES)
    return do(
        request,
        user,
        number,
        lambda i, at: services.reply(i, by=user, at=at, **values(form)),
    )


@require_POST
@signed_in
def note(request: HttpRequest, user: User, number: str) -> HttpResponse:
    form = WritingForm(request.POST, request.FILES)
    return do(
        request,
        user,
        number,
        lambda i, at: services.write_note(i, by=user, at=at, **values(form)),
    )


@require_POST
@signed_in
def assign(request: HttpRequest, user: User, number: str) -> HttpResponse:
    form = AssignForm(request.POST)
    return do(
        request,
        user,
        number,
        lambda i, at: services.assign(i, by=user, at=at, **values(form)),
    )


@require_POST
@signed_in
def close(request: HttpRequest, user: User, number: str) -> HttpResponse:
    return do(request, user, number, lambda i, at: services.close(i, by=user, at=at))


@require_POST
@signed_in
def reopen(request: HttpRequest, user: User, number: str) -> HttpResponse:
    return do(request, user, number, lambda i, at: services.reopen(i, by=user, at=at))


def do(request: HttpRequest, user: User, number: str, act: Act) -> HttpResponse:
    """Take one step and show the conversation, or what stands against the step."""
    workspace = opened(number, user)
    try:
        act(workspace.inquiry, workspace.now)
    except REFUSALS as error:
        return refused(request, user, number, refusal_of(error))
    if request.headers.get("HX-Request"):
        return answer(request, user, number)
    return SeeOther(reverse("desk:inquiry", args=[number]))


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
        marks=marks_of(ReplyForm(request.POST), by=user),
    )


def answer(
    request: HttpRequest, user: User, number: str, refusal: Refusal | None = None
) -> HttpResponse:
    """The newest state of the conversation with every message slot, for htmx."""
    workspace = opened(number, user)
    status = refusal.status if refusal else HTTPStatus.OK
    context = {
        "workspace": workspace,
        "now": workspace.now,
        "slots": slots(refusal.fields if refusal else {}, *SLOTS),
    }
    response = render(request, "desk/_thread_answer.html", context, status=status)
    if status != HTTPStatus.UNPROCESSABLE_ENTITY:
        response["HX-Trigger"] = "desk:acted"
    return response
