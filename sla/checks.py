"""What is told at every start: a year whose holidays nobody has loaded."""

from typing import Any

from django.core import checks
from django.db import DatabaseError, connection
from django.utils import timezone

from sla.services import calendars, years


@checks.register(checks.Tags.database)
def holidays_are_loaded(**options: Any) -> list[checks.CheckMessage]:
    """sla.W001 for each missing year; nothing before the first migration."""
    try:
        if "sla_calendarversion" not in connection.introspection.table_names():
            return []
        missing = calendars.missing_years(at=timezone.now())
    except DatabaseError:
        return []
    return [
        checks.Warning(
            f"The holidays of {year} are not loaded: deadlines that reach into it are"
            " reckoned by weekday and flagged.",
            hint=years.way_in(year, f"./shoushi manage import_calendar_year {year}"),
            id="sla.W001",
        )
        for year in sorted(missing)
    ]
