"""More time for an investigation, once, told before the time is over (OB-46)."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from customers.text import one_line, unfit
from inquiries.services.wording import examined
from knowledge.services import scripts
from objections.models import Extension, Objection, ObjectionType
from objections.services import promises
from objections.services.handling import refuse_partial, refuse_unasked
from objections.workflow import WORKFLOW, Step
from sla.models import Metric
from sla.promise import used_up_at
from sla.services import pauses, rules
from sla.services.standing import holds
from staff.models import User
from tickets import feed
from tickets.models import Direction, Verb
from tickets.services import events, messages
from tickets.workflow import IllegalStep

EXTENDED: Final = "EXTENSION_NOTICE"
REASON: Final = "extension"


def extend(
    objection: Objection,
    *,
    reason: str,
    by: User,
    at: datetime,
    confirmed: Collection[str] = (),
    override_reason: str = "",
) -> Extension:
    """Let the clocks of the investigation stand for as long as the policy grants.

    The customer is told at once, with the reason and the new time. It is granted once,
    and not after the time is over. A second click changes nothing.

    `confirmed` and `override_reason` are what the phrase guard is told.

    Raises ValidationError (reason, override_reason), IllegalStep, NotAllowed,
    ForbiddenPhrase, NeedsConfirmation, ScriptError.
    """
    reason = one_line(
        reason, field="reason", missing=_("Please say why more time is needed.")
    )
    with transaction.atomic():
        objection = Objection.objects.lock(objection.pk)
        refuse_partial(objection, Step.EXTEND, by=by)
        known = Extension.objects.filter(objection=objection).first()
        if known and (known.granted_by_id, known.reason) == (by.pk, reason):
            return known
        WORKFLOW.check(objection, Step.EXTEND, by=by)
        if known is not None:
            raise _refused(objection, _("More time has been granted once already."))
        allowance = examined(
            reason,
            by=by,
            confirmed=confirmed,
            override_reason=override_reason,
            field="reason",
        )
        until = _wait(objection, by=by, at=at)
        found = Extension.objects.create(
            objection=objection,
            reason=reason,
            until=until,
            granted_at=at,
            granted_by=by,
        )
        message = messages.add(
            objection,
            direction=Direction.OUT,
            text=scripts.wording(
                EXTENDED,
                number=objection.number,
                reason=promises.unended(reason),
                due=promises.said(until),
            ),
            at=at,
            author=by,
        )
        allowance.record(objection, by=by, at=at, message=message)
        events.record(
            objection,
            Verb.INVESTIGATION_EXTENDED,
            by=by,
            at=at,
            until=until.isoformat(),
            message=message.pk,
        )
        feed.announce(objection, "ticket", to_customer=True)
        return found


def order_test(
    objection: Objection, *, reason: str, by: User, at: datetime
) -> Objection:
    """Have a laboratory test the device; the policy gives the investigation longer.

    `reason` says what it is to find out. Twice changes nothing.

    Raises ValidationError (reason, type), IllegalStep, NotAllowed.
    """
    reason = one_line(
        reason,
        field="reason",
        missing=_("Please say what the laboratory is to find out."),
    )
    with transaction.atomic():
        objection = Objection.objects.lock(objection.pk)
        refuse_partial(objection, Step.ORDER_TEST, by=by)
        WORKFLOW.check(objection, Step.ORDER_TEST, by=by)
        refuse_unasked(objection, Step.ORDER_TEST, by=by)
        if objection.type != ObjectionType.QUALITY:
            raise unfit(
                "type",
                _("Only the quality of a device is tested."),
                code="nothing_to_test",
            )
        if objection.laboratory:
            return objection
        objection.laboratory = True
        objection.save(update_fields=["laboratory"])
        note = messages.add(
            objection, direction=Direction.NOTE, text=reason, at=at, author=by
        )
        events.record(objection, Verb.TEST_ORDERED, by=by, at=at, message=note.pk)
        promises.adapt(objection, at=at, by=by)
        feed.announce(objection, "ticket", to_customer=True)
        return objection


def until_if_extended(objection: Objection, *, at: datetime) -> datetime | None:
    """By when the investigation would be due with more time; None: none is granted."""
    clock = objection.clocks.unfinished().filter(metric=Metric.INVESTIGATION).last()
    rule = rules.pause_rule(clock.target, REASON) if clock else None
    if clock is None or rule is None or at >= clock.due_at:
        return None
    if rule.limit is None and rule.days is None:
        return None
    calendars = rules.rulebook(at=clock.promised_at).calendars
    begin = used_up_at(rules.length(rule, rule.limit), [], at=at, calendars=calendars)
    limit = rules.terms_of(clock.target).limit
    left = limit.elapsed(at, clock.due_at, calendars)
    return limit.forward(begin, left, calendars)


def _wait(objection: Objection, *, by: User, at: datetime) -> datetime:
    """Pause what runs, and say when the investigation is due then."""
    subject = promises.running(objection, Metric.INVESTIGATION)
    running = objection.clocks.unfinished().filter(metric=Metric.INVESTIGATION).last()
    if running is None or at >= running.due_at:
        raise _refused(objection, _("The time is over; it cannot be extended now."))
    try:
        clock = pauses.pause(
            objection,
            Metric.INVESTIGATION,
            reason=REASON,
            at=at,
            by=by,
            subject=subject,
        )
    except pauses.PauseRefused as error:
        raise _refused(objection, _("The policy grants no more time.")) from error
    due_at = holds([clock])[clock.pk].due_at
    if due_at is None:
        raise _refused(objection, _("The policy grants no more time."))
    try:
        with transaction.atomic():
            pauses.pause(
                objection,
                Metric.TOTAL,
                reason=REASON,
                at=at,
                by=by,
                subject=promises.running(objection, Metric.TOTAL),
            )
    except pauses.PauseRefused:
        pass  # what is missed already, or was kept, does not wait
    return due_at


def _refused(objection: Objection, why: str) -> IllegalStep:
    return IllegalStep(why, step=Step.EXTEND, status=objection.status)
