"""What a dashboard is asked for: a period, a comparison, and a choice of promises."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from figures.breach import Cause
from figures.cases import CaseFigure
from figures.words import CAUSES
from helpdesk.forms import any_of
from helpdesk.supervision.forms.base import Dressed
from helpdesk.supervision.objection_stages import AGES, STAGES, age_name
from objections.services.month_facts import Cut
from sla.days import midnight
from staff.models import Department, Shift, User
from tickets.models import Channel, Kind

WEEKDAYS: Final = (
    gettext_lazy("Mon"),
    gettext_lazy("Tue"),
    gettext_lazy("Wed"),
    gettext_lazy("Thu"),
    gettext_lazy("Fri"),
    gettext_lazy("Sat"),
    gettext_lazy("Sun"),
)
MOST_DAYS: Final = 732
LAST_DAYS: Final = 30
DAY: Final = timedelta(days=1)


class Compare(models.TextChoices):
    """With which other period."""

    BEFORE = "before", gettext_lazy("the period before")
    YEAR = "year", gettext_lazy("the same days a year before")
    NONE = "none", gettext_lazy("nothing")


class Outcome(models.TextChoices):
    """Which promises a list shows."""

    ALL = "", gettext_lazy("all that fell due")
    MISSED = "missed", gettext_lazy("missed")
    MET = "met", gettext_lazy("kept")
    OPEN = "open", gettext_lazy("missed and still open")


class WeekdayField(forms.TypedChoiceField):
    """A day of the week, from Monday, 1, to Sunday, 7."""

    def __init__(self) -> None:
        super().__init__(
            label=gettext_lazy("Day of the week"),
            choices=[
                ("", gettext_lazy("All")),
                *((number, name) for number, name in enumerate(WEEKDAYS, start=1)),
            ],
            coerce=int,
            empty_value=None,
            required=False,
        )


class HourField(forms.IntegerField):
    """An hour of the local day."""

    def __init__(self) -> None:
        super().__init__(
            label=gettext_lazy("Hour of the day"),
            required=False,
            min_value=0,
            max_value=23,
        )


class PlaceField(forms.RegexField):
    """Where a page begins: an instant in microseconds, and a key."""

    def __init__(self) -> None:
        super().__init__(
            r"^\d{1,17}-\d{1,18}$", required=False, widget=forms.HiddenInput
        )


def day_of(label: Any) -> forms.DateField:
    """One day of the company's place."""
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": gettext_lazy("Please write a day as 2026-11-30.")},
    )


class PeriodForm(Dressed):
    """From one day to another, both included, in the time of the company's place."""

    since = day_of(gettext_lazy("From"))
    until = day_of(gettext_lazy("To"))
    compare = forms.ChoiceField(
        label=gettext_lazy("Compare with"),
        choices=Compare.choices,
        initial=Compare.BEFORE,
        required=False,
    )
    channel = any_of(
        Channel.objects.all(),
        gettext_lazy("Channel"),
        wrong=gettext_lazy("There is no such channel."),
    )
    shift = any_of(
        Shift.objects.active(),
        gettext_lazy("Shift"),
        wrong=gettext_lazy("There is no such shift."),
    )
    holder = any_of(
        User.objects.all(),
        gettext_lazy("Colleague"),
        wrong=gettext_lazy("There is no such colleague."),
        by="work_number",
    )

    def __init__(self, asked: QueryDict, *, at: datetime) -> None:
        today = timezone.localdate(at)
        data = asked.copy()
        data.setdefault("since", f"{today - (LAST_DAYS - 1) * DAY:%Y-%m-%d}")
        data.setdefault("until", f"{today:%Y-%m-%d}")
        data.setdefault("compare", Compare.BEFORE)
        super().__init__(data, auto_id="asked-%s")

    def clean(self) -> dict[str, Any]:
        """The days in their order, and not more than two years."""
        given: dict[str, Any] = super().clean() or {}
        since, until = given.get("since"), given.get("until")
        if since and until:
            if until < since:
                raise ValidationError(
                    {"until": _("The last day lies before the first one.")}
                )
            if (until - since).days >= MOST_DAYS:
                raise ValidationError(
                    {"until": _("At most %(most)d days at once.") % {"most": MOST_DAYS}}
                )
            if since.year < 2000 or until.year > 2099:  # noqa: PLR2004 - our century
                raise ValidationError({"since": _("There is nothing of that time.")})
        return given

    def said(self, changes: Mapping[str, str], *, but: str = "") -> dict[str, str]:
        """The wish as it is asked for, with changes, and without one condition."""
        own = {it: str(self.data.get(it, "")) for it in self.fields if it != but}
        return {name: value for name, value in {**own, **changes}.items() if value}

    @property
    def starts(self) -> datetime:
        return midnight(self.cleaned_data["since"])

    @property
    def ends(self) -> datetime:
        """The first instant that does not belong to the period."""
        return midnight(self.cleaned_data["until"] + DAY)

    @property
    def other(self) -> tuple[datetime, datetime] | None:
        """The period to compare with."""
        compare = self.cleaned_data.get("compare") or Compare.BEFORE
        if compare == Compare.NONE:
            return None
        since, until = self.cleaned_data["since"], self.cleaned_data["until"]
        if compare == Compare.YEAR:
            return midnight(a_year_before(since)), midnight(a_year_before(until) + DAY)
        return midnight(since - (until - since + DAY)), midnight(since)

    @property
    def hours(self) -> frozenset[int]:
        shift = self.cleaned_data["shift"]
        return frozenset(shift.hours()) if shift else frozenset()


class PromisesForm(PeriodForm):
    """Which promises."""

    promise = forms.ChoiceField(
        label=gettext_lazy("Promise"),
        required=False,
        error_messages={"invalid_choice": gettext_lazy("There is no such promise.")},
    )
    department = any_of(
        Department.objects.all(),
        gettext_lazy("Department"),
        wrong=gettext_lazy("There is no such department."),
    )
    field_order = (
        *("since", "until", "compare", "promise"),
        *("channel", "shift", "department", "holder"),
    )

    def __init__(
        self, asked: QueryDict, *, at: datetime, promises: list[tuple[str, str]]
    ) -> None:
        super().__init__(asked, at=at)
        field = self.fields["promise"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [("", gettext_lazy("All")), *promises]


class RecordsForm(PromisesForm):
    """Which promises, down to the hour."""

    compare = None  # type: ignore[assignment]

    outcome = forms.ChoiceField(
        label=gettext_lazy("Which"), choices=Outcome.choices, required=False
    )
    weekday = WeekdayField()
    hour = HourField()
    cause = forms.ChoiceField(
        label=gettext_lazy("Cause"),
        choices=[
            ("", gettext_lazy("All")),
            *((cause.value, CAUSES[cause]) for cause in Cause),
        ],
        required=False,
    )
    nobody = forms.BooleanField(
        label=gettext_lazy("Nobody had taken it"), required=False
    )
    after = PlaceField()


class CaseRecordsForm(PeriodForm):
    """Which cases, down to the hour."""

    compare = None  # type: ignore[assignment]

    figure = forms.ChoiceField(label=gettext_lazy("Which"), choices=CaseFigure.choices)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind of case"),
        choices=[("", gettext_lazy("All")), *Kind.choices],
        required=False,
    )
    weekday = WeekdayField()
    hour = HourField()
    after = PlaceField()


class CasesForm(PeriodForm):
    """Which cases."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind of case"),
        choices=[("", gettext_lazy("All")), *Kind.choices],
        required=False,
    )
    field_order = ("since", "until", "compare", "kind", "channel", "shift", "holder")


class ObjectionsForm(PeriodForm):
    """Which objections."""

    channel = None
    shift = None
    holder = None


class ObjectionRecordsForm(ObjectionsForm):
    """Which objections: those that came so far, so old ones, or of one cut."""

    compare = None  # type: ignore[assignment]
    stage = forms.ChoiceField(
        label=gettext_lazy("How far"),
        choices=lambda: [
            ("", gettext_lazy("All")),
            *((code, name) for code, (name, _verb) in STAGES.items()),
        ],
        required=False,
    )
    age = forms.TypedChoiceField(
        label=gettext_lazy("Age of what is open now"),
        choices=[
            ("", gettext_lazy("Any")),
            *((str(place), age_name(place)) for place in range(len(AGES) + 1)),
        ],
        coerce=int,
        empty_value=None,
        required=False,
    )
    cut = forms.ChoiceField(
        choices=[("", gettext_lazy("All")), *Cut.choices],
        required=False,
        widget=forms.HiddenInput,
    )
    key = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)
    after = PlaceField()


def a_year_before(day: date) -> date:
    """The same day of the year before; of a leap day, the last of February."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)
