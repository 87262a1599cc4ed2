"""Calendars: loaded from data files, given each year's holidays, published anew."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sla.business_time import BadHours
from sla.models import WEEKDAYS, Calendar, CalendarVersion, Pattern
from sla.pack_format import read_hours
from sla.services import rules
from sla.services.calendar_content import CalendarContent, Difference, differences
from sla.services.publication import begins_too_early
from sla.services.years import Year, check_year, read_year
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
LONGEST_NAME: Final = 40
BEGINNING: Final = datetime.fromisoformat("2020-01-01T00:00:00+08:00")


class Loaded(StrEnum):
    """What loading a calendar did."""

    CREATED = "created"
    UNCHANGED = "unchanged"
    YEARS_ADDED = "years added"
    DIFFERS = "differs"


@dataclass(frozen=True)
class Report:
    """What loading did to one calendar, and what the file says differently."""

    code: str
    outcome: Loaded
    differences: Sequence[Difference] = ()

    def __str__(self) -> str:
        return f"{self.code}: {self.outcome}"


@transaction.atomic
def load(*, at: datetime, folder: Path = FOLDER) -> list[Report]:
    """Bring the calendars of data files into the database; again changes nothing.

    A calendar that is not there is published as version 1. One that is there gets the
    years that it does not know; where people made it say something else it stays, and
    the differences are told.
    """
    content = tomllib.loads((folder / "calendars.toml").read_text(encoding="utf-8"))
    years = [read_year(path) for path in sorted(folder.glob("holidays_*.toml"))]
    return [_load(said, years, at=at) for said in content["calendars"]]


def _load(said: Mapping[str, Any], years: Sequence[Year], *, at: datetime) -> Report:
    code = said["code"]
    content = _read(said, years)
    names = {name: said[name] for name in ("name_zh", "name_en")}
    calendar, _created = Calendar.objects.get_or_create(code=code, defaults=names)
    calendar = Calendar.objects.select_for_update().get(pk=calendar.pk)
    newest = newest_of(calendar)
    if newest is None:
        _publish(calendar, content, at=at, effective_from=BEGINNING)
        return Report(code, Loaded.CREATED)
    known = CalendarContent.of(newest)
    wanted = known
    for year in years:
        if known.years is not None and year.year not in known.years:
            wanted = wanted.with_year(year)
    # Years that people added beyond those of the files are theirs.
    of_files = wanted.only_years(year.year for year in years)
    lines = list(differences(of_files, content))
    if wanted != known:
        _publish(calendar, wanted, at=at, effective_from=at, note=_years_of(wanted))
        return Report(code, Loaded.YEARS_ADDED, lines)
    return Report(code, Loaded.DIFFERS if lines else Loaded.UNCHANGED, lines)


def _read(said: Mapping[str, Any], years: Iterable[Year]) -> CalendarContent:
    follows = said.get("follows_holidays", False)
    content = CalendarContent(
        timezone=said["timezone"],
        working_weekdays=tuple(sorted(said["working_weekdays"])),
        hours={
            pattern: tuple(sorted(read_hours(text) for text in texts))
            for name, texts in said["hours"].items()
            if texts
            for pattern in GROUPS.get(name, (name,))
        },
        days={},
        years=frozenset() if follows else None,
    )
    if follows:
        for year in years:
            content = content.with_year(year)
    return content


@transaction.atomic
def add_year(year: Year, *, at: datetime, by: User | None) -> Sequence[CalendarVersion]:
    """Publish a version with a year's holidays of every calendar that follows them.

    Holidays that it knew of that year are replaced; a calendar that knows just these
    stays as it is. `by` is None for the command line. Running clocks keep their
    deadline until a rollout. Raises ValidationError with the place and the reason,
    NotAllowed.
    """
    _check_rights(by)
    check_year(year)
    return [
        version
        for calendar in Calendar.objects.select_for_update().order_by("pk")
        for version in _add_year(calendar, year, at=at, by=by)
    ]


def _add_year(
    calendar: Calendar, year: Year, *, at: datetime, by: User | None
) -> list[CalendarVersion]:
    """The year for the version in force, and for each that is to begin later."""
    versions = calendar.versions
    in_force = versions.effective(at=at).first()
    to_come = reversed(versions.effective_after(at))
    made = []
    for version in (in_force, *to_come):
        if version is None or version.years is None:
            continue
        known = CalendarContent.of(version)
        wanted = known.with_year(year)
        if wanted == known:
            continue
        begins = max(at, version.effective_from)
        made.append(
            _publish(
                calendar,
                wanted,
                at=at,
                effective_from=begins,
                by=by,
                note=str(year.year),
            )
        )
    return made


@transaction.atomic
def publish(
    calendar: Calendar,
    content: CalendarContent,
    *,
    by: User,
    at: datetime,
    effective_from: datetime | None = None,
    note: str = "",
) -> CalendarVersion:
    """Publish a calendar with other hours or days, from a moment on or at once.

    Nothing is saved unless it makes a calendar. Running clocks keep their deadline
    until a rollout. Raises ValidationError with the place and the reason, NotAllowed.
    """
    _check_rights(by)
    calendar = Calendar.objects.select_for_update().get(pk=calendar.pk)
    newest = newest_of(calendar)
    begins = effective_from or at
    if begins < at:
        raise ValidationError(
            {"effective_from": _("A version takes effect now or later.")}
        )
    later = calendar.versions.effective_after(begins).first()
    if later is not None:
        raise ValidationError({"effective_from": begins_too_early(later)})
    if newest is not None and CalendarContent.of(newest) == content:
        raise ValidationError(says_the_same())
    return _publish(calendar, content, at=at, effective_from=begins, by=by, note=note)


def says_the_same() -> str:
    """Why a version that changes nothing is not published."""
    return _("It says what the newest version says.")


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


def check(content: CalendarContent) -> None:
    """Raise ValidationError where hours overlap, run backwards or never open."""
    try:
        rules.compile_calendar(content.as_hours())
    except BadHours as error:
        raise ValidationError({"hours": words_of(error)}, code=error.reason) from error
    for day, special in content.days.items():
        if len(special.name) > LONGEST_NAME:
            raise ValidationError(
                {"days": _("%(day)s: the name is too long.") % {"day": day}}
            )


def _publish(
    calendar: Calendar,
    content: CalendarContent,
    *,
    at: datetime,
    effective_from: datetime,
    by: User | None = None,
    note: str = "",
) -> CalendarVersion:
    check(content)
    last = calendar.versions.order_by("-number").first()
    version = CalendarVersion(
        calendar=calendar, number=last.number + 1 if last else 1, author=by, note=note
    )
    version.clean_fields(exclude=["calendar", "timezone", "working_weekdays"])
    content.write(version)
    version.published_at = at
    version.effective_from = effective_from
    version.save()
    return version


def _check_rights(by: User | None) -> None:
    """Raises NotAllowed for those who do not decide; None is the command line."""
    if by is not None and not by.publishes:
        raise NotAllowed("publish")


def _years_of(content: CalendarContent) -> str:
    return ", ".join(str(year) for year in sorted(content.years or ()))


def newest_of(calendar: Calendar) -> CalendarVersion | None:
    """The version that was published last."""
    versions = CalendarVersion.objects.published().filter(calendar=calendar)
    return versions.order_by("-number").first()


def words_of(error: BadHours) -> str:
    """A calendar's fault in words."""
    words = {
        "overlap": _("%(place)s: opening hours overlap."),
        "backwards": _("%(place)s: it closes before it opens."),
        "empty": _("%(place)s: an interval is empty."),
        "out_of_range": _("%(place)s: hours lie outside of the day."),
        "never_opens": _("%(place)s: it never opens."),
        "bad_timezone": _("%(place)s: there is no such time zone."),
    }
    return words[error.reason] % {"place": _place(error.place)}


def _place(place: str) -> str:
    """Where hours are written down, in words; dates are words enough."""
    if place in Pattern.values:
        return str(Pattern(place).label)
    known = {"calendar": _("Calendar"), "timezone": _("Time zone")}
    return known.get(place, place)
