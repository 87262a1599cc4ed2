"""How soon open pages hear of a change, what idle ones cost, and one that never reads.

`./shoushi bench live --listeners 1 200 1000 --idle 10000 --write`
"""

import argparse
import json
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from statistics import median
from typing import Any, Final

import psutil  # type: ignore[import-untyped]
import redis
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from bench import house, results
from bench.board import counted, free_port, signed_in, spent, web
from bench.house import say
from bench.watching import share
from helpdesk.launch import parts, prepare
from inquiries import services
from inquiries.models import Inquiry
from staff.models import Role, User
from tickets import feed
from tickets.models import Channel

PEOPLE: Final = 60
PACE: Final = 5.0
PAGE: Final = "/desk/"
LOOKS: Final = 30
FLOOD: Final = 100_000
PIECE: Final = 500
LATEST: Final = 30.0
LONGEST: Final = 120.0
KIB: Final = 1024


@dataclass(frozen=True)
class Told:
    """What so many listeners were told of the replies."""

    listeners: int
    lags: list[float]
    missing: int
    web_ms: float


@dataclass(frozen=True)
class Idle:
    """What so many streams cost that hear nothing."""

    streams: int
    opened_s: float
    kib: float
    threads: int
    connections: int
    web_ms: float
    statements: float
    page_before_ms: float
    page_ms: float


@dataclass(frozen=True)
class Unread:
    """What one that never reads costs while many changes are published."""

    seconds: float
    caught_up_s: float
    grown_mib: float
    left_mib: float
    ended_s: float | None
    neighbour_ms: float
    neighbour_hellos: int


class Listeners:
    """Open pages in a program of their own."""

    def __init__(self, port: int, cookies: list[str], count: int) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench.listening"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        plan = {"port": port, "cookies": cookies, "count": count}
        self.answer(json.dumps(plan))

    def answer(self, line: str = "") -> str:
        """Say a line and wait for the next one."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(line, file=self.process.stdin, flush=True)
        return self.process.stdout.readline()

    def heard(self) -> dict[str, Any]:
        """What has arrived since we last asked."""
        found: dict[str, Any] = json.loads(self.answer())
        return found

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()


def agents() -> list[User]:
    """Colleagues who may hear of every ticket."""
    people = [
        User(
            username=f"listener{n}",
            display_name=f"坐席{n}",
            work_number=f"7{n:03d}",
            role=Role.AGENT,
        )
        for n in range(PEOPLE)
    ]
    return list(User.objects.bulk_create(people))


def ask() -> Inquiry:
    """A customer who waits for a reply."""
    return services.ask(
        channel=Channel.objects.get(code="web_chat"),
        surname="王",
        phone="",
        topic="rental_price",
        text="两台摄像机租三天多少钱？",
        at=timezone.now(),
        client_token=uuid.uuid4(),
    )


def reply(inquiry: Inquiry, by: User) -> int:
    """Reply as the desk does; when it was committed, before anybody is told."""
    committed: list[int] = []
    with transaction.atomic():
        transaction.on_commit(lambda: committed.append(time.monotonic_ns()))
        services.reply(
            inquiry,
            text="八百元。",
            by=by,
            at=timezone.now(),
            client_token=uuid.uuid4(),
        )
    return committed[0]


def told(
    program: psutil.Process, port: int, cookies: list[str], *, count: int, replies: int
) -> Told:
    """Replies at a steady pace; how late does each page hear of each?"""
    waiting = [ask() for _ in range(replies)]
    by = User.objects.get(username="listener0")
    with closing(Listeners(port, cookies, count)) as pages:
        time.sleep(2)
        pages.heard()
        cpu = spent(program)
        began = time.monotonic()
        committed = {}
        for number, inquiry in enumerate(waiting):
            time.sleep(max(0.0, began + number / PACE - time.monotonic()))
            committed[inquiry.number] = reply(inquiry, by)
        lags: list[float] = []
        until = time.monotonic() + LATEST
        while len(lags) < count * replies and time.monotonic() < until:
            time.sleep(0.5)
            lags += [
                (at - committed[number]) / 1e6
                for number, instants in pages.heard()["arrivals"].items()
                if number in committed
                for at in instants
            ]
        cpu = (spent(program) - cpu) / replies
    return Told(count, lags, count * replies - len(lags), cpu)


def page_ms(port: int, cookie: str) -> float:
    """The median of a page of the desk."""
    taken = []
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as line:
        for _ in range(LOOKS):
            began = time.perf_counter()
            line.request("GET", PAGE, headers={"Cookie": cookie})
            response = line.getresponse()
            response.read()
            assert response.status == 200, response.status
            taken.append((time.perf_counter() - began) * 1000)
    return median(taken)


def connections_of_redis() -> int:
    """How many clients Redis has, but for ourselves."""
    with closing(redis.Redis.from_url(settings.LIVE_REDIS_URL)) as client:
        return int(client.info("clients")["connected_clients"]) - 1  # type: ignore[index]


def idle(
    program: psutil.Process,
    port: int,
    cookies: list[str],
    *,
    count: int,
    seconds: int,
) -> Idle:
    """Many streams are open and nothing happens."""
    before_ms = page_ms(port, cookies[0])
    memory, had = program.memory_info().rss, connections_of_redis()
    began = time.perf_counter()
    with closing(Listeners(port, cookies, count)) as pages:
        opened = time.perf_counter() - began
        time.sleep(15)
        memory = program.memory_info().rss - memory
        cpu, began = spent(program), time.perf_counter()
        statements, _ = counted()
        time.sleep(seconds)
        took = time.perf_counter() - began
        cpu = (spent(program) - cpu) / took
        statements = counted()[0] - statements
        now_ms = page_ms(port, cookies[0])
        ended = pages.heard()["ended"]
        return Idle(
            count - ended,
            opened,
            memory / KIB / count,
            program.num_threads(),
            connections_of_redis() - had,
            cpu,
            statements / took,
            before_ms,
            now_ms,
        )


@contextmanager
def never_reads(port: int, cookie: str) -> Iterator[socket.socket]:
    """A page that asks for its stream and takes nothing of it."""
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.connect(("127.0.0.1", port))
        head = ("GET /live/desk/ HTTP/1.1", "Host: localhost", f"Cookie: {cookie}")
        line.sendall("\r\n".join([*head, "", ""]).encode())
        time.sleep(1)
        yield line


def held(port: int, line: socket.socket) -> bool:
    """Whether the web part still holds its end of the line."""
    end = line.getsockname()[1]
    return any(
        it.raddr and it.raddr.port == end and it.laddr.port == port
        for it in psutil.net_connections("tcp")
    )


def is_heard(pages: Listeners) -> bool:
    """Whether a change that is published now reaches the pages at once."""
    mark = f"MARK{time.monotonic_ns()}"
    feed.publish([(feed.DESK, {"ticket": mark, "kind": "message"})])
    time.sleep(0.5)
    return mark in pages.heard()["arrivals"]


def unread(program: psutil.Process, port: int, cookies: list[str]) -> Unread:
    """Changes by the hundred thousand for one that reads and one that does not."""
    with (
        never_reads(port, cookies[0]) as line,
        closing(Listeners(port, cookies, 1)) as pages,
    ):
        before = most = program.memory_info().rss
        began = time.perf_counter()
        for first in range(0, FLOOD, PIECE):
            feed.publish(
                (feed.DESK, {"ticket": f"FLOOD{n}", "kind": "message"})
                for n in range(first, first + PIECE)
            )
            most = max(most, program.memory_info().rss)
        published = time.perf_counter() - began
        by, inquiry = User.objects.get(username="listener0"), ask()
        house.wait_for(
            lambda: is_heard(pages), seconds=LONGEST, what="the neighbour to hear"
        )
        caught_up = time.perf_counter() - began
        committed = reply(inquiry, by)
        time.sleep(1)
        heard = pages.heard()
        ended = None
        with suppress(TimeoutError):
            house.wait_for(
                lambda: not held(port, line), seconds=LONGEST, what="its end"
            )
            ended = time.perf_counter() - began
        left = program.memory_info().rss
    return Unread(
        published,
        caught_up,
        (most - before) / KIB**2,
        (left - before) / KIB**2,
        ended,
        (heard["arrivals"][inquiry.number][0] - committed) / 1e6,
        heard["hellos"],
    )


def table_of(told_all: list[Told]) -> str:
    """From the commit to the pages."""
    return results.table(
        ["open pages", *(f"{it.listeners:,}" for it in told_all)],
        [
            *(
                [
                    f"commit to page, {name} ms",
                    *(f"{share(it.lags, part):.1f}" for it in told_all),
                ]
                for name, part in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))
            ),
            ["max ms", *(f"{max(it.lags):.1f}" for it in told_all)],
            ["not told", *(f"{it.missing}" for it in told_all)],
            [
                "web part, ms of processor a reply",
                *(f"{it.web_ms:.1f}" for it in told_all),
            ],
        ],
    )


def table_of_idle(it: Idle) -> str:
    """What idle streams cost."""
    return results.table(
        ["streams that hear nothing", f"{it.streams:,}"],
        [
            ["opened, s", f"{it.opened_s:.1f}"],
            ["memory of the web part each, KiB", f"{it.kib:.1f}"],
            ["threads of the web part", f"{it.threads}"],
            ["connections to Redis", f"{it.connections}"],
            ["statements a second", f"{it.statements:.1f}"],
            ["web part, ms of processor a second", f"{it.web_ms:.0f}"],
            ["a page before, median ms", f"{it.page_before_ms:.1f}"],
            ["a page meanwhile, median ms", f"{it.page_ms:.1f}"],
        ],
    )


def table_of_unread(it: Unread) -> str:
    """What the one costs that never reads."""
    ended = "not" if it.ended_s is None else f"{it.ended_s:.0f}"
    return results.table(
        ["one stream that is never read", f"{FLOOD:,} changes"],
        [
            ["published within, s", f"{it.seconds:.1f}"],
            ["all heard within, s", f"{it.caught_up_s:.1f}"],
            ["the web part grew by, MiB", f"{it.grown_mib:.1f}"],
            ["afterwards, MiB", f"{it.left_mib:.1f}"],
            ["ended after, s", ended],
            ["a reply to the page beside it, ms", f"{it.neighbour_ms:.1f}"],
            ["times that page had to fetch all", f"{it.neighbour_hellos - 1}"],
        ],
    )


def measure(options: argparse.Namespace) -> Iterator[str]:
    """The three tables."""
    with house.own_database("bench_live"):
        prepare.collect_static()
        cookies = [
            f"{settings.SESSION_COOKIE_NAME}={signed_in(user)}" for user in agents()
        ]
        port = free_port()
        with web(port) as program:
            found = []
            for count in options.listeners:
                say(f"{count} listen to {options.replies} replies")
                found.append(
                    told(program, port, cookies, count=count, replies=options.replies)
                )
            yield table_of(found)
        if options.idle:
            say(f"{options.idle} hear nothing for {options.seconds} s")
            with web(port) as program:
                yield table_of_idle(
                    idle(
                        program,
                        port,
                        cookies,
                        count=options.idle,
                        seconds=options.seconds,
                    )
                )
        say("one never reads")
        with web(port) as program:
            yield table_of_unread(unread(program, port, cookies))


def main() -> None:
    """Measure, print, and write if asked to."""
    parser = argparse.ArgumentParser(prog="bench.live", description=__doc__)
    parser.add_argument("--listeners", type=int, nargs="+", default=[1, 200, 1000])
    parser.add_argument("--idle", type=int, default=10_000)
    parser.add_argument("--replies", type=int, default=100)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--write", action="store_true", help="into RESULTS.md")
    options = parser.parse_args()
    parts.allow_many_files()
    shape = results.machine()
    tables = []
    for table in measure(options):
        say(table)
        tables.append(table)
    results.show(
        "\n\n".join(tables),
        section="live",
        title="Live pages",
        shape=shape,
        words=f"Real replies, {PACE:.0f} a second, to pages of {PEOPLE} colleagues; one"
        " web process, the pages in a program on the same processors.",
        write=options.write,
    )


if __name__ == "__main__":
    main()
