"""Instants around the question that tests ask at 10:00."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from tests.factories import AT

MICROSECOND: Final = timedelta(microseconds=1)
SHANGHAI: Final = ZoneInfo("Asia/Shanghai")


def after(seconds: float = 0, **more: float) -> datetime:
    """So long after 10:00; `after(30)`, `after(minutes=10)`."""
    return AT + timedelta(seconds=seconds, **more)


def local(text: str) -> datetime:
    """What a clock in Shanghai shows: `local("2026-11-24 14:00")`."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


DUE: Final = after(30)


@dataclass
class Hand:
    """A clock on the wall that a test sets, in place of the time of day."""

    at: datetime = AT

    def __call__(self) -> datetime:
        return self.at
