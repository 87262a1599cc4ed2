"""Load a policy pack: rules written as TOML become the first version of a policy."""

import hashlib
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction

from sla.models import (
    Action,
    Calendar,
    Compare,
    EscalationStep,
    PauseRule,
    Policy,
    PolicyVersion,
    Target,
)
from sla.pack_format import BadText, read_length
from sla.services.differences import Change, diff

PACKS: Final = Path(__file__).resolve().parent.parent / "policies"
USUAL_WARNING: Final = "0.8"

Row = dict[str, Any]


class Loaded(StrEnum):
    """What loading a pack did."""

    CREATED = "created"
    UNCHANGED = "unchanged"
    DIFFERS = "differs"


class BadPack(ValueError):
    """A pack says something that cannot be: where, and what."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}")
        self.place = place
        self.reason = reason


@dataclass(frozen=True)
class Pack:
    """A pack as read, with the digest by which a version remembers it."""

    content: Row
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

    A policy whose newest version says something else is left alone: what was promised
    is never rewritten behind people's backs. Raises BadPack.
    """
    policy = policy_of(pack)
    newest = policy.versions.published().order_by("-number").first()
    if newest is not None:
        same = newest.pack_digest == pack.digest or not compare(pack)
        return Loaded.UNCHANGED if same else Loaded.DIFFERS
    version = fill(pack, PolicyVersion(policy=policy, number=1))
    version.published_at = at
    version.effective_from = pack.content["effective_from"]
    version.save()
    return Loaded.CREATED


@transaction.atomic
def draft(pack: Pack) -> PolicyVersion:
    """Make a draft that says what a pack says, for people to check and publish.

    Raises BadPack; also when the policy has a draft already, which is somebody's work.
    """
    policy = policy_of(pack)
    if policy.versions.drafts().exists():
        raise BadPack(pack.code, "there is a draft already: publish or discard it")
    newest = policy.versions.order_by("-number").first()
    return fill(
        pack, PolicyVersion(policy=policy, number=newest.number + 1 if newest else 1)
    )


def compare(pack: Pack) -> list[Change]:
    """What a pack says differently from the newest published version of its policy."""
    versions = PolicyVersion.objects.published().filter(policy__code=pack.code)
    newest = versions.order_by("-number").first()
    if newest is None:
        return []
    with transaction.atomic():
        other = Policy.objects.create(code=f"{pack.code}-compared")
        found = diff(newest, fill(pack, PolicyVersion(policy=other, number=1)))
        transaction.set_rollback(True)
    return found


def policy_of(pack: Pack) -> Policy:
    """The policy that a pack is about, locked; its laws are filled in if missing."""
    names = {name: pack.content[name] for name in ("name_zh", "name_en")}
    Policy.objects.get_or_create(code=pack.code, defaults=names)
    policy = Policy.objects.select_for_update().get(code=pack.code)
    if not policy.laws:
        policy.laws = pack.content.get("laws", [])
        policy.save(update_fields=["laws"])
    return policy


def fill(pack: Pack, version: PolicyVersion) -> PolicyVersion:
    """Write all that a pack says into a new draft. Raises BadPack."""
    version.note = pack.content["note"]
    version.pack_digest = pack.digest
    version.save()
    calendars = {calendar.code: calendar for calendar in Calendar.objects.all()}
    for row in _rows(pack, version, calendars):
        try:
            row.full_clean()
        except ValidationError as error:
            raise BadPack(_place(row), "; ".join(error.messages)) from error
        row.save()
    return version


def _rows(
    pack: Pack, version: PolicyVersion, calendars: dict[str, Calendar]
) -> Iterator[Target | EscalationStep | PauseRule]:
    content = pack.content
    for position, rule in enumerate(content["rules"]):
        target = _target(version, position, rule, calendars)
        yield target
        yield from _ladder(version, target, rule.get("ladder", []), calendars)
    yield from _ladder(version, None, content["ladder"], calendars)
    for rule in content.get("pauses", []):
        yield PauseRule(
            version=version,
            **_length(rule["limit"], rule, calendars, amount="limit"),
            **{
                name: rule[name]
                for name in (
                    "code",
                    "name_zh",
                    "name_en",
                    "metrics",
                    "clauses",
                    "origin",
                )
            },
        )


def _target(
    version: PolicyVersion, position: int, rule: Row, calendars: dict[str, Calendar]
) -> Target:
    return Target(
        version=version,
        position=position,
        conditions=rule.get("when", {}),
        note=rule.get("note", ""),
        compare=rule.get("compare", Compare.WITHIN),
        warn_at_fraction=_warning(rule.get("warn_at", USUAL_WARNING)),
        auto_counts=rule.get("auto_counts", False),
        continues_on_reopen=rule.get("continues_on_reopen", False),
        enabled=rule.get("enabled", True),
        **_length(rule["limit"], rule, calendars, amount="budget"),
        **{
            name: rule[name]
            for name in ("code", "metric", "name_zh", "name_en", "clauses", "origin")
        },
    )


def _warning(said: str | float) -> Decimal | None:
    """After which part of the time to warn; `false` in a pack: never."""
    return None if said is False else Decimal(str(said))


def _ladder(
    version: PolicyVersion,
    target: Target | None,
    rungs: list[Row],
    calendars: dict[str, Calendar],
) -> Iterator[EscalationStep]:
    for position, rung in enumerate(rungs):
        yield EscalationStep(
            version=version,
            target=target,
            position=position,
            audience=rung["to"],
            action=rung.get("action", Action.NOTIFY),
            by_mail=rung.get("by_mail", False),
            **_length(rung["after"], rung, calendars, amount="after"),
        )


def _length(text: str, row: Row, calendars: dict[str, Calendar], *, amount: str) -> Row:
    """The columns of a length; time that is not days stands in the one named."""
    code = row.get("calendar", "")
    place = row.get("code", f"ladder, {text}")
    if code and code not in calendars:
        raise BadPack(place, f"there is no calendar {code}")
    try:
        said = read_length(text, calendar=code)
    except BadText as error:
        raise BadPack(place, f"{text} is not a length of time") from error
    return {
        "unit": said.unit,
        amount: said.amount,
        "days": said.days,
        "calendar": calendars.get(code),
    }


def _place(row: Target | EscalationStep | PauseRule) -> str:
    if isinstance(row, EscalationStep):
        owner = row.target.code if row.target else "ladder"
        return f"{owner}, step {row.position}"
    return row.code
