"""What an order costs, to the cent, with every line that makes it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from catalog.pricing import (
    BadDays,
    BadFigure,
    BadPeriod,
    BadQuantity,
    Component,
    DevicePrice,
    Discount,
    Item,
    NoItems,
    PricingError,
    Quote,
    TooManyItems,
    UnknownWaiver,
    UnknownZone,
    cheaper_longer,
    days_between,
    quote,
    rent_of,
)
from tests.catalog.demo import BUNDLE, CAM_02, CAM_06, CAM_08, LONG7, MIC_01, TARIFF

PAIR = [Item(CAM_06), Item(MIC_01)]
D = Decimal


def priced(**changes: object) -> Quote:
    """The camera and the microphone for a week in the city, or something else."""
    given = {"items": PAIR, "days": 7, "zone": "same_city", "tariff": TARIFF}
    given |= changes
    return quote(given.pop("items"), **given)  # type: ignore[arg-type]


def amounts(price: Quote, component: Component) -> list[str]:
    return [str(line.amount) for line in price.lines if line.code == component]


def rules(price: Quote) -> dict[Component, str]:
    return {line.code: line.rule for line in price.lines}


@pytest.mark.clause("IN-37", "IN-38")
def test_a_week_of_a_camera_and_a_microphone_insured() -> None:
    price = priced(insurance=True)
    told = [(line.code, line.subject, str(line.amount)) for line in price.lines]
    assert told == [
        ("rent", "CAM-06", "810.00"),
        ("rent", "MIC-01", "270.00"),
        ("discount", "LONG7", "-54.00"),
        ("delivery", "same_city", "0.00"),
        ("insurance", "", "251.98"),
        ("install", "", "0.00"),
        ("operator", "", "0.00"),
        ("deposit", "", "5800.00"),
    ]
    assert str(price.rent) == "1080.00"
    assert str(price.payable) == "1277.98"
    assert str(price.deposit) == "5800.00"
    assert str(price.total) == "7077.98"


@pytest.mark.clause("IN-38")
def test_a_first_order_is_cheaper_by_a_tenth_and_so_pays_delivery_again() -> None:
    price = priced(insurance=True, first_order=True)
    assert amounts(price, Component.DISCOUNT) == ["-54.00", "-102.60"]
    assert amounts(price, Component.DELIVERY) == ["60.00"]
    assert rules(price)[Component.DELIVERY] == "delivery_below"
    assert str(price.payable) == "1235.38"


@pytest.mark.parametrize(
    ("days", "amount", "rule"),
    [
        (1, "180.00", "daily"),
        (4, "720.00", "daily"),
        (5, "810.00", "weekly_capped"),
        (6, "810.00", "weekly_capped"),
        (7, "810.00", "weekly"),
        (8, "990.00", "weekly"),
        (10, "1350.00", "weekly"),
        (11, "1530.00", "weekly"),
        (12, "1620.00", "weekly_capped"),
        (20, "2430.00", "weekly_capped"),
        (21, "1505.00", "monthly"),
        (29, "2078.33", "monthly"),
        (30, "2150.00", "monthly"),
        (31, "2221.67", "monthly"),
        (60, "4300.00", "monthly"),
        (1095, "78475.00", "monthly"),
    ],
)
def test_a_rent_follows_its_tier(days: int, amount: str, rule: str) -> None:
    rent = rent_of(CAM_06, days)
    assert (str(rent.amount), rent.rule) == (amount, rule)


def test_half_a_cent_is_rounded_up() -> None:
    odd = replace(CAM_06, monthly=D("0.15"))
    assert str(rent_of(odd, 29).amount) == "0.15"  # 0.145
    assert str(rent_of(odd, 23).amount) == "0.12"  # 0.115


def test_each_line_is_its_quantity_times_its_price() -> None:
    third = replace(CAM_06, monthly=D(1000))
    line = priced(items=[Item(third, 3)], days=22).lines[0]
    assert (line.quantity, str(line.unit_price), str(line.amount)) == (
        3,
        "733.33",
        "2199.99",
    )


def test_the_same_device_twice_is_one_line() -> None:
    split = priced(items=[Item(CAM_06), Item(MIC_01), Item(CAM_06, 2)])
    assert split == priced(items=[Item(CAM_06, 3), Item(MIC_01)])


HANDED_OVER = datetime(2026, 11, 24, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "days"),
    [
        (0, 1),
        (1, 1),
        (24, 1),
        (26, 1),
        (26.01, 2),
        (48, 2),
        (50, 2),
        (50.01, 3),
        (168, 7),
    ],
)
def test_a_day_is_24_hours_with_2_of_grace(hours: float, days: int) -> None:
    returned = HANDED_OVER + timedelta(hours=hours)
    assert days_between(HANDED_OVER, returned) == days


def test_a_day_needs_no_grace_where_none_is_given() -> None:
    returned = HANDED_OVER + timedelta(hours=24, microseconds=1)
    assert days_between(HANDED_OVER, returned, grace_hours=0) == 2


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [
        (HANDED_OVER, HANDED_OVER - timedelta(seconds=1), "returned_at"),
        (HANDED_OVER.replace(tzinfo=None), HANDED_OVER, "handed_over_at"),
        (HANDED_OVER, HANDED_OVER.replace(tzinfo=None), "returned_at"),
        (HANDED_OVER, HANDED_OVER + timedelta(days=3651), "returned_at"),
    ],
)
def test_a_period_that_is_none_is_refused(
    start: datetime, end: datetime, field: str
) -> None:
    with pytest.raises((BadPeriod, BadDays)) as refusal:
        days_between(start, end)
    assert refusal.value.field == field


@pytest.mark.clause("IN-38")
def test_discounts_that_are_not_applied_say_why() -> None:
    price = priced(days=30)
    assert [one.code for one in price.applied] == ["LONG30"]
    told = [(one.code, one.reason, dict(one.figures)) for one in price.not_applied]
    assert told == [
        ("LONG7", "another_is_better", {"better": "长租30天"}),
        ("LONG90", "too_few_days", {"min_days": "90"}),
        ("FIRST", "not_first_order", {}),
        ("BUNDLE", "not_a_kit", {}),
    ]


def test_of_a_kit_and_a_long_lease_the_better_discount_applies() -> None:
    assert [one.code for one in priced(days=7, kit=True).applied] == ["BUNDLE"]
    assert [one.code for one in priced(days=30, kit=True).applied] == ["LONG30"]


def test_the_better_discount_is_the_one_that_takes_off_more_after_its_cap() -> None:
    capped = Discount("BIG", "", D("0.90"), cap=D(10))
    price = priced(tariff=replace(TARIFF, discounts=(capped, LONG7)))
    assert [(one.code, str(one.amount)) for one in price.applied] == [
        ("LONG7", "54.00")
    ]


def test_a_capped_discount_takes_off_its_cap_and_says_so() -> None:
    price = priced(items=[Item(CAM_08)], days=7, first_order=True)
    line = price.lines[2]
    assert (line.subject, str(line.amount)) == ("FIRST", "-200.00")
    assert line.rule == "discount_capped"
    assert dict(line.figures) == {"percent": "10", "base": "2223.00", "cap": "200.00"}


def test_discounts_stack_one_on_what_the_other_left() -> None:
    twice = tuple(
        Discount(code, "", D("0.5"), stacks=True) for code in ("HALF", "AGAIN")
    )
    price = priced(tariff=replace(TARIFF, discounts=twice))
    assert amounts(price, Component.DISCOUNT) == ["-540.00", "-270.00"]


def test_without_a_discount_its_line_is_zero() -> None:
    price = priced(days=1)
    assert amounts(price, Component.DISCOUNT) == ["0.00"]
    assert rules(price)[Component.DISCOUNT] == "no_discount"


@pytest.mark.parametrize(
    ("zone", "amount", "rule", "hours"),
    [
        ("same_city", "60.00", "delivery_below", 24),
        ("inter_city_express", "120.00", "delivery_fee", 48),
        ("store_pickup", "0.00", "delivery_none", None),
    ],
)
def test_delivery_costs_what_its_zone_says(
    zone: str, amount: str, rule: str, hours: int | None
) -> None:
    price = priced(items=[Item(MIC_01)], days=1, zone=zone)
    assert amounts(price, Component.DELIVERY) == [amount]
    assert rules(price)[Component.DELIVERY] == rule
    assert price.delivery_hours == hours


@pytest.mark.clause("IN-46")
def test_one_special_device_makes_the_delivery_special() -> None:
    assert priced(items=[Item(MIC_01), Item(CAM_08)]).delivery_hours == 48


def test_delivery_is_free_from_exactly_the_rent_of_the_rule() -> None:
    exact = replace(CAM_06, daily=D(1000))
    below = replace(CAM_06, daily=D("999.99"))
    for device, fee in ((exact, "0.00"), (below, "60.00")):
        price = priced(items=[Item(device)], days=1)
        assert amounts(price, Component.DELIVERY) == [fee]


def test_insurance_is_never_preselected_and_has_a_minimum() -> None:
    plain = priced(items=[Item(MIC_01)], days=1)
    assert amounts(plain, Component.INSURANCE) == ["0.00"]
    insured = priced(items=[Item(MIC_01)], days=1, insurance=True)
    assert amounts(insured, Component.INSURANCE) == ["10.00"]  # 7.497
    assert rules(insured)[Component.INSURANCE] == "insurance_minimum"


@pytest.mark.clause("IN-48")
def test_installation_on_site_costs_by_the_most_special_device() -> None:
    for items, amount in (([Item(MIC_01)], "200.00"), (PAIR, "200.00")):
        assert amounts(priced(items=items, onsite_install=True), Component.INSTALL) == [
            amount
        ]
    special = priced(items=[Item(MIC_01), Item(CAM_08)], onsite_install=True)
    assert amounts(special, Component.INSTALL) == ["500.00"]


def test_an_operator_is_paid_by_the_day() -> None:
    line = priced(operator_days=3).lines[-2]
    assert (line.quantity, str(line.unit_price), str(line.amount)) == (
        3,
        "1200.00",
        "3600.00",
    )
    assert priced().lines[-2].quantity == 0


@pytest.mark.parametrize(
    ("waiver", "score", "deposit", "rule"),
    [
        ("zhima_credit", 650, "0.00", "deposit_waived"),
        ("zhima_credit", 649, "1000.00", "waiver_score_too_low"),
        ("zhima_credit", None, "1000.00", "waiver_score_too_low"),
        ("half", None, "500.00", "deposit_waived"),
    ],
)
def test_a_waiver_takes_off_the_deposit(
    waiver: str, score: int | None, deposit: str, rule: str
) -> None:
    price = priced(items=[Item(MIC_01)], waiver=waiver, credit_score=score)
    assert str(price.deposit) == deposit
    assert price.lines[-1].rule == rule
    assert price.total == price.payable + price.deposit


def test_a_waiver_holds_for_orders_up_to_its_value() -> None:
    pair = priced(waiver="zhima_credit", credit_score=900)  # worth 11,999
    assert pair.lines[-1].rule == "waiver_value_too_high"
    assert str(pair.deposit) == "5800.00"


def test_a_longer_lease_that_costs_less_is_found() -> None:
    def price(days: int) -> Quote:
        return priced(items=[Item(CAM_06)], days=days, zone="store_pickup")

    found = cheaper_longer(price, days=20, tariff=TARIFF)
    assert found is not None
    assert (found[0], str(found[1].payable)) == (21, "1429.75")
    assert cheaper_longer(price, days=6, tariff=TARIFF) is not None  # LONG7
    assert cheaper_longer(price, days=10, tariff=TARIFF) is None


def test_nothing_longer_than_a_lease_may_be_is_offered() -> None:
    forever = replace(TARIFF, discounts=(Discount("X", "", D(1), min_days=5000),))

    def price(days: int) -> Quote:
        return priced(days=days, tariff=forever)

    assert cheaper_longer(price, days=400, tariff=forever) is None


REFUSED = {
    "no days": ({"days": 0}, BadDays, "days"),
    "negative days": ({"days": -3}, BadDays, "days"),
    "a day too many": ({"days": 1096}, BadDays, "days"),
    "ten thousand days": ({"days": 10_000}, BadDays, "days"),
    "nothing": ({"items": []}, NoItems, "items"),
    "no piece": ({"items": [Item(CAM_06, 0)]}, BadQuantity, "items.0.quantity"),
    "minus one piece": (
        {"items": [Item(MIC_01), Item(CAM_06, -1)]},
        BadQuantity,
        "items.1.quantity",
    ),
    "too many pieces": (
        {"items": [Item(CAM_06, 501)]},
        BadQuantity,
        "items.0.quantity",
    ),
    "too many in two lines": (
        {"items": [Item(CAM_06, 500), Item(CAM_06, 1)]},
        BadQuantity,
        "items.1.quantity",
    ),
    "a zone that is none": ({"zone": "moon"}, UnknownZone, "delivery"),
    "a waiver that is none": ({"waiver": "smile"}, UnknownWaiver, "waiver"),
    "minus one operator": ({"operator_days": -1}, BadFigure, "operator_days"),
}


@pytest.mark.parametrize(
    ("changes", "error", "field"), REFUSED.values(), ids=list(REFUSED)
)
def test_what_has_no_price_is_refused_with_its_field(
    changes: dict[str, object], error: type[PricingError], field: str
) -> None:
    with pytest.raises(error) as refusal:
        priced(**changes)
    assert refusal.value.field == field


def test_an_order_has_at_most_fifty_devices() -> None:
    def one(number: int) -> Item:
        return Item(replace(CAM_02, code=f"X-{number}"))

    assert len(priced(items=[one(n) for n in range(50)]).lines) == 56
    with pytest.raises(TooManyItems):
        priced(items=[one(n) for n in range(51)])


def test_a_kit_rule_looks_at_kits_only() -> None:
    only = replace(TARIFF, discounts=(BUNDLE,))
    assert priced(tariff=only).applied == ()
    assert str(priced(tariff=only, kit=True).applied[0].amount) == "108.00"


def test_a_free_device_is_priced_too() -> None:
    free = DevicePrice("FREE", "", D(0), D(0), D(0), D(0), D(0))
    price = priced(items=[Item(free)], days=400, zone="store_pickup")
    assert (str(price.payable), str(price.total)) == ("0.00", "0.00")
