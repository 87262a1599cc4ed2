"""The one-time link by which a person signs in without a password."""

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from helpdesk.throttle import throttled
from staff.services import find_sign_in_link, use_sign_in_link


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@throttled("sign-in", "20/m")
@sensitive_variables("token")
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Show whom the link signs in; the POST uses it up (a GET changes nothing)."""
    now = timezone.now()
    if request.method == "POST":
        user = use_sign_in_link(token, at=now)
        if user is not None:
            # Fresh enough to set up a second factor and see its recovery codes.
            record_authentication(request, user, method="link", reauthenticated=True)
            response: HttpResponse = perform_login(
                request, user, email_verification="none"
            )
            return response
    link = find_sign_in_link(token, at=now)
    context = {"person": link.user if link else None}
    return render(
        request, "desk/sign_in_link.html", context, status=200 if link else 404
    )
