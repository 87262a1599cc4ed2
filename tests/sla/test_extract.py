"""A month's evidence is the same whenever it is made, and shows whoever touches it."""

import csv
import io
import json
import zipfile
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from pytest_django import Settings

from inquiries import services
from sla import detector
from sla.models import Clock, Metric
from sla.seal import SealKey, seal
from sla.services import clocks, pauses
from staff.models import User
from tests.factories import InquiryFactory, UserFactory
from tests.instants import Hand, local
from tests.sla.test_audit import rehash, tamper
from tickets.models import Ticket

pytestmark = pytest.mark.django_db

METRIC = Metric.INVESTIGATION
REASON = "awaiting_evidence"
KEY = b64encode(bytes(range(32))).decode()
OTHER_KEY = b64encode(bytes(range(1, 33))).decode()
DECEMBER = local("2026-12-01 00:00")
FILES = ["calendars.json", "clocks.csv", "events.csv", "pauses.csv", "policies.json"]


@pytest.fixture(autouse=True)
def _key(settings: Settings) -> None:
    settings.EXTRACT_KEY = KEY


@pytest.fixture
def agent() -> User:
    return UserFactory.create(display_name="赵小红", work_number="77123")


@pytest.fixture
def ticket(db: None, agent: User) -> Ticket:
    """Answered too late in November; investigated from then on into December."""
    start = local("2026-11-27 10:00")
    inquiry = InquiryFactory.create(at=start, surname="欧阳", phone="13800138000")
    detector.sweep(clock=Hand(start + timedelta(minutes=1)))
    services.reply(
        inquiry, text="八百元一天。", by=agent, at=start + timedelta(minutes=2)
    )
    clocks.start(inquiry, METRIC, at=start, facts={"type": "contract"})
    pauses.pause(inquiry, METRIC, reason=REASON, at=local("2026-11-30 12:00"), by=agent)
    return inquiry


@pytest.fixture
def extract(ticket: Ticket, tmp_path: Path) -> Path:
    return make(tmp_path)


def make(folder: Path, month: str = "2026-11") -> Path:
    with time_machine.travel(DECEMBER, tick=False):
        said(month, out=str(folder))
    return folder / f"sla-{month}.zip"


def said(*args: str, **options: Any) -> str:
    out = io.StringIO()
    call_command("sla_extract", *args, stdout=out, **options)
    return out.getvalue()


def check(path: Path, **options: Any) -> str:
    return said(check=str(path), **options)


def table(archive: Path, name: str) -> list[dict[str, str]]:
    with zipfile.ZipFile(archive) as opened:
        return list(csv.DictReader(io.StringIO(opened.read(name).decode())))


@contextmanager
def changed(archive: Path) -> Iterator[Path]:
    """The files of an archive in a folder, packed again when the block is over."""
    folder = archive.with_suffix("")
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(folder)
    yield folder
    with zipfile.ZipFile(archive, "w") as packed:
        for path in sorted(folder.iterdir()):
            packed.write(path, path.name)


# --- What it holds --------------------------------------------------------------------


def test_an_extract_holds_each_clock_as_it_stood_at_the_end_of_the_month(
    extract: Path, ticket: Ticket
) -> None:
    reply, investigation = table(extract, "clocks.csv")
    assert reply["ticket"] == investigation["ticket"] == ticket.number
    assert (reply["rule"], reply["outcome"]) == ("IN_FIRST_REPLY", "missed")
    assert reply["due_at"] == "2026-11-27T10:00:30.000000+08:00"
    assert reply["overrun_us"] == "90000000"
    assert (investigation["status"], investigation["outcome"]) == ("paused", "")
    kinds = [row["kind"] for row in table(extract, "events.csv")]
    assert kinds == ["activate", "warning", "breach", "fulfil", "activate", "pause"]
    (pause,) = table(extract, "pauses.csv")
    assert (pause["reason"], pause["resumed_at"]) == (REASON, "")


def test_the_same_month_gives_the_same_bytes_whatever_happens_later(
    extract: Path, ticket: Ticket, tmp_path: Path, agent: User
) -> None:
    first = extract.read_bytes()
    pauses.resume(ticket, METRIC, at=DECEMBER, by=agent)
    clocks.stop(ticket, METRIC, at=DECEMBER + timedelta(days=9), by=agent)
    InquiryFactory.create(at=DECEMBER)
    assert make(tmp_path / "again").read_bytes() == first


def test_a_month_is_one_in_shanghai(ticket: Ticket, tmp_path: Path) -> None:
    """The first instant of December there is still November in London."""
    InquiryFactory.create(at=DECEMBER)
    last = InquiryFactory.create(at=DECEMBER - timedelta(microseconds=1))
    found = [row["ticket"] for row in table(make(tmp_path), "clocks.csv")]
    assert found == [ticket.number, ticket.number, last.number]


def test_clocks_that_did_not_live_in_the_month_are_left_out(
    ticket: Ticket, tmp_path: Path
) -> None:
    october = make(tmp_path, "2026-10")
    assert table(october, "clocks.csv") == []
    assert check(october).splitlines()[0].endswith("0 lines, as it was signed.")


def test_nothing_in_it_tells_of_a_person(
    extract: Path, ticket: Ticket, agent: User
) -> None:
    with zipfile.ZipFile(extract) as opened:
        text = "".join(opened.read(name).decode() for name in opened.namelist())
    for word in ("欧阳", "13800138000", "八百元", "赵小红", "77123"):
        assert word not in text
    assert agent.username not in text


def test_it_brings_the_policies_and_calendars_along(extract: Path) -> None:
    with zipfile.ZipFile(extract) as opened:
        (policy,) = json.loads(opened.read("policies.json"))
        calendars = json.loads(opened.read("calendars.json"))
        manifest = json.loads(opened.read("manifest.json"))
    rules = {rule["code"]: rule for rule in policy["rules"]}
    assert rules["IN_FIRST_REPLY"]["budget"] == 30_000_000
    assert rules["IN_RING"]["compare"] == "lt"
    assert {it["calendar"] for it in calendars} == {
        "always_7x24",
        "objection_service",
        "working_day",
    }
    assert sorted(manifest["files"]) == FILES
    assert manifest["period"] == {
        "month": "2026-11",
        "from": "2026-11-01T00:00:00.000000+08:00",
        "until": "2026-12-01T00:00:00.000000+08:00",
        "timezone": "Asia/Shanghai",
    }
    assert manifest["outcomes"] == {"missed": 1, "paused": 1}


def test_a_clock_that_contradicts_its_record_is_named_in_the_signed_extract(
    ticket: Ticket, tmp_path: Path
) -> None:
    Clock.objects.filter(metric=METRIC).update(next_step=2)
    with pytest.raises(CommandError, match="1 clocks contradict their record"):
        make(tmp_path)
    archive = tmp_path / "sla-2026-11.zip"
    assert "as it was signed" in check(archive)
    with zipfile.ZipFile(archive) as opened:
        manifest = json.loads(opened.read("manifest.json"))
    key = Clock.objects.get(metric=METRIC).pk
    assert manifest["contradictions"] == [f"{ticket.number} {key}"]


@pytest.mark.parametrize(
    ("month", "why"),
    [
        ("2026-12", "2026-12 is not over yet"),
        ("2027-01", "2027-01 is not over yet"),
        ("2026-13", "2026-13 is no month"),
        ("November", "November is no month"),
    ],
)
def test_a_month_that_is_none_or_not_over_is_refused(
    tmp_path: Path, month: str, why: str
) -> None:
    with pytest.raises(CommandError, match=why):
        make(tmp_path, month)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("key", ["", "short", "Zm9v", "*" * 44])
def test_without_a_key_nothing_is_written(
    tmp_path: Path, settings: Settings, key: str
) -> None:
    settings.EXTRACT_KEY = key
    with pytest.raises(CommandError, match="EXTRACT_KEY is no key"):
        make(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_command_says_what_it_wants() -> None:
    with pytest.raises(CommandError, match="Name a month"):
        said()


# --- Whether it was touched -----------------------------------------------------------


def test_an_untouched_extract_is_confirmed_with_its_public_key(extract: Path) -> None:
    first, second = check(extract, compare=True).splitlines()
    assert first == f"{extract}: 2026-11, 2 clocks, 6 lines, as it was signed."
    assert second == f"public key: {SealKey.read(KEY).public}"
    assert said("2026-10", out=str(extract.parent)).endswith(f"{second}\n")


@pytest.mark.parametrize("name", [*FILES, "manifest.json", "manifest.sig"])
@pytest.mark.parametrize("place", [0, 7, -2])
def test_one_wrong_byte_is_found_and_its_file_named(
    extract: Path, name: str, place: int
) -> None:
    with changed(extract) as folder:
        raw = bytearray((folder / name).read_bytes())
        raw[place] ^= 0x01
        (folder / name).write_bytes(raw)
    named = "manifest" if name.startswith("manifest") else name
    with pytest.raises(CommandError, match=named):
        check(extract)
    with pytest.raises(CommandError, match=named):
        check(extract.with_suffix(""))


def test_a_file_that_is_gone_or_was_added_is_named(extract: Path) -> None:
    with changed(extract) as folder:
        (folder / "notes.txt").write_text("…")
    with pytest.raises(CommandError, match=r"notes\.txt was not sealed"):
        check(extract)
    with changed(extract) as folder:
        (folder / "notes.txt").unlink()
        (folder / "pauses.csv").unlink()
    with pytest.raises(CommandError, match=r"pauses\.csv is missing"):
        check(extract)


def test_half_an_archive_and_no_archive_are_said_to_be_none(
    extract: Path, tmp_path: Path
) -> None:
    extract.write_bytes(extract.read_bytes()[:-100])
    with pytest.raises(CommandError, match="is not a readable archive"):
        check(extract)
    with pytest.raises(CommandError, match="is not a readable archive"):
        check(tmp_path / "nothing.zip")


def test_a_damaged_archive_is_found(extract: Path) -> None:
    raw = bytearray(extract.read_bytes())
    at = raw.index(b"clocks.csv") + 60
    raw[at] ^= 0xFF
    extract.write_bytes(raw)
    with pytest.raises(CommandError, match=r"clocks\.csv"):
        check(extract)


def test_a_forger_with_a_key_of_his_own_is_found(extract: Path) -> None:
    with changed(extract) as folder:
        clocks_csv = folder / "clocks.csv"
        clocks_csv.write_text(clocks_csv.read_text().replace("missed", "met"))
        about = json.loads((folder / "manifest.json").read_text())
        for name in ("manifest.json", "manifest.sig"):
            (folder / name).unlink()
        forger = SealKey.read(OTHER_KEY)
        seal(folder, about, key=forger)
    with pytest.raises(CommandError, match="it was sealed by another key"):
        check(extract)
    assert "as it was signed" in check(extract, key=forger.public)


def test_a_line_that_was_changed_and_sealed_again_breaks_its_chain(
    extract: Path, ticket: Ticket
) -> None:
    with changed(extract) as folder:
        events = folder / "events.csv"
        events.write_text(events.read_text().replace("10:02:00", "10:00:20"))
        about = json.loads((folder / "manifest.json").read_text())
        for name in ("manifest.json", "manifest.sig"):
            (folder / name).unlink()
        seal(folder, about, key=SealKey.read(KEY))
    with pytest.raises(CommandError, match="1 clocks are not as they were"):
        check(extract)


def test_a_record_that_was_rewritten_in_the_database_is_found_by_an_old_extract(
    extract: Path,
) -> None:
    """Who rewrites a record with all its hashes cannot rewrite what was handed out."""
    clock = Clock.objects.get(metric=METRIC)
    tamper("UPDATE sla_clockevent SET actor_id = NULL WHERE kind = 'pause'")
    rehash(clock)
    assert "as it was signed" in check(extract)
    with pytest.raises(CommandError, match="1 clocks are not as they were"):
        check(extract, compare=True)


def test_a_record_that_went_on_is_no_reason_for_alarm(
    extract: Path, ticket: Ticket
) -> None:
    clocks.stop(ticket, METRIC, at=DECEMBER, by=None)
    assert "as it was signed" in check(extract, compare=True)


def test_many_clocks_take_as_many_questions_as_few(
    ticket: Ticket, tmp_path: Path, django_assert_max_num_queries: Any
) -> None:
    for number in range(5):
        InquiryFactory.create(at=local("2026-11-28 10:00") + timedelta(hours=number))
    with django_assert_max_num_queries(20):
        make(tmp_path)


def test_a_pause_that_ended_by_itself_is_in_it_whoever_looked_late(
    ticket: Ticket, tmp_path: Path
) -> None:
    early = local("2026-11-24 10:00")
    other = InquiryFactory.create(at=early)
    clocks.start(other, METRIC, at=early, facts={"type": "contract"})
    pauses.pause(other, METRIC, reason=REASON, at=early, by=None)
    with pytest.raises(CommandError, match="1 pauses of 2026-11 wait to be ended"):
        make(tmp_path)
    assert pauses.resume_overdue(at=DECEMBER + timedelta(hours=1)) == 1
    (row,) = [row for row in table(make(tmp_path), "pauses.csv") if row["resumed_at"]]
    assert row["resumed_at"] == "2026-11-26T21:00:00.000000+08:00"
