"""Very many deadlines at one instant, while many pages are open and hear of replies."""

import time
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import psutil  # type: ignore[import-untyped]
from django.db import connection

from bench import detector, house, people, results, stream
from bench.listening import Listeners
from bench.stream import Burst
from bench.told import PACE, reply
from bench.watching import share
from staff.models import User

PREFIX: Final = "RUSH"
# More than there is time for.
REPLIES: Final = 300
MIB: Final = 1024**2


@dataclass(frozen=True)
class Rush:
    """How late the detector was, how long pages waited, how much memory it took.

    `bare_s` is what a bare UPDATE of as many clocks takes afterwards, all by itself.
    """

    pages: int
    burst: Burst
    waits_ms: list[float]
    by_hello: int
    untold: int
    calm_mib: float
    most_mib: float
    bare_s: float


def fallen(due_at: datetime, clocks: int) -> Burst:
    """In a thread, whose connection nobody else closes."""
    try:
        return stream.fallen(due_at, count=clocks)
    finally:
        connection.close()


def measured(
    program: psutil.Process, port: int, agents: list[User], *, clocks: int, count: int
) -> Rush:
    """Replies go on from the deadline until everybody has been told of it."""
    people.told_of_misses()
    house.promise(enabled=False)
    waiting = [people.ask() for _ in range(REPLIES)]
    house.promise(enabled=True)
    cookies = [people.cookie(agent) for agent in agents]
    with (
        house.chain(),
        closing(Listeners(port, cookies, count, crowd=PREFIX)) as pages,
        ThreadPoolExecutor(1) as pool,
    ):
        calm = most = program.memory_info().rss
        due_at = stream.planned(PREFIX, count=clocks)
        falling = pool.submit(fallen, due_at, clocks)
        time.sleep(max(0.0, (due_at - datetime.now(UTC)).total_seconds()))
        committed: dict[str, int] = {}
        while not (falling.done() and committed):
            if waiting:
                inquiry = waiting.pop()
                committed[inquiry.number] = reply(inquiry, agents[0])
            most = max(most, program.memory_info().rss)
            time.sleep(1 / PACE)
        time.sleep(2)
        waits, by_hello = waits_of(committed, pages.heard())
    untold = len(committed) * count - len(waits)
    burst = falling.result()
    bare = detector.seconds_of(detector.update, prefix=f"{PREFIX}BARE", count=clocks)
    return Rush(count, burst, waits, by_hello, untold, calm / MIB, most / MIB, bare)


def waits_of(
    committed: dict[str, int], heard: dict[str, Any]
) -> tuple[list[float], int]:
    """Until each page heard of each reply, or was told to fetch all; how many so."""
    hellos = by_page(heard["hellos"])
    waits, by_hello = [], 0
    for number, at in committed.items():
        told = by_page(heard["arrivals"].get(number, ()))
        for page, instants in hellos.items():
            fetched = [it for it in instants if it >= at]
            if told[page] or fetched:
                first = min(told[page] + fetched)
                waits.append((first - at) / 1e6)
                by_hello += first in fetched
    return waits, by_hello


def by_page(pairs: Iterable[tuple[int, int]]) -> dict[int, list[int]]:
    """The instants of each page."""
    found: dict[int, list[int]] = defaultdict(list)
    for page, at in pairs:
        found[page].append(at)
    return found


def table(it: Rush) -> str:
    """What came of it."""
    lags = it.burst.lags_ms
    rows = [
        ["deadline to committed breach, p50 ms", f"{share(lags, 0.5):,.0f}"],
        ["p99 ms", f"{share(lags, 0.99):,.0f}"],
        ["max ms", f"{max(lags):,.0f}"],
        ["a bare UPDATE of as many by one connection, ms", f"{it.bare_s * 1000:,.0f}"],
        ["max / bare UPDATE", f"{max(lags) / it.bare_s / 1000:.2f}"],
        ["everybody told within, s", f"{it.burst.told_s:.1f}"],
        ["a reply meanwhile to each page, p50 ms", f"{share(it.waits_ms, 0.5):.1f}"],
        ["p99 ms (reply)", f"{share(it.waits_ms, 0.99):.1f}"],
        ["max ms (reply)", f"{max(it.waits_ms):.1f}"],
        ["of them told to fetch all instead", f"{it.by_hello / len(it.waits_ms):.0%}"],
        ["not told", f"{it.untold}"],
        ["web part before, MiB", f"{it.calm_mib:.0f}"],
        ["web part at most, MiB", f"{it.most_mib:.0f}"],
    ]
    head = f"{len(lags):,} deadlines at one instant, {it.pages} pages open"
    return results.table([head, ""], rows)
