"""Mails to colleagues about promises: rules, numbers, times; nothing of customers."""

import logging
import time
from collections.abc import Callable
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from helpdesk.notices import Notice
from sla.services import outbox
from sla.services.outbox import Parcel

logger = logging.getLogger(__name__)

# No job runs longer than 15 s; a server that answers slowly may take a few of them.
SECONDS: Final = 6.0
MOST_LINES: Final = 20


def send_notices(*, clock: Callable[[], datetime], seconds: float = SECONDS) -> int:
    """Send one mail after another until none waits or the time is over; how many.

    Whatever is wrong with one of them, the next one goes out.
    """
    if not settings.MAIL_CONFIGURED:
        return 0
    until = time.monotonic() + seconds
    outbox.give_up_hopeless(at=clock())
    count = 0
    while time.monotonic() < until and (parcel := outbox.claim(at=clock())):
        if _send(parcel):
            outbox.sent(parcel, at=clock())
            count += 1
        else:
            outbox.failed(parcel, at=clock())
    return count


def _send(parcel: Parcel) -> bool:
    try:
        compose(parcel).send()
    except Exception as error:  # noqa: BLE001 - one bad mail never stops the others
        reason = type(error).__name__
    else:
        return True
    logger.warning("mail to person %d not sent (%s)", parcel.recipient.pk, reason)
    return False


def compose(parcel: Parcel) -> EmailMessage:
    """One mail that tells of everything in a parcel, the newest first.

    The same parcel has the same Message-ID, by which mailboxes drop a mail that comes
    twice.
    """
    shown = [Notice(notification) for notification in parcel.notices[:MOST_LINES]]
    lines = [
        (notice, f"{settings.SITE_URL}{_path(notice.ticket.number)}")
        for notice in shown
    ]
    context = {
        "lines": lines,
        "count": parcel.events,
        "first": shown[0],
        "more": parcel.events - len(shown),
        "site": settings.SITE_URL,
    }
    with translation.override(settings.LANGUAGE_CODE):
        subject = render_to_string("mail/notices_subject.txt", context)
        body = render_to_string("mail/notices.txt", context)
    keys = [notification.pk for notification in parcel.notices]
    host = urlsplit(settings.SITE_URL).hostname
    return EmailMessage(
        subject=" ".join(subject.split()),
        body=body.strip() + "\n",
        to=[parcel.recipient.email],
        headers={
            "Message-ID": f"<notices-{min(keys)}-{max(keys)}-{len(keys)}@{host}>",
            "Auto-Submitted": "auto-generated",
        },
    )


def _path(number: str) -> str:
    return reverse("desk:inquiry", args=[number])
