"""A draft's rule in the shadow: switch it on, see what it saw, switch it off."""

from http import HTTPStatus
from typing import Final

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from helpdesk.answers import SeeOther
from helpdesk.signed_in import supervising
from helpdesk.supervision.publishing import publishing
from helpdesk.supervision.views.drafts import GET_POST, WRONG, draft_of
from helpdesk.supervision.views.policy import page
from helpdesk.supervision.what_if import shadow_chart
from sla.models import ShadowRun
from sla.services import shadows
from staff.models import User

MOST_SHOWN: Final = 50


@GET_POST
@never_cache
@publishing
def switch_on(
    request: HttpRequest, user: User, policy: str, number: int, code: str
) -> HttpResponse:
    """What a shadow is; and let a draft's rule run in it."""
    draft = draft_of(policy, number)
    rule = get_object_or_404(draft.targets.select_related("calendar"), code=code)
    at = timezone.now()
    run = draft.shadows.on().filter(code=code).first()
    obstacle = ""
    if request.method == "POST":
        try:
            run = shadows.switch_on(rule, by=user, at=at)
        except ValidationError as error:
            obstacle = error.messages[0]
    if run is not None:
        return to(run)
    return page(
        request,
        user,
        "policy_shadow",
        status=WRONG if obstacle else HTTPStatus.OK,
        version=draft,
        target=rule,
        live=shadows.live_rule(rule, at=at),
        obstacle=obstacle or shadows.obstacle(rule, at=at),
    )


@require_safe
@never_cache
@supervising
def show(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """What a run has seen: misses of the live rule, and those that would have been."""
    at = timezone.now()
    runs = ShadowRun.objects.select_related(
        "policy", "version", "calendar", "began_by", "ended_by"
    )
    run = get_object_or_404(runs, pk=pk)
    watch = shadows.watch(run, at=at)
    return page(
        request,
        user,
        "shadow",
        part="what_if",
        run=run,
        watch=watch,
        chart=shadow_chart(watch),
        examples=shadows.newly_missed(run)[:MOST_SHOWN],
    )


@require_POST
@publishing
def switch_off(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    run = get_object_or_404(ShadowRun, pk=pk)
    shadows.switch_off(run, by=user, at=timezone.now())
    return to(run)


def to(run: ShadowRun) -> SeeOther:
    return SeeOther(reverse("supervision:shadow", args=[run.pk]))
