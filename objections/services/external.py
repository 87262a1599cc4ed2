"""Complaints that went outside: noted with their times, answered, and ended."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from customers.text import WORDS_MAX, one_line, unfit
from objections.facts import EARLIEST_YEAR, FURTHEST
from objections.models import ExternalComplaint, ExternalSource, Objection
from objections.services.handling import refuse_partial
from objections.workflow import WORKFLOW, Step
from sla.models import Metric
from sla.services import clocks
from staff.models import User
from tickets import feed
from tickets.models import Verb
from tickets.services import events

REFERENCE_MAX = 60


def note_external(
    objection: Objection,
    *,
    source: str,
    received_at: datetime,
    by: User,
    at: datetime,
    reference: str = "",
    authority: str = "",
    respond_by: datetime | None = None,
    mediation: str = "",
) -> ExternalComplaint:
    """Note a complaint at an authority, a platform or a court; its clock begins.

    The case goes on inside, and is kept until the complaint has ended. The same again,
    by its number or by all that is said of it, is the one that is noted.

    Raises ValidationError (source, received_at, reference, authority, respond_by,
    mediation), NotAllowed.
    """
    moments = {"received_at": received_at, "respond_by": respond_by}
    facts = _facts(source, reference, authority, mediation, moments, at=at)
    with transaction.atomic():
        objection = Objection.objects.lock(objection.pk)
        refuse_partial(objection, Step.NOTE_EXTERNAL, by=by)
        WORKFLOW.check(objection, Step.NOTE_EXTERNAL, by=by)
        mine = objection.external_complaints
        if known := mine.filter(**facts, noted_by=by).first():
            return known
        found = ExternalComplaint(
            objection=objection,
            number=mine.count() + 1,
            noted_by=by,
            **facts,
        )
        found.clock = clocks.start(
            objection,
            Metric.EXTERNAL_COMPLAINT,
            at=received_at,
            facts={"source": source},
            subject=subject_of(found),
        )
        _save_new(found)
        events.record(
            objection, Verb.EXTERNAL_NOTED, by=by, at=at, complaint=found.number
        )
        feed.announce(objection, "ticket", to_customer=False)
        return found


def answer_external(
    objection: Objection, *, number: int, text: str, by: User, at: datetime
) -> ExternalComplaint:
    """Put on record what we answered; that stops the clock. Twice changes nothing.

    Raises ValidationError (number, text), NotAllowed.
    """
    text = one_line(
        text, field="text", most=WORDS_MAX, missing=_("Please say what was answered.")
    )
    with transaction.atomic():
        objection, found = _held(objection, number, by=by)
        if found.answered_at is None:
            found.answer = text
            found.answered_at = at
            found.answered_by = by
            found.save(update_fields=["answer", "answered_at", "answered_by"])
            events.record(
                objection, Verb.EXTERNAL_ANSWERED, by=by, at=at, complaint=number
            )
            clocks.stop(
                objection,
                Metric.EXTERNAL_COMPLAINT,
                at=at,
                by=by,
                subject=subject_of(found),
            )
            feed.announce(objection, "ticket", to_customer=False)
        return found


def end_external(
    objection: Objection, *, number: int, result: str, by: User, at: datetime
) -> ExternalComplaint:
    """Put on record how it ended outside. Twice changes nothing.

    Raises ValidationError (number, result), NotAllowed.
    """
    result = one_line(
        result, field="result", most=WORDS_MAX, missing=_("Please say how it ended.")
    )
    with transaction.atomic():
        objection, found = _held(objection, number, by=by)
        if found.ended_at is None:
            found.result = result
            found.ended_at = at
            found.save(update_fields=["result", "ended_at"])
            events.record(
                objection, Verb.EXTERNAL_ENDED, by=by, at=at, complaint=number
            )
            clocks.cancel(
                objection,
                Metric.EXTERNAL_COMPLAINT,
                reason=clocks.CancelReason.NOT_NEEDED,
                at=at,
                by=by,
                subject=subject_of(found),
            )
            feed.announce(objection, "ticket", to_customer=False)
        return found


def _held(
    objection: Objection, number: int, *, by: User
) -> tuple[Objection, ExternalComplaint]:
    objection = Objection.objects.lock(objection.pk)
    refuse_partial(objection, Step.NOTE_EXTERNAL, by=by)
    WORKFLOW.check(objection, Step.NOTE_EXTERNAL, by=by)
    found = objection.external_complaints.filter(number=number).first()
    if found is None:
        raise unfit(
            "number",
            _("No such complaint is noted on this objection."),
            code="complaint_unknown",
        )
    return objection, found


def subject_of(found: ExternalComplaint) -> str:
    return f"outside/{found.number}"


def _save_new(found: ExternalComplaint) -> None:
    """Raises ValidationError (reference) for a number that is noted already."""
    try:
        with transaction.atomic():
            found.save()
    except IntegrityError as error:
        raise unfit(
            "reference",
            _("This number is noted already, on this case or another."),
            code="reference_taken",
        ) from error


def _facts(
    source: str,
    reference: str,
    authority: str,
    mediation: str,
    moments: Mapping[str, datetime | None],
    *,
    at: datetime,
) -> dict[str, Any]:
    errors: dict[str, Any] = {}
    if source not in ExternalSource.values:
        errors["source"] = ValidationError(
            _("Please choose where it was made."), code="source_unknown"
        )
    latest = {"received_at": at, "respond_by": at + FURTHEST}
    for name, when in moments.items():
        if when and (when.year < EARLIEST_YEAR or when > latest[name]):
            errors[name] = ValidationError(
                _("This cannot be. Please check the date."), code=f"{name}_unfit"
            )
    facts: dict[str, Any] = {"source": source, **moments}
    lines = {
        "reference": (reference, REFERENCE_MAX),
        "authority": (authority, 200),
        "mediation": (mediation, 200),
    }
    for name, (line, most) in lines.items():
        try:
            facts[name] = one_line(line, field=name, most=most)
        except ValidationError as error:
            errors |= error.error_dict
    if errors:
        raise ValidationError(errors)
    return facts
