"""The live stream of staff pages."""

from asgiref.sync import sync_to_async
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from helpdesk.live import stream
from staff.models import User
from tickets import feed


async def desk(request: HttpRequest) -> HttpResponseBase:
    """Changes of the tickets that this person may see; 403 when signed out."""
    user: User | AnonymousUser = await request.auser()
    if not isinstance(user, User):
        return HttpResponse(status=403)
    channels = await sync_to_async(feed.channels_of)(user)
    return stream(request, channels)
