"""Requests beyond every limit are refused before any of their content is read."""

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from helpdesk.api.problems import problem
from helpdesk.errors import Refusal

API: Final = "/api/"


class TooLargeMiddleware:
    """Answers 413; what is smaller but still too large is said beside its field."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdigit() or int(length) <= settings.REQUEST_MAX_BYTES:
            return self.get_response(request)
        text = _("The request is larger than this service accepts.")
        if request.path.startswith(API):
            return problem(413, text)
        fragment = bool(request.headers.get("HX-Request"))
        template = "components/refusal.html" if fragment else "refusal.html"
        return render(
            request, template, {"refusal": Refusal(413, {"": [text]})}, status=413
        )
