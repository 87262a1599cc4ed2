"""Published policies and calendars as plain data, for whoever checks an extract."""

from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q
from django.forms.models import model_to_dict

from sla.models import (
    CalendarVersion,
    EscalationStep,
    PauseRule,
    PolicyVersion,
    Target,
)

MICROSECOND: Final = timedelta(microseconds=1)


def policies(*, until: datetime, targets: set[int]) -> list[dict[str, Any]]:
    """What was promised: all that was in force by the end, and all that clocks had."""
    versions = (
        PolicyVersion.objects.published()
        .filter(
            Q(published_at__lt=until, effective_from__lt=until) | Q(targets__in=targets)
        )
        .distinct()
        .select_related("policy")
        .prefetch_related("targets__calendar", "ladder__calendar")
        .prefetch_related("pause_rules__calendar")
        .order_by("policy__code", "number")
    )
    return [
        {
            "policy": version.policy.code,
            "version": version.number,
            "id": version.pk,
            "published_at": when(version.published_at),
            "effective_from": when(version.effective_from),
            "rules": [_row(it) for it in _by_key(version.targets)],
            "ladder": [_row(it) for it in _by_key(version.ladder)],
            "pause_rules": [_row(it) for it in _by_key(version.pause_rules)],
        }
        for version in versions
    ]


def calendars(*, until: datetime) -> list[dict[str, Any]]:
    versions = (
        CalendarVersion.objects.published()
        .filter(published_at__lt=until, effective_from__lt=until)
        .select_related("calendar")
        .prefetch_related("hours", "days")
        .order_by("calendar__code", "number")
    )
    return [
        {
            "calendar": version.calendar.code,
            "version": version.number,
            "id": version.pk,
            "published_at": when(version.published_at),
            "effective_from": when(version.effective_from),
            "timezone": version.timezone,
            "working_weekdays": version.working_weekdays,
            "years": version.years,
            "hours": {it.pattern: it.intervals for it in _by_key(version.hours)},
            "days": [
                {"date": it.date.isoformat(), "kind": it.kind, "hours": it.intervals}
                for it in sorted(version.days.all(), key=lambda day: day.date)
            ],
        }
        for version in versions
    ]


def _row(row: Target | EscalationStep | PauseRule) -> dict[str, Any]:
    """The columns of a row of a policy version."""
    columns = model_to_dict(row, exclude=["version", "calendar"])
    calendar = row.calendar.code if row.calendar else ""
    return {name: _plain(it) for name, it in columns.items()} | {"calendar": calendar}


def _plain(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value // MICROSECOND
    if value is None or isinstance(value, (str, int, bool, list, dict)):
        return value
    return str(value)


def _by_key(related: Any) -> list[Any]:
    return sorted(related.all(), key=lambda row: row.pk)


def when(at: datetime | None) -> str:
    """An instant as clocks in the company show it, to the microsecond."""
    if at is None:
        return ""
    local = at.astimezone(ZoneInfo(settings.TIME_ZONE))
    return local.isoformat(timespec="microseconds")
