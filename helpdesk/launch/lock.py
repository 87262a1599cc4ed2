"""One launcher for each data folder."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from helpdesk.launch.failure import CannotGoOn


class AlreadyRunning(CannotGoOn):
    """Somebody else holds this data folder."""


@contextmanager
def hold(data: Path, *, says: str) -> Iterator[None]:
    """Hold the data folder; `says` is what a second one is told.

    The kernel lets go of the lock when we end, however we end, so a stale file never
    stands in the way.
    """
    path = data / "launch.lock"
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(handle, 500).decode(errors="replace").strip()
            raise AlreadyRunning(holder or "It is already running.") from None
        os.ftruncate(handle, 0)
        os.write(handle, f"{says} (process {os.getpid()}, data in {data}).".encode())
        yield
    finally:
        os.close(handle)


def is_held(data: Path) -> bool:
    """Whether somebody runs the servers of this data folder."""
    try:
        handle = os.open(data / "launch.lock", os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False
