"""The built-in PostgreSQL and Valkey, for real."""

import os
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import psycopg2
import pytest
import redis

from helpdesk.launch import env_files, lock, servers, valkey
from helpdesk.launch.console import Console
from helpdesk.launch.failure import CannotGoOn
from helpdesk.launch.place import ROOT, open_place
from helpdesk.launch.signals import Signals

SAYS = "It is running"


def run(data: Path, signals: Signals) -> Any:
    return servers.running(
        data,
        console=Console(quiet=True),
        signals=signals,
        env=servers.clean_environment(),
        says=SAYS,
        careless=True,
    )


def count_a_visit(data: Path) -> tuple[int, bool]:
    """Write to both servers; how many rows there are, and whether Redis answers."""
    runtime = env_files.read(data / "runtime.env")
    with redis.Redis.from_url(runtime["REDIS_URL"]) as client:
        answers = bool(client.ping())
    connection = psycopg2.connect(runtime["DATABASE_URL"])
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE IF NOT EXISTS visit (at timestamptz)")
            cursor.execute("INSERT INTO visit VALUES (now())")
            cursor.execute("SELECT count(*) FROM visit")
            row = cursor.fetchone()
            assert row is not None
            return row[0], answers
    finally:
        connection.close()


def test_data_is_kept_from_run_to_run_and_nothing_is_left_running(
    data: Path, signals: Signals
) -> None:
    here = psutil.Process()
    # Other tests of this process may have left helpers of Python's own.
    earlier = set(here.children(recursive=True))
    for visit in (1, 2):
        with run(data, signals):
            assert count_a_visit(data) == (visit, True)
            mine = set(here.children(recursive=True)) - earlier
        assert len(mine) > 2
        assert psutil.wait_procs(mine, timeout=10)[1] == []


def test_a_second_launcher_in_the_same_folder_is_told(
    data: Path, signals: Signals
) -> None:
    with lock.hold(data, says="Shoushi is already running at http://localhost:8000"):
        assert lock.is_held(data)
        with pytest.raises(lock.AlreadyRunning, match="already running at http") as it:
            run(data, signals).__enter__()
    assert f"process {os.getpid()}" in str(it.value)
    assert not lock.is_held(data)


def test_kill_9_of_the_launcher_leaves_no_server_and_loses_nothing(
    data: Path, signals: Signals
) -> None:
    script = f"""
from pathlib import Path
from helpdesk.launch.signals import Signals
from tests.launch.test_servers import run
with Signals() as signals, run(Path({str(data)!r}), signals):
    print("ready", flush=True)
    while not signals.stops:
        signals.wait(600)
"""
    env = {**servers.clean_environment(), "PYTHONPATH": str(ROOT)}
    launcher = subprocess.Popen(
        [sys.executable, "-c", script], env=env, stdout=subprocess.PIPE
    )
    assert launcher.stdout is not None
    assert launcher.stdout.readline() == b"ready\n"
    assert count_a_visit(data) == (1, True)
    children = psutil.Process(launcher.pid).children(recursive=True)
    os.kill(launcher.pid, signal.SIGKILL)
    launcher.wait()
    launcher.stdout.close()
    with run(data, signals):
        assert count_a_visit(data) == (2, True)
    assert psutil.wait_procs(children, timeout=10)[1] == []


def test_a_start_waits_for_a_server_that_is_still_ending(
    data: Path, signals: Signals
) -> None:
    path = str(valkey.socket_path(open_place(data)))
    script = "import sys, time; print(flush=True); time.sleep(1)"
    ending = subprocess.Popen(
        [sys.executable, "-c", script, f"unixsocket:{path}"], stdout=subprocess.PIPE
    )
    assert ending.stdout is not None
    with ending.stdout as output:
        output.readline()
        valkey.prepare(open_place(data))
        assert not valkey.held(Path(path))
    assert ending.wait() == 0


def test_a_stale_file_whose_process_number_is_somebody_elses_is_no_obstacle(
    data: Path, signals: Signals
) -> None:
    with run(data, signals):
        file = data / "servers" / "postgres" / "postmaster.pid"
        text = file.read_text()
    rows = [str(os.getpid()), *text.splitlines()[1:]]
    file.write_text("\n".join(rows) + "\n")
    with run(data, signals):
        assert count_a_visit(data) == (1, True)


def test_nobody_else_may_look_at_the_data(data: Path, signals: Signals) -> None:
    with run(data, signals):
        place = open_place(data)
        for folder in ("postgres", "valkey", "run"):
            mode = (place.servers / folder).stat().st_mode
            assert stat.S_IMODE(mode) == 0o700
        assert place.user is None or place.user != "root"


def test_data_of_another_version_is_not_touched(data: Path, signals: Signals) -> None:
    folder = open_place(data).servers / "postgres"
    folder.mkdir()
    (folder / "PG_VERSION").write_text("16\n")
    env_files.write(data / "secrets.env", {"SECRET_KEY": "s", "CONTACT_KEYS": "k"})
    with pytest.raises(CannotGoOn, match="written by PostgreSQL 16, and this is 18"):
        run(data, signals).__enter__()
    assert [path.name for path in folder.iterdir()] == ["PG_VERSION"]


def test_too_little_room_is_said_before_anything_is_written(
    data: Path, signals: Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type("usage", (), {"free": 20 * 1024**2})
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(CannotGoOn, match="Only 20 MB are free"):
        run(data, signals).__enter__()
    assert not (open_place(data).servers / "postgres").exists()


def test_servers_of_ones_own_are_used_instead(data: Path) -> None:
    own = {"DATABASE_URL": "postgres://u@db/x", "REDIS_URL": "redis://r:6379"}
    assert servers.plan(data, env=own) == servers.Wanted([], {})
    assert not (data / "servers").exists()
    only_valkey = servers.plan(data, env={"DATABASE_URL": "postgres://u@db/x"})
    assert only_valkey.names() == "Valkey"
    assert list(only_valkey.runtime) == ["REDIS_URL"]


def test_the_log_of_the_database_never_quotes_what_people_wrote(
    data: Path, signals: Signals
) -> None:
    with run(data, signals):
        count_a_visit(data)
        url = env_files.read(data / "runtime.env")["DATABASE_URL"]
        connection = psycopg2.connect(url)
        try:
            with connection.cursor() as cursor:
                cursor.execute("CREATE TEMPORARY TABLE person (name text UNIQUE)")
                cursor.execute("INSERT INTO person VALUES ('欧阳')")
                with pytest.raises(psycopg2.IntegrityError):
                    cursor.execute("INSERT INTO person VALUES ('欧阳')")
        finally:
            connection.close()
    log = (data / "logs" / "postgres.log").read_text()
    assert "duplicate key" in log
    assert "欧阳" not in log
