"""Files that bring rows in: all of it, or with a broken line nothing."""

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from openpyxl import Workbook, load_workbook
from pytest_django import DjangoAssertNumQueries

from catalog.exchange import sheets
from catalog.exchange.resources import TABLES, Cell
from catalog.exchange.sheets import BadFile, Format
from catalog.models import Device, DiscountRule, KitItem
from catalog.services import exchange
from catalog.services.exchange import Problem
from staff.models import User
from tests.catalog.conftest import csv_file, xlsx_file
from tests.factories import AT

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
D = Decimal
File = Callable[..., bytes]

NEW = {
    "code": "CAM-90",
    "category": "live_camera",
    "name_zh": "新摄像机",
    "name_en": "New camera",
    "replacement_value": "1000",
    "daily_rent": "10.5",
    "weekly_rent": "50",
    "monthly_rent": "150",
    "deposit": "400",
}


def everything() -> list[object]:
    """All devices and the length of their history, to see that nothing changed."""
    return [*Device.objects.values_list(), Device.history.count()]


def with_row(**changes: str) -> bytes:
    row = {**NEW, **changes}
    return csv_file(list(row), list(row.values()))


def problems(content: bytes, table: str = "devices") -> list[Problem]:
    """Why a file is refused, by the check and by the import alike."""
    before = everything()
    checked = exchange.examine(table, content, at=AT)
    done = exchange.bring_in(table, content, by=None, at=AT)
    assert checked.problems == done.problems
    assert not done.done
    assert not done.changes
    assert everything() == before
    return list(checked.problems)


def test_the_check_shows_exactly_what_would_change_and_changes_nothing(
    file_of: File,
) -> None:
    content = file_of(
        ["code", "daily_rent", "active", "cons_zh"],
        ["CAM-01", 40, "true", "传感器小，弱光画质一般；需连电脑"],
        ["CAM-02", "82.50", "否", "无专业音频接口；镜头不可更换"],
    )
    before = everything()
    report = exchange.examine("devices", content, at=AT)
    (change,) = report.changes
    assert (change.line, change.key, change.new) == (3, "CAM-02", False)
    assert change.cells == (
        Cell("daily_rent", "rent per day", "80", "82.5"),
        Cell("active", "for rent", "true", "false"),
    )
    assert (report.added, report.changed, report.unchanged) == (0, 1, 1)
    assert everything() == before


def test_the_import_does_what_the_check_showed(
    file_of: File, administrator: User, at: datetime
) -> None:
    content = file_of(
        list(NEW), list(NEW.values()), ["CAM-01", *list(NEW.values())[1:]]
    )
    seen = exchange.examine("devices", content, at=at)
    done = exchange.bring_in(
        "devices",
        content,
        by=administrator,
        at=at,
        source="new.csv",
        seen=seen.fingerprint,
    )
    assert done.done
    assert done.changes == seen.changes
    assert (done.added, done.changed) == (1, 1)
    camera = Device.objects.get(code="CAM-90")
    assert camera.daily_rent == D("10.50")
    assert camera.active
    assert Device.objects.get(code="CAM-01").name_en == "New camera"
    assert Device.objects.get(code="CAM-01").cautions
    line = camera.history.get()
    assert line.history_user == administrator
    assert line.history_date == at
    assert line.history_change_reason == "Import of new.csv"


def test_what_was_not_seen_is_not_done(at: datetime) -> None:
    content = csv_file(["code", "daily_rent"], ["CAM-01", 41])
    seen = exchange.examine("devices", content, at=at).fingerprint
    camera = Device.objects.get(code="CAM-01")
    camera.daily_rent = D(39)
    camera.save()
    report = exchange.bring_in("devices", content, by=None, at=at, seen=seen)
    assert not report.done
    assert report.changes[0].cells[0].before == "39"
    assert Device.objects.get(code="CAM-01").daily_rent == D(39)


def test_one_broken_line_stops_them_all_and_is_named() -> None:
    content = csv_file(
        ["code", "name_zh", "daily_rent"],
        ["CAM-01", "两行\n的名字", 41],
        ["CAM-02", "口袋相机", "八十"],
        ["CAM-03", "云台相机", 84],
    )
    assert problems(content) == [Problem(4, "daily_rent", "“八十” is not a number.")]


@pytest.mark.parametrize(
    ("changes", "column", "reason"),
    [
        (
            {"daily_rent": "-1"},
            "daily_rent",
            "Ensure this value is greater than or equal to 0.",
        ),
        ({"daily_rent": "NaN"}, "daily_rent", "“NaN” is not a number."),
        ({"daily_rent": "60"}, "", "A week's rent is at least a day's."),
        ({"daily_rent": ""}, "daily_rent", "This field cannot be null."),
        (
            {"daily_rent": "1.005"},
            "daily_rent",
            "Ensure that there are no more than 2 decimal places.",
        ),
        ({"solo": "6"}, "solo", "Ensure this value is less than or equal to 5."),
        ({"solo": "4.5"}, "solo", "“4.5” is not a whole number."),
        ({"category": "drone"}, "category", "Value 'drone' is not a valid choice."),
        ({"name_zh": ""}, "name_zh", "This field cannot be blank."),
        ({"code": ""}, "code", "This field cannot be blank."),
        ({"active": "maybe"}, "active", "Write true or false, not “maybe”."),
        ({"spec": "zoom=3"}, "spec", 'This is not JSON such as {"zoom": "20x"}.'),
        ({"spec": "[3]"}, "spec", 'Write names with values, such as {"zoom": "20x"}.'),
        ({"onsite_install": ""}, "onsite_install", "Write true or false, not “”."),
    ],
)
def test_what_is_wrong_is_said_for_its_column(
    changes: dict[str, str], column: str, reason: str
) -> None:
    assert Problem(2, column, reason) in problems(with_row(**changes))


def test_a_row_named_twice_is_refused() -> None:
    content = csv_file(["code", "solo"], ["CAM-01", 4], ["CAM-02", 4], ["CAM-01", 3])
    assert problems(content) == [Problem(4, "code", "The same row as on line 2.")]


@pytest.mark.parametrize("cells", [["CAM-01"], ["CAM-01", 4, "left over"]])
def test_a_line_that_does_not_fit_the_heading_is_refused(cells: list[object]) -> None:
    content = csv_file(["code", "solo"], ["CAM-02", 4], cells)
    reason = f"The line has {len(cells)} cells, the heading 2."
    assert problems(content) == [Problem(3, "", reason)]


def test_empty_lines_are_no_rows_but_count_as_lines(file_of: File) -> None:
    content = file_of(["code", "solo"], [], ["", ""], ["CAM-01", 9])
    assert [problem.line for problem in problems(content)] == [4]


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_chinese_is_read_however_excel_wrote_it(coding: str) -> None:
    content = csv_file(["code", "name_zh"], ["CAM-01", "网络摄像头"], coding=coding)
    (change,) = exchange.examine("devices", content, at=AT).changes
    assert change.cells[0].after == "网络摄像头"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_separator_is_found(delimiter: str) -> None:
    content = f"code{delimiter}solo\r\nCAM-01{delimiter}3\r\n".encode()
    assert exchange.examine("devices", content, at=AT).changed == 1


def bomb() -> bytes:
    """A small file that unpacks to thirty megabytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * (30 << 20))
    return out.getvalue()


def other_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("readme.txt", "not a spreadsheet")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "The file is empty."),
        (b"\n \n,,\n", "The file is empty."),
        (b"code,solo\nCAM-01,\x00\n", "neither CSV text nor an XLSX"),
        (b"\x89PNG\r\n\x1a\n\xff\xd8\xff\xff", "neither CSV text nor an XLSX"),
        (b'code,solo\n"CAM-01,3\n', "Line 2 is not CSV"),
        (b'code,solo\nCAM-02,3\n"CAM"-01,3\n', "Line 3 is not CSV"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Old Excel files"),
        (bomb(), "unpacks to more than is allowed"),
        (other_zip(), "damaged"),
        (xlsx_file(["code", "solo"])[:500], "damaged"),
        (b"code,solo\n" + b"x" * (3 << 20), "larger than 2 MB"),
        (b"code,solo\n" + b"CAM-01,1\n" * 5001, "more than 5000 lines"),
        (b"solo,portability\n1,2\n", "lacks the column: code"),
        (b"code,solos\nCAM-01,2\n", "columns that do not exist: solos"),
        (b"code,solo,solo\nCAM-01,2,2\n", "columns twice: solo"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_is_no_table_is_refused_in_words(
    content: bytes, reason: str
) -> None:
    before = everything()
    for act in (
        lambda: exchange.examine("devices", content, at=AT),
        lambda: exchange.bring_in("devices", content, by=None, at=AT),
    ):
        with pytest.raises(BadFile, match=reason):
            act()
    assert everything() == before


def test_a_sheet_of_another_programme_gives_the_values_not_the_formulas() -> None:
    book = Workbook()
    assert book.active is not None
    book.active.append(["code", "solo", "valid"])
    book.active.append(["CAM-01", 4.0, date(2026, 11, 30)])
    out = io.BytesIO()
    book.save(out)
    (row,) = sheets.read(out.getvalue()).rows
    assert row.cells == ("CAM-01", "4", "2026-11-30")


@pytest.mark.parametrize("as_", Format)
@pytest.mark.parametrize("table", sorted(TABLES))
def test_what_is_written_out_is_read_back_without_a_change(
    table: str, as_: Format
) -> None:
    report = exchange.examine(table, exchange.export(table, as_=as_), at=AT)
    assert not report.problems
    assert not report.changes
    assert report.unchanged > 0


DANGEROUS = (
    "＝1+1",
    "'＠x",
    "=1+1",
    "+86",
    "-1",
    "@SUM(A1)",
    "\tx",
    "'=1",
    "''-2",
    "'",
    "a=b",
)


@pytest.mark.parametrize("as_", Format)
def test_no_text_becomes_a_formula_and_none_is_changed_by_the_mark(
    as_: Format,
) -> None:
    content = sheets.write(["text"], [[text] for text in DANGEROUS], as_=as_)
    assert [row.cells[0] for row in sheets.read(content).rows] == list(DANGEROUS)
    if as_ == Format.CSV:
        lines = content.decode("utf-8-sig").splitlines()[1:]
        assert not [line for line in lines if line.strip('"')[0] in "=+-@\t"]
    else:
        sheet = load_workbook(io.BytesIO(content)).worksheets[0]
        assert {cell.data_type for (cell,) in sheet.iter_rows()} == {"s"}


def test_numbers_stay_numbers_in_a_spreadsheet() -> None:
    content = exchange.export("devices", as_=Format.XLSX)
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    heading, first = list(sheet.iter_rows(max_row=2, values_only=True))
    row = dict(zip(heading, first, strict=True))
    assert (row["code"], row["daily_rent"], row["solo"]) == ("CAM-01", 40, 5)
    assert row["name_zh"] == "Insta360 Link 2 网络摄像头"


def test_excel_is_told_that_the_csv_is_utf_8() -> None:
    content = exchange.export("devices", as_=Format.CSV)
    assert content.startswith(b"\xef\xbb\xbfcode,")


def test_characters_that_a_spreadsheet_cannot_hold_are_left_out() -> None:
    content = sheets.write(["text"], [["a\x0bb\x00c"]], as_=Format.XLSX)
    assert sheets.read(content).rows[0].cells == ("abc",)


def test_the_contents_of_kits_are_named_by_codes(at: datetime) -> None:
    heading = ["kit", "device", "quantity"]
    content = csv_file(
        heading, ["KIT-SOLO-OUT", "MIC-01", 2], ["KIT-SOLO-OUT", "TRI-01", 1]
    )
    report = exchange.bring_in("kit_items", content, by=None, at=at)
    assert report.problems == ()
    assert (report.added, report.changed) == (1, 1)
    items = KitItem.objects.filter(kit__code="KIT-SOLO-OUT")
    assert items.get(device__code="MIC-01").quantity == 2
    assert items.count() == 5
    (problem,) = problems(csv_file(heading, ["KIT-NO", "MIC-01", 1]), "kit_items")
    assert problem.reason == "There is no kit with the code “KIT-NO”."


def test_a_discount_gets_its_days_from_a_file(file_of: File, at: datetime) -> None:
    content = file_of(
        ["code", "valid_from", "valid_to"], ["LONG7", date(2026, 11, 1), "2026/12/31"]
    )
    assert exchange.bring_in("discounts", content, by=None, at=at).done
    rule = DiscountRule.objects.get(code="LONG7")
    assert (rule.valid_from, rule.valid_to) == (date(2026, 11, 1), date(2026, 12, 31))
    wrong = csv_file(["code", "valid_from"], ["LONG7", "1.11.2026"])
    (problem,) = problems(wrong, "discounts")
    assert problem.reason == "“1.11.2026” is not a date such as 2026-11-30."


def test_a_row_that_is_as_before_costs_three_queries(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    content = exchange.export("devices", as_=Format.CSV)
    with django_assert_max_num_queries(3 * 38 + 12):
        exchange.examine("devices", content, at=AT)


def test_the_commands_use_the_same_verbs(
    tmp_path: Path, administrator: User, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "devices.xlsx"
    call_command("export_catalogue", str(path))
    capsys.readouterr()
    call_command("import_catalogue", str(path), "--dry-run")
    assert capsys.readouterr().out == ("would import: 0 new, 0 changed, 38 as before\n")

    path.write_bytes(csv_file(["code", "daily_rent"], ["CAM-01", 41]))
    call_command("import_catalogue", str(path), "--dry-run")
    assert capsys.readouterr().out == (
        "line 2: CAM-01: daily_rent 40 -> 41\n"
        "would import: 0 new, 1 changed, 0 as before\n"
    )
    assert Device.objects.get(code="CAM-01").daily_rent == D(40)
    call_command("import_catalogue", str(path), "--by", administrator.username)
    camera = Device.objects.get(code="CAM-01")
    assert camera.daily_rent == D(41)
    assert camera.history.latest().history_user == administrator


def test_the_command_names_the_broken_line_and_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "devices.csv"
    path.write_bytes(csv_file(["code", "solo"], ["CAM-01", 1], ["CAM-02", "x"]))
    before = everything()
    with pytest.raises(CommandError, match="nothing was imported"):
        call_command("import_catalogue", str(path))
    assert capsys.readouterr().err == "line 3: solo: “x” is not a number.\n"
    assert everything() == before


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["import_catalogue", "nowhere.csv"], "No such file"),
        (["import_catalogue", "README.md"], "lacks the column"),
        (["import_catalogue", "x.csv", "--by", "nobody"], "no active person"),
        (["export_catalogue", "devices.pdf"], "ends in .csv or .xlsx"),
        (["export_catalogue", "/nowhere/devices.csv"], "No such file"),
    ],
)
def test_the_commands_refuse_in_words(arguments: list[str], reason: str) -> None:
    with pytest.raises(CommandError, match=reason):
        call_command(*arguments)
