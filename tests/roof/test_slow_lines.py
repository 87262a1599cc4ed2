"""A slow line waits alone; a cut one is never acted on; a huge one is refused."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import uvicorn
import uvloop
from django.test import Client
from pytest_django import Settings

from helpdesk.slow_lines import SlowLines, without_body

LARGEST = 1000
Messages = list[dict[str, Any]]


class Line:
    """The far end: what it sends, and what has reached it."""

    def __init__(self, *pieces: bytes | None, length: int | None = None) -> None:
        self.pieces = list(pieces) or [b""]
        self.got: Messages = []
        size = sum(len(piece or b"") for piece in pieces) if length is None else length
        self.scope = {
            "type": "http",
            "headers": [(b"content-length", str(size).encode())],
        }

    async def receive(self) -> dict[str, Any]:
        """The next piece; None is a cut, and after the last piece there is silence."""
        if not self.pieces:
            await asyncio.Event().wait()
        piece = self.pieces.pop(0)
        if piece is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": piece, "more_body": bool(self.pieces)}

    async def send(self, message: Any) -> None:
        self.got.append(message)

    @property
    def answer(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.got)


class Echo:
    """An application that answers with what it was sent."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []
        self.lengths: list[bytes] = []

    async def __call__(
        self, scope: Any, receive: Callable[[], Awaitable[Any]], send: Any
    ) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message["body"], message["more_body"]
        self.asked.append(body)
        self.lengths += [value for name, value in scope["headers"]]
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body, "more_body": True})
        await send({"type": "http.response.body", "body": b"."})


def run(line: Line, *, stall: float = 5.0) -> Echo:
    echo = Echo()
    app = SlowLines(echo, largest=LARGEST, stall=stall)
    asyncio.run(app(line.scope, line.receive, line.send))
    return echo


def test_a_request_arrives_whole_and_its_answer_leaves_whole() -> None:
    line = Line(b"one ", b"two ", b"three")
    assert run(line).asked == [b"one two three"]
    assert line.answer == b"one two three."
    assert [message.get("more_body") for message in line.got] == [None, True, False]


def test_a_request_that_is_cut_off_midway_is_not_acted_on() -> None:
    line = Line(b"text=half of wh", None)
    assert run(line).asked == []
    assert line.got == []


def test_a_line_that_stands_still_is_given_up() -> None:
    line = Line(b"a", b"b")
    line.pieces = [b"a"]
    line.receive = stuck_after(line.receive)  # type: ignore[method-assign]
    assert run(line, stall=0.05).asked == []


def stuck_after(receive: Any) -> Any:
    begun: list[bool] = []

    async def once() -> dict[str, Any]:
        if begun:
            await asyncio.Event().wait()
        begun.append(True)
        return {**await receive(), "more_body": True}

    return once


def test_a_length_that_was_not_announced_is_told_to_the_application() -> None:
    line = Line(b"12345", b"678")
    line.scope["headers"] = [(b"transfer-encoding", b"chunked")]
    assert run(line).lengths == [b"8"]


def test_more_than_any_request_may_be_is_not_read() -> None:
    line = Line(b"a" * 10, length=LARGEST + 1)
    echo = run(line)
    assert echo.asked == [b""]
    assert echo.lengths == [str(LARGEST + 1).encode()]


def test_an_application_is_done_although_the_line_takes_nothing() -> None:
    line = Line(b"body")
    done: list[float] = []

    async def slow(message: Any) -> None:
        await asyncio.sleep(0.2)
        line.got.append(message)

    class Timed(Echo):
        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            await super().__call__(scope, receive, send)
            done.append(len(line.got))

    asyncio.run(
        SlowLines(Timed(), largest=LARGEST)(line.scope, line.receive, slow)  # type: ignore[arg-type]
    )
    assert done == [0]
    assert line.answer == b"body."


def test_a_line_that_takes_nothing_any_more_is_given_up() -> None:
    line = Line(b"body")

    async def never(message: Any) -> None:
        if message["type"] == "http.response.body":
            await asyncio.Event().wait()

    app = SlowLines(Echo(), largest=LARGEST, stall=0.05)
    asyncio.run(app(line.scope, line.receive, never))


class Large:
    """An application with an answer that no buffer of the kernel holds."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"a" * 2**24})


async def served(request: bytes) -> None:
    """Ask the product's server, read nothing, and wait until it holds no line."""
    app = SlowLines(Large(), largest=LARGEST, stall=0.1)
    place = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_config=None))
    serving = asyncio.create_task(server.serve(sockets=[place]))
    lines = server.server_state.connections
    with socket.socket() as page:
        page.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(page, place.getsockname())
        await loop.sock_sendall(page, request)
        for wanted in (True, False):
            while bool(lines) != wanted:
                await asyncio.to_thread(lambda: None)
    server.should_exit = True
    await serving


@pytest.mark.parametrize(
    "request_", [b"GET / HTTP/1.1\r\n", b"POST / HTTP/1.1\r\nContent-Length: 9\r\n"]
)
def test_a_line_that_stands_still_is_cut_without_a_word(
    request_: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """Whether it takes no answer or never ends its request."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(asyncio.wait_for(served(request_ + b"Host: a\r\n\r\n"), 15))
    assert not [it for it in caplog.records if it.levelname == "ERROR"]


def test_a_stream_never_sees_a_body() -> None:
    async def both() -> list[dict[str, Any]]:
        receive = without_body(Line(b"a" * 500, b"b" * 500, None).receive)
        return [dict(await receive()), dict(await receive())]

    first, second = asyncio.run(both())
    assert (first["body"], first["more_body"]) == (b"", False)
    assert second["type"] == "http.disconnect"


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
@pytest.mark.parametrize("url", ["/ask/", "/api/v1/inquiries/"])
@pytest.mark.django_db
def test_what_is_larger_than_all_limits_is_said_so(
    client: Client, settings: Settings, url: str, headers: dict[str, str]
) -> None:
    settings.REQUEST_MAX_BYTES = 2000
    answer = client.post(
        url, "a" * 2001, content_type="application/json", headers=headers
    )
    assert answer.status_code == 413
    assert "请求超过了" in answer.content.decode()


def test_a_form_in_a_strange_charset_is_refused_not_a_crash() -> None:
    form = "application/x-www-form-urlencoded; charset=utf-16"
    client = Client(enforce_csrf_checks=True)
    client.cookies["csrftoken"] = "x" * 32
    answer = client.post("/ask/", "a=b", content_type=form)
    assert answer.status_code == 400
