"""Good customers in bad company: garbage, slow readers, and promises falling due.

`./shoushi bench storm --write`
"""

import argparse
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.utils import timezone

from bench import crowd, house, people, results
from bench.acts import expect, questions
from bench.clients import Played, play, request
from bench.house import say
from bench.nonsense import nonsense
from bench.watching import Reader, share
from bench.web import free_port, web
from helpdesk.launch import prepare

EACH: Final = 100
SLOW: Final = 50
MIB: Final = 1024**2
GOAL_LAG_MS: Final = 1000


@dataclass(frozen=True)
class Storm:
    """What became of the good ones, of the bad ones, of memory and of promises."""

    good: Played
    bad: Played
    lags_ms: list[float]
    calm_mib: float
    most_mib: float


@contextmanager
def slow_readers(port: int) -> Iterator[None]:
    """They ask for a page and never read it."""
    with ExitStack() as lines:
        for _ in range(SLOW):
            line = lines.enter_context(socket.create_connection(("127.0.0.1", port)))
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
            line.sendall(request("GET", "/devices/"))
        yield


def measured(seconds: float) -> Storm:
    """All at once, for so long."""
    port = free_port()
    promises = int(seconds * 50)
    with house.own_database("bench_storm"), house.chain(), web(port) as program:
        prepare.collect_static()
        people.told_of_misses()
        # Longer than all this takes: what is missed are the promises made for it.
        house.promise(seconds=3600)
        play(port, list(questions(50)), clients=4, seconds=10)
        calm = program.memory_info().rss / MIB
        pile = int(seconds * 1000)
        bad_ones = list(nonsense(pile // 4))
        begins = timezone.now() + timedelta(seconds=5)
        apart = timedelta(seconds=seconds) / promises
        crowd.add(promises, prefix="STORM", first_due=begins, apart=apart)
        reader = Reader()
        most = [calm]
        with slow_readers(port), ThreadPoolExecutor(4) as pool:
            until = begins + timedelta(seconds=seconds + 60)
            lags = pool.submit(reader.read, promises, until=until)
            time.sleep(max(0.0, (begins - timezone.now()).total_seconds()))
            say(f"{2 * EACH} clients for {seconds:.0f} s")
            good, bad = (
                pool.submit(play, port, requests, clients=EACH, seconds=seconds)
                for requests in (list(questions(pile)), bad_ones)
            )
            while not (good.done() and bad.done()):
                most.append(program.memory_info().rss / MIB)
                time.sleep(0.2)
            expect(good.result(), "good questions")
            refused(bad.result())
            return Storm(good.result(), bad.result(), lags.result(), calm, max(most))


def refused(bad: Played) -> None:
    """Raises AssertionError if one of them was too much for the product."""
    if {code: n for code, n in bad.statuses.items() if code.startswith("5")}:
        raise AssertionError(f"garbage: {bad.statuses}")


def main() -> None:
    """Measure, print, and write if asked to."""
    parser = argparse.ArgumentParser(prog="bench.storm", description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--write", action="store_true", help="into RESULTS.md")
    options = parser.parse_args()
    shape = results.machine()
    it = measured(options.seconds)
    kinds = ", ".join(f"{code}: {n:,}" for code, n in sorted(it.bad.statuses.items()))
    lag = max(it.lags_ms)
    kept = "kept" if lag <= GOAL_LAG_MS else "missed"
    rows = [
        ["good questions that were asked", f"{len(it.good.taken_ms):,}"],
        ["of them refused or cut off", "0"],
        ["p95 of a good one, ms", f"{it.good.quantile(0.95):.0f}"],
        [f"bad requests ({kinds})", f"{sum(it.bad.statuses.values()):,}"],
        ["web part before, MiB", f"{it.calm_mib:.0f}"],
        ["web part at most, MiB", f"{it.most_mib:.0f}"],
        ["promises that were missed meanwhile", f"{len(it.lags_ms):,}"],
        ["deadline to committed breach, p99 ms", f"{share(it.lags_ms, 0.99):.0f}"],
        [f"max ms (goal {GOAL_LAG_MS:,}: {kept})", f"{lag:.0f}"],
    ]
    results.show(
        results.table(["", ""], rows),
        section="storm",
        title="Good customers in bad company",
        shape=shape,
        words=f"{EACH} clients ask, {EACH} post garbage and {SLOW} ask for a page and"
        " never read it, all for the same seconds. The garbage passes each door, with a"
        " session, a token and a valid form, and is nonsense behind it: on the portal,"
        " at the desk, by the API and as uploads. A good one refused or cut, and"
        " a 500 for a bad one, end the measurement with an error.",
        write=options.write,
    )


if __name__ == "__main__":
    main()
