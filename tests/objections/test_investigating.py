"""Departments investigate on evidence, wait for the customer, and conclude."""

import uuid
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction

from inquiries import services as inquiry_services
from knowledge.services.phrases import ForbiddenPhrase
from objections import services
from objections.facts import Facts
from objections.models import Evidence, Objection
from objections.services import evidence
from sla.models import ClockStatus, Metric
from staff.models import Role, User
from tests.factories import AT, InquiryFactory, UserFactory
from tests.instants import after, local
from tests.objections.cases import (
    FEE,
    OF_TYPES,
    QUALITY,
    SERVICE,
    clock_of,
    handed,
    handler_of,
    handoff_to,
)
from tests.portal.conftest import picture
from tests.tickets.test_videos import video
from tickets.workflow import IllegalStep, NotAllowed

pytestmark = pytest.mark.django_db

CONCLUSION: dict[str, Any] = {
    "text": "押金扣除没有依据。",
    "responsibility": "company",
    "cause": "process",
    "articles": ["ECL21"],
}


def investigated(
    facts: Facts = FEE, code: str = "finance", **changes: Any
) -> tuple[Objection, User]:
    """An objection that a department has accepted, and who did."""
    objection = handed(facts, **changes)
    handler = handler_of(code)
    services.accept(handoff_to(objection, code), by=handler, at=AT)
    objection.refresh_from_db()
    return objection, handler


def waive_all(objection: Objection, *, by: User) -> None:
    for kind in evidence.missing(objection):
        services.waive_evidence(
            objection, kind=kind.code, reason="本案没有", by=by, at=AT
        )


def codes(objection: Objection) -> list[str]:
    return [kind.code for kind in evidence.missing(objection)]


@pytest.mark.clause("OB-47", "OB-48", "OB-49")
@pytest.mark.parametrize(
    ("type_", "expected"),
    [
        (
            "quality",
            [
                "stock_out_record",
                "transport_record",
                "customer_photo_or_video",
                "technician_inspection",
            ],
        ),
        ("fee", ["contract_terms", "order_detail", "payment_record", "invoice_record"]),
        ("service", ["call_recording", "chat_log", "business_processing_log"]),
        (
            "contract",
            [
                "signed_contract_version",
                "clause_prompt_proof",
                "change_notice_and_consent",
                "negotiation_record",
            ],
        ),
        (
            "return",
            [
                "technician_inspection",
                "delivery_condition_checklist",
                "return_condition_checklist",
                "pickup_appointment_log",
                "photo_or_video_both_sides",
                "parts_list",
            ],
        ),
    ],
)
def test_each_type_needs_its_kinds_of_evidence(type_: str, expected: list[str]) -> None:
    assert codes(handed(OF_TYPES[type_])) == expected


@pytest.mark.clause("OB-46", "OB-47")
def test_nothing_is_concluded_while_evidence_is_missing() -> None:
    objection, handler = investigated()
    services.add_evidence(
        objection,
        kind="payment_record",
        source="财务系统",
        text="2026-11-20 扣款 300.00",
        by=handler,
        at=AT,
    )
    with pytest.raises(ValidationError) as refused:
        services.conclude(objection, **CONCLUSION, by=handler, at=AT)
    assert list(refused.value.message_dict) == ["evidence"]
    assert codes(objection) == ["contract_terms", "order_detail", "invoice_record"]
    waive_all(objection, by=handler)
    finding = services.conclude(
        objection, **CONCLUSION, by=handler, at=after(minutes=5)
    )
    objection.refresh_from_db()
    assert (objection.status, finding.round) == ("investigated", 1)
    assert [it.code for it in finding.articles.all()] == ["ECL21"]
    assert clock_of(objection, Metric.INVESTIGATION).outcome == "met"
    assert clock_of(objection, Metric.PROPOSAL).is_unfinished


def test_a_file_is_evidence_with_its_source_and_hash() -> None:
    objection, handler = investigated()
    (piece,) = services.add_evidence(
        objection,
        kind="contract_terms",
        source="合同档案柜 3",
        files=[picture("合同.png")],
        by=handler,
        at=AT,
    )
    assert piece.attachment is not None
    assert (piece.source, len(piece.hash), piece.added_by) == (
        "合同档案柜 3",
        64,
        handler,
    )


def test_the_same_piece_again_is_the_one_that_is_there() -> None:
    objection, handler = investigated()
    for source in ("甲", "乙"):
        services.add_evidence(
            objection,
            kind="order_detail",
            source=source,
            text="一台,三天",
            by=handler,
            at=AT,
        )
    assert [it.source for it in objection.evidence.all()] == ["甲"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "moon"}, "kind"),
        ({"source": " "}, "source"),
        ({"text": ""}, "text"),
        ({"files": [SimpleUploadedFile("a.jpg", b"PK\x03\x04zip")]}, "files"),
    ],
)
def test_evidence_that_is_none_is_refused(changes: Any, field: str) -> None:
    objection, handler = investigated()
    given = {"kind": "order_detail", "source": "系统", "text": "x", **changes}
    with pytest.raises(ValidationError) as refused:
        services.add_evidence(objection, **given, by=handler, at=AT)
    assert list(refused.value.message_dict) == [field]
    assert not Evidence.objects.exists()


def test_a_file_of_another_case_is_no_evidence_here() -> None:
    other, handler = investigated()
    (piece,) = services.add_evidence(
        other,
        kind="contract_terms",
        source="档案",
        files=[picture()],
        by=handler,
        at=AT,
    )
    objection = handed(FEE, surname="李", phone="13900139000", order_number="ORD-5")
    services.accept(handoff_to(objection, "finance"), by=handler, at=AT)
    with pytest.raises(ValidationError) as refused:
        services.add_evidence(
            objection,
            kind="contract_terms",
            source="档案",
            attachment=piece.attachment,
            by=handler,
            at=AT,
        )
    assert list(refused.value.message_dict) == ["files"]


def test_evidence_cannot_be_changed_or_removed() -> None:
    objection, handler = investigated()
    services.add_evidence(
        objection, kind="order_detail", source="系统", text="x", by=handler, at=AT
    )
    for change in (
        lambda: Evidence.objects.update(source="别处"),
        lambda: Evidence.objects.all().delete(),
    ):
        with (
            pytest.raises(DatabaseError, match="evidence_append_only"),
            transaction.atomic(),
        ):
            change()


@pytest.mark.clause("OB-49")
def test_the_customers_own_conversations_are_kept_in_one_step() -> None:
    agent = UserFactory.create()
    inquiry = InquiryFactory.create(text="电话没人接")
    inquiry_services.greet(inquiry, by=agent, at=AT)
    inquiry_services.write_note(inquiry, text="内部:客户很生气", by=agent, at=AT)
    objection, handler = investigated(SERVICE, "customer_service")
    for _click in range(2):
        services.attach_conversations(objection, by=handler, at=AT)
    kept = {it.source: it.text for it in objection.evidence.all()}
    assert set(kept) == {inquiry.number, objection.number}
    assert "电话没人接" in kept[inquiry.number]
    assert "内部" not in kept[inquiry.number]
    inquiry_services.customer_writes(inquiry, text="还是没人", at=after(minutes=1))
    services.attach_conversations(objection, by=handler, at=after(minutes=2))
    assert objection.evidence.filter(source=inquiry.number).count() == 2


def test_while_the_customer_is_asked_the_clocks_wait_and_go_on_with_an_answer() -> None:
    objection, handler = investigated()
    message = services.ask_for_evidence(
        objection, text="请上传付款截图", by=handler, at=after(minutes=10)
    )
    objection.refresh_from_db()
    assert (objection.status, message.author) == ("awaiting_evidence", handler)
    for metric in (Metric.INVESTIGATION, Metric.TOTAL):
        assert clock_of(objection, metric).status == ClockStatus.PAUSED
    services.customer_writes(objection, text="已上传", at=after(minutes=40))
    objection.refresh_from_db()
    assert objection.status == "investigating"
    clock = clock_of(objection, Metric.INVESTIGATION)
    # Half an hour beyond the close of the working day is in the next one.
    assert (clock.status, clock.due_at) == (
        ClockStatus.RUNNING,
        local("2026-11-25T09:30:00"),
    )


def test_without_the_material_the_investigation_can_go_on() -> None:
    objection, handler = investigated()
    services.ask_for_evidence(objection, text="请上传", by=handler, at=AT)
    services.go_on(objection, by=handler, at=after(minutes=5))
    objection.refresh_from_db()
    assert objection.status == "investigating"
    assert clock_of(objection, Metric.TOTAL).status == ClockStatus.RUNNING


def test_what_is_asked_of_the_customer_is_guarded() -> None:
    objection, handler = investigated()
    with pytest.raises(ForbiddenPhrase):
        services.ask_for_evidence(objection, text="你自己看说明", by=handler, at=AT)
    objection.refresh_from_db()
    assert objection.status == "investigating"
    supervisor = UserFactory.create(role=Role.SUPERVISOR)
    services.ask_for_evidence(
        objection,
        text="你自己看说明",
        by=supervisor,
        at=AT,
        override_reason="引用客户原话",
    )
    objection.refresh_from_db()
    assert objection.status == "awaiting_evidence"


@pytest.mark.clause("OB-02")
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"articles": []}, "articles"),
        ({"articles": ["XX1"]}, "articles"),
        ({"responsibility": "moon"}, "responsibility"),
        ({"cause": ""}, "cause"),
        ({"text": " "}, "text"),
    ],
)
def test_a_finding_says_who_why_and_on_what_it_rests(changes: Any, field: str) -> None:
    objection, handler = investigated()
    waive_all(objection, by=handler)
    with pytest.raises(ValidationError) as refused:
        services.conclude(objection, **(CONCLUSION | changes), by=handler, at=AT)
    assert list(refused.value.message_dict) == [field]
    assert not objection.findings.exists()


def test_a_clause_of_the_contract_is_a_basis_too() -> None:
    objection, handler = investigated()
    waive_all(objection, by=handler)
    given = CONCLUSION | {"articles": [], "contract_clause": "第 8 条 押金"}
    assert services.conclude(objection, **given, by=handler, at=AT).round == 1


@pytest.mark.clause("OB-07")
def test_the_named_and_those_who_only_take_part_do_not_conclude() -> None:
    named = handler_of("finance")
    objection, handler = investigated(
        SERVICE, "finance", named_colleague=named.work_number
    )
    waive_all(objection, by=handler)
    with pytest.raises(NotAllowed):
        services.conclude(objection, **CONCLUSION, by=named, at=AT)
    quality, _technician = investigated(OF_TYPES["quality"], "technical_support")
    storekeeper = handler_of("warehouse_logistics")
    waive_all(quality, by=storekeeper)
    with pytest.raises(NotAllowed):
        services.conclude(quality, **CONCLUSION, by=storekeeper, at=AT)


def test_what_nobody_has_accepted_is_not_investigated() -> None:
    objection = handed(FEE)
    with pytest.raises(IllegalStep):
        services.add_evidence(
            objection,
            kind="order_detail",
            source="系统",
            text="x",
            by=handler_of("finance"),
            at=AT,
        )


def test_a_return_while_the_customer_is_asked_lets_the_total_run() -> None:
    objection, handler = investigated()
    services.ask_for_evidence(objection, text="请上传", by=handler, at=AT)
    services.return_handoff(
        handoff_to(objection, "finance"), reason="不归财务", by=handler, at=AT
    )
    assert clock_of(objection, Metric.TOTAL).status == ClockStatus.RUNNING


def test_a_finding_waits_no_more_for_who_has_not_accepted() -> None:
    objection, technician = investigated(OF_TYPES["quality"], "technical_support")
    waive_all(objection, by=technician)
    services.conclude(objection, **CONCLUSION, by=technician, at=after(hours=1))
    clock = clock_of(objection, Metric.DEPARTMENT_ACCEPTANCE, "warehouse_logistics/1")
    assert clock.status == ClockStatus.CANCELLED
    assert handoff_to(objection, "warehouse_logistics").ended_at == after(hours=1)
    running = objection.clocks.unfinished().values_list("metric", flat=True)
    assert sorted(running) == ["legal_outer_limit", "proposal", "total"]


def test_what_a_department_accepts_too_late_stays_late_when_it_is_concluded() -> None:
    objection, technician = investigated(OF_TYPES["quality"], "technical_support")
    waive_all(objection, by=technician)
    services.conclude(objection, **CONCLUSION, by=technician, at=after(hours=3))
    clock = clock_of(objection, Metric.DEPARTMENT_ACCEPTANCE, "warehouse_logistics/1")
    assert clock.outcome == "missed"


def test_who_leads_accepts_before_concluding() -> None:
    objection, storekeeper = investigated(OF_TYPES["quality"], "warehouse_logistics")
    waive_all(objection, by=storekeeper)
    technician = handler_of("technical_support")
    with pytest.raises(IllegalStep, match=r"leading|牵头"):
        services.conclude(objection, **CONCLUSION, by=technician, at=AT)
    objection.refresh_from_db()
    assert (objection.status, objection.findings.count()) == ("investigating", 0)
    services.accept(handoff_to(objection, "technical_support"), by=technician, at=AT)
    assert services.conclude(objection, **CONCLUSION, by=technician, at=AT).round == 1


@pytest.mark.clause("OB-47")
def test_what_is_said_of_a_file_and_the_film_itself_are_kept() -> None:
    objection, handler = investigated()
    film = SimpleUploadedFile("fault.mov", video())
    pieces = services.add_evidence(
        objection,
        kind="order_detail",
        source="客户",
        text="开机两分钟后黑屏",
        files=[film],
        by=handler,
        at=AT,
    )
    assert [it.text for it in pieces] == ["", "开机两分钟后黑屏"]
    assert pieces[0].attachment is not None
    assert pieces[0].attachment.content_type == "video/quicktime"


def test_an_empty_question_to_the_customer_is_refused_beside_its_field() -> None:
    objection, handler = investigated()
    with pytest.raises(ValidationError) as refused:
        services.ask_for_evidence(objection, text=" ", by=handler, at=AT)
    assert list(refused.value.message_dict) == ["text"]


def test_a_second_click_with_new_files_stores_them_once() -> None:
    objection, handler = investigated()
    token = uuid.uuid4()

    def click() -> list[Evidence]:
        return services.add_evidence(
            objection,
            kind="payment_record",
            source="财务系统",
            files=[picture("a.png")],
            client_token=token,
            by=handler,
            at=AT,
        )

    first, notes = click(), objection.messages.count()
    assert click() == first
    assert (objection.messages.count(), objection.evidence.count()) == (notes, 1)


@pytest.mark.clause("IN-20", "OB-46")
def test_a_supervisor_lets_a_phrase_pass_for_a_reason_that_stays_on_record() -> None:
    objection, handler = investigated()
    with pytest.raises(ForbiddenPhrase):
        services.ask_for_evidence(
            objection,
            text="这不归我管,请补充照片",
            override_reason="引用原话",
            by=handler,
            at=AT,
        )
    objection.refresh_from_db()
    assert objection.status == "investigating"
    supervisor = UserFactory.create(role=Role.SUPERVISOR)
    message = services.ask_for_evidence(
        objection,
        text="这不归我管,请补充照片",
        override_reason="引用原话",
        by=supervisor,
        at=AT,
    )
    event = objection.events.get(verb="phrase_allowed")
    assert (event.actor, event.data["message"]) == (supervisor, message.pk)
    note = objection.messages.get(pk=event.data["note"])
    assert "引用原话" in note.text


def test_going_on_twice_counts_once() -> None:
    objection, handler = investigated()
    services.ask_for_evidence(objection, text="请补充照片", by=handler, at=AT)
    for _ in range(2):
        services.go_on(objection, by=handler, at=AT)
    assert objection.events.filter(verb="investigation_went_on").count() == 1
    with pytest.raises(IllegalStep):
        services.go_on(objection, by=UserFactory.create(), at=AT)


def test_the_same_finding_sent_twice_counts_once_and_another_is_refused() -> None:
    objection, handler = investigated()
    waive_all(objection, by=handler)
    first = services.conclude(objection, **CONCLUSION, by=handler, at=AT)
    again = services.conclude(objection, **CONCLUSION, by=handler, at=AT)
    assert (again, objection.findings.count()) == (first, 1)
    for changes in ({"text": "另一结论"}, {"articles": ["CC577"]}, {"cause": "human"}):
        with pytest.raises(IllegalStep, match=r"concluded|结束"):
            services.conclude(objection, **{**CONCLUSION, **changes}, by=handler, at=AT)
    assert objection.findings.count() == 1


@pytest.mark.parametrize("clause", ["第" * 201, "第8条\0"])
def test_a_clause_that_cannot_be_kept_is_refused_and_not_cut(clause: str) -> None:
    objection, handler = investigated()
    waive_all(objection, by=handler)
    with pytest.raises(ValidationError) as refused:
        services.conclude(
            objection, **CONCLUSION, contract_clause=clause, by=handler, at=AT
        )
    assert list(refused.value.message_dict) == ["contract_clause"]
    assert not objection.findings.exists()


def test_a_conclusion_ends_the_wait_for_departments_that_have_not_accepted() -> None:
    objection, handler = investigated(QUALITY, "technical_support")
    waits = handoff_to(objection, "warehouse_logistics")
    waive_all(objection, by=handler)
    services.conclude(objection, **CONCLUSION, by=handler, at=AT)
    waits.refresh_from_db()
    assert (waits.accepted_at, waits.ended_at) == (None, AT)
    clock = clock_of(
        objection, Metric.DEPARTMENT_ACCEPTANCE, f"warehouse_logistics/{waits.round}"
    )
    assert clock.status == ClockStatus.CANCELLED
    leads = handoff_to(objection, "technical_support")
    assert leads.ended_at is None
