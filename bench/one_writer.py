"""Somebody who goes on writing to a table while it is changed."""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from threading import Event, Thread
from typing import Any, Final

import psycopg2
from django.db import connection

WRITE: Final = {
    "tickets_message": "INSERT INTO tickets_message"
    " (ticket_id, direction, automatic, text, sent_at)"
    " VALUES (%(ticket)s, 'in', false, '两台摄像机租三天多少钱？', now())",
    "tickets_event": "INSERT INTO tickets_event"
    " (ticket_id, sequence, verb, at, data, hash)"
    " VALUES (%(ticket)s, %(number)s, 'noted', now(), '{}', '')",
}


class Writer:
    """Somebody who writes a row every few milliseconds, and how long each took."""

    def __init__(self, table: str) -> None:
        self.table = table
        self.waits: list[float] = []
        self.failures: list[str] = []
        self.over = Event()
        self.params = connection.get_connection_params()
        (self.ticket,) = ask("SELECT max(id) FROM tickets_ticket")
        (self.number,) = ask("SELECT max(sequence) FROM tickets_event")
        self.before = self.rows()

    def rows(self) -> int:
        """How many the table has of the ticket that is written to."""
        (count,) = ask(
            f"SELECT count(*) FROM {self.table} WHERE ticket_id = %s", [self.ticket]
        )
        return int(count)

    def write(self) -> None:
        with closing(psycopg2.connect(**self.params)) as link, link.cursor() as cursor:
            link.autocommit = True
            number = self.number
            while not self.over.wait(0.005):
                number += 1
                values = {"ticket": self.ticket, "number": number}
                began = time.perf_counter()
                try:
                    cursor.execute(WRITE[self.table], values)
                except psycopg2.Error as error:
                    self.failures.append(str(error))
                self.waits.append(time.perf_counter() - began)

    @contextmanager
    def writing(self) -> Iterator[None]:
        thread = Thread(target=self.write)
        thread.start()
        try:
            yield
        finally:
            self.over.set()
            thread.join()


def ask(sql: str, values: Any = None) -> tuple[Any, ...]:
    """The first row."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        row: tuple[Any, ...] = cursor.fetchone()
        return row


def run(sql: str, values: Any = None) -> float:
    """Seconds."""
    with connection.cursor() as cursor:
        began = time.perf_counter()
        cursor.execute(sql, values)
        return time.perf_counter() - began
