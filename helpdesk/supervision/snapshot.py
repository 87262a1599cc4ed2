"""The board made once for all who look at it, and kept in Redis until the next.

At most once per second somebody makes it, whoever takes the turn first; the others read
what was made. It is rendered once for each screen that is looked at. Without Redis each
page makes its own.
"""

import json
import logging
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final, Self

import redis
from django.conf import settings
from django.db import connection
from django.template.loader import render_to_string
from django.utils import translation
from redis.backoff import NoBackoff
from redis.retry import Retry

from helpdesk.supervision.board import Board

logger = logging.getLogger(__name__)

EVERY: Final = timedelta(seconds=1)
# Whoever takes longer has lost the turn; what is older is not shown any more.
LONGEST: Final = timedelta(seconds=5)
KEPT: Final = timedelta(seconds=10)
WANTED_SECONDS: Final = 5
# How often one who has nothing to show asks whether another one has made it, and how
# many seconds lie between: about a third of a second in all.
LOOKS: Final = 10
LOOK_SECONDS: Final = 0.03
MICROSECOND: Final = timedelta(microseconds=1)
MILLISECOND: Final = timedelta(milliseconds=1)
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
BOARD: Final = "board"
TV: Final = "tv"
# The parts of each kind of screen; each is a template and the id of an element.
PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    BOARD: ("state", "alarms", "figures", "due", "missed", "waiting", "people"),
    TV: ("state", "figures"),
}
# What was made earlier never takes the place of what was made later.
KEEP: Final = """
if tonumber(redis.call('HGET', KEYS[1], 'at') or '0') > tonumber(ARGV[1]) then
  return 0
end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'at', ARGV[1], unpack(ARGV, 4))
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('PUBLISH', ARGV[3], ARGV[1])
return 1
"""


@dataclass(frozen=True)
class Screen:
    """What somebody looks at: the board or the television, in a language."""

    kind: str
    language: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.language}"

    @classmethod
    def every(cls) -> Iterator[Self]:
        return (cls(kind, code) for kind in PARTS for code, _ in settings.LANGUAGES)


@dataclass(frozen=True)
class Shown:
    """A screen at one moment: its parts as HTML."""

    at: datetime
    parts: Mapping[str, str]

    @property
    def stamp(self) -> int:
        return stamp(self.at)

    @classmethod
    def read(cls, stamped: bytes | str | None, kept: bytes | str | None) -> Self | None:
        """What Redis has kept, if it has."""
        if stamped is None or kept is None:
            return None
        return cls(EPOCH + int(stamped) * MICROSECOND, json.loads(kept))


def stamp(at: datetime) -> int:
    """A moment as a number that Redis can compare."""
    return (at - EPOCH) // MICROSECOND


def name(what: str) -> str:
    """The name of a key or channel; two houses on one Redis stay apart."""
    return f"board:{connection.settings_dict['NAME']}:{what}"


@lru_cache(maxsize=1)
def _redis() -> redis.Redis:
    """A client that gives up fast: the board can be made without it."""
    return redis.Redis.from_url(
        settings.LIVE_REDIS_URL,
        socket_connect_timeout=0.5,
        socket_timeout=0.5,
        retry=Retry(NoBackoff(), 1),
    )


def current(screen: Screen, *, at: datetime) -> Shown:
    """How things stood within the last second; made now if nobody does.

    However many ask at once, one of them makes it. The others show what there is, or
    wait a moment for it where there is nothing; only then each makes its own.
    """
    try:
        kept = _kept(screen, since=at - LONGEST)
        if kept is not None and at - kept.at < EVERY:
            return kept
        if not take_turn():
            kept = kept or _awaited(screen, since=at - LONGEST)
            if kept is not None:
                return kept
    except redis.RedisError as error:
        _note(error)
    return renew(screen, at=at)


def _kept(screen: Screen, *, since: datetime) -> Shown | None:
    """What was made after an instant, if it was. Raises RedisError."""
    kept = Shown.read(*_redis().hmget(name("shown"), "at", str(screen)))
    return kept if kept is not None and kept.at > since else None


def _awaited(screen: Screen, *, since: datetime) -> Shown | None:
    """What another one makes within a moment. Raises RedisError."""
    for _ in range(LOOKS):
        time.sleep(LOOK_SECONDS)
        if (kept := _kept(screen, since=since)) is not None:
            return kept
    return None


def take_turn() -> bool:
    """Whether it is on us to make the next one. Raises RedisError."""
    return bool(_redis().set(name("turn"), 1, nx=True, px=LONGEST // MILLISECOND))


def renew(screen: Screen, *, at: datetime) -> Shown:
    """How things stand now, whoever has just looked: one's own act shows at once."""
    wanted = {screen, *wanted_screens()}
    return make(wanted, at=at)[screen]


def renew_wanted(*, at: datetime) -> int:
    """Make what is looked at; returns how many screens that are."""
    return len(make(wanted_screens(), at=at))


def wanted_screens() -> list[Screen]:
    """What somebody looks at; nothing is known without Redis."""
    screens = list(Screen.every())
    try:
        marks = _redis().mget([wanted_name(screen) for screen in screens])
    except redis.RedisError as error:
        _note(error)
        return []
    return [screen for screen, mark in zip(screens, marks, strict=True) if mark]


def wanted_name(screen: Screen) -> str:
    """The key that says for some seconds that a screen is looked at."""
    return name(f"wanted:{screen}")


def make(screens: Iterable[Screen], *, at: datetime) -> dict[Screen, Shown]:
    """Ask the database once, render each screen once, and tell everybody."""
    asked = list(screens)
    if not asked:
        return {}
    with _for_a_second():
        board = Board.of(at=at)
        made = {screen: Shown(at, render(board, screen)) for screen in asked}
        _keep(made, at=at)
    return made


def render(board: Board, screen: Screen) -> dict[str, str]:
    """The parts of a screen; nothing in them depends on who looks."""
    context = {"board": board, "now": board.now}
    with translation.override(screen.language):
        return {
            part: render_to_string(f"supervision/{screen.kind}/_{part}.html", context)
            for part in PARTS[screen.kind]
        }


@contextmanager
def _for_a_second() -> Iterator[None]:
    """Nobody else makes one until a second after this one was begun."""
    began = time.monotonic()
    yield
    rest = EVERY - timedelta(seconds=time.monotonic() - began)
    try:
        _redis().set(name("turn"), 1, px=max(1, rest // MILLISECOND))
    except redis.RedisError as error:
        _note(error)


def _keep(made: Mapping[Screen, Shown], *, at: datetime) -> None:
    fields = [
        text
        for screen, shown in made.items()
        for text in (str(screen), json.dumps(shown.parts, ensure_ascii=False))
    ]
    about = (stamp(at), KEPT // MILLISECOND, name("made"))
    try:
        _redis().eval(KEEP, 1, name("shown"), *about, *fields)
    except redis.RedisError as error:
        _note(error)


def _note(error: redis.RedisError) -> None:
    logger.warning("board not shared: %s", type(error).__name__)
