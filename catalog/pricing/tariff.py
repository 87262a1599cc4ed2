"""The nouns of a price: what a device costs and the rules that hold for everybody.

Money is Decimal in CNY; shares are Decimal between 0 and 1.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Final

from catalog.pricing.errors import UnknownGrade, UnknownWaiver, UnknownZone

SPECIAL: Final = "special"
STANDARD: Final = "standard"
LEGAL_PENALTY: Final = Decimal("0.30")  # above, a penalty is excessive (民法典 585)


@dataclass(frozen=True, slots=True)
class DevicePrice:
    """A device as the arithmetic sees it."""

    code: str
    name: str
    value: Decimal
    daily: Decimal
    weekly: Decimal
    monthly: Decimal
    deposit: Decimal
    delivery_class: str = STANDARD
    onsite_install: bool = False
    install_minutes: int = 0

    @property
    def is_special(self) -> bool:
        return self.delivery_class == SPECIAL


@dataclass(frozen=True, slots=True)
class Discount:
    """A reduction of the rent; only one that does not stack applies, the best."""

    code: str
    name: str
    off: Decimal
    min_days: int = 0
    first_order: bool = False
    kit: bool = False
    cap: Decimal | None = None
    stacks: bool = False


@dataclass(frozen=True, slots=True)
class Zone:
    """A way of delivery: its fee, from which rent it is free, and its promise."""

    code: str
    name: str
    fee: Decimal
    free_from: Decimal | None = None
    standard_hours: int | None = None
    special_hours: int | None = None

    def hours(self, *, special: bool) -> int | None:
        """In how many hours it arrives (IN-46); None where nothing is delivered."""
        return self.special_hours if special else self.standard_hours


@dataclass(frozen=True, slots=True)
class Waiver:
    """A reason to ask for less deposit, for orders up to a value."""

    code: str
    name: str
    share: Decimal
    min_score: int | None = None
    max_value: Decimal | None = None


class DamageRule(StrEnum):
    """How the price of a damage is found."""

    FREE = "free"  # normal wear (民法典 710, 733)
    FIXED = "fixed"  # what was assessed, up to a share of the value
    REPAIR = "repair"  # the repair's invoice and the rent lost meanwhile
    LOSS = "loss"  # what the device was still worth
    PARTS = "parts"  # the accessories that are missing


@dataclass(frozen=True, slots=True)
class DamageGrade:
    """A grade of damage; only the figures of its own rule count."""

    code: str
    name: str
    rule: DamageRule
    share_of_value: Decimal = Decimal(0)  # FIXED: at most this share of the value
    downtime_days: int = 0  # REPAIR: at most so many daily rents
    loss_floor: Decimal = Decimal(0)  # LOSS: at least this share of the value
    loss_per_month: Decimal = Decimal(0)  # LOSS: so much less a month in service


@dataclass(frozen=True, slots=True)
class Accessory:
    """A part that can go missing, and what it costs."""

    code: str
    name: str
    price: Decimal


@dataclass(frozen=True, slots=True)
class Tariff:
    """Everything but the devices: one object from which every price follows."""

    zones: tuple[Zone, ...]
    discounts: tuple[Discount, ...]
    insurance_rate: Decimal  # share of the value, a day
    insurance_minimum: Decimal  # an order
    overdue_grace_hours: int
    overdue_penalty: Decimal  # share of the daily rent
    early_return_fee_days: int
    install_standard: Decimal
    install_special: Decimal
    operator_per_day: Decimal
    overdue_occupation: Decimal = Decimal(1)  # share of the daily rent
    min_days: int = 1
    max_days: int = 1095  # three years; what is longer is negotiated, not computed
    day_grace_hours: int = 2
    downtime_hours: int = 4  # unusable for longer reduces the rent (民法典 713)
    grades: tuple[DamageGrade, ...] = field(default=())
    accessories: tuple[Accessory, ...] = field(default=())
    waivers: tuple[Waiver, ...] = field(default=())

    def zone(self, code: str) -> Zone:
        for zone in self.zones:
            if zone.code == code:
                return zone
        raise UnknownZone(zone=code)

    def grade(self, code: str) -> DamageGrade:
        for grade in self.grades:
            if grade.code == code:
                return grade
        raise UnknownGrade(grade=code)

    def waiver(self, code: str) -> Waiver:
        for waiver in self.waivers:
            if waiver.code == code:
                return waiver
        raise UnknownWaiver(waiver=code)


@dataclass(frozen=True, slots=True)
class Item:
    """So many pieces of one device."""

    device: DevicePrice
    quantity: int = 1
