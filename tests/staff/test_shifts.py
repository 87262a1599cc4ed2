"""Every hour of the day belongs to one shift, and everybody is told where none does."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import translation

from helpdesk.doctor import shifts as doctor
from helpdesk.doctor.house import House, Way
from helpdesk.setup import loading
from staff.checks import shifts_cover_the_day
from staff.models import Role, Shift
from staff.shifts import (
    cover_of,
    hours_between,
    last_ended,
    shift_at,
    spans,
    turn,
)
from tests.factories import UserFactory

SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Hours:
    """A shift without a row."""

    begins: int
    ends: int

    def hours(self) -> tuple[int, ...]:
        return hours_between(self.begins, self.ends)


EARLY, LATE, NIGHT = Hours(6, 14), Hours(14, 22), Hours(22, 6)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("begins", "ends", "hours"),
    [
        (8, 16, tuple(range(8, 16))),
        (16, 24, tuple(range(16, 24))),
        (22, 6, (22, 23, 0, 1, 2, 3, 4, 5)),
        (23, 1, (23, 0)),
        (0, 24, tuple(range(24))),
        (8, 8, (*range(8, 24), *range(8))),
    ],
    ids=["day", "until midnight", "night", "over midnight", "all", "all, from eight"],
)
def test_a_shift_has_the_hours_from_its_beginning_to_its_end(
    begins: int, ends: int, hours: tuple[int, ...]
) -> None:
    assert hours_between(begins, ends) == hours


@pytest.mark.parametrize(
    ("hour", "shift"),
    [(0, NIGHT), (5, NIGHT), (6, EARLY), (13, EARLY), (14, LATE), (22, NIGHT)],
)
def test_an_hour_belongs_to_the_shift_that_covers_it(hour: int, shift: Hours) -> None:
    assert shift_at(hour, [EARLY, LATE, NIGHT]) == shift


def test_an_hour_that_nobody_covers_belongs_to_nobody() -> None:
    assert shift_at(15, [EARLY, NIGHT]) is None


@pytest.mark.parametrize(
    ("shifts", "missing"),
    [
        ([EARLY, LATE, NIGHT], ""),
        ([EARLY, NIGHT], "14:00–22:00"),
        ([EARLY, LATE, Hours(23, 3)], "03:00–06:00, 22:00–23:00"),
        ([Hours(0, 24)], ""),
        ([], "00:00–24:00"),
    ],
)
def test_the_cover_of_the_day_names_hours_left_out(
    shifts: list[Hours], missing: str
) -> None:
    cover = cover_of(shifts)
    assert spans(cover.missing) == missing
    assert bool(cover) == (not missing)


def test_the_night_of_a_day_ends_on_the_next() -> None:
    night = turn(date(2026, 11, 23), begins=22, ends=6, zone=SHANGHAI)
    assert night.since == local("2026-11-23 22:00")
    assert night.until == local("2026-11-24 06:00")
    assert local("2026-11-24 05:59:59") in night
    assert local("2026-11-24 06:00") not in night


@pytest.mark.parametrize(
    ("at", "begins", "ends", "day"),
    [
        ("2026-11-23 15:59:59", 8, 16, date(2026, 11, 22)),
        ("2026-11-23 16:00:00", 8, 16, date(2026, 11, 23)),
        ("2026-11-23 23:59:59", 16, 24, date(2026, 11, 22)),
        ("2026-11-24 00:00:00", 16, 24, date(2026, 11, 23)),
        ("2026-11-24 05:59:59", 22, 6, date(2026, 11, 22)),
        ("2026-11-24 06:00:00", 22, 6, date(2026, 11, 23)),
        ("2026-11-24 07:59:00", 8, 8, date(2026, 11, 22)),
    ],
)
def test_the_last_turn_of_a_shift_is_the_latest_that_is_over(
    at: str, begins: int, ends: int, day: date
) -> None:
    found = last_ended(
        local(at).astimezone(UTC), begins=begins, ends=ends, zone=SHANGHAI
    )
    assert found.day == day


# --- Rows ----------------------------------------------------------------------------


@pytest.mark.django_db
def test_every_house_begins_with_three_shifts_that_cover_the_day() -> None:
    rows = Shift.objects.values_list("code", "name_zh", "begins", "ends")
    assert list(rows) == [
        ("early", "早班", 8, 16),
        ("late", "中班", 16, 24),
        ("night", "夜班", 0, 8),
    ]
    assert Shift.objects.cover()
    early, late, night = Shift.objects.all()
    assert Shift.objects.at(local("2026-11-23 15:59:59")) == early
    assert Shift.objects.at(local("2026-11-23 16:00")) == late
    assert Shift.objects.at(datetime(2026, 11, 23, 16, 0, tzinfo=UTC)) == night
    assert late.turn(date(2026, 11, 23)).until == local("2026-11-24 00:00")
    Shift.objects.filter(code="late").update(active=False, name_zh="晚班")
    loading.load_basics()
    assert Shift.objects.count() == 3
    assert Shift.objects.at(local("2026-11-23 16:00")) is None
    assert Shift.objects.get(code="late").name_zh == "晚班"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("begins", "ends", "rule"),
    [
        (24, 6, "shift_begins_and_ends_on_hours_of_the_day"),
        (8, 0, "shift_begins_and_ends_on_hours_of_the_day"),
        (15, 17, "shift_one_in_use_for_each_hour"),
        (23, 1, "shift_one_in_use_for_each_hour"),
    ],
)
def test_the_database_refuses_hours_that_are_taken_or_that_no_day_has(
    begins: int, ends: int, rule: str
) -> None:
    Shift.objects.filter(code="late").update(begins=17)
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        Shift.objects.create(code="x", name_zh="新", begins=begins, ends=ends)
    Shift.objects.create(code="y", name_zh="新", begins=16, ends=17)
    assert Shift.objects.cover()


@pytest.mark.django_db
def test_words_say_whose_hours_they_are_and_who_is_out_of_use_has_none(
    english: None,
) -> None:
    row = Shift(code="x", name_zh="新", name_en="New", begins=22, ends=2)
    with pytest.raises(ValidationError) as refused:
        row.full_clean()
    assert list(refused.value.message_dict) == ["begins"]
    assert "22:00–24:00 belongs to the shift Late shift" in str(refused.value)
    row.active = False
    row.full_clean()
    row.save()
    assert Shift.objects.cover()


@pytest.mark.django_db
def test_hours_of_nobody_are_told_in_the_back_office_at_the_start_and_by_the_doctor(
    client: Client,
    tmp_path: Path,
) -> None:
    house = House(tmp_path, Way.LAUNCHER, running=True, launcher=None)
    client.force_login(UserFactory.create(role=Role.ADMINISTRATOR, department=None))
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    assert shifts_cover_the_day() == []
    assert [it.verdict for it in doctor.shifts(house)] == ["ok"]
    assert "covers" not in client.get("/admin/staff/shift/").content.decode()
    night = Shift.objects.get(code="night")
    answer = client.post(
        f"/admin/staff/shift/{night.pk}/change/",
        {
            "code": "other",
            "name_zh": "夜班",
            "name_en": "Night shift",
            "begins": 3,
            "ends": 8,
            "position": 2,
            "active": "on",
        },
        follow=True,
    )
    night.refresh_from_db()
    assert (night.code, night.begins) == ("night", 3)
    assert "No shift in use covers 00:00–03:00" in answer.content.decode()
    assert [it.id for it in shifts_cover_the_day()] == ["staff.W001"]
    assert "00:00–03:00" in next(it.said for it in doctor.shifts(house))
    with translation.override("en"):
        taken = client.post(
            f"/admin/staff/shift/{night.pk}/change/",
            {
                "name_zh": "夜班",
                "name_en": "Night shift",
                "begins": 23,
                "ends": 25,
                "position": 2,
                "active": "on",
            },
        )
    assert taken.status_code == 200
    assert "less than or equal to 24" in taken.content.decode()
    Shift.objects.all().delete()
    assert shifts_cover_the_day() == []
