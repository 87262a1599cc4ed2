"""What an objection does by itself; each job may run twice without harm."""

from celery import shared_task
from django.utils import timezone

from objections.services import answering, archiving, watching


@shared_task(name="objections.remind")
def remind() -> int:
    """Remind customers whose proposal waits for a word (CM-29)."""
    return answering.remind(at=timezone.now())


@shared_task(name="objections.archive")
def archive() -> int:
    """Put away what has been closed for a day (OB-09)."""
    return archiving.archive_closed(at=timezone.now())


@shared_task(name="prevention.look")
def look() -> int:
    """Open an action for what has become frequent; count the effect of what was done.

    It also makes the report of the last month, should the job of the month's start have
    been missed (OB-10).
    """
    at = timezone.now()
    done = len(watching.look(at=at)) + watching.count_effects(at=at)
    watching.report_last_month(at=at)  # the last: where it fails the others are done
    return done


@shared_task(name="prevention.report")
def report() -> None:
    """Keep the figures of the month that has just ended."""
    watching.report_last_month(at=timezone.now())
