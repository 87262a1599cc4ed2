"""The live stream of one conversation, for whoever holds its link."""

from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from helpdesk.live import asked, stream
from inquiries.links import inquiry_of
from inquiries.models import Inquiry
from tickets import feed


@require_GET
async def thread(request: HttpRequest, token: str) -> HttpResponseBase:
    """Changes that the customer may know of; a stranger's link is a 404."""
    try:
        inquiry = await asked(lambda: inquiry_of(token))
    except Inquiry.DoesNotExist as error:
        raise Http404 from error
    return stream(request, [feed.ticket_channel(inquiry.number)])
