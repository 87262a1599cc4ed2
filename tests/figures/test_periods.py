"""Which week and which month are over, on any day."""

from datetime import date, timedelta

import pytest

from figures.periods import Cycle, Period, ended


@pytest.mark.parametrize(
    ("today", "first", "last"),
    [
        ("2026-11-23", "2026-11-16", "2026-11-22"),  # a Monday
        ("2026-11-29", "2026-11-16", "2026-11-22"),  # the Sunday after it
        ("2027-01-01", "2026-12-21", "2026-12-27"),
    ],
)
def test_a_week_runs_from_monday_to_sunday(today: str, first: str, last: str) -> None:
    week = ended(Cycle.WEEK, date.fromisoformat(today))
    assert (str(week.first), str(week.last)) == (first, last)
    assert week.before.last == week.first - timedelta(days=1)
    assert week.before.first == week.first - timedelta(days=7)


def test_a_month_is_as_long_as_it_is() -> None:
    month = ended(Cycle.MONTH, date(2028, 3, 1))
    assert month == Period(Cycle.MONTH, date(2028, 2, 1), date(2028, 2, 29))
    assert month.before == Period(Cycle.MONTH, date(2028, 1, 1), date(2028, 1, 31))
    assert ended(Cycle.MONTH, date(2027, 1, 31)).first == date(2026, 12, 1)
