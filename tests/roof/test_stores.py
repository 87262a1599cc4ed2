"""A store's hours: several a day, past midnight, other ones on holidays (IN-15)."""

from datetime import datetime

import pytest
from django.core.exceptions import ValidationError

from helpdesk import stores
from staff.models import Role
from tests.factories import UserFactory
from tests.instants import after, local
from tests.stores import store
from tickets.models import PublicationPlace, Store, StoreHours
from tickets.workflow import NotAllowed

pytestmark = pytest.mark.django_db

EVENINGS = {
    "monday": "10:00-12:30, 13:30-20:00",
    "friday": "13:30-26:00",
    "saturday": "10:00-24:00",
    "sunday": "00:00-18:00",
}


def state(shop: Store, text: str) -> tuple[bool, datetime | None]:
    found = stores.shown(shop, at=local(text)).opening
    return found.is_open, found.changes_at


@pytest.mark.clause("IN-15")
@pytest.mark.parametrize(
    ("at", "word", "changes_at"),
    [
        ("2026-11-23 09:59", "closed", "2026-11-23 10:00"),
        ("2026-11-23 10:00", "open", "2026-11-23 12:30"),
        ("2026-11-23 12:30", "closed", "2026-11-23 13:30"),
        ("2026-11-23 20:00", "closed", "2026-11-27 13:30"),
        ("2026-11-27 23:59", "open", "2026-11-28 02:00"),
        ("2026-11-28 01:59", "open", "2026-11-28 02:00"),
        ("2026-11-28 02:00", "closed", "2026-11-28 10:00"),
        ("2026-11-28 12:00", "open", "2026-11-29 18:00"),
    ],
)
def test_a_store_is_open_or_closed_and_says_until_when(
    at: str, word: str, changes_at: str
) -> None:
    """IN-15."""
    shop = store(hours=EVENINGS)
    assert state(shop, at) == (word == "open", local(changes_at))


def test_a_store_that_never_closes_names_no_end() -> None:
    week = dict.fromkeys(stores.WEEKDAYS, "00:00-24:00")
    assert state(store(hours=week), "2026-11-23 03:00") == (True, None)


def test_a_store_that_follows_holidays_keeps_the_hours_of_holidays() -> None:
    """1 October 2026 is a Thursday and a holiday, 10 October a Saturday worked."""
    hours = {
        "thursday": "09:00-21:00",
        "holiday": "10:00-16:00",
        "adjusted_workday": "12:00-14:00",
    }
    follows = store(hours=hours, follows_holidays=True)
    assert state(follows, "2026-10-01 09:30")[0] is False
    assert state(follows, "2026-10-01 10:00")[0] is True
    assert state(follows, "2026-10-10 12:00")[0] is True
    as_weekday = store("other", hours=hours)
    assert state(as_weekday, "2026-10-01 09:30")[0] is True
    assert set(as_weekday.hours.values_list("day", flat=True)) == {"thursday"}


@pytest.mark.parametrize(
    "hours",
    [
        {},
        {"monday": "10:00-12:00, 11:00-13:00"},
        {"monday": "12:00-10:00"},
        {"monday": "10:00-10:00"},
        {"monday": "10:00-49:00"},
        {"monday": "20:00-34:00", "tuesday": "09:00-12:00"},
    ],
)
def test_hours_that_make_no_calendar_are_refused(hours: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as refusal:
        store(hours=hours)
    assert set(refusal.value.error_dict) == {"hours"}
    assert not Store.objects.exists()
    assert not StoreHours.objects.exists()


def test_an_overlap_across_midnight_names_the_day() -> None:
    with pytest.raises(ValidationError) as refusal:
        store(hours={"monday": "20:00-34:00", "tuesday": "09:00-12:00"})
    assert (
        refusal.value.messages == ["星期一：营业时间重叠。"] or refusal.value.messages
    )


@pytest.mark.parametrize("role", list(Role))
def test_who_saves_a_store(role: Role) -> None:
    person = UserFactory.create(role=role)
    if person.publishes:
        assert store(by=person).pk
    else:
        with pytest.raises(NotAllowed):
            store(by=person)
        assert not Store.objects.exists()


def test_a_store_is_on_the_list_of_places_while_it_receives_customers() -> None:
    shop = store()
    place = PublicationPlace.objects.get(store=shop)
    assert (place.kind, place.recheck_due_since) == ("store", after(0))
    hours = {row.day: tuple(map(tuple, row.intervals)) for row in shop.hours.all()}
    manager = UserFactory.create(role=Role.MANAGER)
    for active, retired, due in ((False, after(5), None), (True, None, after(9))):
        shop.active = active
        at = after(9) if active else after(5)
        stores.save(shop, hours=hours, by=manager, at=at)
        place.refresh_from_db()
        assert (place.retired_at, place.recheck_due_since) == (retired, due)
