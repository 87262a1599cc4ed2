"""How fast a missed deadline is detected, by the number of running clocks.

`./shoushi bench detector --clocks 10000 100000 1000000 --write`
"""

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone

from bench import crowd, house, people, results, stream
from bench.house import say
from bench.stream import Burst, Stream
from bench.watching import share
from sla import detector

BURST: Final = 10_000
BURSTS: Final = 5
BARE_UPDATE: Final = """
UPDATE sla_clock AS clock
   SET next_step = clock.next_step + 1, wake_at = clock.schedule[clock.next_step + 2],
       breached_at = clock.due_at, detected_at = %(at)s
 WHERE id IN (SELECT id FROM sla_clock
               WHERE status = 'running' AND wake_at < %(at)s AND wake_at > %(watermark)s
               ORDER BY wake_at LIMIT %(limit)s)
"""


@dataclass
class Figures:
    """What was measured with one number of clocks."""

    clocks: int
    stream: Stream
    bursts: dict[int, Burst]
    empty_poll_ms: list[float] = field(default_factory=list)
    drained_per_s: float = 0.0
    updated_per_s: float = 0.0


def measure_empty_polls(*, count: int = 400) -> list[float]:
    """A poll asks what is due and when the next one is, and finds nothing."""
    watermark = timezone.now() - detector.OVERLAP
    taken = []
    for _ in range(count):
        began = time.perf_counter()
        found = detector.claim(
            clock=timezone.now, watermark=watermark, limit=detector.BATCH
        )
        detector._pause(timezone.now(), watermark)  # noqa: SLF001 - it is what we time
        taken.append((time.perf_counter() - began) * 1000)
        if found.claimed:
            raise AssertionError("Something was due.")
    return taken


def drain(at: datetime) -> int:
    """The detector, with notices to pages and all."""
    watermark = at - detector.OVERLAP
    return detector.drain(clock=timezone.now, watermark=watermark).claimed


def update(at: datetime) -> int:
    """The same rows in the same batches, moved without any record."""
    total, limit = 0, detector.BATCH
    while True:
        values: dict[str, Any] = {
            "at": at,
            "watermark": at - detector.OVERLAP,
            "limit": limit,
        }
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(BARE_UPDATE, values)
            count = int(cursor.rowcount)
        total += count
        if count < limit:
            return total
        limit = detector.FULL_BATCH


def seconds_of(work: Callable[[datetime], int], *, prefix: str, count: int) -> float:
    """How long it takes to work off so many clocks that fall due at one instant."""
    due_at = timezone.now()
    crowd.add(count, prefix=prefix, first_due=due_at)
    crowd.tidy()
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
    began = time.perf_counter()
    found = work(due_at + timedelta(seconds=1))
    taken = time.perf_counter() - began
    if found != count:
        raise AssertionError(f"{found} of {count} clocks were found.")
    return taken


def measure_drains(*, bursts: int = BURSTS) -> tuple[float, float]:
    """Bursts of the same size, by turns drained and barely updated; the medians."""
    rates: dict[Callable[[datetime], int], list[float]] = {drain: [], update: []}
    for turn in range(2 * bursts):
        work = (drain, update)[turn % 2]
        taken = seconds_of(work, prefix=f"TURN{turn}N", count=BURST)
        rates[work].append(BURST / taken)
    return statistics.median(rates[drain]), statistics.median(rates[update])


def measure(clocks: int, *, options: argparse.Namespace) -> Figures:
    """Everything, in a database of its own with so many running clocks."""
    with house.own_database("bench_detector"):
        say(f"{clocks:,} clocks: writing them")
        people.told_of_misses()
        far = timezone.now() + timedelta(days=2)
        spread = timedelta(days=20) / clocks
        crowd.add(clocks, prefix="FAR", first_due=far, apart=spread, warned=False)
        crowd.tidy()
        with house.chain():
            say(f"{clocks:,} clocks: {options.seconds} s on the chain")
            evenly = stream.evenly(
                "STREAM", seconds=options.seconds, rate=options.rate, running=clocks
            )
            bursts = {}
            for count in options.bursts:
                say(f"{clocks:,} clocks: {count:,} at one instant")
                bursts[count] = stream.at_once(
                    f"BANG{count}N", count=count, running=clocks
                )
        figures = Figures(clocks, evenly, bursts)
        say(f"{clocks:,} clocks: polls, drains")
        figures.empty_poll_ms = measure_empty_polls()
        figures.drained_per_s, figures.updated_per_s = measure_drains()
    return figures


def of_burst(count: int) -> dict[str, Callable[[Figures], str]]:
    """The lines about one size of burst."""
    return {
        f"{count:,} at one instant: first committed, ms": lambda f: (
            f"{min(f.bursts[count].lags_ms):.0f}"
        ),
        f"{count:,}: last committed, ms": lambda f: (
            f"{max(f.bursts[count].lags_ms):,.0f}"
        ),
        f"{count:,}: everybody told, s": lambda f: f"{f.bursts[count].told_s:.1f}",
    }


def rows(bursts: Sequence[int]) -> dict[str, Callable[[Figures], str]]:
    """What each line of the table shows."""
    lines: dict[str, Callable[[Figures], str]] = {
        "deadline to committed breach, p50 ms": lambda f: (
            f"{share(f.stream.committed, 0.5):.1f}"
        ),
        "p95 ms": lambda f: f"{share(f.stream.committed, 0.95):.1f}",
        "p99 ms": lambda f: f"{share(f.stream.committed, 0.99):.1f}",
        "max ms": lambda f: f"{max(f.stream.committed):.1f}",
        "deadline to a page's live notice, p50 ms": lambda f: (
            f"{share(f.stream.told, 0.5):.1f}"
        ),
        "p99 ms (notice)": lambda f: f"{share(f.stream.told, 0.99):.1f}",
        "a process that only sleeps till then, p99 ms": lambda f: (
            f"{share(f.stream.woken, 0.99):.1f}"
        ),
        "max ms (sleeper)": lambda f: f"{max(f.stream.woken):.1f}",
        "empty poll, median ms": lambda f: f"{share(f.empty_poll_ms, 0.5):.2f}",
        "empty poll, p99 ms": lambda f: f"{share(f.empty_poll_ms, 0.99):.2f}",
    }
    for count in bursts:
        lines |= of_burst(count)
    return lines | {
        "drain, clocks/s": lambda f: f"{f.drained_per_s:,.0f}",
        "bare UPDATE, clocks/s": lambda f: f"{f.updated_per_s:,.0f}",
        "drain / bare UPDATE": lambda f: f"{f.drained_per_s / f.updated_per_s:.2f}",
    }


def main() -> None:
    """Measure, print, and write if asked to."""
    parser = argparse.ArgumentParser(prog="bench.detector", description=__doc__)
    parser.add_argument("--clocks", type=int, nargs="+", default=[10_000])
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--rate", type=int, default=50, help="clocks due each second")
    parser.add_argument("--bursts", type=int, nargs="*", default=[10_000, 95_000])
    parser.add_argument("--write", action="store_true", help="into RESULTS.md")
    options = parser.parse_args()
    shape = results.machine()
    figures = [measure(clocks, options=options) for clocks in options.clocks]
    body = results.table(
        ["running clocks", *(f"{f.clocks:,}" for f in figures)],
        [
            [name, *(shown(f) for f in figures)]
            for name, shown in rows(options.bursts).items()
        ],
    )
    results.show(
        body, section="detector", title="Detector", shape=shape, write=options.write
    )


if __name__ == "__main__":
    main()
