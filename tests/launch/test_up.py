"""`./shoushi up` as a person meets it: the whole product, with its own servers."""

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO
from urllib.error import HTTPError
from urllib.request import urlopen

import psutil  # type: ignore[import-untyped]
import pytest

from helpdesk.launch import servers
from helpdesk.launch.place import ROOT

pytestmark = pytest.mark.chain
COMMAND = [sys.executable, "-m", "helpdesk.launch", "up"]


class Up:
    """A running `up` and all it has said so far."""

    def __init__(self, data: Path, port: int) -> None:
        self.data = data
        self.port = port
        self.said = ""
        self.process = subprocess.Popen(
            COMMAND,
            cwd=ROOT,
            env=environment(data, port),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout is not None
        self.reader = threading.Thread(target=self.read, args=(self.process.stdout,))
        self.reader.start()

    def read(self, stream: IO[str]) -> None:
        for line in stream:
            self.said += line

    def health(self) -> dict[str, object]:
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/healthz") as answer:
                facts: dict[str, object] = json.load(answer)
        except HTTPError as refusal:
            with refusal:
                facts = json.load(refusal)
        except OSError:
            facts = {}
        return facts


def environment(data: Path, port: int) -> dict[str, str]:
    return {
        **servers.clean_environment(),
        "DJANGO_SETTINGS_MODULE": "helpdesk.settings",
        "DATA_DIR": str(data),
        "PORT": str(port),
    }


def refused(data: Path, port: int) -> str:
    """What another `up` says before it gives up."""
    result = subprocess.run(
        COMMAND,
        cwd=ROOT,
        env=environment(data, port),
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    return result.stderr


def examined(data: Path) -> list[dict[str, str]]:
    """What `./shoushi doctor` finds."""
    result = subprocess.run(
        [*COMMAND[:-1], "doctor", "--json"],
        cwd=ROOT,
        env={k: v for k, v in environment(data, 1).items() if k != "PORT"},
        capture_output=True,
        text=True,
        check=False,
    )
    findings: list[dict[str, str]] = json.loads(result.stdout)["findings"]
    return findings


def until(true: Callable[[], bool], *, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def up(data: Path, port: int) -> Iterator[Up]:
    it = Up(data, port)
    until(lambda: "To stop" in it.said or it.process.poll() is not None, seconds=180)
    assert "Ready in" in it.said, it.said
    yield it
    if it.process.poll() is None:
        it.process.kill()
        it.process.wait()
    it.reader.join()
    if it.process.stdout is not None:
        it.process.stdout.close()


def test_the_whole_product_starts_heals_itself_and_leaves_nothing_behind(
    up: Up, data: Path, tmp_path: Path
) -> None:
    assert up.health()["status"] == "ok"
    links = re.findall(r"^  (\w+) +(http://localhost:\d+/\S+)$", up.said, re.MULTILINE)
    assert [user for user, _ in links] == ["agent1", "finance", "supervisor", "admin"]
    assert stat.S_IMODE((data / "secrets.env").stat().st_mode) == 0o600

    # It finds the house by its folder alone, whatever its port.
    seen = examined(data)
    assert {it["check"]: it for it in seen if it["verdict"] == "fail"} == {}
    assert {"database", "workers", "detector", "web"} <= {it["check"] for it in seen}

    assert f"already running at http://localhost:{up.port}" in refused(data, up.port)
    said = refused(tmp_path, up.port)
    assert f"Port {up.port} is already in use" in said
    assert not (tmp_path / "servers").exists()

    everything = psutil.Process(up.process.pid).children(recursive=True)
    worker = next(it for it in everything if {"worker", "sla"} <= set(it.cmdline()))
    os.kill(worker.pid, signal.SIGKILL)
    until(lambda: "worker-sla was started again" in up.said)
    until(lambda: up.health().get("status") == "ok")

    everything += psutil.Process(up.process.pid).children(recursive=True)
    up.process.terminate()
    assert up.process.wait(timeout=30) == 0
    assert psutil.wait_procs(everything, timeout=2)[1] == []
    up.reader.join()
    assert up.said.endswith("Stopped. The data is kept.\n")
