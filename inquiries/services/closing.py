"""How a conversation ends, politely and not before all is answered (IN-52 to IN-54)."""

import uuid
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from customers.services import consent as record_consent
from customers.services import forget_contacts_later
from inquiries.models import Inquiry, Intent, NotSent
from inquiries.services import follow_ups, mailing, owing
from inquiries.services.checking import drop_minute
from inquiries.services.speaking import (
    CLOSING_QUESTION,
    CLOSING_STATEMENT,
    ENDING,
    end_no_more,
    policy_text,
    running,
    say,
)
from inquiries.services.topics import refuse_open_topics
from inquiries.workflow import NOT_ANSWERED, QUIET_BEFORE_LEFT, WORKFLOW, Status, Step
from sla.models import Metric
from staff.models import User
from tickets import feed
from tickets.models import Message, Verb
from tickets.services import events, messages
from tickets.workflow import IllegalStep


@transaction.atomic
def ask_closing_question(
    inquiry: Inquiry, *, by: User, at: datetime, client_token: uuid.UUID | None = None
) -> Message:
    """Ask whether there is anything else, word for word (IN-52).

    Raises IllegalStep when a topic is open or a promised reply is due, NotAllowed.
    """
    inquiry = Inquiry.objects.lock(inquiry.pk)
    if sent := messages.already_sent(inquiry, client_token):
        return sent
    rule = WORKFLOW.check(inquiry, Step.ASK_CLOSING, by=by)
    if running(inquiry, Metric.FIRST_REPLY) is not None:
        raise IllegalStep(NOT_ANSWERED, step=Step.ASK_CLOSING, status=inquiry.status)
    refuse_open_topics(inquiry, Step.ASK_CLOSING)
    message = say(
        inquiry,
        text=policy_text(CLOSING_QUESTION),
        verb=Verb.CLOSING_ASKED,
        by=by,
        at=at,
        client_token=client_token,
    )
    WORKFLOW.move(inquiry, rule)
    inquiry.closing_asked_at = at
    inquiry.closing_answered_at = None
    inquiry.save(update_fields=["closing_answered_at", "closing_asked_at", "status"])
    feed.announce(inquiry, "ticket", to_customer=True)
    return message


@transaction.atomic
def note_customer_left(inquiry: Inquiry, *, by: User, at: datetime) -> Inquiry:
    """The customer says nothing more: the conversation may end without an answer.

    It has been quiet for `QUIET_BEFORE_LEFT`, and the last word was ours. A second
    click changes nothing.

    Raises IllegalStep, NotAllowed.
    """
    inquiry = Inquiry.objects.lock(inquiry.pk)
    WORKFLOW.check(inquiry, Step.CUSTOMER_LEFT, by=by)
    if inquiry.customer_left_at is not None:
        return inquiry
    if inquiry.customer_waiting_since is not None:
        raise IllegalStep(
            _("The customer waits for an answer."),
            step=Step.CUSTOMER_LEFT,
            status=inquiry.status,
        )
    _refuse_too_early(inquiry, Step.CUSTOMER_LEFT, at=at)
    inquiry.customer_left_at = at
    inquiry.save(update_fields=["customer_left_at"])
    events.record(inquiry, Verb.CUSTOMER_LEFT, by=by, at=at)
    feed.announce(inquiry, "ticket", to_customer=False)
    return inquiry


@transaction.atomic
def close(
    inquiry: Inquiry,
    *,
    intent: str,
    consent: bool,
    by: User,
    at: datetime,
    client_token: uuid.UUID | None = None,
) -> Inquiry:
    """Say the closing statement, word for word, and finish (IN-53).

    `intent` is how likely the customer is to rent; with clear intent and `consent`, or
    one that was given before and not taken back, a follow-up is due within two hours
    (IN-54). A second click changes nothing.

    Raises ValidationError (intent), IllegalStep when something stands against it: no
    answer yet, an open topic, an open callback, no closing question; NotAllowed.
    """
    inquiry = Inquiry.objects.lock(inquiry.pk)
    if messages.already_sent(inquiry, client_token):
        return inquiry
    rule = WORKFLOW.check(inquiry, Step.CLOSE, by=by)
    _refuse_unfinished(inquiry)
    if intent not in Intent.values:
        raise ValidationError(
            {"intent": _("Please say how likely the customer is to rent.")},
            code="intent_missing",
        )
    consent = consent or inquiry.customer.consented_at is not None
    say(
        inquiry,
        text=policy_text(CLOSING_STATEMENT),
        verb=Verb.CLOSED,
        by=by,
        at=at,
        client_token=client_token,
        intent=intent,
        consent=consent,
    )
    drop_minute(inquiry, at=at, by=by)
    WORKFLOW.move(inquiry, rule)
    inquiry.closed_at = at
    inquiry.intent = intent
    inquiry.save(update_fields=["closed_at", "intent", "status"])
    if consent and inquiry.customer.consented_at is None:
        record_consent(inquiry.customer, at=at)
    elif not consent and inquiry.customer.can_be_mailed:
        forget_contacts_later(inquiry.customer, at=at)
    if intent == Intent.CLEAR:
        follow_ups.plan(inquiry, consent=consent, at=at)
    feed.announce(inquiry, "ticket", to_customer=True)
    return inquiry


@transaction.atomic
def reopen(inquiry: Inquiry, *, by: User | None, at: datetime) -> Inquiry:
    """Continue a finished conversation in a new cycle; `by` is None for the customer.

    The next cycle's reply clock starts when the customer writes. Customers may reopen
    within 72 hours of the end; later they ask anew. A waiting follow-up is cancelled.

    Raises IllegalStep, NotAllowed.
    """
    inquiry = Inquiry.objects.lock(inquiry.pk)
    rule = WORKFLOW.check(inquiry, Step.REOPEN, by=by)
    if by is None and inquiry.reopens_until and at > inquiry.reopens_until:
        raise IllegalStep(
            _("This conversation ended more than 72 hours ago. Please ask anew."),
            step=Step.REOPEN,
            status=inquiry.status,
        )
    follow_ups.drop(inquiry, reason=NotSent.REOPENED, by=by, at=at)
    mailing.drop(inquiry, reason=NotSent.REOPENED, by=by, at=at)
    WORKFLOW.move(inquiry, rule)
    inquiry.closed_at = None
    end_no_more(inquiry)
    inquiry.cycle += 1
    inquiry.save(update_fields=["closed_at", "cycle", "status", *ENDING])
    events.record(inquiry, Verb.REOPENED, by=by, at=at)
    feed.announce(inquiry, "ticket", to_customer=True)
    return inquiry


@transaction.atomic
def abandon(inquiry: Inquiry, *, by: User | None, at: datetime) -> Inquiry:
    """The customer left before an answer; `by` is None when only the system noticed.

    What was promised and not kept by then stays missed.

    Raises IllegalStep while it is not quiet yet or after an answer, NotAllowed.
    """
    inquiry = Inquiry.objects.lock(inquiry.pk)
    _refuse_answered(inquiry, by=by)
    _refuse_too_early(inquiry, Step.ABANDON, at=at)
    return _give_up(inquiry, by=by, at=at)


@transaction.atomic
def leave(inquiry: Inquiry, *, at: datetime) -> Inquiry:
    """The customer says that no answer is needed any more; no quiet is waited for.

    What was promised and not kept by then stays missed. A second click changes nothing.

    Raises IllegalStep after an answer.
    """
    inquiry = Inquiry.objects.lock(inquiry.pk)
    if inquiry.status == Status.ABANDONED:
        return inquiry
    _refuse_answered(inquiry, by=None)
    return _give_up(inquiry, by=None, at=at)


def _refuse_answered(inquiry: Inquiry, *, by: User | None) -> None:
    """Raises IllegalStep after an answer, NotAllowed."""
    WORKFLOW.check(inquiry, Step.ABANDON, by=by)
    if inquiry.last_answer_id is not None:
        raise IllegalStep(
            WORKFLOW.rules[Step.ABANDON].refusal,
            step=Step.ABANDON,
            status=inquiry.status,
        )


def _give_up(inquiry: Inquiry, *, by: User | None, at: datetime) -> Inquiry:
    """The end without an answer; the caller holds the lock and has checked."""
    owing.withdrawn(inquiry, at=at, by=by)
    drop_minute(inquiry, at=at, by=by)
    WORKFLOW.move(inquiry, WORKFLOW.rules[Step.ABANDON])
    inquiry.closed_at = at
    inquiry.customer_waiting_since = None
    inquiry.save(update_fields=["closed_at", "customer_waiting_since", "status"])
    events.record(inquiry, Verb.ABANDONED, by=by, at=at)
    feed.announce(inquiry, "ticket", to_customer=True)
    return inquiry


def _refuse_unfinished(inquiry: Inquiry) -> None:
    """What must be done before the end. Raises IllegalStep."""
    answered = inquiry.closing_answered_at is not None
    if not answered and running(inquiry, Metric.FIRST_REPLY) is not None:
        raise IllegalStep(NOT_ANSWERED, step=Step.CLOSE, status=inquiry.status)
    refuse_open_topics(inquiry, Step.CLOSE)
    if inquiry.customer_left_at is not None:
        return
    if inquiry.closing_asked_at is None:
        raise IllegalStep(
            _("Ask first whether there is anything else (IN-52)."),
            step=Step.CLOSE,
            status=inquiry.status,
        )
    if not answered:
        raise IllegalStep(
            _("Wait for the answer to the closing question, or note that they left."),
            step=Step.CLOSE,
            status=inquiry.status,
        )


def _refuse_too_early(inquiry: Inquiry, step: Step, *, at: datetime) -> None:
    """Raises IllegalStep until the conversation has been quiet long enough."""
    last = inquiry.last_message_at
    if last is not None and at - last < QUIET_BEFORE_LEFT:
        minutes = QUIET_BEFORE_LEFT.seconds // 60
        raise IllegalStep(
            ngettext(
                "Nobody counts as gone before it was quiet for %(n)s minute.",
                "Nobody counts as gone before it was quiet for %(n)s minutes.",
                minutes,
            )
            % {"n": minutes},
            step=step,
            status=inquiry.status,
        )
