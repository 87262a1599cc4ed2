"""Other systems select, recommend and quote by the verbs that the desk uses."""

import uuid
from typing import Any

import pytest
from rest_framework.test import APIClient

from catalog.models import Device
from inquiries.models import Comparison, DeviceSelection, Inquiry, Quotation
from staff.models import Role
from tests.api.conftest import SignedIn
from tests.factories import InquiryFactory, UserFactory
from tests.inquiries.snapshot import everything

pytestmark = pytest.mark.django_db

WISH: dict[str, Any] = {
    "scene": "outdoor_mobile",
    "scale": "solo",
    "needs": ["portability"],
    "category": "live_camera",
}
ORDER: dict[str, Any] = {
    "items": [{"code": "CAM-06", "quantity": 1}, {"code": "MIC-01", "quantity": 1}],
    "days": 7,
    "delivery": "same_city",
    "insurance": True,
}


@pytest.fixture
def inquiry(db: None) -> Inquiry:
    return InquiryFactory.create()


def act(api: APIClient, inquiry: Inquiry, verb: str, **body: Any) -> Any:
    return api.post(f"/api/v1/inquiries/{inquiry.number}/{verb}/", body, format="json")


@pytest.mark.clause("IN-33")
def test_devices_are_selected_best_first(api: APIClient, inquiry: Inquiry) -> None:
    answer = act(api, inquiry, "select-devices", **WISH)
    assert answer.status_code == 201
    body = answer.json()
    assert [one["code"] for one in body["devices"]] == ["CAM-02", "CAM-03", "CAM-04"]
    assert body["devices"][1]["difference"] == "5.00"
    assert body["devices"][0]["reasons"][0].startswith("Outdoors, on the move")
    assert body["selection"] == DeviceSelection.objects.get().pk


@pytest.mark.clause("IN-30", "IN-31", "IN-32")
def test_what_was_not_asked_is_named_with_its_clause(
    api: APIClient, inquiry: Inquiry
) -> None:
    answer = act(api, inquiry, "select-devices")
    assert answer.status_code == 400
    fields = answer.json()["fields"]
    assert "IN-30" in fields["scene"][0]
    assert "IN-31" in fields["scale"][0]
    assert "IN-32" in fields["needs"][0]


@pytest.mark.clause("IN-34", "IN-36")
def test_a_comparison_is_sent_and_the_dearest_alone_refused(
    api: APIClient, inquiry: Inquiry
) -> None:
    selection = act(api, inquiry, "select-devices", **WISH).json()["selection"]
    refused = act(
        api,
        inquiry,
        "recommend",
        selection=selection,
        codes=["CAM-04"],
        only_one_reason="dear",
    )
    assert refused.status_code == 400
    assert "IN-36" in refused.json()["fields"]["codes"][0]
    token = str(uuid.uuid4())
    for _again in range(2):
        answer = act(
            api,
            inquiry,
            "recommend",
            selection=selection,
            codes=["CAM-03", "CAM-02"],
            client_token=token,
        )
        assert answer.status_code == 201
        assert answer.json()["codes"] == ["CAM-02", "CAM-03"]
    assert Comparison.objects.count() == 1


def test_a_selection_of_another_inquiry_is_not_there(
    api: APIClient, inquiry: Inquiry
) -> None:
    other = InquiryFactory.create(surname="李", phone="")
    selection = act(api, other, "select-devices", **WISH).json()["selection"]
    answer = act(
        api, inquiry, "recommend", selection=selection, codes=["CAM-02", "CAM-03"]
    )
    assert answer.status_code == 404


@pytest.mark.clause("IN-37", "IN-40")
def test_a_quotation_is_sent_with_every_line(api: APIClient, inquiry: Inquiry) -> None:
    shown = api.post("/api/v1/pricing/quote/", ORDER, format="json").json()
    answer = act(api, inquiry, "quote", **ORDER, price_version=shown["price_version"])
    assert answer.status_code == 201
    body = answer.json()
    assert body["lines"] == shown["lines"]
    assert (body["payable"], body["deposit"], body["total"]) == (
        "1277.98",
        "5800.00",
        "7077.98",
    )
    assert body["version"] == 1
    assert f"/quotation/{body['number']}." in body["url"]
    assert Quotation.objects.sent().get().number == body["number"]


def test_prices_that_changed_since_they_were_shown_are_refused(
    api: APIClient, inquiry: Inquiry
) -> None:
    shown = api.post("/api/v1/pricing/quote/", ORDER, format="json").json()
    device = Device.objects.get(code="CAM-06")
    device.weekly_rent += 40
    device.save()
    before = everything()
    answer = act(api, inquiry, "quote", **ORDER, price_version=shown["price_version"])
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == ["price_version"]
    assert everything() == before


def test_the_same_key_quotes_once(api: APIClient, inquiry: Inquiry) -> None:
    for _again in range(2):
        answer = api.post(
            f"/api/v1/inquiries/{inquiry.number}/quote/",
            ORDER,
            format="json",
            headers={"Idempotency-Key": "order-17"},
        )
        assert answer.status_code == 201
    assert Quotation.objects.sent().count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"days": 0}, "days"),
        ({"days": -1}, "days"),
        ({"days": 10_000}, "days"),
        ({"days": 10**30}, "days"),
        ({"items": []}, "items"),
        ({"items": [{"code": "CAM-99"}]}, "items.0.code"),
        ({"items": [{"code": "CAM-06", "quantity": 10**30}]}, "items.0.quantity"),
        ({"delivery": "pigeon"}, "delivery"),
        ({"starts_on": "2020-01-01"}, "starts_on"),
        ({"starts_on": 5}, "starts_on"),
        ({"operator_days": 10**12}, "operator_days"),
    ],
)
def test_nonsense_is_named_and_nothing_is_kept(
    api: APIClient, inquiry: Inquiry, changes: dict[str, Any], field: str
) -> None:
    before = everything()
    answer = act(api, inquiry, "quote", **{**ORDER, **changes})
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [field]
    assert everything() == before


def test_strangers_find_nothing_and_handlers_may_not(
    as_person: SignedIn, inquiry: Inquiry
) -> None:
    handler = UserFactory.create(role=Role.DEPARTMENT_HANDLER)
    Inquiry.objects.filter(pk=inquiry.pk).update(assignee=None)
    stranger = as_person(handler)
    assert act(stranger, inquiry, "quote", **ORDER).status_code == 404
    Inquiry.objects.filter(pk=inquiry.pk).update(department=handler.department)
    assert act(stranger, inquiry, "quote", **ORDER).status_code == 403
    assert act(stranger, inquiry, "select-devices", **WISH).status_code == 403
