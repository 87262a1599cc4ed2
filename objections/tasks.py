"""What an objection does by itself; each job may run twice without harm."""

from celery import shared_task
from django.utils import timezone

from objections.services import answering, closing


@shared_task(name="objections.remind")
def remind() -> int:
    """Remind customers whose proposal waits for a word (CM-29)."""
    return answering.remind(at=timezone.now())


@shared_task(name="objections.archive")
def archive() -> int:
    """Put away what has been closed for a day (OB-09)."""
    return closing.archive_closed(at=timezone.now())
