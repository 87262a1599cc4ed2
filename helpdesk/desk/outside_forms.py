"""Complaints outside: noted, answered and ended; verbs have the rules."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.desk.investigation_forms import CHOOSE
from helpdesk.desk.objection_forms import WhenField, line
from helpdesk.desk.settlement_forms import select
from helpdesk.forms import PlainForm, long_text, number_in
from objections.models import (
    ExternalComplaint,
    ExternalSource,
)


class ExternalForm(PlainForm):
    """A complaint that the customer made outside."""

    source = forms.CharField(
        label=gettext_lazy("Where was it made?"),
        widget=forms.Select(choices=[CHOOSE, *ExternalSource.choices]),
    )
    reference = line(gettext_lazy("Their number"))
    authority = line(
        gettext_lazy("Authority and contact"),
        gettext_lazy("Who handles it there, and how to reach them."),
    )
    received_at = WhenField(label=gettext_lazy("When it reached us"))
    respond_by = WhenField(label=gettext_lazy("Deadline in the letter"))
    mediation = line(
        gettext_lazy("Mediation"), gettext_lazy("When, where and with whom, if known.")
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        given.pop("client_token", None)
        if given.get("received_at") is None and "received_at" not in self.errors:
            self.add_error("received_at", _("Please give a day and a time."))
        return given


class _OfComplaint(PlainForm):
    """One complaint of those that are still open outside."""

    number = forms.CharField(label=gettext_lazy("Which complaint?"))

    def __init__(
        self, *args: Any, complaints: Sequence[ExternalComplaint], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choices = [
            (str(it.number), f"{it.get_source_display()} {it.reference}".strip())
            for it in complaints
        ]
        self.fields["number"].widget = select(self, "number", choices)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        given.pop("client_token", None)
        number = given.get("number", "")
        return {**given, "number": number_in(number) or 0}


class AnswerOutsideForm(_OfComplaint):
    """What we answered there."""

    text = long_text(
        gettext_lazy("What did we answer?"),
        hint=gettext_lazy("That stops the clock of this complaint."),
    )


class EndOutsideForm(_OfComplaint):
    """How a complaint ended there."""

    result = long_text(
        gettext_lazy("How did it end?"),
        hint=gettext_lazy("Say what was agreed or decided, and by whom."),
    )
