"""Stores: the verb that saves one with its hours, and whether it is open (IN-15).

It stands above `tickets`, where the rows are, because hours are checked and public
holidays known where calendars are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from helpdesk.opening import HoursOf, Opening, opening, week_of
from sla.business_time import Day, DayKind, Hours, Interval
from sla.models import WEEKDAYS, CalendarVersion
from sla.services import calendars, rules
from sla.services.calendar_content import CalendarContent, Intervals
from staff.models import User
from tickets.models import Store, StoreDay, StoreHours
from tickets.services import publication
from tickets.workflow import NotAllowed

# The calendar of which public holidays are known, and the objections' service window.
OBJECTION_WINDOW: Final = "objection_service"
TIMEZONE: Final = "Asia/Shanghai"
OF_HOLIDAYS: Final = (StoreDay.HOLIDAY, StoreDay.ADJUSTED_WORKDAY)


@dataclass(frozen=True)
class OfStore:
    """A store as customers see it at a moment."""

    store: Store
    opening: Opening
    week: list[HoursOf]


@transaction.atomic
def save(
    store: Store, *, hours: Mapping[str, Intervals], by: User, at: datetime
) -> Store:
    """Keep a store with its hours, and have its publication checked (IN-11, IN-13).

    `store` carries what was entered, saved or not. Raises ValidationError by field and
    "hours", NotAllowed.
    """
    if not by.publishes:
        raise NotAllowed("store")
    kept = {
        day: intervals
        for day, intervals in hours.items()
        if intervals and (store.follows_holidays or day not in OF_HOLIDAYS)
    }
    store.full_clean()
    check_hours(kept)
    store.save()
    store.hours.all().delete()
    StoreHours.objects.bulk_create(
        StoreHours(store=store, day=day, intervals=[list(pair) for pair in intervals])
        for day, intervals in kept.items()
    )
    publication.place_of_store(store, at=at)
    return store


def check_hours(hours: Mapping[str, Intervals]) -> None:
    """Refuse hours that overlap, run backwards or never open, as of any calendar."""
    unknown = set(hours) - set(StoreDay.values)
    if unknown:
        raise ValidationError({"hours": _("There is no such day.")})
    calendars.check(
        CalendarContent(
            timezone=TIMEZONE, working_weekdays=(), hours=hours, days={}, years=None
        )
    )


def shown(store: Store, *, at: datetime) -> OfStore:
    """A store with its state; its hours are read with it."""
    return _of(store, public=calendar_hours(OBJECTION_WINDOW, at=at), at=at)


def in_use(*, public: Hours | None, at: datetime) -> list[OfStore]:
    """Every store that receives customers; two queries, whatever the number."""
    return [_of(store, public=public, at=at) for store in Store.objects.in_use()]


def _of(store: Store, *, public: Hours | None, at: datetime) -> OfStore:
    hours = hours_of(store, public=public)
    return OfStore(store, opening(hours, at=at), week_of(hours))


def hours_of(store: Store, *, public: Hours | None) -> Hours:
    """A store's hours as the arithmetic takes them.

    `public` is the calendar of which public holidays are known.
    """
    rows = {
        row.day: tuple(Interval(*pair) for pair in row.intervals)
        for row in store.hours.all()
    }
    known = public if store.follows_holidays else None
    return Hours(
        timezone=TIMEZONE,
        weekly={n: rows.get(name, ()) for n, name in enumerate(WEEKDAYS)},
        holiday=rows.get(StoreDay.HOLIDAY, ()),
        adjusted_workday=rows.get(StoreDay.ADJUSTED_WORKDAY, ()),
        working_weekdays=frozenset(),
        days=_public_days(known),
        years=known.years if known else None,
    )


def calendar_hours(code: str, *, at: datetime) -> Hours | None:
    """What the calendar in force says; None if none is."""
    version_id = rules.rulebook(at=at).calendars.version_ids.get(code)
    return None if version_id is None else published_hours(version_id)


@lru_cache(maxsize=16)
def published_hours(version_id: int) -> Hours:
    """What a published version says never changes: read once per process."""
    version = CalendarVersion.objects.get(pk=version_id)
    return CalendarContent.of(version).as_hours()


def _public_days(hours: Hours | None) -> dict[date, Day]:
    """Holidays and adjusted workdays; the special days of a calendar are its own."""
    if hours is None:
        return {}
    return {
        day: special
        for day, special in hours.days.items()
        if special.kind is not DayKind.SPECIAL
    }
