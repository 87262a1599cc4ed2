"""Watching a conversation, and what leads out of watching: a word, joining, taking."""

import uuid
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from helpdesk.answers import SeeOther
from helpdesk.errors import REFUSALS, Refusal, refusal_of
from helpdesk.forms import values
from helpdesk.notices import outstanding
from helpdesk.signed_in import supervising
from helpdesk.supervision.forms.board import WordForm
from helpdesk.supervision.monitor import Monitored, found, verbs_of
from helpdesk.templatetags.tickets import desk_url
from staff.models import User
from tickets.models import LONGEST_WORD
from tickets.services import joining, words


@require_safe
@never_cache
@vary_on_headers("HX-Request")
@supervising
def monitor(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """The conversation as it goes, to read."""
    return show(request, user, number)


@require_POST
@supervising
def join(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """Go in and write beside the colleague; the history says so."""
    ticket = found(user, number)

    def act(at: datetime) -> object:
        return joining.join(ticket, by=user, at=at)

    return do(request, user, number, act, to=desk_url(ticket))


@require_POST
@supervising
def take(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """Take it over and go on with it at the desk."""
    ticket, verbs = verbs_of(user, number)

    def act(at: datetime) -> object:
        return verbs.take(ticket, by=user, at=at)

    return do(request, user, number, act, to=desk_url(ticket))


@require_POST
@supervising
def word(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """A private word to a colleague about what is seen here."""
    ticket = found(user, number)
    form = WordForm(request.POST)

    def act(at: datetime) -> object:
        return words.send_word(ticket, by=user, at=at, **values(form))

    if request.headers.get("HX-Request"):
        return say(request, act)
    to = reverse("supervision:monitor", args=[number])
    return do(request, user, number, act, to=f"{to}#words", written=request.POST)


def say(request: HttpRequest, act: Callable[[datetime], object]) -> HttpResponse:
    """Act from a page that stays as it is: what went wrong, or nothing."""
    refusal = None
    try:
        act(timezone.now())
    except REFUSALS as error:
        refusal = refusal_of(error)
    status = refusal.status if refusal else HTTPStatus.OK
    context = {"refusal": refusal}
    return render(request, "supervision/_word_said.html", context, status=status)


def do(
    request: HttpRequest,
    user: User,
    number: str,
    act: Callable[[datetime], object],
    *,
    to: str,
    written: QueryDict | None = None,
) -> HttpResponse:
    """Act and go there, or stay with the reason if nothing was done."""
    try:
        act(timezone.now())
    except REFUSALS as error:
        return show(request, user, number, refusal_of(error), written)
    return SeeOther(to)


def show(
    request: HttpRequest,
    user: User,
    number: str,
    refusal: Refusal | None = None,
    written: QueryDict | None = None,
) -> HttpResponse:
    """The page, or what moves on it alone for the page that is open."""
    monitored = Monitored.of(number, user=user, at=timezone.now())
    context = {"monitored": monitored, "now": monitored.now}
    if request.headers.get("HX-Request"):
        return render(request, "supervision/_monitor.html", context)
    context |= {
        "place": "supervision",
        "notices": outstanding(user),
        "refusal": refusal,
        "written": written or {},
        "to_id": chosen(written, monitored),
        "longest_word": LONGEST_WORD,
        "fresh_token": uuid.uuid4(),
    }
    status = refusal.status if refusal else HTTPStatus.OK
    return render(request, "supervision/monitor.html", context, status=status)


def chosen(written: QueryDict | None, monitored: Monitored) -> int | None:
    """For whom the word is: whoever was chosen, or who has the ticket."""
    named = written.get("to") if written else None
    known = {str(person.pk): person.pk for person in monitored.colleagues}
    return known.get(named or "", monitored.to_id)
