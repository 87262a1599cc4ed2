"""The handling form: corrected while it is ours, recorded once it is complete."""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from customers.services import corrected, parse_phone
from customers.text import one_line
from knowledge.services.scripts import ScriptError
from objections.facts import (
    Checked,
    Facts,
    check,
    columns,
    facts_of,
    needed,
    still_missing,
)
from objections.models import Objection
from objections.services import promises, speaking
from objections.services.filing import set_demands
from objections.services.handling import pass_up, refuse_partial
from objections.workflow import WORKFLOW, Step
from staff.models import User
from tickets import feed
from tickets.models import Verb
from tickets.services import events


@transaction.atomic
def correct(
    objection: Objection,
    *,
    changes: Mapping[str, Any],
    by: User,
    at: datetime,
    reason: str = "",
    phone: str = "",
    known: Facts | None = None,
) -> Objection:
    """Complete or correct the handling form (OB-38 to OB-41).

    `changes` are fields of `Facts`. Another type or subtype than the customer chose
    needs a reason; theirs stays on record (OB-39). Deadlines follow the facts. Whoever
    turns out to be named has it no longer in hand (OB-07). `phone` is the customer's
    number where it was not known or was wrong. A form that is on record stays complete
    (OB-42), and the customer is told of another estimate (OB-43). `known` is the form
    that the changes were made to: nobody undoes what they did not see.

    Raises ValidationError by field, IllegalStep, NotAllowed.
    """
    objection = Objection.objects.lock(objection.pk)
    refuse_partial(objection, Step.CORRECT, by=by)
    WORKFLOW.check(objection, Step.CORRECT, by=by)
    before = facts_of(objection)
    wanted = replace(before, **changes)
    if known is not None and known != before != wanted:
        raise changed_meanwhile()
    checked = _checked(wanted, phone, at=at)
    called = _called(objection, phone, at=at)
    if checked.facts == before and not called:
        return objection
    reason = _reason(objection, checked.facts.type, checked.facts.subtype, reason)
    for name, value in columns(checked).items():
        setattr(objection, name, value)
    set_demands(objection, checked)
    if objection.recorded_at is not None and (missing := still_missing(objection)):
        raise needed(missing)
    objection.severity = promises.weigh(objection, at=at)
    objection.save()
    changed = [
        name
        for name in changes
        if getattr(before, name) != getattr(checked.facts, name)
    ]
    if called:
        changed.append("phone")
    events.record(
        objection,
        Verb.OBJECTION_CORRECTED,
        by=by,
        at=at,
        fields=sorted(changed),
        severity=objection.severity,
    )
    if reason:
        speaking.write_note(objection, text=reason, by=by, at=at)
        objection.refresh_from_db()
    promises.bind_by_law(objection, at=objection.received_at)
    promises.adapt(objection, at=at, by=by)
    promises.complete_form(objection, at=at)
    if objection.recorded_at is not None:
        _tell(objection, by=by, at=at)
    if objection.assignee is not None and objection.names(objection.assignee):
        pass_up(objection, at=at)
    feed.announce(objection, "ticket", to_customer=True)
    return objection


@transaction.atomic
def record(
    objection: Objection,
    *,
    by: User,
    at: datetime,
    client_token: uuid.UUID | None = None,
) -> Objection:
    """Take the complete form on record; the customer knows number and estimate (OB-43).

    They are told again if the estimate has changed since. A second click changes
    nothing.

    Raises ValidationError naming each field that is still missing, IllegalStep,
    NotAllowed.
    """
    objection = Objection.objects.lock(objection.pk)
    if objection.recorded_at is not None:
        return objection
    refuse_partial(objection, Step.RECORD, by=by)
    rule = WORKFLOW.check(objection, Step.RECORD, by=by)
    if missing := still_missing(objection):
        raise needed(missing)
    promises.complete_form(objection, at=at)
    _tell(objection, by=by, at=at, client_token=client_token)
    WORKFLOW.move(objection, rule)
    objection.recorded_at = at
    objection.save(update_fields=["status", "recorded_at"])
    events.record(objection, Verb.OBJECTION_RECORDED, by=by, at=at)
    feed.announce(objection, "ticket", to_customer=True)
    return objection


def changed_meanwhile() -> ValidationError:
    """The refusal of what was written on a form that another person has changed."""
    return ValidationError(
        _(
            "Somebody has changed this form meanwhile. Your text stays here; open"
            " the objection anew to see what is there now."
        ),
        code="form_changed",
    )


def _tell(
    objection: Objection,
    *,
    by: User,
    at: datetime,
    client_token: uuid.UUID | None = None,
) -> None:
    """Tell number and estimate unless the customer knows them as they are (OB-43)."""
    known = objection.estimate == promises.estimate(objection)
    if objection.told_with_id is not None and known:
        return
    try:
        speaking.tell_number(objection, by=by, at=at, client_token=client_token)
    except ScriptError as error:
        raise ValidationError(str(error), code="script_missing") from error


def _checked(wanted: Facts, phone: str, *, at: datetime) -> Checked:
    """The facts and the number, cleaned. Raises ValidationError by field."""
    errors: dict[str, Any] = {}
    try:
        if phone.strip():
            parse_phone(phone)
    except ValidationError as error:
        errors["phone"] = error
    try:
        checked = check(wanted, at=at, whole=False)
    except ValidationError as error:
        raise ValidationError({**error.error_dict, **errors}) from error
    if errors:
        raise ValidationError(errors)
    return checked


def _called(objection: Objection, phone: str, *, at: datetime) -> bool:
    """Put down the customer's number; whether that makes a difference."""
    if not phone.strip():
        return False
    customer = corrected(
        objection.customer,
        surname=objection.customer.surname,
        phone=parse_phone(phone),
        at=at,
    )
    if customer.pk == objection.customer_id:
        return False
    objection.customer = customer
    objection.phone_confirmed_at = None  # it is another number
    return True


def _reason(objection: Objection, type_: str, subtype: str, reason: str) -> str:
    """The reason for another type than the customer chose, on one line."""
    chosen = objection.customer_subtype
    differs = bool(objection.customer_type) and (
        type_ != objection.customer_type
        or (chosen is not None and subtype != chosen.code)
    )
    same = type_ == objection.type and subtype == (
        objection.subtype.code if objection.subtype else ""
    )
    if not differs or same:
        return ""
    return one_line(
        reason,
        field="reason",
        missing=_("Please say why this is another type than the customer chose."),
    )
