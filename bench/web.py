"""The web part as `./shoushi up` runs it, and people who are signed in to it."""

import asyncio
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import psutil  # type: ignore[import-untyped]
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from bench import house
from bench.house import say
from helpdesk.launch import parts, process
from helpdesk.launch.logs import tail
from staff.models import User

PRODUCT: Final = "helpdesk.asgi:application"


def signed_in(user: User) -> str:
    """The key of a session of this person."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


@contextmanager
def web(port: int, *, app: str = PRODUCT) -> Iterator[psutil.Process]:
    """The web part, until the block ends; another application runs as the product."""
    with TemporaryDirectory() as folder:
        log = Path(folder) / "web.log"
        command = parts.web()
        command[command.index("--port") + 1] = str(port)
        command[command.index(PRODUCT)] = app
        child = process.spawn(
            command,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            log=log,
            death_signal=signal.SIGKILL,
        )
        try:
            house.wait_for(lambda: listens(port), seconds=60, what="the web part")
            yield psutil.Process(child.pid)
        except Exception:
            say(tail(log))
            raise
        finally:
            process.sweep(child)


def listens(port: int) -> bool:
    """Whether somebody answers there."""
    with suppress(OSError):
        asyncio.run(_touch(port))
        return True
    return False


async def _touch(port: int) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.close()


def spent(program: psutil.Process) -> float:
    """Milliseconds of processor time of a program and its children."""
    every = [program, *program.children(recursive=True)]
    return sum(sum(each.cpu_times()[:2]) for each in every) * 1000


def free_port() -> int:
    """One that nobody has at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
