"""Calendars from data files: their hours, and the holidays of each year."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.db import transaction

from sla.business_time import DayKind
from sla.models import (
    WEEKDAYS,
    Calendar,
    CalendarDay,
    CalendarVersion,
    OpeningHours,
)
from sla.pack_format import read_hours

FOLDER: Final = Path(__file__).resolve().parent.parent / "calendars"
ONE_DAY: Final = timedelta(days=1)
# What a data file may say at once, as the patterns that it stands for.
GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "every_day": WEEKDAYS,
    "weekday": WEEKDAYS[:5],
    "weekend": WEEKDAYS[5:],
}
BEGINNING: Final = datetime.fromisoformat("2020-01-01T00:00:00+08:00")


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


@transaction.atomic
def load(*, at: datetime, folder: Path = FOLDER) -> list[str]:
    """Publish every calendar that is not there yet as version 1; codes of those."""
    content = tomllib.loads((folder / "calendars.toml").read_text(encoding="utf-8"))
    years = [read_year(path) for path in sorted(folder.glob("holidays_*.toml"))]
    return [
        said["code"]
        for said in content["calendars"]
        if _load(said, years if said.get("follows_holidays") else None, at=at)
    ]


def _load(said: Mapping[str, Any], years: list[Year] | None, *, at: datetime) -> bool:
    names = {name: said[name] for name in ("name_zh", "name_en")}
    calendar, _created = Calendar.objects.get_or_create(
        code=said["code"], defaults=names
    )
    if calendar.versions.exists():
        return False
    version = CalendarVersion.objects.create(
        calendar=calendar,
        number=1,
        timezone=said["timezone"],
        working_weekdays=said["working_weekdays"],
        years=None if years is None else [year.year for year in years],
    )
    OpeningHours.objects.bulk_create(
        OpeningHours(
            version=version,
            pattern=pattern,
            intervals=[read_hours(text) for text in texts],
        )
        for name, texts in said["hours"].items()
        for pattern in GROUPS.get(name, (name,))
    )
    CalendarDay.objects.bulk_create(_days(version, years or []))
    version.published_at = at
    version.effective_from = BEGINNING
    version.save()
    return True


def _days(version: CalendarVersion, years: Iterable[Year]) -> Iterable[CalendarDay]:
    for year in years:
        for day, name in year.holidays.items():
            yield CalendarDay(
                version=version, date=day, kind=DayKind.HOLIDAY.value, name=name
            )
        for day in year.adjusted_workdays:
            yield CalendarDay(
                version=version, date=day, kind=DayKind.ADJUSTED_WORKDAY.value
            )


def _span(first: date, last: date) -> list[date]:
    return [first + number * ONE_DAY for number in range((last - first).days + 1)]
