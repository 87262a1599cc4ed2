"""What the what-if page shows beside the figures: charts, and ways on."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, Final

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from helpdesk.supervision.charts import Chart, Column, Kind, Look, line
from helpdesk.supervision.forms.what_if import More, WhatIfForm, plainly
from sla.models import WEEKDAYS, Pattern, Target
from sla.services import calendar_content, what_if
from sla.services.shadows import Watch
from sla.services.what_if import Answer, Line, Question

# As much as the note of a version holds.
LONGEST_NOTE: Final = 200


def shown(form: WhatIfForm, answer: Answer, *, decides: bool) -> dict[str, Any]:
    """What the page needs to know of an answer."""
    question = answer.question
    drafted = what_if.drafted(question.rule) if decides else None
    return {
        "answer": answer,
        "question": question,
        "more_words": more_words(form, question),
        "charts": charts(answer),
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


def charts(answer: Answer) -> list[Chart]:
    first = answer.question.since
    days = (
        date_format(first + timedelta(days=line.place), "Y-m-d") for line in answer.days
    )
    return [
        chart("hours", _("By hour of the day"), _("Hour"), _hours(), answer.hours),
        chart("weekdays", _("By weekday"), _("Weekday"), _weekdays(), answer.weekdays),
        chart("days", _("By day"), _("Day"), days, answer.days),
    ]


def shadow_chart(watch: Watch) -> Chart:
    """What a run has seen by day."""
    seen = [it for it in watch.days if it.day is not None]
    lines = [
        Line(place, it.clocks, it.missed, it.would_be_missed)
        for place, it in enumerate(seen)
    ]
    days = (f"{it.day:%Y-%m-%d}" for it in seen)
    return chart("days", _("By day"), _("Day"), days, lines)


def chart(
    code: str, title: str, first: str, names: Iterable[str], lines: Sequence[Line]
) -> Chart:
    """Misses as they were beside those that would have been."""
    columns = [
        Column(_("Clocks")),
        Column(_("Missed then"), drawn="bar"),
        Column(_("Would be missed"), drawn="bar", bad=True),
        Column(_("More or fewer"), Kind.CHANGE),
    ]
    return Chart(
        id=f"by-{code}",
        title=title,
        look=Look.TREND,
        first=first,
        note=_("in which the clocks started"),
        columns=columns,
        lines=[
            line(name, columns, [it.clocks, it.then, it.now, it.change])
            for name, it in zip(names, lines, strict=True)
            if it.clocks
        ],
        nothing=_("Misses appear here, as they were and as they would be."),
    )


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
