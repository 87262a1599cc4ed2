"""Open streams cost the database nothing, and end with the right to them."""

import asyncio
import socket
from collections.abc import Callable, Collection
from typing import Any

import pytest
import uvicorn
from django.db import DatabaseError, connection, connections
from django.test import Client

from helpdesk import asgi
from helpdesk.desk.live import channels_now, still_hear
from helpdesk.live.hub import Hub
from helpdesk.live.line import STUCK_SECONDS, Line, Right
from helpdesk.live.rounds import without_right
from inquiries.links import thread_token
from staff.models import User
from tests.factories import InquiryFactory, UserFactory
from tickets import feed

pytestmark = pytest.mark.django_db(transaction=True)

STREAMS = 12
SESSIONS = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


def scope(path: str, method: str = "GET") -> dict[str, Any]:
    return {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"host", b"localhost")],
        "client": ("127.0.0.1", 1),
        "server": ("localhost", 80),
        "scheme": "http",
        "http_version": "1.1",
        "asgi": {"version": "3.0"},
    }


def sessions() -> int:
    with connection.cursor() as cursor:
        cursor.execute(SESSIONS)
        count = int(cursor.fetchone()[0])
    connection.close()
    return count


@pytest.fixture(autouse=True)
def _no_connection_outlives_its_question(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the database of the tests could not be dropped."""
    monkeypatch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)


async def opened(path: str, count: int) -> int:
    """The database sessions while so many streams have said hello and stay open."""
    greeted, gone = asyncio.Event(), asyncio.Event()
    hellos = 0

    async def send(message: Any) -> None:
        nonlocal hellos
        hellos += b"event: hello" in message.get("body", b"")
        if hellos == count:
            greeted.set()

    def receiver() -> Any:
        begun: list[bool] = []

        async def receive() -> dict[str, Any]:
            if begun:
                await gone.wait()
                return {"type": "http.disconnect"}
            begun.append(True)
            return {"type": "http.request", "body": b"", "more_body": False}

        return receive

    streams = [
        asyncio.create_task(asgi.application(scope(path), receiver(), send))
        for _ in range(count)
    ]
    try:
        await asyncio.wait_for(greeted.wait(), 15)
        return await asyncio.to_thread(sessions)
    finally:
        gone.set()
        await asyncio.gather(*streams)


def test_many_open_streams_hold_no_connection_each() -> None:
    path = f"/live/thread/{thread_token(InquiryFactory.create())}/"
    assert asyncio.run(opened(path, STREAMS)) < STREAMS // 2
    assert not asgi.live.places.taken


async def until(question: Callable[[], object]) -> None:
    async with asyncio.timeout(15):
        while not question():
            await asyncio.to_thread(feed.publish, [])


async def unread(number: str, path: str) -> int:
    """The bytes that uvicorn keeps for a page that never reads, before it is cut."""
    loop = asyncio.get_running_loop()
    place = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(asgi.application, lifespan="off", log_config=None)
    )
    serving = asyncio.create_task(server.serve(sockets=[place]))
    with socket.socket() as page:
        page.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        page.setblocking(False)
        await loop.sock_connect(page, place.getsockname())
        await loop.sock_sendall(
            page, f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode()
        )
        channel, hub = feed.ticket_channel(number), Hub.here()
        await until(lambda: hub.lines.get(channel))
        (line,) = hub.lines[channel]
        while not line.missed or line.given_at is None:
            notices = [(channel, {"ticket": f"{n}" * 50}) for n in range(200)]
            await asyncio.to_thread(feed.publish, notices)
        (connection,) = server.server_state.connections
        kept: int = connection.transport.get_write_buffer_size()
        hub.rounds.visit([line], now=line.given_at + STUCK_SECONDS + 1)
        await until(lambda: not server.server_state.connections and not hub.lines)
    server.should_exit = True
    await serving
    return kept


def test_a_page_that_never_reads_keeps_little_and_is_cut() -> None:
    """With the server of the product, whose line has to be within our reach."""
    inquiry = InquiryFactory.create()
    path = f"/live/thread/{thread_token(inquiry)}/"
    assert 0 < asyncio.run(unread(inquiry.number, path)) < 256 * 1024


def test_one_who_has_left_hears_nothing_more() -> None:
    person = UserFactory.create()
    channels = channels_now([person.pk])[person.pk]
    assert "desk" in channels
    assert still_hear({(person.pk, channels)}) == {(person.pk, channels)}
    assert still_hear({(person.pk, channels[:1])}) == set()
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert channels_now([person.pk]) == {}
    assert still_hear({(person.pk, channels)}) == set()


def test_a_stream_ends_soon_after_the_right_to_it() -> None:
    """Of all that are due each is asked about once, whatever else it has open."""
    asked: list[Collection[int]] = []

    def still(keys: Collection[int]) -> set[int]:
        asked.append(keys)
        return {1}

    def broken(keys: Collection[int]) -> set[int]:
        raise DatabaseError

    stays, goes, again = (Line(["desk"], right=Right(still, key)) for key in (1, 2, 2))
    unknown = Line(["desk"], right=Right(broken, 3))
    lines = [stays, goes, again, unknown, Line(["ticket:1"])]
    assert asyncio.run(without_right(lines)) == [goes, again]
    assert asked == [{1, 2}]


def test_nobody_opens_a_stream_by_anything_but_looking(client: Client) -> None:
    path = f"/live/thread/{thread_token(InquiryFactory.create())}/"
    assert client.post(path).status_code == 405
    assert client.head(path).status_code == 405
