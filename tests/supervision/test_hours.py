"""Other hours for a calendar: written down, looked at, published as a version."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from sla.models import Calendar, CalendarVersion
from sla.services import calendars, rules
from sla.services.calendar_content import CalendarContent, SpecialDay
from staff.models import Role, User
from tests.factories import UserFactory
from tests.instants import local

pytestmark = pytest.mark.django_db

PAGE = "/supervision/calendars/objection_service/change/"
SENT: dict[str, Any] = {
    **dict.fromkeys(
        ("monday", "tuesday", "wednesday", "thursday", "friday", "adjusted_workday"),
        "09:00-21:00",
    ),
    **dict.fromkeys(("saturday", "sunday", "holiday"), "10:00-18:00"),
    "working_weekdays": ["0", "1", "2", "3", "4"],
    "special": "",
    "when": "now",
    "effective_from": "",
    "note": "nights on Friday",
}
FRIDAY = {"friday": "09:00-12:00，22:00–26:00"}


def newest() -> CalendarContent:
    version = calendars.newest_of(Calendar.objects.get(code="objection_service"))
    assert version is not None
    return CalendarContent.of(version)


@pytest.mark.parametrize("role", list(Role))
def test_who_changes_hours(client: Client, role: Role) -> None:
    person = UserFactory.create(role=role)
    client.force_login(person)
    refused = 403 if person.supervises else 404
    expected = (200, 303) if person.publishes else (refused, refused)
    sent = {**SENT, **FRIDAY, "publish": "1"}
    answers = (client.get(PAGE), client.post(PAGE, sent))
    assert tuple(answer.status_code for answer in answers) == expected
    made = CalendarVersion.objects.filter(number=2).count()
    assert made == int(person.publishes)


def test_the_form_begins_with_what_the_newest_version_says(
    desk_of_manager: Client,
) -> None:
    form = desk_of_manager.get(PAGE).context["form"]
    assert {name: form[name].value() for name in SENT if name in form.initial} == {
        name: SENT[name] if name != "working_weekdays" else [0, 1, 2, 3, 4]
        for name in SENT
        if name not in {"when", "effective_from", "note"}
    }


def test_hours_are_looked_at_before_they_are_published(desk_of_manager: Client) -> None:
    before = newest()
    answer = desk_of_manager.post(PAGE, {**SENT, **FRIDAY})
    assert answer.status_code == 200
    (change,) = answer.context["changes"]
    assert (change.place, change.before, change.after) == (
        "friday",
        "09:00-21:00",
        "09:00-12:00, 22:00-26:00",
    )
    assert newest() == before


def test_published_hours_hold_for_new_promises(
    desk_of_manager: Client, manager: User
) -> None:
    special = "2026-12-24 10:00-16:00 盘点\n2026-12-25 关门\n2026-12-28"
    sent = {**SENT, **FRIDAY, "special": special, "publish": "1"}
    answer = desk_of_manager.post(PAGE, sent)
    assert answer.status_code == 303
    version = CalendarVersion.objects.get(number=2)
    assert (version.author, version.note) == (manager, "nights on Friday")
    assert version.effective_from is not None
    hours = rules.rulebook(at=version.effective_from).calendars["objection_service"]
    assert hours.is_open(local("2026-12-05 01:30"))
    said = newest()
    assert said.days[date(2026, 12, 24)] == SpecialDay(
        "special", "盘点", ((36_000, 57_600),)
    )
    assert said.days[date(2026, 12, 25)] == SpecialDay("special", "关门")
    assert not hours.is_open(local("2026-12-28 12:00"))
    # Holidays stay, and the form shows what was written.
    assert said.days[date(2026, 10, 1)].kind == "holiday"
    form = desk_of_manager.get(PAGE).context["form"]
    assert form["special"].value() == special


def test_hours_may_begin_later(desk_of_manager: Client) -> None:
    sent = {
        **SENT,
        **FRIDAY,
        "when": "later",
        "effective_from": "2099-01-01T00:00",
        "publish": "1",
    }
    assert desk_of_manager.post(PAGE, sent).status_code == 303
    version = CalendarVersion.objects.get(number=2)
    assert version.effective_from == local("2099-01-01 00:00")


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"monday": "9 to 5"}, "monday", "“9to5” says no hours"),
        ({"monday": "09:00-12:00, 11:00-14:00"}, "__all__", "Monday: opening hours"),
        ({"monday": "12:00-09:00"}, "__all__", "Monday: it closes before it opens"),
        ({"monday": "25:00-26:00"}, "__all__", "Monday: hours lie outside"),
        (
            dict.fromkeys([n for n in SENT if n.endswith("day") or "_work" in n], ""),
            "__all__",
            "it never opens",
        ),
        ({"special": "Christmas"}, "special", "Line 1 says no day."),
        ({"special": "2026-02-30"}, "special", "Line 1 says no day."),
        ({"special": "2026-12-24\n2026-12-24"}, "special", "Line 2 names a day again."),
        ({"special": f"2026-12-24 {'x' * 41}"}, "special", "the name is too long"),
        ({"special": "2026-12-24 10:00-10:00"}, "__all__", "an interval is empty"),
        ({"working_weekdays": ["7"]}, "working_weekdays", "not one of the available"),
        ({"note": ""}, "note", "required"),
        (
            {"when": "later", "effective_from": "2020-01-01T00:00", **FRIDAY},
            "effective_from",
            "now or later",
        ),
        ({"when": "later"}, "effective_from", "Say from when"),
        ({}, "__all__", "It says what the newest version says."),
    ],
)
def test_hours_that_make_no_sense_are_refused_and_nothing_is_saved(
    desk_of_manager: Client, changes: dict[str, Any], field: str, reason: str
) -> None:
    before = newest()
    answer = desk_of_manager.post(PAGE, {**SENT, **changes, "publish": "1"})
    assert answer.status_code == 422
    assert reason in " ".join(answer.context["form"].errors[field])
    assert answer.context["changes"] == []
    assert newest() == before


def test_a_calendar_without_holidays_asks_for_none(desk_of_manager: Client) -> None:
    page = "/supervision/calendars/always_7x24/change/"
    form = desk_of_manager.get(page).context["form"]
    assert "holiday" not in form.fields
    assert desk_of_manager.get(PAGE.replace("objection", "moon")).status_code == 404
