"""What the engine adds to a reply: to stop a clock, and to start another.

`./shoushi bench reply --write`
"""

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction
from django.utils import timezone

from bench import crowd, house, people, results
from bench.house import say
from inquiries import services
from sla.metrics import Metric
from sla.models import Clock
from sla.services import clocks
from staff.models import Role, User
from tickets.models import Ticket

GOAL_MS: Final = 2.0
BLOCKS: Final = 6


@dataclass
class Figures:
    """Milliseconds, each the median of many; `_bare` without any promise."""

    ask: list[float] = field(default_factory=list)
    ask_bare: list[float] = field(default_factory=list)
    reply: list[float] = field(default_factory=list)
    reply_bare: list[float] = field(default_factory=list)
    stop: list[float] = field(default_factory=list)
    start: list[float] = field(default_factory=list)
    statements: dict[str, int] = field(default_factory=dict)


def converse(figures: Figures, agent: User, *, count: int, promised: bool) -> None:
    """Questions and answers, whole transactions as a page makes them."""
    asked = figures.ask if promised else figures.ask_bare
    replied = figures.reply if promised else figures.reply_bare
    for _ in range(count):
        began = time.perf_counter()
        inquiry = people.ask()
        asked.append((time.perf_counter() - began) * 1000)
        began = time.perf_counter()
        services.reply(inquiry, text="八百元。", by=agent, at=timezone.now())
        replied.append((time.perf_counter() - began) * 1000)
        if Clock.objects.filter(ticket_id=inquiry.pk).exists() != promised:
            raise AssertionError("A promise stands where none should, or lacks.")


def stop(ticket: Ticket, *, at: datetime) -> None:
    clocks.stop(ticket, Metric.FIRST_REPLY, at=at, by=None)


def start(ticket: Ticket, *, at: datetime) -> None:
    clocks.start(ticket, Metric.CALLBACK, at=at)


def stop_and_start(figures: Figures, *, count: int) -> None:
    """The two moves alone, inside the transaction of a reply."""
    moves = {"stop": stop, "start": start}
    for _ in range(count):
        inquiry = people.ask()
        with transaction.atomic():
            ticket = Ticket.objects.select_for_update().get(pk=inquiry.pk)
            for name, move in moves.items():
                at = timezone.now()
                began = time.perf_counter()
                move(ticket, at=at)
                taken = (time.perf_counter() - began) * 1000
                getattr(figures, name).append(taken)
    figures.statements = {name: statements(move) for name, move in moves.items()}


def statements(move: Callable[..., None]) -> int:
    """How many statements a move sends."""
    sent = 0

    def count(execute: Callable[..., object], *args: object) -> object:
        nonlocal sent
        sent += 1
        return execute(*args)

    inquiry = people.ask()
    with transaction.atomic():
        ticket = Ticket.objects.select_for_update().get(pk=inquiry.pk)
        with connection.execute_wrapper(count):
            move(ticket, at=timezone.now())
    return sent


def measure(*, clocks_beside: int, count: int) -> Figures:
    """Blocks with and without a promise by turns, in a database of its own."""
    figures = Figures()
    with house.own_database("bench_reply"):
        far = timezone.now() + timedelta(days=2)
        spread = timedelta(days=20) / clocks_beside
        crowd.add(clocks_beside, prefix="FAR", first_due=far, apart=spread)
        crowd.tidy()
        [agent] = people.hired(Role.AGENT)
        converse(Figures(), agent, count=20, promised=True)  # warm plans and caches
        for block in range(BLOCKS):
            promised = block % 2 == 0
            house.promise(enabled=promised)
            say(f"block {block + 1} of {BLOCKS}: {'with' if promised else 'without'}")
            converse(figures, agent, count=count, promised=promised)
        house.promise(enabled=True)
        stop_and_start(figures, count=2 * count)
    return figures


def main() -> None:
    """Measure, print, and write if asked to."""
    parser = argparse.ArgumentParser(prog="bench.reply", description=__doc__)
    parser.add_argument("--clocks", type=int, default=100_000, help="running beside")
    parser.add_argument("--count", type=int, default=200, help="questions in a block")
    parser.add_argument("--write", action="store_true", help="into RESULTS.md")
    options = parser.parse_args()
    shape = results.machine()
    figures = measure(clocks_beside=options.clocks, count=options.count)
    medians = {
        name: statistics.median(getattr(figures, name))
        for name in ("ask", "ask_bare", "reply", "reply_bare", "stop", "start")
    }
    both = medians["stop"] + medians["start"]
    verdict = "kept" if both <= GOAL_MS else "missed"
    sent = figures.statements
    rows = [
        ["asking, without a promise", f"{medians['ask_bare']:.2f}", ""],
        ["asking, with one (a clock starts)", f"{medians['ask']:.2f}", ""],
        ["replying, without a promise", f"{medians['reply_bare']:.2f}", ""],
        ["replying, with one (the clock stops)", f"{medians['reply']:.2f}", ""],
        ["the stop alone", f"{medians['stop']:.2f}", str(sent["stop"])],
        ["the start alone", f"{medians['start']:.2f}", str(sent["start"])],
        [f"stop and start (goal {GOAL_MS:.0f} ms: {verdict})", f"{both:.2f}", ""],
    ]
    results.show(
        results.table(["median", "ms", "statements"], rows),
        section="reply",
        title="What the engine adds to a reply",
        shape=shape,
        words=f"In one process, with {options.clocks:,} running clocks beside; each"
        " median is of hundreds.",
        write=options.write,
    )


if __name__ == "__main__":
    main()
