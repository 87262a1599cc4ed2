"""Bring the scripts and phrases of the data files into the database, once."""

import tomllib
from pathlib import Path
from typing import Any, Final

from django.db import transaction
from simple_history.utils import bulk_create_with_history

from knowledge.models import Phrase, PromiseLimit, Script
from staff.models import Role

DATA: Final = Path(__file__).resolve().parent.parent / "data"


@transaction.atomic
def load_knowledge() -> None:
    """Rows that exist stay as people made them; running it again changes nothing."""
    codes = set(Script.objects.values_list("code", flat=True))
    scripts = [
        Script(**row, position=position)
        for position, row in enumerate(_read("scripts.toml")["scripts"])
        if row["code"] not in codes
    ]
    bulk_create_with_history(scripts, Script)
    known = set(Phrase.objects.values_list("kind", "text"))
    phrases = [
        Phrase(**row)
        for row in _read("phrases.toml")["phrases"]
        if (row["kind"], row["text"]) not in known
    ]
    bulk_create_with_history(phrases, Phrase)
    limits = _read("phrases.toml")["may_promise"]
    limited = set(PromiseLimit.objects.values_list("role", flat=True))
    rows = [
        PromiseLimit(role=role, amount=limits.get(role))
        for role in Role
        if role not in limited
    ]
    bulk_create_with_history(rows, PromiseLimit)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((DATA / name).read_text(encoding="utf-8"))
