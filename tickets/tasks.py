"""Jobs on what tickets share, on queue `default`."""

from celery import shared_task
from django.utils import timezone

from tickets.services import publication, scanning, staging


@shared_task(name="publication.mark_due")
def mark_due() -> int:
    """Ask for the monthly look at the places where channels are published."""
    return publication.mark_due(at=timezone.now())


@shared_task(name="uploads.sweep")
def sweep_uploads() -> int:
    """Forget files whose message never came."""
    return staging.sweep(at=timezone.now())


@shared_task(name="uploads.scan_waiting")
def scan_waiting_uploads() -> int:
    """Ask the virus scanner about the files that it did not answer for."""
    return scanning.scan_waiting(clock=timezone.now)
