"""Search at the desk, beside plain SQL for it and a scan that misses nothing."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final
from urllib.parse import urlencode

from django.db import connection

from bench import people
from bench.acts import expect
from bench.clients import Played, play, request
from bench.house import say
from bench.watching import share
from bench.web import free_port, web
from helpdesk.desk.wish import PAGE
from helpdesk.searching import Search as Asked
from helpdesk.searching import matching
from objections.models import Objection
from staff.models import Role
from tickets.models import Ticket

WARM: Final = 5
NOBODY: Final = "a word nobody said"
# What somebody would write by hand: the newest 25 tickets on which this was said.
RAW_SQL: Final = """
SELECT DISTINCT ticket_id FROM tickets_message
 WHERE pairs(text) @> pairs(%(words)s) AND lower(text) LIKE lower(%(like)s)
 ORDER BY ticket_id DESC LIMIT 25
"""
RAW_NUMBER_SQL: Final = """
SELECT id FROM tickets_ticket
 WHERE pairs(number) @> pairs(%(words)s) AND lower(number) LIKE lower(%(like)s)
 ORDER BY id DESC LIMIT 25
"""
RAW_TAIL_SQL: Final = """
SELECT ticket.id FROM tickets_ticket AS ticket
  JOIN customers_customer AS customer ON customer.id = customer_id
 WHERE phone_tail = %(words)s ORDER BY ticket.id DESC LIMIT 25
"""
RAW_SERIAL_SQL: Final = """
SELECT ticket_ptr_id FROM objections_objection
 WHERE pairs(serial_number) @> pairs(%(words)s)
   AND lower(serial_number) LIKE lower(%(like)s)
 ORDER BY ticket_ptr_id DESC LIMIT 25
"""
SCAN_SQL: Final = """
SELECT ticket_id FROM tickets_message
 WHERE position(lower(%(words)s) in lower(text)) > 0
 UNION
SELECT id FROM tickets_ticket WHERE position(lower(%(words)s) in lower(number)) > 0
 UNION
SELECT ticket.id FROM tickets_ticket AS ticket
  JOIN customers_customer AS customer ON customer.id = customer_id
 WHERE position(lower(%(words)s) in lower(surname)) > 0 OR phone_tail = %(words)s
 UNION
SELECT ticket_ptr_id FROM objections_objection
 WHERE position(lower(%(words)s) in lower(serial_number)) > 0
    OR position(lower(%(words)s) in lower(description)) > 0
"""


@dataclass(frozen=True)
class Search:
    """One search: how the page, its own statements, plain SQL and the whole answer did.

    `own_ms` is the time in which the statements of the search, asked as the page asks
    them, gave their rows; `raw_ms` that of the plain SQL.
    """

    name: str
    words: str
    hits: int
    missed: int
    played: Played
    own_ms: list[float]
    raw_ms: list[float]

    @property
    def ratio(self) -> float:
        """The page's 95th percentile as a multiple of the SQL's."""
        return self.played.quantile(0.95) / share(self.raw_ms, 0.95)

    @property
    def own_ratio(self) -> float:
        """The same for its statements alone."""
        return share(self.own_ms, 0.95) / share(self.raw_ms, 0.95)


def wishes() -> Iterator[tuple[str, str, str]]:
    """What is looked for: its name, the words, and the SQL for it.

    The words are those of `seed_scale`; an answer without hits would measure nothing.
    """
    yield "two characters that many say", "直播", RAW_SQL
    yield "two characters that few say", "昆曲", RAW_SQL
    yield "four characters that many say", "没有画面", RAW_SQL
    yield "four characters that few say", "镜头起雾", RAW_SQL
    yield "an English word", "NDI", RAW_SQL
    yield NOBODY, "漏电", RAW_SQL
    number = Ticket.objects.values_list("number", flat=True).order_by("pk")[50]
    yield "the end of a number", number[-6:], RAW_NUMBER_SQL
    tails = Ticket.objects.exclude(customer__phone_tail="").order_by("pk")
    yield "the end of a phone", tails[50].customer.phone_tail, RAW_TAIL_SQL
    known = Objection.objects.exclude(serial_number="").order_by("pk").first()
    if known is not None:
        yield "a serial number", known.serial_number, RAW_SERIAL_SQL


def searches(*, turns: int) -> Iterator[Search]:
    """Each by one reader; its answer is compared with a scan of everything."""
    port = free_port()
    [reader] = people.hired(Role.SUPERVISOR)
    with web(port):
        for name, words, sql in wishes():
            say(f"search: {name}")
            found = set(
                matching(Ticket.objects.all(), words).values_list("pk", flat=True)
            )
            expected = {pk for (pk,) in asked(SCAN_SQL, words)}
            assert found <= expected, f"{words} is not said where it was found"
            assert bool(expected) != (name == NOBODY), f"{words}: {len(expected)} hits"
            search = Asked(words, reader, {})
            raw_ms = timed(partial(asked, sql, words), turns=turns)
            own_ms = timed(partial(search.newest, PAGE + 1), turns=turns)
            page = request(
                "GET",
                f"/desk/list/?{urlencode({'q': words})}",
                Cookie=people.cookie(reader),
            )
            play(port, [page] * WARM, seconds=60)
            played = play(port, [page] * turns, seconds=120)
            expect(played, name)
            missed = len(expected - found)
            yield Search(name, words, len(found), missed, played, own_ms, raw_ms)


def asked(sql: str, words: str) -> list[tuple[int]]:
    """The rows of a statement about words."""
    like = f"%{connection.ops.prep_for_like_query(words)}%"
    with connection.cursor() as cursor:
        cursor.execute(sql, {"words": words, "like": like})
        return list(cursor.fetchall())


def timed(ask: Callable[[], object], *, turns: int) -> list[float]:
    """Milliseconds of each turn, once it is warm."""
    taken = []
    for _ in range(turns + WARM):
        began = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - began) * 1000)
    return taken[WARM:]
