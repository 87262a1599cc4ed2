"""Deadlines in the company's own calendars, to the instant; what makes no calendar."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from sla.business_time import (
    BadHours,
    BeyondHorizon,
    BusinessTime,
    Day,
    DayKind,
    Hours,
    Interval,
)
from tests.sla.opening_hours import (
    ALWAYS,
    MICROSECOND,
    OBJECTION_SERVICE,
    SHANGHAI,
    WORKING_DAY,
    hours,
    over,
    plain,
)

SERVICE = over(OBJECTION_SERVICE, "2025-01-01", "2028-12-31")
WORKING = over(WORKING_DAY, "2025-01-01", "2028-12-31")
ROUND_THE_CLOCK = over(ALWAYS, "2025-01-01", "2028-12-31")
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)

IN_THE_SERVICE_WINDOW = {
    "on a workday": ("2026-11-24 14:00", 5 * MINUTE, "2026-11-24 14:05"),
    "after hours": ("2026-11-24 23:30", 5 * MINUTE, "2026-11-25 09:05"),
    "Saturday to Sunday": ("2026-11-28 17:30", HOUR, "2026-11-29 10:30"),
    "to a Saturday that works": ("2026-10-09 20:30", HOUR, "2026-10-10 09:30"),
    "holiday to workday": ("2026-10-07 17:40", HOUR, "2026-10-08 09:40"),
    "on a Sunday that works": ("2026-09-20 08:00", HOUR, "2026-09-20 10:00"),
    "landing on closing": ("2026-11-24 20:00", HOUR, "2026-11-24 21:00"),
    "from closing": ("2026-11-24 21:00", HOUR, "2026-11-25 10:00"),
    "a whole workday": ("2026-11-24 09:00", 12 * HOUR, "2026-11-24 21:00"),
    "a workday from before": ("2026-11-24 03:00", 12 * HOUR, "2026-11-24 21:00"),
    "a whole adjusted workday": ("2026-10-10 09:00", 12 * HOUR, "2026-10-10 21:00"),
    "a whole holiday": ("2026-10-01 10:00", 8 * HOUR, "2026-10-01 18:00"),
    "before a holiday opens": ("2026-10-01 09:00", HOUR, "2026-10-01 11:00"),
    "over a week of holidays": ("2026-09-30 20:00", 58 * HOUR, "2026-10-08 10:00"),
    "to a year unknown": ("2026-12-31 20:30", HOUR, "2027-01-01 09:30"),
    "nothing, while closed": ("2026-11-24 23:30", 0 * HOUR, "2026-11-24 23:30"),
}
IN_WORKING_DAYS = {
    "a workday": ("2026-11-24 16:00", 1, "2026-11-25 21:00"),
    "to a Saturday that works": ("2026-10-09 16:00", 1, "2026-10-10 21:00"),
    "Sunday is open but no workday": ("2026-11-28 09:00", 1, "2026-11-30 21:00"),
    "over the National Day": ("2026-09-24 11:00", 15, "2026-10-22 21:00"),
    "from the first instant": ("2026-11-24 00:00", 1, "2026-11-25 21:00"),
    "from after closing": ("2026-11-24 23:59", 1, "2026-11-25 21:00"),
    "over a weekend": ("2026-11-20 12:00", 1, "2026-11-23 21:00"),
    "from a holiday": ("2026-10-04 12:00", 1, "2026-10-08 21:00"),
    "to a year unknown": ("2026-12-31 16:00", 1, "2027-01-01 21:00"),
}


def local(text: str) -> datetime:
    """What a clock in Shanghai shows."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "amount", "due"),
    IN_THE_SERVICE_WINDOW.values(),
    ids=IN_THE_SERVICE_WINDOW,
)
def test_a_promise_in_the_service_window(
    start: str, amount: timedelta, due: str
) -> None:
    assert SERVICE.add(local(start), amount) == local(due)
    assert SERVICE.elapsed(local(start), local(due)) == amount


@pytest.mark.parametrize("calendar", [SERVICE, WORKING], ids=["service", "working"])
@pytest.mark.parametrize(
    ("start", "days", "due"), IN_WORKING_DAYS.values(), ids=IN_WORKING_DAYS
)
def test_a_promise_in_working_days(
    calendar: BusinessTime, start: str, days: int, due: str
) -> None:
    assert calendar.close_of_working_day(local(start), days) == local(due)


def test_a_deadline_is_told_in_utc() -> None:
    due = SERVICE.add(local("2026-11-24 14:00"), MINUTE)
    assert due.tzinfo is UTC
    assert SERVICE.add(local("2026-11-24 14:00"), 0 * MINUTE).tzinfo is UTC


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(TypeError):
        SERVICE.add(datetime.fromisoformat("2026-11-24 14:00"), MINUTE)


def test_a_microsecond_more_than_is_left_today_falls_due_tomorrow() -> None:
    start = local("2026-11-24 20:00")
    assert SERVICE.add(start, HOUR) == local("2026-11-24 21:00")
    assert SERVICE.add(start, HOUR + MICROSECOND) == local("2026-11-25 09:00:00.000001")


def test_counting_back_ends_at_the_latest_start_in_time() -> None:
    due = local("2026-11-25 10:00")
    assert SERVICE.subtract(due, HOUR - MICROSECOND) == local(
        "2026-11-25 09:00:00.000001"
    )
    assert SERVICE.subtract(due, HOUR) == local("2026-11-25 09:00")
    assert SERVICE.subtract(due, HOUR + MICROSECOND) == local(
        "2026-11-24 20:59:59.999999"
    )
    assert SERVICE.subtract(due, 0 * HOUR) == due


def test_open_from_the_opening_instant_up_to_closing() -> None:
    answers = {
        at: SERVICE.is_open(local(f"2026-11-24 {at}"))
        for at in ["08:59:59.999999", "09:00", "20:59:59.999999", "21:00"]
    }
    assert list(answers.values()) == [False, True, True, False]


def test_the_next_opening_is_now_while_open_else_tomorrows() -> None:
    opening = SERVICE.next_opening
    assert opening(local("2026-11-24 12:34")) == local("2026-11-24 12:34")
    assert opening(local("2026-11-24 03:00")) == local("2026-11-24 09:00")
    assert opening(local("2026-11-24 21:00")) == local("2026-11-25 09:00")
    assert opening(local("2026-11-27 21:00")) == local("2026-11-28 10:00")


def test_a_calendar_day_ends_at_midnight_and_the_first_is_not_counted() -> None:
    start = local("2026-11-24 16:00")
    assert SERVICE.close_of_calendar_day(start, 1) == local("2026-11-26 00:00")
    assert ROUND_THE_CLOCK.close_of_calendar_day(start, 15) == local("2026-12-10 00:00")
    midnight = local("2026-11-24 00:00")
    assert SERVICE.close_of_calendar_day(midnight, 1) == local("2026-11-26 00:00")


def test_round_the_clock_is_one_opening_without_end() -> None:
    assert len(ROUND_THE_CLOCK.starts) == 1
    start = local("2026-11-24 23:10")
    assert ROUND_THE_CLOCK.add(start, 2 * HOUR) == local("2026-11-25 01:10")
    closing = ROUND_THE_CLOCK.close_of_working_day(start, 1)
    assert closing == local("2026-11-26 00:00")


def test_a_deadline_in_a_year_without_holidays_is_a_guess() -> None:
    start = local("2026-12-31 20:30")
    assert SERVICE.is_guess(start, SERVICE.add(start, HOUR))
    assert not SERVICE.is_guess(start, SERVICE.add(start, 30 * MINUTE))
    assert SERVICE.is_guess(local("2025-12-31 20:00"), local("2026-01-01 10:30"))
    assert SERVICE.is_guess(local("2025-12-31 20:00"), local("2027-01-01 10:30"))
    assert not ROUND_THE_CLOCK.is_guess(start, start + 9 * HOUR)


def test_the_midnight_that_ends_a_year_belongs_to_it() -> None:
    start, midnight = local("2026-12-30 12:00"), local("2027-01-01 00:00")
    assert SERVICE.close_of_calendar_day(start, 1) == midnight
    assert not SERVICE.is_guess(start, midnight)
    assert SERVICE.is_guess(start, midnight + MICROSECOND)
    assert SERVICE.is_guess(midnight, midnight)


def test_a_year_known_between_two_unknown_does_not_hide_them() -> None:
    said = replace(OBJECTION_SERVICE, years=frozenset({2025, 2027}))
    calendar = over(said, "2025-01-01", "2027-12-31")
    assert calendar.is_guess(local("2025-06-01 12:00"), local("2027-06-01 12:00"))


def test_a_special_day_has_its_own_hours_and_may_be_shut() -> None:
    days = {
        date(2026, 11, 24): Day(DayKind.SPECIAL, hours((9, 11), (13, 15))),
        date(2026, 11, 25): Day(DayKind.SPECIAL),
        date(2026, 11, 29): Day(DayKind.SPECIAL, hours((12, 13))),
    }
    calendar = over(replace(OBJECTION_SERVICE, days=days), "2026-11-01", "2026-12-31")
    start = local("2026-11-24 10:30")
    assert calendar.add(start, HOUR) == local("2026-11-24 13:30")
    assert calendar.add(start, 3 * HOUR) == local("2026-11-26 09:30")
    closing = calendar.close_of_working_day
    assert closing(local("2026-11-23 12:00"), 1) == local("2026-11-24 15:00")
    assert closing(start, 1) == local("2026-11-26 21:00")
    assert closing(local("2026-11-28 12:00"), 1) == local("2026-11-30 21:00")


def test_hours_past_midnight_belong_to_the_day_on_which_they_begin() -> None:
    bar = plain("Asia/Shanghai", (18, 26))
    calendar = over(bar, "2026-11-01", "2026-11-30")
    assert calendar.add(local("2026-11-24 01:30"), HOUR) == local("2026-11-24 18:30")
    assert calendar.is_open(local("2026-11-01 01:59"))  # what Saturday leaves over
    closing = calendar.close_of_working_day
    assert closing(local("2026-11-23 17:00"), 1) == local("2026-11-25 02:00")
    assert closing(local("2026-11-24 01:30"), 1) == local("2026-11-26 02:00")


def test_hours_that_touch_are_one_opening() -> None:
    shifts = plain("Asia/Shanghai", (22, 30), (6, 14), (14, 22))
    assert len(over(shifts, "2026-11-01", "2026-11-30").starts) == 1


# Where clocks are changed


def test_an_hour_that_is_skipped_is_not_counted() -> None:
    berlin = over(plain("Europe/Berlin", (1, 5)), "2026-03-01", "2026-04-30")
    start, end = utc("2026-03-28 12:00"), utc("2026-03-29 12:00")
    assert berlin.elapsed(start, end) == 3 * HOUR
    assert berlin.add(start, HOUR) == utc("2026-03-29 01:00")
    assert berlin.add(start, 2 * HOUR) == utc("2026-03-29 02:00")


def test_an_hour_that_comes_twice_is_counted_twice() -> None:
    berlin = over(plain("Europe/Berlin", (1, 5)), "2026-10-01", "2026-11-30")
    start, end = utc("2026-10-24 12:00"), utc("2026-10-25 12:00")
    assert berlin.elapsed(start, end) == 5 * HOUR
    assert berlin.add(start, 5 * HOUR) == utc("2026-10-25 04:00")


def test_hours_within_the_hour_that_comes_twice_are_open_twice() -> None:
    new_york = over(plain("America/New_York", (1.25, 1.75)), "2026-10-01", "2026-11-30")
    start = utc("2026-11-01 00:00")
    assert new_york.add(start, 30 * MINUTE) == utc("2026-11-01 05:45")
    assert new_york.add(start, 31 * MINUTE) == utc("2026-11-01 06:16")
    assert new_york.close_of_working_day(start, 1) == utc("2026-11-01 06:45")


def test_hours_within_the_hour_that_is_skipped_do_not_open() -> None:
    new_york = over(plain("America/New_York", (2, 2.5)), "2026-03-01", "2026-03-31")
    start = utc("2026-03-07 20:00")  # the 8th has no 02:00
    assert new_york.next_opening(start) == utc("2026-03-09 06:00")
    assert new_york.close_of_working_day(start, 1) == utc("2026-03-09 06:30")


def test_a_clock_may_be_changed_by_half_an_hour() -> None:
    said = plain("Australia/Lord_Howe", (0, 24))
    autumn = over(said, "2026-04-04", "2026-04-06")
    start = utc("2026-04-04 12:00")
    midnights = [autumn.close_of_calendar_day(start, days) for days in (1, 2)]
    assert midnights == [utc("2026-04-05 13:30"), utc("2026-04-06 13:30")]
    day = autumn.elapsed(utc("2026-04-04 13:00"), midnights[0])
    assert day == timedelta(hours=24, minutes=30)


def test_a_midnight_that_is_skipped_ends_the_day_all_the_same() -> None:
    cairo = over(plain("Africa/Cairo", (0, 24)), "2026-04-20", "2026-04-30")
    start = utc("2026-04-22 12:00")  # the 24th begins at 01:00
    assert cairo.close_of_calendar_day(start, 1) == utc("2026-04-23 22:00")
    assert cairo.close_of_calendar_day(start, 2) == utc("2026-04-24 21:00")


def test_hours_that_end_where_the_clock_is_put_back_to_end_once() -> None:
    berlin = over(plain("Europe/Berlin", (1, 2)), "2026-10-20", "2026-10-31")
    start = utc("2026-10-24 12:00")
    assert berlin.add(start, HOUR) == utc("2026-10-25 00:00")
    assert berlin.close_of_working_day(start, 1) == utc("2026-10-25 00:00")


def test_a_midnight_from_which_the_clock_is_put_back_is_not_yet_tomorrow() -> None:
    cairo = over(plain("Africa/Cairo", (0, 24)), "2026-10-20", "2026-11-10")
    change = utc("2026-10-29 21:00")  # 24:00 on the 29th, 23:00 again
    for start in (change - MICROSECOND, change, change + HOUR - MICROSECOND):
        assert cairo.close_of_calendar_day(start, 1) == utc("2026-10-30 22:00")
        assert cairo.close_of_working_day(start, 1) == utc("2026-10-30 22:00")
    assert cairo.close_of_working_day(change + HOUR, 1) == utc("2026-10-31 22:00")


# What a calendar is not asked


NOVEMBER = over(OBJECTION_SERVICE, "2026-11-01", "2026-11-30")
NOON = local("2026-11-24 12:00")


@pytest.mark.parametrize(
    "question",
    [
        lambda: NOVEMBER.add(NOON, timedelta(days=365)),
        lambda: NOVEMBER.add(NOON, timedelta.max),
        lambda: NOVEMBER.subtract(NOON, timedelta(days=365)),
        lambda: NOVEMBER.close_of_working_day(NOON, 1000),
        lambda: NOVEMBER.close_of_working_day(NOON, 10**30),
        lambda: NOVEMBER.close_of_calendar_day(NOON, 7),
        lambda: NOVEMBER.close_of_calendar_day(NOON, 10**30),
        lambda: NOVEMBER.next_opening(local("2026-11-30 21:00")),
        lambda: NOVEMBER.is_open(local("2026-12-01 00:00:00.000001")),
        lambda: NOVEMBER.is_open(local("2026-10-31 23:59:59.999999")),
        lambda: NOVEMBER.elapsed(NOON, local("2026-12-02 00:00")),
        lambda: NOVEMBER.add(local("2026-12-02 00:00"), 0 * HOUR),
        lambda: NOVEMBER.is_guess(NOON, local("2027-12-02 00:00")),
    ],
)
def test_a_question_past_the_horizon_is_refused_at_once(
    question: Callable[[], object],
) -> None:
    with pytest.raises(BeyondHorizon):
        question()


def test_the_horizon_itself_is_still_answered() -> None:
    begin, end = local("2026-11-01 00:00"), local("2026-12-01 00:00")
    total = NOVEMBER.elapsed(begin, end)
    assert total == (21 * 12 + 9 * 8) * HOUR
    assert NOVEMBER.add(begin, total) == local("2026-11-30 21:00")
    assert NOVEMBER.subtract(end, total) == local("2026-11-01 10:00")
    assert NOVEMBER.close_of_calendar_day(begin, 29) == end
    with pytest.raises(BeyondHorizon):
        NOVEMBER.add(begin, total + MICROSECOND)
    with pytest.raises(BeyondHorizon):
        NOVEMBER.subtract(end, total + MICROSECOND)


def test_a_closing_past_the_horizon_is_not_promised() -> None:
    bar = over(plain("Asia/Shanghai", (18, 26)), "2026-11-01", "2026-11-30")
    start = local("2026-11-28 12:00")
    assert bar.close_of_working_day(start, 1) == local("2026-11-30 02:00")
    with pytest.raises(BeyondHorizon):
        bar.close_of_working_day(start, 2)


@pytest.mark.parametrize(
    "question",
    [
        lambda: SERVICE.add(NOON, -MICROSECOND),
        lambda: SERVICE.subtract(NOON, -MICROSECOND),
        lambda: SERVICE.elapsed(NOON, NOON - MICROSECOND),
        lambda: SERVICE.close_of_working_day(NOON, 0),
        lambda: SERVICE.close_of_calendar_day(NOON, 0),
    ],
)
def test_time_does_not_run_backwards(question: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match=r"backwards|before|counted") as refusal:
        question()
    assert refusal.type is ValueError


# What makes no calendar

TUESDAY = date(2026, 11, 24)


def weekly(weekday: int, *pairs: tuple[float, float]) -> Hours:
    """The hours of the service window but on one weekday."""
    week = {**OBJECTION_SERVICE.weekly, weekday: hours(*pairs)}
    return replace(OBJECTION_SERVICE, weekly=week)


def special(*pairs: tuple[float, float]) -> Hours:
    days = {TUESDAY: Day(DayKind.SPECIAL, hours(*pairs))}
    return replace(OBJECTION_SERVICE, days=days)


NO_CALENDAR = {
    "two at once": (weekly(1, (9, 13), (12, 18)), "tuesday", "overlap"),
    "one within another": (weekly(1, (9, 18), (10, 11)), "tuesday", "overlap"),
    "the same twice": (weekly(1, (9, 18), (9, 18)), "tuesday", "overlap"),
    "a night into the morning": (weekly(0, (20, 34)), "monday", "overlap"),
    "Sunday into Monday": (weekly(6, (20, 33.5)), "sunday", "overlap"),
    "a whole day over": (weekly(0, (9, 48)), "monday", "overlap"),
    "a special night": (special((20, 34)), "2026-11-24", "overlap"),
    "a night into a special day": (
        replace(special((1, 5)), weekly={0: hours((18, 26))}),
        "2026-11-24",
        "overlap",
    ),
    "a special day by itself": (special((9, 13), (12, 18)), "2026-11-24", "overlap"),
    "holidays": (
        replace(OBJECTION_SERVICE, holiday=hours((9, 12), (11, 13))),
        "holiday",
        "overlap",
    ),
    "no time": (weekly(2, (9, 9)), "wednesday", "empty"),
    "adjusted workdays": (
        replace(OBJECTION_SERVICE, adjusted_workday=hours((9, 9))),
        "adjusted_workday",
        "empty",
    ),
    "backwards": (weekly(3, (18, 9)), "thursday", "backwards"),
    "opening tomorrow": (weekly(4, (24, 25)), "friday", "out_of_range"),
    "opening yesterday": (weekly(4, (-1, 5)), "friday", "out_of_range"),
    "three days": (weekly(4, (9, 48.5)), "friday", "out_of_range"),
    "an eighth weekday": (weekly(7, (9, 18)), "weekday 7", "out_of_range"),
    "working on it": (
        replace(OBJECTION_SERVICE, working_weekdays=frozenset({-1})),
        "weekday -1",
        "out_of_range",
    ),
    "never": (
        replace(WORKING_DAY, weekly={}, adjusted_workday=()),
        "calendar",
        "never_opens",
    ),
    "nowhere": (plain("Asia/Atlantis", (9, 18)), "timezone", "bad_timezone"),
    "half a place": (plain("Asia", (9, 18)), "timezone", "bad_timezone"),
    "no place": (plain("", (9, 18)), "timezone", "bad_timezone"),
    "elsewhere": (plain("../../etc/passwd", (9, 18)), "timezone", "bad_timezone"),
}


@pytest.mark.parametrize(
    ("said", "place", "reason"), NO_CALENDAR.values(), ids=NO_CALENDAR
)
def test_hours_that_make_no_calendar_are_refused_by_place_and_reason(
    said: Hours, place: str, reason: str
) -> None:
    with pytest.raises(BadHours) as refusal:
        over(said, "2026-01-01", "2026-12-31")
    assert (refusal.value.place, refusal.value.reason) == (place, reason)


def test_hours_are_refused_wherever_they_are_even_past_the_horizon() -> None:
    far = {date(2050, 1, 1): Day(DayKind.SPECIAL, (Interval(9, 9),))}
    with pytest.raises(BadHours, match="2050-01-01: empty"):
        over(replace(OBJECTION_SERVICE, days=far), "2026-01-01", "2026-12-31")


def test_hours_that_only_touch_the_next_mornings_are_fine() -> None:
    assert over(weekly(0, (20, 33)), "2026-11-01", "2026-11-30")
