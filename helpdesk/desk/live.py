"""The live stream of staff pages."""

from collections.abc import Collection

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_GET

from helpdesk.live.door import stream
from helpdesk.live.events import tell_presence
from helpdesk.live.line import Right
from staff.models import User
from staff.services import presence
from tickets import feed

Hearer = tuple[int, tuple[str, ...]]


@require_GET
def desk(request: HttpRequest) -> HttpResponseBase:
    """Changes of the tickets that this person may see; 403 when signed out."""
    user = request.user
    if not isinstance(user, User):
        return HttpResponse(status=403)
    channels = channels_now([user.pk]).get(user.pk, ())
    return stream(request, channels, right=Right(still_hear, (user.pk, channels)))


def channels_now(keys: Collection[int]) -> dict[int, tuple[str, ...]]:
    """What these people may hear at this moment; one who has left is not among them.

    It is asked again and again while a page is open, which is a sign of life.
    """
    for key in presence.seen(keys, at=timezone.now()):
        tell_presence(key)
    users = User.objects.active().select_related("department").filter(pk__in=keys)
    return {user.pk: tuple(feed.channels_of(user)) for user in users}


def still_hear(hearers: Collection[Hearer]) -> set[Hearer]:
    """Those who may hear just what they do."""
    return set(channels_now({key for key, _ in hearers}).items()) & set(hearers)
