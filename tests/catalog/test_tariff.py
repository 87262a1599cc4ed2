"""The rows of the catalogue give the prices of the worked examples, to the cent."""

from datetime import datetime
from decimal import Decimal

import pytest
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from catalog import pricing
from catalog.models import Device, DiscountRule, Kit, KitItem, Terms
from catalog.recommendation import recommend
from catalog.services import candidates, tariff

pytestmark = pytest.mark.django_db
D = Decimal


def items(*codes: str) -> list[pricing.Item]:
    return [
        pricing.Item(tariff.price_of(Device.objects.get(code=code))) for code in codes
    ]


def week(at: datetime, *, first_order: bool = False) -> pricing.Quote:
    """Example A: a camera and a microphone for seven days, insured, in the city."""
    return pricing.quote(
        items("CAM-06", "MIC-01"),
        days=7,
        tariff=tariff.current(at=at),
        zone="same_city",
        insurance=True,
        first_order=first_order,
    )


@pytest.mark.clause("IN-37", "IN-40", "IN-46")
def test_a_week_of_a_camera_and_a_microphone(at: datetime) -> None:
    quote = week(at)
    assert quote.rent == D("1080.00")
    assert quote.payable == D("1277.98")
    assert quote.deposit == D("5800.00")
    assert quote.total == D("7077.98")
    assert [discount.code for discount in quote.applied] == ["LONG7"]


@pytest.mark.clause("IN-38")
def test_a_first_order_pays_less_rent_and_so_delivery_again(at: datetime) -> None:
    assert week(at, first_order=True).payable == D("1235.38")


@pytest.mark.clause("IN-41", "IN-42")
@pytest.mark.parametrize(("months", "amount"), [(10, "1999.20"), (40, "749.70")])
def test_a_lost_microphone_costs_what_it_was_worth(
    at: datetime, months: int, amount: str
) -> None:
    (mic,) = items("MIC-01")
    damage = pricing.damage(
        mic.device, grade="3", tariff=tariff.current(at=at), months_in_service=months
    )
    assert damage.amount == D(amount)


@pytest.mark.clause("IN-41", "IN-42")
@pytest.mark.parametrize(("fault", "refund"), [(False, "270.00"), (True, "630.00")])
def test_a_camera_returned_early_is_settled_by_the_days_used(
    at: datetime, *, fault: bool, refund: str
) -> None:
    back = pricing.early_return(
        items("CAM-06"),
        days=10,
        used_days=4,
        tariff=tariff.current(at=at),
        lessor_at_fault=fault,
    )
    assert (back.paid, back.refund) == (D("1350.00"), D(refund))


@pytest.mark.clause("IN-33", "IN-36")
@pytest.mark.parametrize(
    ("scene", "need", "best"),
    [
        (
            "indoor_fixed",
            "image_quality",
            [("CAM-05", 24, 420), ("CAM-03", 23, 85), ("CAM-08", 23, 520)],
        ),
        (
            "outdoor_mobile",
            "portability",
            [("CAM-02", 25, 80), ("CAM-03", 21, 85), ("CAM-04", 21, 150)],
        ),
    ],
)
def test_cameras_are_recommended_from_the_rows(
    scene: str, need: str, best: list[tuple[str, int, int]]
) -> None:
    cameras = [one for one in candidates.all() if one.category == "live_camera"]
    found = recommend(cameras, scene=scene, scale="solo", needs=[need])
    assert [(one.candidate.code, one.score, int(one.candidate.daily)) for one in found][
        :3
    ] == best


def test_a_device_that_is_switched_off_is_not_recommended() -> None:
    Device.objects.filter(code="CAM-05").update(active=False)
    assert "CAM-05" not in {one.code for one in candidates.all()}
    assert len(candidates.all()) == 37


def test_everything_is_read_in_a_constant_number_of_queries(
    at: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(6):
        tariff.current(at=at)
    with django_assert_num_queries(1):
        candidates.all()
    with django_assert_num_queries(1):
        tariff.stamp()
    with django_assert_num_queries(2):
        for kit in Kit.objects.for_rent():
            tariff.items_of(kit.items.all())


def test_a_kit_is_priced_with_its_discount(at: datetime) -> None:
    kit = Kit.objects.get(code="KIT-SOLO-OUT")
    quote = pricing.quote(
        tariff.items_of(kit.items.select_related("device")),
        days=1,
        tariff=tariff.current(at=at),
        zone="store_pickup",
        kit=True,
    )
    assert quote.rent == D("300.00")  # 80 + 60 + 70 + 90
    assert quote.payable == D("270.00")


def test_names_follow_the_readers_language(at: datetime) -> None:
    for language, name in (("en", "Delivery in the city"), ("zh-hans", "同城配送")):
        with translation.override(language):
            assert tariff.current(at=at).zone("same_city").name == name


@pytest.mark.clause("IN-05", "IN-22")
def test_any_change_of_a_price_changes_the_stamp() -> None:
    seen = {tariff.stamp()}
    assert tariff.stamp() in seen

    camera = Device.objects.get(code="CAM-06")
    camera.daily_rent = D(170)
    camera.save()
    seen.add(tariff.stamp())
    terms = Terms.objects.current()
    terms.insurance_rate = D("0.002")
    terms.save()
    seen.add(tariff.stamp())
    KitItem.objects.all()[0].delete()
    seen.add(tariff.stamp())
    DiscountRule.objects.get(code="LONG7").save()
    seen.add(tariff.stamp())
    assert len(seen) == 5
    assert {len(stamp) for stamp in seen} == {12}
