"""What is offered to the customer, and the word to each demand (OB-08)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy

from helpdesk.desk.objection_forms import CodesField, amount_of
from helpdesk.forms import PhrasesField, PlainForm, long_text
from objections.models import (
    Demand,
    MeasureKind,
    Met,
)
from objections.services.offering import Offer, Reply


@dataclass(frozen=True)
class MeasureRow:
    """One kind of measure as a box to tick, with its amount and a word."""

    kind: MeasureKind
    chosen: bool
    amount: str
    note: str


@dataclass(frozen=True)
class ReplyRow:
    """One demand, how far it is met, and why not."""

    demand: Demand
    met: str
    reason: str

    @property
    def choices(self) -> list[tuple[str, str, bool]]:
        return [(it.value, str(it.label), it.value == self.met) for it in Met]


class ProposeForm(PlainForm):
    """What is offered, and the word to each demand (OB-08)."""

    text = long_text(
        gettext_lazy("What we propose to the customer, and why"),
        rows=5,
        hint=gettext_lazy(
            "The customer reads it as it stands here; how to answer is added."
        ),
    )
    measures = CodesField(label=gettext_lazy("Measures"))
    replies = CodesField(label=gettext_lazy("What we say to each demand"))
    confirmed = PhrasesField()
    override_reason = forms.CharField(strip=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, demands: Sequence[Demand], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.demands = list(demands)
        self.kinds = list(MeasureKind.objects.filter(active=True))

    def measure_rows(self) -> list[MeasureRow]:
        """Every kind, and what is written beside it."""
        chosen = set(self["measures"].value() or ()) if self.is_bound else set()
        return [
            MeasureRow(
                kind,
                kind.code in chosen,
                self._said(f"amount_{kind.code}"),
                self._said(f"note_{kind.code}"),
            )
            for kind in self.kinds
        ]

    def reply_rows(self) -> list[ReplyRow]:
        return [
            ReplyRow(
                it,
                self._said(f"met_{it.kind.code}"),
                self._said(f"reason_{it.kind.code}"),
            )
            for it in self.demands
        ]

    def clean(self) -> dict[str, Any]:
        """As the verb takes it."""
        given = super().clean() or self.cleaned_data
        given.pop("client_token", None)
        given["measures"] = [
            Offer(code, self._amount(code), self._said(f"note_{code}"))
            for code in given.get("measures", [])
        ]
        given["replies"] = [
            Reply(row.demand.kind.code, row.met, row.reason)
            for row in self.reply_rows()
            if row.met
        ]
        return given

    def _said(self, name: str) -> str:
        return str(self.data.get(name, "")) if self.is_bound else ""

    def _amount(self, code: str) -> Decimal | None:
        """Nothing for a kind without one, whatever stood in a field out of sight."""
        if not any(it.code == code and it.money for it in self.kinds):
            return None
        try:
            return amount_of(self._said(f"amount_{code}"))
        except ValidationError as error:
            self.add_error("measures", error)
            return None


def amounts_of(
    data: Mapping[str, str], codes: Sequence[str]
) -> dict[str, Decimal | None]:
    """The measures that are ticked, with what can be read of their amounts."""
    found: dict[str, Decimal | None] = {}
    for code in codes:
        try:
            found[code] = amount_of(data.get(f"amount_{code}", ""))
        except ValidationError:
            found[code] = None
    return found
