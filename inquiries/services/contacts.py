"""Where a customer may be written to, and whether: address, agreement, and its end."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from customers import services as customers
from customers.models import Customer
from customers.services import parse_email
from inquiries.models import FollowUp, FollowUpStatus, Inquiry, NotSent
from inquiries.services import addresses, follow_ups, mailing
from inquiries.workflow import WORKFLOW, Step
from staff.models import User
from tickets import feed
from tickets.models import Verb
from tickets.services import events


@transaction.atomic
def note_email(
    inquiry: Inquiry, *, email: str, by: User | None, at: datetime
) -> Inquiry:
    """Keep the customer's address, or forget it with ""; `by` is None for the customer.

    The same address again changes nothing.

    Raises ValidationError (email), IllegalStep, NotAllowed.
    """
    address = _parsed(email)
    inquiry = Inquiry.objects.lock(inquiry.pk)
    WORKFLOW.check(inquiry, Step.NOTE_EMAIL, by=by)
    _note(inquiry, address, by=by, at=at)
    return inquiry


@transaction.atomic
def agree(inquiry: Inquiry, *, at: datetime, email: str = "") -> Inquiry:
    """The customer lets us write after the end (IN-54), by mail too with an address.

    Without one the known address stays. Agreeing again changes nothing.

    Raises ValidationError (email), IllegalStep.
    """
    address = _parsed(email)
    inquiry = Inquiry.objects.lock(inquiry.pk)
    WORKFLOW.check(inquiry, Step.AGREE, by=None)
    if address:
        _note(inquiry, address, by=None, at=at)
    customer = _customer(inquiry)
    if customer.consented_at is None:
        customers.consent(customer, at=at)
        events.record(inquiry, Verb.CONSENT_GIVEN, by=None, at=at)
        feed.announce(inquiry, "ticket", to_customer=True)
    return inquiry


@transaction.atomic
def withdraw_consent(inquiry: Inquiry, *, by: User | None, at: datetime) -> Inquiry:
    """The customer wants no more messages; `by` is None for the customer.

    What waits to be sent to this customer, wherever it was promised, is cancelled with
    the reason, and the contacts are erased a week later. Again it changes nothing.

    Raises IllegalStep, NotAllowed.
    """
    mine = FollowUp.objects.filter(inquiry__customer=inquiry.customer_id)
    waiting = mine.filter(status=FollowUpStatus.PENDING) | mine.filter(
        deliveries__in=mailing.open_deliveries()
    )
    touched = {inquiry.pk, *waiting.values_list("inquiry", flat=True)}
    # In the order of their keys: two who do this at once never wait for each other.
    locked = {
        one.pk: one
        for one in Inquiry.objects.locked().filter(pk__in=touched).order_by("pk")
    }
    inquiry = locked[inquiry.pk]
    WORKFLOW.check(inquiry, Step.WITHDRAW_CONSENT, by=by)
    customer = _customer(inquiry)
    if customer.consented_at is None:
        return inquiry
    customers.withdraw_consent(customer, at=at)
    events.record(inquiry, Verb.CONSENT_WITHDRAWN, by=by, at=at)
    for one in locked.values():
        follow_ups.drop(one, reason=NotSent.WITHDRAWN, by=by, at=at)
        mailing.drop(one, reason=NotSent.WITHDRAWN, by=by, at=at)
    feed.announce(inquiry, "ticket", to_customer=True)
    return inquiry


@transaction.atomic
def reveal_email(inquiry: Inquiry, *, reason: str, by: User, at: datetime) -> str:
    """The whole address, for those who supervise; every look is on record (IN-29).

    Nobody else needs it: mail goes out without being typed.

    Raises ValidationError (reason, email), IllegalStep, NotAllowed.
    """
    inquiry = Inquiry.objects.lock(inquiry.pk)
    WORKFLOW.check(inquiry, Step.REVEAL_EMAIL, by=by)
    address = customers.reveal_email(inquiry.customer, by=by, reason=reason, at=at)
    events.record(
        inquiry,
        Verb.CONTACT_REVEALED,
        by=by,
        at=at,
        customer=inquiry.customer_id,
        contact="email",
    )
    feed.announce(inquiry, "ticket", to_customer=False)
    return address


def _customer(inquiry: Inquiry) -> Customer:
    """The customer, locked after the inquiry: others may change them elsewhere."""
    return Customer.objects.select_for_update().get(pk=inquiry.customer_id)


def _parsed(email: str) -> str:
    try:
        return parse_email(email) if email.strip() else ""
    except ValidationError as error:
        raise ValidationError({"email": error}) from error


def _note(inquiry: Inquiry, address: str, *, by: User | None, at: datetime) -> None:
    if addresses.note(inquiry, address, by=by, at=at):
        feed.announce(inquiry, "ticket", to_customer=True)
