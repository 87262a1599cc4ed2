"""Units that are kept back: put in quarantine with a reason, lifted with a reason.

Who may do so is asked by the caller: `may_quarantine`.
"""

from datetime import datetime
from typing import Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from catalog.models import Device, Quarantine
from catalog.serials import serial_key
from customers.text import one_line
from staff.models import Role, User

SERIAL_MAX: Final = 60
LEADING: Final = frozenset({Role.SUPERVISOR, Role.MANAGER, Role.ADMINISTRATOR})
HANDLING: Final = frozenset({"technical_support", "warehouse_logistics"})


def may_quarantine(user: User) -> bool:
    """Supervisors and managers, and the departments that hold the devices."""
    if user.role == Role.DEPARTMENT_HANDLER:
        return user.department is not None and user.department.code in HANDLING
    return user.role in LEADING


def put(
    *,
    serial_number: str,
    reason: str,
    by: User,
    at: datetime,
    device: Device | None = None,
) -> Quarantine:
    """Keep a unit back; one that is kept back already stays as it is.

    Raises ValidationError (serial_number, reason).
    """
    serial = serial_key(
        one_line(
            serial_number,
            field="serial_number",
            most=SERIAL_MAX,
            missing=_("Please give the serial number."),
        )
    )
    if len(serial) > SERIAL_MAX:  # one sign may stand for several letters
        raise ValidationError(
            {"serial_number": _("This serial number is too long to be one.")}
        )
    reason = one_line(reason, field="reason", missing=_("Please say why."))
    try:
        with transaction.atomic():
            return Quarantine.objects.create(
                serial_number=serial, reason=reason, device=device, since=at, by=by
            )
    except IntegrityError:
        return Quarantine.objects.standing().get(serial_number=serial)


def lift(row: Quarantine, *, reason: str, by: User, at: datetime) -> Quarantine:
    """Let a unit be rented again; one that is lifted already stays as it is.

    Raises ValidationError (reason).
    """
    reason = one_line(reason, field="reason", missing=_("Please say why."))
    Quarantine.objects.standing().filter(pk=row.pk).update(
        lifted_at=at, lifted_by=by, lift_reason=reason
    )
    row.refresh_from_db()
    return row


def of_serial(serial_number: str) -> Quarantine | None:
    """The standing quarantine of a unit; no query without a serial number."""
    serial = serial_key(serial_number)
    if not serial:
        return None
    standing = Quarantine.objects.standing().filter(serial_number=serial)
    return standing.select_related("by", "device").first()


def counts() -> dict[str, int]:
    """How many units of each device, by its code, are kept back; one query."""
    standing = Quarantine.objects.standing().filter(device__isnull=False)
    found = standing.values_list("device__code").annotate(Count("pk"))
    return dict(found.order_by("device__code"))


def device_named(model: str) -> Device | None:
    """The device of the catalogue that a customer's words name, if one does."""
    words = " ".join(model.split())
    if not words or "\x00" in words:
        return None
    for field in ("code", "name_zh", "name_en"):
        found = list(Device.objects.filter(**{f"{field}__iexact": words})[:2])
        if len(found) == 1:
            return found[0]
    return None
