"""Is the port free, and if not, who has it?"""

import errno
import socket
from collections.abc import Mapping
from pathlib import Path

from helpdesk.launch.failure import CannotGoOn

LISTENING = "0A"
LAST = 65535


def number(environment: Mapping[str, str]) -> int:
    """PORT from the environment, 8000 if it says nothing."""
    text = environment.get("PORT") or "8000"
    if not text.isdecimal() or not 0 < int(text) <= LAST:
        raise CannotGoOn(
            f"PORT={text} is not a port. Choose a number from 1024 to 65535, for"
            " example PORT=8080 ./shoushi up"
        )
    return int(text)


def require_free(host: str, port: int) -> None:
    """Say plainly, before anything starts, that somebody else listens there."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError:
        raise CannotGoOn(
            f"HOST={host} is not an address of this machine. Use 127.0.0.1 for this"
            " machine only, or 0.0.0.0 for the network."
        ) from None
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except PermissionError:
            raise CannotGoOn(
                f"Port {port} is reserved for the administrator of this machine."
                f" Choose another: PORT={port + 8000} ./shoushi up"
            ) from None
        except OSError as error:
            who = holder(port)
            by = f" by {who}" if who else ""
            if error.errno == errno.EADDRNOTAVAIL:
                raise CannotGoOn(f"HOST={host} is not on this machine.") from None
            raise CannotGoOn(
                f"Port {port} is already in use{by}. Stop it, or choose another port:"
                f" PORT={min(port + 1, LAST)} ./shoushi up"
            ) from None


def holder(port: int) -> str:
    """Name and number of the process that listens on a port, if Linux tells us."""
    inodes = set()
    for table in ("tcp", "tcp6"):
        try:
            rows = Path("/proc/net", table).read_text().splitlines()[1:]
        except OSError:
            continue
        for row in rows:
            fields = row.split()
            if fields[3] == LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                inodes.add(f"socket:[{fields[9]}]")
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if any(str(f.readlink()) in inodes for f in (process / "fd").iterdir()):
                name = (process / "comm").read_text().strip()
                return f"{name} (process {process.name})"
        except OSError:
            continue
    return ""
