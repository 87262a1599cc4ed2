"""All that a calendar version says, as one value: from rows, to rows, and compared."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Self

from sla.business_time import Day, DayKind, Hours, Interval, check_intervals
from sla.models import WEEKDAYS, CalendarDay, CalendarVersion, OpeningHours, Pattern
from sla.pack_format import read_hours
from sla.services.years import Year
from sla.what_if import Cover, covered

MINUTE: Final = 60

# Pairs of seconds since midnight.
Intervals = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class SpecialDay:
    """A date that is not like its weekday; only a special one has its own hours."""

    kind: str
    name: str = ""
    intervals: Intervals = ()

    def __str__(self) -> str:
        hours = written(self.intervals) if self.kind == DayKind.SPECIAL else ""
        return " ".join(part for part in (self.kind, self.name, hours) if part)


@dataclass(frozen=True)
class CalendarContent:
    """Hours by pattern, days by date; `years` as a calendar version has them."""

    timezone: str
    working_weekdays: tuple[int, ...]
    hours: Mapping[str, Intervals]
    days: Mapping[date, SpecialDay]
    years: frozenset[int] | None

    @classmethod
    def of(cls, version: CalendarVersion) -> Self:
        return cls(
            timezone=version.timezone,
            working_weekdays=tuple(sorted(version.working_weekdays)),
            hours={
                row.pattern: _intervals(row.intervals)
                for row in version.hours.all()
                if row.intervals
            },
            days={
                row.date: SpecialDay(row.kind, row.name, _intervals(row.intervals))
                for row in version.days.all()
            },
            years=None if version.years is None else frozenset(version.years),
        )

    def with_year(self, year: Year) -> Self:
        """The same with a year's holidays; special days of that year stay."""
        kept = {
            day: special
            for day, special in self.days.items()
            if day.year != year.year or special.kind == DayKind.SPECIAL
        }
        return replace(
            self,
            days={**days_of(year), **kept},
            years=frozenset({*(self.years or ()), year.year}),
        )

    def only_years(self, years: Iterable[int]) -> Self:
        """The same as if no other years were known."""
        wanted = frozenset(years)
        return replace(
            self,
            days={day: it for day, it in self.days.items() if day.year in wanted},
            years=None if self.years is None else self.years & wanted,
        )

    def as_hours(self) -> Hours:
        """The same as the arithmetic takes it."""
        hours = {name: _opened(pairs) for name, pairs in self.hours.items()}
        return Hours(
            timezone=self.timezone,
            weekly={n: hours.get(name, ()) for n, name in enumerate(WEEKDAYS)},
            holiday=hours.get(Pattern.HOLIDAY, ()),
            adjusted_workday=hours.get(Pattern.ADJUSTED_WORKDAY, ()),
            working_weekdays=frozenset(self.working_weekdays),
            days={
                day: Day(DayKind(special.kind), _opened(special.intervals))
                for day, special in self.days.items()
            },
            years=self.years,
        )

    def with_cover(self, cover: Cover, intervals: Intervals) -> Self:
        """The same with more hours open; days with hours of their own stay."""
        hours = covered(self.as_hours(), cover, _opened(intervals))
        said = {name: hours.weekly[n] for n, name in enumerate(WEEKDAYS)}
        if self.years is not None:
            said[Pattern.HOLIDAY.value] = hours.holiday
            said[Pattern.ADJUSTED_WORKDAY.value] = hours.adjusted_workday
        return replace(
            self,
            hours={
                name: tuple((it.opens, it.closes) for it in found)
                for name, found in said.items()
                if found
            },
        )

    def write(self, version: CalendarVersion) -> None:
        """Make a new draft say this."""
        version.timezone = self.timezone
        version.working_weekdays = list(self.working_weekdays)
        version.years = None if self.years is None else sorted(self.years)
        version.save()
        OpeningHours.objects.bulk_create(
            OpeningHours(version=version, pattern=pattern, intervals=_pairs(intervals))
            for pattern, intervals in self.hours.items()
            if intervals
        )
        CalendarDay.objects.bulk_create(
            CalendarDay(
                version=version,
                date=day,
                kind=special.kind,
                name=special.name,
                intervals=_pairs(special.intervals),
            )
            for day, special in sorted(self.days.items())
        )


def days_of(year: Year) -> dict[date, SpecialDay]:
    """The days of a year that differ from their weekday."""
    worked = SpecialDay(DayKind.ADJUSTED_WORKDAY.value)
    return {
        **{
            day: SpecialDay(DayKind.HOLIDAY.value, name)
            for day, name in year.holidays.items()
        },
        **dict.fromkeys(year.adjusted_workdays, worked),
    }


@dataclass(frozen=True)
class Difference:
    """One thing that two contents say differently; an empty text: nothing, closed."""

    place: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.place}: {self.before or 'nothing'} -> {self.after or 'nothing'}"


def differences(old: CalendarContent, new: CalendarContent) -> Iterator[Difference]:
    """What two contents say differently: the whole, kinds of days, dates."""
    if old.timezone != new.timezone:
        yield Difference("timezone", old.timezone, new.timezone)
    if old.working_weekdays != new.working_weekdays:
        yield Difference("working_weekdays", _working(old), _working(new))
    if (old.years is None) != (new.years is None):
        follows = ("no" if it.years is None else "yes" for it in (old, new))
        yield Difference("follows_holidays", *follows)
    for pattern in Pattern.values:
        was, now = old.hours.get(pattern, ()), new.hours.get(pattern, ())
        if was != now:
            yield Difference(pattern, written(was), written(now))
    for day in sorted({*old.days, *new.days}):
        if old.days.get(day) != new.days.get(day):
            yield Difference(str(day), _said(old, day), _said(new, day))


def written(intervals: Intervals) -> str:
    """Hours as people write them: 09:00-12:00, 14:00-21:00; nothing when closed."""
    return ", ".join(f"{_time(a)}-{_time(b)}" for a, b in intervals)


def check(intervals: Intervals) -> None:
    """Raise BadHours, with the hours as its place, for what no day can have."""
    check_intervals(written(intervals), _opened(intervals))


def read(text: str) -> Intervals:
    """Hours as people write them, with Chinese signs too. Raises BadText."""
    for sign in ",，;；、":
        text = text.replace(sign, ",")
    for sign in "–—～~至":
        text = text.replace(sign, "-")
    parts = ("".join(part.split()).replace("：", ":") for part in text.split(","))
    return tuple(sorted(read_hours(part) for part in parts if part))


def _working(content: CalendarContent) -> str:
    return ", ".join(WEEKDAYS[number] for number in content.working_weekdays)


def _said(content: CalendarContent, day: date) -> str:
    special = content.days.get(day)
    return "" if special is None else str(special)


def _time(seconds: int) -> str:
    hours, minutes = divmod(seconds // MINUTE, MINUTE)
    return f"{hours:02d}:{minutes:02d}"


def _opened(pairs: Intervals) -> tuple[Interval, ...]:
    return tuple(Interval(opens, closes) for opens, closes in pairs)


def _intervals(pairs: Iterable[Iterable[int]]) -> Intervals:
    return tuple(sorted((opens, closes) for opens, closes in pairs))


def _pairs(intervals: Intervals) -> list[list[int]]:
    return [[opens, closes] for opens, closes in intervals]
