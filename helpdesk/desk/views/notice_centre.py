"""The centre of one's own notices: look, filter, acknowledge one, several or a kind."""

import re
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from helpdesk.answers import SeeOther
from helpdesk.desk.notice_centre import Centre, Wanted
from helpdesk.errors import Refusal, refusal_of
from helpdesk.notices import unread
from helpdesk.signed_in import signed_in
from sla.services import alerts
from staff.models import User

MOST_AT_ONCE: Final = 200
KEY: Final = re.compile(r"[0-9]{1,18}", re.ASCII)


@require_safe
@never_cache
@vary_on_headers("HX-Request")
@signed_in
def page(request: HttpRequest, user: User) -> HttpResponse:
    """The page, or its list alone for the page that is open."""
    return show(request, user, Wanted.read(request.GET))


@require_safe
@never_cache
@signed_in
def count(request: HttpRequest, user: User) -> HttpResponse:
    """How many wait, for the rail of every page."""
    return render(request, "components/notice_count.html", {"unread": unread(user)})


@require_POST
@never_cache
@signed_in
def acknowledge(request: HttpRequest, user: User) -> HttpResponse:
    """Acknowledge those that are chosen, or all of the kind up to the newest shown."""
    wanted = Wanted.read(request.POST)
    try:
        hear(request.POST, wanted, by=user, at=timezone.now())
    except ValidationError as error:
        return show(request, user, wanted, refusal_of(error))
    if request.headers.get("HX-Request"):
        return show(request, user, wanted)
    return SeeOther(wanted.href)


def hear(said: QueryDict, wanted: Wanted, *, by: User, at: datetime) -> int:
    """Raises ValidationError where nothing, or no notice, is chosen."""
    if newest := said.get("all"):
        (up_to,) = keys([newest])
        return alerts.acknowledge_kind(wanted.kind, up_to=up_to, by=by, at=at)
    return alerts.acknowledge_these(keys(said.getlist("notice")), by=by, at=at)


def keys(said: list[str]) -> list[int]:
    """Keys of rows as a form brings them."""
    if not said:
        raise ValidationError({"notice": _("Choose at least one notice.")})
    if len(said) > MOST_AT_ONCE:
        raise ValidationError({"notice": _("At most %(n)d.") % {"n": MOST_AT_ONCE}})
    if not all(KEY.fullmatch(it) for it in said):
        raise ValidationError({"notice": _("There is no such notice.")})
    return [int(it) for it in said]


def show(
    request: HttpRequest, user: User, wanted: Wanted, refusal: Refusal | None = None
) -> HttpResponse:
    """The list as it is now, as a page or alone."""
    centre = Centre.of(user, wanted=wanted, at=timezone.now())
    context: dict[str, Any] = {
        "centre": centre,
        "now": centre.now,
        "place": "notices",
        "refusal": refusal,
    }
    alone = request.headers.get("HX-Request")
    template = "desk/_notice_centre.html" if alone else "desk/notice_centre.html"
    status = refusal.status if refusal else 200
    return render(request, template, context, status=status)
