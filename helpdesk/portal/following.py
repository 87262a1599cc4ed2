"""Following a case: by number and last four digits, by link, or after filing it."""

import re
import uuid
from http import HTTPStatus
from typing import Final

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
    require_safe,
)
from django.views.decorators.vary import vary_on_headers

from helpdesk.answers import SeeOther, file_of, kept_file
from helpdesk.forms import WritingForm
from helpdesk.portal import guessing, sight
from helpdesk.portal.case import Case
from helpdesk.portal.settlement import Tried
from helpdesk.throttle import throttled, too_many
from inquiries.links import thread_path
from inquiries.models import Inquiry
from objections import services
from objections.links import objection_of
from objections.models import FormDocument, Objection
from tickets.models import Attachment, Direction, Kind, Ticket
from tickets.workflow import IllegalStep

NUMBER: Final = re.compile(r"(OB|IN)\d{8}[0-9A-Z]{6}")
TAIL: Final = re.compile(r"[0-9]{4}")
NOBODYS: Final = "none"  # what a number that does not exist is compared with


@require_http_methods(["GET", "HEAD", "POST"])
@throttled("follow", "10/m", "60/h")
@never_cache
def follow(request: HttpRequest) -> HttpResponse:
    """Ask for number and tail; one answer to whatever does not match."""
    if request.method != "POST":
        return follow_page(request, number=request.GET.get("number", "")[:40])
    number = "".join(request.POST.get("number", "").split()).upper()[:40]
    tail = request.POST.get("tail", "").strip()
    if NUMBER.fullmatch(number) and (wait := guessing.wait_of(request, number)):
        return too_many(request, wait=wait)
    ticket = matching(number, tail)
    if ticket is not None:
        guessing.was_right(request, number)
    if ticket is None:
        return follow_page(
            request, number=number, refused=True, status=HTTPStatus.UNPROCESSABLE_ENTITY
        )
    if ticket.kind == Kind.INQUIRY:
        return SeeOther(thread_path(Inquiry.objects.get(pk=ticket.pk)))
    sight.grant(request, Objection.objects.get(pk=ticket.pk))
    return SeeOther(reverse("portal:case", args=[ticket.number]))


def matching(number: str, tail: str) -> Ticket | None:
    """The ticket of this number whose customer's number ends so.

    Whatever is wrong takes the same way: one query, one comparison.
    """
    asked = number if NUMBER.fullmatch(number) else ""
    found = Ticket.objects.select_related("customer").filter(number=asked).first()
    known = found.customer.phone_tail if found else ""
    matches = constant_time_compare(known or NOBODYS, tail)
    return found if matches and TAIL.fullmatch(tail) else None


def follow_page(
    request: HttpRequest,
    *,
    number: str = "",
    refused: bool = False,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    """The page that asks, with the cases that this browser may see anyway."""
    numbers = sight.seen(request)
    context = {
        "number": number,
        "refused": refused,
        "ended": "ended" in request.GET,
        "cases": Objection.objects.filter(number__in=numbers).order_by("-created_at"),
        "now": timezone.now(),
    }
    return render(request, "portal/objection/follow.html", context, status=status)


@require_safe
@never_cache
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Open a case by its link; one that has ended, or is not ours, asks instead."""
    try:
        objection = objection_of(token)
    except Objection.DoesNotExist:
        return SeeOther(f"{reverse('portal:follow')}?ended=1")
    sight.grant(request, objection)
    return SeeOther(reverse("portal:case", args=[objection.number]))


@require_safe
@never_cache
@vary_on_headers("HX-Request")
def case(request: HttpRequest, number: str) -> HttpResponse:
    """The case; who has not shown that it is theirs is asked, whatever the number."""
    if not sight.sees(request, number):
        asks = f"{reverse('portal:follow')}?number={number}"
        if request.headers.get("HX-Request"):
            return HttpResponse(headers={"HX-Redirect": asks})
        return SeeOther(asks)
    return case_page(request, found(request, number), WritingForm())


def found(request: HttpRequest, number: str) -> Objection:
    """A case that this browser may see; any other is a 404."""
    if not sight.sees(request, number):
        raise Http404
    return get_object_or_404(
        Objection.objects.select_related("channel", "customer", "from_inquiry"),
        number=number,
    )


def case_page(
    request: HttpRequest,
    objection: Objection,
    form: WritingForm,
    status: int = HTTPStatus.OK,
    *,
    withdrawing: ValidationError | None = None,
    tried: Tried | None = None,
) -> HttpResponse:
    """The page or, for htmx, the fragment; with the messages of a refused form."""
    shown = Case.of(objection, at=timezone.now())
    language = get_language() or ""
    documents = shown.form.documents.all() if shown.form else []
    document = next((one for one in documents if one.language == language), None)
    fragment = bool(request.headers.get("HX-Request"))
    context = {
        "case": shown,
        "now": shown.now,
        "form": form,
        "slots": form.slots() if form.is_bound else {},
        "fresh_token": uuid.uuid4(),
        "fragment": fragment,
        "document_ready": document is not None and document.is_there,
        "document_lost": document is not None
        and document.file.name != ""
        and not document.is_there,
        "urged": "urged" in request.GET,
        "statement": request.POST.get("statement", ""),
        "statement_errors": withdrawing.messages if withdrawing else [],
        "settled": shown.settlement,
        "tried": tried or Tried(),
        # What is being typed there stays, unless the case has moved on.
        "settle_stays": tried is None and seen_state(request) == shown.settlement.key,
    }
    template = (
        "portal/objection/_answer.html" if fragment else "portal/objection/case.html"
    )
    return render(request, template, context, status=status)


def seen_state(request: HttpRequest) -> str:
    """The state of the block about the proposal that the page shows."""
    return request.POST.get("settled") or request.GET.get("settled", "")


@require_POST
@throttled("write", "10/10s", "600/h")
@never_cache
def write(request: HttpRequest, number: str) -> HttpResponse:
    """Add words or material to the case."""
    objection = found(request, number)
    form = WritingForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            services.customer_writes(objection, at=timezone.now(), **form.cleaned_data)
        except ValidationError as error:
            form.refuse(error)
        except IllegalStep as error:
            return refused(request, number, error, form)
        else:
            return after(request, number)
    if request.headers.get("HX-Request"):
        context = {"slots": form.slots(), "form_id": "composer"}
        response = render(request, "components/error_slots.html", context, status=422)
        response["HX-Reswap"] = "none"
        return response
    return case_page(request, objection, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def after(request: HttpRequest, number: str, query: str = "") -> HttpResponse:
    """The case as it is now: the fragment for htmx, else the page by its address."""
    if request.headers.get("HX-Request"):
        return case_page(request, found(request, number), WritingForm())
    return SeeOther(f"{reverse('portal:case', args=[number])}{query}")


def refused(
    request: HttpRequest, number: str, error: IllegalStep, form: WritingForm
) -> HttpResponse:
    """The case as it stands, why the step is not possible, and all that was typed."""
    form.add_error(None, str(error))
    return case_page(request, found(request, number), form, status=HTTPStatus.CONFLICT)


def refuse_colleagues(request: HttpRequest, objection: Objection) -> None:
    """Nobody of ours agrees, gives marks or withdraws in the customer's place.

    What a customer says elsewhere is recorded at the desk, in one's own name. Raises
    IllegalStep.
    """
    if request.user.is_authenticated:
        raise IllegalStep(
            _(
                "You are signed in as a colleague. What the customer says is recorded"
                " at the desk."
            ),
            step="answer",
            status=objection.status,
        )


@require_POST
@throttled("urge", "5/m", "30/h")
@never_cache
def urge(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for haste; the answer is how it really stands."""
    try:
        services.urge(found(request, number), at=timezone.now())
    except IllegalStep as error:
        return refused(request, number, error, WritingForm({}))
    return SeeOther(f"{reverse('portal:case', args=[number])}?urged=1#standing")


@require_POST
@throttled("write", "10/10s", "600/h")
@never_cache
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """End the case with a word of the customer's."""
    objection = found(request, number)
    statement = request.POST.get("statement", "")
    try:
        refuse_colleagues(request, objection)
        services.withdraw(objection, statement=statement, by=None, at=timezone.now())
    except ValidationError as error:
        return case_page(
            request,
            objection,
            WritingForm(),
            status=HTTPStatus.UNPROCESSABLE_ENTITY,
            withdrawing=error,
        )
    except IllegalStep as error:
        return refused(request, number, error, WritingForm({}))
    return SeeOther(reverse("portal:case", args=[number]))


@require_POST
def leave(request: HttpRequest, number: str) -> HttpResponse:
    """This browser sees the case no more."""
    sight.forget(request, number)
    return SeeOther(reverse("portal:follow"))


@require_GET
def file(request: HttpRequest, number: str, public_id: uuid.UUID) -> HttpResponseBase:
    """An attachment of this case; what is in a note is not in it."""
    messages = found(request, number).messages.exclude(direction=Direction.NOTE)
    files = Attachment.objects.filter(message__in=messages.order_by())
    return file_of(request, get_object_or_404(files, public_id=public_id))


@require_GET
@never_cache
def pdf(request: HttpRequest, number: str) -> HttpResponseBase:
    """The newest frozen form in the reader's language; not yet made is a 404."""
    document = get_object_or_404(
        newest(found(request, number)), language=get_language()
    )
    if not document.is_there:
        raise Http404
    name = f"{number}-{document.version.number}.pdf"
    return kept_file(request, document.file, name, "application/pdf")


@require_POST
@throttled("open", "20/10s", "600/h")
def make_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """The file is gone: have it made again from what was frozen."""
    documents = newest(found(request, number))
    lost = [one.pk for one in documents if one.file.name and not one.is_there]
    FormDocument.objects.filter(pk__in=lost).update(file="", tried_at=None)
    return SeeOther(reverse("portal:case", args=[number]))


def newest(objection: Objection) -> QuerySet[FormDocument]:
    """The documents of the form as it was frozen last."""
    form = objection.forms.last()
    return FormDocument.objects.filter(version=form).select_related("version")
