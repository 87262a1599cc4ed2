"""What the pages of calendars show: the hours of a week, and a year day by day."""

import calendar as months
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.dates import WEEKDAYS as WEEKDAYS_WHOLE
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from helpdesk.opening import HoursOf, spans, week_of
from helpdesk.supervision.policies import Line, State, lines_of
from sla.business_time import DayKind, Hours
from sla.models import Calendar, CalendarDay, CalendarVersion
from sla.services.calendar_content import CalendarContent, days_of
from sla.services.years import EARLIEST, LATEST, Year


@dataclass(frozen=True)
class Book:
    """A calendar with its versions and the hours that hold now."""

    calendar: Calendar
    lines: Sequence[Line]

    @cached_property
    def version(self) -> CalendarVersion | None:
        """The one in force."""
        found = (line.version for line in self.lines if line.state == State.IN_FORCE)
        version = next(found, None)
        return version if isinstance(version, CalendarVersion) else None

    @cached_property
    def week(self) -> list[HoursOf]:
        """The hours of each kind of day."""
        return week_of(hours_of(self.version)) if self.version else []

    @property
    def follows_holidays(self) -> bool:
        return self.version is not None and self.version.years is not None


@dataclass(frozen=True)
class Cell:
    """One day of a year, with the word for what is special about it."""

    date: date
    mark: str
    word: str
    hours: str

    @property
    def letter(self) -> str:
        """The short word that stands beside the shape."""
        return {
            "holiday": _("Off"),
            "adjusted_workday": _("Worked"),
            "special": _("Own"),
        }.get(self.mark, "")


@dataclass(frozen=True)
class Month:
    """A month as weeks from Monday; days of its neighbours are None."""

    first: date
    weeks: Sequence[Sequence[Cell | None]]


@dataclass(frozen=True)
class YearSheet:
    """A year of a calendar. `known` says whether its holidays are loaded."""

    version: CalendarVersion
    year: int
    months: Sequence[Month]
    known: bool
    years: Sequence[int]

    @property
    def before(self) -> int:
        return max(EARLIEST, self.year - 1)

    @property
    def after(self) -> int:
        return min(LATEST, self.year + 1)


def weekdays() -> list[tuple[str, str]]:
    """The heads of a month's columns: short and whole, from Monday."""
    short = (
        _("Mo"),
        _("Tu"),
        _("We"),
        _("Th"),
        _("Fr"),
        _("Sa"),
        _("Su"),
    )
    return [(short[day], str(WEEKDAYS_WHOLE[day])) for day in range(7)]


def books(*, at: datetime) -> list[Book]:
    """Every calendar."""
    return [
        Book(calendar, lines_of(calendar.versions.all(), at=at))
        for calendar in with_versions()
    ]


def book(code: str, *, at: datetime) -> Book:
    """One calendar; Http404 for one that there is not."""
    calendar = get_object_or_404(with_versions(), code=code)
    return Book(calendar, lines_of(calendar.versions.all(), at=at))


def with_versions() -> QuerySet[Calendar]:
    """Calendars with all that their versions say; four queries."""
    versions = CalendarVersion.objects.select_related("author")
    prefetched = Prefetch("versions", versions.prefetch_related("hours", "days"))
    return Calendar.objects.prefetch_related(prefetched)


def hours_of(version: CalendarVersion) -> Hours:
    """What a version says, as the arithmetic takes it."""
    return CalendarContent.of(version).as_hours()


def year_sheet(version: CalendarVersion, year: int) -> YearSheet:
    """A year day by day."""
    hours = hours_of(version)
    days = {day.date: day for day in version.days.all()}
    years = version.years
    return YearSheet(
        version=version,
        year=year,
        months=[_month(year, number, hours, days) for number in range(1, 13)],
        known=years is None or year in years,
        years=sorted({*(years or ()), year}),
    )


def _month(
    year: int, number: int, hours: Hours, days: Mapping[date, CalendarDay]
) -> Month:
    weeks = months.Calendar().monthdatescalendar(year, number)
    return Month(
        date(year, number, 1),
        [
            [_cell(day, hours, days) if day.month == number else None for day in week]
            for week in weeks
        ],
    )


def _cell(day: date, hours: Hours, days: Mapping[date, CalendarDay]) -> Cell:
    special = days.get(day)
    opened = ", ".join(spans(hours.intervals(day))) or _("not open")
    if special is None:
        weekend = day.weekday() not in hours.working_weekdays
        return Cell(day, "weekend" if weekend else "", "", opened)
    word = str(special.get_kind_display())
    named = f"{word}: {special.name}" if special.name else word
    return Cell(day, DayKind(special.kind).value, named, opened)


def months_of(year: Year) -> list[Month]:
    """A year that is not published yet, as its days would be marked."""
    days = {
        day: CalendarDay(date=day, kind=special.kind, name=special.name)
        for day, special in days_of(year).items()
    }
    hours = Hours("UTC", {}, (), (), frozenset(range(5)), {}, None)
    return [_month(year.year, number, hours, days) for number in range(1, 13)]


def version_of(book: Book, number: str) -> CalendarVersion | None:
    """The version that an address names, else the one in force."""
    for line in book.lines:
        named = str(line.version.number) == number
        if named and isinstance(line.version, CalendarVersion):
            return line.version
    return book.version


def year_asked(text: str, *, at: datetime, other: int | None = None) -> int:
    """The year that an address names; nonsense counts as nothing."""
    if text.isascii() and text.isdigit() and EARLIEST <= int(text[:6]) <= LATEST:
        return int(text[:6])
    return other or localtime(at).year
