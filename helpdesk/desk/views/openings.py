"""That a ticket was looked at: the page says so itself when it is shown."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST

from helpdesk.signed_in import signed_in
from staff.models import User
from tickets.models import Ticket
from tickets.services import openings


@require_POST
@signed_in
def opened(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """This person looks at this ticket; only the first time is kept."""
    ticket = get_object_or_404(Ticket.objects.visible_to(user), number=number)
    openings.note(ticket, by=user, at=timezone.now())
    return HttpResponse(status=204)
