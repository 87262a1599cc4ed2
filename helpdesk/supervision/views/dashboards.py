"""Dashboards, and the records behind each of their numbers."""

from datetime import date, timedelta
from http import HTTPStatus
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from helpdesk.signed_in import supervising
from helpdesk.supervision import records
from helpdesk.supervision.case_dashboard import CaseDashboard
from helpdesk.supervision.dashboards import Dashboard, rules
from helpdesk.supervision.forms.dashboards import (
    CaseRecordsForm,
    CasesForm,
    ObjectionRecordsForm,
    ObjectionsForm,
    PromisesForm,
    RecordsForm,
)
from helpdesk.supervision.objection_dashboard import ObjectionDashboard
from staff.models import User

DAY: Final = timedelta(days=1)
ONLY_OF_RECORDS: Final = (
    *("outcome", "hour", "weekday", "after", "nobody", "figure"),
    *("stage", "age", "cut", "key"),
)


@require_safe
@never_cache
@supervising
def promises(request: HttpRequest, user: User) -> HttpResponse:
    """How each promise was kept, and by what it differs."""
    at = timezone.now()
    known = rules()
    names = [(code, target.name) for code, target in known.items()]
    form = PromisesForm(request.GET, at=at, promises=names)
    board = Dashboard(form, known, user, at) if form.is_valid() else None
    context = {"dashboard": board, "form": form, "now": at, "tab": "promises"}
    return _page(request, "supervision/dashboard.html", context)


@require_safe
@never_cache
@supervising
def cases(request: HttpRequest, user: User) -> HttpResponse:
    """What came, how it ended, and what customers say."""
    at = timezone.now()
    form = CasesForm(request.GET, at=at)
    board = CaseDashboard(form, at) if form.is_valid() else None
    context = {"dashboard": board, "form": form, "now": at, "tab": "cases"}
    return _page(request, "supervision/dashboard_cases.html", context)


@require_safe
@never_cache
@supervising
def objections(request: HttpRequest, user: User) -> HttpResponse:
    """How far objections came, how old they are, and what they are about."""
    at = timezone.now()
    form = ObjectionsForm(request.GET, at=at)
    board = ObjectionDashboard(form, user, at) if form.is_valid() else None
    context = {"dashboard": board, "form": form, "now": at, "tab": "objections"}
    return _page(request, "supervision/dashboard_objections.html", context)


@require_safe
@never_cache
@supervising
def objection_records(request: HttpRequest, user: User) -> HttpResponse:
    """The objections behind a number."""
    at = timezone.now()
    form = ObjectionRecordsForm(request.GET, at=at)
    page = records.objections(user, form, at=at) if form.is_valid() else None
    context = {
        "page": page,
        "form": form,
        "now": at,
        "home": reverse("supervision:dashboard_objections"),
        "back": without(request.GET, *ONLY_OF_RECORDS),
    }
    return _page(request, "supervision/case_records.html", context)


@require_safe
@never_cache
@supervising
def promise_records(request: HttpRequest, user: User) -> HttpResponse:
    """The promises behind a number."""
    at = timezone.now()
    known = rules()
    names = [(code, target.name) for code, target in known.items()]
    form = RecordsForm(request.GET, at=at, promises=names)
    page = records.promises(user, form, at=at) if form.is_valid() else None
    context = {
        "page": page,
        "form": form,
        "now": at,
        "home": reverse("supervision:dashboard"),
        "back": without(request.GET, *ONLY_OF_RECORDS),
    }
    return _page(request, "supervision/promise_records.html", context)


@require_safe
@never_cache
@supervising
def case_records(request: HttpRequest, user: User) -> HttpResponse:
    """The cases behind a number."""
    at = timezone.now()
    form = CaseRecordsForm(request.GET, at=at)
    page = records.cases(user, form) if form.is_valid() else None
    context = {
        "page": page,
        "form": form,
        "now": at,
        "home": reverse("supervision:dashboard_cases"),
        "back": without(request.GET, *ONLY_OF_RECORDS),
    }
    return _page(request, "supervision/case_records.html", context)


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    asked = request.GET.copy()
    form = context["form"]
    page = context.get("page")
    shown = {
        "place": "supervision",
        "part": "dashboard",
        "spans": spans(asked, today=timezone.localdate(context["now"])),
        "all_promises": without(asked, "promise"),
        **context,
    }
    if page is not None:
        shown["first_query"] = without(asked, "after")
        asked["after"] = page.next
        shown["next_query"] = asked.urlencode()
    status = HTTPStatus.OK if form.is_valid() else HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, template, shown, status=status)


def without(asked: QueryDict, *names: str) -> str:
    """A wish without some of its conditions."""
    kept = asked.copy()
    for name in names:
        kept.pop(name, None)
    return kept.urlencode()


def spans(asked: QueryDict, *, today: date) -> list[tuple[str, str]]:
    """Usual periods with the same conditions, as names and queries."""
    month = today.replace(day=1)
    before = (month - DAY).replace(day=1)
    found = []
    for name, since, until in (
        (_("today"), today, today),
        (_("yesterday"), today - DAY, today - DAY),
        (_("7 days"), today - 6 * DAY, today),
        (_("30 days"), today - 29 * DAY, today),
        (_("this month"), month, today),
        (_("last month"), before, month - DAY),
    ):
        wish = asked.copy()
        wish.pop("after", None)
        wish["since"], wish["until"] = f"{since}", f"{until}"
        found.append((name, wish.urlencode()))
    return found
