"""Prices and recommendations by API: to the cent, and every wrong value by its field."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from catalog.models import Device

pytestmark = pytest.mark.django_db

WRITING = ("INSERT", "UPDATE", "DELETE")
QUOTE = "/api/v1/pricing/quote/"
EARLY = "/api/v1/pricing/early-return/"
OVERDUE = "/api/v1/pricing/overdue/"
DAMAGE = "/api/v1/pricing/damage/"
DOWNTIME = "/api/v1/pricing/downtime/"
RECOMMEND = "/api/v1/recommendations/"

CAMERA = {"code": "CAM-06", "quantity": 1}
ORDER = {
    "items": [CAMERA, {"code": "MIC-01", "quantity": 1}],
    "days": 7,
    "first_order": False,
    "delivery": "same_city",
    "insurance": True,
}
WISH = {
    "scene": "indoor_fixed",
    "scale": "solo",
    "needs": ["image_quality"],
    "category": "live_camera",
}


def post(api: APIClient, path: str, body: Any, status: int = 200) -> Any:
    answer = api.post(path, body, format="json")
    assert answer.status_code == status, answer.content.decode()
    return answer.json()


@pytest.mark.clause("IN-37", "IN-38")
def test_a_price_comes_with_every_line_and_every_discount(api: APIClient) -> None:
    price = post(api, QUOTE, ORDER)
    lines = [
        (one["component"], one["subject"], one["amount"]) for one in price["lines"]
    ]
    assert lines == [
        ("rent", "CAM-06", "810.00"),
        ("rent", "MIC-01", "270.00"),
        ("discount", "LONG7", "-54.00"),
        ("delivery", "same_city", "0.00"),
        ("insurance", "", "251.98"),
        ("install", "", "0.00"),
        ("operator", "", "0.00"),
        ("deposit", "", "5800.00"),
    ]
    assert price["payable"] == "1277.98"
    assert price["deposit"] == "5800.00"
    assert price["total"] == "7077.98"
    assert price["discounts_applied"] == [
        {"code": "LONG7", "name": "7 days or longer", "amount": "54.00"}
    ]
    refused = {one["code"]: one["reason"] for one in price["discounts_not_applied"]}
    assert refused == {
        "LONG30": "too_few_days",
        "LONG90": "too_few_days",
        "FIRST": "not_first_order",
        "BUNDLE": "not_a_kit",
    }
    assert price["discounts_not_applied"][0]["explanation"] == "Only from 30 days"
    assert price["delivery_hours"] == 24
    assert len(price["price_version"]) == 12


@pytest.mark.clause("IN-38")
def test_a_first_order_pays_delivery_again(api: APIClient) -> None:
    assert post(api, QUOTE, {**ORDER, "first_order": True})["payable"] == "1235.38"


def test_insurance_is_not_preselected(api: APIClient) -> None:
    plain = {name: ORDER[name] for name in ("items", "days", "delivery")}
    assert post(api, QUOTE, plain)["payable"] == "1026.00"


@pytest.mark.clause("IN-37")
def test_every_line_says_how_it_was_found_in_the_readers_language(
    api: APIClient,
) -> None:
    english = [one["explanation"] for one in post(api, QUOTE, ORDER)["lines"]]
    assert english == [
        "1 week at the weekly rent",
        "1 week at the weekly rent",
        "5 % off ¥1,080.00",
        "Free from ¥1,000.00 of rent after discounts; reached",
        "0.3 % of ¥11,999.00 a day, 7 days",
        "Not chosen",
        "Not chosen",
        "Given back after the return and the inspection",
    ]
    api.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-hans"
    chinese = post(api, QUOTE, ORDER)["lines"]
    assert chinese[0]["explanation"] == "按周租金 1 周"
    assert chinese[4]["name"] == "保险费"


def test_a_complete_kit_gets_the_discount_of_kits(api: APIClient) -> None:
    kit = [
        {"code": code, "quantity": 2}
        for code in ("CAM-02", "MIC-01", "LGT-03", "PWR-01")
    ]
    price = post(api, QUOTE, {"items": kit, "days": 1, "delivery": "store_pickup"})
    assert [one["code"] for one in price["discounts_applied"]] == ["BUNDLE"]
    assert price["payable"] == "540.00"  # twice 80 + 60 + 70 + 90, less a tenth
    kit[0]["quantity"] = 1
    price = post(api, QUOTE, {"items": kit, "days": 1, "delivery": "store_pickup"})
    assert price["discounts_applied"] == []


@pytest.mark.clause("IN-40")
def test_a_waiver_lowers_the_deposit(api: APIClient) -> None:
    asked = {
        "items": [{"code": "MIC-01"}],
        "days": 1,
        "delivery": "store_pickup",
        "waiver": "zhima_credit",
    }
    good = post(api, QUOTE, {**asked, "credit_score": 650})
    assert (good["deposit"], good["total"]) == ("0.00", "60.00")
    poor = post(api, QUOTE, {**asked, "credit_score": 600})
    assert poor["deposit"] == "1000.00"
    assert poor["lines"][-1]["explanation"] == (
        "Not waived: the score must be 650 or more"
    )


@pytest.mark.clause("IN-41", "IN-42")
def test_an_early_return_is_priced(api: APIClient) -> None:
    asked = {"items": [CAMERA], "days": 10, "used_days": 4}
    assert post(api, EARLY, asked) == {
        "paid": "1350.00",
        "used": "720.00",
        "unused": "630.00",
        "fee": "360.00",
        "refund": "270.00",
    }
    fault = post(api, EARLY, {**asked, "lessor_at_fault": True})
    assert fault["refund"] == "630.00"
    assert post(api, EARLY, {**asked, "paid": "1282.5"})["refund"] == "202.50"


def test_a_late_return_is_priced(api: APIClient) -> None:
    asked = {
        "items": [CAMERA],
        "due_at": "2026-11-24T14:00:00+08:00",
        "returned_at": "2026-11-26T10:00:00+08:00",
    }
    assert post(api, OVERDUE, asked) == {
        "days": 2,
        "occupation": "360.00",
        "penalty": "108.00",
        "total": "468.00",
    }


@pytest.mark.clause("IN-41", "IN-42")
def test_a_damage_is_priced_by_its_grade(api: APIClient) -> None:
    lost = {"code": "MIC-01", "grade": "3", "months_in_service": 10}
    assert post(api, DAMAGE, lost)["amount"] == "1999.20"
    assert post(api, DAMAGE, {**lost, "months_in_service": 40})["amount"] == "749.70"
    assert post(api, DAMAGE, {"code": "MIC-01", "grade": "0"})["amount"] == "0.00"
    parts = {"code": "CAM-06", "grade": "P", "missing": {"battery": 2, "charger": 1}}
    priced = post(api, DAMAGE, parts)
    assert priced["amount"] == "720.00"
    assert priced["parts"][0] == {
        "code": "battery",
        "name": "Battery",
        "quantity": 2,
        "unit_price": "300.00",
        "amount": "600.00",
    }


def test_a_downtime_is_priced(api: APIClient) -> None:
    asked = {"items": [CAMERA], "days": 7, "hours": 84}
    assert post(api, DOWNTIME, asked) == {
        "counts": True,
        "reduction": "405.00",
        "extension_hours": 84.0,
    }
    assert post(api, DOWNTIME, {**asked, "hours": 4})["counts"] is False
    assert post(api, DOWNTIME, {**asked, "by_customer": True})["reduction"] == "0.00"


def test_what_was_leased_is_settled_even_after_it_was_retired(api: APIClient) -> None:
    Device.objects.filter(code="CAM-06").update(active=False)
    post(api, EARLY, {"items": [CAMERA], "days": 10, "used_days": 4})
    post(api, DAMAGE, {"code": "CAM-06", "grade": "0"})


@pytest.mark.clause("IN-33", "IN-34", "IN-36")
def test_a_recommendation_gives_reasons_and_differences(api: APIClient) -> None:
    found = post(api, RECOMMEND, WISH)
    told = [(one["code"], one["score"], one["daily_rent"]) for one in found]
    assert told == [
        ("CAM-05", 24, "420.00"),
        ("CAM-03", 23, "85.00"),
        ("CAM-08", 23, "520.00"),
    ]
    assert [one["difference"] for one in found] == ["380.00", "45.00", "480.00"]
    assert [one["text"] for one in found[0]["reasons"]] == [
        "Indoors, fixed: excellent (5 of 5)",
        "One person: very good (4 of 5)",
        "Image quality: excellent (5 of 5)",
    ]
    with_budget = post(api, RECOMMEND, {**WISH, "budget": "100"})
    assert with_budget[0]["code"] == "CAM-03"
    assert with_budget[0]["cheapest_good"] is True


def test_recommendations_of_every_kind_come_without_a_category(api: APIClient) -> None:
    wish = {name: value for name, value in WISH.items() if name != "category"}
    found = post(api, RECOMMEND, wish)
    kinds = list(dict.fromkeys(one["category"] for one in found))
    assert len(kinds) > 1
    assert [one for kind in kinds for one in found if one["category"] == kind] == found
    for kind in kinds:
        own = [one for one in found if one["category"] == kind]
        assert post(api, RECOMMEND, {**wish, "category": kind}) == own


def test_a_retired_device_is_not_recommended(api: APIClient) -> None:
    Device.objects.filter(code="CAM-05").update(active=False)
    assert "CAM-05" not in [one["code"] for one in post(api, RECOMMEND, WISH)]


RETURN = {"items": [CAMERA], "days": 10, "used_days": 4}
DELAY = {
    "items": [CAMERA],
    "due_at": "2026-11-24T14:00:00+08:00",
    "returned_at": "2026-11-26T10:00:00+08:00",
}
REFUSED = [
    (QUOTE, ORDER, {"days": 0}, "days"),
    (QUOTE, ORDER, {"days": -1}, "days"),
    (QUOTE, ORDER, {"days": 10_000}, "days"),
    (QUOTE, ORDER, {"days": 10**400}, "days"),
    (QUOTE, ORDER, {"days": "7"}, "days"),
    (QUOTE, ORDER, {"days": True}, "days"),
    (QUOTE, ORDER, {"days": 7.5}, "days"),
    (QUOTE, ORDER, {"days": None}, "days"),
    (QUOTE, ORDER, {"items": []}, "items"),
    (QUOTE, ORDER, {"items": "CAM-06"}, "items"),
    (QUOTE, ORDER, {"items": [{}]}, "items.0.code"),
    (QUOTE, ORDER, {"items": [{"code": 6}]}, "items.0.code"),
    (QUOTE, ORDER, {"items": [{"code": "CAM-99"}]}, "items.0.code"),
    (QUOTE, ORDER, {"items": [CAMERA, {"code": "\x00"}]}, "items.1.code"),
    (QUOTE, ORDER, {"items": [{**CAMERA, "quantity": 0}]}, "items.0.quantity"),
    (QUOTE, ORDER, {"items": [{**CAMERA, "quantity": -2}]}, "items.0.quantity"),
    (QUOTE, ORDER, {"items": [{**CAMERA, "quantity": 501}]}, "items.0.quantity"),
    (QUOTE, ORDER, {"delivery": "moon"}, "delivery"),
    (QUOTE, ORDER, {"delivery": None}, "delivery"),
    (QUOTE, ORDER, {"insurance": "yes"}, "insurance"),
    (QUOTE, ORDER, {"first_order": 1}, "first_order"),
    (QUOTE, ORDER, {"operator_days": -1}, "operator_days"),
    (QUOTE, ORDER, {"waiver": "smile"}, "waiver"),
    (EARLY, RETURN, {"used_days": 11}, "used_days"),
    (EARLY, RETURN, {"used_days": 0}, "used_days"),
    (EARLY, RETURN, {"paid": "-1"}, "paid"),
    (EARLY, RETURN, {"paid": 1350}, "paid"),
    (EARLY, RETURN, {"paid": "1e9"}, "paid"),
    (OVERDUE, DELAY, {"due_at": "yesterday"}, "due_at"),
    (OVERDUE, DELAY, {"due_at": "2026-11-24T14:00:00"}, "due_at"),
    (OVERDUE, DELAY, {"returned_at": "9999-12-31T23:59:59Z"}, "returned_at"),
    (DAMAGE, {"code": "CAM-06", "grade": "9"}, {}, "grade"),
    (DAMAGE, {"code": "NONE", "grade": "0"}, {}, "code"),
    (DAMAGE, {"code": "CAM-06", "grade": "1"}, {}, "assessed"),
    (DAMAGE, {"code": "CAM-06", "grade": "3"}, {}, "months_in_service"),
    (DAMAGE, {"code": "CAM-06", "grade": "P", "missing": {"soul": 1}}, {}, "missing"),
    (
        DAMAGE,
        {"code": "CAM-06", "grade": "P", "missing": {"battery": 0}},
        {},
        "missing.battery",
    ),
    (DOWNTIME, {"items": [CAMERA], "days": 7}, {"hours": -1}, "hours"),
    (DOWNTIME, {"items": [CAMERA], "days": 7}, {"hours": 1e308}, "hours"),
    (DOWNTIME, {"items": [CAMERA], "days": 7}, {"hours": "4"}, "hours"),
    (RECOMMEND, WISH, {"scene": "underwater"}, "scene"),
    (RECOMMEND, WISH, {"scale": ""}, "scale"),
    (RECOMMEND, WISH, {"needs": []}, "needs"),
    (RECOMMEND, WISH, {"needs": ["love"]}, "needs.0"),
    (RECOMMEND, WISH, {"category": "boat"}, "category"),
    (RECOMMEND, WISH, {"budget": "-5"}, "budget"),
]


@pytest.mark.parametrize(("path", "body", "changes", "field"), REFUSED)
def test_a_wrong_value_is_named_by_its_field(
    api: APIClient, path: str, body: Any, changes: Any, field: str
) -> None:
    answer = api.post(path, {**body, **changes}, format="json")
    assert answer.status_code == 400, answer.content.decode()
    assert answer["Content-Type"] == "application/problem+json"
    assert field in answer.json()["fields"]


def test_a_retired_device_has_no_price_and_says_so(api: APIClient) -> None:
    Device.objects.filter(code="MIC-01").update(active=False)
    refused = post(api, QUOTE, ORDER, status=400)
    assert refused["fields"] == {
        "items.1.code": [
            "“DJI Mic 2 (two transmitters, one receiver)” is no longer for rent."
        ]
    }


def test_refusals_speak_the_readers_language(api: APIClient) -> None:
    english = post(api, QUOTE, {**ORDER, "days": 0}, status=400)
    assert english["fields"] == {"days": ["Choose from 1 to 1095 days."]}
    api.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-hans"
    chinese = post(api, QUOTE, {**ORDER, "days": 0}, status=400)
    assert chinese["fields"] == {"days": ["请选择 1 到 1095 天。"]}


def test_strangers_have_the_pages_not_the_api(client: Client) -> None:
    for path in (QUOTE, EARLY, OVERDUE, DAMAGE, DOWNTIME, RECOMMEND):
        answer = client.post(path, {}, content_type="application/json")
        assert answer.status_code == 401


def test_a_price_takes_the_same_number_of_queries_however_much_is_ordered(
    api: APIClient, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with CaptureQueriesContext(connection) as small:
        post(api, QUOTE, {**ORDER, "items": [CAMERA]})
    codes = Device.objects.values_list("code", flat=True)[:30]
    many = [{"code": code, "quantity": 2} for code in codes]
    with django_assert_num_queries(len(small)):
        post(api, QUOTE, {**ORDER, "items": many})
    assert len(small) <= 14


def test_nothing_is_stored(api: APIClient) -> None:
    with CaptureQueriesContext(connection) as asked:
        post(api, QUOTE, ORDER)
        post(api, RECOMMEND, WISH)
    written = [one["sql"] for one in asked if one["sql"].startswith(WRITING)]
    assert [sql for sql in written if "staff_" not in sql] == []


@pytest.mark.parametrize("field", ["scene", "scale", "category"])
def test_half_a_character_is_refused_and_not_sent_back(
    api: APIClient, field: str
) -> None:
    body = json.dumps({**WISH, field: "\ud83d"})
    answer = api.post(RECOMMEND, body, content_type="application/json")
    assert answer.status_code == 400
    assert set(answer.json()["fields"]) == {field}
