"""Customers who write and colleagues who answer, whatever dies meanwhile."""

import random
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from typing import Final, TypeVar

from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from bench import people
from inquiries import services
from inquiries.models import Inquiry
from staff.models import User

T = TypeVar("T")
PROMISE_SECONDS: Final = 1.5
CUSTOMERS: Final = 3


@dataclass
class Ledger:
    """What customers and colleagues were told is done, kept outside of the house."""

    lock: Lock = field(default_factory=Lock)
    asked: set[uuid.UUID] = field(default_factory=set)
    sent: set[uuid.UUID] = field(default_factory=set)
    retries: int = 0


def until_done(work: Callable[[], T], ledger: Ledger) -> T:
    """Click again with the same token until the page says that it is done."""
    while True:
        try:
            return work()
        except (DatabaseError, InterfaceError):
            connection.close()
            with ledger.lock:
                ledger.retries += 1
            time.sleep(0.05)


def converse(dice: random.Random, agent: User, ledger: Ledger) -> None:
    """Ask; perhaps write more; perhaps get an answer, in time or too late."""
    token = uuid.UUID(int=dice.getrandbits(128))

    def ask() -> Inquiry:
        return people.ask(client_token=token)

    inquiry = until_done(ask, ledger)
    ledger.asked.add(token)
    more, answer = (uuid.UUID(int=dice.getrandbits(128)) for _ in range(2))
    until_done(
        lambda: services.customer_writes(
            inquiry, text="在吗？", at=timezone.now(), client_token=more
        ),
        ledger,
    )
    ledger.sent.add(more)
    if dice.random() < 0.5:
        return
    time.sleep(dice.uniform(0, 0.4) if dice.random() < 0.7 else PROMISE_SECONDS)
    until_done(
        lambda: services.reply(
            inquiry, text="八百元。", by=agent, at=timezone.now(), client_token=answer
        ),
        ledger,
    )
    ledger.sent.add(answer)


@contextmanager
def traffic(agent: User, ledger: Ledger) -> Iterator[None]:
    """Several conversations at a time for the time of a block."""
    over = Event()
    failures: list[BaseException] = []

    def keep_writing(seed: int) -> None:
        dice = random.Random(seed)  # noqa: S311 - chance, not secrecy
        try:
            while not over.is_set():
                converse(dice, agent, ledger)
                time.sleep(0.02)
        except BaseException as error:  # noqa: BLE001 - raised again below
            failures.append(error)
        finally:
            connection.close()

    threads = [Thread(target=keep_writing, args=(n,)) for n in range(CUSTOMERS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()
    if failures:
        raise failures[0]
