"""What one reading of `/healthz` and `/metrics` costs, by the number of running clocks.

`./shoushi bench reading --clocks 1000000 --write`
"""

import argparse
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from django.db import connection
from django.utils import timezone
from prometheus_client import generate_latest

from bench import crowd, house, results
from bench.house import say
from helpdesk import health
from helpdesk.metrics import Figures
from sla import detector
from sla.models import Notification

TURNS: Final = 20
LATE: Final = 10_000


def milliseconds(work: Callable[[], object]) -> float:
    """The median of several turns; the first one warms up."""
    taken = []
    for _ in range(TURNS + 1):
        began = time.perf_counter()
        work()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken[1:])


def slowest() -> tuple[str, float]:
    """The statement of a reading that takes longest, and for how long."""
    taken: dict[str, float] = {}

    def note(execute: Callable[..., object], sql: str, *args: object) -> object:
        began = time.perf_counter()
        try:
            return execute(sql, *args)
        finally:
            taken[sql] = (time.perf_counter() - began) * 1000

    with connection.execute_wrapper(note):
        generate_latest(Figures(at=timezone.now()))
    return max(taken.items(), key=lambda pair: pair[1])


def main() -> None:
    """Measure, print, and write if asked to."""
    parser = argparse.ArgumentParser(prog="bench.reading", description=__doc__)
    parser.add_argument("--clocks", type=int, default=1_000_000)
    parser.add_argument("--write", action="store_true", help="into RESULTS.md")
    options = parser.parse_args()
    shape = results.machine()
    with house.own_database("bench_reading"):
        say(f"{options.clocks:,} clocks: writing them")
        far = timezone.now() + timedelta(days=2)
        spread = timedelta(days=20) / options.clocks
        crowd.add(options.clocks, prefix="FAR", first_due=far, apart=spread)
        crowd.add(LATE, prefix="LATE", first_due=timezone.now() - timedelta(minutes=1))
        detector.sweep(clock=timezone.now)
        crowd.tidy()
        checked = milliseconds(lambda: health.check(at=timezone.now()))
        figured = milliseconds(lambda: generate_latest(Figures(at=timezone.now())))
        sql, longest = slowest()
        say(f"longest statement, {longest:.1f} ms: {sql}")
        assert not Notification.objects.exists()
    rows = [
        ["`/healthz`", f"{checked:.1f}"],
        ["`/metrics`", f"{figured:.1f}"],
        ["of which its longest statement", f"{longest:.1f}"],
    ]
    results.show(
        results.table(["median", "ms"], rows),
        section="reading",
        title="What watching the house costs",
        shape=shape,
        words=f"{options.clocks:,} running clocks, {LATE:,} overdue and not told.",
        write=options.write,
    )


if __name__ == "__main__":
    main()
