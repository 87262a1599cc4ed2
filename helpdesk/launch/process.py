"""Start a child that cannot outlive us, and end it.

On Linux the kernel itself signals the child when we die, even by kill -9. That promise
is tied to the thread that forked, so children are started from the main thread only.
"""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent(number: int) -> Callable[[], None]:
    """What the child does between fork and exec.

    It runs after the change of user, which would clear the kernel's note.
    """
    parent = os.getpid()

    def prepare() -> None:
        if _libc is not None:
            _libc.prctl(PR_SET_PDEATHSIG, number)
            if os.getppid() != parent:
                os._exit(1)

    return prepare


def as_user(name: str | None) -> dict[str, Any]:
    """The arguments of subprocess that give up root for this user."""
    if name is None:
        return {}
    entry = pwd.getpwnam(name)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def spawn(
    command: Sequence[str],
    *,
    env: Mapping[str, str],
    log: Path | None = None,
    cwd: Path | None = None,
    user: str | None = None,
    death_signal: int = signal.SIGKILL,
    own_session: bool = True,
    stdout: int | None = None,
) -> subprocess.Popen[bytes]:
    """Start a child; in a session of its own a Ctrl+C reaches it through us only."""
    output: Any = stdout
    handle = None
    if log is not None:
        log.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        return subprocess.Popen(
            list(command),
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL if own_session else None,
            stdout=handle if handle is not None and output is None else output,
            stderr=handle,
            start_new_session=own_session,
            preexec_fn=die_with_parent(death_signal),  # noqa: PLW1509 no threads here
            **as_user(user),
        )
    finally:
        if handle is not None:
            os.close(handle)


def sweep(process: subprocess.Popen[bytes]) -> None:
    """End a child and whatever is left of its own session, now."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
