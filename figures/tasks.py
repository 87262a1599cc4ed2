"""Jobs of the figures, on queue `default`; each may run twice without harm."""

from datetime import timedelta
from typing import Final

from celery import shared_task
from django.utils import timezone

from figures.services import breaches, exports, reckoning, reports

LONGEST_RUN: Final = timedelta(seconds=10)


@shared_task(name="figures.explain_breaches")
def explain_breaches() -> int:
    """Say of each promise that was just missed why."""
    return breaches.reckon_due(at=timezone.now())


@shared_task(name="figures.explain_late_breaches")
def explain_late_breaches() -> int:
    """The same of what was recorded, or corrected, long after the deadline."""
    return breaches.reckon_due(at=timezone.now(), back=breaches.LATELY)


@shared_task(name="figures.explain_old_breaches")
def explain_old_breaches() -> int:
    """The same of what was recorded weeks after the deadline."""
    return breaches.reckon_due(at=timezone.now(), back=breaches.LONG_AGO)


@shared_task(name="figures.refresh")
def refresh() -> int:
    """Reckon what has changed since the last run; much of it in several runs."""
    return reckoning.catch_up(at=timezone.now(), within=LONGEST_RUN)


@shared_task(name="figures.rebuild")
def rebuild() -> int:
    """Reckon the last forty days anew, whatever is there."""
    at = timezone.now()
    return sum(1 for _ in reckoning.rebuild(at - reckoning.LOOK_BACK, at=at))


@shared_task(name="exports.work")
def work_on_exports() -> int:
    """Add to the CSV files that somebody asked for."""
    return exports.work(clock=timezone.now)


@shared_task(name="exports.make_xlsx", time_limit=exports.LONGEST)
def make_xlsx() -> int:
    """Make one Excel file that somebody asked for; alone in taking minutes."""
    return exports.make_xlsx(clock=timezone.now)


@shared_task(name="exports.sweep")
def sweep_exports() -> int:
    """Remove files that are no longer kept."""
    return exports.sweep(at=timezone.now())


@shared_task(name="reports.make")
def make_reports() -> int:
    """Make the reports of the week and the month that are over."""
    return reports.make_due(at=timezone.now())
