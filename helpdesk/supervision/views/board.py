"""The supervisors' board, and what they do from it."""

import uuid
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from helpdesk.answers import SeeOther
from helpdesk.errors import REFUSALS, Refusal, refusal_of
from helpdesk.forms import AssignForm, values
from helpdesk.notices import outstanding
from helpdesk.signed_in import supervising
from helpdesk.supervision import snapshot
from helpdesk.supervision.board import count_unseen, unseen_misses
from helpdesk.supervision.forms.board import SeenForm
from helpdesk.supervision.monitor import verbs_of
from helpdesk.supervision.personal import personal
from helpdesk.supervision.snapshot import BOARD, TV, Screen, Shown
from sla.models import Clock, Metric
from sla.services import alerts
from staff.models import User
from tickets.models import LONGEST_WORD

Act = Callable[[datetime], object]


@require_safe
@never_cache
@vary_on_headers("HX-Request")
@supervising
def board(request: HttpRequest, user: User) -> HttpResponse:
    """The page, or its board alone for the page that is open."""
    shown = snapshot.current(screen(BOARD), at=timezone.now())
    return show(request, user, shown)


@require_safe
@never_cache
@supervising
def television(request: HttpRequest, user: User) -> HttpResponse:
    """The figures for a screen on the wall: no names, no texts, nothing to click."""
    shown = snapshot.current(screen(TV), at=timezone.now())
    return render(request, "supervision/tv.html", parts_of(shown, user))


@require_POST
@supervising
def acknowledge(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """A missed promise is taken note of; the first who does so counts."""
    clock = get_object_or_404(Clock.objects.visible_to(user), pk=pk)
    return do(request, user, lambda at: alerts.acknowledge(clock, by=user, at=at))


@require_POST
@supervising
def acknowledge_all(request: HttpRequest, user: User, metric: str) -> HttpResponse:
    """All misses of one promise that this person has seen on the board.

    Of very many the first hundred; then it says how many are left.
    """
    if metric not in Metric.values:
        raise Http404
    form = SeenForm(request.POST)

    def act(at: datetime) -> str:
        seen = values(form)
        clocks = unseen_misses(metric, at=at, **seen)
        alerts.acknowledge_all(clocks, by=user, at=at)
        left = count_unseen(metric, at=at, **seen)
        return left_words(left) if left else ""

    return do(request, user, act)


def left_words(left: int) -> str:
    """That one has to go on."""
    return ngettext(
        "%(n)s more is left. Acknowledge all once more.",
        "%(n)s more are left. Acknowledge all once more.",
        left,
    ) % {"n": left}


@require_POST
@supervising
def take_over(request: HttpRequest, user: User, number: str) -> HttpResponse:
    ticket, verbs = verbs_of(user, number)
    return do(request, user, lambda at: verbs.take(ticket, by=user, at=at))


@require_POST
@supervising
def reassign(request: HttpRequest, user: User, number: str) -> HttpResponse:
    ticket, verbs = verbs_of(user, number)
    form = AssignForm(request.POST)
    return do(
        request,
        user,
        lambda at: verbs.assign(ticket, by=user, at=at, **values(form)),
    )


def do(request: HttpRequest, user: User, act: Act) -> HttpResponse:
    """Act, then show how things stand now, with the reason if nothing was done.

    What the act says in words is shown, too.
    """
    refusal, said = None, None
    try:
        said = act(timezone.now())
    except REFUSALS as error:
        refusal = refusal_of(error)
    shown = snapshot.renew(screen(BOARD), at=timezone.now())
    words = said if isinstance(said, str) else ""
    if refusal is None and not words and not request.headers.get("HX-Request"):
        return SeeOther(reverse("supervision:board"))
    return show(request, user, shown, refusal, words)


def screen(kind: str) -> Screen:
    """What this reader looks at."""
    return Screen(kind, get_language() or "")


def parts_of(shown: Shown, user: User) -> dict[str, object]:
    """A screen for a template, as this person sees it."""
    # The parts were rendered, and escaped, by their own templates.
    parts = {
        part: mark_safe(personal(html, user.pk))  # noqa: S308
        for part, html in shown.parts.items()
    }
    return {"parts": parts, "at_ms": shown.stamp // 1000, "now": shown.at}


def show(
    request: HttpRequest,
    user: User,
    shown: Shown,
    refusal: Refusal | None = None,
    said: str = "",
) -> HttpResponse:
    """The board as it was made."""
    context = {
        **parts_of(shown, user),
        "place": "supervision",
        "refusal": refusal,
        "said": said,
    }
    if request.headers.get("HX-Request"):
        template = "supervision/_board.html"
    else:
        template = "supervision/board.html"
        context |= {
            "notices": outstanding(user),
            "colleagues": User.objects.answering().values_list(
                "pk", "display_name", "work_number", named=True
            ),
            "longest_word": LONGEST_WORD,
            "fresh_token": uuid.uuid4(),
        }
    status = refusal.status if refusal else HTTPStatus.OK
    return render(request, template, context, status=status)
