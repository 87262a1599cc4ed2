"""What every installation begins with, and that people's changes stay."""

import re
from decimal import Decimal

import pytest
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from catalog.exchange.resources import TABLES
from catalog.models import (
    SCORES,
    Accessory,
    Category,
    DamageGrade,
    DeliveryZone,
    DepositWaiver,
    Device,
    DiscountRule,
    Kit,
    KitItem,
    PaymentMethod,
    Terms,
)
from catalog.services.load import load_catalogue

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.mark.clause("IN-05", "IN-34", "IN-46", "IN-48")
def test_a_camera_is_known_in_full() -> None:
    camera = Device.objects.get(code="CAM-07")
    assert camera.category == Category.LIVE_CAMERA
    assert camera.name_zh == "Sony PXW-Z190 专业摄像机"
    assert camera.name_en == "Sony PXW-Z190 professional camcorder"
    assert camera.replacement_value == D("23000.00")
    rents = (camera.daily_rent, camera.weekly_rent, camera.monthly_rent)
    assert rents == (D(400), D(1800), D(4800))
    assert camera.deposit == D(13800)
    assert [camera.scores[score] for score in SCORES] == [5, 2, 2, 5, 5, 3, 2]
    assert camera.delivery_class == "special"
    assert camera.onsite_install
    assert camera.install_minutes == 60
    assert camera.pros_zh == "SDI远距传输，适合多机位导播"
    assert camera.cons_zh == "体积大，需专业摄像师"
    assert camera.pros_en.startswith("SDI over long distances")
    assert camera.cons_en == "Large, needs a professional operator"
    assert camera.spec["interface"] == ["SDI", "HDMI"]
    assert camera.spec["weight_g"] == 2350


def test_a_microphone_says_its_cautions() -> None:
    mic = Device.objects.get(code="MIC-01")
    assert mic.name_zh == "DJI Mic 2（二发一收）"
    assert mic.cautions.startswith("开播前充满电并现场扫频配对")
    assert mic.spec == {
        "tx": 2,
        "range_m": 250,
        "noise_cancel": True,
        "internal_rec": True,
        "battery_min": 360,
    }


@pytest.mark.clause("IN-34")
def test_all_38_devices_are_for_rent_and_nothing_is_left_blank() -> None:
    devices = list(Device.objects.for_rent())
    assert len(devices) == 38
    assert {device.category for device in devices} == set(Category.values)
    for device in devices:
        for told in (device.pros_zh, device.cons_zh, device.cautions):
            assert told
            assert not re.search(r"[,;:!?()]", told)
        for told in (device.pros_en, device.cons_en, device.cautions_en):
            assert told.isascii()
            assert told
        assert device.spec


def test_all_that_is_loaded_would_pass_its_form() -> None:
    for resource in TABLES.values():
        for row in resource._meta.model.objects.all():
            row.full_clean()
    Terms.objects.current().full_clean()


@pytest.mark.parametrize(
    ("code", "contents"),
    [
        ("KIT-SOLO-OUT", {"CAM-02": 1, "MIC-01": 1, "LGT-03": 1, "PWR-01": 1}),
        (
            "KIT-MULTI-IN",
            {
                "CAM-06": 3,
                "SWT-01": 1,
                "MIX-03": 1,
                "MIC-04": 4,
                "LGT-02": 3,
                "TRI-01": 3,
                "ENC-01": 1,
                "NET-01": 1,
            },
        ),
    ],
)
def test_a_kit_holds_its_devices(code: str, contents: dict[str, int]) -> None:
    items = Kit.objects.get(code=code).items.select_related("device")
    assert {item.device.code: item.quantity for item in items} == contents


def test_a_kit_is_for_rent_while_all_its_devices_are() -> None:
    assert Kit.objects.for_rent().count() == 4
    Device.objects.filter(code="CAM-02").update(active=False)
    codes = {kit.code for kit in Kit.objects.for_rent()}
    assert codes == {"KIT-SOLO-IN", "KIT-MULTI-IN", "KIT-MULTI-OUT"}


@pytest.mark.clause("IN-38", "IN-39", "IN-46", "IN-47")
def test_discounts_zones_waivers_and_ways_to_pay_are_the_policys() -> None:
    assert list(
        DiscountRule.objects.values_list("code", "off", "min_days", "cap", "stacks")
    ) == [
        ("LONG7", D("0.05"), 7, None, False),
        ("LONG30", D("0.15"), 30, None, False),
        ("LONG90", D("0.25"), 90, None, False),
        ("FIRST", D("0.10"), 0, D(200), True),
        ("BUNDLE", D("0.10"), 0, None, False),
    ]
    assert list(
        DeliveryZone.objects.values_list(
            "code", "method", "fee", "free_from", "standard_hours", "special_hours"
        )
    ) == [
        ("same_city", "delivery", D(60), D(1000), 24, 48),
        ("inter_city_express", "delivery", D(120), None, 48, 72),
        ("store_pickup", "pickup", D(0), None, None, None),
    ]
    assert list(
        DepositWaiver.objects.values_list("code", "min_score", "waived", "max_value")
    ) == [
        ("zhima_credit", 650, D(1), D(10000)),
        ("wechat_pay_score", 600, D(1), D(10000)),
        ("enterprise_agreement", None, D(1), None),
    ]
    names = PaymentMethod.objects.values_list("name_zh", flat=True)
    assert list(names) == ["微信支付", "支付宝", "对公转账", "门店刷卡"]


@pytest.mark.clause("IN-41")
def test_grades_of_damage_and_accessories_have_their_figures() -> None:
    grades = {grade.code: grade for grade in DamageGrade.objects.all()}
    assert list(grades) == ["0", "1", "2", "3", "P"]
    assert grades["1"].max_share == D("0.03")
    assert grades["2"].max_downtime_days == 7
    assert (grades["3"].floor_share, grades["3"].monthly_wear) == (D("0.3"), D("0.02"))
    assert dict(Accessory.objects.values_list("name_zh", "price")) == {
        "充电器": D(120),
        "电池": D(300),
        "存储卡64G": D(80),
        "HDMI线": D(40),
        "SDI线10m": D(90),
        "说明书": D(10),
        "收纳箱": D(200),
        "话筒防风罩": D(20),
    }


@pytest.mark.clause("IN-37", "IN-40", "IN-41")
def test_the_terms_state_every_single_figure() -> None:
    terms = Terms.objects.current()
    assert terms.insurance_rate == D("0.003")
    assert terms.insurance_minimum == D(10)
    assert (terms.install_standard, terms.install_special) == (D(200), D(500))
    assert terms.operator_per_day == D(1200)
    assert terms.deposit_inspection_hours == 24
    assert terms.deposit_refund_working_days == 3
    assert (
        terms.deposit_arrival_zh
        == "原路退回，到账时间以支付渠道为准（通常1-7个工作日）"
    )
    assert (terms.overdue_grace_hours, terms.overdue_penalty) == (2, D("0.30"))
    assert (terms.early_return_fee_days, terms.early_return_notice_hours) == (2, 24)
    assert terms.downtime_hours == 4
    assert (terms.min_lease_days, terms.max_lease_days) == (1, 1095)


def test_terms_and_names_follow_the_readers_language() -> None:
    terms, kit = Terms.objects.current(), Kit.objects.get(code="KIT-SOLO-IN")
    with translation.override("en"):
        assert terms.text("deposit_conditions").startswith("The devices are back")
        assert kit.name == "Indoor kit for one"
    with translation.override("zh-hans"):
        assert terms.text("deposit_conditions").startswith("设备已归还")
        assert kit.name == "室内单人直播套餐"


def test_loading_again_changes_nothing_and_asks_little(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    before = Device.history.count()
    with django_assert_num_queries(11):
        load_catalogue()
    assert Device.objects.count() == 38
    assert Device.history.count() == before


def test_what_people_made_stays_and_what_is_missing_comes_back() -> None:
    Device.objects.filter(code="CAM-01").update(daily_rent=39, active=False)
    Kit.objects.get(code="KIT-SOLO-IN").items.filter(device__code="LGT-04").delete()
    Accessory.objects.filter(code="case").delete()
    Terms.objects.update(insurance_rate=D("0.004"))
    load_catalogue()
    camera = Device.objects.get(code="CAM-01")
    assert (camera.daily_rent, camera.active) == (D(39), False)
    assert KitItem.objects.filter(kit__code="KIT-SOLO-IN").count() == 6
    assert Accessory.objects.get(code="case").price == D(200)
    assert Terms.objects.current().insurance_rate == D("0.004")


def test_an_empty_house_is_filled_in_few_queries(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for model in (KitItem, Kit, Device, DiscountRule, Terms):
        model.objects.all().delete()
    with django_assert_max_num_queries(24):
        load_catalogue()
    assert (Device.objects.count(), KitItem.objects.count()) == (38, 26)


def test_every_loaded_row_begins_its_history() -> None:
    for model in (Device, Kit, KitItem, DiscountRule, Terms):
        for row in model.objects.all():
            first = row.history.earliest()
            assert first.history_type == "+"
            assert first.history_change_reason in {"Initial data", "初始数据"}
