"""The holidays of a year: from a data file, from lines of text, or from a package."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import chinese_calendar
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

ONE_DAY: Final = timedelta(days=1)
LONGEST: Final = timedelta(days=31)
SATURDAY: Final = 5
EARLIEST: Final = 2020
LATEST: Final = 2044
# "2027-01-01 to 2027-01-03 New Year", or one day; a plus marks a day that is worked.
LINE: Final = re.compile(
    r"(?P<worked>\+)?\s*(?P<first>\d{4}-\d\d-\d\d)"
    r"(?:\s*(?:to|\.\.|至|~)\s*(?P<last>\d{4}-\d\d-\d\d))?\s*(?P<name>.*)"
)
# The names that the package has in English only.
FESTIVALS: Final = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "Mid-autumn Festival": "中秋节",
    "National Day": "国庆节",
    "Anti-Fascist 70th Day": "抗战胜利纪念日",
}


@dataclass(frozen=True)
class Year:
    """The days of one year that differ from their weekday: holidays by name."""

    year: int
    holidays: Mapping[date, str] = field(default_factory=dict)
    adjusted_workdays: frozenset[date] = frozenset()


def read_year(path: Path) -> Year:
    """The year that a data file describes."""
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    return Year(
        content["year"],
        {
            day: holiday["name"]
            for holiday in content["holidays"]
            for day in _span(holiday["from"], holiday["to"])
        },
        frozenset(content["adjusted_workdays"]),
    )


def parse_year(year: int, text: str) -> Year:
    """A year as people write it, a line for each holiday or day that is worked.

    "2027-01-01 to 2027-01-03 元旦"; "+ 2027-01-10" for an adjusted workday. Raises
    ValidationError (text) naming the line.
    """
    holidays: dict[date, str] = {}
    worked: set[date] = set()
    wrong = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            days, name, is_worked = _read_line(line.strip())
        except ValueError:
            wrong.append(_("Line %(number)d says no day.") % {"number": number})
            continue
        if not is_worked and holidays.keys() & set(days):
            wrong.append(_("Line %(number)d names a day again.") % {"number": number})
        if is_worked:
            worked |= set(days)
        else:
            holidays |= dict.fromkeys(days, name)
    if wrong:
        raise ValidationError({"text": wrong})
    return Year(year, holidays, frozenset(worked))


def known_years() -> list[int]:
    """The years that the package of Chinese holidays knows."""
    days = {*chinese_calendar.holidays, *chinese_calendar.workdays}
    return sorted({day.year for day in days} & set(range(EARLIEST, LATEST + 1)))


def way_in(year: int, command: str) -> str:
    """How its holidays come in; `command` takes them from the package."""
    enter = "enter them at /supervision/calendars/"
    if year in known_years():
        return f"{command}, or {enter}"
    return f"{enter} once they are announced, or wait for a version that knows them"


def packaged_year(year: int) -> Year:
    """A year as the package knows it. Raises ValidationError for one it does not."""
    if year not in known_years():
        raise ValidationError(
            {
                "year": _("The package of holidays does not know %(year)d yet.")
                % {"year": year}
            }
        )
    holidays = {
        day: FESTIVALS.get(name, name)
        for day, name in chinese_calendar.holidays.items()
        if day.year == year
    }
    worked = (day for day in chinese_calendar.workdays if day.year == year)
    return Year(year, holidays, frozenset(worked))


def check_year(year: Year) -> None:
    """Raises ValidationError (year, text) for days that make no sense."""
    if not EARLIEST <= year.year <= LATEST:
        raise ValidationError(
            {
                "year": _("Between %(first)d and %(last)d.")
                % {"first": EARLIEST, "last": LATEST}
            }
        )
    if wrong := [*_wrong_days(year)]:
        raise ValidationError({"text": wrong})


def _wrong_days(year: Year) -> Iterator[str]:
    if not year.holidays:
        yield _("A year has holidays.")
    for day in sorted({*year.holidays, *year.adjusted_workdays}):
        if day.year != year.year:
            yield _("%(day)s is not in %(year)d.") % {"day": day, "year": year.year}
    for day in sorted(year.adjusted_workdays):
        if day in year.holidays:
            yield _("%(day)s is a holiday and worked at once.") % {"day": day}
        elif day.weekday() < SATURDAY:
            yield _("%(day)s is an ordinary weekday.") % {"day": day}


def _read_line(line: str) -> tuple[list[date], str, bool]:
    found = LINE.fullmatch(line)
    if found is None:
        raise ValueError(line)
    first = date.fromisoformat(found["first"])
    last = date.fromisoformat(found["last"] or found["first"])
    if not timedelta(0) <= last - first < LONGEST:
        raise ValueError(line)
    return _span(first, last), found["name"].strip()[:40], found["worked"] is not None


def _span(first: date, last: date) -> list[date]:
    return [first + number * ONE_DAY for number in range((last - first).days + 1)]
