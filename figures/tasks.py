"""Jobs of the figures, on queue `default`; each may run twice without harm."""

from celery import shared_task
from django.utils import timezone

from figures.services import breaches


@shared_task(name="figures.explain_breaches")
def explain_breaches() -> int:
    """Say of each promise that was just missed why."""
    return breaches.reckon_due(at=timezone.now())


@shared_task(name="figures.explain_late_breaches")
def explain_late_breaches() -> int:
    """The same of what was recorded, or corrected, long after the deadline."""
    return breaches.reckon_due(at=timezone.now(), back=breaches.LATELY)
