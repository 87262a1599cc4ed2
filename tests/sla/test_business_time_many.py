"""What is reckoned for many clocks at once is what is reckoned for each."""

from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.business_time import BeyondHorizon
from sla.business_time_many import ManyTimes, Whole
from tests.sla.opening_hours import (
    MICROSECOND,
    OBJECTION_SERVICE,
    amounts,
    calendars,
    instants,
    moment,
    over,
    plain,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SERVICE = over(OBJECTION_SERVICE, "2026-01-01", "2027-12-31")
NOVEMBER = over(OBJECTION_SERVICE, "2026-11-01", "2026-11-30")
MANY = ManyTimes(NOVEMBER)
FIRST, LAST = NOVEMBER.begin, NOVEMBER.end


def whole(*numbers: int) -> Whole:
    return np.array(numbers, dtype=np.int64)


def instant(at: datetime) -> int:
    return (at - EPOCH) // MICROSECOND


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_each_of_many_is_due_when_it_is_due_alone(data: st.DataObject) -> None:
    _, calendar = data.draw(calendars())
    starts = data.draw(st.lists(instants(calendar), min_size=1, max_size=12))
    wanted = [data.draw(amounts(calendar)) for _ in starts]
    answers = [
        answer(calendar.add, start, amount)
        for start, amount in zip(starts, wanted, strict=True)
    ]
    agree(
        answers,
        ManyTimes(calendar).add,
        whole(*map(instant, starts)),
        whole(*(amount // MICROSECOND for amount in wanted)),
    )


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_each_of_many_working_days_closes_as_it_does_alone(
    data: st.DataObject,
) -> None:
    _, calendar = data.draw(calendars())
    starts = data.draw(st.lists(instants(calendar), min_size=1, max_size=12))
    days = [data.draw(st.integers(1, 14)) for _ in starts]
    answers = [
        answer(calendar.close_of_working_day, start, count)
        for start, count in zip(starts, days, strict=True)
    ]
    agree(
        answers,
        ManyTimes(calendar).close_of_working_day,
        whole(*map(instant, starts)),
        whole(*days),
    )


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_as_much_has_elapsed_for_each_of_many_as_alone(data: st.DataObject) -> None:
    _, calendar = data.draw(calendars())
    pair = st.tuples(*[instants(calendar)] * 2).map(sorted)
    spans = data.draw(st.lists(pair, min_size=1, max_size=12))
    elapsed = ManyTimes(calendar).elapsed(
        whole(*(instant(start) for start, _ in spans)),
        whole(*(instant(end) for _, end in spans)),
    )
    assert elapsed.tolist() == [
        calendar.elapsed(start, end) // MICROSECOND for start, end in spans
    ]


def test_many_agree_on_the_day_when_a_clock_is_put_back_at_midnight() -> None:
    cairo = over(plain("Africa/Cairo", (0, 24)), "2026-10-20", "2026-11-10")
    change = instant(datetime(2026, 10, 29, 21, tzinfo=UTC))  # 24:00, 23:00 again
    starts = [change + hour * 3600 * 10**6 for hour in (-1, 0, 1)]
    closings = ManyTimes(cairo).close_of_working_day(whole(*starts), whole(1, 1, 1))
    assert closings.tolist() == [
        instant(cairo.close_of_working_day(moment(start), 1)) for start in starts
    ]
    assert closings[0] == closings[1] < closings[2]


def answer(question: Callable[..., datetime], *about: object) -> int | None:
    """What a calendar answers; None for what lies beyond it."""
    try:
        return instant(question(*about))
    except BeyondHorizon:
        return None


def agree(
    answers: list[int | None],
    question: Callable[[Whole, Whole], Whole],
    starts: Whole,
    lengths: Whole,
) -> None:
    """All that have an answer get it together; one that has none spoils it for all."""
    answered = np.array([answer is not None for answer in answers])
    found = question(starts[answered], lengths[answered])
    assert found.dtype == np.int64
    assert found.tolist() == [answer for answer in answers if answer is not None]
    if not answered.all():
        with pytest.raises(BeyondHorizon):
            question(starts, lengths)


@pytest.mark.parametrize(
    "question",
    [
        lambda: MANY.add(whole(FIRST, LAST), whole(0, 1)),
        lambda: MANY.add(whole(FIRST, LAST), whole(1, 2**63 - 1)),
        lambda: MANY.add(whole(FIRST - 1), whole(0)),
        lambda: MANY.add(whole(LAST + 1), whole(0)),
        lambda: MANY.elapsed(whole(FIRST), whole(LAST + 1)),
        lambda: MANY.elapsed(whole(-(2**63)), whole(LAST)),
        lambda: MANY.close_of_working_day(whole(FIRST), whole(22)),
        lambda: MANY.close_of_working_day(whole(FIRST), whole(2**63 - 1)),
        lambda: MANY.close_of_working_day(whole(LAST + 1), whole(1)),
        lambda: MANY.close_of_calendar_day(whole(FIRST, FIRST), whole(29, 30)),
        lambda: MANY.close_of_calendar_day(whole(FIRST), whole(2**63 - 1)),
        lambda: MANY.close_of_calendar_day(whole(LAST + 1), whole(1)),
        lambda: MANY.is_guess(whole(FIRST), whole(LAST + 1)),
    ],
)
def test_one_question_past_the_horizon_refuses_all(
    question: Callable[[], object],
) -> None:
    with pytest.raises(BeyondHorizon):
        question()


@pytest.mark.parametrize(
    "question",
    [
        lambda: MANY.add(whole(FIRST, FIRST), whole(1, -1)),
        lambda: MANY.elapsed(whole(FIRST, LAST), whole(LAST, FIRST)),
        lambda: MANY.close_of_working_day(whole(FIRST, FIRST), whole(1, 0)),
        lambda: MANY.close_of_calendar_day(whole(FIRST, FIRST), whole(1, 0)),
    ],
)
def test_time_does_not_run_backwards_for_one_of_many(
    question: Callable[[], object],
) -> None:
    with pytest.raises(ValueError, match="entry 1: ") as refusal:
        question()
    assert refusal.type is ValueError


def test_none_of_many_is_none() -> None:
    assert MANY.add(whole(), whole()).tolist() == []
    assert MANY.elapsed(whole(), whole()).tolist() == []
    assert MANY.close_of_working_day(whole(), whole()).tolist() == []


def test_a_hundred_thousand_deadlines_at_once_are_those_of_one_at_a_time() -> None:
    chance = np.random.default_rng(seed=20261124)
    year = 365 * 86_400 * 10**6
    starts = SERVICE.begin + chance.integers(0, year, 100_000)
    budgets = chance.integers(0, 200 * 3600 * 10**6, 100_000)
    many = ManyTimes(SERVICE)
    due = many.add(starts, budgets)
    assert np.array_equal(many.elapsed(starts, due), budgets)
    alone = SERVICE.add(moment(int(starts[0])), int(budgets[0]) * MICROSECOND)
    assert instant(alone) == due[0]
