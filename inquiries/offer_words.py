"""What a comparison and a quotation say, once for messages, pages and documents.

Messages reach the customer by any channel as plain text, in the company's language; a
page and a document speak the reader's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.conf import settings
from django.utils import translation
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog import words
from catalog.models import DeliveryClass, DeliveryMethod
from catalog.pricing import Component, Line, RefusedDiscount
from inquiries.links import quotation_url
from inquiries.models import DeviceSelection, Quotation, RankedDevice
from inquiries.models.quotation import named

MOST_IN_A_MESSAGE: Final = 12
# What an amount is called where there is no room for its rule.
OF_A_LIST: Final = "· "


@dataclass(frozen=True)
class Shown:
    """A line as people read it: the component, what it is about, how it was found."""

    component: str
    label: str
    name: str
    quantity: int
    unit_price: Decimal
    amount: Decimal
    explanation: str

    @property
    def title(self) -> str:
        return self.name or self.label


@dataclass(frozen=True)
class ShownDiscount:
    """A discount that applies (with its amount) or does not (with the reason)."""

    name: str
    detail: str


# --- A comparison ---------------------------------------------------------------------


def comparison(
    selection: DeviceSelection,
    devices: Sequence[RankedDevice],
    *,
    only_one_reason: str = "",
) -> str:
    """The devices one below the other, readable without columns (IN-34)."""
    with translation.override(settings.LANGUAGE_CODE):
        wish = " · ".join(
            [
                str(selection.get_scene_display()),
                str(selection.get_scale_display()),
                *selection.need_labels,
            ]
        )
        parts = [_("What suits you (%(wish)s):") % {"wish": wish}]
        parts += [
            "\n".join(_compared(place, one)) for place, one in enumerate(devices, 1)
        ]
        if only_one_reason:
            why = (
                _("Why only this one: %(why)s")
                if len(devices) == 1
                else _("Why only one of a kind: %(why)s")
            )
            parts.append(why % {"why": only_one_reason})
        if len(devices) == 1:
            parts.append(_("Does it suit you? You decide."))
        else:
            parts.append(_("The choice is yours: tell us which one you prefer."))
        return "\n\n".join(parts)


def _compared(place: int, one: RankedDevice) -> Iterator[str]:
    yield f"{place}. {one.name} ({one.code})"
    yield _("Rent: %(daily)s a day, %(weekly)s a week, %(monthly)s a month") % {
        "daily": words.yuan(one.daily),
        "weekly": words.yuan(one.weekly),
        "monthly": words.yuan(one.monthly),
    }
    yield difference(one)
    if one.pros:
        yield _("For it: %(pros)s") % {"pros": one.pros}
    if one.cons:
        yield _("Against it: %(cons)s") % {"cons": one.cons}


def difference(one: RankedDevice) -> str:
    """What it costs more than the cheapest that suits."""
    if Decimal(one.difference) == 0:
        return _("The lowest rent of all that suit")
    return _("%(more)s a day more than the cheapest that suits") % {
        "more": words.yuan(one.difference)
    }


def choice(device: RankedDevice) -> str:
    """What the customer's press on a button says."""
    return _("I choose: %(name)s (%(code)s)") % {
        "name": device.name,
        "code": device.code,
    }


# --- A quotation ----------------------------------------------------------------------


def lines(quotation: Quotation) -> list[Shown]:
    """Every line, zero ones included (IN-37), in the reader's language."""
    return [
        Shown(
            component=line.code.value,
            label=str(words.COMPONENTS[line.code]),
            name=line.name,
            quantity=line.quantity,
            unit_price=line.unit_price,
            amount=line.amount,
            explanation=words.explained(line),
        )
        for line in priced(quotation)
    ]


def priced(quotation: Quotation) -> list[Line]:
    """The lines as the arithmetic made them."""
    return [row.priced() for row in quotation.lines.all()]


def title(line: Line) -> str:
    """A component and, where it is about one thing, that thing."""
    component = str(words.COMPONENTS[line.code])
    return f"{component} · {line.name}" if line.name else component


def applied(quotation: Quotation) -> list[ShownDiscount]:
    return [
        ShownDiscount(named(row), f"−{words.yuan(row['amount'])}")
        for row in quotation.discounts["applied"]
    ]


def not_applied(quotation: Quotation) -> list[ShownDiscount]:
    """The other discounts with the reason why they are not in the price (IN-38)."""
    return [
        ShownDiscount(named(row), words.why_not(_refused(row)))
        for row in quotation.discounts["not_applied"]
    ]


def _refused(row: dict[str, Any]) -> RefusedDiscount:
    figures = row["figures_en" if translation.get_language() == "en" else "figures_zh"]
    return RefusedDiscount(
        row["code"],
        named(row),
        row["reason"],
        tuple((name, value) for name, value in figures),
    )


def payment_methods(quotation: Quotation) -> list[str]:
    return [named(row) for row in quotation.payment_methods]


def deposit_terms(quotation: Quotation) -> list[str]:
    """Under which conditions and when the deposit comes back (IN-40)."""
    terms = quotation.terms
    hours, days = (
        terms["deposit_inspection_hours"],
        terms["deposit_refund_working_days"],
    )
    return [
        named(terms, "deposit_conditions"),
        _(
            "We inspect within %(hours)s hours of the return and start the refund"
            " within %(days)s working days after the inspection."
        )
        % {"hours": hours, "days": days},
        named(terms, "deposit_arrival"),
        named(terms, "deduction_needs"),
    ]


def delivery(quotation: Quotation) -> list[str]:
    """When and how the devices arrive, by class and place (IN-46, IN-47)."""
    facts = quotation.delivery
    if facts["method"] == DeliveryMethod.PICKUP:
        return [_("You collect the devices at our store; nothing is delivered.")]
    told = [
        _("%(devices)s: within %(hours)s hours of your confirmed order")
        % {"devices": DeliveryClass(one["class"]).label, "hours": one["hours"]}
        for one in facts["promises"]
    ]
    told.append(
        _("Confirmed: the contract is signed, and payment or its waiver is in.")
    )
    if not facts["in_service_city"]:
        told.append(
            _("Outside our service city delivery takes longer than 24 or 48 hours.")
        )
    if facts["insured"]:
        told.append(_("The transport is insured."))
    return told


def installation(quotation: Quotation) -> list[str]:
    """Whether we install on site, and how long it takes (IN-48)."""
    if quotation.onsite_install:
        told = [_("Installation on site is included: one visit.")]
    else:
        told = [_("Installation on site is not included; guidance from afar is free.")]
    minutes = sum(
        item["install_minutes"] * item["quantity"] for item in quotation.items
    )
    if minutes:
        told.append(
            ngettext(
                "Setting up takes about %(n)d minute.",
                "Setting up takes about %(n)d minutes.",
                minutes,
            )
            % {"n": minutes}
        )
    if quotation.operator_days:
        told.append(
            _("A technician stays with you: %(days)s.")
            % {"days": words.days(quotation.operator_days)}
        )
    return told


def returning(quotation: Quotation) -> list[str]:
    """What else is settled: early and late returns, cancellation, disputes (IN-41)."""
    terms = quotation.terms
    percent = f"{(Decimal(terms['overdue_penalty']) * 100).normalize():f}"
    return [
        _(
            "Returned early: the days used are priced at their own tier; of the rest we"
            " keep %(days)s daily rents at most, if told %(hours)s hours ahead."
        )
        % {
            "days": terms["early_return_fee_days"],
            "hours": terms["early_return_notice_hours"],
        },
        _(
            "Returned late: after %(hours)s hours each day begun costs the daily rent"
            " and %(percent)s %% of it."
        )
        % {"hours": terms["overdue_grace_hours"], "percent": percent},
        named(terms, "cancellation"),
        named(terms, "dispute"),
    ]


def moment(at: datetime | None) -> str:
    """A day and minute for people, in the company's time."""
    return f"{localtime(at):%Y-%m-%d %H:%M}" if at else ""


def quotation_message(quotation: Quotation) -> str:
    """The quotation in short, with the way to all of it."""
    with translation.override(settings.LANGUAGE_CODE):
        return "\n".join(_told(quotation))


def _told(quotation: Quotation) -> Iterator[str]:
    yield _("Quotation %(number)s, version %(version)d") % {
        "number": quotation.number,
        "version": quotation.version,
    }
    shown = quotation.devices[:MOST_IN_A_MESSAGE]
    left = len(quotation.items) - len(shown)
    for item in shown:
        yield f"{OF_A_LIST}{item['name']} × {item['quantity']}"
    if left:
        yield OF_A_LIST + _("and %(n)d more on the page") % {"n": left}
    yield _("For %(days)s") % {"days": words.days(quotation.days)}
    yield ""
    for label, amount in by_component(quotation):
        yield f"{label} {words.yuan(amount)}"
    yield _("To pay %(payable)s, and a deposit of %(deposit)s that comes back.") % {
        "payable": words.yuan(quotation.payable),
        "deposit": words.yuan(quotation.deposit),
    }
    yield ""
    yield _("Deposit: %(terms)s") % {"terms": " ".join(deposit_terms(quotation)[:2])}
    yield _("Delivery: %(terms)s") % {"terms": _("; ").join(delivery(quotation)[:2])}
    yield _("Payment: %(methods)s") % {
        "methods": _(", ").join(payment_methods(quotation))
    }
    yield _("Valid until %(until)s") % {"until": moment(quotation.valid_until)}
    yield quotation_url(quotation)


def by_component(quotation: Quotation) -> list[tuple[str, Decimal]]:
    """One sum per component, in the order of a quotation, zero sums included."""
    sums = dict.fromkeys(Component, Decimal("0.00"))
    for row in quotation.lines.all():
        sums[Component(row.component)] += row.amount
    return [(str(words.COMPONENTS[one]), amount) for one, amount in sums.items()]
