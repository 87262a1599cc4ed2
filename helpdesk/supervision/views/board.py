"""The supervisors' board, and what they do from it."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from helpdesk.answers import SeeOther
from helpdesk.errors import REFUSALS, Refusal, refusal_of
from helpdesk.forms import AssignForm, values
from helpdesk.notices import outstanding
from helpdesk.signed_in import supervising
from helpdesk.supervision.board import Board
from inquiries import services as inquiries
from objections import services as objections
from sla.models import Clock
from sla.services import alerts
from staff.models import User
from tickets.models import Kind, Ticket

Act = Callable[[datetime], object]


@require_safe
@never_cache
@vary_on_headers("HX-Request")
@supervising
def board(request: HttpRequest, user: User) -> HttpResponse:
    """The page, or its board alone for the page that is open."""
    return show(request, user)


@require_POST
@supervising
def acknowledge(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """A missed promise is taken note of; the first who does so counts."""
    clock = get_object_or_404(Clock.objects.visible_to(user), pk=pk)
    return do(request, user, lambda at: alerts.acknowledge(clock, by=user, at=at))


@require_POST
@supervising
def take_over(request: HttpRequest, user: User, number: str) -> HttpResponse:
    ticket, verbs = found(user, number)
    return do(request, user, lambda at: verbs.take(ticket, by=user, at=at))


@require_POST
@supervising
def reassign(request: HttpRequest, user: User, number: str) -> HttpResponse:
    ticket, verbs = found(user, number)
    form = AssignForm(request.POST)
    return do(
        request,
        user,
        lambda at: verbs.assign(ticket, by=user, at=at, **values(form)),
    )


def found(user: User, number: str) -> tuple[Any, Any]:
    """A ticket that this person may see, and the verbs of its kind."""
    ticket = get_object_or_404(Ticket.objects.visible_to(user), number=number)
    if ticket.kind == Kind.OBJECTION:
        return ticket.objection, objections
    return ticket.inquiry, inquiries


def do(request: HttpRequest, user: User, act: Act) -> HttpResponse:
    """Act, then show how things stand now, with the reason if nothing was done."""
    try:
        act(timezone.now())
    except REFUSALS as error:
        return show(request, user, refusal_of(error))
    if request.headers.get("HX-Request"):
        return show(request, user)
    return SeeOther(reverse("supervision:board"))


def show(
    request: HttpRequest, user: User, refusal: Refusal | None = None
) -> HttpResponse:
    """The board as it is now."""
    context = {
        "board": (shown := Board.of(user, at=timezone.now())),
        "now": shown.now,
        "place": "supervision",
        "refusal": refusal,
    }
    if request.headers.get("HX-Request"):
        template = "supervision/_board.html"
    else:
        template = "supervision/board.html"
        context |= {
            "notices": outstanding(user),
            "colleagues": User.objects.answering(),
        }
    status = refusal.status if refusal else HTTPStatus.OK
    return render(request, template, context, status=status)
