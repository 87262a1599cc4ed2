"""The catalogue as rows that people edit: devices, kits, and all that makes a price."""

from catalog.models.damage import Accessory, DamageGrade, DamageRule
from catalog.models.delivery import DeliveryMethod, DeliveryZone
from catalog.models.deposit import DepositWaiver
from catalog.models.device import Category, DeliveryClass, Device
from catalog.models.discount import DiscountRule
from catalog.models.kit import Kit, KitItem
from catalog.models.needs import SCORES, Need, Scale, Scene
from catalog.models.payment import PaymentMethod
from catalog.models.quarantine import Quarantine
from catalog.models.terms import Terms

__all__ = [
    "SCORES",
    "Accessory",
    "Category",
    "DamageGrade",
    "DamageRule",
    "DeliveryClass",
    "DeliveryMethod",
    "DeliveryZone",
    "DepositWaiver",
    "Device",
    "DiscountRule",
    "Kit",
    "KitItem",
    "Need",
    "PaymentMethod",
    "Quarantine",
    "Scale",
    "Scene",
    "Terms",
]
