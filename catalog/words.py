"""What the codes of the arithmetic say to people: lines, reasons, refusals.

The pure modules speak in codes and figures; here each gets its sentence, once for
pages, quotations and the API.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from catalog.pricing import Component, Line, PricingError, RefusedDiscount
from catalog.recommendation import Reason, WishError

COMPONENTS: Final[dict[str, Promise]] = {
    Component.RENT: gettext_lazy("Rent"),
    Component.DISCOUNT: gettext_lazy("Discount"),
    Component.DELIVERY: gettext_lazy("Delivery fee"),
    Component.INSURANCE: gettext_lazy("Insurance"),
    Component.INSTALL: gettext_lazy("Installation on site"),
    Component.OPERATOR: gettext_lazy("Technician"),
    Component.DEPOSIT: gettext_lazy("Deposit"),
}

RULES: Final[dict[str, Promise]] = {
    "no_discount": gettext_lazy("No discount applies."),
    "discount": gettext_lazy("%(percent)s %% off %(base)s"),
    "discount_capped": gettext_lazy("%(percent)s %% off %(base)s, at most %(cap)s"),
    "delivery_none": gettext_lazy("No fee"),
    "delivery_fee": gettext_lazy("There and back"),
    "delivery_below": gettext_lazy(
        "Free from %(free_from)s of rent after discounts; not reached"
    ),
    "delivery_free": gettext_lazy(
        "Free from %(free_from)s of rent after discounts; reached"
    ),
    "insurance_not_chosen": gettext_lazy("Not chosen"),
    "insurance_minimum": gettext_lazy("The least an order pays"),
    "install_not_chosen": gettext_lazy("Not chosen"),
    "install_standard": gettext_lazy("One visit"),
    "install_special": gettext_lazy("One visit, special devices"),
    "operator_not_chosen": gettext_lazy("Not chosen"),
    "operator": gettext_lazy("Per person and day"),
    "deposit": gettext_lazy("Given back after the return and the inspection"),
    "deposit_waived": gettext_lazy("%(percent)s %% of the deposit waived"),
    "waiver_value_too_high": gettext_lazy(
        "Not waived: the devices are worth more than %(max_value)s"
    ),
    "waiver_score_too_low": gettext_lazy(
        "Not waived: the score must be %(min_score)s or more"
    ),
}
MONEY: Final = {"base", "cap", "free_from", "value", "max_value"}

REASONS: Final[dict[str, Promise]] = {
    "not_first_order": gettext_lazy("Only for a first order"),
    "not_a_kit": gettext_lazy("Only for one of our kits, complete"),
    "another_is_better": gettext_lazy(
        "“%(better)s” takes off more, and the two do not add up"
    ),
}

SCORES: Final[dict[str, Promise]] = {
    "indoor_fixed": gettext_lazy("Indoors, fixed"),
    "outdoor_mobile": gettext_lazy("Outdoors, on the move"),
    "solo": gettext_lazy("One person"),
    "multi_interview": gettext_lazy("Interview with several people"),
    "image_quality": gettext_lazy("Image quality"),
    "noise_reduction": gettext_lazy("Clean sound"),
    "portability": gettext_lazy("Easy to carry"),
}
# A score from 0 to 5, in words.
DEGREES: Final = (
    gettext_lazy("not made for it"),
    gettext_lazy("poor"),
    gettext_lazy("passable"),
    gettext_lazy("good"),
    gettext_lazy("very good"),
    gettext_lazy("excellent"),
)

REFUSALS: Final[dict[str, Promise]] = {
    "bad_days": gettext_lazy("Choose from %(least)s to %(most)s days."),
    "no_items": gettext_lazy("Choose at least one device."),
    "too_many_items": gettext_lazy("At most %(most)s different devices at once."),
    "bad_quantity": gettext_lazy("Choose from %(least)s to %(most)s pieces."),
    "unknown_zone": gettext_lazy("There is no such way of delivery."),
    "unknown_waiver": gettext_lazy("There is no such waiver of the deposit."),
    "unknown_grade": gettext_lazy("There is no such grade of damage."),
    "unknown_accessory": gettext_lazy("There is no accessory “%(accessory)s”."),
    "figure_missing": gettext_lazy("This grade of damage needs this figure."),
    "bad_figure": gettext_lazy("Give a figure from %(least)s to %(most)s."),
}


def yuan(amount: Decimal | str) -> str:
    """An amount in full: ¥1,277.98, or -¥54.00 with a true minus."""
    value = Decimal(amount)
    sign = "−" if value < 0 else ""
    return f"{sign}¥{abs(value):,.2f}"


def days(count: int) -> str:
    return ngettext("%(n)d day", "%(n)d days", count) % {"n": count}


def weeks(count: int) -> str:
    return ngettext("%(n)d week", "%(n)d weeks", count) % {"n": count}


def months(count: int) -> str:
    return ngettext("%(n)d month", "%(n)d months", count) % {"n": count}


def explained(line: Line) -> str:
    """How the amount of a line was found."""
    figures = dict(line.figures)
    if line.rule in LENGTHS:
        return LENGTHS[line.rule](figures)
    if line.rule == "insurance":
        return _("%(percent)s %% of %(value)s a day, %(days)s") % {
            "percent": figures["percent"],
            "value": yuan(figures["value"]),
            "days": days(int(figures["days"])),
        }
    return str(RULES[line.rule]) % _shown(figures)


def _daily(figures: dict[str, str]) -> str:
    return _("%(days)s at the daily rent") % {"days": days(int(figures["days"]))}


def _weekly(figures: dict[str, str]) -> str:
    whole, rest = int(figures["weeks"]), int(figures.get("days", 0))
    if rest:
        return _("%(weeks)s and %(days)s") % {"weeks": weeks(whole), "days": days(rest)}
    return _("%(weeks)s at the weekly rent") % {"weeks": weeks(whole)}


def _capped(figures: dict[str, str]) -> str:
    return _("For the price of %(weeks)s") % {"weeks": weeks(int(figures["weeks"]))}


def _monthly(figures: dict[str, str]) -> str:
    whole, rest = int(figures["months"]), int(figures["days"])
    if not whole:
        return _("%(days)s of a month of 30 days") % {"days": days(rest)}
    if rest:
        return _("%(months)s and %(days)s of the next") % {
            "months": months(whole),
            "days": days(rest),
        }
    return _("%(months)s at the monthly rent") % {"months": months(whole)}


LENGTHS: Final[dict[str, Callable[[dict[str, str]], str]]] = {
    "daily": _daily,
    "weekly": _weekly,
    "weekly_capped": _capped,
    "monthly": _monthly,
}


def why_not(refused: RefusedDiscount) -> str:
    """Why a discount is not in the price."""
    figures = dict(refused.figures)
    if refused.reason == "too_few_days":
        least = days(int(figures["min_days"]))
        return _("Only from %(days)s") % {"days": least}
    return str(REASONS[refused.reason]) % figures


def degree(score: int) -> str:
    """A score from 0 to 5 as a word."""
    return str(DEGREES[score])


def scored(reason: Reason) -> str:
    """A reason of a recommendation: "Indoors, fixed: excellent (5 of 5)"."""
    return _("%(what)s: %(degree)s (%(score)d of 5)") % {
        "what": SCORES[reason.code],
        "degree": degree(reason.score),
        "score": reason.score,
    }


def refusal(error: PricingError | WishError) -> ValidationError:
    """The same refusal as every other verb's: messages by field."""
    return ValidationError({error.field: [_sentence(error)]})


def _sentence(error: PricingError | WishError) -> str:
    if isinstance(error, WishError):
        if error.field == "budget":
            return _("A budget is not negative.")
        if not error.value:
            return _("Please choose.")
        return _("“%(value)s” is not one of the choices.") % {"value": error.value}
    if error.code == "bad_period":
        if error.figures.get("reason") == "no_zone":
            return _("Say which offset the time has, such as +08:00.")
        return _("The end lies before the beginning.")
    return str(REFUSALS[error.code]) % error.figures


def _shown(figures: dict[str, str]) -> dict[str, Any]:
    return {
        name: yuan(value) if name in MONEY else value for name, value in figures.items()
    }
