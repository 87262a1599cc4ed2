"""How this installation was started, and so which commands repair it."""

import os
import re
import shlex
import shutil
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final, Self

from django.db import connection

from helpdesk.launch import binaries, lock
from helpdesk.launch.failure import CannotGoOn
from helpdesk.launch.logs import tail

LONGEST: Final = 200
CONTAINER_MARKS: Final = (Path("/.dockerenv"), Path("/run/.containerenv"))


class Way(Enum):
    """Who starts and watches the parts."""

    LAUNCHER = "./shoushi up"
    CONTAINERS = "docker compose"
    OWN = "services of your own"


@dataclass(frozen=True)
class House:
    """One installation, as far as it can be seen from outside of its database."""

    data: Path
    way: Way
    running: bool
    launcher: int | None

    @classmethod
    def of(cls, data: Path) -> Self:
        """Look at the data folder; nothing is opened that could be missing."""
        held = data / "launch.lock"
        if held.exists():
            running = lock.is_held(data)
            said = re.search(r"process (\d+)", held.read_text(errors="replace"))
            number = int(said[1]) if said and running else None
            return cls(data, Way.LAUNCHER, running, number)
        # The name that docker-compose.yml gives its database.
        named = connection.settings_dict["HOST"] == "postgres"
        inside = named and any(mark.exists() for mark in CONTAINER_MARKS)
        return cls(data, Way.CONTAINERS if inside else Way.OWN, True, None)

    def manage(self, words: str) -> str:
        """The command line for a command of manage.py."""
        return {
            Way.LAUNCHER: f"./shoushi manage {words}",
            Way.CONTAINERS: f"docker compose exec web python manage.py {words}",
            Way.OWN: f"python manage.py {words}",
        }[self.way]

    def sql(self, statement: str) -> str:
        """The command line that puts a statement to the database."""
        if self.way is Way.CONTAINERS:
            return f'docker compose exec postgres psql -U shoushi -c "{statement}"'
        params = connection.get_connection_params()
        names = {"-h": "host", "-p": "port", "-U": "user", "-d": "dbname"}
        where = [
            word
            for option, name in names.items()
            if params.get(name)
            for word in (option, str(params[name]))
        ]
        return f'{shlex.join([psql(), *where])} -c "{statement}"'

    def restart(self, *parts: str) -> str:
        """How to start parts again."""
        names = " ".join(parts)
        if self.way is Way.CONTAINERS:
            return f"docker compose up -d && docker compose restart {names}"
        if self.way is Way.OWN:
            commands = "; ".join(f"python -m helpdesk.launch.parts {p}" for p in parts)
            return f"start again: {commands}"
        if not self.running:
            return self.up()
        logs = " ".join(str(self.data / "logs" / f"{part}.log") for part in parts)
        return (
            f"kill {self.launcher}, wait until it has ended, then {self.up()}; if that"
            f" does not help, read {logs}"
        )

    def up(self) -> str:
        """How to start everything."""
        if self.way is Way.CONTAINERS:
            return "docker compose up -d"
        if self.way is Way.OWN:
            return "start the database, Redis, web, worker-sla, worker and beat"
        folder = os.environ.get("DATA_DIR")
        return (
            f"DATA_DIR={shlex.quote(folder)} ./shoushi up"
            if folder
            else ("./shoushi up")
        )

    def last_words(self, part: str) -> str:
        """The last line of a part's log, if there is one here."""
        lines = tail(self.data / "logs" / f"{part}.log", lines=1)
        return f"; its last words: {lines.strip()[:LONGEST]}" if lines.strip() else ""


def psql() -> str:
    """The client on this machine: the system's, else the one beside our server."""
    found = shutil.which("psql")
    if found:
        return found
    try:
        return str(binaries.packages() / binaries.POSTGRES / "bin" / "psql")
    except CannotGoOn:
        return "psql"
