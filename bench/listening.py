"""Many open pages in one small program: `python -m bench.listening`.

It reads `{"port", "cookies", "count"}` from its input, opens that many streams and
says `open`; at each further line it tells what has arrived. Instants are those of the
monotonic clock, which all programs of one machine share.
"""

import asyncio
import json
import re
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Final

PATH: Final = "/live/desk/"
AT_ONCE: Final = 50
# No address may have all streams; this machine has many.
FROM_EACH: Final = 500
TICKET: Final = re.compile(rb'"ticket": "([^"]+)"')


@dataclass
class Heard:
    """What all pages together were told."""

    hellos: int = 0
    ended: int = 0
    arrivals: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))


class Page(asyncio.Protocol):
    """One stream, which notes when it first hears of each ticket."""

    def __init__(self, request: bytes, heard: Heard) -> None:
        self.request = request
        self.heard = heard
        self.begun = asyncio.Event()
        self.known: set[bytes] = set()
        self.rest = b""

    def connection_made(self, transport: Any) -> None:
        transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        now = time.monotonic_ns()
        whole, _, self.rest = (self.rest + data).rpartition(b"\n\n")
        if b"event: hello" in whole:
            self.heard.hellos += 1
            self.begun.set()
        for number in TICKET.findall(whole):
            if number not in self.known:
                self.known.add(number)
                self.heard.arrivals[number.decode()].append(now)

    def connection_lost(self, error: Exception | None) -> None:
        self.heard.ended += 1
        self.begun.set()


async def listen(port: int, cookies: list[str], count: int) -> None:
    """Open them, some at a time, and tell what they hear whenever we are asked."""
    loop = asyncio.get_running_loop()
    heard = Heard()
    gate = asyncio.Semaphore(AT_ONCE)

    async def open_one(number: int) -> None:
        head = (
            f"GET {PATH} HTTP/1.1",
            f"Host: localhost:{port}",
            f"Cookie: {cookies[number % len(cookies)]}",
        )
        page = Page("\r\n".join([*head, "", ""]).encode(), heard)
        address = f"127.0.1.{1 + number // FROM_EACH}"
        async with gate:
            await loop.create_connection(
                lambda: page, "127.0.0.1", port, local_addr=(address, 0)
            )
            await page.begun.wait()

    await asyncio.gather(*(open_one(number) for number in range(count)))
    print("open", flush=True)
    while await loop.run_in_executor(None, sys.stdin.readline):
        print(json.dumps(vars(heard)), flush=True)
        heard.arrivals.clear()


if __name__ == "__main__":
    asyncio.run(listen(**json.loads(sys.stdin.readline())))
