"""The clients themselves: `python bench/playing.py FILE PORT CLIENTS SECONDS`.

A small program that knows neither Django nor the product, and so begins at once.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Final

PATIENCE_SECONDS: Final = 60
CUT: Final = "cut off"


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


def play_file(file: str, port: str, clients: str, seconds: str) -> None:
    """Play a file of requests, the first one first."""
    pile = read(Path(file))[::-1]
    print(asyncio.run(measured(int(port), pile, int(clients), float(seconds))))


if __name__ == "__main__":
    play_file(*sys.argv[1:])
