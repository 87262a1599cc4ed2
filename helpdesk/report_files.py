"""A report as a PDF and as a workbook."""

from typing import Any, Final

from django.utils import translation
from django.utils.translation import gettext as _
from fpdf.enums import TableBordersLayout
from fpdf.fonts import FontFace

from catalog.exchange import sheets
from catalog.exchange.sheets import Format
from figures.models import Report
from helpdesk.quotation_pdf import FAMILY, INK, JADE, LINE, QUIET, RULE, Paper, wrapped
from helpdesk.report_sheet import Part, ReportSheet

PADDING: Final = 1.0
# Hundredths of the width, by how many columns there are.
WIDTHS: Final = {
    3: (60, 20, 20),
    5: (24, 34, 14, 14, 14),
    8: (28, 9, 9, 12, 12, 10, 10, 10),
}
WITH_HEADING: Final = 30  # mm: a heading never stands alone at the end of a page


def pdf(report: Report, *, language: str) -> bytes:
    """The document in a language; the same report always gives the same words."""
    with translation.override(language):
        sheet = ReportSheet(report)
        paper = Paper(f"{sheet.title} {sheet.span}")
        paper.set_title(f"{sheet.title} {sheet.span}")
        paper.set_lang(language)
        paper.set_creation_date(report.made_at)
        paper.words(_("Shoushi"), 10, bold=True, colour=JADE)
        paper.ln(2)
        paper.words(f"{sheet.title} {sheet.span}", 18, bold=True)
        paper.ln(2)
        paper.words(sheet.summary)
        paper.words(_("As of %(at)s") % {"at": sheet.made}, 8, colour=QUIET)
        for name, text in sheet.said:
            _heading(paper, name)
            paper.words(text)
        for part in sheet.parts:
            _heading(paper, part.name)
            if part.rows:
                _table(paper, part)
            else:
                paper.words(part.empty, colour=QUIET)
        return bytes(paper.output())


def xlsx(report: Report, *, language: str) -> bytes:
    """The same tables one below the other on one sheet."""
    with translation.override(language):
        sheet = ReportSheet(report)
        rows: list[list[Any]] = [
            [sheet.summary],
            [_("As of %(at)s") % {"at": sheet.made}],
        ]
        rows += [[name, text] for name, text in sheet.said]
        for part in sheet.parts:
            rows += [[], [part.name], list(part.heading)]
            rows += [[_number(cell) for cell in row] for row in part.rows]
            if not part.rows:
                rows.append([part.empty])
        return sheets.write([f"{sheet.title} {sheet.span}"], rows, as_=Format.XLSX)


def _number(cell: str) -> str | float:
    try:
        return float(cell)
    except ValueError:
        return cell


def _heading(paper: Paper, name: str) -> None:
    paper.ln(4)
    if paper.will_page_break(WITH_HEADING):
        paper.add_page()
    paper.words(name, 12, bold=True)
    paper.ln(1)


def _table(paper: Paper, part: Part) -> None:
    paper.set_font(FAMILY, "", 8.5)
    paper.set_text_color(*INK)
    paper.set_draw_color(*RULE)
    count = len(part.heading)
    shares = WIDTHS[count]
    widths = [paper.epw * it / 100 - 2 * (PADDING + paper.c_margin) for it in shares]
    with paper.table(
        col_widths=shares,
        text_align=("LEFT", *["RIGHT"] * (count - 1)),
        line_height=LINE,
        padding=PADDING,
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        headings_style=FontFace(color=QUIET),
    ) as table:
        for cells in (part.heading, *part.rows):
            row = table.row()
            for cell, width in zip(cells, widths, strict=True):
                row.cell(wrapped(paper, cell, width))
