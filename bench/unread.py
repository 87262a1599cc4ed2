"""One open page that takes nothing of what it is told, while very much is."""

import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Final

import psutil  # type: ignore[import-untyped]

from bench import house, people, results
from bench.listening import Listeners
from bench.told import reply
from staff.models import User
from tickets import feed

# Faster, and the page that never reads would be told to fetch all, which is little; at
# this pace what waits for it is much, and it is cut.
PIECE: Final = 100
PAUSE: Final = 0.01
LONGEST: Final = 120.0
MIB: Final = 1024**2


@dataclass(frozen=True)
class Unread:
    """What one that never reads costs while many changes are published."""

    changes: int
    seconds: float
    caught_up_s: float
    grown_mib: float
    left_mib: float
    ended_s: float
    neighbour_ms: float
    neighbour_hellos: int


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


def held(program: psutil.Process, line: socket.socket) -> bool:
    """Whether the web part holds its end; the kernel keeps what was sent for longer."""
    end = line.getsockname()[1]
    return any(
        it.raddr and it.raddr.port == end for it in program.net_connections("tcp")
    )


def is_heard(pages: Listeners) -> bool:
    """Whether a change that is published now reaches the pages at once."""
    mark = f"MARK{time.monotonic_ns()}"
    feed.publish([(feed.DESK, {"ticket": mark, "kind": "message"})])
    time.sleep(0.5)
    return mark in pages.heard()["arrivals"]


def measured(
    program: psutil.Process, port: int, agents: list[User], *, changes: int
) -> Unread:
    """So many for one that reads and one that does not, which has to be cut."""
    inquiry = people.ask()
    cookies = [people.cookie(agent) for agent in agents]
    with (
        never_reads(port, cookies[0]) as line,
        closing(Listeners(port, cookies, 1)) as pages,
    ):
        before = most = program.memory_info().rss
        began = time.perf_counter()
        for first in range(0, changes, PIECE):
            feed.publish(
                (feed.DESK, {"ticket": f"FLOOD{n}", "kind": "message"})
                for n in range(first, first + PIECE)
            )
            most = max(most, program.memory_info().rss)
            time.sleep(PAUSE)
        published = time.perf_counter() - began
        house.wait_for(
            lambda: is_heard(pages), seconds=LONGEST, what="the neighbour to hear"
        )
        caught_up = time.perf_counter() - began
        committed = reply(inquiry, agents[0])
        time.sleep(1)
        heard = pages.heard()
        house.wait_for(
            lambda: not held(program, line), seconds=LONGEST, what="the line to be cut"
        )
        ended = time.perf_counter() - began
        left = program.memory_info().rss
    return Unread(
        changes,
        published,
        caught_up,
        (most - before) / MIB,
        (left - before) / MIB,
        ended,
        (heard["arrivals"][inquiry.number][0][1] - committed) / 1e6,
        len(heard["hellos"]) - 1,
    )


def table(it: Unread) -> str:
    """What the one costs that never reads."""
    return results.table(
        ["one stream that is never read", f"{it.changes:,} changes"],
        [
            ["published within, s", f"{it.seconds:.1f}"],
            ["all heard within, s", f"{it.caught_up_s:.1f}"],
            ["the web part grew by, MiB", f"{it.grown_mib:.1f}"],
            ["afterwards, MiB", f"{it.left_mib:.1f}"],
            ["cut after, s", f"{it.ended_s:.0f}"],
            ["a reply to the page beside it, ms", f"{it.neighbour_ms:.1f}"],
            ["times that page had to fetch all", f"{it.neighbour_hellos}"],
        ],
    )
