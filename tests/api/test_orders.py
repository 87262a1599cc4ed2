"""Other systems read what is known of an order; and customers file about theirs."""

from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from objections.models import Objection
from tests.api.conftest import SignedIn
from tests.api.test_objections import form
from tests.factories import UserFactory
from tests.objections.cases import FEE, handed, handler_of
from tests.orders.files import brought, example, order

pytestmark = pytest.mark.django_db

ORDER, PHONE = "ZL20261120031", "13300133000"
URL = f"/api/v1/orders/{ORDER}/"


@pytest.mark.clause("OB-47", "OB-48")
def test_an_order_is_read_whole_without_the_customers_number(
    api: APIClient, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    brought(*example())
    with django_assert_num_queries(10):
        answer = api.get(URL)
    assert answer.status_code == 200
    body = answer.json()
    assert body["customer_tail"] == "3000"
    assert not {"customer_index", "customer_phone"} & set(body)
    assert body["deposit"] == {
        "received": "11300.00",
        "deducted": "5200.00",
        "refunded": "0.00",
        "held": "6100.00",
    }
    assert body["lines"][0]["amount"] == "2700.00"
    assert body["placed_at"] == "2026-11-18T11:05:00+08:00"
    assert body["pickups"][0]["minutes_late"] == 50
    assert [it["version"] for it in body["contracts"]] == [1, 2]


def test_departments_read_the_orders_of_their_objections_alone(
    as_person: SignedIn, api: APIClient, settings: Any
) -> None:
    brought(*example())
    finance = handler_of("finance")
    theirs = as_person(finance)
    assert theirs.get(URL).status_code == 404
    handed(FEE, order_number=ORDER, more={"order_confirmed": True})
    assert theirs.get(URL).status_code == 404  # of another customer
    handed(FEE, order_number=ORDER, phone=PHONE)
    assert theirs.get(URL).status_code == 200
    assert as_person(handler_of("technical_support")).get(URL).status_code == 404
    assert APIClient().get(URL).status_code == 401
    gone = as_person(UserFactory.create(is_active=False)).get(URL)
    assert gone.status_code == 401
    for number in ("ZL0", "%00", "%2e%2e", "长" * 60):
        answer = api.get(f"/api/v1/orders/{number}/")
        assert (answer.status_code, answer["Content-Type"]) == (
            404,
            "application/problem+json",
        )
    settings.ORDER_SOURCE = "tests.orders.test_looking_up.Broken"
    answer = api.get(URL)
    assert (answer.status_code, answer.json()["detail"]) == (
        503,
        "The look-up failed. Try again soon.",
    )


@pytest.mark.clause("OB-40")
def test_a_stranger_learns_of_no_order_by_filing(api: APIClient) -> None:
    brought(order(number="THEIRS", customer_phone="13912345678"))
    cache.clear()
    stranger = APIClient()
    stranger.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    answers = [
        stranger.post("/api/v1/objections/", form(order_number=it), format="json")
        for it in ("THEIRS", "NOBODY")
    ]
    assert [it.status_code for it in answers] == [400, 400]
    told = [it.json()["fields"]["order_number"][0].split(" ", 5)[5] for it in answers]
    assert told[0] == told[1]
    assert not Objection.objects.exists()
    confirmed = form(order_number="NOBODY", order_confirmed=True)
    answer = stranger.post("/api/v1/objections/", confirmed, format="json")
    assert answer.status_code == 201
    # A colleague's record is never refused for what the look-up says (D-02).
    answer = api.post("/api/v1/objections/", form(order_number="THEIRS"), format="json")
    assert answer.status_code == 201
    assert timezone.now() > Objection.objects.latest("pk").created_at
