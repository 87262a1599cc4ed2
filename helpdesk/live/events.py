"""What a stream says: hello, ping, and that something has changed."""

import json
import time
from typing import Final

from tickets import feed

RETRY_MS: Final = 1000


def sse(event: str, body: dict[str, object]) -> str:
    """One server-sent event."""
    return f"event: {event}\ndata: {json.dumps(body, ensure_ascii=False)}\n\n"


def hello(*, reconnected: bool) -> str:
    """At which a page fetches all that it shows."""
    event = sse("hello", {"now": now_ms(), "reconnected": reconnected})
    return f"retry: {RETRY_MS}\n{event}"


def ping() -> str:
    """That the line is alive, and what time it is."""
    return sse("ping", {"now": now_ms()})


def change(data: bytes) -> str:
    """What `tickets.feed` has published, as it came: one line of JSON."""
    return f"event: change\ndata: {data.decode()}\n\n"


def now_ms() -> int:
    """The server's clock, by which pages count."""
    return time.time_ns() // 1_000_000


def tell_presence(key: int) -> None:
    """Let this person's open pages show how they stand."""
    body: dict[str, object] = {"ticket": None, "kind": "presence"}
    feed.publish([(feed.user_channel(key), body)])
