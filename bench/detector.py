"""How fast a missed deadline is detected, by the number of running clocks.

`python -m bench.detector --clocks 10000 100000 1000000 --write`
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any, Final

import psycopg2
import redis
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from bench import crowd, house
from bench.house import say
from inquiries import services
from inquiries.models import Inquiry
from sla import detector
from sla.models import ClockEvent, Target
from staff.models import Role, User
from tickets.models import Channel

RESULTS: Final = Path(__file__).resolve().parent / "RESULTS.md"
BURST: Final = 10_000
BURSTS: Final = 5
PREFIX: Final = "STREAM"
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
    """What was measured with one number of clocks; times in milliseconds."""

    clocks: int
    committed: list[float] = field(default_factory=list)
    woken: list[float] = field(default_factory=list)
    told: list[float] = field(default_factory=list)
    empty_poll: list[float] = field(default_factory=list)
    drained_per_s: float = 0.0
    updated_per_s: float = 0.0
    burst_first: float = 0.0
    burst_last: float = 0.0
    ask: tuple[float, float] = (0.0, 0.0)
    reply: tuple[float, float] = (0.0, 0.0)


def share(values: Sequence[float], fraction: float) -> float:
    """The value that this fraction of all values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * fraction))]


# --- Lag on the real chain -----------------------------------------------------------


class Reader:
    """Another connection that asks every millisecond which breaches are committed.

    What it sees is committed, flushed and visible to everybody. It sees each at most
    about a millisecond late, so its figures are upper bounds.
    """

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(max(id), 0) FROM sla_clockevent")
            (self.last,) = cursor.fetchone()
        self.lags: list[float] = []

    def read_until(self, count: int, *, until: datetime) -> None:
        """Read until so many breaches were seen, or the time is over."""
        params = connection.get_connection_params()
        with closing(psycopg2.connect(**params)) as other, other.cursor() as cursor:
            other.autocommit = True
            while len(self.lags) < count and datetime.now(UTC) < until:
                cursor.execute(
                    "SELECT id, at FROM sla_clockevent"
                    " WHERE id > %s AND kind = 'breach' ORDER BY id",
                    [self.last],
                )
                rows = cursor.fetchall()
                now = datetime.now(UTC)
                self.lags += [milliseconds(now - at) for _, at in rows]
                self.last = rows[-1][0] if rows else self.last
                time.sleep(0.001)


class Sleeper:
    """A process that does nothing but wake up at the same instants.

    What it is late is the machine's doing; a detector cannot be better.
    """

    SCRIPT: Final = (
        "import json, sys, time\n"
        "late = []\n"
        "for due in json.load(sys.stdin):\n"
        "    time.sleep(max(0, due - time.time()))\n"
        "    late.append((time.time() - due) * 1000)\n"
        "print(json.dumps(late))\n"
    )

    def __init__(self, deadlines: Sequence[datetime]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", self.SCRIPT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdin is not None
        json.dump([due.timestamp() for due in deadlines], self.process.stdin)
        self.process.stdin.close()

    def lags(self) -> list[float]:
        """In milliseconds, once it is done."""
        assert self.process.stdout is not None
        with self.process.stdout as out:
            lags: list[float] = json.load(out)
        self.process.wait()
        return lags


class Listener(Thread):
    """A page's live stream: when is it told to fetch the ticket again?"""

    def __init__(self, deadlines: dict[str, datetime]) -> None:
        super().__init__(daemon=True)
        self.deadlines = deadlines
        self.lags: list[float] = []
        self.subscribed = Event()
        self.over = Event()

    def run(self) -> None:
        """Note the first notice of each ticket."""
        client = redis.Redis.from_url(settings.LIVE_REDIS_URL)
        with closing(client), closing(client.pubsub()) as pubsub:  # type: ignore[no-untyped-call]
            pubsub.subscribe("desk")
            while not self.over.is_set():
                message = pubsub.get_message(timeout=0.1)
                if message is None:
                    continue
                if message["type"] != "message":
                    self.subscribed.set()
                    continue
                number = json.loads(message["data"])["ticket"]
                due_at = self.deadlines.pop(number, None)
                if due_at is not None:
                    self.lags.append(milliseconds(datetime.now(UTC) - due_at))


def milliseconds(span: timedelta) -> float:
    """A span as a number."""
    return span / timedelta(milliseconds=1)


def measure_stream(figures: Figures, *, seconds: int, rate: int) -> None:
    """Clocks fall due evenly while the chain runs; how late is each breach?"""
    count = seconds * rate
    first_due = datetime.now(UTC) + timedelta(seconds=4 + count / 5000)
    apart = timedelta(seconds=1 / rate)
    crowd.add(count, prefix=PREFIX, first_due=first_due, apart=apart)
    crowd.tidy()
    deadlines = {f"{PREFIX}{n + 1}": first_due + n * apart for n in range(count)}
    sleeper = Sleeper(list(deadlines.values()))
    listener = Listener(deadlines)
    listener.start()
    listener.subscribed.wait(5)
    reader = Reader()
    if datetime.now(UTC) > first_due:
        raise TimeoutError("Writing the clocks took longer than planned.")
    reader.read_until(count, until=first_due + timedelta(seconds=seconds + 35))
    time.sleep(0.2)
    listener.over.set()
    listener.join()
    if len(reader.lags) != count:
        raise AssertionError(f"{len(reader.lags)} of {count} breaches were seen.")
    figures.committed, figures.told = reader.lags, listener.lags
    figures.woken = sleeper.lags()


def measure_burst_on_chain(figures: Figures) -> None:
    """All of a burst falls due at one instant while the chain runs."""
    due_at = datetime.now(UTC) + timedelta(seconds=8)
    crowd.add(BURST, prefix="BANG", first_due=due_at)
    crowd.tidy()
    reader = Reader()
    reader.read_until(BURST, until=due_at + timedelta(seconds=60))
    if len(reader.lags) != BURST:
        raise AssertionError(f"{len(reader.lags)} of {BURST} breaches were seen.")
    figures.burst_first, figures.burst_last = min(reader.lags), max(reader.lags)


# --- In this process, without the chain ----------------------------------------------


def measure_empty_polls(figures: Figures, *, count: int = 400) -> None:
    """A poll asks what is due and when the next one is, and finds nothing."""
    watermark = timezone.now() - detector.OVERLAP
    for _ in range(count):
        began = time.perf_counter()
        found = detector.claim(
            clock=timezone.now, watermark=watermark, limit=detector.BATCH
        )
        detector._pause(timezone.now(), watermark)  # noqa: SLF001 - it is what we time
        figures.empty_poll.append((time.perf_counter() - began) * 1000)
        if found.claimed:
            raise AssertionError("Something was due.")


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


def measure_drains(figures: Figures) -> None:
    """Bursts of the same size, by turns drained and barely updated; the medians."""
    rates: dict[Callable[[datetime], int], list[float]] = {drain: [], update: []}
    for turn in range(2 * BURSTS):
        work = (drain, update)[turn % 2]
        due_at = timezone.now()
        crowd.add(BURST, prefix=f"TURN{turn}N", first_due=due_at)
        crowd.tidy()
        with connection.cursor() as cursor:
            cursor.execute("CHECKPOINT")
        began = time.perf_counter()
        count = work(due_at + timedelta(seconds=1))
        rates[work].append(count / (time.perf_counter() - began))
        if count != BURST:
            raise AssertionError(f"{count} of {BURST} clocks were found.")
    figures.drained_per_s = statistics.median(rates[drain])
    figures.updated_per_s = statistics.median(rates[update])


def measure_verbs(figures: Figures, *, count: int = 150) -> None:
    """What the clock adds to asking and replying: with and without a promise."""
    agent = User.objects.create(
        username="bench", display_name="bench", work_number="1", role=Role.AGENT
    )
    channel = Channel.objects.get(code="web_chat")
    asked: dict[bool, list[float]] = {True: [], False: []}
    replied: dict[bool, list[float]] = {True: [], False: []}

    def ask() -> Inquiry:
        return services.ask(
            channel=channel,
            surname="王",
            phone="",
            topic="rental_price",
            text="多少钱？",
            at=timezone.now(),
        )

    for turn in range(2 * count):
        promised = turn % 2 == 0
        Target.objects.update(enabled=promised)
        began = time.perf_counter()
        inquiry = ask()
        asked[promised].append((time.perf_counter() - began) * 1000)
        began = time.perf_counter()
        services.reply(inquiry, text="八百元。", by=agent, at=timezone.now())
        replied[promised].append((time.perf_counter() - began) * 1000)
    Target.objects.update(enabled=True)
    figures.ask = (statistics.median(asked[False]), statistics.median(asked[True]))
    figures.reply = (
        statistics.median(replied[False]),
        statistics.median(replied[True]),
    )


# --- The whole -----------------------------------------------------------------------


def measure(clocks: int, *, seconds: int, rate: int) -> Figures:
    """Everything, in a database of its own with so many running clocks."""
    figures = Figures(clocks)
    with house.own_database("bench_detector"):
        say(f"{clocks:,} clocks: writing them")
        far = timezone.now() + timedelta(days=2)
        spread = timedelta(days=20) / clocks
        crowd.add(clocks, prefix="FAR", first_due=far, apart=spread, warned=False)
        crowd.tidy()
        with house.chain():
            say(f"{clocks:,} clocks: {seconds} s on the chain")
            measure_stream(figures, seconds=seconds, rate=rate)
            say(f"{clocks:,} clocks: a burst on the chain")
            measure_burst_on_chain(figures)
        say(f"{clocks:,} clocks: polls, drains, verbs")
        measure_empty_polls(figures)
        measure_drains(figures)
        measure_verbs(figures)
        if ClockEvent.objects.filter(kind="breach").count() < seconds * rate + BURST:
            raise AssertionError("Breaches are missing.")
    return figures


def table(all_figures: Sequence[Figures]) -> str:
    """The result as Markdown, one column for each number of clocks."""
    rows: dict[str, Callable[[Figures], str]] = {
        "deadline to committed breach, p50 ms": lambda f: (
            f"{share(f.committed, 0.5):.1f}"
        ),
        "p95 ms": lambda f: f"{share(f.committed, 0.95):.1f}",
        "p99 ms": lambda f: f"{share(f.committed, 0.99):.1f}",
        "max ms": lambda f: f"{max(f.committed):.1f}",
        "deadline to a page's live notice, p50 ms": lambda f: (
            f"{share(f.told, 0.5):.1f}"
        ),
        "p99 ms (notice)": lambda f: f"{share(f.told, 0.99):.1f}",
        "a process that only sleeps till then, p99 ms": lambda f: (
            f"{share(f.woken, 0.99):.1f}"
        ),
        "max ms (sleeper)": lambda f: f"{max(f.woken):.1f}",
        "empty poll, median ms": lambda f: f"{share(f.empty_poll, 0.5):.2f}",
        "empty poll, p99 ms": lambda f: f"{share(f.empty_poll, 0.99):.2f}",
        "10,000 at one instant: first committed, ms": lambda f: f"{f.burst_first:.0f}",
        "10,000 at one instant: last committed, ms": lambda f: f"{f.burst_last:.0f}",
        "drain, clocks/s": lambda f: f"{f.drained_per_s:,.0f}",
        "bare UPDATE, clocks/s": lambda f: f"{f.updated_per_s:,.0f}",
        "drain / bare UPDATE": lambda f: f"{f.drained_per_s / f.updated_per_s:.2f}",
        "asking without / with a clock, ms": lambda f: (
            f"{f.ask[0]:.1f} / {f.ask[1]:.1f}"
        ),
        "replying without / with a clock, ms": lambda f: (
            f"{f.reply[0]:.1f} / {f.reply[1]:.1f}"
        ),
    }
    head = ["running clocks", *(f"{f.clocks:,}" for f in all_figures)]
    lines = [head, ["---", *("---:" for _ in all_figures)]]
    lines += [[name, *(show(f) for f in all_figures)] for name, show in rows.items()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def machine() -> str:
    """Its shape, not its name."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        (version,) = cursor.fetchone()
        cursor.execute("SHOW synchronous_commit")
        (synchronous,) = cursor.fetchone()
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GB of memory; PostgreSQL {version},"
        f" synchronous_commit {synchronous}; everything on this one machine"
    )


def main() -> None:
    """Measure, print, and write if asked to."""
    parser = argparse.ArgumentParser(prog="bench.detector", description=__doc__)
    parser.add_argument("--clocks", type=int, nargs="+", default=[10_000])
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--rate", type=int, default=50, help="clocks due each second")
    parser.add_argument("--write", action="store_true", help="into RESULTS.md")
    options = parser.parse_args()
    shape = machine()
    figures = [
        measure(clocks, seconds=options.seconds, rate=options.rate)
        for clocks in options.clocks
    ]
    result = table(figures)
    print(result)
    if options.write:
        write(result, shape=shape, options=options)


def write(result: str, *, shape: str, options: Any) -> None:
    """Put this measurement in place of the one before."""
    clocks = " ".join(map(str, options.clocks))
    command = f"python -m bench.detector --clocks {clocks} --seconds {options.seconds}"
    text = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else ""
    start, end = "<!-- detector -->\n", "<!-- /detector -->\n"
    body = (
        f"{start}## Detector\n\n{timezone.now():%Y-%m-%d}, {shape}.\n\n"
        f"`{command} --rate {options.rate} --write`\n\n{result}\n{end}"
    )
    if start in text:
        before, _, rest = text.partition(start)
        text = before + body + rest.partition(end)[2]
    else:
        text = f"{text or '# Results'}\n\n{body}"
    RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
