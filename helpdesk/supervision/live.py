"""The live stream of the board: what has changed on it, made once for everybody."""

import asyncio
import logging
import re
import time
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import TracebackType
from typing import ClassVar, Final, Self
from weakref import WeakKeyDictionary

import redis.asyncio
from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from helpdesk.live.asking import asked
from helpdesk.live.door import stream
from helpdesk.live.events import sse, tell_presence
from helpdesk.live.line import Right
from helpdesk.supervision import snapshot
from helpdesk.supervision.personal import personal
from helpdesk.supervision.snapshot import BOARD, TV, Screen, Shown
from staff.models import SUPERVISES, User
from staff.services import presence
from tickets import feed

logger = logging.getLogger(__name__)

# How often a process asks whether the turn is its own, while another one makes it.
GLANCE: Final = 0.1
# The page moves the digits of its clocks by itself: they are no change.
TICKING: Final = re.compile(r"(data-(?:clock-digits|as-of)>)[^<]*")


@dataclass(frozen=True)
class Signed:
    """A screen, and of each part what a page would have to be told of."""

    shown: Shown
    signs: Mapping[str, str]
    # The same difference goes to many pages.
    said: dict[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, shown: Shown) -> Self:
        signs = {part: TICKING.sub(r"\1", html) for part, html in shown.parts.items()}
        return cls(shown, signs)

    def since(self, earlier: "Signed | None") -> str:
        """What has changed, as an event; a page that has nothing gets everything."""
        known = earlier.shown.stamp if earlier else 0
        if known not in self.said:
            signs = earlier.signs if earlier else {}
            parts = {
                part: html
                for part, html in self.shown.parts.items()
                if signs.get(part) != self.signs[part]
            }
            at = self.shown.stamp // 1000
            self.said[known] = sse("board", {"at": at, "parts": parts})
        return self.said[known]


class Watch:
    """What the streams of one process share: the turns, and what was made."""

    _here: ClassVar[WeakKeyDictionary[asyncio.AbstractEventLoop, "Watch"]] = (
        WeakKeyDictionary()
    )

    def __init__(self) -> None:
        self.screens: Counter[Screen] = Counter()
        self.latest: dict[Screen, Signed] = {}
        self.reading = asyncio.Lock()
        self.task: asyncio.Task[None] | None = None

    @classmethod
    def here(cls) -> "Watch":
        """That of the running loop."""
        return cls._here.setdefault(asyncio.get_running_loop(), cls())

    def join(self, screen: Screen) -> None:
        """One more page looks; the first one begins the work."""
        self.screens[screen] += 1
        if self.task is None or self.task.done():
            self.task = asyncio.create_task(self.take_turns())

    async def leave(self, screen: Screen) -> None:
        """The last page that goes ends the work."""
        self.screens -= Counter([screen])
        if not self.screens and self.task is not None:
            task, self.task = self.task, None
            self.latest.clear()
            task.cancel()
            await asyncio.wait([task])

    async def take_turns(self) -> None:
        """Make the board each second, unless another process does."""
        async with redis.asyncio.Redis.from_url(settings.LIVE_REDIS_URL) as client:
            wanted_at = float("-inf")
            while True:
                try:
                    if time.monotonic() - wanted_at > 1:
                        wanted_at = time.monotonic()
                        await self.want(client)
                    if await client.set(
                        snapshot.name("turn"),
                        1,
                        nx=True,
                        px=snapshot.LONGEST // timedelta(milliseconds=1),
                    ):
                        await asked(lambda: snapshot.renew_wanted(at=timezone.now()))
                except (redis.RedisError, DatabaseError, InterfaceError) as error:
                    logger.warning("board not made: %s", type(error).__name__)
                except Exception:
                    # Else the streams would stay open and be told nothing any more.
                    logger.exception("board not made")
                await asyncio.sleep(GLANCE)

    async def want(self, client: "redis.asyncio.Redis") -> None:
        """Say which screens are looked at here."""
        async with client.pipeline(transaction=False) as pipe:
            for screen in self.screens:
                key = snapshot.wanted_name(screen)
                pipe.set(key, 1, ex=snapshot.WANTED_SECONDS)
            await pipe.execute()

    async def read(self, screen: Screen, *, made: int | None = None) -> Signed:
        """The newest of a screen; asked for once, however many pages look at it."""
        async with self.reading:
            known = self.latest.get(screen)
            if known is not None and made is not None and known.shown.stamp >= made:
                return known
            shown = await asked(
                lambda: snapshot.current(screen, at=timezone.now()),
            )
            if known is None or shown.at > known.shown.at:
                known = self.latest[screen] = Signed.of(shown)
            return known


class Relay:
    """One page's part in the watch: what it was sent, and what it lacks."""

    def __init__(self, screen: Screen, user_id: int) -> None:
        self.screen = screen
        self.user_id = user_id
        self.channel = snapshot.name("made")
        self.sent: Signed | None = None

    async def __aenter__(self) -> Self:
        self.watch = Watch.here()
        self.watch.join(self.screen)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.watch.leave(self.screen)

    async def heard(self, notice: bytes | None) -> str:
        """What has changed by what was made just now; at the hello, by anything."""
        made = int(notice) if notice else None
        try:
            return self.say(await self.watch.read(self.screen, made=made))
        except (DatabaseError, InterfaceError):
            return ""

    def say(self, newest: Signed) -> str:
        if self.sent is not None and newest.shown.at <= self.sent.shown.at:
            return ""
        text, self.sent = newest.since(self.sent), newest
        return personal(text, self.user_id)


@require_GET
def board(request: HttpRequest) -> HttpResponseBase:
    """The board for those who supervise, and their own notices; 403 for others."""
    user = request.user
    if not isinstance(user, User) or not user.supervises:
        return HttpResponse(status=403)
    kind = TV if "tv" in request.GET else BOARD
    still = still_supervise if kind == BOARD else may_watch
    still([user.pk])
    screen = Screen(kind, language_of(request))
    return stream(
        request,
        [feed.user_channel(user.pk)],
        right=Right(still, user.pk),
        relay=Relay(screen, user.pk),
    )


def language_of(request: HttpRequest) -> str:
    """That of the page, which names it: a shared worker may ask in another one."""
    named = request.GET.get("language", "")
    return named if named in dict(settings.LANGUAGES) else get_language() or ""


def still_supervise(keys: Collection[int]) -> set[int]:
    """Those who may look at the board at this moment.

    It is asked again and again while a page is open, which is a sign of life.
    """
    for key in presence.seen(keys, at=timezone.now()):
        tell_presence(key)
    return may_watch(keys)


def may_watch(keys: Collection[int]) -> set[int]:
    """The same for screens on the wall, which are no sign of life."""
    found = User.objects.active().filter(pk__in=keys, role__in=SUPERVISES)
    return set(found.values_list("pk", flat=True))
