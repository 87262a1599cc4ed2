"""Fill an empty house with a year: made by several processes, copied by one.

All of it is one transaction: whatever goes wrong, the house is as empty as before.
"""

import io
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from multiprocessing import get_context
from typing import Final

from django.db import connection, transaction

from helpdesk.setup.scale import block, staffing, world
from helpdesk.setup.scale.arrivals import arrivals
from helpdesk.setup.scale.block import Part
from helpdesk.setup.scale.rows import TABLES, Copied
from knowledge.models import Script
from sla import fresh_process
from sla.models import CalendarVersion, PolicyVersion
from tickets.models import Channel

PART: Final = 4_000
# A process makes one part while the next waits for it: memory stays the same.
AHEAD: Final = 2

SEARCH_SQL: Final = """
SELECT indexname, indexdef FROM pg_indexes
 WHERE schemaname = current_schema() AND tablename = ANY (%s)
   AND indexdef LIKE '%% USING gin %%'
"""

Progress = Callable[[str], None]


class CannotFill(Exception):
    """A year does not fit into this house; the words say why."""


@transaction.atomic
def fill(
    count: int, *, seed: int, until: datetime, jobs: int, say: Progress
) -> Counter[str]:
    """So many tickets of the year before `until`; how many rows of each table.

    Raises CannotFill.
    """
    _refuse_unfit()
    began = time.monotonic()
    agents = staffing.hire(seed=seed)
    house = world.read(seed=seed, until=until, agents=agents)
    done: Counter[str] = Counter()
    with connection.cursor() as cursor:
        # Checked after each copy, not all at the end, which would take memory.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with _search_afterwards(say):
            for made in _made(_parts(house, count), jobs=jobs):
                for copied in made:
                    _copy(copied)
                    done[copied.table] += copied.count
                seconds = time.monotonic() - began
                tickets, messages = done["tickets_ticket"], done["tickets_message"]
                say(f"{tickets:,} tickets, {messages:,} messages, {seconds:.0f} s")
        for table in TABLES:
            if "id" in table.columns:
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'),"  # noqa: S608
                    f" coalesce(max(id), 0) + 1, false) FROM {table.name}"
                )
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return done


@contextmanager
def _search_afterwards(say: Progress) -> Iterator[None]:
    """What search reads is built at once, many times faster than row by row."""
    with connection.cursor() as cursor:
        cursor.execute(SEARCH_SQL, [[table.name for table in TABLES]])
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
        yield
        say("building the indexes of search")
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        for _, definition in indexes:
            cursor.execute(definition)


def tidy() -> None:
    """Let the planner know what is there."""
    names = ", ".join(table.name for table in TABLES)
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM (ANALYZE) {names}")


def _refuse_unfit() -> None:
    """Nobody adds anything meanwhile. Raises CannotFill."""
    with connection.cursor() as cursor:
        cursor.execute(
            "LOCK TABLE customers_customer, tickets_ticket IN SHARE ROW EXCLUSIVE MODE"
        )
        for table in TABLES:
            cursor.execute(f"SELECT EXISTS (SELECT FROM {table.name})")  # noqa: S608
            if cursor.fetchone()[0]:
                raise CannotFill(
                    f"This house is not empty: {table.name} has rows. Fill a new one:"
                    " with DEMO=0 and another DATA_DIR."
                )
    for model in (Channel, Script, PolicyVersion, CalendarVersion):
        if not model.objects.exists():
            raise CannotFill(
                "This house has nothing to begin with. Run load_calendars,"
                " load_policies and load_basics first."
            )


def _parts(house: world.World, count: int) -> Iterator[Part]:
    coming = arrivals(count, until=house.until, seed=house.seed)
    before = 0
    while come := tuple(islice(coming, PART)):
        yield Part(house, before, come)
        before += len(come)


def _made(parts: Iterator[Part], *, jobs: int) -> Iterator[list[Copied]]:
    """The rows of each part, in their order; a few are made ahead."""
    if jobs == 1:
        yield from map(block.make, parts)
        return
    with ProcessPoolExecutor(
        jobs,
        mp_context=get_context("spawn"),
        initializer=fresh_process.begin,
        initargs=(connection.settings_dict["NAME"],),
    ) as pool:
        ahead: deque[Future[list[Copied]]] = deque()
        for part in parts:
            ahead.append(pool.submit(block.make, part))
            if len(ahead) > jobs + AHEAD:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def _copy(copied: Copied) -> None:
    columns = ", ".join(copied.columns)
    with connection.cursor() as cursor:
        cursor.copy_expert(
            f"COPY {copied.table} ({columns}) FROM STDIN", io.BytesIO(copied.text)
        )
