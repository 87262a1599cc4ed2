"""Do the jobs run: the tick of each second, the workers, the queues, the outboxes?"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from django.utils import timezone
from kombu.exceptions import OperationalError
from redis import RedisError

from helpdesk import health, vitals
from helpdesk.celery import app
from helpdesk.doctor.finding import Finding, fail, ok, warn
from helpdesk.doctor.house import House
from helpdesk.vitals import Outbox, Pulse

PING_SECONDS: Final = 2.0
NOTABLE_LAG_MS: Final = 1000.0
LONGEST: Final = {"sla": 20, "default": 1000}
EVENTS_WAIT: Final = timedelta(seconds=10)
MAILS_WAIT: Final = timedelta(minutes=10)
PARTS: Final = {"sla": "worker-sla", "default": "worker"}


def beat(house: House) -> Iterator[Finding]:
    """The detector's last sign of life."""
    at = timezone.now()
    pulse = Pulse.read()
    if pulse is None:
        yield fail(
            "detector",
            "it has never run: no deadline is watched",
            repair=house.restart("beat", "worker-sla"),
        )
        return
    age = pulse.age(at=at)
    lag = pulse.worst_lag_ms(at=at)
    said = f"last tick {age.total_seconds():.1f} s ago, lag {lag:,.1f} ms"
    if age > health.TICK_LIMIT:
        queued = queued_ticks()
        down = "worker-sla" if queued else "beat"
        yield fail(
            "detector",
            f"{said}; {queued} ticks wait, so {down} is down: no deadline is watched"
            f"{house.last_words(down)}",
            repair=house.restart(down),
        )
    elif lag > NOTABLE_LAG_MS:
        yield warn(
            "detector",
            f"{said}: it does not keep up",
            repair="see which program takes the processor (top) or the disk (iostat -x"
            " 1) on the machines of worker-sla and of the database",
        )
    else:
        found = pulse.stale_found
        late = f"; {found} steps were ever found late by a sweep" if found else ""
        yield ok("detector", f"{said}{late}")


def queued_ticks() -> int:
    """How many ticks wait; 0 if Redis does not say."""
    try:
        return vitals.queued_jobs()[health.SLA_QUEUE]
    except RedisError:
        return 0


def workers(house: House) -> Iterator[Finding]:
    """Whether somebody listens to each queue."""
    try:
        answers = app.control.ping(timeout=PING_SECONDS) or []
    except (OperationalError, RedisError) as error:
        yield fail(
            "workers", f"cannot be asked: {error}", repair=house.restart("redis")
        )
        return
    names = sorted(name for answer in answers for name in answer)
    for queue, part in PARTS.items():
        if not any(name.startswith(f"{queue}@") for name in names):
            yield fail(
                part,
                f"no worker of queue {queue} answered within {PING_SECONDS:.0f} s"
                f"{house.last_words(part)}",
                repair=house.restart(part),
            )
    if names:
        yield ok("workers", f"{', '.join(names)} answered")


def queues(house: House) -> Iterator[Finding]:
    """Whether jobs pile up."""
    queued = vitals.queued_jobs()
    said = ", ".join(f"{count} in {queue}" for queue, count in queued.items())
    full = [queue for queue, count in queued.items() if count > LONGEST[queue]]
    if full:
        yield warn(
            "queues",
            f"{said}: more than a moment's work",
            repair=house.restart(*(PARTS[queue] for queue in full)),
        )
    else:
        yield ok("queues", said)


def outbox(house: House) -> Iterator[Finding]:
    """What people should have been told by now."""
    at = timezone.now()
    pulse, box = Pulse.read(), Outbox.read(at=at)
    age = pulse.outbox_age(at=at) if pulse else timedelta(0)
    if age > EVENTS_WAIT:
        yield fail(
            "outbox",
            f"{box.events} events wait to be told, the oldest for"
            f" {age.total_seconds():.0f} s",
            repair=house.restart("worker-sla"),
        )
    else:
        yield ok("outbox", f"{box.events} events wait to be told")
    waited = at - box.mails_since if box.mails_since else timedelta(0)
    said = f"{box.mails} wait, {box.mails_failed} were given up in the last 24 h"
    if waited > MAILS_WAIT:
        yield warn(
            "mails",
            f"{said}; the oldest for {waited / timedelta(minutes=1):.0f} min",
            repair=house.restart("worker"),
        )
    elif box.mails_failed:
        yield warn(
            "mails",
            said,
            repair="see the line “mail”, and the addresses of people in the"
            " back-office (/admin/staff/user/)",
        )
    else:
        yield ok("mails", said)
