"""Tables as files, written in pieces: the same file, however often one stopped."""

import io
import json
import zipfile
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import load_workbook

from catalog.exchange import sheets, streams
from catalog.exchange.sheets import WRITERS, Format
from catalog.exchange.streams import TooLong, XlsxWriter

HEADING = ["time", "text", "number"]
ROWS: list[list[Any]] = [
    [datetime(2026, 11, 30, 14, 2, 11), f" 王 <{n}> & “x”\n", n] for n in range(90)
] + [[date(2026, 11, 30), "=1+1", Decimal("12.50")], [None, "", True]]


def written(as_: Format, pieces: int, out: io.BytesIO | None = None) -> bytes:
    """The rows as a file, by as many writers as pieces; each but the last is lost."""
    out = out or io.BytesIO()
    stopped = None
    size = -(-len(ROWS) // pieces)
    for start in range(0, len(ROWS), size):
        writer = WRITERS[as_](out, heading=HEADING, stopped=stopped)
        writer.write(ROWS[start : start + size])
        stopped = json.loads(json.dumps(writer.stop()))
        out.write(b"what a crash left behind")
    writer = WRITERS[as_](out, heading=HEADING, stopped=stopped)
    writer.finish()
    return out.getvalue()


@pytest.mark.parametrize("as_", Format)
def test_a_file_in_pieces_says_what_one_in_one_go_says(as_: Format) -> None:
    whole = sheets.write(HEADING, ROWS, as_=as_)
    for pieces in (1, 2, 7):
        content = written(as_, pieces)
        assert sheets.read(content) == sheets.read(whole)
        assert as_ == Format.XLSX or content == whole
    assert written(as_, 3) == written(as_, 3)


def test_a_spreadsheet_finds_times_numbers_and_texts() -> None:
    content = written(Format.XLSX, 4)
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.testzip() is None
    book = load_workbook(io.BytesIO(content))
    (sheet,) = book.worksheets
    assert sheet.freeze_panes == "B2"
    lines = list(sheet.iter_rows(values_only=True))
    assert lines[0] == tuple(HEADING)
    assert lines[1] == (datetime(2026, 11, 30, 14, 2, 11), " 王 <0> & “x”\n", 0)
    assert lines[-2] == (datetime(2026, 11, 30), "'=1+1", 12.5)
    assert lines[-1] == (None, None, True)
    assert len(lines) == len(ROWS) + 1
    assert sheet.cell(2, 1).number_format == "yyyy\\-mm\\-dd\\ hh:mm:ss"


def test_a_csv_ends_its_lines_as_excel_does_and_defuses_formulas() -> None:
    content = written(Format.CSV, 2)
    assert content.startswith(b"\xef\xbb\xbftime,text,number\r\n2026-11-30 14:02:11,")
    assert content.endswith(b"2026-11-30,'=1+1,12.50\r\n,,True\r\n")


def test_what_one_sheet_cannot_hold_goes_on_on_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(streams, "MOST_ROWS", 40)
    content = written(Format.XLSX, 5)
    book = load_workbook(io.BytesIO(content))
    lines = [list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets]
    assert [len(it) for it in lines] == [40, 40, 15]
    assert {it[0] for it in lines} == {tuple(HEADING)}
    assert [line[2] for it in lines for line in it[1:]][:90] == list(range(90))


def test_a_workbook_beyond_its_size_is_refused_and_a_long_text_is_cut(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    long = sheets.write(["text"], [["长" * 40_000]], as_=Format.XLSX)
    cell = load_workbook(io.BytesIO(long)).worksheets[0].cell(2, 1).value
    assert isinstance(cell, str)
    assert (len(cell), cell[-1]) == (32_767, "…")
    monkeypatch.setattr(streams, "MOST_PACKED", 1000)
    writer = XlsxWriter(io.BytesIO(), heading=HEADING)
    writer.write(ROWS)
    with pytest.raises(TooLong):
        writer.finish()
