"""Server-sent events: one stream per page, fed by Redis pub/sub, ids only.

A stream begins with `hello`, at which the page fetches what it shows; since the
subscription is made before, nothing can fall between. Pub/sub forgets what it sent
while a page was away; the next `hello` makes up for that.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from typing import Final

import redis.asyncio
from django.conf import settings
from django.http import HttpRequest, StreamingHttpResponse

PING_SECONDS: Final = 10.0
LONGEST_SECONDS: Final = 900.0
RETRY_MS: Final = 1000


def now_ms() -> int:
    """The server's clock, by which pages count."""
    return time.time_ns() // 1_000_000


def sse(event: str, body: dict[str, object]) -> str:
    """One server-sent event."""
    return f"event: {event}\ndata: {json.dumps(body)}\n\n"


async def _events(channels: Sequence[str], *, reconnected: bool) -> AsyncIterator[str]:
    """Relay what is published on the channels until the page or Redis goes away.

    A stream ends by itself after a quarter of an hour, so that the reconnecting page
    passes the sign-in and the row filter again.
    """
    client = redis.asyncio.Redis.from_url(settings.LIVE_REDIS_URL)
    ends_at = time.monotonic() + LONGEST_SECONDS
    try:
        async with client.pubsub(ignore_subscribe_messages=True) as pubsub:
            await pubsub.subscribe(*channels)
            yield f"retry: {RETRY_MS}\n" + sse(
                "hello", {"now": now_ms(), "reconnected": reconnected}
            )
            pinged_at = time.monotonic()
            while time.monotonic() < ends_at:
                message = await pubsub.get_message(timeout=1.0)
                if message is not None:
                    yield sse("change", json.loads(message["data"]))
                if time.monotonic() - pinged_at >= PING_SECONDS:
                    pinged_at = time.monotonic()
                    yield sse("ping", {"now": now_ms()})
    except (redis.RedisError, asyncio.CancelledError):
        return
    finally:
        await client.aclose()


def stream(request: HttpRequest, channels: Sequence[str]) -> StreamingHttpResponse:
    """The response that keeps a page up to date."""
    reconnected = "reconnected" in request.GET
    response = StreamingHttpResponse(
        _events(channels, reconnected=reconnected), content_type="text/event-stream"
    )
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response
