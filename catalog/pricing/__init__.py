"""The arithmetic of a price, pure and exact: Decimal, half up to the cent per line.

Nothing here knows a database, a request or a clock. What a price is made of stands in
`tariff`, an order's price in `quotation`, and what may come after it in `rent`
(days, tiers), `returning` (early, overdue, downtime) and `damage`.
"""

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
from catalog.pricing.quotation import (
    AppliedDiscount,
    Component,
    Line,
    Quote,
    RefusedDiscount,
    quote,
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
    "Accessory",
    "AppliedDiscount",
    "BadDays",
    "BadFigure",
    "BadPeriod",
    "BadQuantity",
    "Component",
    "DamageGrade",
    "DamageRule",
    "DevicePrice",
    "Discount",
    "FigureMissing",
    "Item",
    "Line",
    "NoItems",
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
    "quote",
]
