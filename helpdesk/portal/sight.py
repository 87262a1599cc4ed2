"""Which cases this browser may see, and the secret of its uploads: in its session."""

import secrets
from typing import Final

from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from helpdesk.throttle import line_of
from objections.models import Objection

CASES: Final = "cases"
UPLOADS: Final = "uploads"
REMEMBERED: Final = 5


def grant(request: HttpRequest, objection: Objection) -> None:
    """Let this browser see the case until its session ends."""
    rest = [number for number in seen(request) if number != objection.number]
    request.session[CASES] = [objection.number, *rest][:REMEMBERED]


def forget(request: HttpRequest, number: str) -> None:
    """This browser sees the case no more, say on a computer of many."""
    request.session[CASES] = [one for one in seen(request) if one != number]


def seen(request: HttpRequest) -> list[str]:
    """The numbers of the cases that this browser may see, the newest first."""
    found = request.session.get(CASES, [])
    return [one for one in found if isinstance(one, str)]


def sees(request: HttpRequest, number: str) -> bool:
    """Whether number and tail, a link, or the filing itself came by this browser."""
    return number in seen(request)


def uploader(request: HttpRequest) -> str:
    """The secret under which this browser's files wait; "" before its first file."""
    found = request.session.get(UPLOADS, "")
    return found if isinstance(found, str) else ""


def new_uploader(request: HttpRequest) -> str:
    """The same, made if there is none yet."""
    if not uploader(request):
        request.session[UPLOADS] = secrets.token_urlsafe(32)
    return uploader(request)


def line_mark(request: HttpRequest) -> str:
    """What tells the files of one address from another's, and not the address."""
    line = line_of(request.META.get("REMOTE_ADDR", ""))
    return salted_hmac("helpdesk.portal.uploads", line).hexdigest()[:32]
