"""What a proposal says, checked: measures with amounts, a word to each demand."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from customers.text import one_line, unfit
from objections.facts import MOST
from objections.models import (
    MeasureKind,
    Met,
    Objection,
)
from objections.models.proposal import NOTHING
from tickets.text import clean_message


@dataclass(frozen=True)
class Offer:
    """One measure of a proposal: the code of its kind, an amount in CNY, a word."""

    kind: str
    amount: Decimal | None = None
    note: str = ""


@dataclass(frozen=True)
class Reply:
    """What a proposal says to one demand: its code, how far it is met, and why not."""

    demand: str
    met: str
    reason: str = ""


@dataclass(frozen=True)
class Checked:
    """What can be kept of a proposal."""

    text: str
    measures: list[tuple[MeasureKind, Decimal | None, str]]
    replies: dict[str, tuple[str, str]]

    @property
    def amount(self) -> Decimal:
        return sum((it or NOTHING for _kind, it, _note in self.measures), NOTHING)

    @property
    def kinds(self) -> list[MeasureKind]:
        return [kind for kind, _amount, _note in self.measures]

    @property
    def words(self) -> str:
        """All that the customer reads of it."""
        notes = [note for _kind, _amount, note in self.measures]
        reasons = [reason for _met, reason in self.replies.values()]
        return "\n".join(filter(None, (self.text, *notes, *reasons)))


def checked(text: str, measures: Sequence[Offer], replies: Sequence[Reply]) -> Checked:
    """All that is wrong with a proposal at once, or what can be kept of it."""
    errors: dict[str, Any] = {}
    try:
        text = clean_message(text)
    except ValidationError as error:
        errors["text"] = error
    kept, wrong = _measures(measures)
    if wrong:
        errors["measures"] = wrong
    said, unsaid = _replies(replies)
    if unsaid:
        errors["replies"] = unsaid
    if errors:
        raise ValidationError(errors)
    return Checked(text, kept, said)


def _measures(
    offers: Sequence[Offer],
) -> tuple[list[tuple[MeasureKind, Decimal | None, str]], list[ValidationError]]:
    kinds = {it.code: it for it in MeasureKind.objects.filter(active=True)}
    kept: dict[str, tuple[MeasureKind, Decimal | None, str]] = {}
    wrong: list[ValidationError] = []
    for offer in offers:
        kind = kinds.get(offer.kind)
        if kind is None or kind.code in kept:
            wrong.append(
                ValidationError(
                    _("Please choose each measure once, from the list."),
                    code="measure_unknown",
                )
            )
            continue
        try:
            note = one_line(offer.note, field="measures")
            _refuse_amount(kind, offer.amount)
        except ValidationError as error:
            wrong.extend(error.error_list if hasattr(error, "error_list") else [error])
            continue
        kept[kind.code] = (kind, offer.amount, note)
    if not kept and not wrong:
        wrong.append(
            ValidationError(
                _("Please choose at least one measure."), code="measure_missing"
            )
        )
    return list(kept.values()), wrong


def _refuse_amount(kind: MeasureKind, amount: Decimal | None) -> None:
    """An amount is above nothing, in yuan and fen, and there where money is paid."""
    if amount is None:
        if kind.money:
            raise ValidationError(
                _("%(measure)s: please say how much.") % {"measure": kind},
                code="amount_missing",
            )
        return
    if not amount.is_finite() or not 0 < amount <= MOST:
        raise ValidationError(
            _("Please give an amount above 0, in yuan."), code="amount_unfit"
        )
    if amount != round(amount, 2):
        raise ValidationError(
            _("An amount has at most two decimals, for example 128.50."),
            code="amount_decimals",
        )


def _replies(
    replies: Sequence[Reply],
) -> tuple[dict[str, tuple[str, str]], list[ValidationError]]:
    said: dict[str, tuple[str, str]] = {}
    wrong: list[ValidationError] = []
    for reply in replies:
        if reply.met not in Met.values or reply.demand in said:
            wrong.append(
                ValidationError(
                    _("Please say to each demand once how far it is met."),
                    code="demand_answer_unknown",
                )
            )
            continue
        needed = reply.met != Met.FULLY
        try:
            reason = one_line(
                reply.reason,
                field="replies",
                missing=_("Please say why a demand is not met in full.")
                if needed
                else "",
            )
        except ValidationError as error:
            wrong.extend(error.error_dict["replies"])
            continue
        said[reply.demand] = (reply.met, reason if needed else "")
    return said, wrong


def refuse_unanswered(objection: Objection, said: Checked) -> None:
    """Each demand has its answer, and nothing else has one. Raises ValidationError."""
    demanded = {it.kind.code for it in objection.demands.select_related("kind")}
    if demanded == set(said.replies):
        return
    raise unfit(
        "replies",
        _("Please answer each of the customer's demands (OB-08)."),
        code="demand_unanswered",
    )
