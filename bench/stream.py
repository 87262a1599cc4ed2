"""Clocks that fall due on the real chain, evenly or all at once, and how late it is."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bench import crowd, house
from bench.watching import Listener, Reader, Sleeper
from sla.models import ClockEvent

# What writing and tidying takes at least, and for each clock.
START = timedelta(seconds=5)
EACH = timedelta(seconds=1) / 3000


@dataclass
class Stream:
    """Lags in milliseconds: breach committed, page told, a mere sleeper awake."""

    committed: list[float]
    told: list[float]
    woken: list[float]


@dataclass
class Burst:
    """When it was due, how late each breach was committed, when people were told."""

    due_at: datetime
    lags_ms: list[float]
    told_s: float


def evenly(
    prefix: str, *, seconds: int, rate: int, running: int = 0, tidy: bool = True
) -> Stream:
    """Clocks fall due at a steady rate; how late is each breach?

    `running` is how many others there are, which writing and tidying has to allow for.
    """
    count = seconds * rate
    first_due = datetime.now(UTC) + START + (count + running / 10) * EACH
    apart = timedelta(seconds=1 / rate)
    crowd.add(count, prefix=prefix, first_due=first_due, apart=apart)
    if tidy:
        crowd.tidy()
    deadlines = {f"{prefix}{n + 1}": first_due + n * apart for n in range(count)}
    sleeper = Sleeper(list(deadlines.values()))
    listener = Listener(deadlines)
    listener.start()
    listener.subscribed.wait(5)
    reader = Reader()
    if datetime.now(UTC) > first_due:
        raise TimeoutError("Writing the clocks took longer than planned.")
    lags = reader.read(count, until=first_due + timedelta(seconds=seconds + 35))
    time.sleep(0.2)
    listener.over.set()
    listener.join()
    return Stream(lags, listener.lags, sleeper.lags())


def at_once(prefix: str, *, count: int, running: int = 0) -> Burst:
    """All fall due at one instant; when is each on record, and people told?"""
    return fallen(planned(prefix, count=count, running=running), count=count)


def planned(prefix: str, *, count: int, running: int = 0) -> datetime:
    """The instant, soon, at which all of them are written to fall due."""
    due_at = datetime.now(UTC) + START + (count + running / 10) * EACH
    crowd.add(count, prefix=prefix, first_due=due_at)
    crowd.tidy()
    return due_at


def fallen(due_at: datetime, *, count: int) -> Burst:
    """What became of them."""
    reader = Reader()
    if datetime.now(UTC) > due_at:
        raise TimeoutError("Writing the clocks took longer than planned.")
    lags = reader.read(count, until=due_at + timedelta(seconds=120))
    house.wait_for(all_told, seconds=60 + count / 500, what="everybody to be told")
    told_s = (datetime.now(UTC) - due_at).total_seconds()
    return Burst(due_at, lags, told_s)


def all_told() -> bool:
    """Whether every event has been announced to those whom it concerns."""
    waiting = ClockEvent.objects.untold()
    return not waiting.exists()
