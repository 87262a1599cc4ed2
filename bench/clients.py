"""Clients that send requests as fast as they are answered, in a process of their own.

`play` hands the requests to the process and gets back what became of them.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.watching import share

PROGRAM: Final = Path(__file__).with_name("playing.py")


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
        words = [file.name, str(port), str(clients), str(seconds)]
        done = subprocess.run(
            [sys.executable, "-P", PROGRAM, *words],
            check=True,
            capture_output=True,
            text=True,
        )
    return Played(**json.loads(done.stdout))
