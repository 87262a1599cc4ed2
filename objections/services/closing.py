"""Afterwards: the return visit, the end of a case or its return, and the archive."""

import logging
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from customers.services import keep_contacts_until
from customers.text import one_line
from knowledge.services import scripts
from objections.models import Closure, Objection, ReturnVisit
from objections.services import answering, executing, levels, promises
from objections.services.handing_off import end_handoffs, freeze
from objections.services.handling import refuse_partial
from objections.workflow import WORKFLOW, Status, Step
from sla.models import Metric
from staff.models import Role, User
from tickets import feed
from tickets.models import Direction, Verb
from tickets.services import events, messages
from tickets.workflow import IllegalStep, NotAllowed, Rule

ATTEMPTS: Final = 3
DISSATISFIED: Final = 2  # stars, out of five, and below
APPEAL_WITHIN: Final = timedelta(days=executing.APPEAL_DAYS)
KEPT_YEARS: Final = 3  # 民法典 188
ARCHIVED_AFTER: Final = timedelta(days=1)
WORDS: Final = 500
PATHS: Final = "OBJECTION_PATHS"

logger = logging.getLogger(__name__)


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
    be reached three times is let go. `attempt` is the number of this try: one that
    the same person has on record already is what is returned.

    Raises ValidationError (by field), IllegalStep, NotAllowed.
    """
    text = one_line(text, field="text", most=WORDS)
    marks = _marks(
        reached=reached,
        resolved=resolved,
        satisfaction=satisfaction,
        process_satisfaction=process_satisfaction,
    )
    with transaction.atomic():
        objection = Objection.objects.locked().get(pk=objection.pk)
        made = objection.return_visits.filter(cycle=objection.cycle)
        last = objection.return_visits.last()
        if last is not None and _is_try(last, objection, attempt, by=by):
            return last
        WORKFLOW.check(objection, Step.VISIT, by=by)
        if levels.has_handled(objection, by):
            raise NotAllowed(Step.VISIT)
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
    text = one_line(text, field="text", most=WORDS)
    marks = _marks(
        reached=True,
        resolved=resolved,
        satisfaction=satisfaction,
        process_satisfaction=process_satisfaction,
    )
    with transaction.atomic():
        objection = Objection.objects.locked().get(pk=objection.pk)
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


def _conclude(
    objection: Objection, found: ReturnVisit, *, by: User | None, at: datetime
) -> None:
    """The case ends with the visit, or begins again with it."""
    promises.stop(objection, Metric.RETURN_VISIT, at=at, by=by)
    if found.reached and not _is_satisfied(found):
        reopen(objection, by=by, at=at)
        return
    how = Closure.CONFIRMED if found.reached else Closure.UNREACHABLE
    rule = WORKFLOW.rules[Step.VISIT]
    close(objection, rule, how=how, by=by, at=at)


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


def close(
    objection: Objection, rule: Rule, *, how: Closure, by: User | None, at: datetime
) -> None:
    """End a case; the customer has seven days for a review. The caller has the lock."""
    WORKFLOW.move(objection, rule)
    objection.closed_at = at
    objection.customer_waiting_since = None
    objection.closure = how
    objection.appeal_until = at + APPEAL_WITHIN
    objection.save(
        update_fields=[
            *("status", "closed_at", "customer_waiting_since", "closure"),
            "appeal_until",
        ]
    )
    events.record(objection, Verb.OBJECTION_CLOSED, by=by, at=at, how=str(how))
    again = promises.next_round(objection, Metric.ARCHIVE)
    promises.start(objection, Metric.ARCHIVE, at=at, subject=again)


def reopen(objection: Objection, *, by: User | None, at: datetime) -> None:
    """Handle a case once more, from the hand-off on; the caller has the lock.

    The time for a result goes on with what was left of it.
    """
    WORKFLOW.move(objection, WORKFLOW.rules[Step.REOPEN])
    objection.cycle += 1
    objection.closed_at = objection.appeal_until = None
    objection.closure = objection.escalated_to = ""
    objection.department = None
    objection.save(
        update_fields=[
            *("status", "cycle", "closed_at", "appeal_until", "closure"),
            *("escalated_to", "department"),
        ]
    )
    end_handoffs(objection, at=at)
    events.record(objection, Verb.OBJECTION_REOPENED, by=by, at=at)
    promises.start(objection, Metric.HANDOFF, at=at)
    promises.start(objection, Metric.TOTAL, at=at)
    promises.bind_by_law(objection, at=at)


@transaction.atomic
def investigate_again(objection: Objection, *, by: User, at: datetime) -> Objection:
    """Let the departments look once more before the level decides.

    Raises IllegalStep, NotAllowed.
    """
    objection = Objection.objects.locked().get(pk=objection.pk)
    _refuse_below(objection, Step.INVESTIGATE_AGAIN, by=by)
    WORKFLOW.check(objection, Step.INVESTIGATE_AGAIN, by=by)
    promises.stop(objection, Metric.PROPOSAL, at=at, by=by)
    answering.look_again(objection, by=by, at=at)
    feed.announce(objection, "ticket", to_customer=True)
    return objection


def escalate(objection: Objection, *, reason: str, by: User, at: datetime) -> Objection:
    """Put a case that is not agreed to the next level, with a word on why.

    The same word of the same person again changes nothing: a second click does not put
    it one level higher still.

    Raises ValidationError (reason), IllegalStep, NotAllowed.
    """
    reason = one_line(
        reason, field="reason", missing=_("Please say why the next level decides.")
    )
    with transaction.atomic():
        objection = Objection.objects.locked().get(pk=objection.pk)
        if _escalated_so(objection, reason, by=by):
            return objection
        _refuse_below(objection, Step.ESCALATE, by=by)
        WORKFLOW.check(objection, Step.ESCALATE, by=by)
        before = objection.escalated_to
        levels.raise_level(objection, by=by, at=at)
        if objection.escalated_to == before:
            raise IllegalStep(
                _("There is nobody above who could decide."),
                step=Step.ESCALATE,
                status=objection.status,
            )
        messages.add(objection, direction=Direction.NOTE, text=reason, at=at, author=by)
        feed.announce(objection, "ticket", to_customer=False)
        return objection


def _escalated_so(objection: Objection, reason: str, *, by: User) -> bool:
    """Whether an earlier click has put it where it is, for this reason."""
    raised = objection.events.filter(verb=Verb.OBJECTION_ESCALATED).last()
    if raised is None or raised.actor_id != by.pk:
        return False
    said = objection.messages.filter(author=by, text=reason, sent_at=raised.at)
    return objection.status == Status.REJECTED and said.exists()


@transaction.atomic
def close_unagreed(objection: Objection, *, by: User, at: datetime) -> Objection:
    """End a case on which the last level could not agree; the ways outside are told.

    Those are to go on talking, mediation, 12315, arbitration, court (消保法 39). A
    second click changes nothing.

    Raises IllegalStep, NotAllowed, ScriptError.
    """
    objection = Objection.objects.locked().get(pk=objection.pk)
    if objection.closure == Closure.NOT_AGREED:
        return objection
    refuse_partial(objection, Step.CLOSE_UNAGREED, by=by)
    rule = WORKFLOW.check(objection, Step.CLOSE_UNAGREED, by=by)
    if objection.escalated_to != Role.GENERAL_MANAGER:
        raise NotAllowed(Step.CLOSE_UNAGREED)
    tell_paths(objection, by=by, at=at)
    promises.stop(objection, Metric.PROPOSAL, at=at, by=by)
    promises.stop(objection, Metric.LEGAL_OUTER_LIMIT, at=at, by=by)
    close(objection, rule, how=Closure.NOT_AGREED, by=by, at=at)
    feed.announce(objection, "ticket", to_customer=True)
    return objection


def tell_paths(objection: Objection, *, by: User, at: datetime, text: str = "") -> None:
    """Say which ways are open outside, after what else there is to say."""
    paths = scripts.wording(PATHS)
    messages.add(
        objection,
        direction=Direction.OUT,
        text=f"{text}\n\n{paths}" if text else paths,
        at=at,
        author=by,
    )


@transaction.atomic
def archive(objection: Objection, *, by: User | None, at: datetime) -> Objection:
    """Put a closed case away: its form frozen for the last time, kept for three years.

    Then the customer's contacts go, unless they agreed to more or complain outside.
    `by` is None for the job that does it after a day. A second click changes nothing.

    Raises IllegalStep, NotAllowed.
    """
    objection = Objection.objects.locked().get(pk=objection.pk)
    if objection.status == Status.ARCHIVED:
        return objection
    rule = WORKFLOW.rules[Step.ARCHIVE]
    if by is not None or objection.status != Status.CLOSED:
        rule = WORKFLOW.check(objection, Step.ARCHIVE, by=by)
    freeze(objection, at=at)
    closed = timezone.localdate(objection.closed_at or at)
    objection.archived_at = at
    objection.kept_until = _years_later(closed)
    WORKFLOW.move(objection, rule)
    objection.save(update_fields=["status", "archived_at", "kept_until"])
    events.record(
        objection,
        Verb.OBJECTION_ARCHIVED,
        by=by,
        at=at,
        kept_until=objection.kept_until.isoformat(),
    )
    promises.stop(objection, Metric.ARCHIVE, at=at, by=by)
    end = datetime.combine(
        objection.kept_until, time.max, timezone.get_current_timezone()
    )
    keep_contacts_until(objection.customer, when=end)
    feed.announce(objection, "ticket", to_customer=False)
    return objection


def archive_closed(*, at: datetime, limit: int = 100) -> int:
    """Put away what has been closed for a day; how many. Twice does no harm.

    One that cannot be put away, say since its customer asks for a review just now, is
    left for the next pass and does not hold the others up.
    """
    due = Objection.objects.filter(
        status=Status.CLOSED, closed_at__lte=at - ARCHIVED_AFTER
    )
    return sum(_put_away(it, at=at) for it in due.order_by("closed_at")[:limit])


def _put_away(objection: Objection, *, at: datetime) -> bool:
    try:
        archive(objection, by=None, at=at)
    except (IllegalStep, NotAllowed):
        return False  # it is not closed any more
    except Exception as error:  # noqa: BLE001 - one bad case never stops the others
        name = type(error).__name__
        logger.warning("objection %d not archived (%s)", objection.pk, name)
        return False
    return True


def _years_later(day: date) -> date:
    """The same day some years later; the last of February for a leap day."""
    try:
        return day.replace(year=day.year + KEPT_YEARS)
    except ValueError:
        return day.replace(year=day.year + KEPT_YEARS, day=28)


def _refuse_below(objection: Objection, step: Step, *, by: User) -> None:
    """Only the level that a case has come to decides. Raises NotAllowed."""
    refuse_partial(objection, step, by=by)
    if objection.escalated_to and not levels.reaches(by, objection.escalated_to):
        raise NotAllowed(step)


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
