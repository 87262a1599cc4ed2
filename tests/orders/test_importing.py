"""Files of orders: all of them are brought in, or with a wrong cell nothing."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from customers.encryption import blind_index
from orders.models import (
    ContractVersion,
    ImportRun,
    Order,
    OrderLine,
    Payment,
    RowChange,
)
from orders.services import importing
from orders.services.importing import File
from orders.tables import TABLES
from tests.factories import AT
from tests.instants import local
from tests.orders.files import EXAMPLE, ORDER, brought, example, file, order

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

LINE = {
    "order_number": "ORD-1",
    "position": 1,
    "device_model": "CAM-06",
    "unit_price": "810",
    "days": 7,
    "amount": "810",
}


def everything() -> list[Any]:
    """All rows of all tables, to see that nothing changed."""
    models = [*(table.model for table in TABLES.values()), ImportRun, RowChange]
    return [
        list(model._default_manager.order_by("pk").values_list()) for model in models
    ]


def problems(*files: File) -> list[tuple[str, int, str, str]]:
    """Why files are refused, by the trial and by the import alike."""
    before = everything()
    tried = importing.examine(files)
    report = importing.bring_in(files, at=AT)
    assert tried.problems == report.problems != []
    assert not report.done
    assert everything() == before
    return [(it.file, it.line, it.column, it.reason) for it in report.problems]


@pytest.mark.clause("OB-47", "OB-48")
def test_the_example_comes_in_whole_and_a_second_time_changes_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = everything()
    call_command("import_orders", str(EXAMPLE), "--dry-run")
    said = capsys.readouterr().out
    assert everything() == before
    assert "would import orders: 7 new, 0 changed, 0 as before" in said
    assert "payments KK20261129-011 (new): " in said
    assert "13300133000" not in said
    assert blind_index("+8613300133000") not in said

    call_command("import_orders", str(EXAMPLE), "--by", "王")
    said = capsys.readouterr().out.splitlines()
    assert said[:2] == [
        "imported orders: 7 new, 0 changed, 0 as before",
        "imported order_lines: 13 new, 0 changed, 0 as before",
    ]
    run = ImportRun.objects.get()
    assert (run.by, run.changed, len(run.files)) == ("王", 0, 9)
    order = Order.objects.get(number="ZL20261120031")
    assert order.phone_index == blind_index("+8613300133000")
    assert (order.phone_tail, order.run) == ("3000", run)
    assert order.placed_at == local("2026-11-18T11:05:00")
    line = order.orderlines.get(position=1)
    assert (line.quantity, line.amount) == (2, Decimal("2700.00"))
    assert order.contractversions.get(version=1).terms.count("\n") == 2

    before = everything()
    call_command("import_orders", *map(str, sorted(EXAMPLE.iterdir())))
    assert "imported pickups: 0 new, 0 changed, 2 as before" in capsys.readouterr().out
    assert everything() == before


def test_what_changed_is_written_and_what_was_there_is_kept() -> None:
    brought(order(), file("order_lines", LINE))
    later = AT + timedelta(hours=1)
    report = brought(
        order(status="已归还", customer_phone="139 0013 9000"),
        file("order_lines", {**LINE, "amount": "820.5"}, {**LINE, "position": 2}),
        at=later,
    )
    assert [report.counted(name) for name in ("orders", "order_lines")] == [
        (0, 1, 0),
        (1, 1, 0),
    ]
    kept = Order.objects.get()
    assert (kept.status, kept.phone_tail, kept.run.at) == ("returned", "9000", later)
    told = [(it.table, it.key, it.before, it.after) for it in RowChange.objects.all()]
    assert told == [
        (
            "orders",
            "ORD-1",
            {"status": "delivered", "customer_phone": "8000"},
            {"status": "returned", "customer_phone": "9000"},
        ),
        ("order_lines", "ORD-1 1", {"amount": "810.00"}, {"amount": "820.50"}),
    ]
    # A column that a file does not have stays as it is; an empty cell empties it.
    brought(
        file(
            "orders",
            {"number": "ORD-1", "status": "settled", "placed_at": "2026-11-18 10:00"},
        )
    )
    assert Order.objects.get().delivery == "home_delivery"
    brought(order(status="settled", delivery="", customer_phone="139 0013 9000"))
    assert Order.objects.get().delivery == ""


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_chinese_comes_in_whatever_wrote_it(coding: str) -> None:
    rows = {"order_number": "ORD-1", "reference": "P-1", "kind": "押金扣除"}
    paid = {"amount": "￥1,280.50元", "paid_at": "2026/11/21 9:30", "reason": "划痕"}
    kind = {"kind": "deduction"}
    brought(order(), file("payments", {**rows, **paid, **kind}, coding=coding))
    payment = Payment.objects.get()
    assert (payment.reason, payment.amount) == ("划痕", Decimal("1280.50"))
    assert payment.paid_at == local("2026-11-21T09:30:00")


def test_every_problem_is_told_at_once_with_its_place() -> None:
    found = problems(
        file(
            "orders",
            ORDER,
            {**ORDER, "number": "ORD-2", "customer_phone": "12345", "status": "gone"},
            {**ORDER, "number": "ORD-3", "ends_at": "2026-11-19 09:00"},
            {**ORDER, "number": "ORD-1"},
            {**ORDER, "number": "", "placed_at": "2026-02-30"},
        ),
        file(
            "order_lines",
            LINE,
            {**LINE, "position": 2, "amount": "8.001", "unit_price": "1e400"},
            {**LINE, "position": 3, "order_number": "ORD-9", "amount": "NaN"},
            {**LINE, "position": 4, "order_number": "ORD-9"},
            {**LINE, "position": 5, "order_number": "ORD-2", "days": "0"},
            {**LINE, "position": -1, "amount": "-5"},
        ),
        file("contracts", {"order_number": "ORD-1", "number": "C", "version": 1, "terms": "x\x07", "consent_channel": "online"}),
        file("cats", {"name": "Tom"}),
    )  # fmt: skip
    assert [it[:3] for it in found] == [
        ("cats.csv", 0, ""),
        ("contracts.csv", 2, "terms"),
        ("order_lines.csv", 3, "amount"),
        ("order_lines.csv", 3, "unit_price"),
        ("order_lines.csv", 4, "amount"),
        ("order_lines.csv", 5, "order_number"),
        ("order_lines.csv", 6, "days"),
        ("order_lines.csv", 7, "position"),
        ("orders.csv", 3, "customer_phone"),
        ("orders.csv", 3, "status"),
        ("orders.csv", 4, "ends_at"),
        ("orders.csv", 5, "number"),
        ("orders.csv", 6, "number"),
        ("orders.csv", 6, "placed_at"),
    ]
    reasons = {it[:3]: it[3] for it in found}
    assert reasons["orders.csv", 5, "number"] == "The same row as orders.csv, line 2."
    assert reasons["orders.csv", 6, "placed_at"] == (
        "“2026-02-30”: there is no such day or time."
    )
    assert reasons["orders.csv", 3, "status"].startswith("“gone” is none of: placed, ")


@pytest.mark.parametrize(
    ("content", "line", "column", "reason"),
    [
        (b"", 0, "", "empty"),
        (b"PK\x03\x04", 0, "", "Save it as CSV"),
        (b"\xff\xfe\x00", 0, "", "neither CSV"),
        (b"number,status\n1,placed\n", 1, "placed_at", "missing"),
        (b"number,status,placed_at,status\n", 1, "status", "twice"),
        (b"number,status,placed_at,run\n", 1, "run", "unknown"),
        (b"number,status,placed_at,phone_index\n", 1, "phone_index", "unknown"),
        (b"number,status,placed_at\n1,placed\n", 2, "", "2 cells for 3"),
        (b'number,status,placed_at\n"1,placed\n', 0, "", "quotation mark"),
        (b"number,status,placed_at\n1,placed,1999-01-01\n", 2, "placed_at", "year"),
        (b"number,status,placed_at\n1,placed,soon\n", 2, "placed_at", "no day"),
        (b"number,status,placed_at\n1\x07,placed,2026-01-01\n", 2, "number", "shown"),
    ],
)
def test_a_file_that_is_none_is_refused_in_plain_words(
    content: bytes, line: int, column: str, reason: str
) -> None:
    ((_file, *place, said),) = problems(File("orders.csv", content))
    assert (place, reason in said) == ([line, column], True), said


def test_a_wrong_cell_in_one_file_keeps_all_out_and_the_command_says_where(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "orders-11.csv").write_bytes(order().content)
    (tmp_path / "payments.csv").write_bytes(
        file("payments", {"order_number": "ORD-1", "reference": "P", "kind": "rent", "amount": "0", "paid_at": "2026-11-18"}).content
    )  # fmt: skip
    with pytest.raises(CommandError, match="nothing was imported; problems: 1"):
        call_command("import_orders", str(tmp_path))
    told = capsys.readouterr().err
    assert told == "payments.csv, line 2, amount: This is above 0.\n"
    assert not Order.objects.exists()
    for paths in (["/nowhere.csv"], [str(tmp_path / "empty")]):
        (tmp_path / "empty").mkdir(exist_ok=True)
        with pytest.raises(CommandError):
            call_command("import_orders", *paths)


def test_an_import_asks_no_more_of_the_database_for_more_rows(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    brought(order())
    few = file("order_lines", LINE)
    many = file("order_lines", *({**LINE, "position": it} for it in range(1, 200)))
    for files in (few, many):
        # Orders, lines that are there, the run, orders, insert, changes; a savepoint.
        with django_assert_num_queries(7):
            brought(files)
    assert OrderLine.objects.count() == 199


@pytest.mark.parametrize(
    ("rows", "columns", "name"),
    [
        ("orderlines", {"position": 9, "quantity": 0, "unit_price": 1, "amount": 1}, "order_line_quantity_positive"),
        ("payments", {"reference": "x", "kind": "gift", "amount": 1, "paid_at": AT}, "payment_kind_known"),
        ("pickups", {"window_from": AT, "window_to": AT}, "pickup_window_has_a_length"),
        ("contractversions", {"number": "C", "version": 1, "terms": "", "consented_at": AT}, "contract_consent_whole_or_absent"),
    ],
)  # fmt: skip
def test_the_database_knows_the_rules_by_name(
    rows: str, columns: dict[str, Any], name: str
) -> None:
    brought(order())
    kept = Order.objects.get()
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        getattr(kept, rows).create(run=kept.run, **columns)
    assert not ContractVersion.objects.exists()


def test_the_example_is_what_the_docs_describe() -> None:
    docs = (EXAMPLE.parents[2] / "docs" / "orders.md").read_text(encoding="utf-8")
    for file_ in example():
        table = TABLES[file_.name.removesuffix(".csv")]
        heading = file_.content.decode().splitlines()[0].split(",")
        assert set(table.needed) <= set(heading) <= set(table.columns)
        for column in table.columns:
            assert f"`{column}`" in docs, (table.name, column)
