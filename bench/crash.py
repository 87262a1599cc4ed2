"""Kill every part once while customers write, and count what is lost or doubled.

`python -m bench.crash --seconds 60`
"""

import argparse
import os
import secrets
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import environ
import psutil  # type: ignore[import-untyped]
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from bench import house, people
from bench.house import say
from bench.traffic import PROMISE_SECONDS, Ledger, traffic
from bench.verdict import longest_wait, settled, verdict
from helpdesk.launch import parts, prepare, servers
from helpdesk.launch.console import Console
from helpdesk.launch.place import remove_place
from helpdesk.launch.signals import Signals
from helpdesk.launch.supervisor import Part, Running, Supervisor
from sla.models import ClockEvent, Heartbeat
from staff.models import Role

RESTART_AFTER: Final = 0.3
SETTLING_SECONDS: Final = 60.0


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
            call_command("migrate", verbosity=0)
            prepare.load_data(demo=False)
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


def run(seconds: float) -> bool:
    """The whole; true if nothing is wrong."""
    ledger = Ledger()
    victims = ["pool child", "worker", "beat", "valkey", "postgres"]
    with whole_house() as the_parts:
        house.promise(seconds=PROMISE_SECONDS)
        [agent] = people.hired(Role.AGENT)
        people.hired(Role.SUPERVISOR)
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
