"""Following up: plan, edit, send once, or say why not (IN-54 to IN-56)."""

import logging
import time
import uuid
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from customers.text import one_line, unfit
from inquiries.follow_up_text import FOLLOW_UP, compose
from inquiries.models import FollowUp, FollowUpStatus, Inquiry, Intent, NotSent
from inquiries.models.follow_up import LAST_MINUTES
from inquiries.services import carriers, wording
from inquiries.services.carriers import NoCarrier, Parcel
from inquiries.workflow import WORKFLOW, Step
from knowledge.models import Script
from knowledge.services.scripts import ScriptError
from sla.models import Metric, Outcome
from sla.services import clocks
from sla.services.clocks import CancelReason
from staff.models import User
from tickets import feed
from tickets.models import Message, Verb
from tickets.services import events
from tickets.text import clean_message
from tickets.tokens import derived_token
from tickets.workflow import IllegalStep

logger = logging.getLogger(__name__)

# When the system sends what nobody has looked at.
AUTOMATIC_AFTER: Final = timedelta(minutes=30)
# So long one attempt keeps others away, and so long a failed one steps aside.
LEASE: Final = timedelta(minutes=1)
# No job runs longer than 15 s.
SECONDS: Final = 8.0


def plan(inquiry: Inquiry, *, consent: bool, at: datetime) -> None:
    """Note the follow-up of this cycle, with text and clock if the customer agreed.

    The caller holds the lock on the inquiry. Without the script the text is left to
    whoever sends it: no conversation fails to end because of it.
    """
    if not consent:
        refused = FollowUp.objects.create(
            inquiry=inquiry,
            cycle=inquiry.cycle,
            status=FollowUpStatus.NOT_PERMITTED,
            reason=NotSent.NO_CONSENT,
            created_at=at,
            ended_at=at,
        )
        _record_not_sent(inquiry, refused, by=None, at=at)
        return
    clock = clocks.start(
        inquiry, Metric.FOLLOW_UP, at=at, facts={"intent": Intent.CLEAR.value}
    )
    try:
        text = compose(inquiry, at=at)
    except ScriptError:
        text = ""
    FollowUp.objects.create(
        inquiry=inquiry,
        clock=clock,
        cycle=inquiry.cycle,
        status=FollowUpStatus.PENDING,
        text=text,
        created_at=at,
        send_at=at + AUTOMATIC_AFTER,
    )


@transaction.atomic
def edit_follow_up(
    inquiry: Inquiry,
    *,
    text: str,
    by: User,
    at: datetime,
    confirmed: Collection[str] = (),
    override_reason: str = "",
) -> FollowUp:
    """Say it in own words; the system then waits until shortly before the deadline.

    `confirmed` and `override_reason` are what the phrase guard is told.

    Raises ValidationError (text) when the words of IN-56 do not begin it, IllegalStep,
    NotAllowed, ForbiddenPhrase, NeedsConfirmation.
    """
    inquiry = Inquiry.objects.lock(inquiry.pk)
    WORKFLOW.check(inquiry, Step.FOLLOW_UP, by=by)
    follow_up = _waiting(inquiry)
    allowance = _edit(
        follow_up,
        text=text,
        by=by,
        confirmed=confirmed,
        override_reason=override_reason,
    )
    allowance.record(inquiry, by=by, at=at, follow_up=follow_up.pk)
    feed.announce(inquiry, "ticket", to_customer=False)
    return follow_up


@transaction.atomic
def send_follow_up(
    inquiry: Inquiry,
    *,
    by: User,
    at: datetime,
    text: str | None = None,
    confirmed: Collection[str] = (),
    override_reason: str = "",
) -> FollowUp:
    """Send it now, with `text` if that is another one. A second click sends nothing.

    Other words than those that have been sent meanwhile are refused, not dropped.

    Raises ValidationError (text), IllegalStep, NotAllowed, ForbiddenPhrase,
    NeedsConfirmation, ScriptError.
    """
    inquiry = Inquiry.objects.lock(inquiry.pk)
    WORKFLOW.check(inquiry, Step.FOLLOW_UP, by=by)
    sent = _of_cycle(inquiry, FollowUpStatus.SENT)
    if sent and (text is None or _plain(text) == sent.text):
        return sent
    follow_up = _waiting(inquiry)
    if text is not None:
        allowance = _edit(
            follow_up,
            text=text,
            by=by,
            confirmed=confirmed,
            override_reason=override_reason,
        )
        allowance.record(inquiry, by=by, at=at, follow_up=follow_up.pk)
    return _deliver(inquiry, follow_up, by=by, at=at)


@transaction.atomic
def cancel_follow_up(
    inquiry: Inquiry, *, reason: str, by: User, at: datetime
) -> FollowUp:
    """Send nothing, for a reason in own words. A second click changes nothing.

    Raises ValidationError (reason), IllegalStep, NotAllowed.
    """
    inquiry = Inquiry.objects.lock(inquiry.pk)
    WORKFLOW.check(inquiry, Step.FOLLOW_UP, by=by)
    if cancelled := _of_cycle(inquiry, FollowUpStatus.CANCELLED):
        return cancelled
    follow_up = _waiting(inquiry)
    follow_up.remark = one_line(reason, field="reason", missing=_("Please say why."))
    _end(
        inquiry,
        follow_up,
        FollowUpStatus.CANCELLED,
        reason=NotSent.BY_HAND,
        by=by,
        at=at,
    )
    return follow_up


def drop(
    inquiry: Inquiry, *, reason: NotSent, by: User | None, at: datetime
) -> FollowUp | None:
    """Cancel what waits, because something else happened; None if nothing waits.

    The caller holds the lock on the inquiry.
    """
    follow_up = inquiry.follow_ups.pending().first()
    if follow_up is not None:
        _end(inquiry, follow_up, FollowUpStatus.CANCELLED, reason=reason, by=by, at=at)
    return follow_up


def send_due(*, clock: Callable[[], datetime], seconds: float = SECONDS) -> int:
    """Send one due follow-up after another until none waits or the time is over.

    Returns how many were sent. Whatever is wrong with one of them, the next one goes
    out; one that fails is tried again until its deadline and then given up.
    """
    until, count = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        claimed = claim(at=clock())
        if claimed is None:
            break
        count += attempt(claimed, at=clock())
    return count


def claim(*, at: datetime) -> FollowUp | None:
    """Take the next due one; nobody else does until the lease is over."""
    with transaction.atomic():
        follow_up = (
            FollowUp.objects.due(at=at)
            .select_for_update(skip_locked=True, of=("self",))
            .order_by("send_at", "pk")
            .first()
        )
        if follow_up is None:
            return None
        follow_up.leased_until = at + LEASE
        follow_up.tries += 1
        follow_up.save(update_fields=["leased_until", "tries"])
        return follow_up


def attempt(claimed: FollowUp, *, at: datetime) -> bool:
    """Send what was claimed, if it still waits; returns whether it was sent."""
    try:
        with transaction.atomic():
            inquiry = Inquiry.objects.lock(claimed.inquiry_id)
            waiting = _pending(inquiry, claimed.pk)
            if waiting is None:
                return False
            return _deliver(inquiry, waiting, by=None, at=at).message_id is not None
    except Exception as error:  # noqa: BLE001 - a bad one never stops the others
        name = type(error).__name__
        logger.warning("follow-up %d not sent (%s)", claimed.pk, name)
        reason = NotSent.NO_CARRIER if isinstance(error, NoCarrier) else NotSent.FAULT
    with transaction.atomic():
        inquiry = Inquiry.objects.lock(claimed.inquiry_id)
        waiting = _pending(inquiry, claimed.pk)
        if waiting is not None and at > waiting.deadline:
            _end(inquiry, waiting, FollowUpStatus.FAILED, reason=reason, by=None, at=at)
    return False


def _deliver(
    inquiry: Inquiry, follow_up: FollowUp, *, by: User | None, at: datetime
) -> FollowUp:
    """Carry it to the customer, stop the clock, mark it sent: all or nothing.

    The caller holds the lock on the inquiry. Whoever took back the agreement to be
    written to meanwhile gets nothing.
    """
    if inquiry.customer.consented_at is None:
        return _end(
            inquiry,
            follow_up,
            FollowUpStatus.NOT_PERMITTED,
            reason=NotSent.NO_CONSENT,
            by=by,
            at=at,
        )
    follow_up.text = follow_up.text or compose(inquiry, at=at)
    parcel = Parcel(
        inquiry=inquiry,
        text=follow_up.text,
        author=by or follow_up.edited_by,
        token=token_of(follow_up),
        follow_up=follow_up,
    )
    usable = [it for it in carriers.open_at(at) if it.reaches(inquiry)]
    carried = [carrier.carry(parcel, at=at) for carrier in usable]
    message: Message | None = next((it for it in carried if it is not None), None)
    stopped = clocks.stop(inquiry, Metric.FOLLOW_UP, at=at, by=by)
    if stopped is not None and stopped.outcome == Outcome.MISSED:
        follow_up.reason = NotSent.LATE
    follow_up.status = FollowUpStatus.SENT
    follow_up.ended_at = at
    follow_up.message = message
    follow_up.save(update_fields=["ended_at", "message", "reason", "status", "text"])
    events.record(
        inquiry,
        Verb.FOLLOWED_UP,
        by=by,
        at=at,
        message=message.pk if message else None,
        carriers=[carrier.name for carrier in usable],
        **_written_by(follow_up),
        **({"reason": follow_up.reason} if follow_up.reason else {}),
    )
    feed.announce(inquiry, "ticket", to_customer=True)
    return follow_up


def _written_by(follow_up: FollowUp) -> dict[str, int]:
    """Whose words they are, where a colleague changed them: not always who sends."""
    editor = follow_up.edited_by_id
    return {} if editor is None else {"written_by": editor}


def token_of(follow_up: FollowUp) -> uuid.UUID:
    """What makes the same follow-up arrive once, however often it is tried."""
    return derived_token("follow-up", follow_up.pk)


def _end(
    inquiry: Inquiry,
    follow_up: FollowUp,
    status: FollowUpStatus,
    *,
    reason: NotSent,
    by: User | None,
    at: datetime,
) -> FollowUp:
    """It is not sent, and why; a deadline that has passed stays missed."""
    follow_up.status = status
    follow_up.reason = reason
    follow_up.ended_at = at
    follow_up.save(update_fields=["ended_at", "reason", "remark", "status"])
    clocks.cancel(
        inquiry, Metric.FOLLOW_UP, reason=CancelReason.NOT_NEEDED, at=at, by=by
    )
    _record_not_sent(inquiry, follow_up, by=by, at=at)
    feed.announce(inquiry, "ticket", to_customer=False)
    return follow_up


def _record_not_sent(
    inquiry: Inquiry, follow_up: FollowUp, *, by: User | None, at: datetime
) -> None:
    events.record(
        inquiry,
        Verb.FOLLOW_UP_NOT_SENT,
        by=by,
        at=at,
        follow_up=follow_up.pk,
        status=str(follow_up.status),
        reason=str(follow_up.reason),
    )


def _edit(
    follow_up: FollowUp,
    *,
    text: str,
    by: User,
    confirmed: Collection[str],
    override_reason: str,
) -> wording.Allowance:
    """Keep other words than the composed ones, if they are others."""
    try:
        text = clean_message(text)
    except ValidationError as error:
        raise ValidationError({"text": error}) from None
    if text == follow_up.text:
        return wording.Allowance()
    opening = Script.objects.get(code=FOLLOW_UP).opening
    if not text.startswith(opening):
        raise unfit(
            "text",
            _("A follow-up begins with “%(opening)s” (IN-56).") % {"opening": opening},
            code="opening_missing",
        )
    allowance = wording.examined(
        text, by=by, confirmed=confirmed, override_reason=override_reason
    )
    follow_up.text = text
    follow_up.edited_by = by
    follow_up.send_at = follow_up.deadline - LAST_MINUTES
    follow_up.save(update_fields=["edited_by", "send_at", "text"])
    return allowance


def _plain(text: str) -> str:
    """As a message would be kept, whatever line ends a browser sends."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _waiting(inquiry: Inquiry) -> FollowUp:
    """The one that is still to be sent. Raises IllegalStep."""
    follow_up = _pending(inquiry)
    if follow_up is None:
        raise IllegalStep(
            WORKFLOW.rules[Step.FOLLOW_UP].refusal,
            step=Step.FOLLOW_UP,
            status=inquiry.status,
        )
    return follow_up


def _pending(inquiry: Inquiry, pk: int | None = None) -> FollowUp | None:
    found = inquiry.follow_ups.pending().select_related("clock", "edited_by")
    return (found.filter(pk=pk) if pk else found).first()


def _of_cycle(inquiry: Inquiry, status: FollowUpStatus) -> FollowUp | None:
    return inquiry.follow_ups.filter(cycle=inquiry.cycle, status=status).first()
