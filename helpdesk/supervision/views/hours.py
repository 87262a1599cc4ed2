"""Other hours for a calendar: written down, looked at, then published."""

from http import HTTPStatus
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from helpdesk.answers import SeeOther
from helpdesk.supervision.forms.hours import HoursForm, shown
from helpdesk.supervision.forms.what_if import LONGEST_QUERY, WhatIfForm
from helpdesk.supervision.publishing import publishing
from helpdesk.supervision.views.calendars import page
from helpdesk.supervision.what_if import note_of
from sla.models import Calendar
from sla.services import calendars
from sla.services.calendar_content import (
    CalendarContent,
    Difference,
    differences,
)
from staff.models import User


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@publishing
def change(request: HttpRequest, user: User, code: str) -> HttpResponse:
    """A new version of a calendar begins with what the newest says."""
    calendar = get_object_or_404(Calendar, code=code)
    newest = calendars.newest_of(calendar)
    if newest is None:
        raise Http404
    known = CalendarContent.of(newest)
    data = request.POST if request.method == "POST" else None
    form = HoursForm(data, known=known, **suggested(request, known))
    found = changes(form) if data is not None else []
    if data is not None and not form.errors and "publish" in data:
        try:
            calendars.publish(
                calendar, form.content(), by=user, at=timezone.now(), **form.chosen()
            )
        except ValidationError as error:
            form.refuse(error)
        else:
            return SeeOther(reverse("supervision:calendar", args=[code]))
    return page(
        request,
        user,
        "calendar_hours",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK,
        calendar=calendar,
        newest=newest,
        form=form,
        changes=found if not form.errors else [],
    )


def suggested(request: HttpRequest, known: CalendarContent) -> dict[str, Any]:
    """What a fresh form begins with: more hours, where a what-if led here."""
    query = request.GET.get("what_if", "")[:LONGEST_QUERY]
    form = WhatIfForm(QueryDict(query), at=timezone.now()) if query else None
    if form is None or not form.is_valid():
        return {}
    more = form.question().more
    wanted = known.with_cover(more.cover, more.intervals) if more else known
    return {"initial": {**shown(wanted), "note": note_of(form)}}


def changes(form: HoursForm) -> list[Difference]:
    """What a form would change; none with what is wrong in the form."""
    if not form.is_valid():
        return []
    content = form.content()
    try:
        calendars.check(content)
    except ValidationError as error:
        form.refuse(error)
        return []
    found = list(differences(form.known, content))
    if not found:
        form.add_error(None, calendars.says_the_same())
    return found
