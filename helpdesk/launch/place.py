"""Where the servers keep their data, and as whom they run.

PostgreSQL refuses to run as root. Started by root, both servers run as an unprivileged
user; if that user cannot reach the data folder, their part of it lies under
`/var/lib/shoushi` and the data folder holds a link to it.
"""

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from helpdesk.launch.failure import CannotGoOn
from helpdesk.launch.process import as_user

ROOT = Path(__file__).resolve().parent.parent.parent
SHARED = Path("/var/lib/shoushi")
UNPRIVILEGED = ("postgres", "nobody")
LONGEST_SOCKET_FOLDER = 107 - len("/.s.PGSQL.5432.lock")


@dataclass(frozen=True)
class Place:
    """One data folder, opened for use."""

    data: Path
    servers: Path
    sockets: Path
    user: str | None


def data_folder(environment: Mapping[str, str]) -> Path:
    """DATA_DIR, or `var` in the project; made if it is not there."""
    data = Path(environment.get("DATA_DIR") or ROOT / "var").expanduser()
    data = (ROOT / data).resolve()
    if data.exists() and not data.is_dir():
        raise CannotGoOn(f"DATA_DIR={data} is a file; name a folder.")
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotGoOn(
            f"Cannot make the folder {data} ({error.strerror}). Choose another one with"
            " DATA_DIR=/path."
        ) from None
    if not os.access(data, os.W_OK | os.X_OK):
        raise CannotGoOn(
            f"Cannot write to {data}. Start as its owner, or choose another folder"
            " with DATA_DIR=/path."
        )
    return data


def open_place(data: Path) -> Place:
    """Find or make the servers' folder inside a data folder."""
    link = data / "servers"
    user = server_user(link)
    if link.is_symlink() and not link.exists():
        raise CannotGoOn(
            f"The database of {data} lay in {link.readlink()}, which is gone. Put it"
            f" back from a copy, or remove {link} to begin with an empty one."
        )
    if not link.exists():
        make_servers_folder(link, user=user)
    servers = link.resolve()
    return Place(data, servers, socket_folder(servers, user=user), user)


def server_user(link: Path) -> str | None:
    """Who runs the servers: the owner of what is there, else the first that exists."""
    if os.geteuid() != 0:
        return None
    if link.exists() and link.stat().st_uid != 0:
        return pwd.getpwuid(link.stat().st_uid).pw_name
    known = {entry.pw_name for entry in pwd.getpwall()}
    for name in UNPRIVILEGED:
        if name in known:
            return name
    raise CannotGoOn(
        "PostgreSQL does not run as root and this machine has no unprivileged user."
        " Start as an ordinary user, or set DATABASE_URL and REDIS_URL."
    )


def make_servers_folder(link: Path, *, user: str | None) -> None:
    """Beside the other data if the servers' user can reach it, else in SHARED."""
    if user is None or reachable(link.parent, user=user):
        link.mkdir(mode=0o700)
        own(link, user=user)
        return
    SHARED.mkdir(mode=0o755, parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="data-", dir=SHARED))
    own(folder, user=user)
    link.symlink_to(folder)


def remove_place(data: Path) -> None:
    """Delete a throw-away data folder with what it links to."""
    link = data / "servers"
    if link.is_symlink():
        shutil.rmtree(link.resolve(), ignore_errors=True)
    sockets = short_folder(link.resolve())
    if sockets.exists():
        shutil.rmtree(sockets, ignore_errors=True)
    shutil.rmtree(data, ignore_errors=True)


def reachable(path: Path, *, user: str) -> bool:
    """Whether this user may enter or read a path; asked as that user."""
    try:
        asked = subprocess.run(
            ["/bin/sh", "-c", 'test -r "$1" || test -x "$1"', "sh", str(path)],
            check=False,
            cwd="/",
            **as_user(user),
        )
    except (OSError, subprocess.SubprocessError):
        raise CannotGoOn(
            f"Root may not become the user {user} here, and PostgreSQL does not run as"
            " root. Start as an ordinary user, or set DATABASE_URL and REDIS_URL."
        ) from None
    return asked.returncode == 0


def own(folder: Path, *, user: str | None) -> None:
    """Give a folder to the servers' user alone."""
    folder.chmod(0o700)
    if user is not None:
        entry = pwd.getpwnam(user)
        os.chown(folder, entry.pw_uid, entry.pw_gid)


def short_folder(servers: Path) -> Path:
    """A short stand-in for a path that is too long for the name of a socket."""
    name = hashlib.sha256(str(servers).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"shoushi-{name}"


def socket_folder(servers: Path, *, user: str | None) -> Path:
    """Where the sockets lie; nobody but the servers' user and root may enter."""
    folder = servers / "run"
    if len(os.fsencode(folder)) > LONGEST_SOCKET_FOLDER:
        folder = short_folder(servers)
    folder.mkdir(mode=0o700, exist_ok=True)
    owner = folder.lstat().st_uid
    wanted = os.geteuid() if user is None else pwd.getpwnam(user).pw_uid
    if folder.is_symlink() or owner not in {wanted, os.geteuid()}:
        raise CannotGoOn(f"{folder} belongs to somebody else; remove it.")
    own(folder, user=user)
    return folder
