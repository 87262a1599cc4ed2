"""The built-in Valkey, which speaks Redis: queues, cache and live updates.

Every write goes to an append-only file, so that queued work survives kill -9.
"""

import os
import socket
import time
from contextlib import suppress
from pathlib import Path

from helpdesk.launch.binaries import Binaries
from helpdesk.launch.place import Place, own
from helpdesk.launch.supervisor import Part


def socket_path(place: Place) -> Path:
    """Where it listens."""
    return place.sockets / "valkey.sock"


def url(place: Place) -> str:
    """The address as REDIS_URL."""
    return f"unix://{socket_path(place)}"


def part(place: Place, binaries: Binaries, *, careless: bool = False) -> Part:
    """The server as a part to supervise."""
    folder = place.servers / "valkey"
    options = {
        "port": "0",
        "unixsocket": str(socket_path(place)),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "no" if careless else "yes",
        "appendfsync": "everysec",
        "aof-load-truncated": "yes",
        "save": "",
        "daemonize": "no",
    }
    words = [w for name, value in options.items() for w in (f"--{name}", value)]
    return Part(
        name="valkey",
        command=[str(binaries.valkey), *words],
        env={"PATH": os.defpath, "LANG": "C.UTF-8"},
        log=place.data / "logs" / "valkey.log",
        cwd=place.servers,
        user=place.user,
        ready=lambda: answers(socket_path(place)),
        before=lambda: prepare(place),
        death_signal=15,
        patience=60,
    )


def prepare(place: Place) -> None:
    """Make its folder; end a server that an earlier launcher left behind.

    A second Valkey would silently take over the socket of the first, and the first
    would remove it as its last act: so we wait until its process is gone.
    """
    folder = place.servers / "valkey"
    folder.mkdir(exist_ok=True)
    own(folder, user=place.user)
    path = socket_path(place)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and (ask(path, b"SHUTDOWN\r\n") or held(path)):
        time.sleep(0.1)


def held(path: Path) -> bool:
    """Whether a process still has this socket in its command line (Linux)."""
    for command in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it ended while we looked
            if os.fsencode(path) in command.read_bytes():
                return True
    return False


def answers(path: Path) -> bool:
    """Whether it has read its data and takes commands."""
    return ask(path, b"PING\r\n").startswith(b"+PONG")


def ask(path: Path, command: bytes) -> bytes:
    """The first bytes of the answer; nothing if nobody listens."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(2)
        try:
            client.connect(str(path))
            client.sendall(command)
            return client.recv(512)
        except OSError:
            return b""
