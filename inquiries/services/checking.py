"""A question that cannot be answered at once: the notice within a minute (IN-27)."""

import uuid
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from customers.models import Customer
from customers.services import clean_surname, corrected, keep_phone, parse_phone
from inquiries.merged import said_here, together
from inquiries.models import Callback, Inquiry, Merge, Way
from inquiries.services.speaking import (
    COMPLEX_NOTICE,
    next_subject,
    policy_text,
    running,
    say,
    something_else,
)
from inquiries.workflow import WORKFLOW, Step
from sla.models import Metric
from sla.services import clocks
from sla.services.clocks import CancelReason
from staff.models import User
from tickets import feed
from tickets.models import Direction, Verb
from tickets.services import events, messages
from tickets.text import clean_message
from tickets.workflow import IllegalStep

Errors = dict[str, ValidationError]


@transaction.atomic
def mark_question_clear(inquiry: Inquiry, *, by: User, at: datetime) -> Inquiry:
    """The agent has understood the question: from now on the minute runs (IN-27, D-09).

    A second click changes nothing.

    Raises IllegalStep, NotAllowed.
    """
    inquiry = Inquiry.objects.lock(inquiry.pk)
    WORKFLOW.check(inquiry, Step.CLEAR_QUESTION, by=by)
    if inquiry.question_clear_at is not None:
        return inquiry
    _start_minute(inquiry, at=at)
    events.record(inquiry, Verb.QUESTION_CLEAR, by=by, at=at)
    feed.announce(inquiry, "ticket", to_customer=False)
    return inquiry


def hear_more(inquiry: Inquiry, *, at: datetime) -> None:
    """The customer wrote before the notice went out: the minute begins anew (D-09).

    The caller holds the lock on the inquiry.
    """
    if inquiry.question_clear_at is not None:
        drop_minute(inquiry, at=at, by=None)
        _start_minute(inquiry, at=at)


def drop_minute(inquiry: Inquiry, *, at: datetime, by: User | None) -> None:
    """No notice is needed; a minute that is over stays missed.

    The caller holds the lock on the inquiry.
    """
    if inquiry.question_clear_at is None:
        return
    if clock := running(inquiry, Metric.COMPLEX_NOTICE):
        clocks.cancel(
            inquiry,
            Metric.COMPLEX_NOTICE,
            reason=CancelReason.NOT_NEEDED,
            at=at,
            by=by,
            subject=clock.subject,
        )
    inquiry.question_clear_at = None
    inquiry.save(update_fields=["question_clear_at"])


@transaction.atomic
def announce_checking(
    inquiry: Inquiry,
    *,
    surname: str,
    phone: str,
    question: str,
    by: User,
    at: datetime,
    answer_by: str = Way.CALL,
    client_token: uuid.UUID | None = None,
) -> Callback:
    """Send the notice of IN-27, word for word, and promise a callback (IN-28, IN-29).

    An empty `phone` keeps the number that the customer gave before. With
    `answer_by` "message" the answer comes in the conversation and needs no number. The
    notice's minute counts from the moment when the question was clear or the customer
    last wrote, whichever is later. A second click returns the callback that is there.

    Raises ValidationError (surname, phone, question, answer_by), IllegalStep also when
    this makes it another customer's than those merged here are; SentOtherwise,
    NotAllowed.
    """
    inquiry = Inquiry.objects.lock(inquiry.pk)
    if messages.already_sent(inquiry, client_token):
        promised = inquiry.callbacks.latest("pk")
        messages.refuse_other(inquiry, same=promised.question == question.strip())
        return promised
    rule = WORKFLOW.check(inquiry, Step.CHECK, by=by)
    surname, phone, question = _cleaned(
        inquiry.customer,
        surname=surname,
        phone=phone,
        question=question,
        answer_by=answer_by,
    )
    customer = corrected(inquiry.customer, surname=surname, phone=phone, at=at)
    if customer.pk != inquiry.customer_id:
        _refuse_another_customer(inquiry)
    if answer_by == Way.CALL:
        keep_phone(customer)
    minute = running(inquiry, Metric.COMPLEX_NOTICE)
    subject = minute.subject if minute else _start_minute(inquiry, at=_heard(inquiry))
    say(
        inquiry,
        text=policy_text(COMPLEX_NOTICE),
        verb=Verb.CHECKING_ANNOUNCED,
        by=by,
        at=at,
        client_token=client_token,
    )
    clocks.stop(inquiry, Metric.COMPLEX_NOTICE, at=at, by=by, subject=subject)
    # What has to be checked first is complex, and explained in steps (IN-07).
    inquiry.topics.open().filter(complex_at=None).update(complex_at=at)
    inquiry.customer = customer
    inquiry.question_clear_at = None
    something_else(inquiry)
    WORKFLOW.move(inquiry, rule)
    inquiry.save(
        update_fields=[
            *("closing_answered_at", "closing_asked_at"),
            *("customer", "question_clear_at", "status"),
        ]
    )
    feed.announce(inquiry, "ticket", to_customer=True)
    return promise_callback(inquiry, way=Way(answer_by), question=question, at=at)


def promise_callback(
    inquiry: Inquiry, *, way: Way, question: str, at: datetime
) -> Callback:
    """Write a callback down and start its 15 minutes; the caller holds the lock."""
    clock = clocks.start(
        inquiry, Metric.CALLBACK, at=at, subject=next_subject(inquiry, Metric.CALLBACK)
    )
    return Callback.objects.create(
        inquiry=inquiry, clock=clock, way=way, question=question, promised_at=at
    )


def _refuse_another_customer(inquiry: Inquiry) -> None:
    """Merging rests on one customer, or one phone number, on both sides."""
    if Merge.objects.standing().filter(into=inquiry).exists():
        raise IllegalStep(
            _(
                "Others are merged into this conversation because they have the same"
                " name and number. Undo those merges first, or keep both."
            ),
            step=Step.CHECK,
            status=inquiry.status,
        )


def _start_minute(inquiry: Inquiry, *, at: datetime) -> str:
    """Start the clock of the notice; returns what tells it apart."""
    subject = next_subject(inquiry, Metric.COMPLEX_NOTICE)
    clocks.start(inquiry, Metric.COMPLEX_NOTICE, at=at, subject=subject)
    inquiry.question_clear_at = at
    inquiry.save(update_fields=["question_clear_at"])
    return subject


def _heard(inquiry: Inquiry) -> datetime:
    """When the customer last said something: a message, or at the last callback."""
    words = said_here(inquiry).filter(direction=Direction.IN)
    written: datetime | None = words.aggregate(at=Max("sent_at"))["at"]
    calls = Callback.objects.filter(inquiry__in=together(inquiry))
    spoken: datetime | None = calls.aggregate(at=Max("done_at"))["at"]
    return max(at for at in (written, spoken, inquiry.created_at) if at is not None)


def _cleaned(
    customer: Customer, *, surname: str, phone: str, question: str, answer_by: str
) -> tuple[str, str, str]:
    """The three facts of IN-29. Raises ValidationError with a message beside each."""
    errors: Errors = {}
    try:
        surname = clean_surname(surname)
    except ValidationError as error:
        errors["surname"] = error
    try:
        phone = parse_phone(phone) if phone.strip() else ""
    except ValidationError as error:
        errors["phone"] = error
    else:
        if answer_by == Way.CALL and not phone and not customer.can_be_called:
            errors["phone"] = ValidationError(
                _(
                    "A callback needs a number. Ask the customer for it, or answer in"
                    " the conversation."
                ),
                code="phone_missing",
            )
    try:
        question = clean_message(question)
    except ValidationError as error:
        if error.code == "text_missing":
            error = ValidationError(
                _("Please write down what has to be checked."), code="question_missing"
            )
        errors["question"] = error
    if answer_by not in Way.values:
        errors["answer_by"] = ValidationError(
            _("Please choose how the customer gets the answer."), code="way_unknown"
        )
    if errors:
        raise ValidationError(errors)
    return surname, phone, question
