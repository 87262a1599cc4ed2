"""A goal: which promise, from which month on, and the share to be kept."""

from datetime import date
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.supervision.forms.base import Dressed
from sla.models import Metric

MONTH: Final = "%Y-%m"
LAST_YEAR: Final = 2100


class MonthField(forms.DateField):
    """A month as browsers write it: 2026-11."""

    widget = forms.DateInput(attrs={"type": "month"}, format=MONTH)

    def __init__(self, **options: Any) -> None:
        wrong = gettext_lazy("Please give a month, such as 2026-11.")
        super().__init__(
            input_formats=[MONTH, "%Y-%m-%d"],
            error_messages={"invalid": wrong, "required": wrong},
            **options,
        )

    def to_python(self, value: Any) -> date | None:
        month = super().to_python(value)
        if month is not None and month.year > LAST_YEAR:
            raise ValidationError(_("Please give a month, such as 2026-11."))
        return month.replace(day=1) if month else None


class GoalForm(Dressed):
    """What a manager sets (SH-07)."""

    metric = forms.ChoiceField(
        label=gettext_lazy("Promise"),
        choices=Metric.choices,
        error_messages={"invalid_choice": gettext_lazy("There is no such promise.")},
    )
    month = MonthField(label=gettext_lazy("From the month"))
    percent = forms.DecimalField(
        label=gettext_lazy("To be kept, %"),
        max_digits=6,
        widget=forms.NumberInput(
            attrs={"inputmode": "decimal", "min": "0.1", "max": "100", "step": "0.1"}
        ),
    )
