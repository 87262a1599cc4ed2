"""Whether one is on duty: the menu in the rail of every staff page."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from helpdesk.answers import SeeOther
from helpdesk.live.events import tell_presence
from helpdesk.presence_menu import presence_menu
from helpdesk.signed_in import signed_in
from staff.adapters import front_door
from staff.models import Presence, User
from staff.services import presence


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def menu(request: HttpRequest, user: User) -> HttpResponse:
    """The menu alone; a POST says how one stands (its `state`)."""
    asked, at = request.POST.get("state", ""), timezone.now()
    status = HTTPStatus.OK
    if request.method == "POST" and asked not in Presence.values:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    elif request.method == "POST":
        if presence.say(user, Presence(asked), at=at):
            tell_presence(user.pk)
        if not request.headers.get("HX-Request"):
            return SeeOther(redirect(front_door(user)).url)
        user.refresh_from_db(fields=["presence", "presence_since", "seen_at"])
    menu = presence_menu(user, csrf=get_token(request), at=at)
    return HttpResponse(menu, status=status)
