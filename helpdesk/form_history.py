"""What came of a case as it stands on a frozen form: part by part, for the document."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.utils.dateparse import parse_datetime
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from catalog import words
from helpdesk.case_words import level_word, met_word
from objections.models import AnswerChannel, Responsibility

Row = tuple[str, str]
Part = tuple[str, list[Row]]
Form = Mapping[str, Any]
PARTS: Final = ("findings", "proposals", "actions", "visits", "appeals")


def has_history(form: Form) -> bool:
    """Whether a form was frozen after something was found out."""
    return any(form.get(name) for name in PARTS)


def parts(form: Form) -> list[Part]:
    """The parts that a form has; one that was frozen before them has none.

    The words of a finding and its cause were written for colleagues, and so was what is
    said of a customer who was not reached: they stay in what was frozen, and are not in
    a document that the customer is given.
    """
    found = [
        *(_finding(it) for it in form.get("findings", ())),
        *(_proposal(it) for it in form.get("proposals", ())),
        *((_("Carried out"), _action(it)) for it in form.get("actions", ())),
        *((_("Asked afterwards"), _visit(it)) for it in form.get("visits", ())),
        *(_appeal(it) for it in form.get("appeals", ())),
    ]
    return [(heading, _filled(rows)) for heading, rows in found]


def moment(at: datetime | str | None) -> str:
    """A day and minute in the company's time; "" for none."""
    found = parse_datetime(at) if isinstance(at, str) else at
    return f"{localtime(found):%Y-%m-%d %H:%M}" if found else ""


def yuan(amount: str | None) -> str:
    """An amount in full; "" for none."""
    return words.yuan(Decimal(amount)) if amount else ""


def _finding(it: Form) -> Part:
    responsibility = it["responsibility"]
    if responsibility in Responsibility.values:
        responsibility = str(Responsibility(responsibility).label)
    return _("Finding %(n)s") % {"n": it["round"]}, [
        (_("Found at"), moment(it["found_at"])),
        (_("Responsible"), responsibility),
        (_("Clause of the contract"), it["contract_clause"]),
        (_("Articles of law"), "\n".join(it["articles"])),
    ]


def _proposal(it: Form) -> Part:
    answers = {"accepted": _("Agreed"), "rejected": _("Not agreed")}
    channel = it["answer_channel"]
    if channel in AnswerChannel.values:
        channel = str(AnswerChannel(channel).label)
    return _("Proposal %(n)s") % {"n": it["number"]}, [
        (_("Sent"), moment(it["sent_at"])),
        (_("Text of the proposal"), it["text"]),
        (_("Measures"), "\n".join(_measure(one) for one in it["measures"])),
        (_("In all"), yuan(it["amount"]) if Decimal(it["amount"]) else ""),
        (_("Said to the demands"), "\n".join(_demand(one) for one in it["demands"])),
        (_("The customer's answer"), answers.get(it["answer"], _("None"))),
        (_("Answered at"), moment(it["answered_at"])),
        (_("How it came"), channel),
        (_("In the customer's words"), it["answer_text"]),
    ]


def _action(it: Form) -> list[Row]:
    return [
        (_("What"), _measure(it)),
        (_("Agreed on"), moment(it["agreed_at"])),
        (_("Done at"), moment(it["done_at"]) or _("not yet")),
        (_("Proof"), it["proof"]),
    ]


def _visit(it: Form) -> list[Row]:
    if not it["reached"]:
        return [
            (_("At"), moment(it["made_at"])),
            (_("Reached"), _("No")),
        ]
    return [
        (_("At"), moment(it["made_at"])),
        (_("By"), it["made_by"] or _("the customer, on the case's page")),
        (_("Resolved"), _("Yes") if it["resolved"] else _("No")),
        (_("Result, of 5 stars"), str(it["satisfaction"])),
        (_("Handling, of 5 stars"), str(it["process_satisfaction"])),
        (_("In words"), it["text"]),
    ]


def _appeal(it: Form) -> Part:
    decided = {True: _("Taken up again"), False: _("The answer stays")}
    return _("Review %(n)s") % {"n": it["number"]}, [
        (_("Asked for at"), moment(it["made_at"])),
        (_("Reason"), it["reason"]),
        (_("Reviewed by"), level_word(it["level"])),
        (_("Decision"), decided.get(it["granted"], _("not yet"))),
        (_("Decided at"), moment(it["decided_at"])),
        (_("Why"), it["decision"]),
    ]


def _measure(it: Form) -> str:
    note = it.get("note", "")
    said = " ".join(part for part in (_name(it), yuan(it["amount"])) if part)
    return f"{said} ({note})" if note else said


def _demand(it: Form) -> str:
    asked = " ".join(part for part in (_name(it), yuan(it["asked"])) if part)
    said = f"{asked}: {met_word(it['met'])}"
    return f"{said} – {it['reason']}" if it["reason"] else said


def _name(it: Form) -> str:
    """What a kind was called when the form was frozen."""
    return str(it["name_en"] if get_language() == "en" else it["name_zh"])


def _filled(rows: Iterable[Row]) -> list[Row]:
    return [(label, str(said)) for label, said in rows if said]
