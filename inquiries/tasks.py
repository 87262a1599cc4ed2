"""The jobs of inquiries: short, repeatable, and harmless when run twice."""

from celery import shared_task
from django.utils import timezone

from inquiries.services import follow_ups, mailing


@shared_task(name="follow_ups.send_due")
def send_due_follow_ups() -> int:
    """Send the follow-ups that nobody has sent by hand (IN-54)."""
    return follow_ups.send_due(clock=timezone.now)


@shared_task(name="follow_ups.send_mails")
def send_follow_up_mails() -> int:
    """Send by e-mail what was followed up on, once and not at night (IN-55)."""
    return mailing.send_mails(clock=timezone.now)
