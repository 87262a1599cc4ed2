"""The built-in PostgreSQL: made at the first start, reached by a unix socket alone.

Only the account that started Shoushi may connect: the kernel tells PostgreSQL who is on
the other end of the socket ("peer"), so there is no password to keep.
"""

import os
import pwd
import shutil
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

import psycopg2

from helpdesk.launch.binaries import Binaries
from helpdesk.launch.failure import CannotGoOn
from helpdesk.launch.logs import explain
from helpdesk.launch.place import Place, own
from helpdesk.launch.process import as_user
from helpdesk.launch.supervisor import Part

VERSION = "18"
NAME = "shoushi"
NEEDED_AT_FIRST = 300 * 1024**2
NEEDED = 50 * 1024**2
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "random_page_cost": "1.1",
    "max_wal_size": "1GB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A refused statement is named, never quoted: it carries what people wrote.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
# For data that nobody will miss.
CARELESS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
}


def url(place: Place) -> str:
    """The address of the database as DATABASE_URL.

    The folder stands in the query: as a host it would be turned to lower case.
    """
    return f"postgres://{NAME}@/{NAME}?host={quote(str(place.sockets))}"


def part(place: Place, binaries: Binaries, *, careless: bool = False) -> Part:
    """The server as a part to supervise."""
    settings = {**SETTINGS, **(CARELESS if careless else {})}
    settings["unix_socket_directories"] = str(place.sockets)
    options = [f"--{name}={value}" for name, value in settings.items()]
    folder = place.servers / "postgres"
    return Part(
        name="postgres",
        command=[str(binaries.postgres / "postgres"), "-D", str(folder), *options],
        env={"PATH": os.defpath, "LANG": "C.UTF-8", "TZ": "UTC"},
        log=place.data / "logs" / "postgres.log",
        cwd=place.servers,
        user=place.user,
        ready=lambda: answers(place),
        before=lambda: prepare(place, binaries),
        stop_signal=signal.SIGINT,
        death_signal=signal.SIGINT,
        patience=120,
    )


def prepare(place: Place, binaries: Binaries) -> None:
    """Make the data folder at the first start; clear what a crash left behind."""
    folder = place.servers / "postgres"
    free = shutil.disk_usage(place.servers).free
    first = not folder.exists()
    if free < (NEEDED_AT_FIRST if first else NEEDED):
        raise CannotGoOn(
            f"Only {free // 1024**2} MB are free on the disk of {place.servers};"
            f" PostgreSQL needs {NEEDED_AT_FIRST // 1024**2} MB at first. Free some"
            " space, or choose another folder with DATA_DIR=/path."
        )
    if first:
        make(folder, place, binaries)
    found = (folder / "PG_VERSION").read_text().strip()
    if found != VERSION:
        raise CannotGoOn(
            f"{folder} was written by PostgreSQL {found}, and this is {VERSION}. Dump"
            f" it with pg_dump of version {found}, move the folder away, start again"
            " and restore; or choose another folder with DATA_DIR=/path."
        )
    admit(folder, place)
    wait_for_the_last_one(folder)


def make(folder: Path, place: Place, binaries: Binaries) -> None:
    """Run initdb beside the final place, so that a half-made folder is never used."""
    half = folder.with_name("postgres.new")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir()
    own(half, user=place.user)
    command = [str(binaries.postgres / "initdb"), "-D", str(half), "-U", NAME]
    command += ["-E", "UTF8", "--locale=C.UTF-8", "--locale-provider=builtin"]
    command += ["--auth=peer", "--no-instructions", "--no-sync"]
    result = subprocess.run(
        command,
        cwd=place.servers,
        env={"PATH": os.defpath, "LANG": "C.UTF-8", "TZ": "UTC"},
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        start_new_session=True,
        **as_user(place.user),
    )
    if result.returncode:
        shutil.rmtree(half, ignore_errors=True)
        said = (result.stderr or result.stdout).strip()
        hint = explain(said, folder=place.servers)
        raise CannotGoOn(f"PostgreSQL could not be set up:\n{said}{hint}")
    half.rename(folder)


def admit(folder: Path, place: Place) -> None:
    """Let in the account that starts us and nobody else."""
    me = pwd.getpwuid(os.geteuid()).pw_name
    names = sorted({me, place.user or me})
    rows = "".join(f'{NAME} "{name}" {NAME}\n' for name in names)
    for name, text in {
        "pg_hba.conf": f"local all {NAME} peer map={NAME}\n",
        "pg_ident.conf": rows,
    }.items():
        if (folder / name).read_text() != text:
            (folder / name).write_text(text)


def wait_for_the_last_one(folder: Path) -> None:
    """After kill -9 of the launcher its PostgreSQL may still be stopping.

    A file of a server that is gone is removed: after a reboot its number may belong to
    somebody else, and PostgreSQL would refuse to start.
    """
    file = folder / "postmaster.pid"
    try:
        number = int(file.read_text().splitlines()[0])
    except (FileNotFoundError, IndexError, ValueError):
        return
    deadline = time.monotonic() + 15
    while is_postgres(number, folder):
        if time.monotonic() > deadline:
            os.kill(number, signal.SIGQUIT)
            deadline += 15
        time.sleep(0.05)
    file.unlink(missing_ok=True)


def is_postgres(number: int, folder: Path) -> bool:
    """Whether this process is the PostgreSQL of this folder."""
    try:
        words = Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return os.fsencode(folder) in words


def answers(place: Place) -> bool:
    """Whether it takes connections; makes the empty database on the way."""
    try:
        connection = psycopg2.connect(
            host=str(place.sockets), user=NAME, dbname="postgres", connect_timeout=5
        )
    except psycopg2.OperationalError:
        return False
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT FROM pg_database WHERE datname = %s", [NAME])
            if cursor.fetchone() is None:
                cursor.execute(f'CREATE DATABASE "{NAME}"')
    finally:
        connection.close()
    return True
