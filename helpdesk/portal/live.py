"""The live streams of one conversation and of one case, for who may see them."""

from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from helpdesk.live.door import stream
from helpdesk.portal import sight
from inquiries.links import inquiry_of
from inquiries.models import Inquiry
from tickets import feed


@require_GET
def thread(request: HttpRequest, token: str) -> HttpResponseBase:
    """Changes that the customer may know of; a stranger's link is a 404."""
    try:
        inquiry = inquiry_of(token)
    except Inquiry.DoesNotExist as error:
        raise Http404 from error
    return stream(request, [feed.ticket_channel(inquiry.number)])


@require_GET
def case(request: HttpRequest, number: str) -> HttpResponseBase:
    """Changes of a case for the browser that may see it; any other gets a 404."""
    if not sight.sees(request, number):
        raise Http404
    return stream(request, [feed.ticket_channel(number)])
