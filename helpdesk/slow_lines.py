"""Slow lines wait here, on the event loop, and never keep a thread from its work.

A thread sees a request when all of it has arrived, and is free again when its answer is
written down. A few phones on bad lines, or a few strangers who mean ill, can therefore
not stop the pages for everyone. And a request that is cut off midway is never acted on:
half a text would count as the whole, and the second try as its repetition.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final

from helpdesk.live import wire

MEMORY: Final = 1024 * 1024
PIECE: Final = 256 * 1024
STALL_SECONDS: Final = 60.0
LONGEST_SECONDS: Final = 900.0

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Any, Receive, Send], Awaitable[None]]


class SlowLines:
    """Stands between the line and an application that works on threads.

    A body of more than `largest` bytes is not read; its announced length goes on, by
    which the application refuses it.
    """

    def __init__(
        self, app: Application, *, largest: int, stall: float = STALL_SECONDS
    ) -> None:
        self.app = app
        self.largest = largest
        self.stall = stall

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        with (
            SpooledTemporaryFile(MEMORY) as body,
            SpooledTemporaryFile(MEMORY) as written,
        ):
            size = announced(scope)
            if size is None or size <= self.largest:
                size = await self._arrived(receive, body)
            if size is None:
                await drop(send)
                return
            answer = Answer(written, stall=self.stall)
            relay = asyncio.create_task(answer.relay(send))
            try:
                await self.app(with_length(scope, size), reader(body), answer.put)
                await relay
            finally:
                relay.cancel()

    async def _arrived(self, receive: Receive, body: IO[bytes]) -> int | None:
        """Write the body down; None if the line was cut or stood still."""
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                while True:
                    message = await asyncio.wait_for(receive(), self.stall)
                    if message["type"] == "http.disconnect":
                        return None
                    body.write(message.get("body", b""))
                    if body.tell() > self.largest or not message.get("more_body"):
                        return body.tell()
        except TimeoutError:
            return None


class Answer:
    """What a thread has written so far, sent as fast as the line takes it."""

    def __init__(self, file: IO[bytes], *, stall: float) -> None:
        self.file = file
        self.stall = stall
        self.head: Message | None = None
        self.size = 0
        self.over = False
        self.news = asyncio.Event()

    async def put(self, message: Message) -> None:
        """Write down; the caller never waits for the line."""
        if message["type"] == "http.response.start":
            self.head = message
        else:
            self.file.seek(self.size)
            self.size += self.file.write(message.get("body", b""))
            self.over = not message.get("more_body", False)
        self.news.set()

    async def relay(self, send: Send) -> None:
        """Send until all is sent, or until the line takes nothing any more."""
        sent = 0
        try:
            while not (self.over and sent == self.size):
                await self.news.wait()
                self.news.clear()
                if self.head is not None:
                    await send(self.head)
                    self.head = None
                while sent < self.size:
                    self.file.seek(sent)
                    piece = self.file.read(PIECE)
                    sent += len(piece)
                    await asyncio.wait_for(send(part(piece)), self.stall)
        except TimeoutError:
            await drop(send)
            return
        await send(part(b"", more=False))


async def drop(send: Send) -> None:
    """Cut the line, and let the server see that it is gone."""
    wire.cut(send)
    await asyncio.sleep(0)


def announced(scope: Any) -> int | None:
    """The length that the request says it has; None if it does not say."""
    value = dict(scope["headers"]).get(b"content-length", b"")
    return int(value) if value.isdigit() else None


def with_length(scope: Any, size: int) -> Any:
    """The scope with the true length, as threads know no other way to find the end."""
    told = (b"content-length", b"transfer-encoding")
    headers = [pair for pair in scope["headers"] if pair[0] not in told]
    had_body = len(headers) < len(scope["headers"])
    if had_body:
        headers.append((b"content-length", str(size).encode()))
    return {**scope, "headers": headers}


def reader(body: IO[bytes]) -> Receive:
    """`receive` for a body that is all here."""
    end = body.tell()
    body.seek(0)

    async def receive() -> Message:
        piece = body.read(PIECE)
        more = body.tell() < end
        return {"type": "http.request", "body": piece, "more_body": more}

    return receive


def without_body(receive: Receive) -> Receive:
    """`receive` that drops what a request for a stream has no use for."""
    begun = False

    async def quiet() -> Message:
        nonlocal begun
        if not begun:
            begun = True
            return {"type": "http.request", "body": b"", "more_body": False}
        while (message := await receive())["type"] != "http.disconnect":
            pass
        return message

    return quiet


def part(body: bytes, *, more: bool = True) -> Message:
    return {"type": "http.response.body", "body": body, "more_body": more}
