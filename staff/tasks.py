"""Housekeeping, on queue `default`."""

from celery import shared_task
from django.utils import timezone

from staff import services
from staff.services import presence


@shared_task(name="staff.forget_expired")
def forget_expired() -> int:
    """Once a day: forget links and sessions that no longer open anything."""
    return services.forget_expired(at=timezone.now())


@shared_task(name="staff.let_go")
def let_go() -> int:
    """Count as off duty whoever has no page open any more."""
    return presence.let_go(at=timezone.now())
