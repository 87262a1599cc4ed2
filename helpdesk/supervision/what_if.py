"""What the what-if page shows beside the figures: names of lines, charts, ways on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from helpdesk.supervision.forms.what_if import More, WhatIfForm, plainly
from sla.models import WEEKDAYS, Pattern, Target
from sla.services import calendar_content, what_if
from sla.services.shadows import Watch
from sla.services.what_if import Answer, Line, Question

# As much as the note of a version holds.
LONGEST_NOTE: Final = 200


@dataclass(frozen=True)
class Row:
    """A line of a table, and a mark of its chart."""

    name: str
    line: Line


@dataclass(frozen=True)
class Table:
    """Figures by hour, weekday or day, as a table and as what a chart is drawn from."""

    code: str
    title: str
    head: str
    rows: Sequence[Row]

    @property
    def chart(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "names": [row.name for row in self.rows],
            "series": [
                {"name": _("Missed then"), "data": [it.line.then for it in self.rows]},
                {
                    "name": _("Would be missed"),
                    "data": [it.line.now for it in self.rows],
                },
            ],
        }

    @property
    def chart_id(self) -> str:
        return f"chart-{self.code}"

    @property
    def busy(self) -> list[Row]:
        """Without the lines in which nothing began."""
        return [row for row in self.rows if row.line.clocks]


def shown(form: WhatIfForm, answer: Answer, *, decides: bool) -> dict[str, Any]:
    """What the page needs to know of an answer."""
    question = answer.question
    drafted = what_if.drafted(question.rule) if decides else None
    return {
        "answer": answer,
        "question": question,
        "more_words": more_words(form, question),
        "tables": tables(answer),
        "query": form.query,
        "drafted": drafted,
        "seen": what_if.seen(question.rule) if decides else "",
        "hours_address": hours_address(question, form.query) if decides else "",
        "others": others_on(question.changed) if question.more else 0,
    }


def more_words(form: WhatIfForm, question: Question) -> str:
    """The hours that would have been open, too: 21:00-24:00 on workdays."""
    if question.more is None:
        return ""
    hours = calendar_content.written(question.more.intervals)
    return f"{hours} {More(form.cleaned_data['cover']).label}"


def tables(answer: Answer) -> list[Table]:
    first = answer.question.since
    days = (
        date_format(first + timedelta(days=line.place), "Y-m-d") for line in answer.days
    )
    return [
        Table(
            "hours", _("By hour of the day"), _("Hour"), rows(_hours(), answer.hours)
        ),
        Table(
            "weekdays",
            _("By weekday"),
            _("Weekday"),
            rows(_weekdays(), answer.weekdays),
        ),
        Table("days", _("By day"), _("Day"), rows(days, answer.days)),
    ]


def shadow_table(watch: Watch) -> Table:
    """What a run has seen by day."""
    found = [
        Row(
            date_format(it.day, "Y-m-d"),
            Line(place, it.clocks, it.missed, it.would_be_missed),
        )
        for place, it in enumerate(watch.days)
        if it.day is not None
    ]
    return Table("days", _("By day"), _("Day"), found)


def rows(names: Iterable[str], lines: Sequence[Line]) -> list[Row]:
    return [Row(name, line) for name, line in zip(names, lines, strict=True)]


def _hours() -> Iterable[str]:
    return (f"{hour:02d}:00" for hour in range(24))


def _weekdays() -> Iterable[str]:
    return (str(Pattern(name).label) for name in WEEKDAYS)


def hours_address(question: Question, query: str) -> str:
    """The page on which a calendar gets the hours that were asked about."""
    calendar = question.changed.calendar
    if question.more is None or calendar is None:
        return ""
    page = reverse("supervision:calendar_hours", args=[calendar.code])
    return f"{page}?{plainly({'what_if': query})}"


def note_of(form: WhatIfForm) -> str:
    """Where the figures are that gave the occasion, for the note of a version."""
    address = f"{reverse('supervision:what_if')}?{form.query}"
    if len(address) <= LONGEST_NOTE:
        return address
    given = form.cleaned_data
    return f"{given['rule'].code} {given['since']} – {given['until']}"


def others_on(rule: Target) -> int:
    """How many other rules of the version in force count on the same calendar."""
    same = rule.version.targets.filter(enabled=True, calendar=rule.calendar)
    return same.exclude(code=rule.code).count()
