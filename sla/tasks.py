"""The jobs of deadlines: short, repeatable, and harmless when run twice.

Those named `sla.*` have a queue of their own; whatever may wait has another name.
"""

from contextlib import suppress

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from sla import detector
from sla.services import alerts, announcing, pauses, rollouts, shadows


@shared_task(name="sla.window")
def window() -> int:
    """Detect everything that falls due within the coming second."""
    return detector.watch(clock=timezone.now, on_found=_announce_soon).claimed


@shared_task(name="sla.sweep")
def sweep() -> int:
    """Detect whatever the windows have overlooked."""
    return detector.sweep(clock=timezone.now).claimed


@shared_task(name="sla.resume")
def resume() -> int:
    """Let clocks run on whose pause has lasted as long as it may."""
    return pauses.resume_overdue(at=timezone.now())


@shared_task(name="sla.announce")
def announce() -> int:
    """Tell people of warnings and breaches that nobody has been told of."""
    return announcing.announce_all(clock=timezone.now)


@shared_task(name="notices.drop_moot")
def drop_moot_notices() -> int:
    """Take back warnings of promises that are kept by now."""
    return alerts.drop_moot_warnings(at=timezone.now())


@shared_task(name="policies.carry_out_rollouts")
def carry_out_rollouts() -> int:
    """Apply what is in force to running clocks where somebody has ordered it."""
    return rollouts.carry_on(at=timezone.now())


@shared_task(name="policies.observe_shadows")
def observe_shadows() -> int:
    """Record what drafts' rules in the shadow would have come to."""
    return shadows.observe(at=timezone.now())


def _announce_soon() -> None:
    """Tell people at once; if the broker is away, the next tick does."""
    with suppress(OperationalError):
        announce.apply_async(retry=False)
