"""Many open pages in one small program: `python -m bench.listening`.

It reads `{"port", "cookies", "count", "crowd"}` from its input, opens that
many streams and says `open`; at each further line it tells what has arrived, but for
tickets whose numbers begin with `crowd`. Instants are those of the monotonic clock,
which all programs of one machine share.
"""

import asyncio
import json
import re
import subprocess
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


class Listeners:
    """The program from outside: so many open pages, until `close`."""

    def __init__(
        self, port: int, cookies: list[str], count: int, *, crowd: str = "-"
    ) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench.listening"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        plan = {"port": port, "cookies": cookies, "count": count, "crowd": crowd}
        self.answer(json.dumps(plan))

    def answer(self, line: str = "") -> str:
        """Say a line and wait for the next one."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(line, file=self.process.stdin, flush=True)
        return self.process.stdout.readline()

    def heard(self) -> dict[str, Any]:
        """What has arrived since we last asked; `hellos` are all there ever were."""
        found: dict[str, Any] = json.loads(self.answer())
        return found

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()


@dataclass
class Heard:
    """What the pages were told: at which page, and when."""

    ended: int = 0
    hellos: list[tuple[int, int]] = field(default_factory=list)
    arrivals: dict[str, list[tuple[int, int]]] = field(
        default_factory=lambda: defaultdict(list)
    )


class Page(asyncio.Protocol):
    """One stream, which notes when it first hears of each ticket."""

    def __init__(self, number: int, request: bytes, heard: Heard, crowd: str) -> None:
        self.number = number
        self.request = request
        self.heard = heard
        self.crowd = crowd.encode()
        self.begun = asyncio.Event()
        self.known: set[bytes] = set()
        self.rest = b""

    def connection_made(self, transport: Any) -> None:
        transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        now = time.monotonic_ns()
        whole, _, self.rest = (self.rest + data).rpartition(b"\n\n")
        if b"event: hello" in whole:
            self.heard.hellos.append((self.number, now))
            self.begun.set()
        for number in TICKET.findall(whole):
            if number not in self.known and not number.startswith(self.crowd):
                self.known.add(number)
                self.heard.arrivals[number.decode()].append((self.number, now))

    def connection_lost(self, error: Exception | None) -> None:
        self.heard.ended += 1
        self.begun.set()


async def listen(port: int, cookies: list[str], count: int, crowd: str) -> None:
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
        page = Page(number, "\r\n".join([*head, "", ""]).encode(), heard, crowd)
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
