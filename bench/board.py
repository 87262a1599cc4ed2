"""What the wall board costs, by how many look at it and by how much has been.

`./shoushi bench board --tickets 10000 1000000 --viewers 1 50 --write`
"""

import argparse
import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import psutil  # type: ignore[import-untyped]
from asgiref.sync import sync_to_async
from django.db import connection
from django.utils import timezone

from bench import history, house, people, results
from bench.house import say
from bench.watching import share
from bench.web import free_port, spent, web
from helpdesk.supervision.board import Board
from inquiries import services
from inquiries.models import Inquiry
from staff.models import Role, User

PATH: Final = "/live/board/"
SETTLE: Final = 4.0
CHANGES: Final = 20
LONGEST_LINE: Final = 16 * 1024**2
# The database tells what a session did at the end of its statements, within a second.
COUNTED_SQL: Final = """
SELECT xact_commit + xact_rollback, active_time FROM pg_stat_database
 WHERE datname = current_database()
"""


@dataclass(frozen=True)
class Figures:
    """What was measured with so many tickets and viewers."""

    tickets: int
    viewers: int
    statements: float
    database_ms: float
    web_ms: float
    kilobytes: float
    pushed_ms: list[float]


@dataclass
class Viewer:
    """An open board: what it has received, and when it was told of a colleague."""

    number: int
    port: int
    cookie: str
    received: int = 0
    greeted: bool = False
    awaited: str = ""
    told: float | None = None

    async def watch(self) -> None:
        """Read the stream until the task is cancelled."""
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", self.port, limit=LONGEST_LINE
        )
        head = (
            f"GET {PATH} HTTP/1.1",
            f"Host: localhost:{self.port}",
            f"Cookie: {self.cookie}",
            "Accept: text/event-stream",
        )
        writer.write("\r\n".join([*head, "", ""]).encode())
        try:
            while line := await reader.readline():
                self.received += len(line)
                if not line.startswith(b"data: "):
                    continue
                self.greeted = True
                if self.awaited and self.awaited.encode() in line:
                    self.awaited, self.told = "", time.perf_counter()
        finally:
            writer.close()


def counted() -> tuple[int, float]:
    """Statements and the milliseconds that the database was busy with them."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTED_SQL)
        statements, busy = cursor.fetchone()
    return int(statements), float(busy)


async def pushed(viewers: list[Viewer], by: User, to: list[User]) -> list[float]:
    """An inquiry changes hands; milliseconds until each open board shows it."""
    lags: list[float] = []
    inquiry = await Inquiry.objects.aget(number="PAST1")
    for turn in range(CHANGES):
        person = to[turn % len(to)]
        # It says so only beside this ticket: everybody has others.
        mark = f'-with\\">{person.display_name}<'
        for viewer in viewers:
            viewer.told, viewer.awaited = None, mark
        await sync_to_async(services.assign)(
            inquiry, to=person, by=by, at=timezone.now()
        )
        committed = time.perf_counter()
        until = committed + 10
        while any(viewer.told is None for viewer in viewers):
            if time.perf_counter() > until:
                raise TimeoutError("A board was not told.")
            await asyncio.sleep(0.005)
        lags += [(viewer.told - committed) * 1000 for viewer in viewers if viewer.told]
        await asyncio.sleep(0.137 * (turn % 7))
    return lags


async def measure(
    program: psutil.Process,
    viewers: list[Viewer],
    *,
    tickets: int,
    seconds: int,
    by: User,
    to: list[User],
) -> Figures:
    """Some quiet seconds, then some changes, while all of them look."""
    tasks = [asyncio.create_task(viewer.watch()) for viewer in viewers]
    try:
        while not all(viewer.greeted for viewer in viewers):
            for task in tasks:
                if task.done():
                    task.result()
                    raise ConnectionError("A stream ended.")
            await asyncio.sleep(0.05)
        await asyncio.sleep(SETTLE)
        began, cpu = time.perf_counter(), spent(program)
        statements, busy = await sync_to_async(counted)()
        received = sum(viewer.received for viewer in viewers)
        await asyncio.sleep(seconds)
        took = time.perf_counter() - began
        later, busy_later = await sync_to_async(counted)()
        web_ms = (spent(program) - cpu) / took
        received = sum(viewer.received for viewer in viewers) - received
        return Figures(
            tickets,
            len(viewers),
            (later - statements) / took,
            (busy_later - busy) / took,
            web_ms,
            received / 1024 / took / len(viewers),
            await pushed(viewers, by, to),
        )
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def slow_statements(least_ms: float) -> list[tuple[float, str]]:
    """The plans of those statements of one board that take so long or longer."""
    taken: list[tuple[float, str, Any]] = []

    def note(execute: Callable[..., object], sql: str, params: Any, *more: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, *more)
        finally:
            taken.append(((time.perf_counter() - began) * 1000, sql, params))

    for _ in range(3):
        taken.clear()
        with connection.execute_wrapper(note):
            Board.of(at=timezone.now())
    say(f"one board: {len(taken)} statements, {sum(ms for ms, *_ in taken):.1f} ms")
    found = []
    with connection.cursor() as cursor:
        for ms, sql, params in taken:
            if ms >= least_ms:
                cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {sql}", params)
                plan = "\n".join(line for (line,) in cursor.fetchall())
                found.append((ms, f"{sql}\n{plan}"))
    return found


def measure_all(options: argparse.Namespace) -> Iterator[Figures]:
    """All numbers of viewers with each number of tickets, on one database."""
    with house.own_database("bench_board"):
        sizes = sorted(options.tickets)
        past = history.History(whole=sizes[-1])
        # Nothing else of these two is on the board.
        hands = people.hired(Role.AGENT, count=2)
        supervisors = people.hired(Role.SUPERVISOR, count=max(options.viewers))
        cookies = [people.cookie(user) for user in supervisors]
        port = free_port()
        for tickets in sizes:
            say(f"{tickets:,} tickets: writing them")
            past.grow(tickets)
            for ms, plan in slow_statements(options.explain):
                say(f"{ms:.1f} ms: {plan}")
            for viewers in options.viewers:
                past.go_on()
                say(f"{tickets:,} tickets: {viewers} look for {options.seconds} s")
                looking = [Viewer(n, port, cookies[n]) for n in range(viewers)]
                with web(port) as program:
                    yield asyncio.run(
                        measure(
                            program,
                            looking,
                            tickets=tickets,
                            seconds=options.seconds,
                            by=supervisors[0],
                            to=hands,
                        )
                    )


def main() -> None:
    """Measure, print, and write if asked to."""
    parser = argparse.ArgumentParser(prog="bench.board", description=__doc__)
    parser.add_argument("--tickets", type=int, nargs="+", default=[10_000, 1_000_000])
    parser.add_argument("--viewers", type=int, nargs="+", default=[1, 50])
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument(
        "--explain", type=float, default=50.0, help="plans of statements so slow, ms"
    )
    parser.add_argument("--write", action="store_true", help="into RESULTS.md")
    options = parser.parse_args()
    shape = results.machine()
    found = list(measure_all(options))
    head = ["tickets", *(f"{it.tickets:,}" for it in found)]
    rows = [
        ["open boards", *(f"{it.viewers}" for it in found)],
        ["statements a second", *(f"{it.statements:.1f}" for it in found)],
        ["database busy, ms a second", *(f"{it.database_ms:.1f}" for it in found)],
        ["web part, ms of processor a second", *(f"{it.web_ms:.0f}" for it in found)],
        ["to each board, KB a second", *(f"{it.kilobytes:.1f}" for it in found)],
        [
            "a change until an open board shows it, p50 ms",
            *(f"{share(it.pushed_ms, 0.5):.0f}" for it in found),
        ],
        ["p95 ms", *(f"{share(it.pushed_ms, 0.95):.0f}" for it in found)],
    ]
    results.show(
        results.table(head, rows),
        section="board",
        title="The wall board",
        shape=shape,
        words="A year of tickets, 3 % of them open; in each size"
        f" {history.WAITING} customers wait, {history.DUE} promises are due within"
        f" 15 minutes and {history.LATE} are missed. The board is made once a second"
        " as long as anybody looks; without a board that is open nothing is asked.",
        write=options.write,
    )


if __name__ == "__main__":
    main()
