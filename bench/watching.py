"""Those who look at the detector from outside: a reader, a sleeper, an open page."""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Final

import psycopg2
import redis
from django.conf import settings
from django.db import connection

from sla.models import ClockEventKind


def share(values: Sequence[float], fraction: float) -> float:
    """The value that this fraction of all values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * fraction))]


def milliseconds(span: timedelta) -> float:
    """A span as a number."""
    return span / timedelta(milliseconds=1)


class Reader:
    """Another connection that asks every millisecond which breaches are committed.

    What it sees is committed, flushed and visible to everybody. It sees each at most
    about a millisecond late, so its figures are upper bounds. Who writes at the same
    time takes numbers in between: those that lack are asked for again, the less often
    the more there are, or it would take the processor from those whom it watches.
    """

    PAUSE: Final = 0.001
    FOR_EACH_THAT_LACKS: Final = 0.000_005

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(max(id), 0) FROM sla_clockevent")
            (self.last,) = cursor.fetchone()
        self.lacking: set[int] = set()
        self.lags: list[float] = []

    def read(self, count: int, *, until: datetime) -> list[float]:
        """The lag of each of so many breaches, in milliseconds; raises if some lack."""
        params = connection.get_connection_params()
        with closing(psycopg2.connect(**params)) as other, other.cursor() as cursor:
            other.autocommit = True
            while len(self.lags) < count and datetime.now(UTC) < until:
                cursor.execute(
                    "SELECT id, at, kind FROM sla_clockevent"
                    " WHERE id > %s OR id = ANY(%s)",
                    [self.last, list(self.lacking)],
                )
                self._note(cursor.fetchall(), now=datetime.now(UTC))
                time.sleep(self.PAUSE + len(self.lacking) * self.FOR_EACH_THAT_LACKS)
        if len(self.lags) != count:
            raise AssertionError(f"{len(self.lags)} of {count} breaches were seen.")
        return self.lags

    def _note(
        self, rows: Sequence[tuple[int, datetime, str]], *, now: datetime
    ) -> None:
        self.lags += [
            milliseconds(now - at)
            for _, at, kind in rows
            if kind == ClockEventKind.BREACH
        ]
        numbers = {number for number, _, _ in rows}
        last = max(numbers | {self.last})
        self.lacking |= set(range(self.last + 1, last))
        self.lacking -= numbers
        self.last = last


class Sleeper:
    """A process that does nothing but wake up at the same instants.

    What it is late is the machine's doing; a detector cannot be better.
    """

    SCRIPT: Final = (
        "import json, sys, time\n"
        "late = []\n"
        "for due in json.load(sys.stdin):\n"
        "    time.sleep(max(0, due - time.time()))\n"
        "    late.append((time.time() - due) * 1000)\n"
        "print(json.dumps(late))\n"
    )

    def __init__(self, deadlines: Sequence[datetime]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", self.SCRIPT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdin is not None
        json.dump([due.timestamp() for due in deadlines], self.process.stdin)
        self.process.stdin.close()

    def lags(self) -> list[float]:
        """In milliseconds, once it is done."""
        assert self.process.stdout is not None
        with self.process.stdout as out:
            lags: list[float] = json.load(out)
        self.process.wait()
        return lags


class Listener(Thread):
    """A page's live stream: when is it told to fetch the ticket again?"""

    def __init__(self, deadlines: dict[str, datetime]) -> None:
        super().__init__(daemon=True)
        self.deadlines = deadlines
        self.lags: list[float] = []
        self.subscribed = Event()
        self.over = Event()

    def run(self) -> None:
        """Note the first notice of each ticket."""
        client = redis.Redis.from_url(settings.LIVE_REDIS_URL)
        with closing(client), closing(client.pubsub()) as pubsub:  # type: ignore[no-untyped-call]
            pubsub.subscribe("desk")
            while not self.over.is_set():
                message = pubsub.get_message(timeout=0.1)
                if message is None:
                    continue
                if message["type"] != "message":
                    self.subscribed.set()
                    continue
                number = json.loads(message["data"])["ticket"]
                due_at = self.deadlines.pop(number, None)
                if due_at is not None:
                    self.lags.append(milliseconds(datetime.now(UTC) - due_at))
