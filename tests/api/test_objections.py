"""Other systems, and customers without a token, file and handle objections."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from helpdesk.api import limits
from helpdesk.api.urls import OBJECTION_VERBS
from inquiries import services as inquiry_services
from objections.models import Objection
from staff.models import Role, User
from tests.api.conftest import SignedIn
from tests.factories import AT, InquiryFactory, UserFactory, department
from tests.objections.cases import FEE, filed, handed, handler_of
from tests.objections.settled import MARKS, boss, concluded

pytestmark = pytest.mark.django_db

URL = "/api/v1/objections/"


def form(**changes: Any) -> dict[str, Any]:
    yesterday = (timezone.now() - timedelta(days=1)).isoformat()
    return {
        "channel": "website_message",
        "customer": {"surname": "王", "phone": "138 0013 8000"},
        "type": "quality",
        "subtype": "function_fault",
        "order_number": "ORD-1",
        "device_model": "Sony FX3",
        "occurred_at": yesterday,
        "description": "两分钟后黑屏",
        "demands": [{"kind": "replace_device"}, {"kind": "refund", "amount": "120.50"}],
        **changes,
    }


@pytest.fixture
def stranger(db: None) -> APIClient:
    """Somebody without a token, of whose requests none is counted yet."""
    cache.clear()
    client = APIClient()
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def act(api: APIClient, objection: Objection, verb: str, **body: Any) -> Any:
    return api.post(f"{URL}{objection.number}/{verb}/", body, format="json")


@pytest.mark.clause("OB-31", "OB-43")
def test_a_customer_files_without_a_token_and_knows_what_is_promised(
    stranger: APIClient,
) -> None:
    answer = stranger.post(URL, form(), format="json")
    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert set(body) == {"number", "status", "promised", "clocks"}
    assert body["status"] == "received"
    assert {it["metric"] for it in body["promised"]} == {
        "acknowledgement",
        "handoff",
        "total",
    }
    objection = Objection.objects.get(number=body["number"])
    assert objection.filed_by is None
    amounts = {it.kind.code: it.amount for it in objection.demands.all()}
    assert str(amounts["refund"]) == "120.50"


def test_every_missing_field_is_named_at_once(stranger: APIClient) -> None:
    answer = stranger.post(
        URL,
        {
            "channel": "website_message",
            "customer": {"surname": ""},
            "type": "quality",
        },
        format="json",
    )
    assert answer.status_code == 400
    assert set(answer.json()["fields"]) == {
        *("customer.surname", "customer.phone", "subtype", "description"),
        *("demands", "device_model", "order_number", "occurred_at"),
    }
    assert not Objection.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"demands": [{"kind": "refund", "amount": "1.001"}]}, "demands"),
        ({"amount": "1e400"}, "amount"),
        ({"amount": "NaN"}, "amount"),
        ({"type": 5}, "type"),
        ({"occurred_at": "yesterday"}, "occurred_at"),
        ({"occurred_at": "0001-01-01T00:00:00"}, "occurred_at"),
        ({"shows_at": "9999-12-31T23:59:59-12:00"}, "shows_at"),
        ({"channel": "moon"}, "channel"),
        ({"demands": "all"}, "demands.non_field_errors"),
    ],
)
def test_nonsense_is_a_field_error(
    stranger: APIClient, changes: dict[str, Any], field: str
) -> None:
    answer = stranger.post(URL, form(**changes), format="json")
    assert answer.status_code == 400
    assert [name.split(".")[0] for name in answer.json()["fields"]] == [
        field.split(".", maxsplit=1)[0]
    ]
    assert not Objection.objects.exists()


def test_the_same_key_files_one_objection(stranger: APIClient) -> None:
    for _click in range(2):
        answer = stranger.post(
            URL, form(), format="json", headers={"Idempotency-Key": "k-1"}
        )
        assert answer.status_code == 201
    assert Objection.objects.count() == 1


def test_without_a_token_nobody_floods_the_desk(
    stranger: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PUBLIC", ("2/h",))
    stranger.defaults["REMOTE_ADDR"] = "203.0.113.77"
    statuses = [
        stranger.post(URL, form(), format="json").status_code for _try in range(3)
    ]
    assert statuses == [201, 201, 429]


def test_without_a_token_nothing_is_read(stranger: APIClient) -> None:
    objection = filed()
    assert stranger.get(f"{URL}{objection.number}/").status_code == 401
    for verb in OBJECTION_VERBS:
        assert act(stranger, objection, verb).status_code == 401


def test_a_whole_way_to_the_departments(
    api: APIClient, agent: User, as_person: SignedIn
) -> None:
    number = api.post(URL, form(), format="json").json()["number"]
    objection = Objection.objects.get(number=number)
    assert act(api, objection, "record").status_code == 409
    assert act(api, objection, "acknowledge").json()["status"] == "acknowledged"
    refused = act(api, objection, "record")
    assert set(refused.json()["fields"]) == {"account_number"}
    act(api, objection, "correct", no_account_reason="非会员")
    assert act(api, objection, "record").json()["status"] == "recorded"
    body = act(api, objection, "hand-off").json()
    assert [it["department"] for it in body["handoffs"]] == [
        "technical_support",
        "warehouse_logistics",
    ]
    technician = as_person(handler_of("technical_support"))
    assert act(technician, objection, "accept").json()["status"] == "investigating"
    storekeeper = as_person(handler_of("warehouse_logistics"))
    returned = act(storekeeper, objection, "return", reason="不涉及仓储")
    assert returned.json()["status"] == "recorded"


def test_a_stranger_of_another_department_finds_nothing(as_person: SignedIn) -> None:
    objection = handed()
    finance = as_person(handler_of("finance"))
    assert finance.get(f"{URL}{objection.number}/").status_code == 404
    assert act(finance, objection, "accept").status_code == 404


def test_accepting_for_a_department_that_was_handed_nothing_is_a_field_error(
    as_person: SignedIn,
) -> None:
    manager = as_person(UserFactory.create(role=Role.MANAGER))
    answer = act(manager, handed(), "accept", department="finance")
    assert answer.status_code == 400
    assert set(answer.json()["fields"]) == {"department"}


def test_an_agent_accepts_nothing_for_a_department(api: APIClient) -> None:
    assert act(api, handed(), "accept").status_code == 403


def test_an_inquiry_becomes_an_objection(api: APIClient, agent: User) -> None:
    inquiry = InquiryFactory.create()
    inquiry_services.greet(inquiry, by=agent, at=AT)
    body = form()
    for name in ("channel", "customer"):
        del body[name]
    answer = api.post(
        f"/api/v1/inquiries/{inquiry.number}/convert/", body, format="json"
    )
    assert answer.status_code == 201, answer.content
    assert answer.json()["status"] == "acknowledged"


def test_the_phone_number_is_nowhere_in_an_answer(api: APIClient) -> None:
    objection = filed()
    assert b"13800138000" not in api.get(f"{URL}{objection.number}/").content


def test_reading_takes_a_constant_number_of_queries(
    api: APIClient, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    one = handed(FEE)
    for objection in (one, handed(surname="欧阳", order_number="ORD-8")):
        with django_assert_num_queries(16):
            api.get(f"{URL}{objection.number}/")


def test_a_withdrawal_ends_it(api: APIClient) -> None:
    objection = handed(by=UserFactory.create())
    body = act(api, objection, "withdraw", statement="客户来电撤回").json()
    assert (body["status"], body["promised"]) == ("withdrawn", [])


@pytest.mark.clause("OB-46", "OB-48")
def test_a_department_investigates_by_api(as_person: SignedIn) -> None:
    objection = handed(FEE)
    finance = as_person(handler_of("finance"))
    act(finance, objection, "accept")
    body = act(
        finance, objection, "evidence", kind="payment_record", source="系统", text="300"
    ).json()
    assert [it["kind"] for it in body["evidence"]] == ["payment_record"]
    body = act(finance, objection, "conversations").json()
    assert "chat_log" in [it["kind"] for it in body["evidence"]]
    body = act(finance, objection, "ask-evidence", text="请上传合同").json()
    assert body["status"] == "awaiting_evidence"
    assert act(finance, objection, "go-on").json()["status"] == "investigating"
    finding = {
        "text": "扣款没有依据",
        "responsibility": "company",
        "cause": "process",
        "articles": ["ECL21"],
    }
    refused = act(finance, objection, "conclude", **finding)
    assert set(refused.json()["fields"]) == {"evidence"}
    for kind in ("contract_terms", "order_detail", "invoice_record"):
        act(finance, objection, "waive-evidence", kind=kind, reason="没有")
    body = act(finance, objection, "conclude", **finding).json()
    assert body["status"] == "investigated"
    assert body["findings"][0]["articles"] == ["ECL21"]


def test_a_file_of_another_case_is_not_found(as_person: SignedIn) -> None:
    objection = handed(FEE)
    finance = as_person(handler_of("finance"))
    act(finance, objection, "accept")
    answer = act(
        finance,
        objection,
        "evidence",
        kind="order_detail",
        source="系统",
        file=str(uuid.uuid4()),
    )
    assert answer.status_code == 404


@pytest.mark.clause("OB-38")
def test_a_number_that_was_not_known_is_added(api: APIClient) -> None:
    objection = filed(by=UserFactory.create(), phone="")
    answer = act(api, objection, "correct", phone="138 0013 8000")
    assert answer.status_code == 200, answer.content
    objection.refresh_from_db()
    assert objection.customer.phone_tail == "8000"


@pytest.mark.clause("OB-08", "OB-09")
def test_an_objection_comes_to_its_end_by_api(
    api: APIClient, as_person: SignedIn
) -> None:
    objection = concluded()
    supervisor, reviewer = as_person(boss()), as_person(boss())
    finance = as_person(handler_of("finance"))
    other = as_person(UserFactory.create())
    offer = {
        "text": "退还租金。",
        "measures": [{"kind": "refund_rent", "amount": "800.00"}],
        "replies": [{"demand": "refund", "met": "met"}],
    }
    bad = {**offer, "measures": [{"kind": "refund_rent", "amount": "1.005"}]}
    refused = act(api, objection, "propose", **bad)
    assert (refused.status_code, list(refused.json()["fields"])) == (400, ["measures"])
    assert act(api, objection, "feedback", text="好了").status_code == 409
    body = act(api, objection, "propose", **offer).json()
    assert body["status"] == "pending_approval"
    assert act(api, objection, "approve").status_code == 403
    assert act(supervisor, objection, "approve").json()["status"] == "proposed"
    body = act(
        api, objection, "customer-answer", accepted=True, channel="phone", proposal=1
    ).json()
    assert body["status"] == "executing"
    assert [it["kind"] for it in body["actions"]] == ["refund_rent"]
    clerk = UserFactory.create(username="qian", department=department("finance"))
    for name, status in (("nobody", 400), ("q\0", 400), ("qian", 200)):
        told = act(finance, objection, "assign-action", number=1, to=name)
        assert told.status_code == status, name
    assert objection.actions.get().owner == clerk
    assert act(api, objection, "execute", number=7, proof="x").status_code == 400
    body = act(finance, objection, "execute", number=1, proof="退款单 R-1").json()
    assert body["status"] == "executed"
    act(api, objection, "feedback", text="已退款。")
    assert act(other, objection, "visit", reached=True).status_code == 400
    assert act(api, objection, "visit", reached=True, **MARKS).status_code == 403
    body = act(other, objection, "visit", reached=True, **MARKS).json()
    assert (body["status"], body["closure"]) == ("closed", "confirmed")
    body = act(api, objection, "appeal", reason="不服").json()
    assert body["status"] == "appealed"
    no = {"granted": False, "text": "维持原结果。"}
    assert act(supervisor, objection, "decide-appeal", **no).status_code == 403
    assert act(reviewer, objection, "decide-appeal", **no).json()["status"] == "closed"
    body = act(api, objection, "archive").json()
    assert (body["status"], body["proposals"][0]["answer"]) == ("archived", "accepted")
    outside = {"source": "12315", "received_at": "2026-11-20T10:00:00+08:00"}
    act(api, objection, "note-external", **outside)
    body = act(api, objection, "answer-external", number=1, text="已答复。").json()
    assert body["external_complaints"][0]["answer"] == "已答复。"
