"""Dashboards, and the records behind each of their numbers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Any, Final

from django.core.exceptions import TooManyFieldsSent, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from figures.models import Board, SavedView
from figures.services import views
from helpdesk.answers import SeeOther
from helpdesk.signed_in import supervising
from helpdesk.supervision import records
from helpdesk.supervision.case_dashboard import CaseDashboard
from helpdesk.supervision.dashboards import Dashboard
from helpdesk.supervision.forms.dashboards import (
    CaseRecordsForm,
    CasesForm,
    ObjectionRecordsForm,
    ObjectionsForm,
    PeriodForm,
    PromisesForm,
    RecordsForm,
)
from helpdesk.supervision.objection_dashboard import ObjectionDashboard
from helpdesk.supervision.promise_rows import rules
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
    return _promises(request, user, request.GET)


@require_safe
@never_cache
@supervising
def cases(request: HttpRequest, user: User) -> HttpResponse:
    """What came, how it ended, and what customers say."""
    return _cases(request, user, request.GET)


@require_safe
@never_cache
@supervising
def objections(request: HttpRequest, user: User) -> HttpResponse:
    """How far objections came, how old they are, and what they are about."""
    return _objections(request, user, request.GET)


def _promises(
    request: HttpRequest, user: User, asked: QueryDict, *, fault: str = ""
) -> HttpResponse:
    at = timezone.now()
    known = rules()
    names = [(code, target.name) for code, target in known.items()]
    form = PromisesForm(asked, at=at, promises=names)
    board = Dashboard(form, known, user, at) if form.is_valid() else None
    shown = Shown("supervision/dashboard.html", Board.PROMISES, form, board, at)
    return _dashboard(request, user, asked, shown, fault=fault)


def _cases(
    request: HttpRequest, user: User, asked: QueryDict, *, fault: str = ""
) -> HttpResponse:
    at = timezone.now()
    form = CasesForm(asked, at=at)
    board = CaseDashboard(form, at) if form.is_valid() else None
    shown = Shown("supervision/dashboard_cases.html", Board.CASES, form, board, at)
    return _dashboard(request, user, asked, shown, fault=fault)


def _objections(
    request: HttpRequest, user: User, asked: QueryDict, *, fault: str = ""
) -> HttpResponse:
    at = timezone.now()
    form = ObjectionsForm(asked, at=at)
    board = ObjectionDashboard(form, user, at) if form.is_valid() else None
    template = "supervision/dashboard_objections.html"
    shown = Shown(template, Board.OBJECTIONS, form, board, at)
    return _dashboard(request, user, asked, shown, fault=fault)


# The address of each dashboard, and what shows it.
BOARDS: Final[Mapping[str, tuple[str, Callable[..., HttpResponse]]]] = {
    Board.PROMISES: ("supervision:dashboard", _promises),
    Board.CASES: ("supervision:dashboard_cases", _cases),
    Board.OBJECTIONS: ("supervision:dashboard_objections", _objections),
}


@dataclass(frozen=True)
class Shown:
    """One dashboard as it is about to be shown; `dashboard` is None for a bad wish."""

    template: str
    board: Board
    form: PeriodForm
    dashboard: Any
    at: datetime


def _dashboard(
    request: HttpRequest, user: User, asked: QueryDict, shown: Shown, *, fault: str
) -> HttpResponse:
    kept = SavedView.objects.filter(board=shown.board).visible_to(user)
    context = {
        "dashboard": shown.dashboard,
        "form": shown.form,
        "now": shown.at,
        "tab": shown.board,
        "views": kept.select_related("owner"),
        "query": asked.urlencode(),
        "fault": fault,
        "all_promises": without(asked, "promise"),
    }
    return _page(request, shown.template, asked, context)


@require_safe
@never_cache
@supervising
def objection_records(request: HttpRequest, user: User) -> HttpResponse:
    """The objections behind a number."""
    at = timezone.now()
    form = ObjectionRecordsForm(request.GET, at=at)
    page = records.objections(user, form, at=at) if form.is_valid() else None
    template = "supervision/case_records.html"
    return _records(request, template, Board.OBJECTIONS, form, page, at=at)


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
    template = "supervision/promise_records.html"
    return _records(request, template, Board.PROMISES, form, page, at=at)


@require_safe
@never_cache
@supervising
def case_records(request: HttpRequest, user: User) -> HttpResponse:
    """The cases behind a number."""
    at = timezone.now()
    form = CaseRecordsForm(request.GET, at=at)
    page = records.cases(user, form) if form.is_valid() else None
    template = "supervision/case_records.html"
    return _records(request, template, Board.CASES, form, page, at=at)


def _records(
    request: HttpRequest,
    template: str,
    board: Board,
    form: PeriodForm,
    page: records.Page | None,
    *,
    at: datetime,
) -> HttpResponse:
    """A page of records, with the way back to the dashboard that led here."""
    context = {
        "page": page,
        "form": form,
        "now": at,
        "home": reverse(BOARDS[board][0]),
        "back": without(request.GET, *ONLY_OF_RECORDS),
    }
    return _page(request, template, request.GET, context)


@require_POST
@supervising
def save_view(request: HttpRequest, user: User, board: str) -> HttpResponse:
    """Keep what the dashboard was asked for under a name; then show it again."""
    if board not in BOARDS:
        raise Http404
    address, show = BOARDS[board]
    try:
        query = QueryDict(request.POST.get("query", ""))
    except TooManyFieldsSent:
        query = QueryDict()
    try:
        views.save(
            board=board,
            name=request.POST.get("name", ""),
            query=query.urlencode(),
            for_all="for_all" in request.POST,
            by=user,
            at=timezone.now(),
        )
    except ValidationError as error:
        return show(request, user, query, fault=" ".join(error.messages))
    return SeeOther(f"{reverse(address)}?{query.urlencode()}")


@require_POST
@supervising
def forget_view(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Take a view away that is one's own; a manager may take any."""
    kept = SavedView.objects.visible_to(user).filter(board__in=BOARDS)
    view = get_object_or_404(kept, pk=pk)
    views.forget(view, by=user)
    return SeeOther(reverse(BOARDS[view.board][0]))


def _page(
    request: HttpRequest, template: str, asked: QueryDict, context: dict[str, Any]
) -> HttpResponse:
    form, page = context["form"], context.get("page")
    shown = {
        "place": "supervision",
        "part": "dashboard",
        "spans": spans(asked, today=timezone.localdate(context["now"])),
        **context,
    }
    if page is not None:
        shown["first_query"] = without(asked, "after")
        following = asked.copy()
        following["after"] = page.next
        shown["next_query"] = following.urlencode()
    bad = not form.is_valid() or context.get("fault")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if bad else HTTPStatus.OK
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
