"""Clients that send requests as fast as they are answered, in a process of their own.

`play` hands the requests to the process and gets back what became of them.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.watching import share
from helpdesk.launch.place import ROOT

PATIENCE_SECONDS: Final = 60
CUT: Final = "cut off"


@dataclass(frozen=True)
class Played:
    """What became of the requests: how long each took, and how they were answered."""

    seconds: float
    taken_ms: list[float]
    statuses: dict[str, int]

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.taken_ms) / self.seconds

    def quantile(self, fraction: float) -> float:
        """Milliseconds that this share of the answers did not exceed."""
        return share(self.taken_ms, fraction)


def request(
    method: str,
    path: str,
    *,
    body: bytes = b"",
    kind: str = "application/x-www-form-urlencoded",
    **headers: str,
) -> bytes:
    """One request as it goes over the line; `x_y="z"` is the header `X-Y: z`."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if method != "GET":
        lines += [f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


def play(
    port: int, requests: Sequence[bytes], *, clients: int = 1, seconds: float
) -> Played:
    """Send them by so many clients until they are all sent or the time is over."""
    with tempfile.NamedTemporaryFile() as file:
        for each in requests:
            file.write(len(each).to_bytes(4) + each)
        file.flush()
        command = [sys.executable, "-m", "bench.clients", file.name]
        words = [str(port), str(clients), str(seconds)]
        done = subprocess.run(
            [*command, *words], cwd=ROOT, check=True, capture_output=True, text=True
        )
    return Played(**json.loads(done.stdout))


def read(path: Path) -> list[bytes]:
    """The requests of a file."""
    data, found, at = path.read_bytes(), [], 0
    while at < len(data):
        end = at + 4 + int.from_bytes(data[at : at + 4])
        found.append(data[at + 4 : end])
        at = end
    return found


class Client:
    """One line to the server that stays open from request to request."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.taken_ms: list[float] = []
        self.statuses: Counter[str] = Counter()

    async def send(self, requests: list[bytes], *, until: float) -> None:
        """Take one after another from the common pile; call again if cut off."""
        while requests and time.perf_counter() < until:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            try:
                while requests and time.perf_counter() < until:
                    began = time.perf_counter()
                    writer.write(requests.pop())
                    async with asyncio.timeout(PATIENCE_SECONDS):
                        status, goes_on = await answer(reader)
                    self.taken_ms.append((time.perf_counter() - began) * 1000)
                    self.statuses[status] += 1
                    if not goes_on:
                        break
            except (ConnectionError, asyncio.IncompleteReadError):
                self.statuses[CUT] += 1
            finally:
                writer.close()


async def answer(reader: asyncio.StreamReader) -> tuple[str, bool]:
    """Read one whole answer; returns its status, and whether the line stays open."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    status = head.split(b" ", 2)[1].decode()
    _, announced, rest = head.partition(b"\r\ncontent-length:")
    if announced:
        await reader.readexactly(int(rest.split(b"\r\n", 1)[0]))
    elif b"\r\ntransfer-encoding: chunked" in head:
        while size := int(await reader.readline(), 16):
            await reader.readexactly(size + 2)
        await reader.readline()
    return status, b"\r\nconnection: close" not in head


async def measured(port: int, requests: list[bytes], count: int, seconds: float) -> str:
    """What all clients saw, as JSON."""
    clients = [Client(port) for _ in range(count)]
    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for client in clients:
            group.create_task(client.send(requests, until=began + seconds))
    return json.dumps(
        {
            "seconds": time.perf_counter() - began,
            "taken_ms": [ms for client in clients for ms in client.taken_ms],
            "statuses": sum((client.statuses for client in clients), Counter()),
        }
    )


def main(file: str, port: str, clients: str, seconds: str) -> None:
    """Play a file of requests, the first one first."""
    pile = read(Path(file))[::-1]
    print(asyncio.run(measured(int(port), pile, int(clients), float(seconds))))


if __name__ == "__main__":
    main(*sys.argv[1:])
