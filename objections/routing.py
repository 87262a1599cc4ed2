"""Which departments an objection goes to, as the routes of the policy say (OB-45)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from objections.models import Objection, Route
from staff.models import Department

CUSTOMER_SERVICE: Final = "customer_service"


@dataclass(frozen=True)
class Destination:
    """A department and whether it leads the investigation."""

    department: Department
    leads: bool


def suggested(objection: Objection) -> list[Destination]:
    """The departments of an objection, the leading one first; none without a type.

    An objection about a colleague's manner goes to that colleague's department; where
    nobody is named, to customer service.
    """
    rows = Route.objects.filter(type=objection.type).select_related("department")
    narrowest = _narrowest(list(rows), objection)
    places: dict[int, Destination] = {}
    for row in narrowest:
        if row.when_money and objection.amount is None:
            continue
        department = row.department or _department_of_the_named(objection)
        places.setdefault(department.pk, Destination(department, leads=row.leads))
    return sorted(places.values(), key=lambda place: not place.leads)


def _narrowest(rows: Sequence[Route], objection: Objection) -> list[Route]:
    """Rows for the very step, else for the subtype, else for the whole type."""
    subtype = objection.subtype.code if objection.subtype else ""
    wanted = (
        (subtype, objection.process_step),
        (subtype, ""),
        ("", ""),
    )
    for key in wanted:
        found = [row for row in rows if (row.subtype, row.process_step) == key]
        if found:
            return found
    return []


def _department_of_the_named(objection: Objection) -> Department:
    named = objection.named_colleague
    if named is not None and named.department is not None:
        return named.department
    return Department.objects.get(code=CUSTOMER_SERVICE)
