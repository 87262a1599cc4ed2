"""What is settled after a lease: early, late, unusable, broken or lost."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from catalog.pricing import (
    BadDays,
    BadFigure,
    BadPeriod,
    FigureMissing,
    Item,
    PricingError,
    UnknownAccessory,
    UnknownGrade,
    damage,
    downtime,
    early_return,
    overdue,
    overdue_days,
)
from tests.catalog.demo import CAM_06, MIC_01, TARIFF

CAMERA = [Item(CAM_06)]
DUE = datetime(2026, 11, 24, 6, tzinfo=UTC)
D = Decimal


@pytest.mark.clause("IN-41", "IN-42")
def test_ten_days_of_a_camera_returned_after_four() -> None:
    back = early_return(CAMERA, days=10, used_days=4, tariff=TARIFF)
    assert str(back.paid) == "1350.00"
    assert str(back.used) == "720.00"
    assert str(back.unused) == "630.00"
    assert str(back.fee) == "360.00"
    assert str(back.refund) == "270.00"


@pytest.mark.clause("IN-41", "IN-42")
def test_the_lessor_keeps_nothing_when_it_is_at_fault() -> None:
    back = early_return(
        CAMERA, days=10, used_days=4, tariff=TARIFF, lessor_at_fault=True
    )
    assert (str(back.fee), str(back.refund)) == ("0.00", "630.00")


def test_an_early_return_counts_the_discounts_of_each_length() -> None:
    back = early_return(
        CAMERA, days=10, used_days=8, tariff=TARIFF, discounted=True, first_order=True
    )
    assert str(back.paid) == "1154.25"  # 1350 less 5 %, less 10 %
    assert str(back.used) == "846.45"  # 990 likewise
    assert str(back.refund) == "0.00"  # 307.80 is less than two daily rents


def test_an_early_return_counts_what_was_paid_when_that_is_told() -> None:
    back = early_return(CAMERA, days=10, used_days=4, tariff=TARIFF, paid=D("1282.50"))
    assert (str(back.unused), str(back.refund)) == ("562.50", "202.50")


def test_a_shorter_lease_that_would_have_cost_more_gives_nothing_back() -> None:
    back = early_return(CAMERA, days=21, used_days=20, tariff=TARIFF)
    assert (str(back.used), str(back.refund)) == ("2430.00", "0.00")


@pytest.mark.parametrize(
    ("changes", "error", "field"),
    [
        ({"days": 0}, BadDays, "days"),
        ({"used_days": 0}, BadDays, "used_days"),
        ({"used_days": 11}, BadDays, "used_days"),
        ({"days": 10_000}, BadDays, "days"),
        ({"paid": D("-0.01")}, BadFigure, "paid"),
    ],
)
def test_an_early_return_that_cannot_be_is_refused(
    changes: dict[str, object], error: type[PricingError], field: str
) -> None:
    terms = {"days": 10, "used_days": 4, "tariff": TARIFF, **changes}
    with pytest.raises(error) as refusal:
        early_return(CAMERA, **terms)  # type: ignore[arg-type]
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("hours", "days"),
    [(-5, 0), (0, 0), (2, 0), (2.01, 1), (24, 1), (26, 1), (26.01, 2), (240, 10)],
)
def test_a_return_is_late_after_its_grace_by_each_day_begun(
    hours: float, days: int
) -> None:
    assert overdue_days(DUE, DUE + timedelta(hours=hours)) == days


def test_a_late_day_costs_its_rent_and_a_penalty() -> None:
    late = overdue([Item(CAM_06), Item(MIC_01, 2)], days=3, tariff=TARIFF)
    assert str(late.occupation) == "900.00"
    assert str(late.penalty) == "270.00"
    assert str(late.total) == "1170.00"


def test_no_tariff_makes_the_penalty_excessive() -> None:
    greedy = replace(TARIFF, overdue_penalty=D("0.90"))
    assert str(overdue(CAMERA, days=1, tariff=greedy).penalty) == "54.00"


def test_times_without_a_zone_and_absurd_delays_are_refused() -> None:
    with pytest.raises(BadPeriod):
        overdue_days(DUE.replace(tzinfo=None), DUE)
    with pytest.raises(BadPeriod):
        overdue_days(DUE, DUE.replace(tzinfo=None))
    with pytest.raises(BadFigure):
        overdue(CAMERA, days=10_000, tariff=TARIFF)
    with pytest.raises(BadFigure):
        overdue(CAMERA, days=-1, tariff=TARIFF)


@pytest.mark.clause("IN-41", "IN-42")
@pytest.mark.parametrize(
    ("months", "amount"),
    [(0, "2499.00"), (10, "1999.20"), (35, "749.70"), (40, "749.70"), (600, "749.70")],
)
def test_a_lost_microphone_costs_what_it_was_still_worth(
    months: int, amount: str
) -> None:
    found = damage(MIC_01, grade="3", tariff=TARIFF, months_in_service=months)
    assert str(found.amount) == amount


def test_normal_wear_costs_nothing_whatever_was_named() -> None:
    found = damage(CAM_06, grade="0", tariff=TARIFF, assessed=D(900))
    assert (str(found.amount), found.parts) == ("0.00", ())


def test_a_slight_damage_costs_at_most_three_percent_of_the_value() -> None:
    small = damage(CAM_06, grade="1", tariff=TARIFF, assessed=D(100))
    assert (str(small.amount), small.limited) == ("100.00", False)
    large = damage(CAM_06, grade="1", tariff=TARIFF, assessed=D(900))
    assert (str(large.amount), large.limited) == ("285.00", True)


def test_a_repair_costs_its_invoice_and_at_most_seven_lost_days() -> None:
    found = damage(
        CAM_06, grade="2", tariff=TARIFF, assessed=D("650.00"), downtime_days=12
    )
    assert [(one.code, one.quantity, str(one.amount)) for one in found.parts] == [
        ("repair", 1, "650.00"),
        ("downtime", 7, "1260.00"),
    ]
    assert (str(found.amount), found.limited) == ("1910.00", True)


def test_missing_accessories_cost_their_price() -> None:
    found = damage(
        CAM_06, grade="P", tariff=TARIFF, missing={"battery": 2, "charger": 1}
    )
    assert str(found.amount) == "720.00"


@pytest.mark.parametrize(
    ("changes", "error", "field"),
    [
        ({"grade": "9"}, UnknownGrade, "grade"),
        ({"grade": "1"}, FigureMissing, "assessed"),
        ({"grade": "2"}, FigureMissing, "assessed"),
        ({"grade": "3"}, FigureMissing, "months_in_service"),
        ({"grade": "P"}, FigureMissing, "missing"),
        ({"grade": "P", "missing": {"soul": 1}}, UnknownAccessory, "missing"),
        ({"grade": "P", "missing": {"battery": 0}}, BadFigure, "missing.battery"),
        ({"grade": "1", "assessed": D(-1)}, BadFigure, "assessed"),
        (
            {"grade": "2", "assessed": D(1), "downtime_days": -1},
            BadFigure,
            "downtime_days",
        ),
        ({"grade": "3", "months_in_service": -1}, BadFigure, "months_in_service"),
    ],
)
def test_a_damage_that_cannot_be_priced_is_refused(
    changes: dict[str, object], error: type[PricingError], field: str
) -> None:
    with pytest.raises(error) as refusal:
        damage(CAM_06, tariff=TARIFF, **changes)  # type: ignore[arg-type]
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("hours", "counts", "reduction"),
    [
        (0, False, "0.00"),
        (4, False, "0.00"),
        (4.5, True, "21.70"),
        (84, True, "405.00"),
    ],
)
def test_downtime_of_more_than_four_hours_reduces_the_rent_pro_rata(
    hours: float, reduction: str, *, counts: bool
) -> None:
    found = downtime(CAMERA, days=7, unusable=timedelta(hours=hours), tariff=TARIFF)
    assert (found.counts, str(found.reduction)) == (counts, reduction)
    assert found.extension == (timedelta(hours=hours) if counts else timedelta(0))


def test_downtime_through_the_customer_reduces_nothing() -> None:
    found = downtime(
        CAMERA,
        days=7,
        unusable=timedelta(hours=84),
        tariff=TARIFF,
        by_customer=True,
    )
    assert (found.counts, str(found.reduction)) == (False, "0.00")


@pytest.mark.parametrize("hours", [-1, 7 * 24 + 1])
def test_downtime_lies_within_the_lease(hours: int) -> None:
    with pytest.raises(BadFigure) as refusal:
        downtime(CAMERA, days=7, unusable=timedelta(hours=hours), tariff=TARIFF)
    assert refusal.value.field == "hours"
