"""Load a policy pack: rules written as TOML become the first version of a policy."""

import hashlib
import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.db import transaction

from sla.models import EscalationStep, Policy, PolicyVersion, Target

PACKS = Path(__file__).resolve().parent.parent / "policies"


class Loaded(StrEnum):
    """What loading a pack did."""

    CREATED = "created"
    UNCHANGED = "unchanged"
    DIFFERS = "differs"


@dataclass(frozen=True)
class Pack:
    """A pack as read, with the digest by which a version remembers it."""

    content: dict[str, Any]
    digest: str

    @property
    def code(self) -> str:
        return str(self.content["code"])


def read_packs(folder: Path = PACKS) -> list[Pack]:
    """Every pack of a folder, in the order of file names."""
    packs = []
    for path in sorted(folder.glob("*.toml")):
        raw = path.read_bytes()
        content = tomllib.loads(raw.decode())
        packs.append(Pack(content, hashlib.sha256(raw).hexdigest()))
    return packs


@transaction.atomic
def load(pack: Pack, *, at: datetime) -> Loaded:
    """Publish a pack as version 1 of its policy; later runs change nothing.

    A policy that has a version from another pack is left alone, whatever it says:
    what was promised is never rewritten behind people's backs.
    """
    policy, _created = Policy.objects.get_or_create(
        code=pack.code,
        defaults={
            "name_zh": pack.content["name_zh"],
            "name_en": pack.content["name_en"],
        },
    )
    Policy.objects.select_for_update().get(pk=policy.pk)
    newest = policy.versions.first()
    if newest is not None:
        same = newest.pack_digest == pack.digest
        return Loaded.UNCHANGED if same else Loaded.DIFFERS
    version = PolicyVersion.objects.create(
        policy=policy,
        number=1,
        published_at=at,
        effective_from=pack.content["effective_from"],
        note=pack.content["note"],
        pack_digest=pack.digest,
    )
    for rule in pack.content["rules"]:
        _add_target(version, rule)
    for position, step in enumerate(pack.content["escalation"]):
        EscalationStep.objects.create(
            version=version,
            position=position,
            after=timedelta(seconds=step["after_seconds"]),
            audience=step["to"],
        )
    return Loaded.CREATED


def _add_target(version: PolicyVersion, rule: dict[str, Any]) -> None:
    warn_at = rule.get("warn_at_fraction")
    target = Target(
        version=version,
        metric=rule["code"],
        name_zh=rule["name_zh"],
        name_en=rule["name_en"],
        clauses=rule["clauses"],
        origin=rule["origin"],
        budget=timedelta(seconds=rule["limit_seconds"]),
        warn_at_fraction=None if warn_at is None else Decimal(str(warn_at)),
        auto_counts=rule["auto_counts"],
        enabled=rule["enabled"],
    )
    target.full_clean()
    target.save()
