"""Preventive actions: open one, do it, check its effect (OB-10, CC-15).

Every verb locks the action first. What became frequent opens one by itself: see
`objections.services.watching`.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from customers.text import one_line, unfit
from objections import routing
from objections.frequency import Span, model_key, spans
from objections.models import (
    ActionRecord,
    FrequencyRule,
    Objection,
    PreventiveAction,
    Subtype,
)
from objections.prevention_workflow import (
    ACTION_LIFE,
    LEADING,
    ActionStatus,
    ActionStep,
)
from sla.promise import WORKING_DAYS, Length
from sla.services import rules
from staff.models import Department, User
from tickets.text import clean_message
from tickets.workflow import IllegalStep, NotAllowed, Rule, SentOtherwise

CALENDAR: Final = "working_day"
# What the product writes into rows that everybody reads.
LANGUAGE: Final = "zh-hans"
DUE_WORKING_DAYS: Final = 10
CHECK_AFTER_DAYS: Final = 60
REASON_MAX: Final = 300
MODEL_MAX: Final = 80
KEY_MAX: Final = 100
MOST_NUMBERS: Final = 50
OPENED: Final = "open"
COUNTED: Final = "count"


@dataclass(frozen=True)
class Subject:
    """What an action is about: a subtype, maybe of one device model."""

    subtype: Subtype
    device_model: str = ""

    @property
    def pattern(self) -> str:
        """The name under which one action stands at a time."""
        key = model_key(self.device_model)[:KEY_MAX]
        kind = "model" if key else "subtype"
        return f"{kind}:{self.subtype.pk}:{key}"


def open_action(
    *,
    subtype: str,
    reason: str,
    by: User,
    at: datetime,
    device_model: str = "",
    department: str = "",
    owner: User | None = None,
    numbers: Collection[str] = (),
    client_token: uuid.UUID | None = None,
) -> PreventiveAction:
    """Open an action by hand. `subtype` is its code with its type: `quality/accessory`.

    `numbers` are the objections that it rests on; without them the objections of the
    pattern in the last 30 days. The same again with its client token gives the action
    that is there.

    Raises ValidationError (subtype, device_model, department, owner, reason, numbers),
    NotAllowed, SentOtherwise, IllegalStep while one for the same pattern stands.
    """
    if by.role not in LEADING:
        raise NotAllowed(OPENED)
    fields = _cleaned(
        subtype=subtype,
        device_model=device_model,
        department=department,
        owner=owner,
        reason=reason,
        numbers=numbers,
        by=by,
    )
    subject: Subject = fields.pop("subject")
    found: list[Objection] = fields.pop("found")
    if earlier := _opened_before(client_token, subject, fields["reason"], by=by):
        return earlier
    if not found:
        lately = Span(at - timedelta(days=30), at)
        found = objections_of(subject, lately)
    try:
        with transaction.atomic():
            action = begin(
                subject,
                objections=found,
                by=by,
                at=at,
                client_token=client_token,
                **fields,
            )
    except IntegrityError:
        if earlier := _opened_before(client_token, subject, fields["reason"], by=by):
            return earlier
        standing = PreventiveAction.objects.standing().filter(pattern=subject.pattern)
        raise IllegalStep(
            _("%(number)s about this has not ended yet.")
            % {"number": standing.values_list("number", flat=True).first()},
            step=OPENED,
            status=ActionStatus.OPEN,
        ) from None
    return action


def begin(
    subject: Subject,
    *,
    objections: Collection[Objection],
    reason: str,
    at: datetime,
    by: User | None = None,
    department: Department | None = None,
    owner: User | None = None,
    rule: FrequencyRule | None = None,
    **more: Any,
) -> PreventiveAction:
    """Write an action down; the database refuses a second one of the same pattern.

    Without a department it is the one that leads in these objections, without an owner
    its head.
    """
    department = department or leading(objections)
    days = rule.due_working_days if rule else DUE_WORKING_DAYS
    check = rule.check_after_days if rule else CHECK_AFTER_DAYS
    action = PreventiveAction.objects.create(
        number=PreventiveAction.fresh_number(day=timezone.localdate(at)),
        pattern=subject.pattern,
        subtype=subject.subtype,
        device_model=subject.device_model,
        department=department,
        owner=owner or _owner(rule, department),
        rule=rule,
        reason=reason,
        opened_at=at,
        opened_by=by,
        due_at=due(at, days),
        **{"check_after_days": check, **more},
    )
    action.objections.set(objections)
    _record(action, OPENED, reason, by=by, at=at)
    return action


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
            _record(action, ActionStep.ASSIGN, str(to), by=by, at=at)
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
        _record(action, ActionStep.DESCRIBE, measure, by=by, at=at)
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
        _record(action, ActionStep.FINISH, text, by=by, at=at)
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
    _record(action, COUNTED, text, by=None, at=at)
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


def subject_of(action: PreventiveAction) -> Subject:
    return Subject(action.subtype, action.device_model)


def objections_of(subject: Subject, span: Span) -> list[Objection]:
    """The objections of a subject within a span, the oldest first; one query."""
    found = Objection.objects.filter(
        subtype=subject.subtype.pk,
        created_at__gte=span.start,
        created_at__lt=span.end,
    ).order_by("created_at", "pk")
    wanted = model_key(subject.device_model)
    return [it for it in found if not wanted or model_key(it.device_model) == wanted]


def leading(objections: Collection[Objection]) -> Department | None:
    """The department that leads most of these, else the one of the last one's route."""
    held = [it.department_id for it in objections if it.department_id is not None]
    if held:
        return Department.objects.get(pk=max(sorted(held), key=held.count))
    for objection in list(objections)[-1:]:
        for place in routing.suggested(objection):
            return place.department
    return None


def due(at: datetime, days: int) -> datetime:
    """So many working days later, by the calendar in force."""
    length = Length(WORKING_DAYS, days=days, calendar=CALENDAR)
    return length.after(at, rules.rulebook(at=at).calendars)


def _succeed(action: PreventiveAction, *, by: User, at: datetime) -> PreventiveAction:
    """Another try at the same, with the objections that came after the first."""
    start = action.done_at or at
    with translation.override(LANGUAGE):
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


def _owner(rule: FrequencyRule | None, department: Department | None) -> User | None:
    """Who the rule names, else the head; nobody who has left."""
    named = rule.owner if rule else None
    head = department.head if department else None
    return next((it for it in (named, head) if it and it.is_active), None)


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
    _record(action, step, text, by=by, at=at)


def _record(
    action: PreventiveAction, step: str, text: str, *, by: User | None, at: datetime
) -> None:
    ActionRecord.objects.create(action=action, step=step, text=text, by=by, at=at)


def _opened_before(
    client_token: uuid.UUID | None, subject: Subject, reason: str, *, by: User
) -> PreventiveAction | None:
    """What an earlier click has opened. Raises SentOtherwise where it was another."""
    if client_token is None:
        return None
    found = PreventiveAction.objects.filter(client_token=client_token).first()
    if found is None:
        return None
    said = (found.pattern, found.reason, found.opened_by_id)
    if said != (subject.pattern, reason, by.pk):
        raise SentOtherwise(
            _(
                "An earlier version of this has been sent already. Look at what was"
                " sent; if this is to be sent too, send it again."
            ),
            step=OPENED,
            status=found.status,
        )
    return found


def _words(text: str, field: str, missing: str) -> str:
    """Several lines that can be kept. Raises ValidationError (field)."""
    try:
        text = clean_message(text, required=False)
    except ValidationError as error:
        raise ValidationError({field: error}) from error
    if not text:
        raise unfit(field, missing, code="words_missing")
    return text


def _cleaned(
    *,
    subtype: str,
    device_model: str,
    department: str,
    owner: User | None,
    reason: str,
    numbers: Collection[str],
    by: User,
) -> dict[str, Any]:
    """What an action is opened with. Raises ValidationError by field."""
    errors: dict[str, ValidationError] = {}
    fields: dict[str, Any] = {"owner": owner}
    lines = {
        "reason": (reason, REASON_MAX, _("Please say why.")),
        "device_model": (device_model, MODEL_MAX, ""),
    }
    for name, (text, most, missing) in lines.items():
        try:
            fields[name] = one_line(text, field=name, most=most, missing=missing)
        except ValidationError as error:
            errors |= {it: ValidationError(e) for it, e in error.error_dict.items()}
    kind = _subtype(subtype)
    if kind is None:
        errors["subtype"] = ValidationError(
            _("Please choose a subtype."), code="subtype_unknown"
        )
    if department:
        places = (
            Department.objects.filter(code=department) if _plain(department) else ()
        )
        fields["department"] = next(iter(places), None)
        if fields["department"] is None:
            errors["department"] = ValidationError(
                _("There is no such department."), code="department_unknown"
            )
    if owner is not None and not owner.is_active:
        errors["owner"] = ValidationError(
            _("%(name)s has left the company.") % {"name": owner},
            code="owner_unsuitable",
        )
    wanted = sorted({it.strip().upper() for it in numbers if it.strip()})
    found = _numbered(wanted, by=by)
    if len(found) != len(wanted):
        errors["numbers"] = ValidationError(
            _("At least one of these numbers is no objection that you can see."),
            code="numbers_unknown",
        )
    if errors or kind is None:
        raise ValidationError(errors)
    fields["subject"] = Subject(kind, fields.pop("device_model"))
    fields["found"] = found
    return fields


def _numbered(numbers: list[str], *, by: User) -> list[Objection]:
    if not numbers or len(numbers) > MOST_NUMBERS or not all(map(_plain, numbers)):
        return []
    visible = Objection.objects.visible_to(by)
    return list(visible.filter(number__in=numbers).order_by("created_at", "pk"))


def _subtype(code: str) -> Subtype | None:
    type_, _slash, name = code.partition("/")
    if not _plain(code):
        return None
    return Subtype.objects.filter(type=type_, code=name).first()


def _plain(text: str) -> bool:
    return text.isprintable()
