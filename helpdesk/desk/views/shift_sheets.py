"""Handing a shift over: the sheets, one sheet, and its two signatures."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from figures.models import ShiftSheet
from figures.services import handing_over
from helpdesk.answers import SeeOther
from helpdesk.desk import shift_sheets
from helpdesk.desk.shift_sheets import Blank, Read
from helpdesk.errors import REFUSALS, Refusal, refusal_of
from helpdesk.forms import PlainForm, instant, long_text, values
from helpdesk.shift_addresses import turn_of
from helpdesk.signed_in import StaffView, View, signed_in
from staff.models import User


class WordsForm(PlainForm):
    """What the next shift should know beside the lines."""

    words = long_text(
        _("Words to the next shift"),
        rows=4,
        hint=_("What the lines do not say. It is signed with your name."),
    )


def for_the_shift(view: StaffView[Any]) -> View[Any]:
    """As `signed_in`; who neither answers nor supervises finds no sheets."""

    @wraps(view)
    def wrapper(request: HttpRequest, user: User, /, *args: Any, **kwargs: Any) -> Any:
        if not shift_sheets.is_for(user):
            raise Http404
        return view(request, user, *args, **kwargs)

    return signed_in(wrapper)


@require_safe
@never_cache
@for_the_shift
def index(request: HttpRequest, user: User) -> HttpResponse:
    """The turns that end now, and past sheets."""
    at = timezone.now()
    before = instant(request.GET.get("before", ""))
    sheets, more = shift_sheets.past(before=before)
    context = {
        "place": "shifts",
        "now": at,
        "endings": [] if before else shift_sheets.endings(at=at),
        "sheets": sheets,
        "before": before,
        "more": more.astimezone(UTC).isoformat() if more else "",
    }
    return render(request, "desk/shifts.html", context)


@require_safe
@never_cache
@for_the_shift
def sheet(request: HttpRequest, user: User, day: str, code: str) -> HttpResponse:
    """One sheet; before it is drawn up, the way to do so."""
    return show(request, user, day, code)


@require_POST
@for_the_shift
def draw_up(request: HttpRequest, user: User, day: str, code: str) -> HttpResponse:
    shift, on = turn_of(day, code)
    return do(
        request,
        user,
        (day, code),
        lambda at: handing_over.draw_up(shift, on, by=user, at=at),
    )


@require_POST
@for_the_shift
def hand_over(request: HttpRequest, user: User, day: str, code: str) -> HttpResponse:
    found = sheet_of(day, code)
    form = WordsForm(request.POST)
    return do(
        request,
        user,
        (day, code),
        lambda at: handing_over.hand_over(
            found, words=values(form)["words"], by=user, at=at
        ),
    )


@require_POST
@for_the_shift
def take_over(request: HttpRequest, user: User, day: str, code: str) -> HttpResponse:
    found = sheet_of(day, code)
    return do(
        request,
        user,
        (day, code),
        lambda at: handing_over.take_over(found, by=user, at=at),
    )


def do(
    request: HttpRequest,
    user: User,
    where: tuple[str, str],
    deed: Callable[[datetime], object],
) -> HttpResponse:
    """Act and show the sheet, or what stands against the step."""
    try:
        deed(timezone.now())
    except REFUSALS as error:
        return show(request, user, *where, refusal=refusal_of(error))
    return SeeOther(shift_sheets.address(where[1], date.fromisoformat(where[0])))


def show(
    request: HttpRequest,
    user: User,
    day: str,
    code: str,
    *,
    refusal: Refusal | None = None,
) -> HttpResponse:
    """The sheet as it is now."""
    shift, on = turn_of(day, code)
    at = timezone.now()
    found = (
        ShiftSheet.objects.filter(shift=shift, day=on)
        .select_related("shift", "handed_by", "taken_by")
        .first()
    )
    context: dict[str, Any] = {
        "place": "shifts",
        "now": at,
        "shift": shift,
        "turn": shift.turn(on),
        "refusal": refusal,
    }
    if found is None:
        context["blank"] = Blank.of(shift, on, at=at)
    else:
        form = WordsForm(request.POST if refusal else None)
        context["read"] = Read.of(found, user=user)
        context["fields"] = form.rows(refusal.fields if refusal else {})
    status = refusal.status if refusal else HTTPStatus.OK
    return render(request, "desk/shift_sheet.html", context, status=status)


def sheet_of(day: str, code: str) -> ShiftSheet:
    shift, on = turn_of(day, code)
    return get_object_or_404(ShiftSheet, shift=shift, day=on)
