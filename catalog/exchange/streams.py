"""Write a table as CSV or XLSX row by row, in constant memory.

A CSV that was stopped says at what size; another writer, in another process, cuts the
file to it and goes on: what a crash left behind is gone. An XLSX is made by openpyxl in
one go, which costs about five times as long, keeps the rows unpacked among the
temporary files until the end (about one kilobyte each) and starts again after a stop.
"""

import csv
import io
import os
import re
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from tempfile import gettempdir
from typing import Any, BinaryIO, Final, Protocol

BOM: Final = "\ufeff"
# A cell that begins so would be a formula to a spreadsheet.
FORMULA: Final = re.compile(r"'*[=+\-@＝＋－＠\t\r\n]")
NO_TEXT: Final = (int, Decimal, float, date)
# How many texts are kept beside what was made of them.
KNOWN: Final = 4096
RISKY: Final = frozenset("'=+-@＝＋－＠\t\r\n")
NOT_FOR_XML: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# What a sheet and a cell of it can hold.
MOST_ROWS: Final = 1_048_576
LONGEST_CELL: Final = 32_767


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


def tidy(*, seconds: float) -> None:
    """Remove what those who were killed left among the temporary files, so long ago."""
    for left in Path(gettempdir()).glob("openpyxl.*"):
        with suppress(OSError):
            if left.stat().st_mtime < time.time() - seconds:
                left.unlink()


class TableWriter(Protocol):
    """One table on its way into a file."""

    def write(self, rows: Iterable[Sequence[Any]]) -> None:
        """Add rows of text, numbers, dates and times (local, without a zone)."""

    def finish(self) -> None:
        """Write what stands behind the last row; the file is whole."""


class CsvWriter:
    """UTF-8 with the mark by which Excel knows it; lines end with CRLF."""

    def __init__(
        self, out: BinaryIO, *, heading: Sequence[str], stopped_at: int = 0
    ) -> None:
        """Begin with the heading, or go on at the size another one has come to."""
        self.out = out
        out.truncate(stopped_at)
        out.seek(stopped_at)
        if not stopped_at:
            out.write(BOM.encode())
            self.write([heading])

    def write(self, rows: Iterable[Sequence[Any]]) -> None:
        """Add rows."""
        text = io.StringIO(newline="")
        csv.writer(text).writerows([safe(value) for value in row] for row in rows)
        self.out.write(text.getvalue().encode())

    def stop(self) -> int:
        """The size of the file so far."""
        self.out.flush()
        return self.out.tell()

    def finish(self) -> None:
        """All rows are in."""
        self.out.flush()


class XlsxWriter:
    """A workbook of as many sheets as the rows need, each with the heading.

    Nothing is in `out` before the end.
    """

    def __init__(self, out: BinaryIO, *, heading: Sequence[str]) -> None:
        """Begin with the heading."""
        from openpyxl import Workbook  # noqa: PLC0415 - many MiB
        from openpyxl.styles import Font  # noqa: PLC0415 - many MiB

        self.out = out
        self.heading = heading
        self.bold = Font(bold=True)
        self.book = Workbook(write_only=True)
        self.saved = False
        self._next_sheet()

    def write(self, rows: Iterable[Sequence[Any]]) -> None:
        """Add rows."""
        for row in rows:
            if self.rows == MOST_ROWS:
                self.sheet.close()
                self._next_sheet()
            self.sheet.append([_cell(value) for value in row])
            self.rows += 1

    def finish(self) -> None:
        """Pack the sheets into the file."""
        self.out.truncate(0)
        self.out.seek(0)
        self._save(self.out)
        self.out.flush()

    def close(self) -> None:
        """Leave no temporary files, also where nothing came of it."""
        if not self.saved:
            with suppress(OSError), Path(os.devnull).open("wb") as nowhere:
                self._save(nowhere)

    def _save(self, out: BinaryIO) -> None:
        self.saved = True
        self.book.save(out)

    def _next_sheet(self) -> None:
        self.sheet = self.book.create_sheet(str(len(self.book.worksheets) + 1))
        self.sheet.freeze_panes = "B2"
        self.sheet.append([self._bold(str(name)) for name in self.heading])
        self.rows = 1

    def _bold(self, text: str) -> Any:
        from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - many MiB

        cell = WriteOnlyCell(self.sheet, _cell(text))
        cell.font = self.bold
        return cell


def _cell(value: Any) -> Any:
    """A value for openpyxl, which knows how to write dates and numbers."""
    value = safe(value)
    if isinstance(value, str):
        if len(value) > LONGEST_CELL:
            return f"{value[: LONGEST_CELL - 1]}…"
        return value or None
    return value
