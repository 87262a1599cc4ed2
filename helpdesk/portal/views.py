"""The customers' door: ask, talk, come back by link. No account anywhere."""

import uuid
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import slug_re
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
    require_safe,
)
from django.views.decorators.vary import vary_on_headers

from customers import sms
from helpdesk import reach, stores
from helpdesk.answers import USED_UP, SeeOther, file_of
from helpdesk.errors import refusal_of
from helpdesk.forms import EmailForm, FaultForm, WritingForm, slots, values
from helpdesk.portal import sight
from helpdesk.portal.catalogue import question_about
from helpdesk.portal.forms import AskForm, ChoiceForm
from helpdesk.portal.remembered import held, remember
from helpdesk.portal.thread import Thread
from helpdesk.throttle import throttled
from inquiries import services
from inquiries.links import inquiry_of, thread_path
from inquiries.merged import place_of_writing, read_by_customer
from inquiries.models import Comparison, Inquiry, Topic
from objections.models import Objection
from rows.questions import Question
from sla.models import Metric
from sla.services import rules
from tickets.models import Attachment, Channel, Store
from tickets.workflow import IllegalStep, SentOtherwise

CHANNEL: Final = "web_chat"

_CHANNEL: Final = Question(lambda: Channel.objects.filter(code=CHANNEL))


def found(token: str) -> Inquiry:
    """The inquiry behind a customer's link; a stranger's link is a 404."""
    try:
        return inquiry_of(token)
    except Inquiry.DoesNotExist as error:
        raise Http404 from error


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What we promise, and the ways in."""
    at = timezone.now()
    numbers = list(held(request))
    context = {
        "now": at,
        "target": rules.in_force(Metric.FIRST_REPLY, at=at),
        "channels": Channel.objects.in_use(),
        "cases": Objection.objects.filter(number__in=sight.seen(request)).order_by(
            "-created_at"
        ),
        "threads": Inquiry.objects.filter(number__in=numbers).order_by("-created_at"),
    }
    return render(request, "portal/home.html", context)


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What we do with what a customer tells us."""
    context = {"sends_codes": sms.is_set_up()}
    return render(request, "portal/privacy.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@throttled("ask", "5/10s", "60/h")
@never_cache
@vary_on_headers("HX-Request")
def ask(request: HttpRequest) -> HttpResponse:
    """The form, and the asking."""
    if request.method == "POST":
        return send_question(request)
    topic = request.GET.get("topic", "")
    initial = {
        "topic": topic if topic in Topic.values else "",
        "text": question_about(request.GET),
        "client_token": uuid.uuid4(),
    }
    form = AskForm(initial=initial)
    return ask_page(request, form)


def send_question(request: HttpRequest) -> HttpResponse:
    """Open the inquiry and go to its thread, or say what is wrong."""
    form = AskForm(request.POST, request.FILES)
    if form.is_valid():
        channel = _CHANNEL.get()
        try:
            inquiry = services.ask(
                channel=channel, at=timezone.now(), **form.cleaned_data
            )
        except ValidationError as error:
            form.refuse(error)
        except SentOtherwise as error:
            return asked_otherwise(request, form, error)
        else:
            response = go(request, thread_path(inquiry))
            remember(request, response, inquiry)
            return response
    if request.headers.get("HX-Request"):
        return errors_only(request, form, form_id="ask")
    return ask_page(request, form, status=422)


def asked_otherwise(
    request: HttpRequest, form: AskForm, error: SentOtherwise
) -> HttpResponse:
    """Other words than those that have been sent: they stay, to be sent as well."""
    form.add_error(None, str(error))
    if request.headers.get("HX-Request"):
        return errors_only(request, form, form_id="ask", status=409)
    form.renew_token()
    return ask_page(request, form, status=409)


def ask_page(request: HttpRequest, form: AskForm, status: int = 200) -> HttpResponse:
    """The whole page of the question."""
    at = timezone.now()
    context = {
        "form": form,
        "slots": form.slots() if form.is_bound else {},
        "mail": settings.MAIL_CONFIGURED,
        "target": rules.in_force(Metric.FIRST_REPLY, at=at),
        **scanned(request, at=at),
    }
    return render(request, "portal/ask.html", context, status=status)


def scanned(request: HttpRequest, *, at: datetime) -> dict[str, Any]:
    """The store whose poster led here, open or closed, and its emergency contact."""
    code = request.GET.get("store", "")
    if not slug_re.match(code):
        return {}
    found = Store.objects.in_use().filter(code=code).first()
    if found is None:
        return {}
    of_store = stores.shown(found, at=at)
    return {"of_store": of_store, "emergency": reach.emergency_text()}


@require_safe
@never_cache
@vary_on_headers("HX-Request")
def thread(request: HttpRequest, token: str) -> HttpResponse:
    """The conversation; htmx gets its fragment alone."""
    inquiry = found(token)
    place, is_shown = place_of_writing(inquiry, held=held(request))
    if is_shown and place != inquiry:
        return go(request, thread_path(place))
    shown = seen(request, inquiry, at=timezone.now())
    return thread_page(request, shown, WritingForm())


@require_POST
@throttled("write", "10/10s", "600/h")
@never_cache
def write(request: HttpRequest, token: str) -> HttpResponse:
    """Add to the conversation."""
    at = timezone.now()
    inquiry = found(token)
    form = WritingForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            services.customer_writes(inquiry, at=at, **form.cleaned_data)
        except ValidationError as error:
            form.refuse(error)
        except IllegalStep as error:
            return refused(request, token, error, form)
        else:
            return after_writing(request, token)
    if request.headers.get("HX-Request"):
        return errors_only(request, form, form_id="composer")
    return thread_page(request, seen(request, found(token), at=at), form, status=422)


def after_writing(request: HttpRequest, token: str) -> HttpResponse:
    """The thread with the new message in it."""
    inquiry = found(token)
    place, is_shown = place_of_writing(inquiry, held=held(request))
    if not request.headers.get("HX-Request") or (is_shown and place != inquiry):
        return go(request, thread_path(place if is_shown else inquiry))
    return thread_page(
        request,
        seen(request, inquiry, at=timezone.now()),
        WritingForm(),
    )


def refused(
    request: HttpRequest, token: str, error: IllegalStep, form: WritingForm
) -> HttpResponse:
    """The thread as it stands, why the step is not possible, and all that was typed."""
    form.add_error(None, str(error))
    shown = seen(request, found(token), at=timezone.now())
    again = isinstance(error, SentOtherwise)
    response = thread_page(request, shown, form, status=409, token_used=again)
    if again:
        response["HX-Trigger"] = USED_UP
    return response


@require_POST
@throttled("write", "10/10s", "600/h")
@never_cache
def fault(request: HttpRequest, token: str) -> HttpResponse:
    """Report a device that does not work (IN-49)."""
    at = timezone.now()
    inquiry = found(token)
    form = FaultForm(request.POST)
    try:
        services.report_fault(inquiry, by=None, at=at, **values(form))
    except (ValidationError, IllegalStep) as error:
        refusal = refusal_of(error)
        wrong = slots(refusal.fields, *form.names)
        if refusal.sent_otherwise:
            form.renew_token()
        shown = seen(request, found(token), at=at)
        return thread_page(
            request,
            shown,
            WritingForm(),
            status=refusal.status,
            fault_form=form,
            fault_slots=wrong,
        )
    return go(request, reverse("portal:thread", args=[token]))


@require_POST
@throttled("write", "10/10s", "600/h")
@never_cache
def agree(request: HttpRequest, token: str) -> HttpResponse:
    """The customer lets us write after the end, by mail too with an address (IN-54)."""
    at = timezone.now()
    form = EmailForm(request.POST)
    try:
        services.agree(found(token), at=at, **values(form))
    except (ValidationError, IllegalStep) as error:
        refusal = refusal_of(error)
        shown = seen(request, found(token), at=at)
        return thread_page(
            request,
            shown,
            WritingForm(),
            status=refusal.status,
            contact_slots=slots(refusal.fields, "email"),
        )
    return go(request, f"{reverse('portal:thread', args=[token])}#contact")


@require_POST
@throttled("write", "10/10s", "600/h")
@never_cache
def no_more(request: HttpRequest, token: str) -> HttpResponse:
    """The customer wants no more messages."""
    services.withdraw_consent(found(token), by=None, at=timezone.now())
    return go(request, f"{reverse('portal:thread', args=[token])}#contact")


def thread_page(
    request: HttpRequest,
    shown: Thread,
    form: WritingForm,
    status: int = 200,
    *,
    fault_form: FaultForm | None = None,
    fault_slots: dict[str, list[str]] | None = None,
    token_used: bool = False,
    contact_slots: dict[str, list[str]] | None = None,
) -> HttpResponse:
    """The page or, for htmx, the fragment; with the messages of a refused form."""
    report = fault_form or FaultForm(initial={"client_token": uuid.uuid4()})
    fragment = bool(request.headers.get("HX-Request"))
    context = {
        "thread": shown,
        "now": shown.now,
        "form": form,
        "slots": form.slots() if form.is_bound else {},
        "fresh_token": uuid.uuid4(),
        "token_used": token_used,
        "fragment": fragment,
        "fault_form": report,
        "fault_fields": report.rows(fault_slots or {}),
        "fault_slots": fault_slots,
        "contact_slots": contact_slots,
        "mail": settings.MAIL_CONFIGURED,
        "written": request.POST,
    }
    template = "portal/_thread_answer.html" if fragment else "portal/thread.html"
    return render(request, template, context, status=status)


@require_POST
@throttled("write", "10/10s", "600/h")
@never_cache
def add_topic(request: HttpRequest, token: str) -> HttpResponse:
    """One more thing that the customer wants to know: a button of IN-26."""
    at = timezone.now()
    topic = request.POST.get("topic", "")
    form = WritingForm({})
    try:
        services.add_topic(found(token), topic=topic, by=None, at=at)
    except IllegalStep as error:
        return refused(request, token, error, form)
    except ValidationError as error:
        form.refuse(error)
        return thread_page(
            request,
            seen(request, found(token), at=at),
            form,
            status=422,
        )
    return after_writing(request, token)


@require_POST
@throttled("write", "10/10s", "600/h")
@never_cache
def choose(request: HttpRequest, token: str) -> HttpResponse:
    """The customer chooses one of the devices that were compared (IN-35)."""
    inquiry = found(token)
    form = ChoiceForm(request.POST)
    form.is_valid()
    comparison = get_object_or_404(
        Comparison,
        pk=form.cleaned_data.get("comparison"),
        selection__inquiry=inquiry,
    )
    try:
        services.choose_device(
            inquiry,
            comparison=comparison,
            code=form.cleaned_data.get("code", ""),
            at=timezone.now(),
        )
    except IllegalStep as error:
        return refused(request, token, error, WritingForm({}))
    return after_writing(request, token)


@require_POST
@throttled("write", "10/10s", "600/h")
@never_cache
def leave(request: HttpRequest, token: str) -> HttpResponse:
    """No answer is needed any more."""
    try:
        services.leave(found(token), at=timezone.now())
    except IllegalStep as error:
        return refused(request, token, error, WritingForm({}))
    return after_writing(request, token)


@require_POST
@throttled("write", "10/10s", "600/h")
@never_cache
def reopen(request: HttpRequest, token: str) -> HttpResponse:
    """Take up a finished conversation again, within its window."""
    at = timezone.now()
    inquiry = found(token)
    try:
        services.reopen(inquiry, by=None, at=at)
    except IllegalStep as error:
        return refused(request, token, error, WritingForm({}))
    return after_writing(request, token)


@require_GET
def file(request: HttpRequest, token: str, public_id: uuid.UUID) -> HttpResponseBase:
    """An attachment of this conversation; what is in a note is not in it."""
    shown = read_by_customer(found(token), held=held(request))
    files = Attachment.objects.filter(message__in=shown.order_by())
    return file_of(request, get_object_or_404(files, public_id=public_id))


def go(request: HttpRequest, path: str) -> HttpResponse:
    """303 for a browser; htmx is told to go there itself."""
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": path})
    return SeeOther(path)


def errors_only(
    request: HttpRequest, form: WritingForm, *, form_id: str, status: int = 422
) -> HttpResponse:
    """The messages beside the fields; what was typed stays as it is in the page.

    A 409 says that the form's client token is used up.
    """
    context = {"slots": form.slots(), "form_id": form_id}
    response = render(request, "components/error_slots.html", context, status=status)
    response["HX-Reswap"] = "none"
    if status == HTTPStatus.CONFLICT:
        response["HX-Trigger"] = USED_UP
    return response


def seen(request: HttpRequest, inquiry: Inquiry, *, at: datetime) -> Thread:
    """The conversation as this browser may see it."""
    return Thread.of(inquiry, held=held(request), at=at)
