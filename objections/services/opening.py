"""Open a preventive action, by hand or by a rule; one about the same stands (OB-10)."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from customers.text import one_line
from objections import routing
from objections.frequency import Span, model_key
from objections.models import (
    ActionRecord,
    FrequencyRule,
    Objection,
    PreventiveAction,
    Subtype,
)
from objections.prevention_workflow import (
    LEADING,
    ActionStatus,
)
from sla.promise import WORKING_DAYS, Length
from sla.services import rules
from staff.models import Department, User
from tickets.workflow import IllegalStep, NotAllowed, SentOtherwise

CALENDAR: Final = "working_day"
DUE_WORKING_DAYS: Final = 10
CHECK_AFTER_DAYS: Final = 60
LOOKED_BACK: Final = timedelta(days=30)
REASON_MAX: Final = 300
MODEL_MAX: Final = 80
KEY_MAX: Final = 100
MOST_NUMBERS: Final = 50
OPENED: Final = "open"


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
        lately = Span(at - LOOKED_BACK, at)
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
    note(action, OPENED, reason, by=by, at=at)
    return action


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


def note(
    action: PreventiveAction, step: str, text: str, *, by: User | None, at: datetime
) -> None:
    ActionRecord.objects.create(action=action, step=step, text=text, by=by, at=at)


def _owner(rule: FrequencyRule | None, department: Department | None) -> User | None:
    """Who the rule names, else the head; nobody who has left."""
    named = rule.owner if rule else None
    head = department.head if department else None
    return next((it for it in (named, head) if it and it.is_active), None)


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
