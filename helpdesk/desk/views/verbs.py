"""What a colleague does with an inquiry: one address, one verb."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from helpdesk.answers import USED_UP, SeeOther
from helpdesk.desk.marks import marks_of
from helpdesk.desk.views.pages import found, opened, part, whole_page
from helpdesk.desk.workspace import Workspace
from helpdesk.errors import REFUSALS, Refusal, refusal_of
from helpdesk.forms import (
    AnsweredForm,
    AssignForm,
    AttemptForm,
    CheckingForm,
    ComplexForm,
    EmailForm,
    FinishForm,
    OutcomeForm,
    ReplyForm,
    RevealForm,
    TokenForm,
    TopicForm,
    WritingForm,
    slots,
    values,
)
from helpdesk.fragments import fragment
from helpdesk.signed_in import signed_in
from inquiries import services
from inquiries.models import Inquiry
from staff.models import User
from tickets.models import Message

# Where a field's messages stand: the name of the field, and the id of its form.
SLOTS: Final = {
    "text": "composer",
    "files": "composer",
    "plain_reason": "composer",
    "to": "assign-form",
    "surname": "checking-form",
    "phone": "checking-form",
    "question": "checking-form",
    "answer_by": "checking-form",
    "email": "contact-form",
    "obstacle": "missed-form",
    "outcome": "done-form",
    "way": "done-form",
    "intent": "finish-form",
    "other": "belong-form",
    "reason": "belong-form",
    "form": "composer",
}
NO_MESSAGES: Final = tuple(SLOTS.items())
Act = Callable[[Inquiry, datetime], object]


@require_POST
@signed_in
def take(request: HttpRequest, user: User, number: str) -> HttpResponse:
    return do(request, user, number, lambda i, at: services.take(i, by=user, at=at))


@require_POST
@signed_in
def greet(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """The greeting of IN-25; its token makes a second click harmless."""
    return fill(request, user, number, TokenForm(request.POST), services.greet)


@require_POST
@signed_in
def reply(request: HttpRequest, user: User, number: str) -> HttpResponse:
    form = ReplyForm(request.POST, request.FILES)
    return fill(request, user, number, form, services.reply)


@require_POST
@signed_in
def note(request: HttpRequest, user: User, number: str) -> HttpResponse:
    form = WritingForm(request.POST, request.FILES)
    return fill(request, user, number, form, services.write_note)


@require_POST
@signed_in
def assign(request: HttpRequest, user: User, number: str) -> HttpResponse:
    return fill(request, user, number, AssignForm(request.POST), services.assign)


@require_POST
@signed_in
def add_topic(request: HttpRequest, user: User, number: str) -> HttpResponse:
    return fill(request, user, number, TopicForm(request.POST), services.add_topic)


@require_POST
@signed_in
def remove_topic(request: HttpRequest, user: User, number: str) -> HttpResponse:
    return fill(request, user, number, TopicForm(request.POST), services.remove_topic)


@require_POST
@signed_in
def answer_topic(request: HttpRequest, user: User, number: str) -> HttpResponse:
    return fill(
        request, user, number, AnsweredForm(request.POST), services.answer_topic
    )


@require_POST
@signed_in
def mark_complex(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """Whether a topic has to be explained in steps (IN-07)."""
    return fill(request, user, number, ComplexForm(request.POST), services.mark_complex)


@require_POST
@signed_in
def question_clear(request: HttpRequest, user: User, number: str) -> HttpResponse:
    return do(
        request,
        user,
        number,
        lambda i, at: services.mark_question_clear(i, by=user, at=at),
    )


@require_POST
@signed_in
def needs_checking(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """The notice of IN-27 and the callback that it promises."""
    form = CheckingForm(request.POST)
    return fill(request, user, number, form, services.announce_checking)


@require_POST
@signed_in
def not_reached(request: HttpRequest, user: User, number: str) -> HttpResponse:
    form = AttemptForm(request.POST)
    return fill(request, user, number, form, services.log_callback_attempt)


@require_POST
@signed_in
def called_back(request: HttpRequest, user: User, number: str) -> HttpResponse:
    form = OutcomeForm(request.POST)
    return fill(request, user, number, form, services.finish_callback)


@require_POST
@signed_in
def note_email(request: HttpRequest, user: User, number: str) -> HttpResponse:
    return fill(request, user, number, EmailForm(request.POST), services.note_email)


@require_POST
@signed_in
def withdraw_consent(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """The customer told us that they want no more messages."""
    return do(
        request,
        user,
        number,
        lambda i, at: services.withdraw_consent(i, by=user, at=at),
    )


@require_POST
@never_cache
@signed_in
def reveal(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """The full number, in this one answer and nowhere else (IN-29)."""
    return revealed(request, user, number, services.reveal_contact, "_number")


@require_POST
@never_cache
@signed_in
def reveal_email(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """The whole address, in this one answer and nowhere else (IN-29)."""
    return revealed(request, user, number, services.reveal_email, "_address")


def revealed(
    request: HttpRequest,
    user: User,
    number: str,
    verb: Callable[..., str],
    template: str,
) -> HttpResponse:
    """What a verb reveals for the reason in the form, or why it does not."""
    workspace = opened(number, user)
    try:
        shown = verb(
            workspace.inquiry,
            by=user,
            at=workspace.now,
            **values(RevealForm(request.POST)),
        )
    except REFUSALS as error:
        refusal = refusal_of(error)
        return part(
            request, template, workspace, refusal=refusal, status=refusal.status
        )
    return part(request, template, workspace, shown=shown)


@require_POST
@signed_in
def closing_question(request: HttpRequest, user: User, number: str) -> HttpResponse:
    form = TokenForm(request.POST)
    return fill(request, user, number, form, services.ask_closing_question)


@require_POST
@signed_in
def customer_left(request: HttpRequest, user: User, number: str) -> HttpResponse:
    return do(
        request,
        user,
        number,
        lambda i, at: services.note_customer_left(i, by=user, at=at),
    )


@require_POST
@signed_in
def close(request: HttpRequest, user: User, number: str) -> HttpResponse:
    return fill(request, user, number, FinishForm(request.POST), services.close)


@require_POST
@signed_in
def abandon(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """The customer left before an answer."""
    return do(request, user, number, lambda i, at: services.abandon(i, by=user, at=at))


@require_POST
@signed_in
def reopen(request: HttpRequest, user: User, number: str) -> HttpResponse:
    return do(request, user, number, lambda i, at: services.reopen(i, by=user, at=at))


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
        lambda inquiry, at: verb(inquiry, by=user, at=at, **values(form)),
    )


def do(
    request: HttpRequest, user: User, number: str, act: Act, *, here: str = ""
) -> HttpResponse:
    """Take one step and show the conversation, or what stands against the step.

    `here` is the address of a step that has no form of its own in which the phrase
    guard could be answered.
    """
    inquiry, at = found(number, user), timezone.now()
    try:
        done = act(inquiry, at)
    except REFUSALS as error:
        return refused(request, user, number, refusal_of(error), here=here)
    if request.headers.get("HX-Request"):
        workspace = opened(number, user)
        new = only_what_is_new(request, inquiry, workspace, done, at=at)
        return answer(request, new)
    return SeeOther(reverse("desk:inquiry", args=[number]))


def refused(
    request: HttpRequest, user: User, number: str, refusal: Refusal, *, here: str = ""
) -> HttpResponse:
    """Messages beside the fields; nothing that was typed is lost."""
    if request.headers.get("HX-Request"):
        return answer(request, opened(number, user), refusal, here=here)
    return whole_page(
        request,
        user,
        opened(number, user),
        status=refusal.status,
        slots=slots(refusal.fields, *SLOTS),
        permit=refusal.permit,
        permit_act=here,
        written=request.POST,
        token_used=refusal.sent_otherwise,
        marks=marks_of(ReplyForm(request.POST), by=user),
    )


def only_what_is_new(
    request: HttpRequest,
    before: Inquiry,
    workspace: Workspace,
    done: object,
    *,
    at: datetime,
) -> Workspace:
    """The same; only what was just said, if the window shows all that was said before.

    That holds if it was rendered after the last event before this step (`seen`), if
    nobody spoke between the look at the inquiry and the step, and if no other inquiry
    is merged into this one, which counts its words by itself.
    """
    if not isinstance(done, Message) or done.sent_at != at or request.FILES:
        return workspace
    caught_up = request.POST.get("seen") == str(before.event_count)
    alone = workspace.inquiry.message_count == before.message_count + 1
    if not (caught_up and alone):
        return workspace
    new = replace(workspace, said=done)
    return workspace if new.around.merged else new


def answer(
    request: HttpRequest,
    workspace: Workspace,
    refusal: Refusal | None = None,
    *,
    here: str = "",
) -> HttpResponse:
    """The newest state of the conversation with every message slot, for htmx."""
    status = refusal.status if refusal else HTTPStatus.OK
    messages = slots(refusal.fields, *SLOTS) if refusal else {}
    context: dict[str, Any] = {
        "workspace": workspace,
        "now": workspace.now,
        "empty_slots": ""
        if refusal
        else fragment("desk/_empty_slots.html", NO_MESSAGES),
        "slots": [(name, SLOTS[name], texts) for name, texts in messages.items()],
        "permit": refusal.permit if refusal else None,
        "permit_act": here,
    }
    response = render(request, "desk/_thread_answer.html", context, status=status)
    if refusal and refusal.sent_otherwise:
        # What was typed stays, to be sent anew under another token.
        response["HX-Trigger"] = USED_UP
    elif status != HTTPStatus.UNPROCESSABLE_ENTITY:
        response["HX-Trigger"] = "desk:acted"
    return response
