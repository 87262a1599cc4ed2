"""What promises would have come to: for many clocks at once as for each by itself."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.business_time import BusinessTime, Interval, compile_hours
from sla.business_time_many import Flags, ManyTimes, ManyWalls, Whole
from sla.promise import (
    BUSINESS,
    CALENDAR_DAYS,
    WALL,
    WORKING_DAYS,
    Length,
    Terms,
    plan,
    resume,
)
from sla.what_if import (
    NEVER,
    Cover,
    Editions,
    Lives,
    Pauses,
    Verdict,
    covered,
    days_of,
    deadlines,
    edition_at,
    guesses,
    hours_of,
    tally,
    verdicts,
    weekdays_of,
)
from tests.sla.opening_hours import (
    MICROSECOND,
    OBJECTION_SERVICE,
    calendars,
    hours,
    instants,
    moment,
    over,
)

SERVICE = over(OBJECTION_SERVICE, "2025-12-01", "2027-12-31")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HALF = Fraction(1, 2)
AN_HOUR = Terms(Length(BUSINESS, amount=timedelta(hours=1), calendar="it"))


def whole(*numbers: int) -> Whole:
    return np.array(numbers, dtype=np.int64)


def instant(at: datetime | None) -> int:
    return NEVER if at is None else (at - EPOCH) // MICROSECOND


def local(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)


def flags(*values: bool) -> Flags:
    return np.array(values, dtype=np.bool_)


def lives(
    *clocks: tuple[str, str],
    pauses: Mapping[int, list[tuple[str, str]]] | None = None,
    cancelled: bool = False,
    revoked: bool = False,
    promised: str = "",
) -> Lives:
    """Clocks from one local time to another; no text: to none yet."""
    stood = [
        (place, instant(local(begin)), instant(local(end) if end else None))
        for place, found in (pauses or {}).items()
        for begin, end in found
    ]
    started = whole(*(instant(local(begin)) for begin, _ in clocks))
    return Lives(
        started,
        whole(*[instant(local(promised))] * len(clocks)) if promised else started,
        whole(*(instant(local(end) if end else None) for _, end in clocks)),
        flags(*[cancelled] * len(clocks)),
        flags(*[revoked] * len(clocks)),
        Pauses(*(whole(*(row[n] for row in stood)) for n in range(3))),
    )


# --- Deadlines ------------------------------------------------------------------------


@st.composite
def lengths(draw: st.DrawFn) -> Length:
    unit = draw(st.sampled_from([WALL, BUSINESS, WORKING_DAYS, CALENDAR_DAYS]))
    if unit in (WORKING_DAYS, CALENDAR_DAYS):
        return Length(unit, days=draw(st.integers(1, 3)), calendar="it")
    amount = draw(st.integers(1, 30 * 3600 * 10**6)) * MICROSECOND
    return Length(unit, amount=amount, calendar="it" if unit == BUSINESS else "")


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_each_deadline_is_that_of_the_exact_engine_through_every_pause(
    data: st.DataObject,
) -> None:
    _, calendar = data.draw(calendars())
    terms = Terms(data.draw(lengths()), data.draw(st.sampled_from([None, HALF])))
    moments = data.draw(
        st.lists(
            st.lists(instants(calendar), min_size=1, max_size=6).map(sorted),
            min_size=1,
            max_size=8,
        )
    )
    told = [(it[0], list(zip(it[1::2], it[2::2], strict=False))) for it in moments]
    anew = data.draw(st.booleans())
    try:
        expected = [alone(terms, *it, calendar, anew=anew) for it in told]
    except ValueError:  # beyond the calendar, which has a test of its own
        return
    started = whole(*(instant(start) for start, _ in told))
    found = deadlines(
        terms,
        Lives(
            started,
            started + (NEVER - started if anew else 0),
            whole(*[NEVER] * len(told)),
            flags(*[False] * len(told)),
            flags(*[False] * len(told)),
            Pauses(
                whole(*(n for n, (_, pauses) in enumerate(told) for _ in pauses)),
                whole(*(instant(it) for _, pauses in told for it, _ in pauses)),
                whole(*(instant(it) for _, pauses in told for _, it in pauses)),
            ),
        ),
        Editions([ManyTimes(calendar)], whole(*[0] * len(told))),
    )
    assert [moment(int(it)) for it in found] == expected


def alone(
    terms: Terms,
    start: datetime,
    pauses: list[tuple[datetime, datetime]],
    calendar: BusinessTime,
    *,
    anew: bool,
) -> datetime:
    """By the exact engine: as a clock lived, or reckoned anew after all its pauses."""
    book = {"it": calendar}
    promised = plan(terms, start=start, calendars=book)
    schedule = promised.schedule
    for begin, end in pauses:
        if not anew and schedule[promised.breach_step] <= begin:
            break  # missed, and its deadline stands
        schedule = resume(
            terms,
            schedule=schedule,
            next_step=0,
            paused_at=begin,
            resumed_at=end,
            calendars=book,
        )
    return schedule[promised.breach_step]


def test_each_clock_is_counted_on_the_version_that_held_when_it_was_promised() -> None:
    longer = covered(OBJECTION_SERVICE, Cover.WORKDAYS, hours((21, 24)))
    both = [ManyTimes(SERVICE), ManyTimes(over(longer, "2025-12-01", "2027-12-31"))]
    began = [local("2026-11-23 20:30"), local("2026-11-24 20:30")]
    promised = whole(*map(instant, began))
    begins = whole(
        instant(local("2026-11-01 00:00")), instant(local("2026-11-24 00:00"))
    )
    edition = edition_at(begins, promised)
    assert edition.tolist() == [0, 1]
    lived = lives(("2026-11-23 20:30", ""), ("2026-11-24 20:30", ""))
    due = deadlines(AN_HOUR, lived, Editions(both, edition))
    assert [moment(int(it)) for it in due] == [
        local("2026-11-24 09:30"),
        local("2026-11-24 21:30"),
    ]
    # One that was promised before there was any version is counted on the first.
    assert edition_at(begins, whole(0)).tolist() == [0]


def test_a_year_without_its_holidays_is_told_of_just_the_clocks_that_touch_it() -> None:
    lived = lives(
        ("2026-12-30 10:00", ""), ("2026-12-31 20:30", ""), ("2027-03-01 10:00", "")
    )
    edition = Editions([ManyTimes(SERVICE)], whole(0, 0, 0))
    due = deadlines(AN_HOUR, lived, edition)
    assert guesses(lived, due, edition).tolist() == [
        SERVICE.is_guess(moment(int(begin)), moment(int(end)))
        for begin, end in zip(lived.started, due, strict=True)
    ]
    assert guesses(lived, due, edition).tolist() == [False, True, True]
    assert guesses(lived, due, None).tolist() == [False, False, False]


# --- Verdicts -------------------------------------------------------------------------

DUE = whole(instant(local("2026-11-23 10:30")))
LATER = instant(local("2026-11-23 12:00"))
START = "2026-11-23 10:00"


@pytest.mark.parametrize(
    ("life", "strict", "at", "expected"),
    [
        (lives((START, "2026-11-23 10:30")), False, LATER, Verdict.KEPT),
        (lives((START, "2026-11-23 10:30:00.000001")), False, LATER, Verdict.MISSED),
        (lives((START, "2026-11-23 10:30")), True, LATER, Verdict.MISSED),
        (lives((START, "2026-11-23 10:29:59.999999")), True, LATER, Verdict.KEPT),
        (lives((START, "")), False, LATER, Verdict.MISSED),
        (lives((START, "")), False, int(DUE[0]), Verdict.OPEN),
        (
            lives((START, "2026-11-23 10:10"), cancelled=True),
            False,
            LATER,
            Verdict.CANCELLED,
        ),
        (
            lives((START, "2026-11-23 11:10"), cancelled=True),
            False,
            LATER,
            Verdict.MISSED,
        ),
        # One that waits stands where it was when it began to.
        (
            lives((START, ""), pauses={0: [("2026-11-23 10:29", "")]}),
            False,
            LATER,
            Verdict.OPEN,
        ),
        (
            lives((START, ""), pauses={0: [("2026-11-23 10:30", "")]}),
            False,
            LATER,
            Verdict.MISSED,
        ),
        # Whoever pauses at the deadline has missed it, even without losing a moment.
        (
            lives(
                (START, "2026-11-23 10:30"),
                pauses={0: [("2026-11-23 10:30", "2026-11-23 10:30")]},
            ),
            False,
            LATER,
            Verdict.MISSED,
        ),
        (
            lives(
                (START, "2026-11-23 10:30"),
                pauses={0: [("2026-11-23 10:30", "2026-11-23 10:30")]},
                revoked=True,
            ),
            False,
            LATER,
            Verdict.KEPT,
        ),
        # Terms that it got after the pause do not judge that.
        (
            lives(
                (START, "2026-11-23 10:30"),
                pauses={0: [("2026-11-23 10:30", "2026-11-23 10:30")]},
                promised="2026-11-23 10:31",
            ),
            False,
            LATER,
            Verdict.KEPT,
        ),
        # It was said to have been kept before it paused.
        (
            lives(
                (START, "2026-11-23 10:20"),
                pauses={0: [("2026-11-23 11:00", "2026-11-23 11:30")]},
            ),
            False,
            LATER,
            Verdict.KEPT,
        ),
    ],
)
def test_a_verdict_is_the_one_that_the_record_would_give(
    *, life: Lives, strict: bool, at: int, expected: Verdict
) -> None:
    assert verdicts(life, DUE, strict=strict, at=at).tolist() == [expected]


def test_clocks_are_counted_by_the_hour_and_the_day_in_which_they_began() -> None:
    lived = lives(
        ("2026-11-23 00:00", ""), ("2026-11-23 23:59:59", ""), ("2026-11-29 09:15", "")
    )
    walls = ManyWalls(SERVICE.clock)
    assert hours_of(walls, lived.started).tolist() == [0, 23, 9]
    days = days_of(walls, lived.started)
    assert [date(1970, 1, 1) + timedelta(days=int(it)) for it in days] == [
        date(2026, 11, 23),
        date(2026, 11, 23),
        date(2026, 11, 29),
    ]
    weekdays = weekdays_of(days)
    assert weekdays.tolist() == [0, 0, 6]
    then = np.array([Verdict.MISSED, Verdict.KEPT, Verdict.MISSED], dtype=np.int8)
    now = np.array([Verdict.MISSED, Verdict.MISSED, Verdict.OPEN], dtype=np.int8)
    counted = tally(weekdays, 7, then=then, now=now)
    assert counted.clocks.tolist() == [2, 0, 0, 0, 0, 0, 1]
    assert counted.then.tolist() == [1, 0, 0, 0, 0, 0, 1]
    assert counted.now.tolist() == [2, 0, 0, 0, 0, 0, 0]


# --- More hours -----------------------------------------------------------------------

EVENING = hours((21, 24))
LONG_DAY = hours((9, 24))
TWO = hours((10, 18), (21, 24))


@pytest.mark.parametrize(
    ("cover", "workday", "saturday", "holiday", "worked"),
    [
        (Cover.WORKDAYS, LONG_DAY, hours((10, 18)), hours((10, 18)), LONG_DAY),
        (Cover.OTHER_DAYS, hours((9, 21)), TWO, TWO, hours((9, 21))),
        (Cover.EVERY_DAY, LONG_DAY, TWO, TWO, LONG_DAY),
    ],
)
def test_more_hours_join_those_of_the_days_that_are_meant(
    cover: Cover,
    workday: tuple[Interval, ...],
    saturday: tuple[Interval, ...],
    holiday: tuple[Interval, ...],
    worked: tuple[Interval, ...],
) -> None:
    more = covered(OBJECTION_SERVICE, cover, EVENING)
    assert more.weekly[0] == workday
    assert more.weekly[5] == saturday
    assert more.holiday == holiday
    assert more.adjusted_workday == worked
    assert more.days == OBJECTION_SERVICE.days
    compile_hours(more, first=date(2026, 1, 1), last=date(2026, 12, 31))


def test_hours_that_overlap_those_there_are_counted_once() -> None:
    more = covered(OBJECTION_SERVICE, Cover.WORKDAYS, hours((8, 10), (20, 22)))
    assert more.weekly[0] == hours((8, 22))
