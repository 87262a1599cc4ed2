"""Reasons for which clocks may pause."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.supervision.forms.base import LengthForm, Words, written
from sla.metrics import Metric
from sla.models import (
    Origin,
    PauseRule,
)


class PauseForm(LengthForm):
    """A reason for which clocks may pause."""

    code = forms.RegexField(
        r"^(?!new$)[a-z][a-z0-9_]{1,39}$",
        label=gettext_lazy("Code"),
        max_length=40,
        help_text=gettext_lazy("Small letters, digits and _: awaiting_evidence"),
        error_messages={
            "invalid": gettext_lazy(
                "Write small letters, digits and _, a letter first; not “new”."
            )
        },
    )
    name_zh = forms.CharField(label=gettext_lazy("Chinese name"), max_length=80)
    name_en = forms.CharField(label=gettext_lazy("English name"), max_length=80)
    metrics = forms.MultipleChoiceField(
        label=gettext_lazy("Clocks that may pause"),
        choices=Metric.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    clauses = Words(
        label=gettext_lazy("Clauses"),
        required=False,
        help_text=gettext_lazy("With commas between them: IN-24, IN-25"),
    )
    origin = forms.ChoiceField(
        label=gettext_lazy("Source"), choices=Origin.choices, initial=Origin.INFERRED
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].label = _("Longest time in total")
        self.fields["amount"].required = True

    def changes(self) -> dict[str, Any]:
        same = ("code", "name_zh", "name_en", "metrics", "clauses", "origin")
        given = {name: self.cleaned_data[name] for name in same}
        return {**given, **self.length("limit")}


def shown_pause(rule: PauseRule) -> dict[str, Any]:
    """A pause rule as its form shows it."""
    same = ("code", "name_zh", "name_en", "metrics", "clauses", "origin")
    return {
        **{name: getattr(rule, name) for name in same},
        **written(rule, rule.limit),
    }
