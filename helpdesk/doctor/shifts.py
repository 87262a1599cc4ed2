"""Does every hour of the day belong to a shift?"""

from collections.abc import Iterator

from helpdesk.doctor.finding import Finding, ok, warn
from helpdesk.doctor.house import House
from staff.models import Shift
from staff.shifts import spans


def shifts(house: House) -> Iterator[Finding]:
    """Each once, by the shifts in use."""
    found = list(Shift.objects.active())
    if cover := Shift.objects.cover():
        names = ", ".join(f"{shift.code} {shift.span}" for shift in found)
        yield ok("shifts", f"{names} cover the day")
    else:
        yield warn(
            "shifts",
            f"no shift in use covers {spans(cover.missing)}",
            repair="enter shifts at /admin/staff/shift/ that cover every hour",
        )
