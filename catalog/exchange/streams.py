"""Write a table as CSV or XLSX row by row, in constant memory, and go on after a stop.

A writer that was stopped says how far it came in a few numbers (`stop`). Another one,
in another process, cuts the file to that size and goes on: what a crash left behind is
gone. Inside an XLSX a sheet is packed in pieces that stand one after another, which is
why no programme in between has to keep it.
"""

import csv
import io
import re
import struct
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, BinaryIO, Final
from xml.sax.saxutils import escape

BOM: Final = "\ufeff"
# A cell that begins so would be a formula to a spreadsheet.
FORMULA: Final = re.compile(r"'*[=+\-@＝＋－＠\t\r\n]")
NO_TEXT: Final = (int, Decimal, float, date)
# How many texts are kept beside what was made of them.
KNOWN: Final = 4096
RISKY: Final = frozenset("'=+-@＝＋－＠\t\r\n")
NOT_FOR_XML: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def safe(value: Any) -> Any:
    """A value that no spreadsheet takes for a formula; numbers stay numbers."""
    if value is None:
        return ""
    if isinstance(value, str):
        return safe_text(value)
    return value if isinstance(value, NO_TEXT) else safe_text(str(value))


@lru_cache(maxsize=KNOWN)
def safe_text(text: str) -> str:
    """The same for a text; most columns say a few words again and again."""
    if not text.isprintable():
        text = NOT_FOR_XML.sub("", text)
    return f"'{text}" if text[:1] in RISKY and FORMULA.match(text) else text


class TableWriter(ABC):
    """One table on its way into a file."""

    def __init__(
        self,
        out: BinaryIO,
        *,
        heading: Sequence[str],
        stopped: Mapping[str, Any] | None = None,
    ) -> None:
        """Begin with the heading, or go on where `stopped` says."""
        self.out = out
        self.heading = heading
        if stopped:
            out.truncate(stopped["size"])
            out.seek(stopped["size"])
            self.go_on(stopped)
        else:
            out.truncate(0)
            out.seek(0)
            self.begin()

    @abstractmethod
    def begin(self) -> None:
        """Write what stands before the first row."""

    @abstractmethod
    def go_on(self, stopped: Mapping[str, Any]) -> None:
        """Remember what the one before had come to."""

    @abstractmethod
    def write(self, rows: Iterable[Sequence[Any]]) -> None:
        """Add rows of text, numbers, dates and times (local, without a zone)."""

    @abstractmethod
    def finish(self) -> None:
        """Write what stands behind the last row; the file is whole."""

    def stop(self) -> dict[str, Any]:
        """How far the file has come, as JSON can hold it."""
        self.out.flush()
        return {"size": self.out.tell()}


class CsvWriter(TableWriter):
    """UTF-8 with the mark by which Excel knows it; lines end with CRLF."""

    def begin(self) -> None:
        self.out.write(BOM.encode())
        self._lines([self.heading])

    def go_on(self, stopped: Mapping[str, Any]) -> None:
        pass

    def write(self, rows: Iterable[Sequence[Any]]) -> None:
        self._lines([safe(value) for value in row] for row in rows)

    def finish(self) -> None:
        self.out.flush()

    def _lines(self, lines: Iterable[Sequence[Any]]) -> None:
        text = io.StringIO(newline="")
        csv.writer(text).writerows(lines)
        self.out.write(text.getvalue().encode())


# --- XLSX: a ZIP archive of XML ------------------------------------------------------

MOST_ROWS: Final = 1_048_576
# A sheet of very long texts ends earlier, so that no size needs more than 32 bits.
MOST_PLAIN: Final = 2 * 1024**3
MOST_PACKED: Final = 4 * 1024**3 - 1
LONGEST_CELL: Final = 32_767
FAST: Final = 3
ONE_DAY: Final = 86_400
# Day 0 of a spreadsheet.
DAY_NOUGHT: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - spreadsheets know no zones
LOCAL: Final = struct.Struct("<4sHHHHHIIIHH")
CENTRAL: Final = struct.Struct("<4sHHHHHHIIIHHHHHII")
END: Final = struct.Struct("<4sHHHHIIH")
VERSION: Final = 20
DEFLATED: Final = 8
# 1 January 1980, so that the same rows make the same file.
NO_TIME, FIRST_DAY = 0, 0x21

MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
SPREADSHEET: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
SHEET_HEAD: Final = (
    f'{XML}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane xSplit="1" ySplit="1" topLeftCell="B2" activePane="bottomRight"'
    ' state="frozen"/></sheetView></sheetViews>'
    '<sheetFormatPr defaultRowHeight="15" baseColWidth="16"/><sheetData>'
)
SHEET_TAIL: Final = "</sheetData></worksheet>"
WORKBOOK: Final = (
    f'{XML}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{{}}</sheets></workbook>'
)
RELATIONS: Final = (
    f'{XML}<Relationships xmlns="{PACKAGE}/relationships">{{}}</Relationships>'
)
TYPES: Final = (
    f'{XML}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels"'
    ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>{}</Types>'
)
# Cell styles: 0 plain, 1 heading, 2 date with time, 3 date.
STYLES: Final = (
    f'{XML}<styleSheet xmlns="{MAIN}">'
    '<numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border>'
    '</borders><cellStyleXfs count="1">'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0"'
    ' applyNumberFormat="1"/><xf numFmtId="165" fontId="0" fillId="0" borderId="0"'
    ' xfId="0" applyNumberFormat="1"/></cellXfs><cellStyles count="1">'
    '<cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


class TooLong(ValueError):
    """More than a workbook can hold."""


@dataclass
class Part:
    """A file inside the archive: where it begins, and what is in it so far."""

    name: str
    offset: int
    crc: int = 0
    packed: int = 0
    plain: int = 0
    rows: int = 0

    def header(self) -> bytes:
        """What stands before it in the archive."""
        name = self.name.encode()
        sizes = (self.crc, self.packed, self.plain, len(name), 0)
        ways = (VERSION, 0, DEFLATED, NO_TIME, FIRST_DAY)
        return LOCAL.pack(b"PK\x03\x04", *ways, *sizes) + name

    def entry(self) -> bytes:
        """Its line in the table of contents."""
        name = self.name.encode()
        sizes = (self.crc, self.packed, self.plain, len(name))
        ways = (VERSION, VERSION, 0, DEFLATED, NO_TIME, FIRST_DAY)
        rest = (0, 0, 0, 0, 0, self.offset)
        return CENTRAL.pack(b"PK\x01\x02", *ways, *sizes, *rest) + name


class XlsxWriter(TableWriter):
    """A workbook of as many sheets as the rows need, each with the heading."""

    def begin(self) -> None:
        self.done: list[Part] = []
        self._open("xl/worksheets/sheet1.xml")
        self._begin_sheet()

    def go_on(self, stopped: Mapping[str, Any]) -> None:
        parts = [Part(**part) for part in stopped["parts"]]
        *self.done, self.part = parts
        self.packer = _packer()

    def write(self, rows: Iterable[Sequence[Any]]) -> None:
        lines: list[str] = []
        for row in rows:
            if self.part.rows + len(lines) >= MOST_ROWS or self.part.plain > MOST_PLAIN:
                self._put_lines(lines)
                lines = []
                self._next_sheet()
            lines.append(f"<row>{''.join(map(_cell, row))}</row>")
        self._put_lines(lines)

    def stop(self) -> dict[str, Any]:
        self._pack(self.packer.flush(zlib.Z_FULL_FLUSH))
        parts = [asdict(part) for part in (*self.done, self.part)]
        return {**super().stop(), "parts": parts}

    def finish(self) -> None:
        self._put(SHEET_TAIL)
        self._close()
        sheets = len(self.done)
        for name, text in _frame(sheets):
            self._open(name)
            self._put(text)
            self._close()
        start = self.out.tell()
        contents = b"".join(part.entry() for part in self.done)
        if start + len(contents) > MOST_PACKED:
            raise TooLong
        count = len(self.done)
        end = END.pack(b"PK\x05\x06", 0, 0, count, count, len(contents), start, 0)
        self.out.write(contents + end)
        self.out.flush()

    def _begin_sheet(self) -> None:
        cells = (_text(str(name), style=1) for name in self.heading)
        self._put(f"{SHEET_HEAD}<row>{''.join(cells)}</row>")
        self.part.rows = 1

    def _next_sheet(self) -> None:
        self._put(SHEET_TAIL)
        self._close()
        self._open(f"xl/worksheets/sheet{len(self.done) + 1}.xml")
        self._begin_sheet()

    def _open(self, name: str) -> None:
        self.part = Part(name, self.out.tell())
        self.packer = _packer()
        self.out.write(self.part.header())

    def _close(self) -> None:
        """End a file inside, and write before it what is known of it only now."""
        self._pack(self.packer.flush(zlib.Z_FINISH))
        here = self.out.tell()
        if here > MOST_PACKED:
            raise TooLong
        self.out.seek(self.part.offset)
        self.out.write(self.part.header())
        self.out.seek(here)
        self.done.append(self.part)

    def _put_lines(self, lines: list[str]) -> None:
        if lines:
            self._put("".join(lines))
            self.part.rows += len(lines)

    def _put(self, text: str) -> None:
        content = text.encode()
        self.part.crc = zlib.crc32(content, self.part.crc)
        self.part.plain += len(content)
        self._pack(self.packer.compress(content))

    def _pack(self, content: bytes) -> None:
        self.part.packed += len(content)
        self.out.write(content)


def _packer() -> "zlib._Compress":
    return zlib.compressobj(FAST, zlib.DEFLATED, -zlib.MAX_WBITS)


def _cell(value: Any) -> str:
    """A value as XML."""
    value = safe(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool):
        return f'<c t="b"><v>{int(value)}</v></c>'
    if isinstance(value, date):
        return _day(value)
    if isinstance(value, Decimal):
        value = f"{value:f}"
    return f"<c><v>{value}</v></c>"


def _day(value: date) -> str:
    """A date, or a date with its time, as days since day 0."""
    if not isinstance(value, datetime):
        return f'<c s="3"><v>{(value - DAY_NOUGHT.date()).days}</v></c>'
    since = value - DAY_NOUGHT
    days = since.days + (since.seconds + since.microseconds / 1e6) / ONE_DAY
    return f'<c s="2"><v>{days!r}</v></c>'


@lru_cache(maxsize=KNOWN)
def _text(text: str, *, style: int = 0) -> str:
    if not text:
        return "<c/>"
    if len(text) > LONGEST_CELL:
        text = f"{text[: LONGEST_CELL - 1]}…"
    plain = text.isprintable() and text == text.strip()
    keep = "" if plain else ' xml:space="preserve"'
    styled = f' s="{style}"' if style else ""
    return f'<c{styled} t="inlineStr"><is><t{keep}>{escape(text)}</t></is></c>'


def _frame(sheets: int) -> list[tuple[str, str]]:
    """What makes a workbook of so many sheets."""
    numbers = range(1, sheets + 1)
    workbook = "".join(
        f'<sheet name="{number}" sheetId="{number}" r:id="rId{number}"/>'
        for number in numbers
    )
    relations = "".join(
        _relation(number, "worksheet", f"worksheets/sheet{number}.xml")
        for number in numbers
    )
    types = "".join(
        _type(f"worksheets/sheet{number}.xml", "worksheet") for number in numbers
    )
    return [
        ("xl/styles.xml", STYLES),
        ("xl/workbook.xml", WORKBOOK.format(workbook)),
        (
            "xl/_rels/workbook.xml.rels",
            RELATIONS.format(relations + _relation(sheets + 1, "styles", "styles.xml")),
        ),
        (
            "_rels/.rels",
            RELATIONS.format(_relation(1, "officeDocument", "xl/workbook.xml")),
        ),
        (
            "[Content_Types].xml",
            TYPES.format(
                _type("workbook.xml", "sheet.main")
                + _type("styles.xml", "styles")
                + types
            ),
        ),
    ]


def _relation(number: int, kind: str, target: str) -> str:
    kind = f"{OFFICE}/{kind}"
    return f'<Relationship Id="rId{number}" Type="{kind}" Target="{target}"/>'


def _type(name: str, kind: str) -> str:
    kind = f"{SPREADSHEET}.{kind}+xml"
    return f'<Override PartName="/xl/{name}" ContentType="{kind}"/>'
