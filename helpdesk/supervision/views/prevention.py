"""Preventive actions: their list, each with its effect, and the steps (OB-10)."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from helpdesk.answers import SeeOther
from helpdesk.errors import REFUSALS, Refusal, refusal_of
from helpdesk.signed_in import signed_in, supervising
from helpdesk.supervision.forms.base import Dressed
from helpdesk.supervision.forms.prevention import FORMS, OpenForm
from objections.models import Objection, PreventiveAction
from objections.prevention_workflow import LEADING, ActionStep
from objections.services import opening, prevention
from staff.models import Role, User
from tickets.workflow import IllegalStep, NotAllowed

MOST: Final = 200
VERBS: Final[Mapping[str, Callable[..., PreventiveAction]]] = {
    ActionStep.ASSIGN: prevention.assign,
    ActionStep.DESCRIBE: prevention.describe,
    ActionStep.FINISH: prevention.finish,
    ActionStep.JUDGE: prevention.judge,
    ActionStep.CANCEL: prevention.cancel,
}


@dataclass(frozen=True)
class Row:
    """One action of the list."""

    action: PreventiveAction
    overdue: bool


@dataclass(frozen=True)
class StepForm:
    """One step that this person can take now."""

    step: ActionStep
    form: Dressed


def page(
    request: HttpRequest, user: User, name: str, *, status: int = 200, **more: Any
) -> HttpResponse:
    """A page of this part."""
    context = {
        "place": "supervision" if user.supervises else "prevention",
        "part": "prevention",
        "now": timezone.now(),
        "leads": user.role in LEADING,
        **more,
    }
    return render(request, f"supervision/{name}.html", context, status=status)


def seen(user: User) -> QuerySet[PreventiveAction]:
    """The actions that this person may see, with what a list says of each."""
    visible = PreventiveAction.objects.visible_to(user)
    return visible.select_related("subtype", "department", "owner")


@require_safe
@never_cache
@signed_in
def index(request: HttpRequest, user: User) -> HttpResponse:
    """What stands, the earliest due first; below it what has ended."""
    visible = seen(user).annotate(resting_on=Count("objections"))
    own = user.supervises or user.role == Role.DEPARTMENT_HANDLER
    if not own and not visible.exists():
        raise Http404
    at = timezone.now()
    standing = visible.standing().order_by("due_at", "pk")[:MOST]  # type: ignore[attr-defined]
    ended = visible.filter(ended_at__isnull=False).order_by("-ended_at", "-pk")[:MOST]
    rows = [Row(it, it.is_overdue(at=at)) for it in standing]
    return page(
        request,
        user,
        "prevention",
        standing=rows,
        overdue=sum(row.overdue for row in rows),
        ended=list(ended),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@supervising
def new(request: HttpRequest, user: User) -> HttpResponse:
    """Open an action by hand."""
    if user.role not in LEADING:
        raise NotAllowed("open")
    if request.method != "POST":
        known = {
            name: request.GET.get(name, "") for name in ("subtype", "device_model")
        }
        form = OpenForm(initial={**known, "client_token": uuid.uuid4()})
        return page(request, user, "prevention_new", form=form)
    form = OpenForm(request.POST)
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    if form.is_valid():
        try:
            action = opening.open_action(**form.given(), by=user, at=timezone.now())
        except ValidationError as error:
            form.refuse(error)
        except IllegalStep as error:
            form.add_error(None, str(error))
            status = HTTPStatus.CONFLICT
        else:
            return SeeOther(reverse("supervision:prevention", args=[action.number]))
    return page(request, user, "prevention_new", form=form, status=status)


@require_safe
@never_cache
@signed_in
def action(request: HttpRequest, user: User, number: str) -> HttpResponse:
    """One action with what it rests on, its effect, its steps and its history."""
    return action_page(request, user, number)


@require_POST
@never_cache
@signed_in
def step(request: HttpRequest, user: User, number: str, step: str) -> HttpResponse:
    """Take a step, or show what stands against it beside its form."""
    if step not in VERBS:
        raise Http404
    found = get_object_or_404(seen(user), number=number)
    form = FORMS[step](request.POST)
    if form.is_valid():
        try:
            VERBS[step](found, **form.cleaned_data, by=user, at=timezone.now())
        except ValidationError as error:
            form.refuse(error)
        except REFUSALS as error:
            return action_page(request, user, number, refusal=refusal_of(error))
        else:
            return SeeOther(reverse("supervision:prevention", args=[number]))
    return action_page(request, user, number, refused=StepForm(ActionStep(step), form))


def action_page(
    request: HttpRequest,
    user: User,
    number: str,
    *,
    refused: StepForm | None = None,
    refusal: Refusal | None = None,
) -> HttpResponse:
    """The page of an action; a constant number of queries."""
    at = timezone.now()
    related = ("rule", "follows", "opened_by", "done_by", "ended_by")
    found = get_object_or_404(
        seen(user).select_related(*related, "department__head"), number=number
    )
    before, after = prevention.count(found, at=at)
    status: int = refusal.status if refusal else HTTPStatus.OK
    if refused:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    return page(
        request,
        user,
        "prevention_action",
        status=status,
        action=found,
        overdue=found.is_overdue(at=at),
        before=before,
        after=after,
        resting_on=resting_on(found, user),
        steps=steps(found, user, refused, at=at),
        records=list(found.records.select_related("by")),
        successors=list(seen(user).filter(follows=found)),
        refusal=refusal,
    )


def resting_on(found: PreventiveAction, user: User) -> list[Objection]:
    """The objections behind it that this person may see, the newest first."""
    behind = Objection.objects.visible_to(user).filter(preventive_actions=found)
    rows = behind.select_related("customer").order_by("-created_at", "-pk")
    return list(rows[:MOST])


def steps(
    found: PreventiveAction, user: User, refused: StepForm | None, *, at: datetime
) -> list[StepForm]:
    """The forms of what this person can do now, a refused one as it was filled in."""
    can = prevention.possible_steps(found, by=user)
    filled = {
        ActionStep.ASSIGN: {"to": found.owner_id},
        ActionStep.DESCRIBE: {"measure": found.measure},
    }
    made = []
    for one in ActionStep:
        if refused and refused.step == one:
            made.append(refused)
        elif one in can:
            prefix = {"auto_id": f"{one}-%s", "initial": filled.get(one)}
            made.append(StepForm(one, FORMS[one](**prefix)))
    return made
