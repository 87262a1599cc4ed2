"""Which conversations this browser began: a signed cookie that the browser keeps.

It opens no more than the links that the customer was given, and asking needs no session
for it: a row to read and to write for each question.
"""

from collections.abc import Collection
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from inquiries.models import Inquiry

COOKIE: Final = "threads"
SALT: Final = "helpdesk.portal.remembered"
REMEMBERED: Final = 5


def held(request: HttpRequest) -> Collection[str]:
    """The numbers of the conversations that this browser began; read when needed."""
    numbers: Collection[str] = SimpleLazyObject(lambda: _read(request))
    return numbers


def remember(request: HttpRequest, response: HttpResponse, inquiry: Inquiry) -> None:
    """Add a conversation that has begun: the home page leads back to it."""
    rest = [number for number in _read(request) if number != inquiry.number]
    response.set_signed_cookie(
        COOKIE,
        ".".join([inquiry.number, *rest][:REMEMBERED]),
        salt=SALT,
        max_age=settings.SESSION_COOKIE_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _read(request: HttpRequest) -> list[str]:
    """The newest first; none where the cookie is old, or not as we made it."""
    known = request.get_signed_cookie(
        COOKIE, default="", salt=SALT, max_age=settings.SESSION_COOKIE_AGE
    )
    return known.split(".") if known else []
