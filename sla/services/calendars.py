"""Calendars: loaded from data files once, then given the holidays of each new year."""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sla.business_time import BadHours
from sla.models import (
    WEEKDAYS,
    Calendar,
    CalendarDay,
    CalendarVersion,
    OpeningHours,
)
from sla.pack_format import read_hours
from sla.services import rules
from sla.services.years import Year, check_year, days_of, read_year
from staff.models import User
from tickets.workflow import NotAllowed

FOLDER: Final = Path(__file__).resolve().parent.parent / "calendars"
# What a data file may say at once, as the patterns that it stands for.
GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "every_day": WEEKDAYS,
    "weekday": WEEKDAYS[:5],
    "weekend": WEEKDAYS[5:],
}
ANNOUNCED_FROM_MONTH: Final = 11
BEGINNING: Final = datetime.fromisoformat("2020-01-01T00:00:00+08:00")


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
    CalendarDay.objects.bulk_create(
        day for year in years or [] for day in days_of(version, year)
    )
    check(version)
    version.published_at = at
    version.effective_from = BEGINNING
    version.save()
    return True


@transaction.atomic
def add_year(year: Year, *, at: datetime, by: User | None) -> Sequence[CalendarVersion]:
    """Publish a version with a year's holidays of every calendar that follows them.

    Days that it knew of that year are replaced. `by` is None for the command line.
    Running clocks keep their deadline until a rollout. Raises ValidationError with the
    place and the reason, NotAllowed.
    """
    if by is not None and not by.publishes:
        raise NotAllowed("publish")
    check_year(year)
    return [
        _with_year(newest, year, at=at, by=by)
        for calendar in Calendar.objects.select_for_update().order_by("pk")
        if (newest := newest_of(calendar)) is not None and newest.years is not None
    ]


def missing_years(*, at: datetime) -> list[int]:
    """Years whose holidays some calendar in force ought to know and does not.

    The present year always, the next one from 1 November, when it has been announced.
    """
    today = timezone.localtime(at).date()
    wanted = [today.year]
    if today.month >= ANNOUNCED_FROM_MONTH:
        wanted.append(today.year + 1)
    ids = rules.rulebook(at=at).calendars.version_ids.values()
    known = CalendarVersion.objects.filter(pk__in=ids, years__isnull=False)
    years = known.values_list("years", flat=True)
    return [year for year in wanted if any(year not in found for found in years)]


def check(version: CalendarVersion) -> None:
    """Raise ValidationError where hours overlap, run backwards or never open."""
    try:
        rules.compile_version(version)
    except BadHours as error:
        raise ValidationError(
            {"hours": _reason(error.place, error.reason)}, code=error.reason
        ) from error


def _with_year(
    newest: CalendarVersion, year: Year, *, at: datetime, by: User | None
) -> CalendarVersion:
    version = CalendarVersion.objects.create(
        calendar=newest.calendar,
        number=newest.number + 1,
        author=by,
        note=f"{year.year}",
        timezone=newest.timezone,
        working_weekdays=newest.working_weekdays,
        years=sorted({*(newest.years or ()), year.year}),
    )
    OpeningHours.objects.bulk_create(
        OpeningHours(version=version, pattern=row.pattern, intervals=row.intervals)
        for row in newest.hours.all()
    )
    CalendarDay.objects.bulk_create(
        CalendarDay(
            version=version,
            date=day.date,
            kind=day.kind,
            name=day.name,
            intervals=day.intervals,
        )
        for day in newest.days.exclude(date__year=year.year)
    )
    CalendarDay.objects.bulk_create(days_of(version, year))
    check(version)
    version.published_at = version.effective_from = at
    version.save()
    return version


def newest_of(calendar: Calendar) -> CalendarVersion | None:
    """The version that was published last."""
    versions = CalendarVersion.objects.published().filter(calendar=calendar)
    return versions.order_by("-number").first()


def _reason(place: str, reason: str) -> str:
    """A calendar's fault in words."""
    words = {
        "overlap": _("%(place)s: opening hours overlap."),
        "backwards": _("%(place)s: it closes before it opens."),
        "empty": _("%(place)s: an interval is empty."),
        "out_of_range": _("%(place)s: hours lie outside of the day."),
        "never_opens": _("%(place)s: it never opens."),
        "bad_timezone": _("%(place)s: there is no such time zone."),
    }
    return words[reason] % {"place": place}
