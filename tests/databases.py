"""The test databases: one is made, the others are copies; all find back to their start.

Migrations and the company's basics take many seconds, and every process of pytest-xdist
wants a database. The first to ask makes one and leaves a copy as the others' template.
"""

import io
import os

import psycopg2
from django.db import connection, transaction

LOCK = 4_117_001
RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
PROCESSES = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))


class Template:
    """What the processes of one run copy; one of them at a time may look."""

    def __init__(self) -> None:
        self.name = f"test_template_{RUN}"
        self.mine = False

    def wait(self) -> None:
        """Wait for our turn; if it is there by now, Django's test database copies it."""
        params = connection.get_connection_params() | {"dbname": "postgres"}
        self._server = psycopg2.connect(**params)
        self._server.autocommit = True
        self._run(f"SELECT pg_advisory_lock({LOCK})")
        same = f"SELECT FROM pg_database WHERE datname = '{self.name}'"
        self.found = self._run(same) > 0
        if self.found:
            connection.settings_dict["TEST"]["TEMPLATE"] = self.name

    def make(self) -> None:
        """Copy the database that we have, if anybody else may want it."""
        if PROCESSES > 1:
            own = connection.settings_dict["NAME"]
            connection.close()
            self._run(f'CREATE DATABASE "{self.name}" TEMPLATE "{own}"')
            self.mine = True

    def drop(self) -> None:
        """Remove it if we made it; who comes later makes one."""
        if self.mine:
            self.wait()
            self._run(f'DROP DATABASE "{self.name}"')
            self.pass_on()

    def pass_on(self) -> None:
        """Let the next process look."""
        self._server.close()

    def _run(self, command: str) -> int:
        with self._server.cursor() as cursor:
            cursor.execute(command)
            found: int = cursor.rowcount
        return found


class Snapshot:
    """The rows of all tables at one moment, as the database writes them down."""

    def __init__(self) -> None:
        names = connection.introspection.django_table_names(only_existing=True)
        self._rows = {name: _written(name) for name in names}

    def bring_back(self) -> None:
        """Nothing but these rows.

        Django would make each table anew, which costs PostgreSQL half a second, and
        verbs would have to load the company again. Triggers look away: they have seen
        these rows before.
        """
        empty = "".join(f'DELETE FROM "{name}";' for name in self._rows)  # noqa: S608
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(empty)
            for name, text in self._rows.items():
                if text:
                    cursor.copy_expert(f'COPY "{name}" FROM STDIN', io.StringIO(text))


def _written(table: str) -> str:
    out = io.StringIO()
    with connection.cursor() as cursor:
        cursor.copy_expert(f'COPY "{table}" TO STDOUT', out)
    return out.getvalue()
