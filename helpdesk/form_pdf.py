"""A frozen handling form as a PDF: A4, with its letters embedded (OB-42)."""

from collections.abc import Mapping
from typing import Any, Final

from django.db.models import TextChoices
from django.utils import translation
from django.utils.translation import gettext as _
from fpdf.enums import TableBordersLayout
from fpdf.fonts import FontFace

from helpdesk import form_history
from helpdesk.form_history import Row, moment, yuan
from helpdesk.quotation_pdf import FAMILY, INK, JADE, LINE, QUIET, RULE, Paper, wrapped
from objections.models import (
    DemandKind,
    FormVersion,
    ObjectionType,
    Phase,
    ProcessStep,
    Severity,
    Subtype,
)
from tickets.models import Channel

COLUMNS: Final = (30, 70)  # hundredths of the width
PADDING: Final = 1.2
WITH_HEADING: Final = 30  # mm: a heading never stands alone at the end of a page


def render(version: FormVersion, *, language: str) -> bytes:
    """The document in a language; the same version always gives the same words."""
    with translation.override(language):
        number = version.objection.number
        title = _("Handling form of a customer's objection")
        paper = Paper(f"{number} · {_('version')} {version.number}")
        paper.set_title(f"{title} {number}")
        paper.set_lang(language)
        paper.set_creation_date(version.frozen_at)
        paper.words(_("Shoushi"), 10, bold=True, colour=JADE)
        paper.ln(2)
        paper.words(title, 18, bold=True)
        paper.ln(2)
        frozen = {"n": version.number, "at": moment(version.frozen_at)}
        paper.words(
            (
                _("Version %(n)s, as it was at %(at)s.")
                if form_history.has_history(version.content)
                else _("Version %(n)s, as it was handed over at %(at)s.")
            )
            % frozen,
            colour=QUIET,
        )
        paper.ln(3)
        _table(paper, rows(version.content))
        for heading, part in form_history.parts(version.content):
            paper.ln(4)
            if paper.will_page_break(WITH_HEADING):
                paper.add_page()
            paper.words(heading, 12, bold=True)
            paper.ln(1)
            _table(paper, part)
        paper.ln(3)
        paper.words(f"SHA-256 {version.hash}", 7, colour=QUIET)
        return bytes(paper.output())


def rows(form: Mapping[str, Any]) -> list[Row]:
    """What stands on a frozen form, label by label; empty fields are left out.

    What a colleague made of it for the colleagues is not the customer's to read.
    """
    customer = form["customer"]
    all_rows = [
        (_("Number"), form["number"]),
        (_("Channel"), _channel(form["channel"])),
        (_("Received at"), moment(form["received_at"])),
        (_("Customer"), masked(customer["surname"], customer["phone_tail"])),
        (_("Company"), form["company_name"]),
        (_("Account number"), form["account_number"] or form["no_account_reason"]),
        (_("Type"), _type(form)),
        (_("Severity"), _label(Severity, form["severity"])),
        (_("What happened"), form["description"]),
        (_("When it happened"), moment(form["occurred_at"])),
        (_("Collected"), moment(form["returned_at"])),
        (_("Phase"), _label(Phase, form["phase"])),
        (_("Slow step"), _label(ProcessStep, form["process_step"])),
        (_("Device model"), form["device_model"]),
        (_("Serial number"), form["serial_number"]),
        (_("Order number"), form["order_number"]),
        (_("Contract number"), form["contract_number"]),
        (_("Amount in dispute"), yuan(form["amount"])),
        (_("Demands"), _demands(form["demands"])),
        (_("Start of the broadcast"), moment(form["shows_at"])),
        (_("Recorded"), moment(form["recorded_at"])),
        (_("Recorded by"), form["recorded_by"]),
        (_("Told to be done by"), moment(form["estimate"])),
    ]
    return [(label, str(said)) for label, said in all_rows if said]


def masked(surname: str, tail: str) -> str:
    """The customer as everybody sees them (IN-29)."""
    if not tail:
        return surname
    return _("%(surname)s · ends in %(tail)s") % {"surname": surname, "tail": tail}


def _table(paper: Paper, found: list[Row]) -> None:
    paper.set_font(FAMILY, "", 9.5)
    paper.set_text_color(*INK)
    paper.set_draw_color(*RULE)
    first, second = (
        paper.epw * share / 100 - 2 * (PADDING + paper.c_margin) for share in COLUMNS
    )
    with paper.table(
        col_widths=COLUMNS,
        text_align=("LEFT", "LEFT"),
        line_height=LINE,
        padding=PADDING,
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        first_row_as_headings=False,
    ) as table:
        quiet = FontFace(color=QUIET)
        for label, said in found:
            row = table.row()
            row.cell(wrapped(paper, label, first), style=quiet)
            row.cell(wrapped(paper, said, second))


def _label(choices: type[TextChoices], value: str) -> str:
    return str(choices(value).label) if value in choices.values else value


def _channel(code: str) -> str:
    found = Channel.objects.filter(code=code).first()
    return found.name if found else code


def _demand(code: str) -> str:
    found = DemandKind.objects.filter(code=code).first()
    return found.name if found else code


def _type(form: Mapping[str, Any]) -> str:
    found = Subtype.objects.filter(type=form["type"], code=form["subtype"]).first()
    parts = [_label(ObjectionType, form["type"]), found.name if found else ""]
    return " · ".join(part for part in parts if part)


def _demands(demands: list[dict[str, Any]]) -> str:
    return "\n".join(
        " ".join(part for part in (_demand(it["kind"]), yuan(it["amount"])) if part)
        for it in demands
    )
