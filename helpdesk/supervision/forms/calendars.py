"""What is asked of a calendar, and the lines that describe a year."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.supervision.forms.base import Dressed, LengthForm, Measure
from sla.models import Calendar, Unit
from sla.promise import BUSINESS, Length
from sla.services.soundness import MOST_DAYS
from sla.services.years import Year

ONE_DAY: Final = timedelta(days=1)
LOCAL: Final = "%Y-%m-%dT%H:%M"
DAYS: Final = frozenset({Measure.WORKING_DAYS, Measure.CALENDAR_DAYS})
MOST: Final = {
    Measure.SECONDS: MOST_DAYS * 86_400,
    Measure.MINUTES: MOST_DAYS * 1_440,
    Measure.HOURS: MOST_DAYS * 24,
}


class TrialForm(LengthForm):
    """A start and a length on a calendar."""

    start = forms.DateTimeField(
        label=gettext_lazy("Start"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL),
        input_formats=[LOCAL, f"{LOCAL}:%S", "%Y-%m-%d %H:%M"],
    )

    field_order = ("calendar", "start", "amount", "measure")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].required = True
        self.fields["amount"].initial = 5
        calendar = forms.ModelChoiceField(
            Calendar.objects.all(),
            to_field_name="code",
            label=_("Calendar"),
            empty_label=None,
            error_messages={"invalid_choice": _("There is no such calendar.")},
        )
        calendar.widget.attrs["class"] = "form-select"
        self.fields["calendar"] = calendar

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        amount: Decimal | None = given.get("amount")
        measure = given.get("measure")
        if amount is None or not measure or self.errors:
            return given
        least = 1 if Measure(measure) in DAYS else 0
        if not least <= amount <= MOST.get(Measure(measure), MOST_DAYS):
            self.add_error("amount", _("Between nothing and 400 days."))
        return given

    def asked(self) -> Length:
        """The length as the engine takes it."""
        columns = self.length("budget")
        calendar: Calendar = columns["calendar"]
        if columns["unit"] in {Unit.WORKING_DAYS, Unit.CALENDAR_DAYS}:
            return Length(columns["unit"], days=columns["days"], calendar=calendar.code)
        return Length(BUSINESS, amount=columns["budget"], calendar=calendar.code)


class YearForm(Dressed):
    """A year with a line for each holiday."""

    year = forms.IntegerField(
        label=gettext_lazy("Year"),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    text = forms.CharField(
        label=gettext_lazy("Holidays and adjusted workdays"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "A line each. “2027-01-01 to 2027-01-03 元旦” is a holiday,"
            " “+ 2027-01-10” a weekend day that is worked."
        ),
    )


def written_year(year: Year) -> str:
    """A year as the lines that `parse_year` reads."""
    return "\n".join([*_holidays(year), *_worked(year)])


def _holidays(year: Year) -> Iterator[str]:
    for name, first, last in stretches(year):
        yield f"{first} to {last} {name}" if first != last else f"{first} {name}"


def _worked(year: Year) -> Iterator[str]:
    for day in sorted(year.adjusted_workdays):
        yield f"+ {day}"


def stretches(year: Year) -> Iterator[tuple[str, date, date]]:
    """Holidays that follow each other under one name, as one."""
    days = sorted(year.holidays.items())
    numbered = [(number, day, name) for number, (day, name) in enumerate(days)]
    grouped = groupby(numbered, key=lambda one: (one[2], one[1] - one[0] * ONE_DAY))
    for (name, _start), found in grouped:
        dates = [day for _number, day, _name in found]
        yield name, dates[0], dates[-1]
