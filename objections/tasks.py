"""The jobs of prevention: short, repeatable, and harmless when run twice (OB-10)."""

from celery import shared_task
from django.utils import timezone

from objections.services import watching


@shared_task(name="prevention.look")
def look() -> int:
    """Open an action for what has become frequent; count the effect of what was done.

    It also makes the report of the last month, should the job of the month's start have
    been missed.
    """
    at = timezone.now()
    watching.report_last_month(at=at)
    return len(watching.look(at=at)) + watching.count_effects(at=at)


@shared_task(name="prevention.report")
def report() -> None:
    """Keep the figures of the month that has just ended."""
    watching.report_last_month(at=timezone.now())
