"""How data files write lengths of time and hours: 30 s, 3 working days, 09:00-21:00."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

UNITS: Final = {
    "s": timedelta(seconds=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
}
TIME: Final = re.compile(r"(?P<sign>-?)(?P<number>\d+) (?P<unit>s|min|h)")
DAYS: Final = re.compile(r"(?P<number>\d+) (?P<kind>working|calendar) days?")
HOURS: Final = re.compile(r"(\d{2}):(\d{2})-(\d{2}):(\d{2})")


class BadText(ValueError):
    """A text that says no length of time or no hours."""


@dataclass(frozen=True)
class Said:
    """A length as the columns of a row: its unit, and either time or days."""

    unit: str
    amount: timedelta | None
    days: int | None


def read_length(text: str, *, calendar: str = "") -> Said:
    """Read "1 h" (by the clock, or of a calendar's hours) or "3 working days".

    Raises BadText.
    """
    if found := DAYS.fullmatch(text):
        return Said(f"{found['kind']}_days", None, int(found["number"]))
    found = TIME.fullmatch(text)
    if found is None:
        raise BadText(text)
    amount = int(f"{found['sign']}{found['number']}") * UNITS[found["unit"]]
    return Said("business" if calendar else "wall", amount, None)


def read_hours(text: str) -> tuple[int, int]:
    """Read "09:00-21:00" as seconds since midnight. Raises BadText."""
    found = HOURS.fullmatch(text)
    if found is None:
        raise BadText(text)
    opens_hour, opens_minute, closes_hour, closes_minute = map(int, found.groups())
    return (
        (opens_hour * 60 + opens_minute) * 60,
        (closes_hour * 60 + closes_minute) * 60,
    )
