"""The live stream of staff pages."""

from django.contrib.auth import get_user
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_GET

from helpdesk.live import asked, stream
from staff.models import User
from tickets import feed


@require_GET
async def desk(request: HttpRequest) -> HttpResponseBase:
    """Changes of the tickets that this person may see; 403 when signed out."""

    def channels() -> list[str]:
        user = get_user(request)
        return feed.channels_of(user) if isinstance(user, User) else []

    if not (allowed := await asked(channels)):
        return HttpResponse(status=403)
    return stream(request, allowed)
