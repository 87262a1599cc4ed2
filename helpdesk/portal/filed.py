"""The end page of filing: number, promised times, the code that confirms the phone."""

import time
from http import HTTPStatus
from typing import Final

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from customers import codes, sms
from helpdesk.answers import SeeOther
from helpdesk.portal import sight
from helpdesk.portal.case import Case
from helpdesk.throttle import line_of, seconds_to_wait, throttled, too_many
from objections import services
from objections.links import case_url
from objections.models import Objection

# So many codes one address has sent, to whatever numbers.
OF_ADDRESS: Final = "10/h"


@require_safe
@never_cache
def filed(request: HttpRequest, number: str) -> HttpResponse:
    """What was filed: its number, the promised times, and the way back to it."""
    if not sight.sees(request, number):
        return SeeOther(reverse("portal:follow"))
    return filed_page(request, Objection.objects.get(number=number))


def filed_page(
    request: HttpRequest,
    objection: Objection,
    refused: ValidationError | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    """The page, with what is wrong with a code."""
    case = Case.of(objection, at=timezone.now())
    context = {
        "case": case,
        "now": case.now,
        "link": case_url(objection),
        "code": codes.newest(objection.customer) if case.asks_code else None,
        "errors": refused.messages if refused else [],
    }
    return render(request, "portal/objection/filed.html", context, status=status)


@require_POST
@throttled("phone", "10/m", "60/h")
@never_cache
def confirm_phone(request: HttpRequest, number: str) -> HttpResponse:
    """Take the digits that came to the phone."""
    objection = seen(request, number)
    typed = request.POST.get("code", "")[:40]
    try:
        services.confirm_phone(objection, code=typed, at=timezone.now())
    except ValidationError as error:
        return filed_page(
            request, objection, error, status=HTTPStatus.UNPROCESSABLE_ENTITY
        )
    return to_page(number)


@require_POST
@never_cache
def send_code(request: HttpRequest, number: str) -> HttpResponse:
    """Have another code sent."""
    objection = seen(request, number)
    if not sms.is_set_up() or objection.phone_confirmed_at is not None:
        return to_page(number)
    if wait := wait_of(request):
        return too_many(request, wait=wait)
    try:
        codes.order(objection.customer, at=timezone.now())
    except ValidationError as error:
        return filed_page(
            request, objection, error, status=HTTPStatus.UNPROCESSABLE_ENTITY
        )
    return to_page(number)


def send_first_code(request: HttpRequest, objection: Objection) -> None:
    """A code comes by itself with the filing; the page has a button for another."""
    known = objection.phone_confirmed_at is not None
    if known or not sms.is_set_up() or wait_of(request):
        return
    try:
        codes.order(objection.customer, at=timezone.now())
    except ValidationError:
        return  # the page says so when the customer asks for one


def seen(request: HttpRequest, number: str) -> Objection:
    """A case that this browser may see; any other is a 404."""
    numbers = sight.seen(request)
    cases = Objection.objects.filter(number__in=numbers).select_related("customer")
    return get_object_or_404(cases, number=number)


def wait_of(request: HttpRequest) -> int:
    """Seconds until this address may have another code sent."""
    asker = line_of(request.META.get("REMOTE_ADDR", ""))
    return seconds_to_wait(f"phone-code:{asker}", OF_ADDRESS, now=time.time())


def to_page(number: str) -> HttpResponse:
    return SeeOther(f"{reverse('portal:objection_filed', args=[number])}#phone")
