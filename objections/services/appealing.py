"""The customer asks for a review; somebody else decides, three levels in all (D-14)."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from customers.text import WORDS_MAX, one_line
from inquiries.services.wording import examined
from objections.models import LEVELS, Appeal, Closure, Objection
from objections.services import closing, levels, promises
from objections.services.handling import refuse_partial
from objections.workflow import WORKFLOW, Step
from sla.models import Metric
from sla.services import clocks
from sla.services.clocks import CancelReason
from staff.models import Role, User
from tickets import feed
from tickets.models import Direction, Verb
from tickets.services import assignment, events, messages
from tickets.workflow import IllegalStep, NotAllowed


def appeal(
    objection: Objection, *, reason: str, at: datetime, by: User | None = None
) -> Appeal:
    """Ask for a review within seven days of the end; `by` is who noted it for them.

    A supervisor reviews the first, a manager the next, the general manager the last,
    and never somebody who has handled the case. A second click changes nothing.

    Raises ValidationError (reason), IllegalStep, NotAllowed.
    """
    reason = one_line(
        reason,
        field="reason",
        most=WORDS_MAX,
        missing=_("Please say what should be looked at once more."),
    )
    with transaction.atomic():
        objection = Objection.objects.lock(objection.pk)
        last = objection.appeals.last()
        if last is not None and last.decided_at is None and last.reason == reason:
            return last
        rule = WORKFLOW.check(objection, Step.APPEAL, by=by)
        _refuse_late(objection, at=at)
        number = objection.appeals.count() + 1
        found = Appeal(
            objection=objection,
            number=number,
            level=LEVELS[number - 1],
            reason=reason,
            made_at=at,
            noted_by=by,
        )
        messages.add(
            objection,
            direction=Direction.IN if by is None else Direction.NOTE,
            text=reason,
            at=at,
            author=by,
        )
        WORKFLOW.move(objection, rule)
        objection.closed_at = None
        objection.save(update_fields=["status", "closed_at"])
        events.record(objection, Verb.APPEAL_MADE, by=by, at=at, appeal=number)
        held = promises.running(objection, Metric.ARCHIVE)
        clocks.cancel(
            objection,
            Metric.ARCHIVE,
            reason=CancelReason.NOT_NEEDED,
            at=at,
            by=by,
            subject=held,
        )
        found.clock = promises.start_round(objection, Metric.APPEAL, at=at)
        found.save()
        if reviewer := _reviewer(objection, found):
            assignment.give(objection, to=reviewer, by=None, at=at)
        feed.announce(objection, "ticket", to_customer=True)
        return found


def decide_appeal(
    objection: Objection,
    *,
    granted: bool,
    text: str,
    by: User,
    at: datetime,
    confirmed: Collection[str] = (),
    override_reason: str = "",
) -> Appeal:
    """Take the case up again, or say why not and which ways are open outside.

    `confirmed` and `override_reason` are what the phrase guard is told. A second click
    changes nothing.

    Raises ValidationError (text, override_reason), IllegalStep, NotAllowed,
    ForbiddenPhrase, NeedsConfirmation, ScriptError.
    """
    text = one_line(
        text,
        field="text",
        most=WORDS_MAX,
        missing=_("Please tell the customer what was decided, and why."),
    )
    with transaction.atomic():
        objection = Objection.objects.lock(objection.pk)
        last = objection.appeals.last()
        if last and (last.decided_by_id, last.granted, last.decision) == (
            by.pk,
            granted,
            text,
        ):
            return last
        refuse_partial(objection, Step.DECIDE_APPEAL, by=by)
        rule = WORKFLOW.check(objection, Step.DECIDE_APPEAL, by=by)
        found = objection.appeals.get(decided_at=None)
        if not may_review(objection, found, by=by):
            raise NotAllowed(Step.DECIDE_APPEAL)
        allowance = examined(
            text, by=by, confirmed=confirmed, override_reason=override_reason
        )
        found.granted = granted
        found.decision = text
        found.decided_at = at
        found.decided_by = by
        found.save()
        events.record(
            objection,
            Verb.APPEAL_DECIDED,
            by=by,
            at=at,
            appeal=found.number,
            granted=granted,
        )
        allowance.record(objection, by=by, at=at)
        promises.stop(objection, Metric.APPEAL, at=at, by=by)
        if granted:
            messages.add(
                objection, direction=Direction.OUT, text=text, at=at, author=by
            )
            closing.reopen(objection, by=by, at=at)
        else:
            closing.tell_paths(objection, by=by, at=at, text=text)
            how = Closure(objection.closure)
            closing.close(objection, rule, how=how, by=by, at=at)
        feed.announce(objection, "ticket", to_customer=True)
        return found


def may_review(objection: Objection, found: Appeal, *, by: User) -> bool:
    """Whether somebody's post reaches the level, and they have not judged before.

    Where all who reach it have, one whom the objection does not name decides rather
    than nobody.
    """
    if objection.names(by) or not levels.reaches(by, found.level):
        return False
    if not levels.has_handled(objection, by):
        return True
    return _reviewer(objection, found) is None


def can_appeal(objection: Objection, *, at: datetime) -> bool:
    """Whether the time has not run out and there is a level that has not decided."""
    until = objection.appeal_until
    in_time = until is not None and at <= until
    return in_time and objection.appeals.count() < len(LEVELS)


def _refuse_late(objection: Objection, *, at: datetime) -> None:
    if can_appeal(objection, at=at):
        return
    why = _("The time for a review is over; the ways outside are still open.")
    if objection.appeals.count() >= len(LEVELS):
        why = _("There have been three reviews; the ways outside are still open.")
    raise IllegalStep(why, step=Step.APPEAL, status=objection.status)


def _reviewer(objection: Objection, found: Appeal) -> User | None:
    """Who reviews it: somebody of the level or above who has not judged before."""
    for level in LEVELS[LEVELS.index(Role(found.level)) :]:
        if person := levels.without_a_hand(objection, level):
            return person
    return None
