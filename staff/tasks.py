"""Housekeeping, on queue `default`."""

from celery import shared_task
from django.utils import timezone

from staff import services


@shared_task(name="staff.forget_expired")
def forget_expired() -> int:
    """Once a day: forget links and sessions that no longer open anything."""
    return services.forget_expired(at=timezone.now())
