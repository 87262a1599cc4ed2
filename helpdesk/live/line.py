"""What waits for one open page; however slowly the page reads, it is never much.

A page that is told `hello` fetches what it shows. So a line that has missed something,
as every new one has, and one that is full, say `hello` instead.
"""

import asyncio
import random
import time
from collections import deque
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Final, Protocol

from helpdesk.live import events

LONGEST_SECONDS: Final = 900.0
STUCK_SECONDS: Final = 30.0
MOST_EVENTS: Final = 256


@dataclass(frozen=True)
class Right:
    """By what a stream stays open; `still` is asked about many keys at once."""

    still: Callable[[Collection[Any]], Collection[Any]]
    key: Any


class Relay(AbstractAsyncContextManager["Relay"], Protocol):
    """What a stream carries beside changes: events made of another channel's notices.

    It is entered when the stream begins and left when it ends.
    """

    channel: str

    async def heard(self, notice: bytes | None) -> str:
        """The events that follow the newest notice, or the hello."""
        ...


class Line:
    """The events that one page has yet to be told, and when it was given the last."""

    def __init__(
        self,
        channels: Sequence[str],
        *,
        reconnected: bool = False,
        right: Right | None = None,
        relay: Relay | None = None,
    ) -> None:
        self.channels = [*channels, *([relay.channel] if relay else [])]
        self.reconnected = reconnected
        self.right = right
        self.relay = relay
        self.waiting: dict[str, None] = {}
        self.notices: deque[bytes | None] = deque(maxlen=1)
        self.missed = True
        self.over = False
        self.visits = 0
        self.news = asyncio.Event()
        self.news.set()
        self.cut: Callable[[], None] = lambda: None
        self.given_at: float | None = None
        # What was opened at once has its turns apart, and does not come back at once.
        self.turn = random.random()  # noqa: S311
        lasts = LONGEST_SECONDS * random.uniform(0.5, 1)  # noqa: S311
        self.ends_at = time.monotonic() + lasts

    def hear(self, channel: str, data: bytes, event: str) -> None:
        """Keep what Redis said until it is taken; of the relay the newest only."""
        if self.relay is not None and channel == self.relay.channel:
            self.notices.append(data)
        else:
            self.tell(event)

    def tell(self, event: str) -> None:
        """Keep an event; the same one twice is told once."""
        if self.missed:
            return
        self.waiting[event] = None
        if len(self.waiting) > MOST_EVENTS:
            self.waiting.clear()
            self.missed = self.reconnected = True

    async def take(self) -> str:
        """All that waits, as soon as something does; nothing once the line is over."""
        self.given_at = None
        await self.news.wait()
        self.news.clear()
        if self.over:
            return ""
        if self.missed:
            self.missed = False
            text = events.hello(reconnected=self.reconnected)
            if self.relay is not None:
                self.notices.append(None)
                self.news.set()
        else:
            text = "".join(self.waiting)
            self.waiting.clear()
            if self.relay is not None and self.notices:
                text += await self.relay.heard(self.notices.pop())
        self.given_at = time.monotonic()
        return text

    def is_stuck(self, now: float) -> bool:
        """Whether the page has taken nothing for too long of what it was given."""
        return self.given_at is not None and now - self.given_at > STUCK_SECONDS

    def end(self) -> None:
        """Let the page come back; one that takes nothing cannot be waited for."""
        self.over = True
        self.news.set()
        if self.given_at is not None:
            self.cut()
