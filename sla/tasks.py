"""Jobs, repeatable and harmless when run twice; those named "sla." are short."""

from contextlib import suppress

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from sla import detector
from sla.services import alerts, rollouts


@shared_task(name="sla.window")
def window() -> int:
    """Detect everything that falls due within the coming second."""
    return detector.watch(clock=timezone.now, on_found=_announce_soon).claimed


@shared_task(name="sla.sweep")
def sweep() -> int:
    """Detect whatever the windows have overlooked."""
    return detector.sweep(clock=timezone.now).claimed


@shared_task(name="sla.announce")
def announce() -> int:
    """Tell people of warnings and breaches that nobody has been told of."""
    return alerts.announce(at=timezone.now())


@shared_task(name="policies.carry_out_rollouts")
def carry_out_rollouts() -> int:
    """Apply what is in force to running clocks where somebody has ordered it."""
    return rollouts.carry_on(at=timezone.now())


def _announce_soon() -> None:
    """Tell people at once; if the broker is away, the next tick does."""
    with suppress(OperationalError):
        announce.apply_async(retry=False)
