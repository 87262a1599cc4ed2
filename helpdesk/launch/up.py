"""`./shoushi up`: from nothing to a running product, and back."""

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

from helpdesk.launch import (
    env_files,
    lock,
    parts,
    place,
    ports,
    process,
    servers,
)
from helpdesk.launch.console import Console
from helpdesk.launch.failure import CannotGoOn
from helpdesk.launch.logs import explain, tail
from helpdesk.launch.place import ROOT
from helpdesk.launch.signals import Signals
from helpdesk.launch.supervisor import Part, Supervisor

# Addresses that mean "from everywhere", and how this machine reaches itself then.
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104
APPLICATION = ("beat", "worker-sla", "web", "worker")


def up(args: list[str]) -> int:
    """Start everything, say where it is, and keep it running until told to stop."""
    if args:
        raise CannotGoOn(
            f"./shoushi up takes no arguments ({' '.join(args)}); set PORT, HOST,"
            " DATA_DIR or DEMO before it, for example PORT=8080 ./shoushi up"
        )
    console = Console()
    started = time.monotonic()
    parts.allow_many_files()
    port, host = ports.number(os.environ), parts.host()
    data = place.data_folder(os.environ)
    address = os.environ.get("SITE_URL") or local_address(host, port)
    says = f"Shoushi is already running at {address}"
    with lock.hold(data, says=says), Signals() as signals:
        ports.require_free(host, port)
        console.say(f"Shoushi 守时, data in {data}")
        with Supervisor(console, signals) as supervisor:
            links = start(data, address, supervisor=supervisor, console=console)
            announce(
                address, links, seconds=time.monotonic() - started, console=console
            )
            supervisor.watch()
            console.say("\nStopping ...")
        console.say("Stopped. The data is kept.")
    return 0


def start(
    data: Path, address: str, *, supervisor: Supervisor, console: Console
) -> list[tuple[str, str]]:
    """Servers, then data, then the application; returns one-time sign-in links."""
    env_files.make_secrets(data, environment=os.environ)
    wanted = servers.plan(data, env=os.environ)
    # Other commands then know where this house answers.
    listens = {"PORT": str(ports.number(os.environ)), "HOST": parts.host()}
    env_files.write(data / "runtime.env", {**wanted.runtime, **listens})
    if wanted.parts:
        with console.step(f"{wanted.names()} started"):
            supervisor.start(wanted.parts)
    env = servers.environment(data, base=os.environ)
    links = prepare(data, address, env=env, console=console, signals=supervisor.signals)
    with console.step("web, workers and beat started"):
        supervisor.start([part(name, data, env=env) for name in APPLICATION])
        wait_until_healthy(supervisor.signals, console=console)
    return links


def part(name: str, data: Path, *, env: dict[str, str]) -> Part:
    """One of our own programs as a part to supervise."""
    return Part(
        name=name,
        command=parts.PARTS[name](),
        env=env,
        log=data / "logs" / f"{name}.log",
        cwd=ROOT,
        ready=(lambda: health() is not None) if name == "web" else lambda: True,
    )


def prepare(
    data: Path, address: str, *, env: dict[str, str], console: Console, signals: Signals
) -> list[tuple[str, str]]:
    """Run the preparation, showing its steps as they end."""
    log = data / "logs" / "prepare.log"
    log.unlink(missing_ok=True)
    child = process.spawn(
        [*parts.prepare(), "--progress", "--links", address],
        env=env,
        cwd=ROOT,
        log=log,
        stdout=subprocess.PIPE,
    )
    links = []
    try:
        for line in lines_of(child, signals):
            kind, name, value = line.split("\t")
            if kind == "step":
                console.done(name, seconds=float(value))
            elif kind == "warn":
                console.warn(f"  ! {name}\n    {value}")
            else:
                links.append((name, value))
    finally:
        process.sweep(child)
    if child.returncode:
        text = tail(log)
        hint = explain(text, folder=data)
        raise CannotGoOn(
            f"The data could not be prepared. Its last words:\n{text}{hint}\n"
            f"(all of it: {log})"
        )
    return links


def lines_of(child: subprocess.Popen[bytes], signals: Signals) -> Iterator[str]:
    """What a child prints, line by line until it ends; gives way to a stop signal."""
    if child.stdout is None:
        return
    file, rest = child.stdout.fileno(), b""
    while True:
        signals.check()
        if not signals.wait(10, file):
            continue
        news = os.read(file, 65536)
        *lines, rest = (rest + news).split(b"\n")
        yield from (line.decode() for line in lines)
        if not news:
            child.wait()
            return


def local_address(host: str, port: int) -> str:
    """What to type into a browser on this machine."""
    local = host in {"127.0.0.1", "::1", *EVERYWHERE}
    return f"http://{'localhost' if local else host}:{port}"


def health() -> dict[str, object] | None:
    """What the product says about itself; None while it does not answer."""
    host = parts.host()
    target = EVERYWHERE.get(host, host)
    connection = http.client.HTTPConnection(target, ports.number(os.environ), timeout=5)
    try:
        connection.request("GET", "/healthz")
        response = connection.getresponse()
        body = response.read()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    try:
        said = json.loads(body)
    except ValueError:
        said = None
    facts: dict[str, object] = said if isinstance(said, dict) else {}
    return {**facts, "healthy": response.status < HTTPStatus.INTERNAL_SERVER_ERROR}


def wait_until_healthy(signals: Signals, *, console: Console) -> None:
    """Until beat has ticked and a worker has answered, or a while has passed."""
    deadline = time.monotonic() + 30
    facts = health() or {}
    while not facts.get("healthy") and time.monotonic() < deadline:
        signals.wait(0.1)
        signals.check()
        facts = health() or {}
    if not facts.get("healthy"):
        console.warn(f"\n  ! not everything is well yet: {json.dumps(facts)}")


def announce(
    address: str, links: list[tuple[str, str]], *, seconds: float, console: Console
) -> None:
    """Where it is and how to get in."""
    console.say(f"\nReady in {seconds:.1f} s:  {address}/")
    if links:
        console.say("\nSign in (each link works once):")
        for user, link in links:
            console.say(f"  {user:<11} {link}")
    stop = "Ctrl+C" if sys.stdin.isatty() else f"kill {os.getpid()}"
    console.say(f"\nTo stop: {stop}")
