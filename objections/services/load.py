"""Bring the policy's types, demands and routes into the database, once."""

import tomllib
from pathlib import Path
from typing import Final

from django.db import transaction

from objections.models import DemandKind, Route, Subtype
from staff.models import Department

DATA: Final = Path(__file__).resolve().parent.parent / "data" / "taxonomy.toml"


@transaction.atomic
def load_objections() -> None:
    """Subtypes, kinds of demands, routes; rows that exist stay as people made them."""
    data = tomllib.loads(DATA.read_text(encoding="utf-8"))
    for position, row in enumerate(data["subtypes"]):
        Subtype.objects.get_or_create(
            type=row["type"],
            code=row["code"],
            defaults={**row, "position": position},
        )
    for position, row in enumerate(data["demands"]):
        DemandKind.objects.get_or_create(
            code=row["code"], defaults={**row, "position": position}
        )
    if Route.objects.exists():
        return
    departments = {it.code: it for it in Department.objects.all()}
    for row in data["routes"]:
        facts = {"leads": False, **row}
        facts["department"] = departments.get(facts["department"])
        Route.objects.create(**facts)
