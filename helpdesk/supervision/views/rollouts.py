"""Apply the version in force to tickets that are open: first who gains and loses."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from helpdesk.answers import SeeOther
from helpdesk.supervision import policies
from helpdesk.supervision.publishing import publishing
from helpdesk.supervision.views.policy import page
from sla.services import forecast, rollouts
from staff.models import User


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@publishing
def rollout(request: HttpRequest, user: User, policy: str, number: int) -> HttpResponse:
    """A preview, and the order; a job does the work and writes down what it did."""
    at = timezone.now()
    version = policies.found(policy, number)
    if policies.in_force(version.policy, at=at) != version:
        raise Http404
    if request.method == "POST":
        rollouts.ask(version, by=user, at=at)
        address = reverse("supervision:policy_version", args=[policy, number])
        return SeeOther(f"{address}#rollouts")
    waiting = version.rollouts.filter(finished_at=None).exists()
    return page(
        request,
        user,
        "policy_rollout",
        version=version,
        preview=forecast.preview(at=at),
        waiting=waiting,
    )
