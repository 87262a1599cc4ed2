"""The desk's page and the fragments that it refetches."""

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from helpdesk.desk import thread as threads
from helpdesk.desk.listing import Listing, Records
from helpdesk.desk.objection import ObjectionWorkspace
from helpdesk.desk.wish import ListForm, Wish
from helpdesk.desk.workspace import Workspace
from helpdesk.notices import outstanding
from helpdesk.signed_in import signed_in
from inquiries.models import Inquiry
from staff.models import User


def found(number: str, user: User) -> Inquiry:
    """The inquiry alone, for a step; what one may not see is a 404."""
    try:
        return Inquiry.objects.shown(number, to=user)
    except Inquiry.DoesNotExist as error:
        raise Http404 from error


def opened(number: str, user: User) -> Workspace:
    """The workspace of an inquiry; what one may not see is a 404."""
    try:
        return Workspace.of(number, user=user, at=timezone.now())
    except Inquiry.DoesNotExist as error:
        raise Http404 from error


def listed(request: HttpRequest, user: User, *, opened: str = "") -> Listing:
    """The list that the address asks for; `opened` is the ticket beside it."""
    at = timezone.now()
    if not request.GET:
        return Listing.of(user, Wish(), opened=opened, at=at)
    form = ListForm(request.GET)
    records = None
    if user.supervises and (counted := form.counted()):
        records = Records.of(*counted, at=at)
    return Listing.of(user, form.wish(), records=records, opened=opened, at=at)


def whole_page(
    request: HttpRequest,
    user: User,
    workspace: Workspace | ObjectionWorkspace | None,
    *,
    status: int = 200,
    **written: Any,
) -> HttpResponse:
    """All panes; `written` is what a refused form had in it and its messages."""
    opened = workspace.ticket.number if workspace else ""
    listing = listed(request, user, opened=opened)
    context = {
        "listing": listing,
        "workspace": workspace,
        "now": listing.now,
        "place": place_of(listing, workspace),
        "notices": outstanding(user),
        "fresh_token": uuid.uuid4(),
        **written,
    }
    return render(request, "desk/desk.html", context, status=status)


def place_of(listing: Listing, workspace: Workspace | ObjectionWorkspace | None) -> str:
    """The item of the rail that is open."""
    about_one = isinstance(workspace, ObjectionWorkspace)
    return "objections" if about_one or listing.of_objections else "desk"


def part(
    request: HttpRequest,
    name: str,
    workspace: Workspace,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """One fragment of the open inquiry."""
    context = {"workspace": workspace, "now": workspace.now, **more}
    return render(request, f"desk/{name}.html", context, status=status)


@require_safe
@never_cache
@signed_in
def inbox(request: HttpRequest, user: User) -> HttpResponse:
    """The list with nothing open."""
    return whole_page(request, user, None)


@require_safe
@never_cache
@signed_in
def ticket_list(request: HttpRequest, user: User) -> HttpResponse:
    """The list alone."""
    listing = listed(request, user)
    context = {"listing": listing, "now": listing.now}
    return render(request, "desk/_list.html", context)


@require_safe
@never_cache
@vary_on_headers("HX-Request")
@signed_in
def inquiry(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """An open inquiry: beside the list, or alone for the page that has the list."""
    workspace = opened(number, user)
    if request.headers.get("HX-Request"):
        return part(request, "_workspace", workspace, fresh_token=uuid.uuid4())
    return whole_page(request, user, workspace)


@require_safe
@never_cache
@signed_in
def thread(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """The conversation alone; what is being written stays untouched."""
    shown = threads.thread(opened(number, user), csrf_token=get_token(request))
    return HttpResponse(shown)


@require_safe
@never_cache
@signed_in
def context(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """Customer, clocks and history alone."""
    return HttpResponse(opened(number, user).context)


@require_safe
@never_cache
@signed_in
def clocks(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """All clocks of an inquiry as a page, for screens without room beside it."""
    workspace = opened(number, user)
    context = {"workspace": workspace, "now": workspace.now, "place": "desk"}
    return render(request, "desk/clocks.html", context)
