"""Other hours for a calendar, as people write them, and the days that are special."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.supervision.forms.base import dress
from helpdesk.supervision.forms.publication import PublishForm
from sla.business_time import DayKind
from sla.models import WEEKDAYS, Pattern
from sla.pack_format import BadText
from sla.services import calendar_content
from sla.services.calendar_content import CalendarContent, SpecialDay

OF_HOLIDAYS: Final = (Pattern.HOLIDAY, Pattern.ADJUSTED_WORKDAY)
# "2026-12-24 10:00-16:00 Stocktaking"; without hours it is closed all day.
LINE: Final = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)\s*(?P<hours>[\d:：,，;；、\s–—～~至-]*)(?P<name>.*)"
)


class HoursForm(PublishForm):
    """The hours of each kind of day, special days, and from when they hold."""

    field_order = ("working_weekdays",)

    working_weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Working weekdays"),
        choices=[(number, Pattern(name).label) for number, name in enumerate(WEEKDAYS)],
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("They count where a promise is given in working days."),
    )
    special = forms.CharField(
        label=gettext_lazy("Special days"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "A line each: “2026-12-24 10:00-16:00 Stocktaking”; without hours it is"
            " closed all day."
        ),
    )

    def __init__(self, *args: Any, known: CalendarContent, **kwargs: Any) -> None:
        kwargs.setdefault("initial", shown(known))
        super().__init__(*args, **kwargs)
        self.known = known
        self.patterns = [*WEEKDAYS, *(OF_HOLIDAYS if known.years is not None else ())]
        for pattern in self.patterns:
            self.fields[pattern] = field = forms.CharField(
                label=str(Pattern(pattern).label), required=False, max_length=200
            )
            dress(field)

    def hours_fields(self) -> list[forms.BoundField]:
        return [self[pattern] for pattern in self.patterns]

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        for pattern in self.patterns:
            try:
                given[pattern] = calendar_content.read(given.get(pattern, ""))
            except BadText as error:
                reason = _("“%(text)s” says no hours. Write 09:00-12:00, 14:00-21:00.")
                self.add_error(pattern, reason % {"text": error})
        try:
            given["special"] = read_special(given.get("special", ""))
        except ValidationError as error:
            self.add_error("special", error)
        return given

    def content(self) -> CalendarContent:
        """What the calendar would say; its holidays stay as they are."""
        given = self.cleaned_data
        holidays = {
            day: it
            for day, it in self.known.days.items()
            if it.kind != DayKind.SPECIAL and day not in given["special"]
        }
        return replace(
            self.known,
            working_weekdays=tuple(sorted(given["working_weekdays"])),
            hours={name: given[name] for name in self.patterns if given[name]},
            days={**holidays, **given["special"]},
        )

    def refuse(self, error: ValidationError) -> None:
        """The verb speaks of the calendar; the form of its parts."""
        if not hasattr(error, "error_dict"):
            super().refuse(error)
            return
        for name, reasons in error.error_dict.items():
            own = {"hours": None, "days": "special"}.get(name, name)
            self.add_error(own, reasons)


def shown(known: CalendarContent) -> dict[str, Any]:
    """A calendar as its form shows it."""
    return {
        **{name: calendar_content.written(it) for name, it in known.hours.items()},
        "working_weekdays": list(known.working_weekdays),
        "special": "\n".join(
            " ".join(
                part
                for part in (str(day), calendar_content.written(it.intervals), it.name)
                if part
            )
            for day, it in sorted(known.days.items())
            if it.kind == DayKind.SPECIAL
        ),
    }


def read_special(text: str) -> Mapping[date, SpecialDay]:
    """Special days, a line each. Raises ValidationError naming the line."""
    days: dict[date, SpecialDay] = {}
    wrong = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        found = LINE.fullmatch(line.strip())
        try:
            if found is None:
                raise BadText(line)
            day = date.fromisoformat(found["day"])
            hours = calendar_content.read(found["hours"])
        except ValueError:
            wrong.append(_("Line %(number)d says no day.") % {"number": number})
            continue
        if day in days:
            wrong.append(_("Line %(number)d names a day again.") % {"number": number})
        days[day] = SpecialDay(DayKind.SPECIAL.value, found["name"].strip(), hours)
    if wrong:
        raise ValidationError(wrong)
    return days
