"""Digests by mail: numbers of promises and cases, nothing of customers."""

import logging
import time
from collections.abc import Callable
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation

from figures.models import DigestCopy
from figures.services import digest_outbox
from helpdesk.digests import Digest

logger = logging.getLogger(__name__)

# No job runs longer than 15 s; a server that answers slowly may take a few of them.
SECONDS: Final = 6.0


def send_digests(*, clock: Callable[[], datetime], seconds: float = SECONDS) -> int:
    """Send one mail after another until none waits or the time is over; how many.

    Whatever is wrong with one of them, the next one goes out.
    """
    if not settings.MAIL_CONFIGURED:
        return 0
    until = time.monotonic() + seconds
    digest_outbox.give_up_hopeless(at=clock())
    count = 0
    while time.monotonic() < until and (copy := digest_outbox.claim(at=clock())):
        if _send(copy):
            digest_outbox.sent(copy, at=clock())
            count += 1
        else:
            digest_outbox.failed(copy, at=clock())
    return count


def _send(copy: DigestCopy) -> bool:
    try:
        compose(copy).send()
    except Exception as error:  # noqa: BLE001 - one bad mail never stops the others
        reason = type(error).__name__
    else:
        return True
    logger.warning("digest to person %d not sent (%s)", copy.person_id, reason)
    return False


def compose(copy: DigestCopy) -> EmailMessage:
    """The mail of one copy; sent twice, it has the same Message-ID."""
    with translation.override(settings.LANGUAGE_CODE):
        digest = Digest.of(copy.digest)
        context = {"digest": digest, "address": f"{settings.SITE_URL}{digest.href}"}
        subject = render_to_string("mail/digest_subject.txt", context)
        body = render_to_string("mail/digest.txt", context)
    host = urlsplit(settings.SITE_URL).hostname
    return EmailMessage(
        subject=" ".join(subject.split()),
        body=body.strip() + "\n",
        to=[copy.person.email],
        headers={
            "Message-ID": f"<digest-{copy.pk}@{host}>",
            "Auto-Submitted": "auto-generated",
        },
    )
