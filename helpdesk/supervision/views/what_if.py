"""What-if: the past under other terms, and from there a draft of the policy."""

from http import HTTPStatus
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from helpdesk.errors import RETRY_SECONDS
from helpdesk.signed_in import supervising
from helpdesk.supervision import what_if as pages
from helpdesk.supervision.forms.what_if import LONGEST_QUERY, WhatIfForm, last_month
from helpdesk.supervision.publishing import publishing
from helpdesk.supervision.views.drafts import WRONG, back
from helpdesk.supervision.views.policy import page
from sla.models import ShadowRun
from sla.services import what_if
from staff.models import User

MOST_SHADOWS: Final = 20


@require_safe
@never_cache
@supervising
def show(request: HttpRequest, user: User) -> HttpResponse:
    """The form, and what the address asks."""
    at = timezone.now()
    asked = request.GET if "rule" in request.GET else None
    initial = last_month(timezone.localdate(at))
    form = WhatIfForm(asked, at=at, initial=initial)
    return answered(request, user, form)


@require_POST
@publishing
def draft(request: HttpRequest, user: User) -> HttpResponse:
    """Begin the policy's draft with the other limit, or go on with the one there is."""
    asked = QueryDict(request.POST.get("asked", "")[:LONGEST_QUERY])
    form = WhatIfForm(asked, at=timezone.now())
    if not form.is_valid():
        return answered(request, user, form)
    question = form.question()
    try:
        version = what_if.draft(
            question,
            by=user,
            seen=request.POST.get("seen", ""),
            note=pages.note_of(form),
        )
    except ValidationError as error:
        form.refuse(error)
        return answered(request, user, form)
    return back(version, f"rule-{question.rule.code}")


def answered(request: HttpRequest, user: User, form: WhatIfForm) -> HttpResponse:
    """The page with what comes of a valid form."""
    at = timezone.now()
    more: dict[str, Any] = {}
    is_busy = False
    if form.is_valid():
        question = form.question()
        try:
            answer = what_if.ask(question, by=user, at=at)
        except ValidationError as error:
            form.refuse(error)
        except what_if.Busy:
            is_busy = True
            form.add_error(None, _("Another question is being reckoned. Ask again."))
        else:
            more = pages.shown(form, answer, decides=user.publishes)
    shown = page(
        request,
        user,
        "what_if",
        status=status_of(form, is_busy=is_busy),
        part="what_if",
        form=form,
        shadows=ShadowRun.objects.select_related("calendar")[:MOST_SHADOWS],
        **more,
    )
    if is_busy:
        shown["Retry-After"] = str(RETRY_SECONDS)
    return shown


def status_of(form: WhatIfForm, *, is_busy: bool) -> HTTPStatus:
    if is_busy:
        return HTTPStatus.SERVICE_UNAVAILABLE
    return WRONG if form.errors else HTTPStatus.OK
