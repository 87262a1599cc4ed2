"""Calendars on pages: hours, a year day by day, a trial, and a new year of holidays."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from helpdesk.supervision import snapshot, trial
from helpdesk.supervision.forms.calendars import written_year
from sla.models import CalendarVersion, Clock
from sla.promise import BUSINESS, Length
from sla.services import rules, years
from staff.models import Role
from tests.factories import AT, InquiryFactory, UserFactory

pytestmark = pytest.mark.django_db

PAGE = "/supervision/calendars/"
SERVICE = f"{PAGE}objection_service/"
ADD = f"{PAGE}add-year/"
LINES = """2027-01-01 至 2027-01-03 元旦
2027-02-06 to 2027-02-12 春节

+ 2027-02-20
"""


def local(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


def asked(**changes: str) -> dict[str, str]:
    return {
        "calendar": "objection_service",
        "start": "2026-11-24T14:00",
        "amount": "5",
        "measure": "minutes",
        **changes,
    }


@pytest.mark.parametrize("role", list(Role))
def test_who_reads_calendars_and_who_adds_a_year(client: Client, role: Role) -> None:
    person = UserFactory.create(role=role)
    client.force_login(person)
    for path in (PAGE, SERVICE):
        assert client.get(path).status_code == (200 if person.supervises else 404)
    refused = 403 if person.supervises else 404
    expected = 200 if person.publishes else refused
    assert client.get(ADD).status_code == expected
    if not person.publishes:
        sent = {"year": "2027", "text": LINES, "publish": "1"}
        assert client.post(ADD, sent).status_code == refused
        assert not CalendarVersion.objects.filter(number=2).exists()


def test_hours_are_shown_by_kind_of_day(desk_of_manager: Client) -> None:
    books = desk_of_manager.get(PAGE).context["books"]
    week = {book.calendar.code: book.week for book in books}
    assert [(row.name, row.intervals) for row in week["objection_service"]] == [
        ("Monday to Friday", ["09:00–21:00"]),
        ("Saturday to Sunday", ["10:00–18:00"]),
        ("Holiday", ["10:00–18:00"]),
        ("Adjusted workday", ["09:00–21:00"]),
    ]
    assert [(row.name, row.intervals) for row in week["always_7x24"]] == [
        ("Monday to Sunday", ["00:00–24:00"])
    ]


def marks(page: Any) -> dict[date, tuple[str, str]]:
    return {
        cell.date: (cell.mark, cell.word)
        for month in page.context["sheet"].months
        for week in month.weeks
        for cell in week
        if cell is not None
    }


def test_a_year_marks_its_days_by_word_and_shape(desk_of_manager: Client) -> None:
    page = desk_of_manager.get(SERVICE, {"year": "2026"})
    found = marks(page)
    assert len(found) == 365
    assert found[date(2026, 10, 1)] == ("holiday", "Holiday: 国庆节")
    assert found[date(2026, 10, 10)] == ("adjusted_workday", "Adjusted workday")
    assert found[date(2026, 11, 28)] == ("weekend", "")
    assert found[date(2026, 11, 24)] == ("", "")
    assert "Holiday: 国庆节 · 10:00–18:00" in page.content.decode()


def test_a_year_that_is_not_loaded_says_so(desk_of_manager: Client) -> None:
    page = desk_of_manager.get(SERVICE, {"year": "2028"}).content.decode()
    assert "The holidays of 2028 are not loaded" in page
    always = desk_of_manager.get(f"{PAGE}always_7x24/", {"year": "2028"})
    assert "are not loaded" not in always.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "year=0",
        "year=99999999999999999999",
        "year=x",
        "year=%00",
        "version=9",
        "year=٢",
    ],
)
def test_a_strange_year_shows_this_one(desk_of_manager: Client, query: str) -> None:
    assert desk_of_manager.get(f"{SERVICE}?{query}").status_code == 200


def test_a_calendar_that_there_is_not_is_a_404(desk_of_manager: Client) -> None:
    assert desk_of_manager.get(f"{PAGE}no_such/").status_code == 404


def test_a_trial_says_when_and_why(desk_of_manager: Client) -> None:
    page = desk_of_manager.get(
        PAGE, asked(start="2026-11-28T17:30", amount="1", measure="hours")
    )
    found = page.context["trial"]
    assert found.due_at == local("2026-11-29T10:30:00")
    assert [(one.begin, one.end) for one in found.stretches] == [
        (local("2026-11-28T17:30:00"), local("2026-11-28T18:00:00")),
        (local("2026-11-29T10:00:00"), local("2026-11-29T10:30:00")),
    ]
    closed = desk_of_manager.get(PAGE, asked(start="2026-11-28T20:00"))
    assert closed.context["trial"].waits_until == local("2026-11-29T10:00:00")
    days = desk_of_manager.get(
        PAGE, asked(calendar="working_day", amount="3", measure="working_days")
    )
    assert days.context["trial"].due_at == local("2026-11-27T21:00:00")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"calendar": "no_such"}, "calendar"),
        ({"start": "soon"}, "start"),
        ({"start": ""}, "start"),
        ({"start": "1990-01-01T00:00"}, "start"),
        ({"start": "2045-12-31T20:00", "amount": "400", "measure": "hours"}, "start"),
        ({"amount": ""}, "amount"),
        ({"amount": "-1"}, "amount"),
        ({"amount": "1e9"}, "amount"),
        ({"amount": "0", "measure": "working_days"}, "amount"),
        ({"amount": "401", "measure": "calendar_days"}, "amount"),
        ({"amount": "1.5", "measure": "working_days"}, "amount"),
        ({"measure": "moons"}, "measure"),
    ],
)
def test_a_trial_that_makes_no_sense_is_refused_beside_the_field(
    desk_of_manager: Client, changes: dict[str, str], field: str
) -> None:
    page = desk_of_manager.get(PAGE, asked(**changes))
    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert page.context["trial"] is None


def test_the_stretches_of_a_trial_add_up_to_its_length(db: None) -> None:
    calendars = rules.rulebook(at=AT).calendars
    for hours in (1, 12, 50, 200):
        length = Length(BUSINESS, timedelta(hours=hours), calendar="objection_service")
        due_at = length.after(AT, calendars)
        found = trial.stretches(calendars["objection_service"], AT, due_at)
        assert sum((s.length for s in found), timedelta(0)) == length.amount


def test_the_package_fills_the_form_for_a_year_that_it_knows(
    desk_of_manager: Client,
) -> None:
    page = desk_of_manager.get(ADD, {"year": "2026"})
    text = page.context["form"].initial["text"]
    assert "2026-10-01 to 2026-10-07 国庆节" in text
    assert "+ 2026-10-10" in text
    assert years.parse_year(2026, text) == years.packaged_year(2026)
    assert page.context["packaged"]


@pytest.mark.parametrize("year", years.known_years())
def test_every_known_year_can_be_written_and_read_again(year: int) -> None:
    packaged = years.packaged_year(year)
    assert years.parse_year(year, written_year(packaged)) == packaged


def test_a_year_is_looked_at_before_it_is_published(desk_of_manager: Client) -> None:
    page = desk_of_manager.post(ADD, {"year": "2027", "text": LINES})
    assert page.status_code == 200
    text = page.content.decode()
    assert "10 days off, 1 adjusted workdays" in text
    assert "Publish 2027" in text
    assert not CalendarVersion.objects.filter(number=2).exists()


def test_publishing_a_year_makes_versions_and_moves_no_running_clock(
    desk_of_manager: Client,
) -> None:
    clock = InquiryFactory.create().clocks.get()
    sent = {"year": "2027", "text": LINES, "publish": "1"}
    assert desk_of_manager.post(ADD, sent).status_code == 303
    made = CalendarVersion.objects.filter(number=2)
    assert {version.calendar.code for version in made} == {
        "objection_service",
        "working_day",
    }
    found = marks(desk_of_manager.get(SERVICE, {"year": "2027"}))
    assert found[date(2027, 2, 8)] == ("holiday", "Holiday: 春节")
    assert Clock.objects.get().due_at == clock.due_at
    earlier = marks(desk_of_manager.get(SERVICE, {"year": "2027", "version": "1"}))
    assert earlier[date(2027, 2, 8)] == ("", "")


@pytest.mark.parametrize(
    ("year", "text", "field", "words"),
    [
        ("2027", "", "text", "required"),
        ("2027", "holiday soon", "text", "Line 1"),
        ("2027", "2027-01-01 元旦\n2027-02-30 x", "text", "Line 2"),
        ("2027", "2026-01-01 元旦", "text", "2026-01-01 is not in 2027"),
        ("2027", "2027-01-01 元旦\n2027-01-01 again", "text", "Line 2"),
        ("2027", "2027-01-01 元旦\n+ 2027-01-01", "text", "worked at once"),
        ("2027", "2027-01-01 元旦\n+ 2027-01-04", "text", "ordinary weekday"),
        ("2027", "+ 2027-01-02", "text", "holidays"),
        ("1999", "1999-01-01 元旦", "year", "Between"),
        ("", LINES, "year", "required"),
        ("x", LINES, "year", "whole number"),
        ("9" * 30, LINES, "year", "Between"),
        ("2027", "2027-01-03 to 2027-01-01 元旦", "text", "Line 1"),
        ("2027", "x" * 10_001, "text", "10000"),
    ],
)
def test_a_year_that_makes_no_sense_is_refused_beside_the_field(
    desk_of_manager: Client, year: str, text: str, field: str, words: str
) -> None:
    page = desk_of_manager.post(ADD, {"year": year, "text": text, "publish": "1"})
    assert page.status_code == 422
    errors = page.context["form"].errors
    assert words in " ".join(errors[field]), errors
    assert page.context["form"]["text"].value() == text
    assert not CalendarVersion.objects.filter(number=2).exists()


def test_a_missing_year_is_told_on_board_policy_and_calendars(
    desk_of_manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sla.services.calendars.missing_years", lambda **_: [2027])
    for path in ("/supervision/", "/supervision/policy/", PAGE):
        page = desk_of_manager.get(path).content.decode()
        assert "The holidays of 2027 are not loaded." in page, path
        assert f"{ADD}?year=2027" in page
    monkeypatch.setattr("sla.services.calendars.missing_years", lambda **_: [])
    snapshot._redis().delete(snapshot.name("shown"), snapshot.name("turn"))
    for path in ("/supervision/", "/supervision/policy/", PAGE):
        assert "warning-years" not in desk_of_manager.get(path).content.decode()


def test_clocks_that_nobody_watches_are_told_with_the_way_to_them(
    desk_of_manager: Client,
) -> None:
    inquiry = InquiryFactory.create()
    inquiry.clocks.update(set_aside_at=AT, wake_at=None)
    for path in ("/supervision/", PAGE):
        page = desk_of_manager.get(path).content.decode()
        assert "1 clock could not be moved" in page
        assert f"/desk/inquiries/{inquiry.number}/clocks/" in page


@pytest.mark.parametrize("added", [0, 5])
def test_calendars_cost_the_same_however_many_versions(
    desk_of_manager: Client,
    added: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(added):
        desk_of_manager.post(ADD, {"year": "2027", "text": LINES, "publish": "1"})
    with django_assert_num_queries(14):
        desk_of_manager.get(PAGE)
