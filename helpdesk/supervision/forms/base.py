"""The parts of which the forms are made: looks, refusals, lengths of time."""

from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sla.models import (
    Calendar,
    EscalationStep,
    PauseRule,
    Target,
    Unit,
)

# More of any unit is no promise, and more than the arithmetic can hold.
MOST_AMOUNT: Final = 100_000_000


class Measure(models.TextChoices):
    """In what a length is written down."""

    SECONDS = "seconds", gettext_lazy("seconds")
    MINUTES = "minutes", gettext_lazy("minutes")
    HOURS = "hours", gettext_lazy("hours")
    WORKING_DAYS = "working_days", gettext_lazy("working days")
    CALENDAR_DAYS = "calendar_days", gettext_lazy("calendar days")


LENGTHS: Final = {
    Measure.HOURS: timedelta(hours=1),
    Measure.MINUTES: timedelta(minutes=1),
    Measure.SECONDS: timedelta(seconds=1),
}
# How the columns of a length are called on a form.
FIELDS: Final = {
    "budget": "amount",
    "limit": "amount",
    "after": "amount",
    "days": "amount",
    "unit": "measure",
    "warn_at_fraction": "warn_at",
}


class Dressed(forms.Form):
    """A form whose widgets look like ours, and to which a refusal can be given back."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            dress(field)

    def refuse(self, error: ValidationError) -> None:
        """Put a verb's refusal beside the fields that it names."""
        if not hasattr(error, "error_dict"):
            self.add_error(None, error)
            return
        for name, errors in error.error_dict.items():
            own = FIELDS.get(name, name)
            self.add_error(own if own in self.fields else None, errors)


def dress(field: forms.Field) -> None:
    """Give a widget the classes of the component kit."""
    widget = field.widget
    if isinstance(widget, forms.CheckboxSelectMultiple | forms.RadioSelect):
        return
    if isinstance(widget, forms.CheckboxInput):
        widget.attrs.setdefault("class", "form-check-input")
    elif isinstance(widget, forms.Select):
        widget.attrs.setdefault("class", "form-select")
    else:
        widget.attrs.setdefault("class", "form-control")


MOST_WORDS: Final = 50


class Words(forms.CharField):
    """Several short texts with commas between them, Chinese ones too."""

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        text = super().to_python(value) or ""
        if "\x00" in text:
            raise ValidationError(_("This text holds a character that cannot be kept."))
        for comma in ",、;；\n":
            text = text.replace(comma, ",")
        words = [word for part in text.split(",") if (word := part.strip())]
        if len(words) > MOST_WORDS:
            raise ValidationError(_("At most %(most)d.") % {"most": MOST_WORDS})
        return words

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list | tuple) else value


class CalendarField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A calendar, or day and night."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            Calendar.objects.all(),
            required=False,
            empty_label=gettext_lazy("day and night"),
            label=gettext_lazy("Calendar"),
            error_messages={
                "invalid_choice": gettext_lazy("There is no such calendar.")
            },
            **options,
        )


class LengthForm(Dressed):
    """A length of time as people write it: 30 seconds, 3 working days."""

    amount = forms.DecimalField(
        label=gettext_lazy("Limit"),
        required=False,
        max_digits=12,
        decimal_places=6,
        max_value=MOST_AMOUNT,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"}),
    )
    measure = forms.ChoiceField(
        label=gettext_lazy("counted in"),
        choices=Measure.choices,
        initial=Measure.MINUTES,
    )
    calendar = CalendarField()

    def length(self, name: str, *, sign: int = 1) -> dict[str, Any]:
        """The columns of a length; `name` is that of the column for the time."""
        amount: Decimal | None = self.cleaned_data.get("amount")
        measure = self.cleaned_data.get("measure") or Measure.MINUTES
        calendar = self.cleaned_data.get("calendar")
        if measure in {Measure.WORKING_DAYS, Measure.CALENDAR_DAYS}:
            return {
                "unit": Unit(measure),
                name: None,
                "days": self._whole_days(amount),
                "calendar": calendar,
            }
        length = None
        if amount is not None:
            microseconds = int(amount * 1_000_000)
            length = microseconds * (LENGTHS[Measure(measure)] // 1_000_000)
        return {
            "unit": Unit.BUSINESS if calendar else Unit.WALL,
            name: None if length is None else sign * length,
            "days": None,
            "calendar": calendar,
        }

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        measure = given.get("measure")
        if measure in {Measure.WORKING_DAYS, Measure.CALENDAR_DAYS}:
            amount = given.get("amount")
            if amount is not None and amount != int(amount):
                self.add_error("amount", _("Days are counted whole."))
            if amount is not None and not given.get("calendar"):
                self.add_error("calendar", _("Days are counted on a calendar."))
        return given

    @staticmethod
    def _whole_days(amount: Decimal | None) -> int | None:
        return None if amount is None else int(amount)


def written(
    counted: Target | EscalationStep | PauseRule, amount: timedelta | None
) -> dict[str, Any]:
    """A length as the form shows it, in the largest measure that leaves no rest."""
    if counted.days is not None:
        return {
            "amount": counted.days,
            "measure": Measure(counted.unit),
            "calendar": counted.calendar_id,
        }
    if amount is None:
        return {"amount": None, "measure": Measure.MINUTES, "calendar": None}
    length = abs(amount)
    measure = next(
        (one for one, size in LENGTHS.items() if not length % size), Measure.SECONDS
    )
    microseconds = length // timedelta(microseconds=1)
    size = LENGTHS[measure] // timedelta(microseconds=1)
    whole, rest = divmod(microseconds, size)
    return {
        "amount": whole if not rest else Decimal(microseconds) / size,
        "measure": measure,
        "calendar": counted.calendar_id,
    }
