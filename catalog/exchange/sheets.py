"""Read and write tables of text as CSV or XLSX, whoever made the file."""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from xml.etree.ElementTree import ParseError

from django.utils.translation import gettext as _

from catalog.exchange.streams import CsvWriter, XlsxWriter

MAX_BYTES: Final = 2 * 1024 * 1024
MAX_UNPACKED: Final = 20 * 1024 * 1024
MAX_ROWS: Final = 5000
MAX_COLUMNS: Final = 100

ZIP: Final = b"PK\x03\x04"
OLE: Final = b"\xd0\xcf\x11\xe0"
UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
ESCAPED: Final = re.compile(r"'+[=+\-@＝＋－＠\t\r\n]")
UNREADABLE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    ParseError,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)


class BadFile(ValueError):
    """A file that cannot be read as a table, and why, in the reader's language."""


class Format(StrEnum):
    """What a table is written as."""

    CSV = "csv"
    XLSX = "xlsx"


CONTENT_TYPES: Final = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class Row:
    """A row of a file, with the line where a person finds it."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """A heading and the rows below it that are not empty."""

    heading: tuple[str, ...]
    rows: tuple[Row, ...]


def read(
    content: bytes, *, most_bytes: int = MAX_BYTES, most_rows: int = MAX_ROWS
) -> Sheet:
    """The table in a CSV (UTF-8, UTF-16 or GBK) or XLSX file; raises BadFile."""
    if len(content) > most_bytes:
        raise BadFile(
            _("The file is larger than %(size)d MB.") % {"size": most_bytes >> 20}
        )
    if content.startswith(OLE):
        raise BadFile(
            _("Old Excel files and files with a password cannot be read. Save as XLSX.")
        )
    lines = _xlsx(content) if content.startswith(ZIP) else _csv(content)
    rows = [row for row in lines if any(cell.strip() for cell in row.cells)]
    if not rows:
        raise BadFile(_("The file is empty."))
    if len(rows) > most_rows + 1:
        raise BadFile(
            _("The file has more than %(count)d lines.") % {"count": most_rows}
        )
    heading, *body = rows
    return Sheet(tuple(cell.strip() for cell in _cut(heading.cells)), tuple(body))


def _cut(cells: Sequence[str]) -> tuple[str, ...]:
    """Without the empty cells at the end."""
    filled = len(cells)
    while filled and not cells[filled - 1].strip():
        filled -= 1
    return tuple(cells[:filled])


def _csv(content: bytes) -> Iterator[Row]:
    text = _decoded(content)
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins = 1
    try:
        for cells in reader:
            yield Row(begins, tuple(_plain(cell) for cell in cells))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise BadFile(
            _("Line %(line)d is not CSV: a quotation mark is missing or out of place.")
            % {"line": begins}
        ) from error


def _decoded(content: bytes) -> str:
    """UTF-8, or what Excel writes on Chinese computers."""
    codings = ["utf-16"] if content.startswith(UTF_16) else ["utf-8-sig", "gb18030"]
    for coding in codings:
        try:
            text = content.decode(coding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise BadFile(_("This is neither CSV text nor an XLSX file."))


def _xlsx(content: bytes) -> Iterator[Row]:
    try:
        yield from _first_sheet(content)
    except UNREADABLE as error:
        if isinstance(error, BadFile):
            raise
        raise BadFile(_("The XLSX file is damaged and cannot be read.")) from error


def _first_sheet(content: bytes) -> Iterator[Row]:
    from openpyxl import load_workbook  # noqa: PLC0415 - many MiB

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED:
            raise BadFile(_("The XLSX file unpacks to more than is allowed."))
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    if not book.worksheets:
        raise BadFile(_("The file is empty."))
    rows = book.worksheets[0].iter_rows(
        max_row=MAX_ROWS + 2, max_col=MAX_COLUMNS, values_only=True
    )
    width = 0
    for line, values in enumerate(rows, 1):
        cells = _cut([_plain(_said(value)) for value in values])
        width = width or len(cells)
        yield Row(line, (*cells, *[""] * (width - len(cells))))
    book.close()


def _said(value: Any) -> str:
    """What a person would have typed into the cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    return str(value)


def _plain(cell: str) -> str:
    """A cell without the mark that kept it from being a formula."""
    return cell[1:] if ESCAPED.match(cell) else cell


def write(
    heading: Sequence[str], rows: Iterable[Sequence[Any]], *, as_: Format
) -> bytes:
    """The table as a file; `read` gives the same back."""
    out = io.BytesIO()
    writer = WRITERS[as_](out, heading=heading)
    writer.write(rows)
    writer.finish()
    return out.getvalue()


WRITERS: Final[dict[Format, type[CsvWriter | XlsxWriter]]] = {
    Format.CSV: CsvWriter,
    Format.XLSX: XlsxWriter,
}
