"""Follow-ups by e-mail: planned with the follow-up, sent once, or said why not (IN-55).

A mail leaves the house outside of every transaction. Its row says so before; who dies
in between leaves a row of which nobody knows whether the mail left, and it is not sent
again. Where the server clearly refused or could not be reached, it is tried later.
"""

import logging
import smtplib
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import QuerySet

from customers.services import address_of
from inquiries import texts
from inquiries.links import thread_path
from inquiries.models import Delivery, DeliveryStatus, FollowUp, Inquiry, NotSent
from inquiries.services.quiet import quiet_until
from staff.models import User
from tickets import feed
from tickets.models import Verb
from tickets.services import events

logger = logging.getLogger(__name__)

MAIL: Final = "mail"
# A server that answers slowly is given up after `EMAIL_TIMEOUT` at each step.
LEASE: Final = timedelta(minutes=5)
RETRY_AFTER: Final = tuple(
    timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60, 120)
)
# No job runs longer than 15 s.
SECONDS: Final = 6.0
_REFUSED_FOR_GOOD: Final = range(500, 600)


def reaches(inquiry: Inquiry) -> bool:
    """Whether mail is set up and the customer gave an address here."""
    return settings.MAIL_CONFIGURED and inquiry.can_be_mailed


def plan(follow_up: FollowUp, *, at: datetime) -> Delivery:
    """Let the mail go out as soon as nobody sleeps; planning again changes nothing.

    The caller holds the lock on the inquiry and is sending the follow-up.
    """
    delivery, _created = Delivery.objects.get_or_create(
        follow_up=follow_up,
        carrier=MAIL,
        defaults={"created_at": at, "next_at": quiet_until(at)},
    )
    return delivery


def open_deliveries() -> QuerySet[Delivery]:
    """What waits to be sent."""
    return Delivery.objects.filter(status=DeliveryStatus.WAITING)


def drop(inquiry: Inquiry, *, reason: NotSent, by: User | None, at: datetime) -> None:
    """Send no mail that still waits; the caller holds the lock on the inquiry."""
    for delivery in open_deliveries().filter(follow_up__inquiry=inquiry):
        _end(inquiry, delivery, DeliveryStatus.CANCELLED, remark=reason, by=by, at=at)


def send_mails(*, clock: Callable[[], datetime], seconds: float = SECONDS) -> int:
    """Send one mail after another until none waits or the time is over; how many.

    Whatever is wrong with one of them, the next one goes out.
    """
    until, count = time.monotonic() + seconds, 0
    own_up(at=clock())
    while settings.MAIL_CONFIGURED and time.monotonic() < until:
        at = clock()
        first = Delivery.objects.due(at=at).first()
        if first is None or quiet_until(at) > at:
            break
        mail = begin(first, at=at)
        if mail is not None:
            count += post(first, mail, clock=clock)
    return count


@transaction.atomic
def begin(found: Delivery, *, at: datetime) -> EmailMessage | None:
    """Mark a mail as being sent and give it, unless it is not to be sent any more."""
    inquiry = Inquiry.objects.locked().get(follow_ups=found.follow_up_id)
    due = Delivery.objects.due(at=at).select_related("follow_up")
    delivery = due.filter(pk=found.pk).first()
    if delivery is None:
        return None
    if inquiry.customer.consented_at is None:
        no = NotSent.WITHDRAWN
        _end(inquiry, delivery, DeliveryStatus.CANCELLED, remark=no, by=None, at=at)
        return None
    address = address_of(inquiry.customer) if inquiry.can_be_mailed else ""
    if not address:
        no = NotSent.NO_CARRIER
        _end(inquiry, delivery, DeliveryStatus.CANCELLED, remark=no, by=None, at=at)
        return None
    delivery.status = DeliveryStatus.SENDING
    delivery.tries += 1
    delivery.begun_at, delivery.next_at = at, None
    delivery.save(update_fields=["begun_at", "next_at", "status", "tries"])
    return compose(delivery.follow_up, inquiry, to=address)


def post(
    delivery: Delivery, mail: EmailMessage, *, clock: Callable[[], datetime]
) -> bool:
    """Hand a mail to the server, outside of every transaction; whether it took it."""
    connection = get_connection()
    left = False
    try:
        connection.open()
        left = True
        connection.send_messages([mail])
    except Exception as error:  # noqa: BLE001 - one bad mail never stops the others
        name = type(error).__name__
        logger.warning(
            "mail of follow-up %d not sent (%s)", delivery.follow_up_id, name
        )
        _failed(delivery, error, may_have_left=left, at=clock())
        return False
    finally:
        with suppress(OSError, smtplib.SMTPException):
            connection.close()
    _settle(delivery, DeliveryStatus.SENT, at=clock())
    return True


def own_up(*, at: datetime) -> int:
    """Say of mails whose sender died that they may have arrived; how many."""
    stuck = Delivery.objects.filter(
        status=DeliveryStatus.SENDING, begun_at__lte=at - LEASE
    )
    return sum(
        _settle(delivery, DeliveryStatus.UNKNOWN, remark="interrupted", at=at)
        for delivery in stuck
    )


def compose(follow_up: FollowUp, inquiry: Inquiry, *, to: str) -> EmailMessage:
    """The words of the follow-up, and where to say that these are the last ones.

    Nothing that a person wrote is in a header. The same follow-up has the same
    Message-ID, by which mailboxes drop a mail that comes twice.
    """
    words = texts.read("follow_up")
    page = f"{settings.SITE_URL}{thread_path(inquiry)}"
    stop = f"{page}#contact"
    host = urlsplit(settings.SITE_URL).hostname
    return EmailMessage(
        subject=texts.filled(words["mail_subject"], number=inquiry.number),
        body=f"{follow_up.text}\n\n{texts.filled(words['mail_end'], link=stop)}\n",
        to=[to],
        headers={
            "Message-ID": f"<follow-up-{follow_up.pk}@{host}>",
            "Auto-Submitted": "auto-generated",
            "List-Unsubscribe": f"<{stop}>",
        },
    )


def _failed(
    delivery: Delivery, error: Exception, *, may_have_left: bool, at: datetime
) -> None:
    """Try again where nothing can have left the house; else say what is known."""
    refused = _answers(error)
    remark = f"{type(error).__name__} {min(refused, default='')}".strip()
    if may_have_left and not refused:
        _settle(delivery, DeliveryStatus.UNKNOWN, remark=remark, at=at)
        return
    tries = Delivery.objects.values_list("tries", flat=True).get(pk=delivery.pk)
    hopeless = refused and all(code in _REFUSED_FOR_GOOD for code in refused)
    # A wrong password or sender is ours to repair; another try may go through.
    ours = isinstance(error, smtplib.SMTPAuthenticationError)
    if (hopeless and not ours) or tries > len(RETRY_AFTER):
        _settle(delivery, DeliveryStatus.FAILED, remark=remark, at=at)
        return
    Delivery.objects.filter(pk=delivery.pk, status=DeliveryStatus.SENDING).update(
        status=DeliveryStatus.WAITING,
        next_at=quiet_until(at + RETRY_AFTER[tries - 1]),
        remark=remark,
    )


def _answers(error: Exception) -> list[int]:
    """The codes with which the server clearly refused; none: it is not known."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return [code for code, _words in error.recipients.values()]
    if isinstance(error, smtplib.SMTPResponseException):
        return [error.smtp_code]
    return []


@transaction.atomic
def _settle(
    delivery: Delivery, status: DeliveryStatus, *, at: datetime, remark: str = ""
) -> bool:
    """End what is being sent; whether it was."""
    inquiry = Inquiry.objects.locked().get(follow_ups=delivery.follow_up_id)
    sending = Delivery.objects.filter(pk=delivery.pk, status=DeliveryStatus.SENDING)
    found = sending.first()
    if found is None:
        return False
    _end(inquiry, found, status, remark=remark, by=None, at=at)
    return True


def _end(
    inquiry: Inquiry,
    delivery: Delivery,
    status: DeliveryStatus,
    *,
    remark: str,
    by: User | None,
    at: datetime,
) -> None:
    delivery.status = status
    delivery.remark = str(remark)
    delivery.next_at, delivery.ended_at = None, at
    delivery.save(update_fields=["ended_at", "next_at", "remark", "status"])
    sent = status == DeliveryStatus.SENT
    events.record(
        inquiry,
        Verb.FOLLOW_UP_MAILED if sent else Verb.FOLLOW_UP_NOT_MAILED,
        by=by,
        at=at,
        follow_up=delivery.follow_up_id,
        status=str(status),
        **({"reason": str(remark)} if remark else {}),
    )
    feed.announce(inquiry, "ticket", to_customer=False)
