"""What a colleague keeps of the list under a name, and what narrows the list."""

from http import HTTPStatus

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from figures.models import Board, SavedView
from figures.services import views
from helpdesk.answers import SeeOther
from helpdesk.desk.wish import ListForm, Wish
from helpdesk.signed_in import signed_in
from staff.models import User


@require_safe
@never_cache
@vary_on_headers("HX-Request")
@signed_in
def menu(request: HttpRequest, user: User) -> HttpResponse:
    """One's own views, a form that keeps this one, and one that narrows it."""
    return _menu(request, user, request.GET)


@require_POST
@signed_in
def save(request: HttpRequest, user: User) -> HttpResponse:
    """Keep what is shown; then show it again."""
    query = QueryDict(request.POST.get("query", "")[: views.LONGEST_QUERY])
    wish = ListForm(query).wish()
    try:
        views.save(
            board=Board.DESK,
            name=request.POST.get("name", ""),
            query=urlencode(wish.said),
            for_all=False,
            by=user,
            at=timezone.now(),
        )
    except ValidationError as error:
        return _menu(request, user, query, fault=" ".join(error.messages))
    return SeeOther(f"{reverse('desk:inbox')}?{urlencode(wish.said)}")


@require_POST
@signed_in
def rename(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Give a view another name."""
    view = get_object_or_404(_own(user), pk=pk)
    try:
        views.rename(view, request.POST.get("name", ""), by=user)
    except ValidationError as error:
        fault = " ".join(error.messages)
        return _menu(request, user, QueryDict(view.query), fault=fault, faulty=view)
    return SeeOther(reverse("desk:views"))


@require_POST
@signed_in
def forget(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Take a view away; one that is gone is gone."""
    view = _own(user).filter(pk=pk).first()
    if view is not None:
        views.forget(view, by=user)
    return SeeOther(reverse("desk:views"))


def _own(user: User) -> QuerySet[SavedView]:
    return SavedView.objects.filter(owner=user, board=Board.DESK)


def _menu(
    request: HttpRequest,
    user: User,
    asked: QueryDict,
    *,
    fault: str = "",
    faulty: SavedView | None = None,
) -> HttpResponse:
    """Alone for the page that has the list, else as a page."""
    form = ListForm(asked)
    wish: Wish = form.wish()
    alone = request.headers.get("HX-Request") and not fault
    context = {
        "form": form,
        "wish": wish,
        "query": urlencode(wish.said),
        "whole": urlencode(wish.whole),
        "views": _own(user).order_by("name")[: views.MOST],
        "fault": fault,
        "faulty": faulty,
        "place": "desk",
    }
    template = "desk/_views.html" if alone else "desk/views.html"
    status = HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK
    return render(request, template, context, status=status)
