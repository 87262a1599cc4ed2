"""Tables that are taken away: whose rows, how they are said, and that nothing is lost."""

import csv
import hashlib
import io
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction
from django.db.models import CharField, TextField
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from catalog.exchange import sheets
from customers.services import reveal_phone
from figures.exports.table import (
    _field,
    _model,
    code,
    heading_of,
    path_of,
    typed,
)
from figures.exports.tables import TABLES
from figures.models import Act, Export, ExportLog, ExportState, Trouble
from figures.services import breaches, exports
from inquiries import services
from objections.models import Objection
from sla import detector
from sla.models import Clock, Metric, Pause
from sla.services import corrections
from sla.services.corrections import Source
from staff.models import Role, User
from tests.factories import AT, InquiryFactory, UserFactory
from tests.instants import Hand, after
from tests.objections.settled import closed
from tickets.workflow import NotAllowed

pytestmark = pytest.mark.django_db

LONG = 600.0
DAY = date(2026, 11, 23)
WRITTEN = "请打13800138000,或写到zhang@example.com"


@pytest.fixture
def boss(db: None) -> User:
    return UserFactory.create(role=Role.SUPERVISOR)


def order(by: User, table: str = "clocks", **changes: Any) -> Export:
    dated = bool(TABLES[table].when) if table in TABLES else True
    asked: dict[str, Any] = {
        "table": table,
        "as_": "csv",
        "since": DAY if dated else None,
        "until": DAY if dated else None,
        "narrowed": {},
        "texts": False,
        "language": "en",
        "reason": "monthly check",
        "at": AT,
    }
    return exports.order(**(asked | changes), by=by)


def made(by: User, table: str = "clocks", **changes: Any) -> Export:
    export = order(by, table, **changes)
    exports.go_on(export, clock=Hand(export.asked_at), until=time.monotonic() + LONG)
    export.refresh_from_db()
    return export


def content(export: Export) -> bytes:
    with export.file.open("rb") as file:
        found: bytes = file.read()
    return found


def rows(export: Export) -> list[dict[str, str]]:
    text = content(export).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.clause("CC-22")
def test_one_row_per_clock_says_what_was_promised_and_how_it_went(boss: User) -> None:
    agent = UserFactory.create(display_name="李雷")
    kept = InquiryFactory.create(at=AT)
    services.greet(kept, by=agent, at=after(12.5))
    missed = InquiryFactory.create(at=AT, phone="13900139000", surname="赵")
    services.greet(missed, by=agent, at=after(41.25))
    running = InquiryFactory.create(at=after(seconds=1), phone="", surname="钱")
    first = Clock.objects.get(ticket=running, metric="first_reply")
    rule = first.target.version.pause_rules.all()[0]
    Pause.objects.create(
        clock=first,
        number=1,
        rule=rule,
        paused_at=after(2),
        resumed_at=after(4.5),
        resumed_by=agent,
    )

    export = made(boss, at=after(100), narrowed={"metric": "first_reply"})

    found = rows(export)
    assert [row["Ticket"] for row in found] == [
        it.number for it in (kept, missed, running)
    ]
    row = found[1]
    assert row["Promise"] == "First reply"
    assert row["Rule"] == "IN_FIRST_REPLY"
    assert "IN-24" in row["Clauses"].split("; ")
    assert (row["Policy"], row["Policy version"]) == ("standard", "1")
    assert row["Started"] == "2026-11-23 10:00:00"
    assert row["Deadline"] == "2026-11-23 10:00:30"
    assert row["Ended"] == "2026-11-23 10:00:41"
    assert (row["Outcome"], row["Late"]) == ("Missed", "yes")
    assert [it["Overrun in s"] for it in found] == ["", "11.25", "69.0"]
    assert [it["Late"] for it in found] == ["no", "yes", "yes"]
    assert [it["Paused in s"] for it in found] == ["", "", "2.5"]
    assert (export.rows, export.expected, export.size) == (3, 3, len(content(export)))
    assert export.sha256 == hashlib.sha256(content(export)).hexdigest()


def test_rows_are_chosen_by_period_and_filters(boss: User) -> None:
    agent = UserFactory.create()
    mine = InquiryFactory.create(at=AT)
    services.take(mine, by=agent, at=AT)
    InquiryFactory.create(at=AT, phone="")
    night = datetime.fromisoformat("2026-11-23T23:59:59.9+08:00")
    InquiryFactory.create(at=night, phone="")
    InquiryFactory.create(at=night + timedelta(seconds=1), phone="")

    def count(**narrowed: str) -> int:
        Export.objects.update(asked_at=AT - timedelta(days=1))
        return made(boss, "tickets", narrowed=narrowed).rows

    assert count() == 3
    assert count(channel="web_chat") == 3
    assert count(channel="phone") == count(channel="nowhere") == 0
    assert count(agent=agent.work_number) == 1
    assert count(outcome="met") == 3  # tickets have none: the wish is left out
    assert Export.objects.filter(narrowed={}).count() == 2
    export = made(boss, since=DAY, until=DAY, narrowed={"outcome": "open"})
    assert {row["Outcome"] for row in rows(export)} == {""}


@pytest.mark.clause("IN-29")
def test_every_table_is_written_and_no_contact_leaves_the_house(boss: User) -> None:
    objection = closed()
    inquiry = InquiryFactory.create(at=AT, text=WRITTEN)
    agent = UserFactory.create()
    reveal_phone(inquiry.customer, by=agent, reason=f"回电 {WRITTEN}", at=AT)
    reveal = inquiry.customer.phone_encrypted
    span = {"since": date(2026, 1, 1), "until": date(2027, 12, 31)}
    filled = set()
    for place, table in enumerate(TABLES.values()):
        dated = span if table.when else {}
        at = after(minutes=place)
        as_, language = (("csv", "en"), ("xlsx", "zh-hans"))[place % 2]
        export = made(
            boss, table.code, as_=as_, language=language, texts=True, at=at, **dated
        )
        assert export.state(at=at) == ExportState.READY, table.code
        sheet = sheets.read(content(export))
        assert len(sheet.rows) == export.rows
        text = "\n".join(cell for row in sheet.rows for cell in row.cells)
        assert "13800138000" not in text, table.code
        assert "zhang@example.com" not in text, table.code
        assert reveal not in text
        if export.rows:
            filled.add(table.code)
    assert len(filled) >= 22, sorted(set(TABLES) - filled)

    texts = made(boss, "messages", texts=True, **span, at=after(hours=9))
    said = [row["Text"] for row in rows(texts)]
    assert "请打138****8000,或写到z***@example.com" in said
    without = made(boss, "messages", **span, at=after(hours=9))
    assert "Text" not in rows(without)[0]
    assert rows(without)[0]["Characters"].isdecimal()
    case = made(boss, "objections", **span, at=after(hours=9))
    (row,) = rows(case)
    assert row["Number"] == objection.number
    assert row["Phone"] == f"****{objection.customer.phone_tail}"
    assert row["Status"] == "Closed"


def test_a_promise_that_was_proven_kept_is_not_among_the_missed(boss: User) -> None:
    missed, proven = InquiryFactory.create(at=AT), InquiryFactory.create(at=AT)
    while detector.sweep(clock=Hand(after(40))).again:
        pass
    breaches.reckon_due(at=after(40))
    corrections.stop_as_of(
        proven,
        Metric.FIRST_REPLY,
        occurred_at=after(20),
        at=after(60),
        source=Source.TELEPHONE,
        by=None,
    )
    found = rows(made(boss, "breaches", at=after(90)))
    assert [row["Ticket"] for row in found] == [missed.number]


def test_what_people_type_in_short_fields_is_covered_without_texts(boss: User) -> None:
    objection = closed()
    Objection.objects.filter(pk=objection.pk).update(
        company_name="星河 13800138000",
        device_model="问zhang@example.com",
        serial_number="SN20261123000123",
        order_number="DD202611230001",
        contract_number="13800138000",
    )
    span = {"since": date(2026, 1, 1), "until": date(2027, 12, 31)}
    (row,) = rows(made(boss, "objections", **span))
    assert row["Company"] == "星河 138****8000"
    assert row["Device model"] == "问z***@example.com"
    assert row["Serial number"] == "SN20261123000123"
    assert row["Order number"] == "DD202611230001"
    assert row["Contract number"] == "138****8000"


# Lines that leave the house as they are: numbers and codes that we give, names of the
# house in its own lists, and what is covered already where it is kept.
AS_THEY_ARE = """
catalog.Device: code name_zh
customers.Customer: email_masked phone_tail surname
figures.ExportLog: format sha256 table
inquiries.ContractRequest: number
inquiries.Delivery: carrier
inquiries.DeviceChoice: code
inquiries.Quotation: number
inquiries.QuotationLine: name_zh subject
inquiries.RepairRequest: number
objections.DemandKind: name_zh
objections.Evidence: hash
objections.EvidenceKind: name_zh
objections.MeasureKind: name_zh
objections.PreventiveAction: number
objections.Subtype: name_zh
sla.Calendar: code
sla.Clock: subject
sla.ClockEvent: hash
sla.PauseRule: name_zh
sla.Policy: code
sla.Target: code name_zh
staff.Department: code name_zh
staff.User: display_name work_number
tickets.Attachment: content_type
tickets.Channel: address code name_zh
tickets.Event: hash
tickets.PublicationPlace: name
tickets.Store: name_zh
tickets.Ticket: number status
"""
COVERED = """
catalog.Quarantine: serial_number
inquiries.RepairRequest: device
objections.ExternalComplaint: reference
objections.Objection: company_name contract_number device_model order_number serial_number
objections.PreventiveAction: device_model
"""


def test_each_line_of_text_that_is_exported_was_decided_upon() -> None:
    """A new one is added to a list above, or is marked as what people wrote."""

    def listed(lists: str) -> set[str]:
        lines = (line.split(": ") for line in lists.split("\n") if line)
        return {f"{model}.{name}" for model, names in lines for name in names.split()}

    covered, plain = set(), set()
    with translation.override("zh-hans"):
        for table in TABLES.values():
            for column in table.columns:
                found = _field(_model(table), path_of(column))
                if (
                    column.text
                    or not isinstance(found, CharField | TextField)
                    or found.choices
                ):
                    continue
                hides = column.cell in (typed("").cell, code("").cell)
                name = f"{found.model._meta.label}.{found.name}"
                (covered if hides else plain).add(name)
    assert covered == listed(COVERED)
    assert plain == listed(AS_THEY_ARE)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_no_two_columns_of_a_table_are_called_the_same(language: str) -> None:
    with translation.override(language):
        for table in TABLES.values():
            called = Counter(heading_of(table, it) for it in table.columns)
            assert not [it for it, n in called.items() if n > 1], table.code
            assert not [it for it in called if "_" in it], table.code


def test_an_empty_period_gives_the_heading_alone(boss: User) -> None:
    export = made(boss, since=date(2020, 1, 1), until=date(2020, 1, 31))
    assert export.state(at=AT) == ExportState.READY
    assert export.rows == 0
    lines = content(export).decode("utf-8-sig").split("\r\n")
    assert lines[0].startswith("Ticket,Clock,")
    assert lines[1:] == [""]


def test_a_file_in_slices_is_the_same_file_and_a_killed_slice_costs_nothing(
    boss: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(7):
        InquiryFactory.create(at=after(number), phone="")
    whole = content(made(boss, "tickets"))
    monkeypatch.setattr(exports, "BATCH", 2)
    hand = Hand(after(minutes=5))
    export = order(boss, "tickets", at=after(minutes=5))
    slices = 0
    while export.state(at=hand.at) == ExportState.UNDER_WAY:
        hand.at += timedelta(minutes=2)  # whoever asked did not come to it
        assert exports.work(clock=hand, seconds=0) <= 2
        slices += 1
        if slices == 2:  # killed after it wrote, before it said so
            with default_storage.open(export.file.name or "", "r+b") as file:
                file.seek(0, 2)
                file.write(b"half a row")
        export.refresh_from_db()
    assert slices >= 4
    assert content(export) == whole
    assert export.rows == export.expected == 7
    assert exports.work(clock=hand) == 0

    again = order(boss, "tickets", at=after(minutes=50))
    hand.at = after(minutes=55)
    assert exports.work(clock=hand, seconds=0) == 2
    again.refresh_from_db()
    with default_storage.open(again.file.name or "", "r+b") as file:
        file.truncate(3)  # the disk lost what the database knows
    hand.at = after(minutes=58)
    assert exports.work(clock=hand) == 7 - 2
    again.refresh_from_db()
    assert content(again) == whole


def test_an_excel_file_is_made_alone_in_one_go_and_killed_it_starts_again(
    boss: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(7):
        InquiryFactory.create(at=after(number), phone="")
    whole = sheets.read(content(made(boss, "tickets", as_="xlsx")))
    monkeypatch.setattr(exports, "BATCH", 2)
    monkeypatch.setattr(exports, "SECONDS", 0)
    hand = Hand(after(minutes=5))
    export = order(boss, "tickets", as_="xlsx", at=hand.at)
    exports.go_on(export, clock=hand, until=0)  # too much to be made at once
    assert exports.work(clock=hand) == 0
    seen: list[int] = []

    def killed() -> datetime:
        export.refresh_from_db()
        seen.append(export.rows)
        if export.rows == 4:
            raise SystemExit
        return hand.at

    with pytest.raises(SystemExit):
        exports.make_xlsx(clock=killed)
    assert seen == [0, 0, 2, 4]  # the progress that the page shows
    with default_storage.open(exports.export_path(export), "r+b") as file:
        file.write(b"half a file" * 10_000)
    assert exports.make_xlsx(clock=hand) == 0  # until the lease is over
    hand.at += exports.LEASE
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [exports.LOCK_KEY])
        assert exports.make_xlsx(clock=hand) == 0  # another one is being made
        cursor.execute("SELECT pg_advisory_unlock(%s)", [exports.LOCK_KEY])
    other.close()
    assert exports.make_xlsx(clock=hand) == 7
    export.refresh_from_db()
    assert sheets.read(content(export)) == whole
    assert export.sha256 == hashlib.sha256(content(export)).hexdigest()


def test_an_excel_file_stops_where_it_is_not_wanted_or_not_allowed_any_more(
    boss: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(7):
        InquiryFactory.create(at=after(number), phone="")
    monkeypatch.setattr(exports, "BATCH", 2)
    monkeypatch.setattr(exports, "SECONDS", 0)
    hand = Hand(after(minutes=60))
    monkeypatch.setattr(exports, "MOST_IN_XLSX", 6)
    large = order(boss, "tickets", as_="xlsx", at=after(minutes=50))
    assert exports.make_xlsx(clock=hand) == 0
    large.refresh_from_db()
    assert large.trouble == Trouble.TOO_LARGE
    monkeypatch.setattr(exports, "MOST_IN_XLSX", 7)

    dropped = order(boss, "tickets", as_="xlsx", at=after(minutes=50))

    def cancelled() -> datetime:
        dropped.refresh_from_db()
        if dropped.rows == 2:
            exports.cancel(dropped, at=hand.at)
        return hand.at

    exports.make_xlsx(clock=cancelled)
    dropped.refresh_from_db()
    assert (dropped.rows, dropped.sha256) == (2, "")
    assert dropped.state(at=hand.at) == ExportState.CANCELLED
    left = order(boss, "tickets", as_="xlsx", at=after(minutes=52))

    def dismissed() -> datetime:
        left.refresh_from_db()
        if left.rows == 2:
            User.objects.filter(pk=boss.pk).update(role=Role.AGENT)
        return hand.at

    exports.make_xlsx(clock=dismissed)
    left.refresh_from_db()
    assert (left.rows, left.trouble) == (2, Trouble.NO_RIGHT)


def test_what_somebody_holds_nobody_else_works_on(boss: User) -> None:
    InquiryFactory.create(at=AT)
    export = order(boss)
    hand = Hand(after(59))
    assert exports.work(clock=hand) == 0
    hand.at = after(60)
    late = Export.objects.get(pk=export.pk)
    assert exports.work(clock=hand) > 0
    export.refresh_from_db()
    sha256, log = export.sha256, ExportLog.objects.count()
    assert (bool(sha256), log) == (True, 1)
    InquiryFactory.create(at=AT, phone="")
    exports.go_on(late, clock=hand, until=time.monotonic() + LONG)  # woke up too late
    export.refresh_from_db()
    assert hashlib.sha256(content(export)).hexdigest() == sha256
    assert (export.sha256, ExportLog.objects.count()) == (sha256, 1)


def test_who_took_what_is_on_record_and_nobody_changes_it(boss: User) -> None:
    manager = UserFactory.create(role=Role.MANAGER)
    export = made(boss, narrowed={"channel": "web_chat"}, texts=True)
    for clicked in (5, 6, 34):
        exports.fetch(export, by=manager, at=after(clicked))
    fetched, first = ExportLog.objects.all()
    assert (first.act, first.by, fetched.act, fetched.by) == (
        *(Act.MADE, boss),
        *(Act.FETCHED, manager),
    )
    assert first.what == {
        "since": "2026-11-23",
        "until": "2026-11-23",
        "texts": False,
        "channel": "web_chat",  # there are none in this table
    }
    assert (first.reason, first.rows, first.sha256) == (
        *("monthly check", 0),
        export.sha256,
    )
    for change in (
        lambda: ExportLog.objects.update(reason="other"),
        lambda: ExportLog.objects.all().delete(),
    ):
        with (
            pytest.raises(DatabaseError, match="export_log_append_only"),
            transaction.atomic(),
        ):
            change()
    assert set(ExportLog.objects.visible_to(manager)) == {first, fetched}
    assert set(ExportLog.objects.visible_to(boss)) == {first, fetched}
    other = UserFactory.create(role=Role.SUPERVISOR)
    assert not ExportLog.objects.visible_to(other)
    assert not Export.objects.visible_to(other)
    assert not Export.objects.visible_to(UserFactory.create())
    assert Export.objects.visible_to(manager).get() == export
    exports.fetch(export, by=boss, at=after(34))  # somebody else
    exports.fetch(export, by=manager, at=after(35))  # no second click any more
    record = rows(made(manager, "exports", at=after(40)))
    assert [(it["Act"], it["By"]) for it in record] == [
        ("Made", str(boss)),
        ("Fetched", str(manager)),
        ("Fetched", str(boss)),
        ("Fetched", str(manager)),
    ]
    assert record[0]["Filters"] == (
        "channel: web_chat; since: 2026-11-23; texts: no; until: 2026-11-23"
    )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"table": "secrets"}, "table"),
        ({"as_": "exe"}, "format"),
        ({"reason": "  "}, "reason"),
        ({"reason": "a\nb" * 200}, "reason"),
        ({"since": None}, "since"),
        ({"until": None}, "until"),
        ({"since": date(2026, 11, 24)}, "until"),
        ({"since": date(1900, 1, 1)}, "until"),
    ],
)
def test_what_is_wrong_is_said_for_its_field_and_nothing_is_asked(
    boss: User, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValidationError) as error:
        order(boss, **changes)
    assert list(error.value.message_dict) == [field]
    assert not Export.objects.exists()


@pytest.mark.usefixtures("english")
def test_a_second_click_is_the_same_file_and_more_than_three_wait(boss: User) -> None:
    first = order(boss)
    assert order(boss, at=after(29)) == first
    assert order(boss, at=after(31)) != first
    order(boss, as_="xlsx")
    with pytest.raises(ValidationError, match="still being made"):
        order(boss, "tickets")
    assert order(UserFactory.create(role=Role.MANAGER)) != first
    assert exports.cancel(first, at=after(40))
    assert not exports.cancel(first, at=after(50))
    first.refresh_from_db()
    assert first.cancelled_at == after(40)
    order(boss, "tickets")
    for role in set(Role) - {
        *(Role.SUPERVISOR, Role.MANAGER, Role.GENERAL_MANAGER, Role.ADMINISTRATOR)
    }:
        with pytest.raises(NotAllowed):
            order(UserFactory.create(role=role))


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    space = SimpleNamespace(free=10 * 1024**3)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: space)
    return space


def test_what_cannot_be_made_says_why_and_stops_no_other(
    boss: User, disk: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand = Hand(after(minutes=2))
    gone = UserFactory.create(role=Role.SUPERVISOR)
    left = order(gone)
    User.objects.filter(pk=gone.pk).update(role=Role.AGENT)
    broken, whole = order(boss, "tickets"), order(boss)
    right = exports._slice

    def slice_(export: Export, **more: Any) -> None:
        if export.table == "tickets":
            raise OSError("the disk")
        right(export, **more)

    monkeypatch.setattr(exports, "_slice", slice_)
    for _try in range(exports.MOST_TRIES):
        exports.work(clock=hand)
        hand.at += timedelta(minutes=2)
    for export in (left, broken, whole):
        export.refresh_from_db()
    assert left.trouble == Trouble.NO_RIGHT
    assert (broken.trouble, broken.tries) == (Trouble.FAULT, exports.MOST_TRIES)
    assert whole.state(at=hand.at) == ExportState.READY
    killed = order(boss, at=hand.at)  # each time, before it could say so
    Export.objects.filter(pk=killed.pk).update(tries=exports.MOST_TRIES)
    hand.at += timedelta(minutes=2)
    exports.work(clock=hand)
    killed.refresh_from_db()
    assert killed.trouble == Trouble.FAULT
    disk.free = 1024
    assert made(boss, "people").trouble == Trouble.NO_ROOM


def test_files_are_swept_once_their_time_is_over(boss: User) -> None:
    export = made(boss)
    name = export.file.name or ""
    cancelled = order(boss, "tickets")
    begun = exports.export_path(cancelled)
    default_storage.save(begun, ContentFile(b"begun"))
    exports.cancel(cancelled, at=AT)
    assert exports.sweep(at=after(59)) == 0  # somebody may still write
    assert exports.sweep(at=after(60)) == 1
    assert not default_storage.exists(begun)
    assert exports.sweep(at=after(days=7, seconds=-1)) == 0
    assert default_storage.exists(name)
    assert exports.sweep(at=after(days=7)) == 1
    assert exports.sweep(at=after(days=7)) == 0
    assert not default_storage.exists(name)
    export.refresh_from_db()
    assert export.state(at=after(days=7)) == ExportState.EXPIRED
    with pytest.raises(Export.DoesNotExist):
        exports.fetch(export, by=boss, at=after(days=7))
    assert ExportLog.objects.count() == 1


@pytest.mark.parametrize("number", [1, 12])
def test_a_slice_costs_the_same_queries_however_many_rows(
    boss: User, number: int
) -> None:
    for place in range(number):
        InquiryFactory.create(at=after(place), phone="")
    export = order(boss)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        exports.go_on(export, clock=Hand(), until=time.monotonic() + LONG)
    # Whose it is, the rows, the row itself, the record; savepoints around them.
    assert len([it for it in queries if "SAVEPOINT" not in it["sql"]]) == 4
