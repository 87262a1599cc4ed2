"""The arithmetic of a price, pure and exact: Decimal, half up to the cent per line.

Nothing here knows a database, a request or a clock. `tariff` holds what a price is made
of, `rent` days and tiers, `discounts` who gets which, `lines` and `quotation` the price
of an order, `returning` what is settled afterwards, `damage` what is broken or lost.
"""

from catalog.pricing.damage import Damage, DamagePart, damage
from catalog.pricing.discounts import AppliedDiscount, RefusedDiscount
from catalog.pricing.errors import (
    BadDays,
    BadFigure,
    BadPeriod,
    BadQuantity,
    FigureMissing,
    NoItems,
    PricingError,
    TooManyItems,
    UnknownAccessory,
    UnknownGrade,
    UnknownWaiver,
    UnknownZone,
)
from catalog.pricing.lines import Component, Line
from catalog.pricing.quotation import Quote, cheaper_longer, quote
from catalog.pricing.rent import MAX_DAYS, days_between, rent_of
from catalog.pricing.returning import (
    Downtime,
    EarlyReturn,
    Overdue,
    downtime,
    early_return,
    overdue,
    overdue_days,
)
from catalog.pricing.tariff import (
    Accessory,
    DamageGrade,
    DamageRule,
    DevicePrice,
    Discount,
    Item,
    Tariff,
    Waiver,
    Zone,
)

__all__ = [
    "MAX_DAYS",
    "Accessory",
    "AppliedDiscount",
    "BadDays",
    "BadFigure",
    "BadPeriod",
    "BadQuantity",
    "Component",
    "Damage",
    "DamageGrade",
    "DamagePart",
    "DamageRule",
    "DevicePrice",
    "Discount",
    "Downtime",
    "EarlyReturn",
    "FigureMissing",
    "Item",
    "Line",
    "NoItems",
    "Overdue",
    "PricingError",
    "Quote",
    "RefusedDiscount",
    "Tariff",
    "TooManyItems",
    "UnknownAccessory",
    "UnknownGrade",
    "UnknownWaiver",
    "UnknownZone",
    "Waiver",
    "Zone",
    "cheaper_longer",
    "damage",
    "days_between",
    "downtime",
    "early_return",
    "overdue",
    "overdue_days",
    "quote",
    "rent_of",
]
