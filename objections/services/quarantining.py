"""Units that had the same kind of trouble twice are kept back (OB-10)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from catalog.models import Device, Quarantine
from catalog.serials import serial_key
from catalog.services import quarantine
from catalog.services.quarantine import may_quarantine
from objections.frequency import Faulty, faulty_units
from objections.models import (
    Finding,
    FrequencyRule,
    Objection,
    ObjectionType,
    RuleKind,
)
from staff.models import User
from tickets.workflow import NotAllowed


@dataclass(frozen=True)
class Suspect:
    """A unit that should be kept back, and the objections that say so."""

    serial: str
    model: str
    objections: tuple[Objection, ...]


def put(
    *,
    serial_number: str,
    reason: str,
    by: User,
    at: datetime,
    device: Device | None = None,
) -> Quarantine:
    """Keep a unit back; one that is kept back already stays as it is.

    Raises ValidationError (serial_number, reason), NotAllowed.
    """
    if not may_quarantine(by):
        raise NotAllowed("quarantine")
    return quarantine.put(
        serial_number=serial_number, reason=reason, device=device, by=by, at=at
    )


def lift(row: Quarantine, *, reason: str, by: User, at: datetime) -> Quarantine:
    """Let a unit be rented again; a second click changes nothing.

    Raises ValidationError (reason), NotAllowed.
    """
    if not may_quarantine(by):
        raise NotAllowed("lift")
    return quarantine.lift(row, reason=reason, by=by, at=at)


def suspects(*, by: User) -> list[Suspect]:
    """Units with repeated findings against them, the worst first; four queries.

    The objections are those that this person may see.
    """
    rule = FrequencyRule.objects.filter(kind=RuleKind.SERIAL, active=True).first()
    if rule is None:
        return []
    kept_back = set(
        Quarantine.objects.standing().values_list("serial_number", flat=True)
    )
    ended = Quarantine.objects.filter(lifted_at__isnull=False)
    lifted: Mapping[str, datetime] = dict(
        ended.values_list("serial_number").annotate(Max("lifted_at")).order_by()
    )
    units = faulty_units(_findings(), least=rule.least, lifted=lifted)
    wanted = {serial: pks for serial, pks in units.items() if serial not in kept_back}
    visible = Objection.objects.visible_to(by).in_bulk(
        [pk for pks in wanted.values() for pk in pks]
    )
    found = []
    for serial, pks in wanted.items():
        known = tuple(visible[pk] for pk in pks if pk in visible)
        if known:
            found.append(Suspect(serial, known[-1].device_model, known))
    return found


def is_suspect(objection: Objection) -> bool:
    """Whether this unit should be kept back; no query without a serial number."""
    serial = serial_key(objection.serial_number)
    if not serial:
        return False
    rule = FrequencyRule.objects.filter(kind=RuleKind.SERIAL, active=True).first()
    if rule is None:
        return False
    ended = Quarantine.objects.filter(serial_number=serial, lifted_at__isnull=False)
    last = ended.aggregate(last=Max("lifted_at"))["last"]
    mine = _findings(objection__serial_number__iexact=objection.serial_number)
    return bool(
        faulty_units(mine, least=rule.least, lifted={serial: last} if last else {})
    )


def _findings(**wanted: str) -> list[Faulty]:
    """The latest finding of each objection about a unit's quality; one query."""
    rows = (
        Finding.objects.filter(objection__type=ObjectionType.QUALITY, **wanted)
        .exclude(objection__serial_number="")
        .order_by("objection", "-round")
        .distinct("objection")
        .values_list(
            *("objection_id", "objection__serial_number"),
            *("found_at", "responsibility", "cause"),
        )
    )
    return [Faulty(*row) for row in rows]
