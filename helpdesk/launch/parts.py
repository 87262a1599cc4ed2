"""The programs that make up the product, in one place.

`./shoushi up` supervises exactly these commands. In containers each service runs one of
them by name: `python -m helpdesk.launch.parts web`.
"""

import os
import resource
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress

from helpdesk.launch.failure import CannotGoOn
from helpdesk.launch.ports import number

FILES = 65_536
CELERY = (sys.executable, "-m", "celery", "-A", "helpdesk.celery")


def web() -> list[str]:
    """Pages, API and live streams; an open stream may delay its end by 3 s at most."""
    return [
        *(sys.executable, "-m", "uvicorn", "helpdesk.asgi:application"),
        *("--host", host(), "--port", str(number(os.environ))),
        *("--loop", "uvloop", "--http", "httptools"),
        *("--timeout-graceful-shutdown", "3", "--no-access-log"),
    ]


def worker_sla() -> list[str]:
    """Deadlines only: nothing else may ever stand before them in a queue."""
    return worker("sla")


def worker_default() -> list[str]:
    """Everything that may wait, also for the processor where it is scarce."""
    nice = shutil.which("nice")
    return [*([nice, "--adjustment=10"] if nice else []), *worker("default")]


def worker(queue: str) -> list[str]:
    """A worker with two processes for one queue; an Excel file may keep one busy."""
    return [
        *(*CELERY, "worker", "-Q", queue, "-n", f"{queue}@%h", "-c", "2", "-O", "fair"),
        *("--without-gossip", "--without-mingle", "--loglevel", "WARNING"),
    ]


def beat() -> list[str]:
    """The clock. It keeps no file: its ticks do no harm when they come twice."""
    scheduler = ("--scheduler", "celery.beat:Scheduler", "--pidfile", "")
    return [*CELERY, "beat", *scheduler, "--loglevel", "WARNING"]


def prepare() -> list[str]:
    """Migrations, static files, translations and the data that must be there."""
    return [sys.executable, "-m", "helpdesk.launch.prepare"]


def host() -> str:
    """The address to listen on: this machine only, unless HOST says otherwise."""
    return os.environ.get("HOST") or "127.0.0.1"


def allow_many_files() -> None:
    """An open page takes a file of the web part; a shell's usual limit is 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


PARTS: dict[str, Callable[[], list[str]]] = {
    "web": web,
    "worker-sla": worker_sla,
    "worker": worker_default,
    "beat": beat,
    "prepare": prepare,
}


def main(args: list[str]) -> None:
    """Become the named part."""
    if len(args) != 1 or args[0] not in PARTS:
        sys.exit(f"Name one part: {', '.join(PARTS)}")
    try:
        command = PARTS[args[0]]()
    except CannotGoOn as problem:
        sys.exit(str(problem))
    allow_many_files()
    os.execv(command[0], command)  # noqa: S606 no shell is wanted


if __name__ == "__main__":
    main(sys.argv[1:])
