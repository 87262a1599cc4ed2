"""What customers and colleagues do each minute, beside as many bare rows.

Asking on the portal, replying at the desk, asking by the API; each by 1, 8 and 32
clients at once. The floor is a view that inserts as many rows in one transaction, on
the same database, behind the same server with the same threads.
"""

import json
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django.db import connection, transaction
from django.utils import timezone

from bench import people
from bench.bare.urls import TABLE_SQL
from bench.clients import Played, play, request
from bench.house import say
from bench.people import TEXT
from bench.web import free_port, web
from inquiries import services
from inquiries.models import Inquiry
from staff.models import Role, User
from staff.services import make_api_token
from tickets.models import Channel

CLIENTS: Final = (1, 8, 32)
BARE: Final = "bench.bare.asgi:application"
# As many as it takes that none of them asks too much of the API.
AGENTS: Final = 100
WARM: Final = 20
# More than are answered in a second, and each needs an inquiry of its own.
REPLIES: Final = 100
CSRF: Final = "c" * 32
# How many rows this session has inserted or changed: each is a row to write.
WRITTEN_SQL: Final = """
SELECT coalesce(sum(n_tup_ins + n_tup_upd), 0)::int FROM pg_stat_xact_user_tables
"""


@dataclass(frozen=True)
class Act:
    """One thing that is done all day, and how it goes by how many do it at once."""

    name: str
    rows: int
    played: dict[int, Played]
    floor: dict[int, Played]

    def share(self, clients: int) -> float:
        """Throughput as a part of the floor's."""
        return self.played[clients].rate / self.floor[clients].rate


def questions(count: int) -> Iterator[bytes]:
    """Each from another address, so that no throttle stands between."""
    for n in range(count):
        fields = {
            "csrfmiddlewaretoken": CSRF,
            "client_token": uuid.uuid4(),
            "surname": "王",
            "phone": f"138{n % 10**8:08d}",
            "topic": "rental_price",
            "text": TEXT,
        }
        yield request(
            "POST",
            "/ask/",
            body=urlencode(fields).encode(),
            Cookie=f"csrftoken={CSRF}",
            HX_Request="true",
            X_Forwarded_For=f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}",
        )


def replies(inquiries: Sequence[Inquiry], by: User) -> Iterator[bytes]:
    """One to each inquiry, by a page that shows it as it stands."""
    cookie = f"csrftoken={CSRF}; {people.cookie(by)}"
    for inquiry in inquiries:
        fields = {
            "csrfmiddlewaretoken": CSRF,
            "client_token": uuid.uuid4(),
            "seen": inquiry.event_count,
            "text": "您好，两台摄像机三天的租金是八百元。",
        }
        yield request(
            "POST",
            f"/desk/inquiries/{inquiry.number}/reply/",
            body=urlencode(fields).encode(),
            Cookie=cookie,
            HX_Request="true",
        )


def filings(count: int, tokens: Sequence[str]) -> Iterator[bytes]:
    """Questions by the API, from many systems, none of which is throttled."""
    for n in range(count):
        body = {
            "client_token": str(uuid.uuid4()),
            "channel": "web_chat",
            "customer": {"surname": "王", "phone": f"139{n % 10**8:08d}"},
            "topic": "rental_price",
            "text": TEXT,
        }
        yield request(
            "POST",
            "/api/v1/inquiries/",
            body=json.dumps(body).encode(),
            kind="application/json",
            Authorization=f"Token {tokens[n % len(tokens)]}",
        )


def insertions(count: int, rows: int) -> Iterator[bytes]:
    """As many rows each as an act of the product writes."""
    body = urlencode({"text": TEXT}).encode()
    for _ in range(count):
        yield request("POST", f"/insert/{rows}/", body=body)


def written(act: Callable[[], object]) -> int:
    """How many rows it writes."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(WRITTEN_SQL)
        (before,) = cursor.fetchone()
        act()
        cursor.execute(WRITTEN_SQL)
        (after,) = cursor.fetchone()
    return int(after) - int(before)


def asked(channel: Channel) -> Inquiry:
    """By somebody new each time."""
    return people.ask(channel, phone=f"137{uuid.uuid4().int % 10**8:08d}")


def acts(*, seconds: float) -> Iterator[Act]:
    """Each act and, at each number of clients directly before it, its floor."""
    agents = people.hired(Role.AGENT, count=AGENTS)
    tokens = [make_api_token(agent, at=timezone.now()) for agent in agents]
    most = int(seconds * 200)
    channel = Channel.objects.get(code=people.CHANNEL)
    asking = written(lambda: asked(channel))
    inquiry = asked(channel)
    at = timezone.now()
    replying = written(
        lambda: services.reply(inquiry, text="您好，有货。", by=agents[0], at=at)
    )
    makers: dict[str, tuple[int, Callable[[], list[bytes]]]] = {
        "asking on the portal": (asking, lambda: list(questions(most))),
        "replying at the desk": (
            replying,
            lambda: list(
                replies(
                    [asked(channel) for _ in range(int(seconds * REPLIES))],
                    agents[0],
                )
            ),
        ),
        "asking by the API": (asking, lambda: list(filings(most, tokens))),
    }
    with connection.cursor() as cursor:
        cursor.execute(TABLE_SQL)
    port, bare = free_port(), free_port()
    with web(port), web(bare, app=BARE):
        for name, (rows, made) in makers.items():
            inserting = list(insertions(most * 3, rows))
            play(bare, inserting[:WARM], seconds=seconds)
            play(port, made()[:WARM], seconds=seconds)
            played, floor = {}, {}
            for clients in CLIENTS:
                say(f"{name}: {clients} at once, {rows} rows each")
                pile = made()
                floor[clients] = play(bare, inserting, clients=clients, seconds=seconds)
                played[clients] = play(port, pile, clients=clients, seconds=seconds)
                expect(played[clients], name)
            yield Act(name, rows, played, floor)


def expect(played: Played, name: str) -> None:
    """Raises AssertionError if anything but success was answered."""
    failed = {code: n for code, n in played.statuses.items() if not "2" <= code < "4"}
    if failed or not played.taken_ms:
        raise AssertionError(f"{name}: {played.statuses}")
