"""A draft before it becomes a promise: what is wrong, what changes, and from when."""

from http import HTTPStatus

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from helpdesk.supervision import comparison, policies
from helpdesk.supervision.forms.publication import PublishForm
from helpdesk.supervision.publishing import publishing
from helpdesk.supervision.views.drafts import back, draft_of
from helpdesk.supervision.views.policy import page
from sla.models import PolicyVersion
from sla.services import fingerprints, soundness
from sla.services.publication import publish as publish_draft
from staff.models import User


@require_safe
@never_cache
@publishing
def preview(request: HttpRequest, user: User, policy: str, number: int) -> HttpResponse:
    """What keeps the draft back, and what it would change."""
    draft = draft_of(policy, number)
    return show(request, user, draft, PublishForm(initial={"note": draft.note}))


@require_POST
@publishing
def publish(request: HttpRequest, user: User, policy: str, number: int) -> HttpResponse:
    """Make the draft a promise; what keeps it back is shown on the same page."""
    draft = draft_of(policy, number)
    form = PublishForm(request.POST)
    if not form.is_valid():
        return show(request, user, draft, form)
    try:
        seen = request.POST.get("seen")
        publish_draft(draft, by=user, at=timezone.now(), seen=seen, **form.chosen())
    except ValidationError as error:
        form.refuse(error)
        return show(request, user, draft, form)
    return back(draft)


def show(
    request: HttpRequest, user: User, draft: PolicyVersion, form: PublishForm
) -> HttpResponse:
    at = timezone.now()
    base = policies.in_force(draft.policy, at=at)
    return page(
        request,
        user,
        "policy_preview",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK,
        version=draft,
        seen=fingerprints.of_version(draft),
        base=base,
        problems=soundness.problems(draft, at=at),
        blocks=comparison.compared(base, draft) if base else [],
        form=form,
    )
