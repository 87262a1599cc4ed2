"""Policies to read: versions, one version, and what two of them say differently."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from helpdesk.signed_in import supervising
from helpdesk.supervision import comparison, policies
from helpdesk.supervision.warnings import Warnings
from sla.models import Policy, PolicyVersion
from staff.models import User

SEARCH_MAX: Final = 40


def page(
    request: HttpRequest, user: User, name: str, *, status: int = 200, **more: Any
) -> HttpResponse:
    """A page of this part."""
    context = {
        "place": "supervision",
        "part": "policy",
        "now": timezone.now(),
        "publishes": user.publishes,
        **more,
    }
    return render(request, f"supervision/{name}.html", context, status=status)


@require_safe
@never_cache
@supervising
def index(request: HttpRequest, user: User) -> HttpResponse:
    """Every policy with its versions."""
    at = timezone.now()
    return page(
        request,
        user,
        "policies",
        shelves=policies.shelves(at=at),
        warnings=Warnings.of(at=at),
    )


@require_safe
@never_cache
@supervising
def version(request: HttpRequest, user: User, policy: str, number: int) -> HttpResponse:
    """All that one version says."""
    at = timezone.now()
    words = request.GET.get("q", "").strip()[:SEARCH_MAX]
    sheet = policies.sheet(policy, number, at=at, words=words)
    base = policies.in_force(sheet.version.policy, at=at)
    return page(
        request,
        user,
        "policy_version",
        sheet=sheet,
        editing=user.publishes and sheet.version.is_draft,
        base=base.number if base else None,
        rollouts=sheet.version.rollouts.select_related("asked_by"),
    )


@require_safe
@never_cache
@supervising
def compare(request: HttpRequest, user: User, policy: str) -> HttpResponse:
    """What two versions say differently; those that the address names, or the last."""
    owner = get_object_or_404(Policy, code=policy)
    lines = policies.lines_of(owner.versions.all(), at=timezone.now())
    old, new = comparison.chosen(request.GET, lines)
    shown: dict[str, Any] = {"policy": owner, "lines": lines, "old": old, "new": new}
    if isinstance(old, PolicyVersion) and isinstance(new, PolicyVersion):
        shown["blocks"] = comparison.compared(old, new)
    return page(request, user, "policy_compare", **shown)
