"""Lengths of time as ISO 8601 writes them: PT30S, PT1H30M, P2D, -PT2M."""

import re
from datetime import timedelta
from typing import Final

SECONDS_PER_MINUTE: Final = 60
MINUTES_PER_HOUR: Final = 60
# Weeks stand alone; years and months have no fixed length and are not taken.
WEEKS: Final = re.compile(r"P(?P<weeks>\d{1,6})W", re.ASCII)
PARTS: Final = re.compile(
    r"P(?:(?P<days>\d{1,6})D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d{1,9})H)?(?:(?P<minutes>\d{1,9})M)?"
    r"(?:(?P<seconds>\d{1,9})(?:[.,](?P<fraction>\d{1,6}))?S)?)?",
    re.ASCII,
)


class BadDuration(ValueError):
    """A text that is not a length of time."""


def read(text: str) -> timedelta:
    """The length that a text such as PT5M says; negative ones begin with a minus.

    Raises BadDuration.
    """
    sign, body = (-1, text[1:]) if text.startswith("-") else (1, text)
    found = WEEKS.fullmatch(body) or PARTS.fullmatch(body)
    if found is None or not any(found.groupdict().values()):
        raise BadDuration(text)
    given = {name: part for name, part in found.groupdict().items() if part}
    fraction = given.pop("fraction", "")
    length = timedelta(**{name: int(part) for name, part in given.items()})
    return sign * (length + timedelta(microseconds=int(fraction.ljust(6, "0"))))


def write(length: timedelta) -> str:
    """The text of a length, in hours, minutes and seconds: PT48H, PT1M30S."""
    if length < timedelta(0):
        return f"-{write(-length)}"
    whole = length // timedelta(seconds=1)
    minutes, seconds = divmod(whole, SECONDS_PER_MINUTE)
    hours, minutes = divmod(minutes, MINUTES_PER_HOUR)
    parts = [f"{hours}H"] if hours else []
    parts += [f"{minutes}M"] if minutes else []
    if length.microseconds:
        parts.append(f"{seconds}.{length.microseconds:06d}S")
    elif seconds or not parts:
        parts.append(f"{seconds}S")
    return "PT" + "".join(parts)
