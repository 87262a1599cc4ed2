"""Server-sent events: one stream per page, fed by Redis pub/sub, ids only.

A stream begins with `hello`, at which the page fetches what it shows; since the
subscription is made before, nothing can fall between. Pub/sub forgets what it sent
while a page was away; the next `hello` makes up for that.
"""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any, Final, Protocol, TypeVar

import redis.asyncio
from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections
from django.http import HttpRequest, StreamingHttpResponse

from tickets import feed

PING_SECONDS: Final = 10.0
LONGEST_SECONDS: Final = 900.0
RETRY_MS: Final = 1000
CHECK_SECONDS: Final = 30.0

T = TypeVar("T")
_ASKING: Final = ThreadPoolExecutor(max_workers=4, thread_name_prefix="live")


class Relay(AbstractAsyncContextManager["Relay"], Protocol):
    """What a stream carries beside changes: events made of another channel's notices.

    It is entered when the stream begins and left when it ends.
    """

    channel: str

    async def begin(self) -> str:
        """The events that follow the hello."""
        ...

    async def heard(self, data: bytes) -> str:
        """The events that follow a notice."""
        ...


async def asked(question: Callable[[], T]) -> T:
    """What the database says to a stream that begins.

    It is asked on a few threads that keep their connections, so that an open stream
    holds none: any number of them leaves the database to the pages.
    """

    def ask() -> T:
        close_old_connections()
        try:
            return question()
        finally:
            close_old_connections()

    return await asyncio.get_running_loop().run_in_executor(_ASKING, ask)


def tell_presence(key: int) -> None:
    """Let this person's open pages show how they stand."""
    body: dict[str, object] = {"ticket": None, "kind": "presence"}
    feed.publish([(feed.user_channel(key), body)])


def now_ms() -> int:
    """The server's clock, by which pages count."""
    return time.time_ns() // 1_000_000


def sse(event: str, body: dict[str, object]) -> str:
    """One server-sent event."""
    return f"event: {event}\ndata: {json.dumps(body, ensure_ascii=False)}\n\n"


async def _still(allowed: Callable[[], bool]) -> bool:
    """Whether the page may go on; a database that is away decides nothing."""
    try:
        return await asked(allowed)
    except (DatabaseError, InterfaceError):
        return True


async def _said(message: dict[str, Any], relay: Relay | None) -> str:
    """The events that a notice of Redis makes."""
    if relay is not None and message["channel"] == relay.channel.encode():
        return await relay.heard(message["data"])
    return sse("change", json.loads(message["data"]))


async def _events(
    channels: Sequence[str],
    *,
    reconnected: bool,
    allowed: Callable[[], bool],
    relay: Relay | None = None,
) -> AsyncGenerator[str, None]:
    """Relay what is published on the channels until the page or Redis goes away.

    A stream ends soon after the right to it, and by itself after a quarter of an hour,
    so that the reconnecting page passes the sign-in and the row filter again.
    """
    client = redis.asyncio.Redis.from_url(settings.LIVE_REDIS_URL)
    ends_at = time.monotonic() + LONGEST_SECONDS
    try:
        async with (
            relay or nullcontext(),
            client.pubsub(ignore_subscribe_messages=True) as pubsub,
        ):
            await pubsub.subscribe(*channels, *([relay.channel] if relay else []))
            yield f"retry: {RETRY_MS}\n" + sse(
                "hello", {"now": now_ms(), "reconnected": reconnected}
            )
            if relay is not None and (text := await relay.begin()):
                yield text
            pinged_at = checked_at = time.monotonic()
            while time.monotonic() < ends_at:
                message = await pubsub.get_message(timeout=1.0)
                if message is not None and (text := await _said(message, relay)):
                    yield text
                if time.monotonic() - pinged_at >= PING_SECONDS:
                    pinged_at = time.monotonic()
                    yield sse("ping", {"now": now_ms()})
                if time.monotonic() - checked_at >= CHECK_SECONDS:
                    checked_at = time.monotonic()
                    if not await _still(allowed):
                        return
    except (redis.RedisError, asyncio.CancelledError):
        return
    finally:
        await client.aclose()


def stream(
    request: HttpRequest,
    channels: Sequence[str],
    *,
    allowed: Callable[[], bool] = lambda: True,
    relay: Relay | None = None,
) -> StreamingHttpResponse:
    """The response that keeps a page up to date, as long as it is `allowed`."""
    reconnected = "reconnected" in request.GET
    response = StreamingHttpResponse(
        _events(channels, reconnected=reconnected, allowed=allowed, relay=relay),
        content_type="text/event-stream",
    )
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response
