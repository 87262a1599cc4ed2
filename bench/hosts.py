"""Two hosts on one database and one Redis, and what the death of one of them costs.

`./shoushi bench hosts --seconds 30`

Each host has a web part, both workers and a beat. With `--inside NAME NAME` they run
in these network namespaces, whose addresses `--at` gives; DATABASE_URL and REDIS_URL
must then name servers that can be reached from there.
"""

import argparse
import http.client
import os
import signal
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen
from threading import Thread
from typing import Final

from bench import acts, house, people
from bench.house import say
from bench.traffic import PROMISE_SECONDS, Ledger, traffic
from bench.verdict import longest_wait, settled, verdict
from bench.web import free_port
from helpdesk.launch import parts, process
from sla.models import ClockEvent
from staff.models import Role, User

PROGRAMS: Final = ("web", "worker-sla", "worker", "beat")
CHANGES: Final = 40
SETTLING_SECONDS: Final = 60.0


@dataclass
class Host:
    """One machine's share of the parts."""

    name: str
    address: str = "127.0.0.1"
    namespace: str | None = None
    port: int = field(default_factory=free_port)
    children: list[Popen[bytes]] = field(default_factory=list)

    def start(self, logs: Path) -> None:
        """All four parts; a worker is known by the name of its host."""
        enter = ["ip", "netns", "exec", self.namespace] if self.namespace else []
        for program in PROGRAMS:
            command = [w.replace("%h", self.name) for w in parts.PARTS[program]()]
            if program == "web":
                command[command.index("--port") + 1] = str(self.port)
                command[command.index("--host") + 1] = self.address
            self.children.append(
                process.spawn(
                    [*enter, *command],
                    env={**os.environ, "PYTHONUNBUFFERED": "1"},
                    log=logs / f"{self.name}-{program}.log",
                    death_signal=signal.SIGKILL,
                )
            )

    def answers(self) -> bool:
        """Whether its web part finds everything well."""
        line = http.client.HTTPConnection(self.address, self.port, timeout=10)
        try:
            line.request("GET", "/healthz")
            return line.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            line.close()

    def die(self) -> None:
        """All at once, as when the power goes."""
        while self.children:
            process.sweep(self.children.pop())


class Stream(Thread):
    """An open page of the desk: when was it first told of each ticket?"""

    def __init__(self, host: Host, reader: User) -> None:
        super().__init__(daemon=True)
        self.line = http.client.HTTPConnection(host.address, host.port, timeout=60)
        headers = {"Cookie": people.cookie(reader)}
        self.line.request("GET", "/live/desk/", headers=headers)
        self.answer = self.line.getresponse()
        assert self.answer.status == http.client.OK, self.answer.status
        self.heard: dict[str, float] = {}
        self.waited_for: set[str] = set()

    def wait_for(self, number: str) -> None:
        """Until it has been told of this ticket."""
        house.wait_for(
            lambda: number in self.heard, seconds=10, what=f"a notice of {number}"
        )

    def run(self) -> None:
        """Until the host dies or the line is closed."""
        for line in self.answer:
            for number in [it for it in self.waited_for if it.encode() in line]:
                self.waited_for.discard(number)
                self.heard[number] = time.perf_counter()


def answered(host: Host, request: bytes) -> str:
    """The status of the answer to one request."""
    with socket.create_connection((host.address, host.port), timeout=10) as line:
        line.sendall(request)
        return line.recv(64).split(b" ", 2)[1].decode()


def told_by_the_other(agent: User, writes: Host, shows: Host) -> list[float]:
    """Milliseconds from a reply's POST at one host to the notice at the other."""
    numbers = [people.ask().number for _ in range(CHANGES)]
    page = Stream(shows, agent)
    page.start()
    taken = []
    for number, reply in zip(numbers, acts.replies(numbers, agent), strict=True):
        time.sleep(0.2)
        page.waited_for.add(number)
        began = time.perf_counter()
        status = answered(writes, reply)
        assert status.startswith("2"), status
        page.wait_for(number)
        taken.append((page.heard[number] - began) * 1000)
    return taken


def run(hosts: Sequence[Host], *, seconds: float, logs: Path) -> bool:
    """Traffic, a death in the middle of it, the verdict; then live changes."""
    first, second = hosts
    ledger = Ledger()
    house.promise(seconds=PROMISE_SECONDS)
    [agent] = people.hired(Role.AGENT)
    people.hired(Role.SUPERVISOR)
    with traffic(agent, ledger):
        time.sleep(seconds / 2)
        say(f"{first.name} dies")
        first.die()
        time.sleep(seconds / 2)
    time.sleep(PROMISE_SECONDS)
    until = time.monotonic() + SETTLING_SECONDS
    while not settled() and time.monotonic() < until:
        time.sleep(0.1)
    wrong = verdict(ledger)
    breaches = ClockEvent.objects.filter(kind="breach").count()
    print(
        f"{len(ledger.asked)} questions, {len(ledger.sent)} messages, {breaches} missed"
        f" promises; longest wait for a breach {longest_wait():.1f} s"
    )
    for name, count in wrong.items():
        print(f"  {name}: {count}")
    first.start(logs)
    house.wait_for(first.answers, seconds=90, what="the first host")
    for writes, shows in ((first, second), (second, first)):
        taken = told_by_the_other(agent, writes, shows)
        print(
            f"reply at {writes.name} to notice at {shows.name}:"
            f" median {statistics.median(taken):.0f} ms, longest {max(taken):.0f} ms"
        )
    return not wrong.total() and bool(ledger.asked)


def main() -> int:
    """Run, and say by the exit code whether it went well."""
    parser = argparse.ArgumentParser(prog="bench.hosts", description=__doc__)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--inside", nargs=2, metavar="NAMESPACE", default=(None, None))
    parser.add_argument("--at", nargs=2, metavar="ADDRESS", default=("127.0.0.1",) * 2)
    options = parser.parse_args()
    names = ("host-a", "host-b")
    hosts = [Host(*its) for its in zip(names, options.at, options.inside, strict=True)]
    with house.own_database("bench_hosts"), tempfile.TemporaryDirectory() as folder:
        try:
            for host in hosts:
                host.start(Path(folder))
            for host in hosts:
                house.wait_for(host.answers, seconds=120, what=host.name)
            return 0 if run(hosts, seconds=options.seconds, logs=Path(folder)) else 1
        finally:
            for host in hosts:
                host.die()


if __name__ == "__main__":
    sys.exit(main())
