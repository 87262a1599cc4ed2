"""What might have been: a rule, what would be different, and a span of past days."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.supervision.forms.base import (
    LENGTHS,
    MOST_AMOUNT,
    Dressed,
    Measure,
    written,
)
from helpdesk.templatetags.promises import limit, metric_name
from sla.business_time import BadHours
from sla.models import DAYS, Calendar, Target, Unit
from sla.pack_format import BadText
from sla.services import calendar_content, calendars, rules, soundness
from sla.services.what_if import MOST_DAYS, MoreHours, Question
from sla.what_if import Cover

FIRST: Final = date(2020, 1, 1)
SPAN: Final = timedelta(days=29)
DAY_AND_NIGHT: Final = "-"
DATE: Final = "%Y-%m-%d"
# A longer one was not made here.
LONGEST_QUERY: Final = 1000
# What stands in an address as it is read.
PLAIN: Final = ":,.-"


class More(models.TextChoices):
    """On which days more hours would have been open."""

    WORKDAYS = "workdays", gettext_lazy("on workdays")
    OTHER_DAYS = "other_days", gettext_lazy("on weekends and holidays")
    EVERY_DAY = "every_day", gettext_lazy("every day")

    @property
    def cover(self) -> Cover:
        return Cover[self.name]


def day_field(label: Any) -> forms.DateField:
    """A date as browsers send it and want it, in any language."""
    widget = forms.DateInput(attrs={"type": "date"}, format=DATE)
    return forms.DateField(label=label, widget=widget, input_formats=[DATE])


class WhatIfForm(Dressed):
    """A question about the past. What is left empty stays as the rule says it."""

    rule = forms.ChoiceField(
        label=gettext_lazy("Rule"),
        error_messages={
            "invalid_choice": gettext_lazy("No such rule is in force."),
        },
    )
    since = day_field(gettext_lazy("From"))
    until = day_field(gettext_lazy("To"))
    amount = forms.DecimalField(
        label=gettext_lazy("Limit"),
        required=False,
        max_digits=12,
        decimal_places=6,
        max_value=MOST_AMOUNT,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"}),
    )
    measure = forms.ChoiceField(
        label=gettext_lazy("Counted in"),
        choices=[("", gettext_lazy("as in force")), *Measure.choices],
        required=False,
    )
    calendar = forms.ChoiceField(
        label=gettext_lazy("Calendar"),
        required=False,
        error_messages={"invalid_choice": gettext_lazy("There is no such calendar.")},
    )
    cover = forms.ChoiceField(
        label=gettext_lazy("Also open"),
        choices=[("", gettext_lazy("no more hours")), *More.choices],
        required=False,
    )
    hours = forms.CharField(
        label=gettext_lazy("At these hours"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "21:00-24:00"}),
    )

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = timezone.localdate(at)
        self.rules = {key_of(rule): rule for rule in rules.rulebook(at=at).targets()}
        self.fields["rule"].choices = [*grouped(self.rules)]  # type: ignore[attr-defined]
        self.calendars = {it.code: it for it in Calendar.objects.all()}
        self.fields["calendar"].choices = [  # type: ignore[attr-defined]
            ("", _("as in force")),
            (DAY_AND_NIGHT, _("day and night")),
            *((code, it.name) for code, it in self.calendars.items()),
        ]

    def clean_rule(self) -> Target:
        """The rule itself, apart from the one that all share."""
        known = self.rules[self.cleaned_data["rule"]]
        return _fresh(known.pk)

    def clean_hours(self) -> calendar_content.Intervals:
        text = self.cleaned_data["hours"]
        try:
            hours = calendar_content.read(text)
            calendar_content.check(hours)
        except BadText as error:
            reason = _("“%(text)s” says no hours. Write 09:00-12:00, 14:00-21:00.")
            raise ValidationError(reason % {"text": error}) from error
        except BadHours as error:
            raise ValidationError(calendars.words_of(error)) from error
        return hours

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        self._check_span(given)
        if "rule" in given and not {"amount", "measure", "calendar"} & set(self.errors):
            self._check_change(given["rule"], given)
        return given

    def _check_span(self, given: dict[str, Any]) -> None:
        since, until = given.get("since"), given.get("until")
        if since is None or until is None:
            return
        if since > self.today:
            self.add_error("since", _("That is still to come."))
        elif until > self.today:
            self.add_error("until", _("That is still to come."))
        elif until < since:
            self.add_error("until", _("The period ends before it begins."))
        elif since < FIRST:
            self.add_error("since", _("Not before %(year)s.") % {"year": FIRST.year})
        elif (until - since).days >= MOST_DAYS:
            reason = _("At most %(most)d days.") % {"most": MOST_DAYS}
            self.add_error("until", reason)

    def _check_change(self, rule: Target, given: dict[str, Any]) -> None:
        """Make the rule that might have been; what is wrong with it is said."""
        changed = _fresh(rule.pk)
        calendar = given["calendar"]
        if calendar:
            changed.calendar = self.calendars.get(calendar)
        amount, measure = self._length(rule, given)
        if measure in DAYS:
            if amount != int(amount):
                self.add_error("amount", _("Days are counted whole."))
                return
            if changed.calendar is None:
                self.add_error("calendar", _("Days are counted on a calendar."))
                return
            changed.unit, changed.budget = Unit(measure), None
            changed.days = int(amount)
        else:
            microseconds = int(amount * 1_000_000)
            changed.unit = Unit.BUSINESS if changed.calendar else Unit.WALL
            changed.budget = microseconds * (LENGTHS[Measure(measure)] // 1_000_000)
            changed.days = None
        wrong = soundness.target_problems(changed)
        if wrong:
            self.refuse(ValidationError(dict(wrong)))
        self._check_cover(changed, given)
        given["changed"] = changed

    @staticmethod
    def _length(rule: Target, given: dict[str, Any]) -> tuple[Decimal, str]:
        """How much of what; either may stay as the rule says it."""
        own = written(rule, rule.budget)
        amount = given["amount"]
        return (
            Decimal(own["amount"]) if amount is None else amount,
            given["measure"] or own["measure"],
        )

    def _check_cover(self, changed: Target, given: dict[str, Any]) -> None:
        cover, hours = given.get("cover"), given.get("hours")
        if cover and not hours and "hours" not in self.errors:
            self.add_error("hours", _("Write the hours: 21:00-24:00."))
        elif hours and not cover and "cover" not in self.errors:
            self.add_error("cover", _("Say on which days."))
        elif cover and changed.unit not in (Unit.BUSINESS, Unit.WORKING_DAYS):
            reason = _("This counts day and night: more hours change nothing.")
            self.add_error("cover", reason)

    def question(self) -> Question:
        """What a valid form asks."""
        given = self.cleaned_data
        cover = given["cover"]
        return Question(
            rule=given["rule"],
            changed=given["changed"],
            since=given["since"],
            until=given["until"],
            more=MoreHours(More(cover).cover, given["hours"]) if cover else None,
        )

    @property
    def query(self) -> str:
        """The question as an address says it, without what is not asked."""
        given = self.cleaned_data
        amount = given["amount"]
        said = {
            "rule": key_of(given["rule"]),
            "since": given["since"],
            "until": given["until"],
            "amount": "" if amount is None else f"{amount.normalize():f}",
            "measure": given["measure"],
            "calendar": given["calendar"],
            "cover": given["cover"],
            "hours": calendar_content.written(given["hours"]).replace(" ", ""),
        }
        return plainly({name: it for name, it in said.items() if it})


def plainly(said: dict[str, Any]) -> str:
    """A query that people can read."""
    query = QueryDict(mutable=True)
    for name, value in said.items():
        query[name] = str(value)
    return query.urlencode(safe=PLAIN)


def key_of(rule: Target) -> str:
    """A rule in an address: its policy and its code."""
    return f"{rule.version.policy.code}.{rule.code}"


def grouped(known: dict[str, Target]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The rules in force by their metric, each with its limit."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for key, rule in known.items():
        words = f"{rule.name} · {limit(rule)} · {rule.code}"
        groups.setdefault(metric_name(rule.metric), []).append((key, words))
    yield from groups.items()


def last_month(today: date) -> dict[str, date]:
    """The days that a fresh page suggests."""
    return {"since": today - SPAN, "until": today}


def _fresh(key: int) -> Target:
    rules_with = Target.objects.select_related("calendar", "version__policy")
    return rules_with.get(pk=key)
