"""Each check sees its fault in a real installation, and names the act that mends it."""

import http.server
import os
import socket
import stat
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg2
import pytest
import redis
import time_machine
from cryptography.fernet import Fernet
from django.conf import settings as django_settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from pytest_django import Settings

from customers import encryption
from helpdesk import health
from helpdesk.doctor import (
    keeping,
    program,
    promises,
    servers,
    time_keeping,
    web,
    work,
)
from helpdesk.doctor.finding import Finding, Verdict
from helpdesk.doctor.house import House, Way
from helpdesk.doctor.time_keeping import Offset
from helpdesk.launch import prepare
from sla import detector
from sla.models import Clock, Heartbeat
from sla.services import years
from tests.factories import AT, InquiryFactory
from tickets.models import Channel

pytestmark = pytest.mark.django_db

Look = Callable[[House], Iterator[Finding]]


@pytest.fixture
def house(tmp_path: Path, settings: Settings) -> House:
    settings.EXTRACT_KEY = "there is one"
    return House(tmp_path, Way.LAUNCHER, running=True, launcher=4711)


def only(look: Look, house: House) -> Finding:
    (finding,) = look(house)
    assert bool(finding.repair) == (finding.verdict in {Verdict.WARN, Verdict.FAIL})
    return finding


def verdicts(look: Look, house: House) -> dict[str, str]:
    return {finding.check: finding.verdict for finding in look(house)}


@pytest.mark.parametrize(
    "look",
    [
        servers.database,
        servers.broker,
        time_keeping.clocks,
        time_keeping.zones,
        program.migrations,
        keeping.contacts,
        keeping.secrets,
        keeping.storage,
        promises.set_aside,
        work.queues,
    ],
)
def test_a_sound_part_is_ok_and_needs_no_repair(look: Look, house: House) -> None:
    assert only(look, house).verdict == Verdict.OK


def test_a_database_that_stopped_before_steps_were_squashed_goes_on_only_as_a_whole(
    house: House,
) -> None:
    steps = MigrationRecorder.Migration.objects.filter(app="sla")
    steps.filter(
        name__in=["0001_tables", "0019_the_oldest_clock_of_a_shadow_run"]
    ).delete()
    said = only(program.migrations, house)
    assert said.verdict == Verdict.FAIL
    assert "before sla.0019_the_oldest_clock_of_a_shadow_run" in said.said
    with pytest.raises(SystemExit, match=r"before sla\.0019.*then this version again"):
        prepare.migrate()
    assert not steps.filter(name="0001_tables").exists()


def test_a_database_that_had_every_step_has_the_squashed_ones(house: House) -> None:
    steps = MigrationRecorder.Migration.objects.filter(app="sla", name="0001_tables")
    steps.delete()
    assert only(program.migrations, house).verdict == Verdict.OK
    prepare.migrate()
    assert steps.exists()


# --- Time ----------------------------------------------------------------------------


def test_the_difference_of_clocks_is_cleared_of_the_way_there_and_back() -> None:
    quick = (100.0, 102.005, 100.01)
    slow = (200.0, 201.0, 200.9)
    offset = Offset.of([slow, quick])
    assert round(offset.ms, 6) == 2000.0
    assert round(offset.error_ms, 6) == 5.0
    assert round(offset.surely_ms, 6) == 1995.0
    assert Offset(ms=-3.0, error_ms=5.0).surely_ms == 0.0


def test_a_clock_that_is_wrong_is_told_with_the_command_that_sets_it(
    house: House,
) -> None:
    with time_machine.travel(datetime.now(UTC) - timedelta(seconds=5), tick=True):
        said = only(time_keeping.clocks, house)
    assert said.verdict == Verdict.FAIL
    assert "+50" in said.said
    assert said.repair.endswith(time_keeping.SET_THE_CLOCK)


def test_a_tick_from_the_future_betrays_the_clock_of_the_worker(house: House) -> None:
    ahead = datetime.now(UTC) + timedelta(seconds=90)
    Heartbeat.objects.create(pk=1, last_tick_at=ahead, watermark=ahead)
    said = verdicts(time_keeping.clocks, house)
    assert said == {"clocks": "ok", "detector's clock": "fail"}


# --- Promises ------------------------------------------------------------------------


@time_machine.travel(AT)
def test_each_promise_gives_a_deadline_and_each_channel_has_one(house: House) -> None:
    assert verdicts(promises.policy, house) == {"policy": "ok", "channels": "ok"}


@time_machine.travel(datetime(2019, 1, 1, tzinfo=UTC))
def test_without_a_policy_in_force_the_pack_is_to_be_loaded(house: House) -> None:
    said = only(promises.policy, house)
    assert said.verdict == Verdict.FAIL
    assert said.repair == "./shoushi manage load_policies"


@time_machine.travel(AT)
def test_a_channel_without_a_promise_is_named(house: House) -> None:
    Channel.objects.create(
        code="carrier_pigeon",
        name_zh="信鸽",
        name_en="Pigeon",
        icon="feather",
        takes_inquiries=False,
        takes_objections=True,
        position=99,
    )
    said = {finding.check: finding for finding in promises.policy(house)}
    assert said["channels"].verdict == Verdict.FAIL
    assert "carrier_pigeon (acknowledgement)" in said["channels"].said


@pytest.mark.parametrize(
    ("day", "verdict"),
    [("2026-10-31", "ok"), ("2026-11-01", "warn"), ("2027-01-01", "fail")],
)
def test_holidays_are_missed_from_november_on(
    house: House, day: str, verdict: str
) -> None:
    with time_machine.travel(datetime.fromisoformat(f"{day}T12:00:00+08:00")):
        said = only(promises.years, house)
    assert said.verdict == verdict
    if verdict != "ok":
        assert "/supervision/calendars/" in said.repair


def test_the_package_of_holidays_is_named_only_for_a_year_that_it_knows() -> None:
    command = "import_calendar_year"
    assert years.way_in(max(years.known_years()), command).startswith(command)
    assert command not in years.way_in(max(years.known_years()) + 1, command)


def test_clocks_that_were_set_aside_are_named_with_the_way_back(house: House) -> None:
    inquiry = InquiryFactory.create()
    Clock.objects.update(set_aside_at=AT, wake_at=None)
    said = only(promises.set_aside, house)
    assert said.verdict == Verdict.FAIL
    assert f"{inquiry.number} first_reply" in said.said
    assert said.repair.endswith(f"./shoushi manage sla_put_back {inquiry.number}")


# --- Work ----------------------------------------------------------------------------


@pytest.fixture
def tick(db: None) -> Heartbeat:
    with redis.Redis.from_url(django_settings.LIVE_REDIS_URL) as server:
        server.delete(health.SLA_QUEUE)
    beat, _new = Heartbeat.objects.update_or_create(
        pk=1, defaults={"last_tick_at": AT, "watermark": AT, "lag_ms": 3.5}
    )
    return beat


def test_a_detector_that_never_ran_is_a_failure(house: House) -> None:
    Heartbeat.objects.all().delete()
    assert only(work.beat, house).verdict == Verdict.FAIL


@pytest.mark.parametrize(
    ("seconds", "lag_ms", "verdict"),
    [(5, 3.5, "ok"), (5, 1500.0, "warn"), (6, 3.5, "fail")],
)
def test_the_detectors_last_sign_of_life(
    house: House, tick: Heartbeat, seconds: int, lag_ms: float, verdict: str
) -> None:
    Heartbeat.objects.update(lag_ms=lag_ms)
    with time_machine.travel(AT + timedelta(seconds=seconds), tick=False):
        said = only(work.beat, house)
    assert said.verdict == verdict
    if verdict == "fail":
        assert said.repair.startswith("kill 4711")
        assert str(house.data / "logs" / "beat.log") in said.repair


def test_events_that_nobody_was_told_of_are_a_failure(
    house: House, tick: Heartbeat
) -> None:
    InquiryFactory.create()
    detector.sweep(clock=lambda: AT + timedelta(seconds=31))
    said = {}
    for seconds in (41, 42):
        with time_machine.travel(AT + timedelta(seconds=seconds), tick=False):
            said[seconds] = verdicts(work.outbox, house)["outbox"]
    assert said == {41: "ok", 42: "fail"}


def test_workers_that_do_not_answer_are_named_with_their_last_words(
    house: House,
) -> None:
    (house.data / "logs").mkdir()
    log = house.data / "logs" / "worker-sla.log"
    log.write_text("starting\nModuleNotFoundError: No module named 'sla.tasks'\n")
    said = {finding.check: finding for finding in work.workers(house)}
    assert {it: said[it].verdict for it in said} == {
        "worker-sla": "fail",
        "worker": "fail",
    }
    assert said["worker-sla"].said.endswith("No module named 'sla.tasks'")
    assert str(log) in said["worker-sla"].repair


@pytest.mark.django_db(transaction=True)
def test_an_old_transaction_is_named_with_the_statement_that_ends_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    params = connection.get_connection_params()
    params.pop("cursor_factory", None)
    other = psycopg2.connect(**params, application_name="spreadsheet")
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            row = cursor.fetchone()
        assert row is not None
        assert verdicts(servers.upkeep, house)["transactions"] == "ok"
        monkeypatch.setattr(servers, "LONG", timedelta(0))
        said = next(iter(servers.upkeep(house)))
        assert said.verdict == Verdict.WARN
        assert "spreadsheet" in said.said
        assert said.repair.endswith(f'-c "SELECT pg_terminate_backend({row[0]})"')
        assert os.system(f"{said.repair} >/dev/null") == 0  # noqa: S605 the exact words
        with pytest.raises(psycopg2.OperationalError):
            other.cursor().execute("SELECT 1")
    finally:
        other.close()


# --- Files and secrets ---------------------------------------------------------------


def test_secrets_that_others_can_read_are_a_failure(house: House) -> None:
    path = house.data / "secrets.env"
    path.write_text("SECRET_KEY=x\n")
    path.chmod(0o640)
    said = next(iter(keeping.secrets(house)))
    assert said.verdict == Verdict.FAIL
    assert said.repair == f"chmod 600 {path}"
    assert os.system(said.repair) == 0  # noqa: S605
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert verdicts(keeping.secrets, house) == {"secrets": "ok"}


def test_a_key_that_is_missing_counts_by_what_it_is_for(
    house: House, settings: Settings
) -> None:
    settings.EXTRACT_KEY = ""
    assert only(keeping.secrets, house).verdict == Verdict.WARN
    settings.CONTACT_KEYS = []
    said = only(keeping.secrets, house)
    assert said.verdict == Verdict.FAIL
    assert "secrets.env back from a copy" in said.repair


def test_keys_that_do_not_open_the_stored_numbers_are_a_failure(
    house: House, settings: Settings
) -> None:
    InquiryFactory.create()
    assert only(keeping.contacts, house).verdict == Verdict.OK
    settings.CONTACT_KEYS = [Fernet.generate_key().decode()]
    encryption._cipher.cache_clear()
    try:
        said = only(keeping.contacts, house)
    finally:
        encryption._cipher.cache_clear()
    assert said.verdict == Verdict.FAIL
    assert "13800138000" not in said.said + said.repair


def test_too_little_room_is_a_failure(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for free_mb, verdict in ((50, "fail"), (500, "warn"), (5000, "ok")):
        usage = type("usage", (), {"free": free_mb * 1024**2})
        monkeypatch.setattr("shutil.disk_usage", lambda _, usage=usage: usage)
        assert only(keeping.storage, house).verdict == verdict


def test_pages_without_static_files_need_the_preparation(
    house: House, settings: Settings, tmp_path: Path
) -> None:
    settings.STATIC_ROOT = tmp_path / "static"
    assert only(program.pages, house).verdict == Verdict.FAIL
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "staticfiles.json").write_text("{}")
    settings.LOCALE_PATHS = [tmp_path]
    assert only(program.pages, house).verdict == Verdict.OK


# --- The web part --------------------------------------------------------------------


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def answer(port: int, settings: Settings) -> Iterator[Callable[[str], None]]:
    settings.PORT = port
    said = {"text": ""}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(said["text"].encode())

        def log_message(self, *args: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", port), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield lambda text: said.update(text=text)
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_web_part_is_asked_at_its_port(
    house: House, answer: Callable[[str], None]
) -> None:
    answer('{"status": "ok", "database": "ok"}')
    assert only(web.web, house).verdict == Verdict.OK
    answer('{"status": "down", "database": "ok", "beat": "down"}')
    said = only(web.web, house)
    assert said.verdict == Verdict.WARN
    assert said.said.endswith("not all is well: beat")


def test_a_stranger_at_our_port_is_named_and_another_port_offered(
    house: House, answer: Callable[[str], None], port: int
) -> None:
    answer("<h1>It works!</h1>")
    said = only(web.web, house)
    assert said.verdict == Verdict.FAIL
    assert f"(process {os.getpid()})" in said.said
    assert "PORT=" in said.repair
    assert f"PORT={port} " not in said.repair


def test_nobody_at_our_port_is_a_failure(
    house: House, settings: Settings, port: int
) -> None:
    settings.PORT = port
    said = only(web.web, house)
    assert said.verdict == Verdict.FAIL
    assert "nobody answers" in said.said
    assert said.repair.startswith("kill 4711")
