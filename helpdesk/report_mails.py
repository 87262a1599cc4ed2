"""Reports by mail to those who supervise: one sentence, a link, the PDF."""

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

from figures.models import ReportMail
from figures.services import reports
from helpdesk.report_sheet import ReportSheet

logger = logging.getLogger(__name__)

# No job runs longer than 15 s; a document takes about one, a slow server some more.
SECONDS: Final = 5.0


def send_reports(*, clock: Callable[[], datetime], seconds: float = SECONDS) -> int:
    """Send one mail after another until none waits or the time is over; how many."""
    if not settings.MAIL_CONFIGURED:
        return 0
    until = time.monotonic() + seconds
    reports.address(at=clock())
    reports.give_up_hopeless(at=clock())
    count = 0
    documents: dict[int, bytes] = {}
    while time.monotonic() < until and (mail := reports.claim(at=clock())):
        try:
            compose(mail, documents).send()
        except Exception as error:  # noqa: BLE001 - one bad mail never stops the others
            reports.failed(mail, at=clock())
            reason = type(error).__name__
            logger.warning(
                "report to person %d not sent (%s)", mail.recipient_id, reason
            )
        else:
            reports.sent(mail, at=clock())
            count += 1
    return count


def compose(mail: ReportMail, documents: dict[int, bytes]) -> EmailMessage:
    """The same report to the same person has the same Message-ID.

    `documents` keeps each PDF, so that it is made once for all who get it.
    """
    report = mail.report
    language = settings.LANGUAGE_CODE
    with translation.override(language):
        sheet = ReportSheet(report)
        path = reverse("supervision:report", args=[report.cycle, report.first])
        context = {"sheet": sheet, "address": f"{settings.SITE_URL}{path}"}
        body = render_to_string("mail/report.txt", context)
        subject = f"{sheet.title} {sheet.span}"
    host = urlsplit(settings.SITE_URL).hostname
    message = EmailMessage(
        subject=subject,
        body=body.strip() + "\n",
        to=[mail.recipient.email],
        headers={
            "Message-ID": f"<report-{report.pk}-{mail.recipient_id}@{host}>",
            "Auto-Submitted": "auto-generated",
        },
    )
    if report.pk not in documents:
        from helpdesk import report_files  # noqa: PLC0415 - many MiB

        documents[report.pk] = report_files.pdf(report, language=language)
    name = f"{sheet.file_name}.pdf"
    message.attach(name, documents[report.pk], "application/pdf")
    return message
