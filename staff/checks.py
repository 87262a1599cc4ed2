"""What is told at every start: hours of the day that belong to no shift (IN-14)."""

from typing import Any

from django.core import checks
from django.db import DatabaseError, connection

from staff.models import Shift
from staff.shifts import spans


@checks.register(checks.Tags.database)
def shifts_cover_the_day(**options: Any) -> list[checks.CheckMessage]:
    """staff.W001 where hours are left out; nothing before there are shifts at all."""
    try:
        if "staff_shift" not in connection.introspection.table_names():
            return []
        cover = Shift.objects.cover()
        if cover or not Shift.objects.exists():
            return []
    except DatabaseError:
        return []
    return [
        checks.Warning(
            f"No shift in use covers {spans(cover.missing)}: nobody hands over then,"
            " and figures by shift leave these hours out.",
            hint="Let the shifts at /admin/staff/shift/ cover every hour.",
            id="staff.W001",
        )
    ]
