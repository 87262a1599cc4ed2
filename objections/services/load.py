"""Bring the policy's types, demands and routes into the database, once."""

import tomllib
from pathlib import Path
from typing import Any, Final

from django.db import transaction

from objections.models import (
    ApprovalRule,
    DemandKind,
    EvidenceKind,
    EvidenceNeed,
    FrequencyRule,
    LawArticle,
    MeasureKind,
    Route,
    Subtype,
)
from staff.models import Department

DATA: Final = Path(__file__).resolve().parent.parent / "data"


@transaction.atomic
def load_objections() -> None:
    """All that objections rest on; rows that exist stay as people made them."""
    _load_taxonomy(_read("taxonomy.toml"))
    _load_investigation(_read("investigation.toml"))
    _load_settlement(_read("settlement.toml"))
    for row in _read("prevention.toml")["rules"]:
        FrequencyRule.objects.get_or_create(code=row["code"], defaults=row)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((DATA / name).read_text(encoding="utf-8"))


def _load_taxonomy(data: dict[str, Any]) -> None:
    """Subtypes, kinds of demands, routes."""
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


def _load_investigation(data: dict[str, Any]) -> None:
    """Kinds of evidence, what each type needs, articles of law."""
    for position, row in enumerate(data["kinds"]):
        facts = {**row, "position": position}
        needs = facts.pop("needed_for")
        kind, made = EvidenceKind.objects.get_or_create(
            code=row["code"], defaults=facts
        )
        if made:
            for type_, origin in needs.items():
                EvidenceNeed.objects.create(type=type_, kind=kind, origin=origin)
    for row in data["articles"]:
        LawArticle.objects.get_or_create(code=row["code"], defaults=row)


def _load_settlement(data: dict[str, Any]) -> None:
    """Kinds of measures, and whose approval which value needs."""
    departments = {it.code: it for it in Department.objects.all()}
    for position, row in enumerate(data["measures"]):
        owner = departments.get(row.get("department", ""))
        MeasureKind.objects.get_or_create(
            code=row["code"],
            defaults={**row, "department": owner, "position": position},
        )
    if not ApprovalRule.objects.exists():
        for row in data["approvals"]:
            ApprovalRule.objects.create(**row, origin="INFERRED")
