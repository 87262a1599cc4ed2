"""A person's own notices of warnings and missed promises, until acknowledged."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from helpdesk.answers import SeeOther
from helpdesk.notices import outstanding
from helpdesk.signed_in import signed_in
from sla.services.alerts import acknowledge_notices
from staff.models import User
from tickets.models import PrivateWord, Ticket
from tickets.services.words import hear_word


@require_safe
@never_cache
@signed_in
def notices(request: HttpRequest, user: User) -> HttpResponse:
    """The notices alone."""
    return fragment(request, user)


@require_POST
@signed_in
def acknowledge(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """This person has heard of this ticket's warning or breach."""
    ticket = get_object_or_404(Ticket.objects.visible_to(user), number=number)
    acknowledge_notices(ticket, by=user, at=timezone.now())
    if request.headers.get("HX-Request"):
        return fragment(request, user)
    return SeeOther(reverse("desk:inbox"))


@require_POST
@signed_in
def heard_word(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """This person has read what a supervisor told them."""
    word = get_object_or_404(PrivateWord, pk=pk, recipient=user)
    hear_word(word, by=user, at=timezone.now())
    if request.headers.get("HX-Request"):
        return fragment(request, user)
    return SeeOther(reverse("desk:inbox"))


def fragment(request: HttpRequest, user: User) -> HttpResponse:
    context = {"notices": outstanding(user), "now": timezone.now()}
    return render(request, "components/notices.html", context)
