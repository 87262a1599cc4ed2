"""Instants around the question that tests ask at 10:00."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tests.factories import AT

MICROSECOND: Final = timedelta(microseconds=1)


def after(seconds: float = 0, **more: float) -> datetime:
    """So long after 10:00; `after(30)`, `after(minutes=10)`."""
    return AT + timedelta(seconds=seconds, **more)


DUE: Final = after(30)


@dataclass
class Hand:
    """A clock on the wall that a test sets, in place of the time of day."""

    at: datetime = AT

    def __call__(self) -> datetime:
        return self.at
