"""Kill every part once while customers write, and count what is lost or doubled.

`python -m bench.crash --seconds 60`
"""

import argparse
import os
import random
import secrets
import signal
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Final, TypeVar

import environ
import psutil  # type: ignore[import-untyped]
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from bench import house
from bench.house import say
from helpdesk.launch import parts, servers
from helpdesk.launch.console import Console
from helpdesk.launch.place import remove_place
from helpdesk.launch.signals import Signals
from helpdesk.launch.supervisor import Part, Running, Supervisor
from inquiries import services
from inquiries.models import Inquiry
from sla.models import Clock, ClockEvent, Heartbeat, Notification
from sla.services import audit
from staff.models import Role, User
from tickets.models import Channel, Message, Ticket
from tickets.services import events

T = TypeVar("T")
PROMISE_SECONDS: Final = 1.5
CUSTOMERS: Final = 3
RESTART_AFTER: Final = 0.3
SETTLING_SECONDS: Final = 60.0


# --- The house, with its parts in reach -----------------------------------------------


class Parts:
    """All parts by name, each started again soon after it died, as `up` does."""

    def __init__(self, supervisor: Supervisor) -> None:
        self.supervisor = supervisor
        self.dead_since: dict[str, float] = {}

    def by_name(self) -> dict[str, Running]:
        return {it.part.name: it for it in self.supervisor.everything()}

    def revive(self) -> None:
        """Start what has been dead for a moment."""
        now = time.monotonic()
        for name, running in self.by_name().items():
            if not running.is_dead():
                continue
            if now - self.dead_since.setdefault(name, now) > RESTART_AFTER:
                del self.dead_since[name]
                running.start()

    def kill(self, name: str) -> None:
        """The pool's process, a part by kill -9, or PostgreSQL at once (immediate)."""
        if name == "pool child":
            worker = psutil.Process(self.pid("worker"))
            secrets.choice(worker.children()).kill()
        elif name == "postgres":
            os.kill(self.pid(name), signal.SIGQUIT)
        else:
            os.kill(self.pid(name), signal.SIGKILL)
        print(f"killed: {name}", flush=True)

    def pid(self, name: str) -> int:
        process = self.by_name()[name].process
        if process is None:
            raise AssertionError(f"{name} does not run.")
        return process.pid


@contextmanager
def whole_house() -> Iterator[Parts]:
    """Servers with data of their own, a worker and a beat."""
    data = Path(tempfile.mkdtemp(prefix="shoushi-crash-"))
    data.chmod(0o755)
    secret = {
        "SECRET_KEY": secrets.token_urlsafe(40),
        "CONTACT_KEYS": Fernet.generate_key().decode(),
    }
    try:
        with Signals() as signals, Supervisor(Console(quiet=True), signals) as it:
            wanted = servers.plan(data, env={})
            it.start(wanted.parts)
            move_to(wanted.runtime)
            for command in ("migrate", "load_policies", "load_basics"):
                call_command(command, verbosity=0)
            env = {**os.environ, **wanted.runtime, **secret, "DATA_DIR": str(data)}
            commands = {"worker": parts.worker_sla(), "beat": parts.beat()}
            it.start(
                [
                    Part(
                        name,
                        command,
                        env=env,
                        log=data / "logs" / f"{name}.log",
                        stop_signal=signal.SIGKILL,
                    )
                    for name, command in commands.items()
                ]
            )
            house.wait_for(Heartbeat.objects.exists, seconds=30, what="a first tick")
            yield Parts(it)
    finally:
        connection.close()
        remove_place(data)


def move_to(runtime: Mapping[str, str]) -> None:
    """Let this process use other servers than those it was started with."""
    connection.close()
    found = environ.Env.db_url_config(runtime["DATABASE_URL"])
    connection.settings_dict.update(found, ENGINE=connection.settings_dict["ENGINE"])
    settings.LIVE_REDIS_URL = runtime["REDIS_URL"] + "?db=0"


# --- Traffic --------------------------------------------------------------------------


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
        return services.ask(
            channel=Channel.objects.get(code="web_chat"),
            surname="王",
            phone="",
            topic="rental_price",
            text="多少钱？",
            at=timezone.now(),
            client_token=token,
        )

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


# --- The verdict ----------------------------------------------------------------------


def settled() -> bool:
    """Whether every missed promise is on record and everybody has been told."""
    try:
        overlooked = Clock.objects.late(at=timezone.now()).filter(breached_at=None)
        untold = ClockEvent.objects.filter(
            announced_at=None, kind__in=("warning", "breach", "escalate")
        )
        return not overlooked.exists() and not untold.exists()
    except (DatabaseError, InterfaceError):
        connection.close()
        return False


def verdict(ledger: Ledger) -> Counter[str]:
    """Count what is not as it should be."""
    wrong = Counter[str]()
    tickets = Counter(Ticket.objects.values_list("client_token", flat=True))
    sent = Counter(
        Message.objects.exclude(client_token=None).values_list(
            "client_token", flat=True
        )
    )
    for told, kept in ((ledger.asked, tickets), (ledger.sent, sent)):
        wrong["lost"] += sum(token not in kept for token in told)
        wrong["doubled"] += sum(count - 1 for count in kept.values())
        wrong["nobody's"] += sum(token not in told for token in kept)
    firsts = Message.objects.filter(client_token=None).count()
    wrong["lost"] += max(0, len(tickets) - firsts)
    wrong["doubled"] += max(0, firsts - len(tickets))
    breaches = Counter(
        ClockEvent.objects.filter(kind="breach").values_list("clock_id", flat=True)
    )
    wrong["doubled"] += sum(count - 1 for count in breaches.values())
    now = timezone.now()
    for clock in Clock.objects.select_related("target").prefetch_related("events"):
        late = (clock.stopped_at or now) > clock.due_at
        wrong["missed"] += late and clock.pk not in breaches
        wrong["false"] += not late and clock.pk in breaches
        wrong["contradictions"] += bool(audit.problems(clock))
    for ticket in Ticket.objects.all():
        wrong["broken histories"] += bool(events.broken_links(ticket))
    told_twice = Notification.objects.values_list("event_id", "recipient_id")
    wrong["doubled"] += len(told_twice) - len(set(told_twice))
    supervised = set(
        Notification.objects.filter(
            event__kind="breach", recipient__role="supervisor"
        ).values_list("event__clock_id", flat=True)
    )
    wrong["untold"] += len(set(breaches) - supervised)
    return wrong


def longest_wait() -> float:
    """The worst lag from a deadline to its detection, in seconds."""
    lags = [
        (line.recorded_at - line.at).total_seconds()
        for line in ClockEvent.objects.filter(kind="breach")
    ]
    return max(lags, default=0.0)


def run(seconds: float) -> bool:
    """The whole; true if nothing is wrong."""
    ledger = Ledger()
    victims = ["pool child", "worker", "beat", "valkey", "postgres"]
    with whole_house() as the_parts:
        house.promise(seconds=PROMISE_SECONDS)
        agent = User.objects.create(
            username="a", display_name="a", work_number="1", role=Role.AGENT
        )
        User.objects.create(
            username="s", display_name="s", work_number="2", role=Role.SUPERVISOR
        )
        began = time.monotonic()
        with traffic(agent, ledger):
            step = seconds / (len(victims) + 1)
            for place, victim in enumerate(victims, start=1):
                while time.monotonic() < began + place * step:
                    the_parts.revive()
                    time.sleep(0.05)
                the_parts.kill(victim)
            while time.monotonic() < began + seconds:
                the_parts.revive()
                time.sleep(0.05)
        say("traffic is over; waiting until everything is on record")
        until = time.monotonic() + SETTLING_SECONDS
        # A clock that was started last may still have to fall due.
        time.sleep(PROMISE_SECONDS)
        while not settled() and time.monotonic() < until:
            the_parts.revive()
            time.sleep(0.1)
        wrong = verdict(ledger)
        breaches = ClockEvent.objects.filter(kind="breach").count()
        print(
            f"{len(ledger.asked)} questions, {len(ledger.sent)} messages,"
            f" {breaches} missed promises, {ledger.retries} second clicks;"
            f" longest wait for a breach {longest_wait():.1f} s"
        )
    print(
        f"verdict: {wrong['lost']} lost, {wrong['missed']} missed,"
        f" {wrong['doubled']} doubled"
    )
    for name, count in wrong.items():
        if count:
            print(f"  WRONG: {count} {name}")
    return not wrong.total() and bool(ledger.asked)


def main() -> int:
    """Run, and say by the exit code whether it went well."""
    parser = argparse.ArgumentParser(prog="bench.crash", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    return 0 if run(options.seconds) else 1


if __name__ == "__main__":
    sys.exit(main())
