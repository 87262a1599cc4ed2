"""All pages of a process hear Redis on one connection, and none costs the others."""

import asyncio
import json
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import redis
import uvicorn
from django.conf import settings
from pytest_django import Settings

from helpdesk.live import hub, line
from helpdesk.live.door import Live, Stream, told
from helpdesk.live.hub import Hub
from helpdesk.live.line import Line
from helpdesk.live.places import Places
from helpdesk.live.rounds import CHECK_VISITS, Rounds
from tickets import feed

Opens = Callable[[Line], Awaitable[AsyncGenerator[str, None]]]


def say(channel: str, *tickets: str) -> None:
    feed.publish((channel, {"ticket": one, "kind": "message"}) for one in tickets)


def numbers(text: str) -> list[str]:
    """The tickets of the changes, in their order."""
    data = [it[6:] for it in text.splitlines() if it.startswith("data: ")]
    return [body["ticket"] for body in map(json.loads, data) if "ticket" in body]


def run(scene: Callable[[Opens], Awaitable[None]]) -> None:
    """Play a scene with streams that are closed at its end; `opens` waits for hello."""

    async def play() -> None:
        async with asyncio.timeout(15), AsyncExitStack() as stack:

            async def opens(each: Line) -> AsyncGenerator[str, None]:
                stream = told(each)
                stack.push_async_callback(stream.aclose)
                assert "event: hello" in await anext(stream)
                return stream

            await scene(opens)

    asyncio.run(play())


def channels_in_redis(name: str) -> list[bytes]:
    with redis.Redis.from_url(settings.LIVE_REDIS_URL) as client:
        found: list[bytes] = client.pubsub_channels(f"{name}*")
        return found


def test_what_is_published_right_after_the_hello_is_heard() -> None:
    """Also by one who shares a channel that another one is just about to give up."""

    async def scene(opens: Opens) -> None:
        for turn in range(20):
            leaves = await opens(Line(["ticket:HUB1"]))
            closing = asyncio.create_task(leaves.aclose())
            stays = await opens(Line(["ticket:HUB1", "ticket:HUB2"]))
            say("ticket:HUB1", f"A{turn}")
            assert numbers(await anext(stays)) == [f"A{turn}"]
            await closing
            await stays.aclose()

    run(scene)


def test_one_who_leaves_before_the_answer_does_not_answer_for_the_next() -> None:
    """Redis answers in the order of what it was asked, whoever has gone meanwhile."""

    async def scene(opens: Opens) -> None:
        apart, gone, comes = Hub(), Line(["desk"]), Line(["desk"])
        apart.lines_of("desk").add(gone)
        apart.leave(gone)
        apart.lines_of("desk").add(comes)
        apart.take_in([b"subscribe", b"desk", 1])
        assert not apart.confirmed["desk"].done()
        apart.take_in([b"unsubscribe", b"desk", 0])
        apart.take_in([b"subscribe", b"desk", 1])
        assert apart.confirmed["desk"].done()

    run(scene)


def test_a_channel_is_heard_once_and_only_while_somebody_wants_it() -> None:
    async def scene(opens: Opens) -> None:
        streams = [await opens(Line(["ticket:HUB4"])) for _ in range(3)]
        assert await asyncio.to_thread(channels_in_redis, "ticket:HUB") == [
            b"ticket:HUB4"
        ]
        assert Hub.here().lines.keys() == {"ticket:HUB4"}
        for stream in streams:
            await stream.aclose()
        await opens(Line(["ticket:OTHER"]))  # answers come in order
        assert await asyncio.to_thread(channels_in_redis, "ticket:HUB") == []

    run(scene)


def test_many_changes_go_out_together_and_the_same_one_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hub, "BATCH_SECONDS", 0.2)

    async def scene(opens: Opens) -> None:
        both = [await opens(Line(["ticket:HUB5"])) for _ in range(2)]
        await asyncio.to_thread(say, "ticket:HUB5", "B1", "B2", "B1", "B3")
        for stream in both:
            assert numbers(await anext(stream)) == ["B1", "B2", "B3"]

    run(scene)


def test_a_page_that_does_not_read_fetches_all_once_and_keeps_nothing_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(line, "MOST_EVENTS", 10)

    async def scene(opens: Opens) -> None:
        slow, quick = Line(["ticket:HUB6"]), Line(["ticket:HUB6"])
        unread, read = await opens(slow), await opens(quick)
        heard: list[str] = []
        for turn in range(5):
            await asyncio.to_thread(
                say, "ticket:HUB6", *(f"C{turn}{n}" for n in range(5))
            )
            while len(heard) < 5 * (turn + 1):
                heard += numbers(await anext(read))
            assert len(slow.waiting) <= 10
        assert heard == [f"C{turn}{n}" for turn in range(5) for n in range(5)]
        assert "event: hello" in await anext(unread)
        await asyncio.to_thread(say, "ticket:HUB6", "C9")
        assert numbers(await anext(unread)) == ["C9"]

    run(scene)


def test_all_streams_end_without_redis_and_begin_again_with_it(
    settings: Settings, tmp_path: Path
) -> None:
    here = settings.LIVE_REDIS_URL

    async def scene(opens: Opens) -> None:
        streams = [await opens(Line([f"ticket:HUB{n}"])) for n in (7, 8)]
        with redis.Redis.from_url(here) as client:
            # Others test at the same time, each in a database of their own.
            own = client.connection_pool.connection_kwargs["db"]
            for each in client.client_list(_type="pubsub"):
                if int(each["db"]) == own:
                    client.client_kill_filter(_id=each["id"])
        for stream in streams:
            assert [text async for text in stream] == []
        settings.LIVE_REDIS_URL = f"unix://{tmp_path}/nobody.sock?db=0"
        assert [text async for text in told(Line(["ticket:HUB7"]))] == []
        settings.LIVE_REDIS_URL = here
        again = await opens(Line(["ticket:HUB7"]))
        await asyncio.to_thread(say, "ticket:HUB7", "D1")
        assert numbers(await anext(again)) == ["D1"]

    run(scene)


def test_each_line_is_pinged_ends_in_time_and_is_cut_when_it_is_stuck() -> None:
    async def scene(opens: Opens) -> None:
        cut: list[str] = []
        well, late, stuck = (Line(["desk"]) for _ in range(3))
        for name, each in (("well", well), ("late", late), ("stuck", stuck)):
            each.cut = lambda name=name: cut.append(name)  # type: ignore[misc]
            await each.take()
        well.given_at = late.given_at = None
        now = min(it.ends_at for it in (well, late, stuck)) - 1
        late.ends_at, stuck.given_at = now, now - line.STUCK_SECONDS - 1
        Rounds().visit([well, late, stuck], now=now)
        assert "event: ping" in await well.take()
        assert (late.over, stuck.over, cut) == (True, True, ["stuck"])

    run(scene)


class Unguarded(Live):
    """Opens a stream for whoever asks."""

    def answer(self, scope: Any) -> Stream:
        return Stream(Line(["ticket:HUB9"]))


async def until(question: Callable[[], object]) -> None:
    while not question():
        await asyncio.to_thread(feed.publish, [])


async def unread(app: Live) -> int:
    """The bytes that the server keeps for a page that never reads, before it is cut."""
    loop, hub = asyncio.get_running_loop(), Hub.here()
    place = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_config=None))
    serving = asyncio.create_task(server.serve(sockets=[place]))
    with socket.socket() as page:
        page.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        page.setblocking(False)
        await loop.sock_connect(page, place.getsockname())
        await loop.sock_sendall(page, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        await until(lambda: hub.lines)
        ((one,),) = hub.lines.values()
        for first in count(step=200):
            numbers = (f"{n:0100d}" for n in range(first, first + 200))
            await asyncio.to_thread(say, "ticket:HUB9", *numbers)
            if one.missed and one.given_at is not None:
                break
        (connection,) = server.server_state.connections
        kept: int = connection.transport.get_write_buffer_size()
        hub.rounds.visit([one], now=one.given_at + line.STUCK_SECONDS + 1)
        await until(lambda: not server.server_state.connections and not hub.lines)
    server.should_exit = True
    await serving
    return kept


def test_a_page_that_never_reads_keeps_little_and_is_cut() -> None:
    """With the server of the product, whose line has to be within our reach."""
    app = Unguarded()
    kept = asyncio.run(asyncio.wait_for(unread(app), 15))
    assert 0 < kept < 256 * 1024
    assert not app.places.taken


def test_a_right_is_asked_about_at_each_third_visit_of_those_that_have_one() -> None:
    rounds = Rounds()
    rightful = Line(["desk"], right=line.Right(set, 1))
    lines = [rightful, Line(["ticket:1"])]
    for visit in range(1, CHECK_VISITS + 1):
        rounds.visit(lines, now=0.0)
        assert rounds.doubted == ({rightful} if visit == CHECK_VISITS else set())


def test_one_address_does_not_take_all_places() -> None:
    places = Places(most=3, most_of_one=2)
    with places.place("a") as one, places.place("a") as two, places.place("a") as three:
        assert (one, two, three) == (True, True, False)
        with places.place("b") as first, places.place("c") as second:
            assert (first, second) == (True, False)
    assert not places.taken
