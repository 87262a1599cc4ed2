"""Whether slow jobs in the other queue make deadlines late.

`./shoushi bench neighbour --write`
"""

import argparse
import os
from contextlib import closing
from datetime import timedelta

import redis
from django.conf import settings
from django.utils import timezone

from bench import crowd, house, results, stream
from bench.house import say
from bench.stream import Stream
from bench.watching import share
from helpdesk.celery import app
from helpdesk.launch import parts

JOBS = 2_000
KINDS = {
    "": "a quiet neighbour",
    "waiting": f"{JOBS:,} jobs that wait 2 s each",
    "computing": f"{JOBS:,} jobs that compute 2 s each",
    "sorting": f"{JOBS:,} jobs that make the database sort",
}


def measure(kind: str, *, options: argparse.Namespace) -> Stream:
    """The stream beside a worker of `default` with such jobs to do."""
    say(f"{KINDS[kind]}: {options.seconds} s on the chain")
    flooded = [*parts.worker_default(), "--include", "bench.slow_jobs"]
    with house.chain(more={"worker-default": flooded}):
        if kind:
            for _ in range(JOBS):
                app.send_task("bench.slow", [kind], queue="default")
        result = stream.evenly(
            f"N{kind.upper()}S",
            seconds=options.seconds,
            rate=options.rate,
            running=options.clocks,
        )
        left = queued()
    forget_jobs()
    if kind and not left:
        raise AssertionError("The neighbour had nothing left to do.")
    return result


def queued() -> int:
    """How many jobs the neighbour has still to do."""
    with closing(redis.Redis.from_url(settings.LIVE_REDIS_URL)) as broker:
        return int(broker.llen("default"))


def forget_jobs() -> None:
    """Leave nothing for the next stage."""
    with closing(redis.Redis.from_url(settings.LIVE_REDIS_URL)) as broker:
        broker.delete("default", "unacked", "unacked_index")


def main() -> None:
    """By turns; print, and write if asked to."""
    parser = argparse.ArgumentParser(prog="bench.neighbour", description=__doc__)
    parser.add_argument("--clocks", type=int, default=100_000)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--rate", type=int, default=50)
    parser.add_argument("--write", action="store_true", help="into RESULTS.md")
    options = parser.parse_args()
    shape = results.machine()
    with house.own_database("bench_neighbour"):
        far = timezone.now() + timedelta(days=2)
        spread = timedelta(days=20) / options.clocks
        crowd.add(options.clocks, prefix="FAR", first_due=far, apart=spread)
        crowd.tidy()
        streams = {kind: measure(kind, options=options) for kind in KINDS}
    lines = [
        [
            KINDS[kind],
            f"{share(it.committed, 0.5):.1f}",
            f"{share(it.committed, 0.99):.1f}",
            f"{max(it.committed):.1f}",
            f"{share(it.woken, 0.99):.1f}",
        ]
        for kind, it in streams.items()
    ]
    body = results.table(
        ["in the queue `default`", "p50 ms", "p99 ms", "max ms", "sleeper p99 ms"],
        lines,
    )
    cores = os.cpu_count()
    results.show(
        body,
        section="neighbour",
        title="A noisy neighbour",
        shape=shape,
        words=f"Deadline to committed breach with {options.clocks:,} running clocks,"
        " while the two processes of the other worker are busy all the time. Jobs that"
        f" compute take both of {cores} cores; what a mere sleeper is late then is the"
        " machine's doing.",
        write=options.write,
    )


if __name__ == "__main__":
    main()
