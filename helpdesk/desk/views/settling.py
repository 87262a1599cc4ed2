"""The steps of a settlement that need no form, and what a proposal will need."""

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from helpdesk.desk.proposal_form import amounts_of
from helpdesk.desk.settlement import bands, labels_of
from helpdesk.desk.views.objections import do, opened
from helpdesk.forms import NO_SUCH, number_in
from helpdesk.signed_in import signed_in
from objections import services
from objections.services.approving import estimate
from objections.workflow import Step
from staff.models import User


@require_POST
@signed_in
def approve(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """Give an approval to the proposal that was read; the last one sends it."""
    told = request.GET.get("proposal", "")
    read = number_in(told) or NO_SUCH if told else None
    return do(
        request,
        user,
        number,
        lambda o, at: services.approve(o, proposal=read, by=user, at=at),
    )


@require_POST
@signed_in
def investigate_again(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """Let the departments look once more."""
    return do(
        request,
        user,
        number,
        lambda o, at: services.investigate_again(o, by=user, at=at),
    )


@require_POST
@signed_in
def archive(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """Put a closed case away."""
    return do(request, user, number, lambda o, at: services.archive(o, by=user, at=at))


@require_safe
@never_cache
@signed_in
def approvals(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """Whose approval the measures that are ticked would need."""
    workspace = opened(number, user)
    if not workspace.can[Step.PROPOSE]:
        raise Http404
    before = workspace.settlement.agreed_before
    amounts = amounts_of(request.GET, request.GET.getlist("measures"))
    context = {"before": before, "bands": bands()}
    try:
        found = estimate(amounts, before=before, by=user)
    except ValidationError as error:
        context["problem"] = " ".join(error.messages)
    else:
        context |= {"estimate": found, "needed": labels_of(found.approvers)}
    return render(request, "desk/objection/_approvals_needed.html", context)
