"""The four facts about delivery and service, from the catalogue and the promises.

When it arrives, how, whether it is installed, and how soon a fault is looked after
(IN-46 to IN-50).
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from catalog.models import DeliveryClass, DeliveryMethod, DeliveryZone, Device
from inquiries import texts
from sla.models import Metric
from sla.services import rules

HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True)
class Installation:
    """Whether a device is installed on site, and how long it takes (IN-48)."""

    code: str
    name: str
    on_site: bool
    minutes: int
    special: bool


@dataclass(frozen=True)
class Facts:
    """What holds for a place and for these devices; none given: for devices at large.

    Hours are None where nothing is delivered or promised.
    """

    zone: str
    zone_name: str
    method: str
    standard_hours: int | None
    special_hours: int | None
    installation: tuple[Installation, ...]
    contact_hours: int | None
    on_site_hours: int | None

    @property
    def special(self) -> bool:
        """Whether one of the devices takes the longer time."""
        return any(device.special for device in self.installation)

    @property
    def hours(self) -> int | None:
        """In how many hours these devices arrive, the slowest counting (IN-46)."""
        return self.special_hours if self.special else self.standard_hours

    def lines(self) -> list[str]:
        """One line a fact, as the customer reads it."""
        words = texts.read("service_facts")
        lines = [self._delivery(words), words[f"method_{self.method}"]]
        lines.append(self._installation(words))
        if self.contact_hours is not None and self.on_site_hours is not None:
            repair = {"contact": self.contact_hours, "on_site": self.on_site_hours}
            lines.append(texts.filled(words["repair"], **repair))
        return lines

    def message_text(self) -> str:
        return "\n".join([texts.read("service_facts")["head"], *self.lines()])

    def stored(self) -> dict[str, Any]:
        """The facts as they were told, for the record."""
        return asdict(self) | {"hours": self.hours}

    def _delivery(self, words: dict[str, str]) -> str:
        if self.method == DeliveryMethod.PICKUP or self.hours is None:
            return words["pickup"]
        if not self.installation:
            return texts.filled(
                words["delivery_both"],
                zone=self.zone_name,
                standard=self.standard_hours,
                special=self.special_hours,
            )
        return texts.filled(
            words["delivery_one"],
            zone=self.zone_name,
            devices="、".join(device.name for device in self.installation),
            hours=self.hours,
        )

    def _installation(self, words: dict[str, str]) -> str:
        if not self.installation:
            return words["install_general"]
        told = [
            texts.filled(
                words["install_on_site" if device.on_site else "install_alone"],
                device=device.name,
                minutes=device.minutes,
            )
            for device in self.installation
        ]
        return texts.filled(words["install"], devices="；".join(told))


def facts_for(zone: DeliveryZone, devices: Sequence[Device], *, at: datetime) -> Facts:
    """The facts for a way of delivery and the devices that are asked about."""
    return Facts(
        zone=zone.code,
        zone_name=zone.name_zh,
        method=zone.method,
        standard_hours=zone.standard_hours,
        special_hours=zone.special_hours,
        installation=tuple(_installation(device) for device in devices),
        contact_hours=_hours(Metric.REPAIR_CONTACT, urgency="normal", at=at),
        on_site_hours=_hours(Metric.REPAIR_ON_SITE, urgency="urgent", at=at),
    )


def _installation(device: Device) -> Installation:
    return Installation(
        code=device.code,
        name=device.name_zh,
        on_site=device.onsite_install,
        minutes=device.install_minutes,
        special=device.delivery_class == DeliveryClass.SPECIAL,
    )


def _hours(metric: Metric, *, urgency: str, at: datetime) -> int | None:
    """The whole hours that the policy in force promises; never fewer than promised."""
    target = rules.in_force(metric, at=at, facts={"urgency": urgency})
    if target is None or target.budget is None:
        return None
    return -(-target.budget // HOUR)
