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

from django.conf import settings
from django.db import connection
from django.utils import timezone

from bench.bare.urls import TABLE_SQL
from bench.clients import Played, play, request
from bench.house import say
from bench.web import free_port, signed_in, web
from inquiries import services
from staff.models import Role, User
from staff.services import make_api_token
from tickets.models import Channel

CLIENTS: Final = (1, 8, 32)
BARE: Final = "bench.bare.asgi:application"
AGENTS: Final = 100
CSRF: Final = "c" * 32
TEXT: Final = "三天的直播，两台摄像机和一套灯光，多少钱？"
# How many rows this database has inserted, whoever inserted them.
INSERTED_SQL: Final = """
SELECT coalesce(sum(n_tup_ins), 0) FROM pg_stat_user_tables
"""


@dataclass(frozen=True)
class Act:
    """One thing that is done all day, and how it goes by how many do it at once."""

    name: str
    rows: float
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


def replies(numbers: Sequence[str], session: str) -> Iterator[bytes]:
    """One to each inquiry."""
    cookie = f"csrftoken={CSRF}; {settings.SESSION_COOKIE_NAME}={session}"
    for number in numbers:
        fields = {
            "csrfmiddlewaretoken": CSRF,
            "client_token": uuid.uuid4(),
            "text": "您好，两台摄像机三天的租金是八百元。",
        }
        yield request(
            "POST",
            f"/desk/inquiries/{number}/reply/",
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


def inserted() -> int:
    """Rows inserted so far; each session tells when it is idle, within a second."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(1.2), pg_stat_clear_snapshot()")
        cursor.execute(INSERTED_SQL)
        (rows,) = cursor.fetchone()
    return int(rows)


def agents() -> list[User]:
    """As many as it takes that none of them asks too much of the API."""
    return User.objects.bulk_create(
        User(
            username=f"acts{n}",
            display_name="测试",
            work_number=f"5{n:03d}",
            role=Role.AGENT,
        )
        for n in range(AGENTS)
    )


def asked(count: int) -> list[str]:
    """So many inquiries that wait for a reply."""
    channel = Channel.objects.get(code="web_chat")
    return [
        services.ask(
            channel=channel,
            surname="王",
            phone="",
            topic="rental_price",
            text=TEXT,
            at=timezone.now(),
        ).number
        for _ in range(count)
    ]


def acts(*, seconds: float) -> Iterator[Act]:
    """Each act and, at each number of clients directly before it, its floor."""
    people = agents()
    session = signed_in(people[0])
    tokens = [make_api_token(person, at=timezone.now()) for person in people]
    most = int(seconds * 200)
    makers: dict[str, Callable[[], list[bytes]]] = {
        "asking on the portal": lambda: list(questions(most)),
        "replying at the desk": lambda: list(
            replies(asked(int(seconds * 80)), session)
        ),
        "asking by the API": lambda: list(filings(most, tokens)),
    }
    with connection.cursor() as cursor:
        cursor.execute(TABLE_SQL)
    port, bare = free_port(), free_port()
    with web(port), web(bare, app=BARE):
        for name, made in makers.items():
            play(port, made()[:20], seconds=seconds)
            pile = made()[:40]
            before = inserted()
            first = play(port, pile, seconds=seconds)
            expect(first, name)
            rows = (inserted() - before) / len(first.taken_ms)
            played, floor = {}, {}
            for clients in CLIENTS:
                say(f"{name}: {clients} at once, {rows:.1f} rows each")
                pile = made()
                floor[clients] = play(
                    bare,
                    list(insertions(most * 3, round(rows))),
                    clients=clients,
                    seconds=seconds,
                )
                played[clients] = play(port, pile, clients=clients, seconds=seconds)
                expect(played[clients], name)
            yield Act(name, rows, played, floor)


def expect(played: Played, name: str) -> None:
    """Raises AssertionError if anything but success was answered."""
    failed = {code: n for code, n in played.statuses.items() if not "2" <= code < "4"}
    if failed or not played.taken_ms:
        raise AssertionError(f"{name}: {played.statuses}")
