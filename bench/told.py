"""Replies at a steady pace: how late does each open page hear of each?"""

import time
import uuid
from contextlib import closing
from dataclasses import dataclass
from typing import Final

import psutil  # type: ignore[import-untyped]
from django.db import transaction
from django.utils import timezone

from bench import people, results
from bench.listening import Listeners
from bench.watching import share
from bench.web import spent
from inquiries import services
from inquiries.models import Inquiry
from staff.models import User

PACE: Final = 5.0
LATEST: Final = 30.0


@dataclass(frozen=True)
class Told:
    """What so many listeners were told of the replies."""

    listeners: int
    lags: list[float]
    missing: int
    web_ms: float


def reply(inquiry: Inquiry, by: User) -> int:
    """Reply as the desk does; when it was committed, before anybody is told."""
    committed: list[int] = []
    with transaction.atomic():
        transaction.on_commit(lambda: committed.append(time.monotonic_ns()))
        services.reply(
            inquiry,
            text="八百元。",
            by=by,
            at=timezone.now(),
            client_token=uuid.uuid4(),
        )
    return committed[0]


def measured(
    program: psutil.Process, port: int, agents: list[User], *, count: int, replies: int
) -> Told:
    """So many pages, so many replies."""
    waiting = [people.ask() for _ in range(replies)]
    cookies = [people.cookie(agent) for agent in agents]
    with closing(Listeners(port, cookies, count)) as pages:
        time.sleep(2)
        pages.heard()
        cpu = spent(program)
        began = time.monotonic()
        committed = {}
        for number, inquiry in enumerate(waiting):
            time.sleep(max(0.0, began + number / PACE - time.monotonic()))
            committed[inquiry.number] = reply(inquiry, agents[0])
        lags: list[float] = []
        until = time.monotonic() + LATEST
        while len(lags) < count * replies and time.monotonic() < until:
            time.sleep(0.5)
            lags += [
                (at - committed[number]) / 1e6
                for number, instants in pages.heard()["arrivals"].items()
                if number in committed
                for _, at in instants
            ]
        cpu = (spent(program) - cpu) / replies
    return Told(count, lags, count * replies - len(lags), cpu)


def table(told_all: list[Told]) -> str:
    """From the commit to the pages."""
    return results.table(
        ["open pages", *(f"{it.listeners:,}" for it in told_all)],
        [
            *(
                [
                    f"commit to page, {name} ms",
                    *(f"{share(it.lags, part):.1f}" for it in told_all),
                ]
                for name, part in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))
            ),
            ["max ms", *(f"{max(it.lags):.1f}" for it in told_all)],
            ["not told", *(f"{it.missing}" for it in told_all)],
            [
                "web part, ms of processor a reply",
                *(f"{it.web_ms:.1f}" for it in told_all),
            ],
        ],
    )
