"""Calendars to read, to try, and to add a year of holidays to."""

from http import HTTPStatus
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from helpdesk.answers import SeeOther
from helpdesk.signed_in import supervising
from helpdesk.supervision import calendars as pages
from helpdesk.supervision.forms.calendars import TrialForm, YearForm, written_year
from helpdesk.supervision.publishing import publishing
from helpdesk.supervision.trial import Trial, reckon
from helpdesk.supervision.warnings import Warnings
from sla.business_time import BeyondHorizon
from sla.services import calendars as verbs
from sla.services import rules, years
from sla.services.years import Year
from staff.models import User


def page(
    request: HttpRequest, user: User, name: str, *, status: int = 200, **more: Any
) -> HttpResponse:
    """A page of this part."""
    context = {
        "place": "supervision",
        "part": "calendars",
        "now": timezone.now(),
        "publishes": user.publishes,
        "weekdays": pages.weekdays(),
        **more,
    }
    return render(request, f"supervision/{name}.html", context, status=status)


@require_safe
@never_cache
@supervising
def index(request: HttpRequest, user: User) -> HttpResponse:
    """Every calendar with its hours, and a place to try them."""
    at = timezone.now()
    asked = request.GET if "calendar" in request.GET else None
    form = TrialForm(asked, initial={"start": at})
    trial = tried(form)
    return page(
        request,
        user,
        "calendars",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK,
        books=pages.books(at=at),
        warnings=Warnings.of(at=at),
        form=form,
        trial=trial,
    )


def tried(form: TrialForm) -> Trial | None:
    """The due time that a form asks for; None with its refusal in the form."""
    if not form.is_valid():
        return None
    start = form.cleaned_data["start"]
    calendars = rules.rulebook(at=max(start, timezone.now())).calendars
    length = form.asked()
    if length.calendar not in calendars:
        form.add_error("calendar", _("No version of this calendar is in force."))
        return None
    try:
        return reckon(length, start=start, calendars=calendars)
    except BeyondHorizon:
        form.add_error("start", _("The calendar does not reach that far."))
        return None


@require_safe
@never_cache
@supervising
def calendar(request: HttpRequest, user: User, code: str) -> HttpResponse:
    """A year of one calendar, day by day, and its versions."""
    at = timezone.now()
    book = pages.book(code, at=at)
    version = pages.version_of(book, request.GET.get("version", ""))
    year = pages.year_asked(request.GET.get("year", ""), at=at)
    return page(
        request,
        user,
        "calendar",
        book=book,
        shown=version,
        sheet=pages.year_sheet(version, year) if version else None,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@publishing
def add_year(request: HttpRequest, user: User) -> HttpResponse:
    """The holidays of a year: as text, looked at first, then published."""
    if request.method != "POST":
        return fresh_year(request, user)
    form = YearForm(request.POST)
    year = checked(form)
    if year is None or "publish" not in request.POST:
        return year_page(request, user, form, year)
    try:
        verbs.add_year(year, at=timezone.now(), by=user)
    except ValidationError as error:
        form.refuse(error)
        return year_page(request, user, form, None)
    return SeeOther(reverse("supervision:calendars"))


def fresh_year(request: HttpRequest, user: User) -> HttpResponse:
    """The form, with what the package knows of the year that the address names."""
    at = timezone.now()
    missing = verbs.missing_years(at=at)
    fallback = missing[0] if missing else timezone.localtime(at).year + 1
    asked = pages.year_asked(request.GET.get("year", ""), at=at, other=fallback)
    known = asked in years.known_years()
    text = written_year(years.packaged_year(asked)) if known else ""
    form = YearForm(initial={"year": asked, "text": text})
    return year_page(request, user, form, None, packaged=known)


def checked(form: YearForm) -> Year | None:
    """The year that a form describes; None with what is wrong in the form."""
    if not form.is_valid():
        return None
    given = form.cleaned_data
    try:
        year = years.parse_year(given["year"], given["text"])
        years.check_year(year)
    except ValidationError as error:
        form.refuse(error)
        return None
    return year


def year_page(
    request: HttpRequest,
    user: User,
    form: YearForm,
    year: Year | None,
    *,
    packaged: bool = False,
) -> HttpResponse:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    months = pages.months_of(year) if year else []
    return page(
        request,
        user,
        "calendar_year",
        status=status,
        form=form,
        year=year,
        months=months,
        packaged=packaged,
        known_years=years.known_years(),
    )
