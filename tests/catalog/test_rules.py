"""What the database refuses by name, and pages in words."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from catalog.models import (
    SCORES,
    Accessory,
    DamageGrade,
    DeliveryZone,
    DepositWaiver,
    Device,
    DiscountRule,
    KitItem,
    Terms,
)

pytestmark = pytest.mark.django_db
D = Decimal


def device() -> Device:
    return Device.objects.get(code="CAM-06")


REFUSED: list[tuple[Callable[[], models.Model], dict[str, Any], str]] = [
    (device, {"daily_rent": -1}, "device_daily_rent_not_negative"),
    (device, {"replacement_value": -1, "deposit": -2}, "device_"),
    (device, {"weekly_rent": 179}, "device_week_costs_at_least_a_day"),
    (device, {"monthly_rent": 809}, "device_month_costs_at_least_a_week"),
    (device, {"deposit": 9501}, "device_deposit_within_value"),
    (device, {"category": "drone"}, "device_category_known"),
    (device, {"delivery_class": "soon"}, "device_delivery_class_known"),
    *((device, {score: 6}, f"device_{score}_from_0_to_5") for score in SCORES),
    (lambda: DiscountRule.objects.get(code="LONG7"), {"off": 0}, "off_is_a_share"),
    (lambda: DiscountRule.objects.get(code="LONG7"), {"off": 5}, "off_is_a_share"),
    (lambda: DiscountRule.objects.get(code="FIRST"), {"cap": -1}, "cap_not_negative"),
    (
        lambda: DiscountRule.objects.get(code="FIRST"),
        {"valid_from": date(2026, 2, 1), "valid_to": date(2026, 1, 31)},
        "discountrule_ends_after_it_begins",
    ),
    (lambda: DeliveryZone.objects.get(code="same_city"), {"fee": -1}, "fee_not_nega"),
    (lambda: DepositWaiver.objects.all()[0], {"waived": 2}, "waived_is_a_share"),
    (lambda: Accessory.objects.all()[0], {"price": -1}, "price_not_negative"),
    (
        lambda: DamageGrade.objects.get(code="3"),
        {"floor_share": None},
        "damagegrade_rule_has_its_figures",
    ),
    (lambda: KitItem.objects.all()[0], {"quantity": 0}, "kititem_at_least_one"),
    (Terms.objects.current, {"overdue_penalty": D("0.31")}, "terms_penalty_within"),
    (Terms.objects.current, {"min_lease_days": 0}, "terms_lease_has_a_length"),
    (Terms.objects.current, {"max_lease_days": 0}, "terms_lease_has_a_length"),
    (Terms.objects.current, {"max_lease_days": 3651}, "terms_lease_has_a_length"),
    (Terms.objects.current, {"insurance_rate": 2}, "insurance_rate_is_a_share"),
    (Terms.objects.current, {"operator_per_day": -1}, "operator_per_day_not_negative"),
]


@pytest.mark.parametrize(("find", "changes", "name"), REFUSED)
def test_the_database_refuses_by_name(
    find: Callable[[], models.Model], changes: dict[str, Any], name: str
) -> None:
    row = find()
    model = type(row)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        model._default_manager.filter(pk=row.pk).update(**changes)
    assert model._default_manager.get(pk=row.pk) == row


@pytest.mark.parametrize(("find", "changes", "name"), REFUSED)
def test_a_form_says_the_same_in_words(
    find: Callable[[], models.Model], changes: dict[str, Any], name: str
) -> None:
    row = find()
    for field, value in changes.items():
        setattr(row, field, value)
    with pytest.raises(ValidationError) as refusal:
        row.full_clean()
    assert name not in str(refusal.value)


def test_there_is_one_row_of_terms_and_never_another() -> None:
    values = Terms.objects.values().get()
    with pytest.raises(IntegrityError, match="terms_one_row"), transaction.atomic():
        Terms.objects.create(**{**values, "id": 2})
    with pytest.raises(IntegrityError, match="terms_pkey"), transaction.atomic():
        Terms.objects.create(**values)
    assert Terms.objects.count() == 1


@pytest.mark.parametrize("code", ["", "CAM 06", "-CAM", "摄像机", "CAM\n"])
def test_a_code_is_plain(code: str) -> None:
    camera = device()
    camera.code = code
    with pytest.raises(ValidationError) as refusal:
        camera.full_clean()
    assert set(refusal.value.message_dict) == {"code"}


def test_a_device_stands_once_in_a_kit() -> None:
    item = KitItem.objects.all()[0]
    with pytest.raises(IntegrityError, match="kititem_device_once"):
        KitItem.objects.create(kit=item.kit, device=item.device, quantity=2)


@pytest.mark.clause("IN-38")
@pytest.mark.parametrize(
    ("at", "offered"),
    [
        (datetime(2026, 11, 9, 15, 59, 59, tzinfo=UTC), False),  # 9 Nov in Shanghai
        (datetime(2026, 11, 9, 16, 0, tzinfo=UTC), True),  # 10 Nov, 00:00
        (datetime(2026, 11, 12, 15, 59, 59, tzinfo=UTC), True),  # 12 Nov, 23:59
        (datetime(2026, 11, 12, 16, 0, tzinfo=UTC), False),  # 13 Nov
    ],
)
def test_a_discount_holds_from_its_first_to_its_last_day(
    at: datetime, *, offered: bool
) -> None:
    DiscountRule.objects.filter(code="LONG7").update(
        valid_from=date(2026, 11, 10), valid_to=date(2026, 11, 12)
    )
    codes = {rule.code for rule in DiscountRule.objects.in_force(at=at)}
    assert ("LONG7" in codes) is offered
    assert "LONG30" in codes


def test_a_discount_that_is_switched_off_is_not_offered(at: datetime) -> None:
    DiscountRule.objects.filter(code="LONG7").update(enabled=False)
    assert not DiscountRule.objects.in_force(at=at).filter(code="LONG7").exists()
