"""Calling back: the number for a reason, attempts, and the answer (IN-28, IN-29)."""

import uuid
from collections.abc import Collection
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from customers.services import forget_contacts_later, reveal_phone
from inquiries.models import Callback, Inquiry, Obstacle, Way
from inquiries.services import wording
from inquiries.services.checking import promise_callback
from inquiries.services.owing import replied
from inquiries.services.speaking import say
from inquiries.workflow import WORKFLOW, Step
from sla.models import Metric
from sla.services import clocks
from sla.services.clocks import CancelReason
from staff.models import User
from tickets import feed
from tickets.models import Verb
from tickets.services import events, messages
from tickets.text import clean_message
from tickets.workflow import IllegalStep


@transaction.atomic
def reveal_contact(inquiry: Inquiry, *, reason: str, by: User, at: datetime) -> str:
    """The customer's full number, for the callback; every look is on record (IN-29).

    Only while a callback is open, or for those who supervise.

    Raises ValidationError (reason, phone), IllegalStep, NotAllowed.
    """
    inquiry = Inquiry.objects.lock(inquiry.pk)
    WORKFLOW.check(inquiry, Step.REVEAL, by=by)
    if not by.supervises and not inquiry.callbacks.open().exists():
        raise IllegalStep(
            _("The full number is shown only while a callback is open."),
            step=Step.REVEAL,
            status=inquiry.status,
        )
    number = reveal_phone(inquiry.customer, by=by, reason=reason, at=at)
    events.record(
        inquiry, Verb.CONTACT_REVEALED, by=by, at=at, customer=inquiry.customer_id
    )
    feed.announce(inquiry, "ticket", to_customer=False)
    return number


@transaction.atomic
def log_callback_attempt(
    inquiry: Inquiry,
    *,
    obstacle: str,
    by: User,
    at: datetime,
    client_token: uuid.UUID | None = None,
) -> Callback:
    """Nobody was reached: the callback stays open, the attempt is counted (IN-28).

    A second click counts once.

    Raises ValidationError (obstacle), IllegalStep, NotAllowed.
    """
    inquiry = Inquiry.objects.lock(inquiry.pk)
    if clicked := _clicked_before(inquiry, client_token):
        return clicked
    WORKFLOW.check(inquiry, Step.TRY_CALLBACK, by=by)
    if obstacle not in Obstacle.values:
        raise ValidationError(
            {"obstacle": _("Please say why nobody was reached.")},
            code="obstacle_unknown",
        )
    if not inquiry.customer.can_be_called:
        raise ValidationError({"obstacle": _no_number()})
    callback = inquiry.callbacks.open().get()
    callback.attempts += 1
    callback.last_attempt_at = at
    callback.last_obstacle = obstacle
    callback.last_token = client_token
    callback.save(
        update_fields=["attempts", "last_attempt_at", "last_obstacle", "last_token"]
    )
    events.record(
        inquiry,
        Verb.CALLBACK_TRIED,
        by=by,
        at=at,
        callback=callback.pk,
        obstacle=obstacle,
    )
    feed.announce(inquiry, "ticket", to_customer=False)
    return callback


@transaction.atomic
def finish_callback(
    inquiry: Inquiry,
    *,
    way: str,
    outcome: str,
    by: User,
    at: datetime,
    client_token: uuid.UUID | None = None,
    confirmed: Collection[str] = (),
    override_reason: str = "",
) -> Callback:
    """The customer has the answer: by a call, or by this text as a message (IN-28).

    `outcome` is what was said; by message the customer reads it, and the phrase guard
    does before (IN-20). Stops the callback's clock; a number that was kept for it goes
    a week later. A second click returns the callback that is done. `confirmed` and
    `override_reason` are what the phrase guard is told.

    Raises ValidationError (way, outcome, override_reason), IllegalStep, SentOtherwise,
    NotAllowed, ForbiddenPhrase, NeedsConfirmation.
    """
    inquiry = Inquiry.objects.lock(inquiry.pk)
    if clicked := _clicked_before(inquiry, client_token):
        same = (clicked.done_way, clicked.outcome) == (way, _outcome(outcome))
        messages.refuse_other(inquiry, same=same)
        return clicked
    WORKFLOW.check(inquiry, Step.FINISH_CALLBACK, by=by)
    outcome = _outcome(outcome)
    if way not in Way.values:
        raise ValidationError(
            {"way": _("Please say how the customer got the answer.")},
            code="way_unknown",
        )
    if way == Way.CALL and not inquiry.customer.can_be_called:
        raise ValidationError({"way": _no_number()})
    if way == Way.MESSAGE:
        allowance = wording.examined(
            outcome,
            by=by,
            confirmed=confirmed,
            override_reason=override_reason,
            field="outcome",
        )
        message = say(inquiry, text=outcome, verb=Verb.REPLIED, by=by, at=at)
        allowance.record(inquiry, by=by, at=at, message=message)
        wording.record_promises(inquiry, message, allowance=allowance)
        inquiry.last_answer = message
        inquiry.save(update_fields=["last_answer"])
    return settle(
        inquiry,
        way=Way(way),
        outcome=outcome,
        by=by,
        at=at,
        client_token=client_token,
    )


def settle(
    inquiry: Inquiry,
    *,
    way: Way,
    outcome: str,
    by: User,
    at: datetime,
    client_token: uuid.UUID | None = None,
) -> Callback:
    """Close the open callback; the caller holds the lock and has told the customer."""
    rule = WORKFLOW.check(inquiry, Step.FINISH_CALLBACK, by=by)
    callback = inquiry.callbacks.select_related("clock").open().get()
    callback.done_at = at
    callback.done_by = by
    callback.done_way = way
    callback.outcome = outcome
    callback.last_token = client_token
    callback.save(
        update_fields=["done_at", "done_by", "done_way", "outcome", "last_token"]
    )
    if callback.clock is not None:
        clocks.stop(
            inquiry, Metric.CALLBACK, at=at, by=by, subject=callback.clock.subject
        )
    replied(inquiry, at=at, by=by)
    WORKFLOW.move(inquiry, rule)
    inquiry.customer_waiting_since = None
    inquiry.save(update_fields=["customer_waiting_since", "status"])
    events.record(
        inquiry, Verb.CALLBACK_DONE, by=by, at=at, callback=callback.pk, way=way
    )
    others = Callback.objects.open().filter(inquiry__customer=inquiry.customer_id)
    if not others.exists():
        forget_contacts_later(inquiry.customer, at=at)
    feed.announce(inquiry, "ticket", to_customer=True)
    return callback


@transaction.atomic
def miss(inquiry: Inquiry, *, by: User | None, at: datetime) -> Callback:
    """A call ended unanswered: somebody must call back (IN-23).

    Its first-reply clock is not needed any more; a deadline that is over stays missed.

    Raises IllegalStep, NotAllowed.
    """
    inquiry = Inquiry.objects.lock(inquiry.pk)
    rule = WORKFLOW.check(inquiry, Step.MISS, by=by)
    WORKFLOW.move(inquiry, rule)
    inquiry.save(update_fields=["status"])
    clocks.cancel(
        inquiry, Metric.FIRST_REPLY, reason=CancelReason.NOT_NEEDED, at=at, by=by
    )
    events.record(inquiry, Verb.MISSED, by=by, at=at)
    feed.announce(inquiry, "ticket", to_customer=True)
    way = Way.CALL if inquiry.customer.can_be_called else Way.MESSAGE
    return promise_callback(inquiry, way=way, question="", at=at)


def _clicked_before(
    inquiry: Inquiry, client_token: uuid.UUID | None
) -> Callback | None:
    if client_token is None:
        return None
    return inquiry.callbacks.filter(last_token=client_token).first()


def _no_number() -> ValidationError:
    return ValidationError(
        _("There is no number to call. Answer in the conversation."),
        code="phone_absent",
    )


def _outcome(text: str) -> str:
    try:
        return clean_message(text)
    except ValidationError as error:
        if error.code == "text_missing":
            error = ValidationError(
                _("Please write what the customer was told."), code="outcome_missing"
            )
        raise ValidationError({"outcome": error}) from None
