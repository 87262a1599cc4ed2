"""Opens streams on the event loop: views answer on a thread, then only a line stays."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import nullcontext, suppress
from functools import partial
from io import BytesIO
from typing import Any, Final

from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.base import BaseHandler
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.http.response import StreamingHttpResponse

from helpdesk.live import wire
from helpdesk.live.asking import asked
from helpdesk.live.hub import Hub
from helpdesk.live.line import Line, Relay, Right
from helpdesk.live.places import Places
from helpdesk.slow_lines import Receive
from helpdesk.throttle import line_of

RETRY_AFTER: Final = 30


async def told(line: Line) -> AsyncGenerator[str, None]:
    """What the line's page is told, until the line is over."""
    try:
        async with line.relay or nullcontext(), Hub.here().joined(line):
            while not line.over:
                if text := await line.take():
                    yield text
    except asyncio.CancelledError:
        return


class Stream(StreamingHttpResponse):
    """The response that keeps a page up to date."""

    def __init__(self, line: Line) -> None:
        super().__init__(told(line), content_type="text/event-stream")
        self.line = line
        self["Cache-Control"] = "no-store"
        self["X-Accel-Buffering"] = "no"


def stream(
    request: HttpRequest,
    channels: Sequence[str],
    *,
    right: Right | None = None,
    relay: Relay | None = None,
) -> Stream:
    """Tell the page what is published on the channels, as long as the right stands.

    The subscription is made before the hello, so nothing can fall between. A stream
    ends soon after the right to it, and by itself within a quarter of an hour, so that
    the page that comes back passes the sign-in and the row filter again.
    """
    reconnected = "reconnected" in request.GET
    return Stream(Line(channels, reconnected=reconnected, right=right, relay=relay))


class Live(ASGIHandler):
    """Django's handler for streams.

    Django's own would keep a thread and the whole request for each stream that is open.
    """

    def __init__(self) -> None:
        BaseHandler.__init__(self)
        self.load_middleware(is_async=False)
        self.places = Places()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        host, _ = scope.get("client") or ("", 0)
        with self.places.place(line_of(host)) as free, suppress(asyncio.CancelledError):
            response = await asked(partial(self.answer, scope)) if free else full()
            if isinstance(response, Stream):
                await self.keep(response, receive, send)
            else:
                await self.send_response(response, send)

    def answer(self, scope: Any) -> HttpResponseBase:
        """What the view says; all that it was asked with goes."""
        request, refusal = self.create_request(scope, BytesIO())
        if request is None:
            return refusal or HttpResponse(status=400)
        response = self.get_response(request)
        response.close()
        return response

    async def keep(self, response: Stream, receive: Receive, send: Any) -> None:
        """Send the stream for as long as the page is there."""
        wire.keep_little(send)
        response.line.cut = partial(wire.cut, send)
        watching = asyncio.create_task(until_gone(response.line, receive))
        try:
            await self.send_response(response, send)
        finally:
            watching.cancel()


async def until_gone(line: Line, receive: Receive) -> None:
    """End the line when its page goes away."""
    while (await receive())["type"] != "http.disconnect":
        pass
    line.end()


def full() -> HttpResponse:
    """The page tries again by itself."""
    return HttpResponse(status=503, headers={"Retry-After": str(RETRY_AFTER)})
