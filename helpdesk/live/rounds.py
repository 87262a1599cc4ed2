"""Looks after open lines by turns, so that none has to wake up for itself.

Every line is visited once in ten seconds, a hundredth of them at a time: it is told the
time, or ends when its time is over or it is stuck. Each third visit asks whether the
right to it still stands: once a second, about all that are due, with one question.
"""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Iterable
from functools import partial
from itertools import cycle
from typing import Any, Final

from django.db import DatabaseError, InterfaceError

from helpdesk.live import events
from helpdesk.live.asking import asked
from helpdesk.live.line import Line

logger = logging.getLogger(__name__)

PING_SECONDS: Final = 10.0
PLACES: Final = 100
CHECK_VISITS: Final = 3
ASK_SECONDS: Final = 1.0


class Rounds:
    """Where each line has its turn."""

    def __init__(self) -> None:
        self.places: list[set[Line]] = [set() for _ in range(PLACES)]
        self.doubted: set[Line] = set()

    def place_of(self, line: Line) -> set[Line]:
        """Those that are visited together with this one."""
        return self.places[int(line.turn * PLACES)]

    def join(self, line: Line) -> None:
        self.place_of(line).add(line)

    def leave(self, line: Line) -> None:
        self.place_of(line).discard(line)
        self.doubted.discard(line)

    async def go(self) -> None:
        """Visit one place after the other."""
        for place in cycle(self.places):
            await asyncio.sleep(PING_SECONDS / PLACES)
            self.visit(place, now=time.monotonic())

    def visit(self, lines: Iterable[Line], *, now: float) -> None:
        """Tell lines the time, or end them."""
        ping = events.ping()
        for line in lines:
            line.visits += 1
            if now >= line.ends_at or line.is_stuck(now):
                line.end()
                continue
            line.tell(ping)
            line.news.set()
            if line.right is not None and line.visits % CHECK_VISITS == 0:
                self.doubted.add(line)

    async def ask(self) -> None:
        """End the lines to which the right is gone."""
        while True:
            await asyncio.sleep(ASK_SECONDS)
            lines, self.doubted = self.doubted, set()
            for line in await without_right(lines):
                line.end()


async def without_right(lines: Iterable[Line]) -> list[Line]:
    """Those of the lines that must end; a database that is away decides nothing."""
    by_question = defaultdict(list)
    for line in lines:
        if line.right is not None:
            by_question[line.right.still].append((line, line.right.key))
    gone: list[Line] = []
    for still, pairs in by_question.items():
        keys: set[Any] = {key for _, key in pairs}
        try:
            stays = await asked(partial(still, keys))
        except (DatabaseError, InterfaceError):
            continue
        gone += [line for line, key in pairs if key not in stays]
    return gone
