"""How fast a million deadlines are reckoned anew, as when a calendar changes.

`./shoushi bench due_times --write`
"""

import argparse
import random
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np
from django.utils import timezone

from bench import house, results
from sla import ledger
from sla.business_time_many import ManyTimes
from sla.services import rules

GOAL_S: Final = 1.0
TURNS: Final = 5
COMPARED: Final = 5_000
CALENDAR: Final = "objection_service"
BEGIN: Final = datetime(2026, 1, 1, tzinfo=UTC)


def seconds(work: Callable[[], object]) -> float:
    """The median of several turns."""
    taken = []
    for _ in range(TURNS):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def main() -> None:
    """Measure, compare with the plain way, print, and write if asked to."""
    parser = argparse.ArgumentParser(prog="bench.due_times", description=__doc__)
    parser.add_argument("--clocks", type=int, default=1_000_000)
    parser.add_argument("--write", action="store_true", help="into RESULTS.md")
    options = parser.parse_args()
    shape = results.machine()
    with house.own_database("bench_due_times"):
        calendar = rules.rulebook(at=timezone.now()).calendars[CALENDAR]
    many = ManyTimes(calendar)
    dice = np.random.default_rng(2026)
    first = ledger.microseconds(BEGIN)
    year = 365 * 86_400 * 1_000_000
    starts = first + dice.integers(0, year, options.clocks)
    budgets = dice.integers(1, 40 * 3600 * 1_000_000, options.clocks)
    days = dice.integers(1, 10, options.clocks)
    added_s = seconds(lambda: many.add(starts, budgets))
    closed_s = seconds(lambda: many.close_of_working_day(starts, days))
    compare(calendar, starts, budgets, days, many)
    sample = [instant(value) for value in starts[:COMPARED]]
    spans = [timedelta(microseconds=int(value)) for value in budgets[:COMPARED]]
    one_s = seconds(
        lambda: [calendar.add(*pair) for pair in zip(sample, spans, strict=True)]
    )
    count = f"{options.clocks:,}"
    verdict = "kept" if added_s <= GOAL_S else "missed"
    rows = [
        [f"{count} deadlines in opening hours (goal 1 s: {verdict})", f"{added_s:.3f}"],
        [f"{count} deadlines in working days", f"{closed_s:.3f}"],
        ["one deadline, one at a time, µs", f"{one_s / COMPARED * 1e6:.1f}"],
    ]
    results.show(
        results.table(["", "seconds"], rows),
        section="due_times",
        title="Deadlines reckoned anew",
        shape=shape,
        words=f"Calendar `{CALENDAR}`, starts throughout 2026, budgets up to 40 h;"
        f" {COMPARED:,} of the results are compared with the plain way of reckoning.",
        write=options.write,
    )


def compare(calendar: Any, starts: Any, budgets: Any, days: Any, many: Any) -> None:
    """Both ways must say the same to the microsecond."""
    chosen = random.Random(7).sample(range(len(starts)), COMPARED)  # noqa: S311
    added = many.add(starts, budgets)
    closed = many.close_of_working_day(starts, days)
    for place in chosen:
        start = instant(starts[place])
        plain = calendar.add(start, timedelta(microseconds=int(budgets[place])))
        assert ledger.microseconds(plain) == added[place]
        plain = calendar.close_of_working_day(start, int(days[place]))
        assert ledger.microseconds(plain) == closed[place]


def instant(value: Any) -> datetime:
    """Microseconds since 1970 as an instant."""
    return ledger.EPOCH + timedelta(microseconds=int(value))


if __name__ == "__main__":
    main()
