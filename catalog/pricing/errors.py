"""What may be wrong with a question about a price, each with the field it is in."""

from typing import ClassVar


class PricingError(ValueError):
    """A price that cannot be worked out; `field` names what was wrong.

    `code` is stable for translation (`catalog.words`), `figures` fill its sentence.
    """

    code: ClassVar[str] = "pricing"
    default_field: ClassVar[str] = "items"

    def __init__(self, field: str = "", /, **figures: object) -> None:
        """Name the field and the figures that make the message useful."""
        self.field = field or self.default_field
        self.figures = figures
        told = ", ".join(f"{name}={value}" for name, value in figures.items())
        super().__init__(f"{self.field}: {self.code}" + (f" ({told})" if told else ""))


class BadDays(PricingError):
    """Fewer than one day, or more than a lease may have."""

    code = "bad_days"
    default_field = "days"


class BadPeriod(PricingError):
    """An end before its beginning, or a time without a zone."""

    code = "bad_period"
    default_field = "returned_at"


class NoItems(PricingError):
    """Nothing to price."""

    code = "no_items"


class TooManyItems(PricingError):
    """More different devices than one order may have."""

    code = "too_many_items"


class BadQuantity(PricingError):
    """Fewer than one piece, or more than one order may have."""

    code = "bad_quantity"


class UnknownZone(PricingError):
    """A way of delivery that the tariff does not have."""

    code = "unknown_zone"
    default_field = "delivery"


class UnknownWaiver(PricingError):
    """A waiver of the deposit that the tariff does not have."""

    code = "unknown_waiver"
    default_field = "waiver"


class UnknownGrade(PricingError):
    """A grade of damage that the tariff does not have."""

    code = "unknown_grade"
    default_field = "grade"


class UnknownAccessory(PricingError):
    """An accessory that the tariff does not have."""

    code = "unknown_accessory"
    default_field = "missing"


class FigureMissing(PricingError):
    """A figure that this rule cannot do without."""

    code = "figure_missing"


class BadFigure(PricingError):
    """A figure outside the bounds that make sense for it."""

    code = "bad_figure"
