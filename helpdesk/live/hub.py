"""One connection to Redis for all open pages of a process."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import ClassVar, Final
from weakref import WeakKeyDictionary

from django.conf import settings
from redis.asyncio import ConnectionPool
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import RedisError

from helpdesk.live import events
from helpdesk.live.line import Line
from helpdesk.live.rounds import Rounds

logger = logging.getLogger(__name__)

# What comes within this time goes out in one write.
BATCH_SECONDS: Final = 0.005
CONNECT_SECONDS: Final = 2.0
ASK_SECONDS: Final = 10.0
SILENCE_SECONDS: Final = 25.0


def connection_to_redis() -> AbstractConnection:
    """One that does not come back by itself: what it missed would go unnoticed."""
    pool = ConnectionPool.from_url(
        settings.LIVE_REDIS_URL,
        protocol=2,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=None,
    )
    return pool.connection_class(**pool.connection_kwargs)


class Hub:
    """Hears each channel that a line wants once, and hands on what it hears.

    When Redis goes away all lines end: what is published meanwhile is lost, and pages
    that come back fetch what they show. The next line that joins connects anew.
    """

    _here: ClassVar[WeakKeyDictionary[asyncio.AbstractEventLoop, "Hub"]] = (
        WeakKeyDictionary()
    )

    def __init__(self) -> None:
        self.task: asyncio.Task[None] | None = None
        self.rounds = Rounds()
        self.flushing: asyncio.TimerHandle | None = None
        self.heard: set[Line] = set()
        self.forget()

    @classmethod
    def here(cls) -> "Hub":
        """That of the running loop."""
        loop = asyncio.get_running_loop()
        if loop not in cls._here:
            cls._here[loop] = cls()
        return cls._here[loop]

    def forget(self) -> None:
        """Nothing is subscribed to."""
        self.lines: dict[str, set[Line]] = {}
        self.confirmed: dict[str, asyncio.Future[None]] = {}
        self.unconfirmed: deque[asyncio.Future[None]] = deque()
        self.commands: asyncio.Queue[tuple[str, ...]] = asyncio.Queue()

    @asynccontextmanager
    async def joined(self, line: Line) -> AsyncIterator[None]:
        """Within the block the line misses nothing, or it is over."""
        if self.task is None or self.task.done():
            self.task = asyncio.create_task(self.run())
        self.rounds.join(line)
        for channel in line.channels:
            self.lines_of(channel).add(line)
        try:
            await asyncio.wait([self.confirmed[name] for name in line.channels])
            yield
        finally:
            self.leave(line)

    def lines_of(self, channel: str) -> set[Line]:
        """Those that hear a channel; the first one subscribes to it."""
        if channel not in self.lines:
            self.lines[channel] = set()
            self.confirmed[channel] = asyncio.get_running_loop().create_future()
            self.unconfirmed.append(self.confirmed[channel])
            self.commands.put_nowait(("SUBSCRIBE", channel))
        return self.lines[channel]

    def leave(self, line: Line) -> None:
        """The last line that goes takes the subscription with it."""
        self.rounds.leave(line)
        self.heard.discard(line)
        for channel in line.channels:
            lines = self.lines.get(channel, set())
            lines.discard(line)
            if channel in self.lines and not lines:
                del self.lines[channel], self.confirmed[channel]
                self.commands.put_nowait(("UNSUBSCRIBE", channel))

    async def run(self) -> None:
        """Listen until Redis goes away."""
        connection = connection_to_redis()
        try:
            await connection.connect()  # type: ignore[no-untyped-call]
            async with asyncio.TaskGroup() as group:
                for work in (
                    self.read(connection),
                    self.write(connection),
                    self.stay_alive(),
                    self.rounds.go(),
                    self.rounds.ask(),
                ):
                    group.create_task(work)
        except* (RedisError, OSError) as errors:
            names = {type(error).__name__ for error in errors.exceptions}
            logger.warning("live streams ended: %s", ", ".join(sorted(names)))
        except* Exception:
            logger.exception("live streams ended")
        finally:
            await connection.disconnect(nowait=True)
            self.lose()

    def lose(self) -> None:
        """End every line, also those that wait for their subscription."""
        for line in {line for lines in self.lines.values() for line in lines}:
            line.end()
        for future in self.unconfirmed:
            future.set_result(None)
        self.forget()

    async def read(self, connection: AbstractConnection) -> None:
        """Answers come in the order of the commands, whoever has left meanwhile."""
        while True:
            match await connection.read_response(timeout=SILENCE_SECONDS):
                case [b"message", bytes(channel), bytes(data)]:
                    self.hear(channel.decode(), data)
                case [b"subscribe", *_]:
                    self.unconfirmed.popleft().set_result(None)

    async def write(self, connection: AbstractConnection) -> None:
        """Send commands in the order in which they were wanted, many at once."""
        while True:
            commands = [await self.commands.get()]
            while not self.commands.empty():
                commands.append(self.commands.get_nowait())
            await connection.send_packed_command(
                connection.pack_commands(commands), check_health=False
            )

    async def stay_alive(self) -> None:
        """Let a Redis that is silent because it has vanished be noticed."""
        while True:
            await asyncio.sleep(ASK_SECONDS)
            self.commands.put_nowait(("PING",))

    def hear(self, channel: str, data: bytes) -> None:
        """Hand a message on; its event is written once, however many hear it."""
        event = events.change(data)
        for line in self.lines.get(channel, ()):
            line.hear(channel, data, event)
            self.heard.add(line)
        if self.flushing is None:
            loop = asyncio.get_running_loop()
            self.flushing = loop.call_later(BATCH_SECONDS, self.flush)

    def flush(self) -> None:
        """Wake the lines that have heard something."""
        self.flushing = None
        for line in self.heard:
            line.news.set()
        self.heard.clear()
