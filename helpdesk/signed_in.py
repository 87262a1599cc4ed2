"""Who may enter a staff door: the view gets the person, a stranger the sign-in page."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import resolve_url
from django.utils.http import urlencode

from staff.models import User

P = ParamSpec("P")
StaffView = Callable[Concatenate[HttpRequest, User, P], HttpResponseBase]
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def signed_in(view: StaffView[P]) -> View[P]:
    """Pass the signed-in person to the view as its second argument."""

    @wraps(view)
    def wrapper(
        request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        user = request.user
        if not isinstance(user, User):
            return to_sign_in(request)
        return view(request, user, *args, **kwargs)

    return wrapper


def supervising(view: StaffView[P]) -> View[P]:
    """As `signed_in`; for everybody who does not supervise the page does not exist."""

    @wraps(view)
    def wrapper(
        request: HttpRequest, user: User, /, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        if not user.supervises:
            raise Http404
        return view(request, user, *args, **kwargs)

    return signed_in(wrapper)


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page; an open page whose session has ended is led there whole."""
    if request.headers.get("HX-Request"):
        back = request.headers.get("HX-Current-URL", "/")
        address = f"{resolve_url('account_login')}?{urlencode({'next': path_of(back)})}"
        return HttpResponse(headers={"HX-Redirect": address})
    return redirect_to_login(request.get_full_path())


def path_of(url: str) -> str:
    """The path of an address on this site."""
    _origin, _slashes, rest = url.partition("//")
    _host, slash, path = rest.partition("/")
    return slash + path or "/"
