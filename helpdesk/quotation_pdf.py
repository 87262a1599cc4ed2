"""A quotation as a PDF: A4, what the page says, with its letters embedded."""

import unicodedata
from typing import Final

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from fpdf import FPDF
from fpdf.enums import TableBordersLayout, XPos, YPos
from fpdf.fonts import FontFace

from catalog import words
from helpdesk.packages import package_file
from helpdesk.quotation_sheet import Section, Sheet
from inquiries.models import Quotation
from inquiries.offer_words import Shown, moment

FONTS: Final = "@expo-google-fonts/noto-sans-sc"
REGULAR: Final = f"{FONTS}/400Regular/NotoSansSC_400Regular.ttf"
BOLD: Final = f"{FONTS}/700Bold/NotoSansSC_700Bold.ttf"
FAMILY: Final = "Noto"

MARGIN: Final = 18.0  # millimetres
LINE: Final = 5.2
INK: Final = (23, 33, 31)
QUIET: Final = (91, 104, 100)
JADE: Final = (11, 116, 98)
RULE: Final = (200, 208, 205)

COLUMNS: Final = (42, 39, 19)  # hundredths of the width
PADDING: Final = 1.2
# Never at the beginning of a line, never at its end.
CLOSING: Final = frozenset("，。；：、）」』！？,.;:)!?%”’ ")
OPENING: Final = frozenset("（「『(“‘¥")


class Paper(FPDF):
    """A page with the number of the quotation and of the page at its foot."""

    def __init__(self, number: str) -> None:
        """Prepare an empty A4 document."""
        super().__init__(format="A4")
        self.number = number
        self.add_font(FAMILY, "", package_file(REGULAR))
        self.add_font(FAMILY, "B", package_file(BOLD))
        self.set_margin(MARGIN)
        self.set_auto_page_break(auto=True, margin=MARGIN + 6)
        self.add_page()

    def footer(self) -> None:
        """The number, and which page of how many."""
        self.set_y(-MARGIN)
        self.set_font(FAMILY, "", 8)
        self.set_text_color(*QUIET)
        self.cell(0, 5, self.number)
        self.set_x(MARGIN)
        self.cell(0, 5, f"{self.page_no()} / {{nb}}", align="R")

    def words(
        self,
        text: str,
        size: float = 9.5,
        *,
        bold: bool = False,
        colour: tuple[int, int, int] = INK,
    ) -> None:
        """A paragraph over the whole width."""
        self.set_font(FAMILY, "B" if bold else "", size)
        self.set_text_color(*colour)
        self.multi_cell(
            0,
            size * 0.55,
            wrapped(self, text, self.epw - 2 * self.c_margin),
            align="L",
            new_x=XPos.LMARGIN,
            new_y=YPos.NEXT,
        )


def render(quotation: Quotation, *, language: str) -> bytes:
    """The document in a language; the same rows always give the same words."""
    with translation.override(language):
        paper = Paper(quotation.number)
        paper.set_title(f"{_('Quotation')} {quotation.number}")
        paper.set_lang(language)
        paper.set_creation_date(quotation.sent_at or timezone.now())
        sheet = Sheet(quotation, quotation.sent_at or timezone.now())
        _head(paper, sheet)
        _lines(paper, sheet)
        _discounts(paper, sheet)
        for section in sheet.sections:
            _section(paper, section)
        return bytes(paper.output())


def pieces(text: str) -> list[str]:
    """What a line never breaks: a word with its space, a Chinese character.

    Closing marks stay with what they close, opening ones with what they open.
    """
    found = [""]
    for this, following in zip(text, f"{text[1:]} ", strict=True):
        found[-1] += this
        chinese = _is_wide(this) or _is_wide(following)
        if this == " " or (
            chinese and this not in OPENING and following not in CLOSING
        ):
            found.append("")
    return [piece for piece in found if piece]


def wrapped(paper: FPDF, text: str, width: float) -> str:
    """The text with line ends where it fits a width in the present font."""
    lines = []
    for paragraph in text.split("\n"):
        line = ""
        for piece in pieces(paragraph):
            if line and paper.get_string_width((line + piece).rstrip()) > width:
                lines.append(line.rstrip())
                line = ""
            line += piece
        lines.append(line.rstrip())
    return "\n".join(lines)


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in {"W", "F"}


def _head(paper: Paper, sheet: Sheet) -> None:
    quotation = sheet.quotation
    paper.words(_("Shoushi"), 10, bold=True, colour=JADE)
    paper.ln(2)
    paper.words(_("Quotation"), 22, bold=True)
    paper.ln(2)
    facts = [
        (_("Number"), quotation.number),
        (_("Version"), str(quotation.version)),
        (_("Sent"), moment(quotation.sent_at)),
        (_("Valid until"), moment(quotation.valid_until)),
        (_("Length"), words.days(quotation.days)),
    ]
    if quotation.starts_on:
        facts.append((_("First day"), f"{quotation.starts_on:%Y-%m-%d}"))
    width = paper.epw / 3
    for place in range(0, len(facts), 3):
        row = facts[place : place + 3]
        for size, part, colour in ((8, 0, QUIET), (10, 1, INK)):
            paper.set_font(FAMILY, "", size)
            paper.set_text_color(*colour)
            for fact in row:
                paper.cell(width, size * 0.5, fact[part])
            paper.ln(size * 0.5)
        paper.ln(1.5)
    paper.ln(2)


def _lines(paper: Paper, sheet: Sheet) -> None:
    quotation = sheet.quotation
    strong = FontFace(emphasis="BOLD", color=INK)
    paper.set_font(FAMILY, "", 9)
    paper.set_text_color(*INK)
    paper.set_draw_color(*RULE)
    with paper.table(
        col_widths=COLUMNS,
        text_align=("LEFT", "LEFT", "RIGHT"),
        line_height=LINE,
        padding=PADDING,
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        headings_style=FontFace(emphasis="BOLD", color=QUIET, size_pt=8),
    ) as table:
        table.row((_("For"), _("How it was found"), _("Amount")))
        for line in sheet.paid:
            table.row(_row(paper, line))
        table.row((_("To pay"), "", words.yuan(quotation.payable)), style=strong)
        for line in sheet.held:
            table.row(_row(paper, line))
        table.row((_("Together"), "", words.yuan(quotation.total)), style=strong)
    paper.ln(3)


def _row(paper: Paper, line: Shown) -> tuple[str, str, str]:
    first, second, _third = (
        paper.epw * share / 100 - 2 * (PADDING + paper.c_margin) for share in COLUMNS
    )
    title = f"{line.label} · {line.name}" if line.name else line.label
    if line.quantity > 1:
        title += f"\n{words.yuan(line.unit_price)} × {line.quantity}"
    return (
        wrapped(paper, title, first),
        wrapped(paper, line.explanation, second),
        words.yuan(line.amount),
    )


def _discounts(paper: Paper, sheet: Sheet) -> None:
    _title(paper, _("Discounts"))
    for one in sheet.applied:
        paper.words(f"{one.name}  {one.detail}")
    for one in sheet.not_applied:
        paper.words(f"{one.name} {_('not in this price')} · {one.detail}", colour=QUIET)


def _section(paper: Paper, section: Section) -> None:
    _title(paper, section.title)
    for sentence in section.sentences:
        paper.words(sentence)
        paper.ln(0.6)


def _title(paper: Paper, text: str) -> None:
    """A heading that never stands alone at the end of a page."""
    paper.ln(3.5)
    if paper.will_page_break(20):
        paper.add_page()
    paper.words(text, 11, bold=True)
    paper.ln(0.8)
