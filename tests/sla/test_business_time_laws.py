"""Laws of business time, for calendars drawn at random in zones that change clocks.

The judge of what is open is a walk in quarters of an hour that asks the zone each time;
all times and all changes of clocks in these calendars lie on quarters.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sla.business_time import BeyondHorizon, BusinessTime, DayKind, Hours
from tests.sla.opening_hours import (
    MICROSECOND,
    ONE_DAY,
    QUARTER,
    amounts,
    calendars,
    instants,
    moment,
)

NOTHING = timedelta(0)

law = settings(deadline=None, max_examples=50)
walk = settings(deadline=None, max_examples=30)


def add(calendar: BusinessTime, start: datetime, amount: timedelta) -> datetime:
    """Adds, and passes over what lies beyond the calendar."""
    try:
        return calendar.add(start, amount)
    except BeyondHorizon:
        left = calendar.elapsed(start, moment(calendar.end))
        assert amount > left
        assume(False)
        raise


@law
@given(st.data())
def test_adding_nothing_changes_nothing(data: st.DataObject) -> None:
    _, calendar = data.draw(calendars())
    at = data.draw(instants(calendar))
    assert calendar.add(at, NOTHING) == at
    assert calendar.subtract(at, NOTHING) == at
    assert calendar.elapsed(at, at) == NOTHING


@law
@given(st.data())
def test_what_was_added_has_elapsed(data: st.DataObject) -> None:
    _, calendar = data.draw(calendars())
    start = data.draw(instants(calendar))
    amount = data.draw(amounts(calendar))
    due = add(calendar, start, amount)
    assert calendar.elapsed(start, due) == amount
    assert calendar.elapsed(calendar.subtract(due, amount), due) == amount


@law
@given(st.data())
def test_a_deadline_is_reached_exactly_when_the_amount_has_elapsed(
    data: st.DataObject,
) -> None:
    _, calendar = data.draw(calendars())
    start, end = sorted(data.draw(st.tuples(*[instants(calendar)] * 2)))
    amount = data.draw(amounts(calendar))
    enough = calendar.elapsed(start, end) >= amount
    try:
        assert (calendar.add(start, amount) <= end) == enough
    except BeyondHorizon:
        assert not enough
    try:
        assert (start <= calendar.subtract(end, amount)) == enough
    except BeyondHorizon:
        assert not enough


@law
@given(st.data())
def test_no_earlier_instant_would_do(data: st.DataObject) -> None:
    _, calendar = data.draw(calendars())
    start = data.draw(instants(calendar))
    amount = data.draw(amounts(calendar).filter(bool))
    due = add(calendar, start, amount)
    assert calendar.elapsed(start, due - MICROSECOND) == amount - MICROSECOND
    latest = calendar.subtract(due, amount)
    assert calendar.elapsed(latest + MICROSECOND, due) == amount - MICROSECOND
    assert start <= latest


@law
@given(st.data())
def test_later_or_longer_is_never_due_earlier(data: st.DataObject) -> None:
    _, calendar = data.draw(calendars())
    early, late = sorted(data.draw(st.tuples(*[instants(calendar)] * 2)))
    short, long = sorted(data.draw(st.tuples(*[amounts(calendar)] * 2)))
    last = add(calendar, late, long)
    assert calendar.add(early, short) <= calendar.add(early, long) <= last
    assert calendar.add(early, short) <= calendar.add(late, short) <= last


@law
@given(st.data())
def test_time_adds_up(data: st.DataObject) -> None:
    _, calendar = data.draw(calendars())
    first, second, third = sorted(data.draw(st.tuples(*[instants(calendar)] * 3)))
    one, other = data.draw(st.tuples(*[amounts(calendar)] * 2))
    elapsed = calendar.elapsed
    assert elapsed(first, third) == elapsed(first, second) + elapsed(second, third)
    due = add(calendar, first, one + other)
    assert calendar.add(calendar.add(first, one), other) == due


@law
@given(st.data())
def test_a_pause_moves_a_deadline_by_what_was_left(data: st.DataObject) -> None:
    _, calendar = data.draw(calendars())
    start, paused, resumed = sorted(data.draw(st.tuples(*[instants(calendar)] * 3)))
    amount = data.draw(amounts(calendar))
    due = add(calendar, start, amount)
    assume(paused <= due)
    left = calendar.elapsed(paused, due)
    assert calendar.add(paused, left) == due  # a pause of no time moves nothing
    moved = add(calendar, resumed, left)
    assert moved >= due
    spent = calendar.elapsed(start, paused) + calendar.elapsed(resumed, moved)
    assert spent == amount


@law
@given(st.data())
def test_time_counts_exactly_while_open(data: st.DataObject) -> None:
    _, calendar = data.draw(calendars())
    at = data.draw(instants(calendar).filter(lambda at: at < moment(calendar.end)))
    counted = calendar.elapsed(at, at + MICROSECOND)
    assert counted == (MICROSECOND if calendar.is_open(at) else NOTHING)
    try:
        opening = calendar.next_opening(at)
    except BeyondHorizon:
        assert calendar.elapsed(at, moment(calendar.end)) == NOTHING
    else:
        assert calendar.is_open(opening)
        assert calendar.elapsed(at, opening) == NOTHING
        assert (opening == at) == calendar.is_open(at)


@law
@given(st.data())
def test_openings_are_apart_and_in_order(data: st.DataObject) -> None:
    _, calendar = data.draw(calendars())
    edges = [
        edge
        for pair in zip(calendar.starts, calendar.ends, strict=True)
        for edge in pair
    ]
    assert edges == sorted(set(edges))
    assert calendar.begin <= edges[0]
    assert edges[-1] <= calendar.end


@law
@given(st.data())
def test_past_the_horizon_nothing_is_said(data: st.DataObject) -> None:
    _, calendar = data.draw(calendars())
    at = data.draw(instants(calendar))
    begin, end = moment(calendar.begin), moment(calendar.end)
    with pytest.raises(BeyondHorizon):
        calendar.add(at, calendar.elapsed(at, end) + MICROSECOND)
    with pytest.raises(BeyondHorizon):
        calendar.subtract(at, calendar.elapsed(begin, at) + MICROSECOND)
    for outside in (begin - MICROSECOND, end + MICROSECOND):
        with pytest.raises(BeyondHorizon):
            calendar.add(outside, NOTHING)
        with pytest.raises(BeyondHorizon):
            calendar.close_of_working_day(outside, 1)


# Against a walk through the calendar


def wall(said: Hours, at: datetime) -> datetime:
    """What the clock on the wall shows."""
    return at.astimezone(ZoneInfo(said.timezone)).replace(tzinfo=None)


def opens_at(said: Hours, at: datetime) -> bool:
    """Whether the clock shows a time in the hours of today or of last night."""
    now = wall(said, at)
    return any(
        interval.opens
        <= (now - datetime.combine(day, time())).total_seconds()
        < interval.closes
        for day in (now.date(), now.date() - ONE_DAY)
        for interval in said.intervals(day)
    )


def quarters(start: datetime, end: datetime) -> list[datetime]:
    return [start + number * QUARTER for number in range((end - start) // QUARTER)]


@walk
@given(st.data())
def test_open_time_is_what_a_walk_through_the_calendar_finds(
    data: st.DataObject,
) -> None:
    said, calendar = data.draw(calendars())
    begin, end = moment(calendar.begin), moment(calendar.end)
    total = NOTHING
    for quarter in quarters(begin, end):
        is_open = opens_at(said, quarter)
        assert calendar.is_open(quarter) == is_open, quarter
        assert calendar.elapsed(begin, quarter) == total
        total += is_open * QUARTER
    assert calendar.elapsed(begin, end) == total


@walk
@given(st.data(), st.integers(1, 6))
def test_a_working_day_closes_where_a_walk_through_it_ends(
    data: st.DataObject, days: int
) -> None:
    said, calendar = data.draw(calendars())
    start = data.draw(instants(calendar))
    end = moment(calendar.end)
    today = wall(said, start).date()
    closings = []
    for later in range(1, 15):
        day = today + later * ONE_DAY
        midnight = datetime.combine(day, time())
        hours = said.intervals(day)
        if not works(said, day) or not hours:
            continue
        noon = datetime.combine(day, time(12), UTC)
        shown = [
            quarter
            for quarter in quarters(noon - 2 * ONE_DAY, noon + 3 * ONE_DAY)
            if any(
                timedelta(seconds=each.opens)
                <= wall(said, quarter) - midnight
                < timedelta(seconds=each.closes)
                for each in hours
            )
        ]
        if shown:
            closings.append(shown[-1] + QUARTER)
    in_time = [closing for closing in closings if closing <= end]
    if len(in_time) >= days:
        assert calendar.close_of_working_day(start, days) == in_time[days - 1]
    else:
        with pytest.raises(BeyondHorizon):
            calendar.close_of_working_day(start, days)


def works(said: Hours, day: date) -> bool:
    """Whether a date is a working day, hours or not."""
    if day in said.days and said.days[day].kind is DayKind.HOLIDAY:
        return False
    if day in said.days and said.days[day].kind is DayKind.ADJUSTED_WORKDAY:
        return True
    return day.weekday() in said.working_weekdays


@walk
@given(st.data(), st.integers(1, 14))
def test_a_calendar_day_is_over_when_the_clock_shows_the_next_for_good(
    data: st.DataObject, days: int
) -> None:
    said, calendar = data.draw(calendars())
    start = data.draw(instants(calendar))
    last = wall(said, start).date() + days * ONE_DAY
    if last > wall(said, moment(calendar.end) - MICROSECOND).date():
        with pytest.raises(BeyondHorizon):
            calendar.close_of_calendar_day(start, days)
        return
    over = calendar.close_of_calendar_day(start, days)
    assert wall(said, over - MICROSECOND).date() == last
    assert all(
        wall(said, quarter).date() > last for quarter in quarters(over, over + ONE_DAY)
    )


@walk
@given(st.data())
def test_a_guess_is_a_span_with_a_date_in_an_unknown_year(
    data: st.DataObject,
) -> None:
    said, calendar = data.draw(calendars())
    start, end = sorted(data.draw(st.tuples(*[instants(calendar)] * 2)))
    touched = {wall(said, at).year for at in (start, *quarters(start, end))}
    touched.add(wall(said, max(start, end - MICROSECOND)).year)
    known = said.years
    assert calendar.is_guess(start, end) == (known is not None and not touched <= known)
