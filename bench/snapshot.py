"""What an old transaction costs: somebody keeps a snapshot open while clocks fall due.

Dead rows and index entries that the snapshot might see cannot go meanwhile.
`./shoushi bench snapshot --clocks 100000 --write`
"""

import argparse
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import psycopg2
from django.db import connection
from django.utils import timezone

from bench import crowd, detector, house, results, stream
from bench.house import say
from bench.stream import Stream
from bench.watching import share

SIZES_SQL: Final = """
SELECT pg_relation_size('sla_clock'), pg_relation_size('clock_wakes'),
       (SELECT n_dead_tup FROM pg_stat_user_tables WHERE relname = 'sla_clock')
"""
MEGABYTE: Final = 1024**2


@dataclass
class Figures:
    """What was measured at one stage."""

    stage: str
    stream: Stream
    empty_poll_ms: list[float]
    burst_ms: float
    table_bytes: int
    index_bytes: int
    dead_rows: int


@contextmanager
def held_snapshot() -> Iterator[None]:
    """Another connection that has begun to read everything and does not end."""
    params = connection.get_connection_params()
    with closing(psycopg2.connect(**params)) as other, other.cursor() as cursor:
        other.set_session(isolation_level="REPEATABLE READ")
        cursor.execute("SELECT count(*) FROM sla_clock")
        yield
        other.rollback()


def measure(stage: str, *, options: argparse.Namespace, tidy: bool) -> Figures:
    """A stream of clocks, then how the table looks; on a running chain."""
    say(f"{stage}: {options.churn} bursts, then {options.seconds} s of stream")
    clocks = options.clocks
    name = stage.split(maxsplit=1)[0].upper()
    bursts = [
        stream.at_once(f"{name}{n}B", count=10_000, running=clocks)
        for n in range(options.churn)
    ]
    evenly = stream.evenly(
        f"{name}S", seconds=options.seconds, rate=options.rate, running=clocks
    )
    if tidy:
        crowd.tidy()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(SIZES_SQL)
        table_bytes, index_bytes, dead_rows = cursor.fetchone()
    return Figures(
        stage,
        evenly,
        detector.measure_empty_polls(count=100),
        bursts[-1].last_ms,
        table_bytes,
        index_bytes,
        dead_rows,
    )


def main() -> None:
    """Before, while, after; print, and write if asked to."""
    parser = argparse.ArgumentParser(prog="bench.snapshot", description=__doc__)
    parser.add_argument("--clocks", type=int, default=100_000)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--rate", type=int, default=50)
    parser.add_argument("--churn", type=int, default=5, help="bursts of 10,000")
    parser.add_argument("--write", action="store_true", help="into RESULTS.md")
    options = parser.parse_args()
    shape = results.machine()
    with house.own_database("bench_snapshot"):
        far = timezone.now() + timedelta(days=2)
        spread = timedelta(days=20) / options.clocks
        crowd.add(options.clocks, prefix="FAR", first_due=far, apart=spread)
        crowd.tidy()
        with house.chain():
            stages = [measure("before", options=options, tidy=False)]
            with held_snapshot():
                stages.append(measure("while it is held", options=options, tidy=False))
            stages.append(measure("after", options=options, tidy=True))
    body = results.table(
        [f"{options.clocks:,} running clocks", *(it.stage for it in stages)],
        [
            [
                "deadline to committed breach, p50 ms",
                *(f"{share(it.stream.committed, 0.5):.1f}" for it in stages),
            ],
            ["p99 ms", *(f"{share(it.stream.committed, 0.99):.1f}" for it in stages)],
            ["max ms", *(f"{max(it.stream.committed):.1f}" for it in stages)],
            [
                "a process that only sleeps till then, p99 ms",
                *(f"{share(it.stream.woken, 0.99):.1f}" for it in stages),
            ],
            [
                "empty poll, median ms",
                *(f"{share(it.empty_poll_ms, 0.5):.2f}" for it in stages),
            ],
            [
                "the last of 10,000 at one instant committed, ms",
                *(f"{it.burst_ms:.0f}" for it in stages),
            ],
            ["dead rows of clocks", *(f"{it.dead_rows:,}" for it in stages)],
            [
                "table of clocks, MB",
                *(f"{it.table_bytes / MEGABYTE:.0f}" for it in stages),
            ],
            [
                "index of wake-ups, MB",
                *(f"{it.index_bytes / MEGABYTE:.1f}" for it in stages),
            ],
        ],
    )
    results.show(
        body,
        section="snapshot",
        title="A snapshot that is held",
        shape=shape,
        words="A transaction in REPEATABLE READ has counted all clocks and stays open"
        f" while {options.churn * 10_000:,} clocks in bursts and a stream fall due.",
        write=options.write,
    )


if __name__ == "__main__":
    main()
