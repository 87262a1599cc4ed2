"""The supervisor on small real programs."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from helpdesk.launch.failure import CannotGoOn, StopAsked
from helpdesk.launch.logs import KEPT_OF_LOG, LARGEST_LOG, shorten
from helpdesk.launch.place import ROOT
from helpdesk.launch.signals import Signals
from helpdesk.launch.supervisor import Supervisor
from tests.launch.conftest import MakePart

FOREVER = "import time; time.sleep(600)"
STUBBORN = (
    "import signal, time; signal.signal(15, signal.SIG_IGN); print('on'); "
    "time.sleep(600)"
)


def meanwhile(act: Callable[[], None], signals: Signals) -> threading.Thread:
    """Act while the main thread watches, then ask it to stop."""

    def run() -> None:
        try:
            act()
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def until(true: Callable[[], bool], *, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def pid_of(supervisor: Supervisor, name: str) -> int:
    running = {r.part.name: r for r in supervisor.everything()}[name]
    return running.process.pid if running.process else 0


def test_a_part_that_dies_is_started_again_and_said(
    supervisor: Supervisor,
    signals: Signals,
    make_part: MakePart,
    capsys: pytest.CaptureFixture[str],
) -> None:
    supervisor.start([make_part("clerk", FOREVER), make_part("other", FOREVER)])
    first, other = pid_of(supervisor, "clerk"), pid_of(supervisor, "other")

    def act() -> None:
        os.kill(first, signal.SIGKILL)
        until(lambda: pid_of(supervisor, "clerk") != first)

    thread = meanwhile(act, signals)
    supervisor.watch()
    thread.join()

    assert psutil.pid_exists(pid_of(supervisor, "clerk"))
    assert pid_of(supervisor, "other") == other
    said = capsys.readouterr().out
    assert "clerk died (signal 9); starting it again in 0.2 s" in said
    assert "clerk was started again" in said


def test_a_part_that_dies_again_and_again_stops_the_run_with_its_last_words(
    supervisor: Supervisor, make_part: MakePart, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("helpdesk.launch.supervisor.LONGEST_PAUSE", 0.05)
    supervisor.start([make_part("poor", "import sys; sys.exit('no ink left')")])
    with pytest.raises(CannotGoOn, match="poor died 5 times within 60 s") as problem:
        supervisor.watch()
    assert "exit code 1" in str(problem.value)
    assert str(problem.value).count("no ink left") == 1


def test_a_part_that_cannot_start_is_reported_at_once(
    supervisor: Supervisor, make_part: MakePart
) -> None:
    code = "import sys; sys.exit('write: No space left on device')"
    with pytest.raises(CannotGoOn, match="press could not start") as problem:
        supervisor.start([make_part("press", code, ready=lambda: False)])
    assert "is full: free some space" in str(problem.value)


def test_parts_stop_in_reverse_order_each_with_its_own_signal(
    supervisor: Supervisor, make_part: MakePart, tmp_path: Path
) -> None:
    diary = tmp_path / "diary"
    code = (
        "import signal, sys, time\n"
        "def stop(number, frame):\n"
        f"    open({str(diary)!r}, 'a').write(f'{{sys.argv[1:]}} {{number}}\\n')\n"
        "    sys.exit()\n"
        "signal.signal(2, stop); signal.signal(15, stop); print('on')\n"
        "time.sleep(600)"
    )
    for name, number in [("floor", signal.SIGINT), ("roof", signal.SIGTERM)]:
        part = make_part(name, code, stop_signal=number)
        part.command = [*part.command, name]
        part.ready = part.log.exists
        supervisor.start([part])
        until(lambda log=part.log: "on" in log.read_text())  # type: ignore[misc]
    supervisor.stop()
    assert diary.read_text() == "['roof'] 15\n['floor'] 2\n"


def test_a_second_request_to_stop_forces_it(
    supervisor: Supervisor, signals: Signals, make_part: MakePart
) -> None:
    part = make_part("stubborn", STUBBORN)
    supervisor.start([part])
    until(lambda: "on" in part.log.read_text())
    number = pid_of(supervisor, "stubborn")

    def insist() -> None:
        """Again and again: the first may be over before stopping has begun.

        TERM, since a shell lets INT be ignored by what it starts beside itself.
        """
        while psutil.pid_exists(number):
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(0.3)

    os.kill(os.getpid(), signal.SIGTERM)
    person = threading.Thread(target=insist)
    person.start()
    started = time.monotonic()
    supervisor.stop()
    # Left alone, it would have been given its whole grace of 20 s.
    assert time.monotonic() - started < 15
    person.join()
    assert not psutil.pid_exists(number)


def test_a_request_to_stop_is_heard_while_something_is_starting(
    supervisor: Supervisor, signals: Signals, make_part: MakePart
) -> None:
    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGTERM)).start()
    with pytest.raises(StopAsked):
        supervisor.start([make_part("slow", FOREVER, ready=lambda: False)])


def test_kill_9_of_the_launcher_leaves_no_process(tmp_path: Path) -> None:
    script = f"""
import os, sys
from pathlib import Path
from helpdesk.launch.console import Console
from helpdesk.launch.signals import Signals
from helpdesk.launch.supervisor import Part, Supervisor
with Signals() as signals, Supervisor(Console(), signals) as supervisor:
    supervisor.start([
        Part(name, [sys.executable, "-c", {STUBBORN!r}], os.environ, Path(name))
        for name in ("one", "two")
    ])
    print("ready", flush=True)
    supervisor.watch()
"""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    launcher = subprocess.Popen(
        [sys.executable, "-c", script], cwd=tmp_path, env=env, stdout=subprocess.PIPE
    )
    assert launcher.stdout is not None
    assert launcher.stdout.readline() == b"ready\n"
    children = psutil.Process(launcher.pid).children(recursive=True)
    assert len(children) == 2
    launcher.kill()
    launcher.wait()
    launcher.stdout.close()
    gone, alive = psutil.wait_procs(children, timeout=5)
    assert (len(gone), alive) == (2, [])


def test_a_full_disk_is_named_even_if_the_log_had_no_room_to_say_so(
    supervisor: Supervisor, make_part: MakePart, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type("usage", (), {"free": 0})
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage)
    with pytest.raises(CannotGoOn, match="is full: free some space"):
        supervisor.start([make_part("mute", "raise SystemExit(1)", ready=bool)])


def test_a_log_keeps_its_end_only(tmp_path: Path) -> None:
    log = tmp_path / "talkative.log"
    log.write_bytes(b"a" * LARGEST_LOG + b"the end")
    shorten(log)
    assert log.stat().st_size == 0
    kept = (tmp_path / "talkative.log.1").read_bytes()
    assert len(kept) == KEPT_OF_LOG
    assert kept.endswith(b"the end")
