"""An objection comes in, complete or not, and its promises begin."""

import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from objections import services
from objections.facts import Asked, Facts
from objections.models import Objection, Severity, Subtype
from objections.requirements import OF_TYPE
from sla.models import Metric
from staff.models import Role
from tests.factories import AT, UserFactory, channel
from tests.instants import local
from tests.objections.cases import OF_TYPES, QUALITY, clock_of, filed
from tickets.models import Direction
from tickets.workflow import NotAllowed

pytestmark = pytest.mark.django_db

ACK = "已收到异议,将尽快处理"


def told_text(number: str, *, due: str) -> str:
    promise = f"您的异议编号为{number},预计在{due}前给您处理结果"
    return f"{promise},可凭编号和联系方式尾号查询进度。"


def words(objection: Objection) -> list[tuple[str, bool, str]]:
    rows = objection.messages.order_by("pk")
    return [(it.direction, it.automatic, it.text) for it in rows]


@pytest.mark.clause("OB-31", "OB-37", "OB-43", "CM-26")
def test_a_customer_who_files_is_told_receipt_number_and_estimate() -> None:
    objection = filed()
    said = words(objection)
    assert said[0] == (Direction.IN, False, QUALITY.description)
    assert said[1] == (Direction.OUT, True, ACK)
    assert said[2] == (
        Direction.OUT,
        True,
        told_text(objection.number, due="11月26日21:00"),
    )
    assert objection.number.startswith("OB20261123")
    assert objection.estimate == local("2026-11-26T21:00:00")
    assert clock_of(objection, Metric.TOTAL).due_at == objection.estimate


@pytest.mark.clause("OB-35", "OB-36", "OB-34")
@pytest.mark.parametrize(
    ("code", "at", "due"),
    [
        ("hotline", "2026-11-24T14:00:00", "2026-11-24T14:05:00"),
        ("app_chat", "2026-11-24T23:30:00", "2026-11-25T09:05:00"),
        ("website_message", "2026-11-28T17:30:00", "2026-11-29T10:30:00"),
        ("email", "2026-11-24T14:00:00", "2026-11-24T15:00:00"),
        ("store", "2026-11-24T14:00:00", "2026-11-24T14:15:00"),
    ],
)
def test_who_files_is_answered_by_the_clock_of_the_channel(
    code: str, at: str, due: str
) -> None:
    objection = filed(code=code, at=local(at))
    assert clock_of(objection, Metric.ACKNOWLEDGEMENT).due_at == local(due)


@pytest.mark.clause("OB-44")
def test_the_hour_for_the_hand_off_begins_when_the_form_is_complete() -> None:
    objection = filed()
    assert objection.form_complete_at == AT
    assert clock_of(objection, Metric.HANDOFF).due_at == AT + timedelta(hours=1)


@pytest.mark.clause("OB-04")
@pytest.mark.parametrize("facts", OF_TYPES.values(), ids=OF_TYPES)
def test_each_of_the_five_types_can_be_filed(facts: Facts) -> None:
    objection = filed(facts)
    assert objection.type == facts.type == objection.customer_type
    assert objection.subtype is not None
    assert objection.form_complete_at == AT


@pytest.mark.clause(
    "OB-11",
    "OB-12",
    "OB-13",
    "OB-14",
    "OB-15",
    "OB-16",
    "OB-17",
    "OB-18",
    "OB-19",
    "OB-20",
    "OB-21",
    "OB-22",
    "OB-23",
    "OB-24",
    "OB-25",
    "OB-26",
    "OB-27",
    "OB-28",
    "OB-29",
    "OB-30",
)
def test_every_subtype_of_the_policy_can_be_chosen() -> None:
    rows = list(Subtype.objects.values_list("type", "code", "clause"))
    assert len(rows) == 24
    assert {clause for _, _, clause in rows} == {f"OB-{n}" for n in range(11, 31)}
    for type_, code, _clause in rows:
        more: dict[str, Any] = {}
        if code == "low_efficiency":
            more["process_step"] = "delivery"
        objection = filed(OF_TYPES[type_], subtype=code, **more)
        assert objection.subtype is not None
        assert objection.subtype.code == code


@pytest.mark.clause("OB-38", "OB-40", "OB-41")
@pytest.mark.parametrize(
    ("type_", "field"),
    [(type_, name) for type_, names in OF_TYPE.items() for name in names]
    + [(type_, "demands") for type_ in OF_TYPE]
    + [("quality", "description"), ("quality", "subtype")],
)
def test_each_field_that_a_type_needs_is_asked_for(type_: str, field: str) -> None:
    empty: dict[str, Any] = {"demands": (), "amount": None}
    blank = None if field.endswith("_at") else ""
    facts = replace(OF_TYPES[type_], **{field: empty.get(field, blank)})
    with pytest.raises(ValidationError) as refused:
        filed(facts)
    assert list(refused.value.message_dict) == [field]
    assert not Objection.objects.exists()


def test_a_customer_may_be_unsure_what_it_is() -> None:
    objection = filed(
        Facts(description="货不对板", demands=(Asked("explain"),)), type=""
    )
    assert (objection.type, objection.form_complete_at) == ("", None)
    assert not objection.clocks.filter(metric=Metric.HANDOFF).exists()


def test_without_a_number_nothing_could_be_told() -> None:
    with pytest.raises(ValidationError) as refused:
        filed(phone="")
    assert list(refused.value.message_dict) == ["phone"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"occurred_at": AT + timedelta(seconds=1)}, "occurred_at"),
        ({"type": "weather"}, "type"),
        ({"subtype": "deposit_refund"}, "subtype"),
        ({"demands": (Asked("the_moon"),)}, "demands"),
        ({"demands": (Asked("refund", Decimal("1.001")),)}, "demands"),
        ({"amount": Decimal("1.001")}, "amount"),
        ({"amount": Decimal(0)}, "amount"),
        ({"amount": Decimal(-5)}, "amount"),
        ({"amount": Decimal("NaN")}, "amount"),
        ({"amount": Decimal("1e12")}, "amount"),
        ({"order_number": "O" * 41}, "order_number"),
        ({"device_model": "a\x00b"}, "device_model"),
        ({"description": " \u200b "}, "description"),
        ({"named_colleague": "nobody"}, "named_colleague"),
        ({"phase": "never"}, "phase"),
    ],
)
def test_bad_input_is_told_beside_its_field(changes: Any, field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        filed(**changes)
    assert list(refused.value.message_dict) == [field]
    assert not Objection.objects.exists()


def test_the_same_form_sent_twice_is_one_objection() -> None:
    token = uuid.uuid4()
    first = filed(more={"client_token": token})
    again = filed(more={"client_token": token})
    assert again == first
    assert Objection.objects.count() == 1


@pytest.mark.clause("OB-33")
def test_a_colleagues_record_is_never_refused_for_what_is_missing() -> None:
    agent = UserFactory.create()
    objection = filed(
        Facts(description="客户来电,稍后补充"),
        by=agent,
        code="hotline",
        more={"talking": True},
        phone="",
    )
    assert (objection.status, objection.assignee) == ("acknowledged", agent)
    clock = clock_of(objection, Metric.ACKNOWLEDGEMENT)
    assert (clock.outcome, clock.stopped_at) == ("met", AT)
    assert objection.told_with is None
    assert objection.customer_waiting_since is None


def test_a_letter_counts_from_when_it_reached_us() -> None:
    reached = AT - timedelta(minutes=40)
    objection = filed(
        by=UserFactory.create(), code="email", more={"received_at": reached}
    )
    due = clock_of(objection, Metric.ACKNOWLEDGEMENT).due_at
    assert due == reached + timedelta(hours=1)
    with pytest.raises(ValidationError) as refused:
        filed(by=UserFactory.create(), more={"received_at": AT + timedelta(hours=1)})
    assert list(refused.value.message_dict) == ["received_at"]


def test_a_department_takes_in_no_customers() -> None:
    with pytest.raises(NotAllowed):
        filed(by=UserFactory.create(role=Role.DEPARTMENT_HANDLER))


@pytest.mark.parametrize(
    ("changes", "severity", "due"),
    [
        ({}, Severity.NORMAL, "2026-11-26T21:00:00"),
        ({"amount": Decimal("4999.99")}, Severity.NORMAL, "2026-11-26T21:00:00"),
        ({"amount": Decimal(5000)}, Severity.MAJOR, "2026-11-30T21:00:00"),
        ({"on_air": True}, Severity.URGENT, "2026-11-24T10:00:00"),
        ({"danger": True}, Severity.URGENT, "2026-11-24T10:00:00"),
    ],
)
def test_what_is_at_stake_decides_how_long_all_may_take(
    changes: Any, severity: str, due: str
) -> None:
    objection = filed(**changes)
    assert objection.severity == severity
    assert clock_of(objection, Metric.TOTAL).due_at == local(due)


@pytest.mark.clause("CC-31")
def test_the_same_again_within_thirty_days_is_graver() -> None:
    def again(at: datetime, **changes: Any) -> str:
        return filed(at=at, phone="13900139000", surname="李", **changes).severity

    filed()
    assert again(AT + timedelta(days=29)) == Severity.MAJOR  # the order
    assert again(AT + timedelta(days=29), order_number="ORD-9") == Severity.MAJOR
    assert again(AT + timedelta(days=29), subtype="accessory") == Severity.NORMAL
    assert again(AT + timedelta(days=60)) == Severity.NORMAL


def test_the_law_bounds_a_refund_or_a_repair_to_fifteen_days() -> None:
    bound = filed(demands=(Asked("refund", Decimal(20)),))
    clock = clock_of(bound, Metric.LEGAL_OUTER_LIMIT)
    assert clock.due_at == local("2026-12-08T23:59:59.999999") or clock.due_at == local(
        "2026-12-09T00:00:00"
    )
    free = filed(demands=(Asked("explain"),))
    assert not free.clocks.filter(metric=Metric.LEGAL_OUTER_LIMIT).exists()


@pytest.mark.clause("OB-03")
def test_a_company_has_its_name_on_the_form() -> None:
    objection = filed(company_name="  上海欧阳端木文化传媒有限公司 ")
    assert objection.company_name == "上海欧阳端木文化传媒有限公司"


def test_filing_is_known_to_every_channel_that_takes_objections() -> None:
    objection = services.file(
        channel=channel("wechat_oa"),
        surname="王",
        phone="13800138000",
        facts=QUALITY,
        at=AT,
    )
    assert objection.clocks.filter(metric=Metric.ACKNOWLEDGEMENT).exists()
