"""A quotation at the customers' door, for whoever holds its link."""

from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from helpdesk.answers import SeeOther, document_of
from helpdesk.portal.remembered import held
from helpdesk.quotation_sheet import Sheet
from helpdesk.throttle import throttled
from inquiries import services
from inquiries.links import quotation_of, thread_path
from inquiries.models import Quotation
from inquiries.services.quoting import make_again
from tickets.workflow import IllegalStep


def found(token: str) -> Quotation:
    """The quotation behind a link; a stranger's link is a 404."""
    try:
        return quotation_of(token)
    except Quotation.DoesNotExist as error:
        raise Http404 from error


@require_safe
@never_cache
def page(request: HttpRequest, token: str) -> HttpResponse:
    """Every line and term; looking changes nothing."""
    return shown(request, token)


@require_POST
@throttled("open", "20/10s", "600/h")
def opened(request: HttpRequest, token: str) -> HttpResponse:
    """The page tells that it was opened; colleagues who look do not count."""
    quotation = found(token)
    if not request.user.is_authenticated:
        services.open_quotation(quotation, at=timezone.now())
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@require_POST
@throttled("write", "10/10s", "600/h")
def ask_again(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for a fresh quotation in the conversation that it came from."""
    try:
        services.ask_for_fresh_quotation(found(token), at=timezone.now())
    except IllegalStep as error:
        return shown(request, token, refusal=str(error), status=HTTPStatus.CONFLICT)
    return SeeOther(f"{reverse('portal:quotation', args=[token])}?asked=1")


@require_GET
def pdf(request: HttpRequest, token: str) -> HttpResponseBase:
    """The document in the reader's language; not yet made or lost is a 404."""
    documents = found(token).documents
    document = get_object_or_404(documents, language=get_language())
    return document_of(document)


@require_POST
@throttled("open", "20/10s", "600/h")
def make_document(request: HttpRequest, token: str) -> HttpResponse:
    """The file is gone: have it made again from what is kept."""
    make_again(found(token))
    return SeeOther(reverse("portal:quotation", args=[token]))


def shown(
    request: HttpRequest, token: str, *, status: int = HTTPStatus.OK, refusal: str = ""
) -> HttpResponse:
    quotation = found(token)
    sheet = Sheet(quotation, timezone.now())
    document = sheet.document(get_language() or "")
    fragment = bool(request.headers.get("HX-Request"))
    numbers = held(request)
    inquiry = quotation.inquiry
    context: dict[str, Any] = {
        "sheet": sheet,
        "quotation": quotation,
        "token": token,
        "now": sheet.now,
        "document": document,
        "document_ready": document is not None and document.is_there,
        "thread": thread_path(inquiry) if inquiry.number in numbers else "",
        "asked": "asked" in request.GET,
        "refusal": refusal,
    }
    template = "portal/_quotation_pdf.html" if fragment else "portal/quotation.html"
    return render(request, template, context, status=status)
