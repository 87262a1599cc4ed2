"""The live stream of staff pages."""

from django.contrib.auth import get_user
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_GET

from helpdesk.live import asked, stream, tell_presence
from staff.models import User
from staff.services import presence
from tickets import feed


@require_GET
async def desk(request: HttpRequest) -> HttpResponseBase:
    """Changes of the tickets that this person may see; 403 when signed out."""
    user = await asked(lambda: get_user(request))
    if not isinstance(user, User):
        return HttpResponse(status=403)
    key = user.pk
    channels = await asked(lambda: channels_now(key))
    return stream(request, channels, allowed=lambda: channels_now(key) == channels)


def channels_now(key: int) -> list[str]:
    """What this person may hear at this moment; nothing for one who has left.

    It is asked again and again while a page is open, which is a sign of life.
    """
    if presence.seen(key, at=timezone.now()):
        tell_presence(key)
    user = User.objects.active().select_related("department").filter(pk=key).first()
    return feed.channels_of(user) if user else []
