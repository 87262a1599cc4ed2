"""Other systems ask for a contract change and report faults."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from inquiries.models import ContractRequest, Inquiry, RepairRequest
from tests.api.conftest import SignedIn
from tests.factories import UserFactory
from tests.inquiries.requests import handler_of, talked

pytestmark = pytest.mark.django_db

WISH = {"clause": "early_return", "wish": "提前退租不扣费"}
FAULT = {"device": "CAM-06", "fault": "没有画面"}


@pytest.fixture
def talk(db: None) -> Inquiry:
    return talked()


def act(api: APIClient, inquiry: Inquiry, verb: str, body: Any, **headers: str) -> Any:
    path = f"/api/v1/inquiries/{inquiry.number}/{verb}/"
    return api.post(path, body, format="json", headers=headers)


@pytest.mark.clause("IN-44")
def test_a_wish_is_recorded_and_forwarded(api: APIClient, talk: Inquiry) -> None:
    answer = act(api, talk, "contract-request", {**WISH, "reason": "场地未定"})
    assert answer.status_code == 201
    request = ContractRequest.objects.get()
    body = answer.json()
    assert (body["number"], body["status"]) == (request.number, "forwarded")
    assert (body["wish"], body["reason"]) == ("提前退租不扣费", "场地未定")
    assert (body["decision"], body["told_at"]) == ("", None)


@pytest.mark.clause("IN-49", "IN-50")
def test_a_fault_is_reported(api: APIClient, talk: Inquiry) -> None:
    urgent = {**FAULT, "urgency": "urgent", "urgency_reason": "今晚开播"}
    answer = act(api, talk, "repair-request", urgent)
    assert answer.status_code == 201
    body = answer.json()
    assert (body["urgency"], body["status"]) == ("urgent", "reported")
    codes = {clock.target.code for clock in talk.clocks.filter(subject=body["number"])}
    assert codes == {"RP_CONTACT", "RP_ONSITE_URGENT"}


@pytest.mark.parametrize(
    ("verb", "body", "model"),
    [
        ("contract-request", WISH, ContractRequest),
        ("repair-request", FAULT, RepairRequest),
    ],
)
def test_the_same_key_asks_once(
    api: APIClient, talk: Inquiry, verb: str, body: dict[str, str], model: Any
) -> None:
    headers = {"Idempotency-Key": "k1"}
    first, second = (act(api, talk, verb, body, **headers) for _ in range(2))
    assert first.json()["number"] == second.json()["number"]
    assert model.objects.count() == 1


@pytest.mark.parametrize(
    ("verb", "body", "fields"),
    [
        ("contract-request", {"clause": "x", "wish": ""}, {"clause", "wish"}),
        ("contract-request", {}, {"clause", "wish"}),
        ("repair-request", {**FAULT, "urgency": "urgent"}, {"urgency_reason"}),
        ("repair-request", {**FAULT, "urgency": "soon"}, {"urgency"}),
        ("repair-request", {"device": 1, "fault": None}, {"device", "fault"}),
    ],
)
def test_a_wrong_field_is_named(
    api: APIClient, talk: Inquiry, verb: str, body: dict[str, Any], fields: set[str]
) -> None:
    answer = act(api, talk, verb, body)
    assert answer.status_code == 400
    assert set(answer.json()["fields"]) == fields
    assert not ContractRequest.objects.exists()
    assert not RepairRequest.objects.exists()


def test_who_may_not_see_the_inquiry_finds_nothing_and_a_handler_asks_nothing(
    as_person: SignedIn, talk: Inquiry
) -> None:
    other = as_person(handler_of("finance"))
    assert act(other, talk, "repair-request", FAULT).status_code == 404
    act(as_person(UserFactory.create()), talk, "repair-request", FAULT)
    technician = as_person(handler_of("technical_support"))
    assert act(technician, talk, "contract-request", WISH).status_code == 403
