"""The company's calendars: the vectors of the policy, new years, and bad hours."""

from dataclasses import replace
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from sla import checks
from sla.models import Calendar, CalendarDay, CalendarVersion, Metric, OpeningHours
from sla.pack_format import BadText
from sla.services import calendar_content, calendars, clocks, rules, years
from sla.services.calendar_content import CalendarContent, SpecialDay
from staff.models import Role
from tests.factories import AT, InquiryFactory, UserFactory
from tests.instants import local
from tests.policies import publish_year
from tickets.workflow import NotAllowed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

MINUTES_5 = timedelta(minutes=5)
HOUR = timedelta(hours=1)
NEXT_YEAR = """\
2027-01-01 to 2027-01-03 元旦
2027-02-05 至 2027-02-11 春节

+ 2027-02-20
"""
TOML_2027 = """
year = 2027
adjusted_workdays = [2027-02-20]

[[holidays]]
name = "元旦"
from = 2027-01-01
to = 2027-01-03
"""


@pytest.mark.parametrize(
    ("start", "budget", "due"),
    [
        ("2026-11-24 14:00", MINUTES_5, "2026-11-24 14:05"),
        ("2026-11-24 23:30", MINUTES_5, "2026-11-25 09:05"),
        ("2026-11-28 17:30", HOUR, "2026-11-29 10:30"),
        ("2026-10-09 20:30", HOUR, "2026-10-10 09:30"),
        ("2026-10-07 17:40", HOUR, "2026-10-08 09:40"),
        ("2026-09-20 08:00", HOUR, "2026-09-20 10:00"),
    ],
)
def test_objections_are_served_in_the_window_of_the_policy(
    start: str, budget: timedelta, due: str
) -> None:
    window = rules.rulebook(at=AT).calendars["objection_service"]
    assert window.add(local(start), budget) == local(due)
    assert not window.is_guess(local(start), local(due))


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2026-11-24 16:00", 1, "2026-11-25 21:00"),
        ("2026-10-09 16:00", 1, "2026-10-10 21:00"),
        ("2026-11-28 09:00", 1, "2026-11-30 21:00"),
        ("2026-09-24 11:00", 15, "2026-10-22 21:00"),
    ],
)
@pytest.mark.parametrize("code", ["working_day", "objection_service"])
def test_working_days_end_at_the_close_of_business(
    code: str, start: str, days: int, due: str
) -> None:
    calendar = rules.rulebook(at=AT).calendars[code]
    assert calendar.close_of_working_day(local(start), days) == local(due)


def test_a_missing_year_falls_back_to_weekdays_and_flags_the_clock() -> None:
    start = local("2026-12-31 20:30")
    ticket = InquiryFactory.create(at=start)
    clock = clocks.start(ticket, Metric.HANDOFF, at=start)
    assert clock is not None
    # 2027-01-01 is a Friday: reckoned as an ordinary one.
    assert clock.due_at == local("2027-01-01 09:30")
    assert clock.flagged


@pytest.mark.parametrize(
    ("at", "missing"),
    [
        ("2026-10-31 23:59:59", []),
        ("2026-11-01 00:00", [2027]),
        ("2027-01-01 00:00", [2027]),
        ("2027-11-01 00:00", [2027, 2028]),
    ],
)
def test_the_next_year_is_missed_from_november_on(at: str, missing: list[int]) -> None:
    assert calendars.missing_years(at=local(at)) == missing


@pytest.mark.parametrize(
    ("at", "ids"), [("2026-10-31 12:00", []), ("2026-11-01 12:00", ["sla.W001"])]
)
def test_every_start_tells_of_a_missing_year(at: str, ids: list[str]) -> None:
    with time_machine.travel(local(at)):
        assert [warning.id for warning in checks.holidays_are_loaded()] == ids


def test_a_new_year_is_published_for_every_calendar_that_follows_holidays() -> None:
    manager = UserFactory.create(role=Role.MANAGER)
    at = local("2026-11-20 10:00")
    made = calendars.add_year(years.parse_year(2027, NEXT_YEAR), at=at, by=manager)
    assert {version.calendar.code for version in made} == {
        "objection_service",
        "working_day",
    }
    assert [version.years for version in made] == [[2026, 2027]] * 2
    assert calendars.missing_years(at=local("2026-11-20 10:01")) == []
    window = rules.rulebook(at=at).calendars["objection_service"]
    # Holiday hours now, and the days of 2026 are still there.
    assert window.add(local("2026-12-31 20:30"), HOUR) == local("2027-01-01 10:30")
    assert window.add(local("2026-10-09 20:30"), HOUR) == local("2026-10-10 09:30")
    before = rules.rulebook(at=at - timedelta(microseconds=1)).calendars
    assert before["objection_service"].is_guess(at, local("2027-03-01 00:00"))


def test_a_new_year_reaches_hours_that_are_to_begin_later_too() -> None:
    """Neither do those hours begin early, nor is the year lost when they do."""
    at, later = local("2026-11-20 10:00"), local("2026-12-20 00:00")
    calendar = Calendar.objects.get(code="working_day")
    newest = calendars.newest_of(calendar)
    assert newest is not None
    content = CalendarContent.of(newest)
    mondays = replace(content, hours={"monday": ((36000, 39600),)})
    manager = UserFactory.create(role=Role.MANAGER)
    calendars.publish(calendar, mondays, by=manager, at=at, effective_from=later)
    calendars.add_year(years.parse_year(2027, NEXT_YEAR), at=at, by=None)
    for moment, hours in ((at, content.hours), (later, mondays.hours)):
        version_id = rules.rulebook(at=moment).calendars.version_ids["working_day"]
        version = CalendarVersion.objects.get(pk=version_id)
        assert version.years == [2026, 2027]
        assert CalendarContent.of(version).hours == hours


def test_running_clocks_keep_the_calendar_of_their_start() -> None:
    start = local("2026-12-31 20:30")
    ticket = InquiryFactory.create(at=start)
    clock = clocks.start(ticket, Metric.HANDOFF, at=start)
    assert clock is not None
    year = years.parse_year(2027, NEXT_YEAR)
    calendars.add_year(year, at=start + timedelta(seconds=1), by=None)
    clock.refresh_from_db()
    assert clock.due_at == local("2027-01-01 09:30")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "A year has holidays."),
        ("2026-01-01 元旦", "2026-01-01 is not in 2027."),
        ("tomorrow", "Line 1 says no day."),
        ("2027-01-05 to 2027-01-01", "Line 1 says no day."),
        ("0001-01-01 to 9999-12-31", "Line 1 says no day."),
        ("2027-02-30", "Line 1 says no day."),
        ("2027-01-01\n2027-01-01", "Line 2 names a day again."),
        ("2027-01-02\n+2027-01-02", "2027-01-02 is a holiday and worked at once."),
        ("2027-01-01\n+2027-01-04", "2027-01-04 is an ordinary weekday."),
    ],
)
def test_a_year_that_makes_no_sense_is_refused_and_nothing_is_saved(
    text: str, reason: str
) -> None:
    count = CalendarVersion.objects.count()
    with pytest.raises(ValidationError) as refused:
        calendars.add_year(years.parse_year(2027, text), at=AT, by=None)
    assert refused.value.message_dict == {"text": [reason]}
    assert CalendarVersion.objects.count() == count


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR, Role.DEPARTMENT_HANDLER])
def test_only_those_who_decide_what_is_promised_add_a_year(role: Role) -> None:
    person = UserFactory.create(role=role)
    with pytest.raises(NotAllowed):
        calendars.add_year(years.parse_year(2027, NEXT_YEAR), at=AT, by=person)


def test_the_package_of_holidays_agrees_with_our_own_year() -> None:
    """Our rows of 2026 and the package's come from the same announcement."""
    ours = years.read_year(calendars.FOLDER / "holidays_2026.toml")
    package = years.packaged_year(2026)
    assert set(ours.holidays) == set(package.holidays)
    assert ours.adjusted_workdays == package.adjusted_workdays


def test_the_command_imports_from_the_package_and_from_a_file(tmp_path: Path) -> None:
    out = StringIO()
    call_command("import_calendar_year", 2025, stdout=out)
    assert "objection_service v2: 2025" in out.getvalue()
    assert CalendarDay.objects.filter(date=date(2025, 10, 1)).count() == 2
    with pytest.raises(CommandError, match="does not know 2031 yet"):
        call_command("import_calendar_year", 2031)
    file = tmp_path / "2027.txt"
    file.write_text(NEXT_YEAR, encoding="utf-8")
    call_command("import_calendar_year", 2027, "--file", str(file), stdout=out)
    assert "working_day v3: 2027" in out.getvalue()
    call_command("import_calendar_year", 2027, "--file", str(file), stdout=out)
    assert "Every calendar knows 2027 like this already." in out.getvalue()
    with pytest.raises(CommandError, match="none"):
        call_command("import_calendar_year", 2027, "--file", str(tmp_path / "none"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (TOML_2027.replace("2027", "2028"), "it describes 2028"),
        ("year = ", "Invalid value"),
        ("year = 2027", "it describes no year"),
        ("year = 2027\nholidays = 3\nadjusted_workdays = []", "describes no year"),
        ("year = 2027\nholidays = []\nadjusted_workdays = []", "A year has holidays"),
    ],
)
def test_a_data_file_that_makes_no_sense_is_refused(
    tmp_path: Path, text: str, reason: str
) -> None:
    before = rows()
    file = tmp_path / "2027.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CommandError, match=reason):
        call_command("import_calendar_year", 2027, "--file", str(file))
    assert rows() == before


def test_a_data_file_of_a_year_is_imported_too(tmp_path: Path) -> None:
    file = tmp_path / "2027.toml"
    file.write_text(TOML_2027, encoding="utf-8")
    out = StringIO()
    call_command("import_calendar_year", 2027, "--file", str(file), stdout=out)
    assert "objection_service v2: 2027" in out.getvalue()


@pytest.mark.parametrize(
    ("hours", "reason"),
    [
        ({}, "Calendar: it never opens."),
        (
            {"monday": [[32400, 43200], [39600, 50400]]},
            "Monday: opening hours overlap.",
        ),
        ({"monday": [[79200, 93600]], "tuesday": [[0, 3600]]}, "overlap"),
        ({"monday": [[50400, 32400]]}, "Monday: it closes before it opens."),
        ({"monday": [[90000, 93600]]}, "Monday: hours lie outside of the day."),
    ],
    ids=[
        "never opens",
        "overlap",
        "overlap past midnight",
        "backwards",
        "no such hour",
    ],
)
def test_hours_that_make_no_calendar_are_refused_with_the_place(
    hours: dict[str, list[list[int]]], reason: str
) -> None:
    calendar = Calendar.objects.create(code="odd", name_zh="怪", name_en="Odd")
    version = CalendarVersion.objects.create(
        calendar=calendar,
        number=1,
        timezone="Asia/Shanghai",
        working_weekdays=[0],
    )
    for pattern, intervals in hours.items():
        OpeningHours.objects.create(
            version=version, pattern=pattern, intervals=intervals
        )
    with pytest.raises(ValidationError, match=reason):
        calendars.check(CalendarContent.of(version))


def rows() -> list[list[dict[str, Any]]]:
    """Everything that calendars say."""
    models: list[Any] = [Calendar, CalendarVersion, OpeningHours, CalendarDay]
    return [list(model.objects.order_by("pk").values()) for model in models]


def window() -> Calendar:
    return Calendar.objects.get(code="objection_service")


def said(calendar: Calendar) -> CalendarContent:
    newest = calendars.newest_of(calendar)
    assert newest is not None
    return CalendarContent.of(newest)


def test_loading_again_changes_nothing() -> None:
    before = rows()
    reports = calendars.load(at=local("2026-12-01 00:00"))
    assert [report.outcome for report in reports] == ["unchanged"] * 3
    out = StringIO()
    call_command("load_calendars", stdout=out)
    assert "objection_service: unchanged\n" in out.getvalue()
    assert rows() == before


def test_what_people_published_stays_and_the_differences_are_told() -> None:
    manager = UserFactory.create(role=Role.MANAGER)
    known = said(window())
    other = replace(
        known,
        hours={**known.hours, "holiday": ((36_000, 72_000),)},
        days={
            **known.days,
            date(2026, 11, 11): SpecialDay("special", "购物节", ((28_800, 93_600),)),
        },
    )
    calendars.publish(window(), other, by=manager, at=AT)
    before = rows()
    out = StringIO()
    call_command("load_calendars", stdout=out)
    assert out.getvalue().splitlines() == [
        "always_7x24: unchanged",
        "objection_service: differs",
        "  holiday: 10:00-20:00 -> 10:00-18:00",
        "  2026-11-11: special 购物节 08:00-26:00 -> nothing",
        "working_day: unchanged",
    ]
    assert rows() == before


def test_a_year_that_comes_with_an_upgrade_is_added_to_what_people_published(
    tmp_path: Path,
) -> None:
    manager = UserFactory.create(role=Role.MANAGER)
    known = said(window())
    other = replace(known, hours={**known.hours, "holiday": ((36_000, 72_000),)})
    calendars.publish(window(), other, by=manager, at=AT)
    for file in calendars.FOLDER.glob("*.toml"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "holidays_2027.toml").write_text(TOML_2027, encoding="utf-8")
    at = local("2026-11-23 11:00")
    reports = calendars.load(at=at, folder=tmp_path)
    assert [str(report) for report in reports] == [
        "always_7x24: unchanged",
        "objection_service: years added",
        "working_day: years added",
    ]
    assert [str(it) for it in reports[1].differences] == [
        "holiday: 10:00-20:00 -> 10:00-18:00"
    ]
    assert said(window()).years == frozenset({2026, 2027})
    assert said(window()).hours["holiday"] == ((36_000, 72_000),)
    assert calendars.missing_years(at=at) == []
    again = calendars.load(at=at, folder=tmp_path)
    assert [it.outcome for it in again] == ["unchanged", "differs", "unchanged"]


def test_a_year_that_people_added_is_theirs() -> None:
    publish_year(text=NEXT_YEAR)
    before = rows()
    reports = calendars.load(at=local("2026-12-01 00:00"))
    assert [report.outcome for report in reports] == ["unchanged"] * 3
    assert rows() == before


def test_the_same_year_again_makes_no_version() -> None:
    assert len(publish_year(text=NEXT_YEAR)) == 2
    assert publish_year(text=NEXT_YEAR) == []
    assert len(publish_year(text="2027-01-01 元旦")) == 2
    assert {day.year for day in said(window()).days} == {2026, 2027}
    assert [day for day in said(window()).days if day.year == 2027] == [
        date(2027, 1, 1)
    ]


def test_special_days_stay_when_a_year_is_added_again() -> None:
    manager = UserFactory.create(role=Role.MANAGER)
    known = said(window())
    closed = {date(2026, 10, 1): SpecialDay("special", "搬家")}
    calendars.publish(
        window(), replace(known, days={**known.days, **closed}), by=manager, at=AT
    )
    calendars.add_year(years.packaged_year(2026), at=AT, by=None)
    assert said(window()).days[date(2026, 10, 1)].name == "搬家"


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("", ()),
        ("09:00-21:00", ((32_400, 75_600),)),
        ("14:00-18:00, 09:00-12:00", ((32_400, 43_200), (50_400, 64_800))),
        ("09：00 – 12：00；14:00至18:00", ((32_400, 43_200), (50_400, 64_800))),
        ("22:00-26:00", ((79_200, 93_600),)),
    ],
)
def test_hours_are_read_as_people_write_them(
    text: str, hours: tuple[tuple[int, int], ...]
) -> None:
    assert calendar_content.read(text) == hours
    assert calendar_content.read(calendar_content.written(hours)) == hours


@pytest.mark.parametrize("text", ["9-21", "all day", "09:00", "09:00-12:00-14:00"])
def test_hours_that_nobody_can_read_are_refused(text: str) -> None:
    with pytest.raises(BadText):
        calendar_content.read(text)


def test_other_hours_hold_from_their_moment_on() -> None:
    manager = UserFactory.create(role=Role.MANAGER)
    known = said(window())
    night = ((32_400, 43_200), (79_200, 93_600))
    other = replace(known, hours={**known.hours, "tuesday": night})
    begins = local("2026-11-24 00:00")
    version = calendars.publish(
        window(), other, by=manager, at=AT, effective_from=begins, note="nights"
    )
    assert (version.number, version.author, version.note) == (2, manager, "nights")
    start = local("2026-11-24 11:30")
    for at, due in ((AT, "2026-11-24 12:30"), (begins, "2026-11-24 22:30")):
        hours = rules.rulebook(at=at).calendars["objection_service"]
        assert hours.add(start, HOUR) == local(due)
    # From Tuesday 22:00 to Wednesday 02:00.
    assert hours.add(start, 4 * HOUR) == local("2026-11-25 01:30")


@pytest.mark.parametrize(
    ("changes", "place", "reason"),
    [
        ({"hours": {}}, "hours", "Calendar: it never opens."),
        (
            {"hours": {"monday": ((0, 10), (5, 20))}},
            "hours",
            "Monday: opening hours overlap.",
        ),
        (
            {"timezone": "Mars/Base"},
            "hours",
            "Time zone: there is no such time zone.",
        ),
        (
            {"days": {date(2026, 12, 24): SpecialDay("special", "x", ((9, 9),))}},
            "hours",
            "2026-12-24: an interval is empty.",
        ),
        ({"timezone": "x" * 41}, "hours", "Time zone: there is no such time zone."),
        (
            {"days": {date(2026, 12, 24): SpecialDay("special", "x" * 41)}},
            "days",
            "2026-12-24: the name is too long.",
        ),
        ({}, "__all__", "It says what the newest version says."),
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused_and_nothing_is_saved(
    changes: dict[str, Any], place: str, reason: str
) -> None:
    manager = UserFactory.create(role=Role.MANAGER)
    before = rows()
    with pytest.raises(ValidationError) as refused, transaction.atomic():
        calendars.publish(
            window(), replace(said(window()), **changes), by=manager, at=AT
        )
    error = refused.value
    found = (
        error.message_dict
        if hasattr(error, "error_dict")
        else {"__all__": error.messages}
    )
    assert found == {place: [reason]}
    assert rows() == before


def test_a_calendar_is_changed_by_those_who_decide_and_not_in_the_past() -> None:
    other = replace(said(window()), working_weekdays=(0, 1))
    with pytest.raises(NotAllowed):
        calendars.publish(window(), other, by=UserFactory.create(), at=AT)
    manager = UserFactory.create(role=Role.MANAGER)
    with pytest.raises(ValidationError) as refused:
        calendars.publish(
            window(), other, by=manager, at=AT, effective_from=AT - MINUTES_5
        )
    assert "effective_from" in refused.value.message_dict


def test_a_published_calendar_is_frozen() -> None:
    version = CalendarVersion.objects.get(calendar__code="working_day")
    for change in (
        lambda: version.days.all().delete(),
        lambda: version.hours.update(intervals=[]),
        lambda: CalendarDay.objects.create(
            version=version, date=date(2026, 11, 11), kind="holiday"
        ),
        version.delete,
    ):
        with pytest.raises(DatabaseError, match="version_frozen"), transaction.atomic():
            change()
