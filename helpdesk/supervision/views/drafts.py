"""Drafts of a policy: begin one, change what it says, throw it away."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
)

from helpdesk.answers import SeeOther
from helpdesk.supervision.forms.ladders import LadderFormSet, shown_ladder
from helpdesk.supervision.forms.pauses import PauseForm, shown_pause
from helpdesk.supervision.forms.rules import NewRuleForm, RuleForm, shown_rule
from helpdesk.supervision.publishing import publishing
from helpdesk.supervision.views.policy import page
from sla.models import EscalationStep, PauseRule, Policy, PolicyVersion
from sla.services import fingerprints, versions
from staff.models import User

GET_POST = require_http_methods(["GET", "HEAD", "POST"])
WRONG = HTTPStatus.UNPROCESSABLE_ENTITY


def draft_of(policy: str, number: int) -> PolicyVersion:
    """A draft; Http404 for a version that is published, whose rows nobody changes."""
    drafts: QuerySet[PolicyVersion] = PolicyVersion.objects.drafts()
    return get_object_or_404(
        drafts.select_related("policy"), policy__code=policy, number=number
    )


def back(draft: PolicyVersion, anchor: str = "") -> SeeOther:
    address = reverse(
        "supervision:policy_version", args=[draft.policy.code, draft.number]
    )
    return SeeOther(f"{address}#{anchor}" if anchor else address)


def attempt(act: Callable[[], object], form: Any, ladder: Any = None) -> bool:
    """Let a verb act; False with its refusal beside the fields that it names."""
    try:
        act()
    except ValidationError as error:
        about = getattr(error, "error_dict", {})
        if ladder is not None and "ladder" in about:
            ladder.refuse(error)
        else:
            form.refuse(error)
        return False
    return True


@require_POST
@publishing
def begin(request: HttpRequest, user: User, policy: str) -> HttpResponse:
    """A draft that says what the newest version says; the open one, if there is one."""
    owner = get_object_or_404(Policy, code=policy)
    return back(versions.draft(owner, by=user))


@require_POST
@publishing
def discard(request: HttpRequest, user: User, policy: str, number: int) -> HttpResponse:
    versions.discard(draft_of(policy, number), by=user, at=timezone.now())
    return SeeOther(reverse("supervision:policies"))


@GET_POST
@never_cache
@publishing
def rule(
    request: HttpRequest, user: User, policy: str, number: int, code: str
) -> HttpResponse:
    """Change a rule and its own ladder."""
    draft = draft_of(policy, number)
    target = get_object_or_404(draft.targets.select_related("calendar"), code=code)
    data = request.POST if request.method == "POST" else None
    form = RuleForm(data, initial=shown_rule(target), metric=target.metric)
    ladder = ladder_form(data, target.own_ladder.all())
    changed = both_valid(form, ladder) and attempt(
        lambda: versions.change_target(
            target,
            by=user,
            ladder=ladder.rungs(),
            seen=request.POST.get("seen"),
            **form.changes(),
        ),
        form,
        ladder,
    )
    if changed:
        return back(draft, f"rule-{code}")
    status = HTTPStatus.OK if data is None else WRONG
    return page(
        request,
        user,
        "policy_rule",
        status=status,
        version=draft,
        target=target,
        seen=fingerprints.of_rule(target),
        form=form,
        ladder=ladder,
    )


@GET_POST
@never_cache
@publishing
def new_rule(
    request: HttpRequest, user: User, policy: str, number: int
) -> HttpResponse:
    """Add a rule, switched off, and go on to what it promises."""
    draft = draft_of(policy, number)
    data = request.POST if request.method == "POST" else None
    form = NewRuleForm(data)
    if form.is_valid() and attempt(
        lambda: versions.add_target(draft, by=user, **form.target()), form
    ):
        kept = [policy, number, form.cleaned_data["code"]]
        return SeeOther(reverse("supervision:policy_rule", args=kept))
    status = HTTPStatus.OK if data is None else WRONG
    return page(
        request, user, "policy_rule_new", status=status, version=draft, form=form
    )


@require_POST
@publishing
def remove_rule(
    request: HttpRequest, user: User, policy: str, number: int, code: str
) -> HttpResponse:
    draft = draft_of(policy, number)
    versions.remove_target(get_object_or_404(draft.targets, code=code), by=user)
    return back(draft)


@GET_POST
@never_cache
@publishing
def common_ladder(
    request: HttpRequest, user: User, policy: str, number: int
) -> HttpResponse:
    """Change the ladder of every rule that has none of its own."""
    draft = draft_of(policy, number)
    data = request.POST if request.method == "POST" else None
    ladder = ladder_form(data, draft.ladder.filter(target=None))
    if ladder.is_valid() and attempt(
        lambda: versions.change_ladder(draft, by=user, ladder=ladder.rungs()), ladder
    ):
        return back(draft, "ladder")
    status = HTTPStatus.OK if data is None else WRONG
    return page(
        request, user, "policy_ladder", status=status, version=draft, ladder=ladder
    )


@GET_POST
@never_cache
@publishing
def pause_rule(
    request: HttpRequest, user: User, policy: str, number: int, code: str
) -> HttpResponse:
    """Change a reason for pauses."""
    draft = draft_of(policy, number)
    rules = draft.pause_rules.select_related("calendar")
    return pause_form(request, user, draft, get_object_or_404(rules, code=code))


@GET_POST
@never_cache
@publishing
def new_pause_rule(
    request: HttpRequest, user: User, policy: str, number: int
) -> HttpResponse:
    """Add a reason for pauses."""
    return pause_form(request, user, draft_of(policy, number), None)


@require_POST
@publishing
def remove_pause_rule(
    request: HttpRequest, user: User, policy: str, number: int, code: str
) -> HttpResponse:
    draft = draft_of(policy, number)
    rule = get_object_or_404(draft.pause_rules, code=code)
    versions.remove_pause_rule(rule, by=user)
    return back(draft, "pauses")


def pause_form(
    request: HttpRequest, user: User, draft: PolicyVersion, rule: PauseRule | None
) -> HttpResponse:
    """The form of a reason, new or known."""
    data = request.POST if request.method == "POST" else None
    form = PauseForm(data, initial=shown_pause(rule) if rule else None)
    if form.is_valid() and attempt(
        lambda: versions.save_pause_rule(
            rule or PauseRule(version=draft), by=user, **form.changes()
        ),
        form,
    ):
        return back(draft, "pauses")
    status = HTTPStatus.OK if data is None else WRONG
    return page(
        request,
        user,
        "policy_pause",
        status=status,
        version=draft,
        form=form,
        rule=rule,
    )


def ladder_form(data: Any, rungs: QuerySet[EscalationStep]) -> Any:
    """The rows of a ladder with a few empty ones below."""
    shown = shown_ladder(rungs.select_related("calendar"))
    return LadderFormSet(data, initial=shown, prefix="rung")


def both_valid(form: Any, ladder: Any) -> bool:
    """Whether both are well filled in; asks both, so that both say what is wrong."""
    return all([form.is_valid(), ladder.is_valid()])
