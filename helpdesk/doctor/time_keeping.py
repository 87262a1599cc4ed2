"""Do the machines agree on the time, and on what zones do with it?"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import metadata
from pathlib import Path
from typing import Final, Self
from zoneinfo import TZPATH, ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.db import connection
from django.utils import timezone

from helpdesk.doctor.finding import Finding, fail, ok, warn
from helpdesk.doctor.house import House
from sla.models import CalendarVersion, Heartbeat

SAMPLES: Final = 20
NOTABLE_MS: Final = 100.0
TOO_MUCH_MS: Final = 1000.0
MONTHS_AHEAD: Final = 24
SET_THE_CLOCK: Final = "sudo timedatectl set-ntp true && timedatectl timesync-status"


@dataclass(frozen=True)
class Offset:
    """How far another clock is ahead of ours, and how wrong that may be at most."""

    ms: float
    error_ms: float

    @classmethod
    def of(cls, samples: Sequence[tuple[float, float, float]]) -> Self:
        """From (asked, their time, answered) in seconds; the quickest answer counts.

        Their clock was read somewhere between asking and answer: we take the middle,
        and are wrong by half the round trip at most.
        """
        asked, theirs, answered = min(samples, key=lambda s: s[2] - s[0])
        return cls(
            (theirs - (asked + answered) / 2) * 1000, (answered - asked) / 2 * 1000
        )

    @property
    def surely_ms(self) -> float:
        """What of the difference the round trip cannot explain."""
        return max(0.0, abs(self.ms) - self.error_ms)

    def __str__(self) -> str:
        return f"{self.ms:+.2f} ms (± {self.error_ms:.2f})"


def clocks(house: House) -> Iterator[Finding]:
    """This machine's clock beside the database's, and beside the detector's."""
    offset = Offset.of([ask_the_database() for _ in range(SAMPLES)])
    said = f"the database's is {offset} ahead of this machine's"
    if offset.surely_ms < NOTABLE_MS:
        yield ok("clocks", said)
    else:
        verdict = fail if offset.surely_ms > TOO_MUCH_MS else warn
        repair = f"on both machines: {SET_THE_CLOCK}"
        yield verdict("clocks", said, repair=repair)
    beat = Heartbeat.objects.first()
    ahead = beat.last_tick_at - timezone.now() if beat else timedelta(0)
    if ahead > timedelta(milliseconds=TOO_MUCH_MS):
        yield fail(
            "detector's clock",
            f"its last tick lies {ahead.total_seconds():.1f} s in the future",
            repair=f"on the machine of worker-sla: {SET_THE_CLOCK}",
        )


def ask_the_database() -> tuple[float, float, float]:
    """One sample for Offset."""
    with connection.cursor() as cursor:
        asked = time.time()
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        (theirs,) = cursor.fetchone()
        return asked, float(theirs), time.time()


def zones(house: House) -> Iterator[Finding]:
    """Whether Python and PostgreSQL know the zones of all calendars, and agree."""
    names = sorted(
        {settings.TIME_ZONE}
        | set(CalendarVersion.objects.published().values_list("timezone", flat=True))
    )
    now = datetime.now(UTC).replace(microsecond=0)
    instants = [now + timedelta(days=30 * n) for n in range(MONTHS_AHEAD)]
    for name in names:
        try:
            zone = ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            yield fail(
                "time zones",
                f"Python does not know {name}",
                repair="sudo apt-get install -y tzdata",
            )
            return
        ours = [instant.astimezone(zone).replace(tzinfo=None) for instant in instants]
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT instant AT TIME ZONE %s FROM unnest(%s::timestamptz[])"
                " WITH ORDINALITY AS asked (instant, place) ORDER BY place",
                [name, instants],
            )
            theirs = [local for (local,) in cursor.fetchall()]
        if ours != theirs:
            place = next(i for i, local in enumerate(ours) if local != theirs[i])
            yield fail(
                "time zones",
                f"{name} on {instants[place]:%Y-%m-%d}: here {ours[place]:%H:%M}, in"
                f" the database {theirs[place]:%H:%M}",
                repair="bring the time zone data of both up to date: sudo apt-get"
                " install --only-upgrade -y tzdata, then start both again",
            )
            return
    said = f"{', '.join(names)} known here and in the database (data {data_version()})"
    yield ok("time zones", said)


def data_version() -> str:
    """Which edition of the time zone data Python reads."""
    for folder in TZPATH:
        try:
            with Path(folder, "tzdata.zi").open(encoding="utf-8") as file:
                return file.readline().removeprefix("# version ").strip()
        except OSError:
            continue
    try:
        return metadata.version("tzdata")
    except metadata.PackageNotFoundError:
        return "unknown"
