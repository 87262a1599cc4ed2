"""Calls to the hotline: when they rang, and those that nobody answered (IN-23)."""

import uuid
from datetime import datetime, timedelta
from typing import Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from customers.models import Customer
from customers.services import (
    clean_surname,
    identify,
    keep_phone,
    known_by_phone,
    parse_phone,
)
from inquiries.models import Inquiry
from inquiries.services.callbacks import miss
from inquiries.workflow import WORKFLOW, Status, Step
from sla.models import Metric
from sla.services import clocks
from sla.services.clocks import CancelReason
from staff.models import User
from tickets import feed
from tickets.models import Channel, Kind, Verb
from tickets.numbers import new_number
from tickets.services import events
from tickets.workflow import IllegalStep, NotAllowed

HOTLINE: Final = "hotline"
# Who calls without a name is called so until they say it.
CALLER: Final = "来电者"
# Clocks of two machines differ a little, and nobody reports a call of last week.
AHEAD: Final = timedelta(seconds=5)
OLDEST: Final = timedelta(days=1)
_TRIES: Final = 5


@transaction.atomic
def log_ring(
    inquiry: Inquiry,
    *,
    rung_at: datetime,
    answered_at: datetime,
    by: User,
    at: datetime,
) -> Inquiry:
    """How long an answered call rang, as the telephone system measured it (IN-23).

    The verdict is taken on these times, not on those of the report. The same call
    reported again changes nothing.

    Raises ValidationError (rung_at, answered_at), IllegalStep, NotAllowed.
    """
    inquiry = Inquiry.objects.lock(inquiry.pk)
    WORKFLOW.check(inquiry, Step.LOG_RING, by=by)
    _refuse_impossible(rung_at, answered_at, "answered_at", at=at)
    clocks.start(inquiry, Metric.RING, at=rung_at)
    if clocks.stop(inquiry, Metric.RING, at=answered_at, by=by):
        feed.announce(inquiry, "clock", to_customer=False)
    return inquiry


def record_missed_call(
    *,
    phone: str,
    by: User,
    at: datetime,
    surname: str = "",
    rung_at: datetime | None = None,
    ended_at: datetime | None = None,
    client_token: uuid.UUID | None = None,
) -> Inquiry:
    """A call to the hotline that nobody answered: somebody must call back (IN-23).

    `rung_at` and `ended_at` are when it began to ring and when the caller hung up; a
    caller who hung up before the third ring was not kept waiting too long. Who calls
    again before the callback adds no second one: the inquiry that is there is returned.

    Raises ValidationError (phone, surname, rung_at, ended_at), NotAllowed; IllegalStep
    while others go on changing what this caller waits for.
    """
    if not by.receives:
        raise NotAllowed("miss")
    phone, surname = _cleaned(phone, surname)
    if rung_at is None:
        ended_at = None
    else:
        ended_at = ended_at or at
        _refuse_impossible(rung_at, ended_at, "ended_at", at=at)
    for _try in range(_TRIES):
        try:
            with transaction.atomic():
                recorded = _recorded(
                    phone=phone,
                    surname=surname,
                    rung_at=rung_at,
                    ended_at=ended_at,
                    by=by,
                    at=at,
                    client_token=client_token,
                )
        except IntegrityError:
            recorded = _recorded_before(client_token)
            if recorded is None:
                raise
        if recorded is not None:
            return recorded
    raise IllegalStep(
        _("This caller is being served. Please send it again in a moment."),
        step=Step.MISS,
        status=Status.MISSED,
    )


def _recorded(
    *,
    phone: str,
    surname: str,
    rung_at: datetime | None,
    ended_at: datetime | None,
    by: User,
    at: datetime,
    client_token: uuid.UUID | None,
) -> Inquiry | None:
    """None if another call of this person was recorded while we waited: look again.

    The ticket is locked before the customer, as everywhere.
    """
    if earlier := _recorded_before(client_token):
        return earlier
    customer = _caller(phone, surname, at=at)
    if waiting := _called_before(customer):
        events.record(waiting, Verb.MISSED, by=by, at=at)
        feed.announce(waiting, "ticket", to_customer=False)
        return waiting
    # Two calls of one person that end at once are one callback.
    customer = Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
    if Inquiry.objects.filter(customer=customer, status=Status.MISSED).exists():
        return None
    keep_phone(customer)
    inquiry = Inquiry.objects.create(
        number=new_number("IN", day=timezone.localdate(at)),
        kind=Kind.INQUIRY,
        channel=Channel.objects.get(code=HOTLINE),
        customer=customer,
        status=Status.NEW,
        created_at=at,
        customer_waiting_since=rung_at or at,
        client_token=client_token,
    )
    if rung_at is not None and ended_at is not None:
        clocks.start(inquiry, Metric.RING, at=rung_at)
        clocks.cancel(
            inquiry, Metric.RING, reason=CancelReason.WITHDRAWN, at=ended_at, by=by
        )
    miss(inquiry, by=by, at=at)
    return Inquiry.objects.get(pk=inquiry.pk)


def _called_before(customer: Customer) -> Inquiry | None:
    """What this caller is to be called back for already."""
    return (
        Inquiry.objects.locked()
        .filter(customer=customer, status=Status.MISSED)
        .order_by("pk")
        .last()
    )


def _recorded_before(client_token: uuid.UUID | None) -> Inquiry | None:
    if client_token is None:
        return None
    return Inquiry.objects.filter(client_token=client_token).first()


def _caller(phone: str, surname: str, *, at: datetime) -> Customer:
    """Who has this number: by name, else who called with it before."""
    known = None if surname else known_by_phone(phone)
    return known or identify(surname=surname or CALLER, phone=phone, at=at)


def _cleaned(phone: str, surname: str) -> tuple[str, str]:
    errors = {}
    try:
        phone = parse_phone(phone)
    except ValidationError as error:
        errors["phone"] = error
    try:
        surname = clean_surname(surname) if surname.strip() else ""
    except ValidationError as error:
        errors["surname"] = error
    if errors:
        raise ValidationError(errors)
    return phone, surname


def _refuse_impossible(
    rung_at: datetime, until: datetime, name: str, *, at: datetime
) -> None:
    """Raises ValidationError for a call that ends before it rings, or not today."""
    errors = {}
    if rung_at < at - OLDEST:
        errors["rung_at"] = ValidationError(
            _("A call is reported within a day."), code="call_old"
        )
    if until < rung_at:
        errors[name] = ValidationError(
            _("A call cannot end before it rings."), code="call_backwards"
        )
    elif until > at + AHEAD:
        errors[name] = ValidationError(
            _("This time has not come yet."), code="call_ahead"
        )
    if errors:
        raise ValidationError(errors)
