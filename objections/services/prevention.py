"""Preventive actions: do one, count its effect, judge it (OB-10, CC-15).

Every verb locks the action first. `opening` begins one; what became frequent begins one
by itself: see `watching`.
"""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from customers.text import one_line, unfit
from objections.frequency import Span, spans
from objections.models import (
    PreventiveAction,
)
from objections.prevention_workflow import (
    ACTION_LIFE,
    LEADING,
    ActionStatus,
    ActionStep,
)
from objections.services.opening import begin, note, objections_of, subject_of
from staff.models import User
from tickets.text import clean_message
from tickets.workflow import IllegalStep, NotAllowed, Rule

COUNTED: Final = "count"


def assign(
    action: PreventiveAction, *, to: User, by: User, at: datetime
) -> PreventiveAction:
    """Say whose it is; a second click changes nothing.

    Raises ValidationError (to), IllegalStep, NotAllowed.
    """
    with transaction.atomic():
        action = _held(action)
        _check(action, ActionStep.ASSIGN, by=by)
        if not to.is_active:
            raise ValidationError(
                {"to": _("%(name)s has left the company.") % {"name": to}},
                code="owner_unsuitable",
            )
        if action.owner_id != to.pk:
            action.owner = to
            action.save(update_fields=["owner"])
            note(action, ActionStep.ASSIGN, str(to), by=by, at=at)
        return action


def describe(
    action: PreventiveAction, *, measure: str, by: User, at: datetime
) -> PreventiveAction:
    """Say what will be done; until it is done it can be said otherwise.

    Raises ValidationError (measure), IllegalStep, NotAllowed.
    """
    measure = _words(measure, "measure", _("Please describe the measure."))
    with transaction.atomic():
        action = _held(action)
        rule = _check(action, ActionStep.DESCRIBE, by=by)
        if action.measure == measure:
            return action
        action.measure = measure
        ACTION_LIFE.move(action, rule)
        action.save(update_fields=["measure", "status"])
        note(action, ActionStep.DESCRIBE, measure, by=by, at=at)
        return action


def finish(
    action: PreventiveAction, *, text: str, by: User, at: datetime
) -> PreventiveAction:
    """Say what was done; its effect is counted after some time.

    Raises ValidationError (text), IllegalStep, NotAllowed.
    """
    text = _words(text, "text", _("Please say what was done."))
    with transaction.atomic():
        action = _held(action)
        if (action.done_text, action.done_by_id) == (text, by.pk):
            return action
        rule = _check(action, ActionStep.FINISH, by=by)
        action.done_at = at
        action.done_by = by
        action.done_text = text
        action.check_due_at = at + timedelta(days=action.check_after_days)
        ACTION_LIFE.move(action, rule)
        action.save(
            update_fields=["done_at", "done_by", "done_text", "check_due_at", "status"]
        )
        note(action, ActionStep.FINISH, text, by=by, at=at)
        return action


def judge(
    action: PreventiveAction, *, effective: bool, text: str, by: User, at: datetime
) -> PreventiveAction:
    """Say whether it was effective, once before and after are counted.

    Who has done it does not judge it. One that was not effective has a successor about
    the same, due anew. A second click changes nothing.

    Raises ValidationError (text), IllegalStep, NotAllowed.
    """
    text = one_line(text, field="text", missing=_("Please say on what this rests."))
    verdict = ActionStatus.EFFECTIVE if effective else ActionStatus.NOT_EFFECTIVE
    with transaction.atomic():
        action = _held(action)
        if _ended_so(action, verdict, text, by=by):
            return action
        _check(action, ActionStep.JUDGE, by=by)
        if action.done_by_id == by.pk:
            raise NotAllowed(ActionStep.JUDGE)
        if action.counted_at is None:
            raise IllegalStep(
                _("Before and after are counted on %(day)s; then it can be judged.")
                % {"day": f"{timezone.localtime(action.check_due_at):%Y-%m-%d}"},
                step=ActionStep.JUDGE,
                status=action.status,
            )
        _end(action, verdict, text, step=ActionStep.JUDGE, by=by, at=at)
        if not effective:
            _succeed(action, by=by, at=at)
        return action


def cancel(
    action: PreventiveAction, *, reason: str, by: User, at: datetime
) -> PreventiveAction:
    """Do without it, for a reason; a second click changes nothing.

    Raises ValidationError (reason), IllegalStep, NotAllowed.
    """
    reason = one_line(reason, field="reason", missing=_("Please say why."))
    with transaction.atomic():
        action = _held(action)
        if _ended_so(action, ActionStatus.CANCELLED, reason, by=by):
            return action
        _check(action, ActionStep.CANCEL, by=by)
        _end(
            action,
            ActionStatus.CANCELLED,
            reason,
            step=ActionStep.CANCEL,
            by=by,
            at=at,
        )
        return action


def count(action: PreventiveAction, *, at: datetime) -> tuple[int, int | None]:
    """The objections of the pattern before and after, so far as there is an after.

    Before anything is done: those of the days before now, and None.
    """
    if action.counted_at is not None:
        return action.count_before or 0, action.count_after or 0
    before, after = spans(action.done_at or at, action.check_after_days)
    subject = subject_of(action)
    earlier = len(objections_of(subject, before))
    if action.done_at is None:
        return earlier, None
    return earlier, len(objections_of(subject, Span(after.start, min(at, after.end))))


def keep_count(action: PreventiveAction, *, at: datetime) -> bool:
    """Keep the counts of a span that is over; the caller holds the lock."""
    if action.counted_at is not None or action.status != ActionStatus.DONE:
        return False
    action.count_before, action.count_after = count(action, at=at)
    action.counted_at = at
    action.save(update_fields=["count_before", "count_after", "counted_at"])
    text = f"{action.count_before} → {action.count_after}"
    note(action, COUNTED, text, by=None, at=at)
    return True


def possible_steps(action: PreventiveAction, *, by: User) -> frozenset[ActionStep]:
    """The steps that this person could take now."""
    found = set()
    for step in ActionStep:
        try:
            _check(action, step, by=by)
        except (IllegalStep, NotAllowed):
            continue
        found.add(step)
    if action.done_by_id == by.pk or action.counted_at is None:
        found -= {ActionStep.JUDGE}
    return frozenset(found)


def _succeed(action: PreventiveAction, *, by: User, at: datetime) -> PreventiveAction:
    """Another try at the same, with the objections that came after the first."""
    start = action.done_at or at
    with translation.override(settings.LANGUAGE_CODE):
        reason = _("%(number)s had no effect: %(before)d before, %(after)d after.") % {
            "number": action.number,
            "before": action.count_before or 0,
            "after": action.count_after or 0,
        }
    owner = action.owner if action.owner and action.owner.is_active else None
    return begin(
        subject_of(action),
        objections=objections_of(subject_of(action), Span(start, at)),
        reason=reason,
        by=by,
        at=at,
        department=action.department,
        owner=owner,
        rule=action.rule,
        follows=action,
        check_after_days=action.check_after_days,
    )


def _held(action: PreventiveAction) -> PreventiveAction:
    """The action as it stands under its lock."""
    locked = PreventiveAction.objects.select_for_update(of=("self",))
    return locked.select_related("subtype", "department", "owner", "rule__owner").get(
        pk=action.pk
    )


def _check(action: PreventiveAction, step: ActionStep, *, by: User) -> Rule:
    """The rule of an allowed step; who does not lead works on their own alone."""
    if by.role not in LEADING and not action.is_of(by):
        raise NotAllowed(step)
    return ACTION_LIFE.check(action, step, by=by)


def _ended_so(
    action: PreventiveAction, status: ActionStatus, text: str, *, by: User
) -> bool:
    """Whether an earlier click has said this already."""
    said = (action.status, action.ended_text, action.ended_by_id)
    return said == (status, text, by.pk)


def _end(
    action: PreventiveAction,
    status: ActionStatus,
    text: str,
    *,
    step: ActionStep,
    by: User,
    at: datetime,
) -> None:
    action.status = status
    action.ended_at = at
    action.ended_by = by
    action.ended_text = text
    action.save(update_fields=["status", "ended_at", "ended_by", "ended_text"])
    note(action, step, text, by=by, at=at)


def _words(text: str, field: str, missing: str) -> str:
    """Several lines that can be kept. Raises ValidationError (field)."""
    try:
        text = clean_message(text, required=False)
    except ValidationError as error:
        raise ValidationError({field: error}) from error
    if not text:
        raise unfit(field, missing, code="words_missing")
    return text
