"""Who may decide what is promised: others who supervise are told that they may not."""

from functools import wraps
from typing import ParamSpec

from django.http import HttpRequest, HttpResponseBase

from helpdesk.signed_in import StaffView, View, supervising
from staff.models import User
from tickets.workflow import NotAllowed

P = ParamSpec("P")


def publishing(view: StaffView[P]) -> View[P]:
    """As `supervising`; whoever reads but does not decide is refused (403)."""

    @wraps(view)
    def wrapper(
        request: HttpRequest, user: User, /, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        if not user.publishes:
            raise NotAllowed("publish")
        return view(request, user, *args, **kwargs)

    return supervising(wrapper)
