"""Jobs of the figures, on queue `default`; each may run twice without harm."""

from celery import shared_task
from django.utils import timezone

from figures.services import exports


@shared_task(name="exports.work")
def work_on_exports() -> int:
    """Add to the files that somebody asked for."""
    return exports.work(clock=timezone.now)


@shared_task(name="exports.sweep")
def sweep_exports() -> int:
    """Remove files that are no longer kept."""
    return exports.sweep(at=timezone.now())
