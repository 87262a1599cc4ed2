"""The API's own pages: its schema, its reference, and where there is nothing."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.http.response import HttpResponsePermanentRedirect
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.exceptions import NotFound
from rest_framework.permissions import SAFE_METHODS, AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from helpdesk.api import limits
from helpdesk.api.description import schema
from helpdesk.api.reference import reference


class Schema(SpectacularAPIView):
    """The description of this API (OpenAPI 3.1), as YAML or JSON."""

    permission_classes = (AllowAny,)
    authentication_classes = ()
    throttle_classes = ()

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(schema(get_language() or settings.LANGUAGE_CODE))


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The same to read in a browser, with what holds for every operation."""
    origin = request.build_absolute_uri("/").rstrip("/")
    context = {
        "reference": reference(
            schema(get_language() or settings.LANGUAGE_CODE), origin=origin
        ),
        "reading": [rate.partition("/")[0] for rate in limits.READING],
        "writing": [rate.partition("/")[0] for rate in limits.WRITING],
    }
    return render(request, "api/page.html", context)


class NothingHere(APIView):
    """Says so in the API's own way."""

    permission_classes = (AllowAny,)
    authentication_classes = ()
    schema = None

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Send a reader who forgot the last slash there; a writer would lose data."""
        if request.method in SAFE_METHODS and not request.path.endswith("/"):
            address = request.get_full_path(force_append_slash=True)
            return HttpResponsePermanentRedirect(address)
        return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise NotFound(_("There is nothing at this address; each ends with a slash."))
