"""Jobs that go out of the house, on queue `default`."""

from celery import shared_task
from django.utils import timezone

from customers import codes, services
from figures.services import shift_ends
from helpdesk import (
    digest_mailing,
    documents,
    form_documents,
    mailing,
    report_mails,
)
from objections.models import Objection


@shared_task(name="mail.send_notices")
def send_notices() -> int:
    """Send the mails that wait in the outbox."""
    return mailing.send_notices(clock=timezone.now)


@shared_task(name="mail.send_reports")
def send_reports() -> int:
    """Send the reports that go out to those who supervise (SH-11)."""
    return report_mails.send_reports(clock=timezone.now)


@shared_task(name="customers.forget_contacts")
def forget_contacts() -> int:
    """Erase contacts whose time has come, unless an objection needs them (D-10)."""
    at = timezone.now()
    needed = Objection.objects.needing_contacts(at=at)
    keys = needed.values_list("customer", flat=True)
    return services.forget_contacts(at=at, needed=keys)


@shared_task(name="phones.send_codes")
def send_codes() -> int:
    """Send the codes by which customers confirm their numbers."""
    return codes.send_ordered(clock=timezone.now)


@shared_task(name="phones.forget_codes")
def forget_codes() -> int:
    """Forget codes that count for nothing any more."""
    return codes.forget(at=timezone.now())


@shared_task(name="quotations.make_documents")
def make_documents() -> int:
    """Make the PDF of what was sent."""
    return documents.make_documents(clock=timezone.now)


@shared_task(name="objections.make_documents")
def make_form_documents() -> int:
    """Make the PDF of each handling form that was frozen (OB-42)."""
    return form_documents.make_documents(clock=timezone.now)


@shared_task(name="shifts.end")
def end_shifts() -> int:
    """Freeze the sheet of a shift that has ended, and hand its digest out."""
    return shift_ends.end_shifts(at=timezone.now())


@shared_task(name="shifts.send_digests")
def send_digests() -> int:
    """Send digests to those who want them by mail."""
    return digest_mailing.send_digests(clock=timezone.now)
