"""Open pages of which many hear nothing: what they cost the web part."""

import time
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection
from statistics import median
from typing import Final

import psutil  # type: ignore[import-untyped]
import redis
from django.conf import settings

from bench import people, results
from bench.board import counted
from bench.listening import Listeners
from bench.web import spent
from staff.models import User

PAGE: Final = "/desk/"
LOOKS: Final = 30
KIB: Final = 1024


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


def measured(
    program: psutil.Process,
    port: int,
    agents: list[User],
    *,
    count: int,
    seconds: int,
) -> Idle:
    """Many streams are open and nothing happens."""
    cookies = [people.cookie(agent) for agent in agents]
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


def table(it: Idle) -> str:
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
