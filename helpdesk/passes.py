"""Links to files that end, behind addresses that stay.

The address of a file leads, if the row filter lets, to the same address with a key: it
holds for some minutes, and for this browser's session alone. (A customer's conversation
needs no session: its address is secret itself, and those of its files begin with it.)
The row filter is asked each time. So an open page always finds its pictures, and a
copied link soon finds nothing. The end lies on a full five minutes, so that the browser
may keep what it has.
"""

import time
from typing import Final
from urllib.parse import urlencode

from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

STEP: Final = 300
SALT: Final = "helpdesk.passes"


def stop(request: HttpRequest) -> HttpResponse | None:
    """The way to the link that holds, or the word that it has ended; None to pass.

    The caller has asked the row filter before.
    """
    now = int(time.time())
    until, key = request.GET.get("until"), request.GET.get("key")
    if until is None or key is None:
        return lead(request)
    try:
        Signer(salt=SALT).unsign(f"{signed(request, until)}:{key}")
        ended = int(until) <= now
    except (BadSignature, ValueError):
        ended = True
    return refuse(request, "ended") if ended else None


def seconds_left(request: HttpRequest) -> int:
    """How long the link by which a file was asked for still holds."""
    return max(0, int(request.GET["until"]) - int(time.time()))


def lead(request: HttpRequest, *, path: str = "") -> HttpResponse:
    """To the same address, or another one, with a key of this session's."""
    until, path = ends(), path or request.path
    key = Signer(salt=SALT).signature(signed(request, str(until), path))
    response = HttpResponseRedirect(f"{path}?{urlencode({'until': until, 'key': key})}")
    response["Cache-Control"] = "no-store"
    return response


def refuse(request: HttpRequest, why: str) -> HttpResponse:
    """Why no file comes by this link: "ended", "waiting" or "infected"."""
    context = {"why": why, "again": request.path}
    response = render(request, "file_refused.html", context, status=404)
    response["Cache-Control"] = "no-store"
    return response


def ends() -> int:
    """When a link that begins now ends: between five and ten minutes from now."""
    return (int(time.time()) // STEP + 2) * STEP


def signed(request: HttpRequest, until: str, path: str = "") -> str:
    """Of what a key says that it holds: this file, until then, for this session."""
    return f"{path or request.path}|{until}|{request.session.session_key or ''}"
