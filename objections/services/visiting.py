"""Afterwards somebody else asks whether all is well, or the customer says so."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from customers.text import WORDS_MAX, one_line
from objections.models import Closure, Objection, ReturnVisit
from objections.services import closing, levels, promises
from objections.workflow import WORKFLOW, Status, Step
from sla.models import Metric
from staff.models import User
from tickets import feed
from tickets.models import Verb
from tickets.services import events
from tickets.workflow import IllegalStep, NotAllowed

ATTEMPTS: Final = 3
APART: Final = timedelta(hours=1)
DISSATISFIED: Final = 2  # stars, out of five, and below


def visit(
    objection: Objection,
    *,
    reached: bool,
    by: User,
    at: datetime,
    resolved: bool | None = None,
    satisfaction: int | None = None,
    process_satisfaction: int | None = None,
    text: str = "",
    attempt: int | None = None,
) -> ReturnVisit:
    """Ask the customer afterwards whether all is well; who has handled it may not.

    A satisfied customer closes the case, a dissatisfied one brings it back; who cannot
    be reached three times, an hour apart at least, is let go. `attempt` is the number
    of this try: one that the same person has on record already is what is returned.

    Raises ValidationError (by field), IllegalStep, NotAllowed.
    """
    text = one_line(text, field="text", most=WORDS_MAX)
    marks = _marks(
        reached=reached,
        resolved=resolved,
        satisfaction=satisfaction,
        process_satisfaction=process_satisfaction,
    )
    with transaction.atomic():
        objection = Objection.objects.lock(objection.pk)
        made = objection.return_visits.filter(cycle=objection.cycle)
        last = objection.return_visits.last()
        if last is not None and _is_try(last, objection, attempt, by=by):
            return last
        WORKFLOW.check(objection, Step.VISIT, by=by)
        if levels.has_handled(objection, by):
            raise NotAllowed(Step.VISIT)
        if not reached:
            _refuse_haste(objection, made.last(), at=at)
        found = ReturnVisit.objects.create(
            objection=objection,
            cycle=objection.cycle,
            attempt=made.count() + 1,
            made_at=at,
            made_by=by,
            reached=reached,
            text=text,
            **marks,
        )
        verb = Verb.RETURN_VISIT_DONE if reached else Verb.RETURN_VISIT_TRIED
        events.record(objection, verb, by=by, at=at, attempt=found.attempt)
        if reached or found.attempt >= ATTEMPTS:
            _conclude(objection, found, by=by, at=at)
        feed.announce(objection, "ticket", to_customer=True)
        return found


def rate(
    objection: Objection,
    *,
    resolved: bool | None,
    satisfaction: int | None,
    process_satisfaction: int | None,
    at: datetime,
    text: str = "",
) -> ReturnVisit:
    """Take the customer's own marks; they are worth a return visit.

    Once in each cycle: a second time returns the first, also where it has brought the
    case back. After the end they are kept and move nothing; who does not agree asks for
    a review.

    Raises ValidationError (by field), IllegalStep.
    """
    text = one_line(text, field="text", most=WORDS_MAX)
    marks = _marks(
        reached=True,
        resolved=resolved,
        satisfaction=satisfaction,
        process_satisfaction=process_satisfaction,
    )
    with transaction.atomic():
        objection = Objection.objects.lock(objection.pk)
        made = objection.return_visits.filter(cycle=objection.cycle)
        last = objection.return_visits.filter(made_by=None).last()
        if last is not None and (
            last.cycle == objection.cycle
            or (_is_same(last, marks, text) and not _is_asked(objection))
        ):
            return last
        WORKFLOW.check(objection, Step.RATE, by=None)
        found = ReturnVisit.objects.create(
            objection=objection,
            cycle=objection.cycle,
            attempt=made.count() + 1,
            made_at=at,
            reached=True,
            text=text,
            **marks,
        )
        events.record(
            objection, Verb.CUSTOMER_RATED, by=None, at=at, attempt=found.attempt
        )
        if objection.status == Status.RETURN_VISIT:
            _conclude(objection, found, by=None, at=at)
        feed.announce(objection, "ticket", to_customer=True)
        return found


def _refuse_haste(
    objection: Objection, last: ReturnVisit | None, *, at: datetime
) -> None:
    """Three tries in a row are one. Raises IllegalStep."""
    if last is not None and at - last.made_at < APART:
        raise IllegalStep(
            _("Nobody was reached within the last hour; please try again later."),
            step=Step.VISIT,
            status=objection.status,
        )


def _conclude(
    objection: Objection, found: ReturnVisit, *, by: User | None, at: datetime
) -> None:
    """The case ends with the visit, or begins again with it."""
    promises.stop(objection, Metric.RETURN_VISIT, at=at, by=by)
    if found.reached and not _is_satisfied(found):
        closing.reopen(objection, by=by, at=at)
        return
    how = Closure.CONFIRMED if found.reached else Closure.UNREACHABLE
    rule = WORKFLOW.rules[Step.VISIT]
    closing.close(objection, rule, how=how, by=by, at=at)


def _is_asked(objection: Objection) -> bool:
    """Whether the customer is asked in this cycle: no click of an earlier one then."""
    return objection.status == Status.RETURN_VISIT


def _is_try(
    found: ReturnVisit, objection: Objection, attempt: int | None, *, by: User
) -> bool:
    """Whether an earlier click of this person has recorded this very try."""
    counts = found.cycle == objection.cycle or not _is_asked(objection)
    return counts and (found.attempt, found.made_by_id) == (attempt, by.pk)


def _is_same(
    found: ReturnVisit, marks: Mapping[str, bool | int | None], text: str
) -> bool:
    return found.text == text and all(
        getattr(found, name) == value for name, value in marks.items()
    )


def _is_satisfied(found: ReturnVisit) -> bool:
    return bool(found.resolved) and (found.satisfaction or 0) > DISSATISFIED


def _marks(
    *,
    reached: bool,
    resolved: bool | None,
    satisfaction: int | None,
    process_satisfaction: int | None,
) -> dict[str, bool | int | None]:
    """The answers of a customer who was reached, else none. Raises ValidationError."""
    given = {
        "resolved": resolved,
        "satisfaction": satisfaction,
        "process_satisfaction": process_satisfaction,
    }
    if not reached:
        return dict.fromkeys(given)
    errors = {}
    if resolved is None:
        errors["resolved"] = ValidationError(
            _("Please say whether it is resolved."), code="resolved_missing"
        )
    for name in ("satisfaction", "process_satisfaction"):
        stars = given[name]
        if stars is None or not 1 <= stars <= 5:  # noqa: PLR2004 - five stars
            errors[name] = ValidationError(
                _("Please give one to five stars."), code="stars_unfit"
            )
    if errors:
        raise ValidationError(errors)
    return given
