"""How to reach us: a page, a block for other sites, a text for the WeChat menu."""

from typing import Final

from csp.decorators import csp_replace
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone, translation
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from helpdesk import reach, stores
from tickets.models import Store

MINUTE: Final = 60
ANYBODY: Final = {"frame-ancestors": ["*"]}


@require_safe
@never_cache
def channels(request: HttpRequest) -> HttpResponse:
    """Every channel with what it takes and when, and every store (IN-10 to IN-13)."""
    at = timezone.now()
    context = {"told": reach.reach(at=at), "now": at}
    return render(request, "portal/channels.html", context)


@require_safe
@xframe_options_exempt
@csp_replace(ANYBODY)
@cache_control(max_age=MINUTE)
def embed(request: HttpRequest) -> HttpResponse:
    """The same list for a frame of the company's website (IN-11).

    The one page that other sites may frame: it has no form and sets no cookie.
    """
    language = language_of(request)
    with translation.override(language):
        context = {"told": reach.reach(at=timezone.now()), "site": settings.SITE_URL}
        response = render(request, "portal/channels_embed.html", context)
    response["Content-Language"] = language
    return response


@require_safe
@cache_control(max_age=MINUTE)
def menu_text(request: HttpRequest) -> HttpResponse:
    """The same list as plain text, for the answer of the WeChat menu (IN-11)."""
    language = language_of(request)
    with translation.override(language):
        text = reach.as_text(reach.reach(at=timezone.now()))
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["Content-Language"] = language
    return response


@require_safe
@never_cache
def store(request: HttpRequest, code: str) -> HttpResponse:
    """A store: open or closed now, its hours, and whom to ask when closed (IN-15)."""
    at = timezone.now()
    found = get_object_or_404(Store.objects.in_use(), code=code)
    context = {
        "of_store": stores.shown(found, at=at),
        "emergency": reach.emergency_text(),
        "now": at,
    }
    return render(request, "portal/store.html", context)


def language_of(request: HttpRequest) -> str:
    """The language that the address names, else that of the reader."""
    named = request.GET.get("lang", "")
    known = dict(settings.LANGUAGES)
    return named if named in known else translation.get_language() or "zh-hans"
