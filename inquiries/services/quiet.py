"""The hours in which nobody is woken (IN-55)."""

from datetime import datetime, time, timedelta
from typing import Final

from django.utils import timezone

# They are Shanghai's (D-11).
QUIET_FROM: Final = time(21)
QUIET_UNTIL: Final = time(8)


def in_quiet_hours(at: datetime) -> bool:
    """Whether people sleep."""
    local = timezone.localtime(at).time()
    return local >= QUIET_FROM or local < QUIET_UNTIL


def quiet_until(at: datetime) -> datetime:
    """The instant itself, or the morning after it where people sleep."""
    if not in_quiet_hours(at):
        return at
    local = timezone.localtime(at)
    day = local.date() + timedelta(days=local.time() >= QUIET_FROM)
    return datetime.combine(day, QUIET_UNTIL, tzinfo=local.tzinfo)
