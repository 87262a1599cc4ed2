"""Tables as files, row by row: a CSV in pieces, a workbook in one go."""

import csv
import io
import os
import tempfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from catalog.exchange import sheets, streams
from catalog.exchange.sheets import Format
from catalog.exchange.streams import CsvWriter, XlsxWriter

HEADING = ["time", "text", "number"]
ROWS: list[list[Any]] = [
    [datetime(2026, 11, 30, 14, 2, 11), f" 王 <{n}> & “x”\n", n] for n in range(90)
] + [[date(2026, 11, 30), "=1+1", Decimal("12.50")], [None, "", True]]


def test_a_csv_in_pieces_is_the_file_written_in_one_go() -> None:
    whole = sheets.write(HEADING, ROWS, as_=Format.CSV)
    for size in (100, 50, 7):
        out, stopped_at = io.BytesIO(), 0
        for start in range(0, len(ROWS), size):
            writer = CsvWriter(out, heading=HEADING, stopped_at=stopped_at)
            writer.write(ROWS[start : start + size])
            stopped_at = writer.stop()
            out.write(b"what a crash left behind")
        CsvWriter(out, heading=HEADING, stopped_at=stopped_at).finish()
        assert out.getvalue() == whole


def test_a_csv_ends_its_lines_as_excel_does_and_defuses_formulas() -> None:
    content = sheets.write(HEADING, ROWS, as_=Format.CSV)
    assert content.startswith(b"\xef\xbb\xbftime,text,number\r\n2026-11-30 14:02:11,")
    assert content.endswith(b"2026-11-30,'=1+1,12.50\r\n,,True\r\n")


def test_a_spreadsheet_finds_times_numbers_and_texts() -> None:
    content = sheets.write(HEADING, ROWS, as_=Format.XLSX)
    (sheet,) = load_workbook(io.BytesIO(content)).worksheets
    assert sheet.freeze_panes == "B2"
    assert all(cell.font.bold for cell in sheet[1])
    assert not sheet.cell(2, 2).font.bold
    lines = list(sheet.iter_rows(values_only=True))
    assert lines[0] == tuple(HEADING)
    assert lines[1] == (datetime(2026, 11, 30, 14, 2, 11), " 王 <0> & “x”\n", 0)
    assert lines[-2] == (datetime(2026, 11, 30), "'=1+1", 12.5)
    assert lines[-1] == (None, None, True)
    assert len(lines) == len(ROWS) + 1
    assert sheet.cell(2, 1).number_format == "yyyy-mm-dd h:mm:ss"
    assert sheet.cell(len(lines) - 1, 1).number_format == "yyyy-mm-dd"
    assert sheet.cell(len(lines) - 1, 2).data_type == "s"


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "'=1", "\t=1", "a\x00b", "'"])
def test_both_defuse_the_same_and_say_the_same_back(text: str) -> None:
    as_csv, as_xlsx = (sheets.write(["a"], [[text]], as_=it) for it in Format)
    cell = load_workbook(io.BytesIO(as_xlsx)).worksheets[0].cell(2, 1)
    said = list(csv.reader(io.StringIO(as_csv.decode("utf-8-sig"), newline="")))
    assert [cell.value] == said[1]
    assert cell.data_type == "s"
    assert sheets.read(as_xlsx) == sheets.read(as_csv)


def test_what_one_sheet_cannot_hold_goes_on_on_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(streams, "MOST_ROWS", 40)
    content = sheets.write(HEADING, ROWS, as_=Format.XLSX)
    book = load_workbook(io.BytesIO(content))
    lines = [list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets]
    assert [len(it) for it in lines] == [40, 40, 15]
    assert {it[0] for it in lines} == {tuple(HEADING)}
    assert [line[2] for it in lines for line in it[1:]][:90] == list(range(90))
    assert [sheet.freeze_panes for sheet in book.worksheets] == ["B2"] * 3


def test_a_text_that_no_cell_can_hold_is_cut() -> None:
    long = sheets.write(["text"], [["长" * 40_000]], as_=Format.XLSX)
    cell = load_workbook(io.BytesIO(long)).worksheets[0].cell(2, 1).value
    assert isinstance(cell, str)
    assert (len(cell), cell[-1]) == (32_767, "…")


def test_no_temporary_file_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    writer = XlsxWriter(io.BytesIO(), heading=HEADING)
    writer.write(ROWS)
    (left,) = tmp_path.iterdir()
    streams.tidy(seconds=60)
    assert left.exists()  # somebody writes it
    writer.close()
    assert not left.exists()
    left.touch()  # of one who was killed
    os.utime(left, (0, 0))
    streams.tidy(seconds=60)
    assert not list(tmp_path.iterdir())
