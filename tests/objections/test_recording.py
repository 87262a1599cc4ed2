"""The handling form: read, corrected, completed, recorded."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from objections import services
from objections.facts import Asked, Facts, facts_of
from objections.models import Objection, Severity
from sla.models import Metric
from tests.factories import AT, UserFactory
from tests.instants import after, local
from tests.objections.cases import FEE, clock_of, filed, recorded
from tickets.models import Direction, Verb
from tickets.workflow import IllegalStep

pytestmark = pytest.mark.django_db

UNSURE = Facts(description="货不对板", demands=(Asked("explain"),))


@pytest.mark.clause("OB-36", "OB-37")
def test_reading_it_is_still_owed_after_the_automatic_answer() -> None:
    objection = filed()
    assert clock_of(objection, Metric.ACKNOWLEDGEMENT).is_unfinished
    agent = UserFactory.create()
    services.acknowledge(objection, by=agent, at=after(minutes=59))
    objection.refresh_from_db()
    assert (objection.viewed_at, objection.assignee) == (after(minutes=59), agent)
    assert clock_of(objection, Metric.ACKNOWLEDGEMENT).outcome == "met"
    sent = objection.messages.filter(text="已收到异议,将尽快处理")
    assert [it.automatic for it in sent] == [True]


@pytest.mark.clause("OB-37")
def test_a_chat_is_acknowledged_in_the_words_of_the_policy() -> None:
    objection = filed(code="app_chat")
    agent = UserFactory.create()
    for _click in range(2):
        services.acknowledge(objection, by=agent, at=after(minutes=5))
    sent = objection.messages.filter(text="已收到异议,将尽快处理")
    assert [(it.automatic, it.author) for it in sent] == [(False, agent)]
    assert clock_of(objection, Metric.ACKNOWLEDGEMENT).outcome == "met"


@pytest.mark.clause("OB-38", "OB-39", "OB-42", "OB-43", "SH-29", "CM-25", "CC-11")
def test_a_form_is_recorded_only_when_it_is_complete() -> None:
    agent = UserFactory.create()
    objection = filed(UNSURE)
    services.acknowledge(objection, by=agent, at=AT)
    with pytest.raises(ValidationError) as refused:
        services.record(objection, by=agent, at=AT)
    assert list(refused.value.message_dict) == ["type", "subtype"]
    services.correct(
        objection,
        changes={"type": "contract", "subtype": "interpretation"},
        by=agent,
        at=after(minutes=1),
    )
    with pytest.raises(ValidationError) as refused:
        services.record(objection, by=agent, at=AT)
    assert list(refused.value.message_dict) == ["contract_number"]
    services.correct(
        objection,
        changes={"contract_number": "C-7"},
        by=agent,
        at=after(minutes=2),
    )
    objection = services.record(objection, by=agent, at=after(minutes=3))
    assert (objection.status, objection.recorded_at) == ("recorded", after(minutes=3))
    assert objection.form_complete_at == after(minutes=2)
    assert clock_of(objection, Metric.HANDOFF).due_at == after(minutes=62)
    assert objection.told_with is not None
    assert objection.number in objection.told_with.text
    assert objection.told_with.author == agent


@pytest.mark.clause("OB-38")
def test_a_form_without_an_account_number_says_why() -> None:
    agent = UserFactory.create()
    objection = filed(FEE, by=agent, account_number="", more={"talking": True})
    with pytest.raises(ValidationError) as refused:
        services.record(objection, by=agent, at=AT)
    assert list(refused.value.message_dict) == ["account_number"]
    services.correct(
        objection, changes={"no_account_reason": "非会员"}, by=agent, at=AT
    )
    assert services.record(objection, by=agent, at=AT).status == "recorded"


def test_recording_twice_tells_the_number_once() -> None:
    agent = UserFactory.create()
    objection = recorded(by=agent)
    services.record(objection, by=agent, at=after(minutes=1))
    told = objection.messages.filter(text__contains=objection.number)
    assert told.count() == 1
    assert objection.events.filter(verb=Verb.OBJECTION_RECORDED).count() == 1


@pytest.mark.clause("OB-39")
def test_another_type_than_the_customers_needs_a_reason_and_theirs_stays() -> None:
    agent = UserFactory.create()
    objection = filed()
    services.acknowledge(objection, by=agent, at=AT)
    changes = {"type": "return", "subtype": "wear_judgement", "returned_at": AT}
    with pytest.raises(ValidationError) as refused:
        services.correct(objection, changes=changes, by=agent, at=AT)
    assert list(refused.value.message_dict) == ["reason"]
    objection.refresh_from_db()
    assert objection.type == "quality"
    services.correct(
        objection, changes=changes, by=agent, at=AT, reason="客户说的是回收时的判定"
    )
    objection.refresh_from_db()
    assert (objection.customer_type, objection.type) == ("quality", "return")
    note = objection.messages.filter(direction=Direction.NOTE).get()
    assert note.text == "客户说的是回收时的判定"


def test_deadlines_follow_the_severity_from_the_moment_of_receipt() -> None:
    agent = UserFactory.create()
    objection = filed()
    services.acknowledge(objection, by=agent, at=AT)
    services.correct(
        objection, changes={"on_air": True}, by=agent, at=after(minutes=30)
    )
    objection.refresh_from_db()
    assert objection.severity == Severity.URGENT
    assert clock_of(objection, Metric.TOTAL).due_at == local("2026-11-24T10:00:00")
    objection = services.record(objection, by=agent, at=after(minutes=31))
    assert objection.told_with is not None
    assert "11月24日10:00" in objection.told_with.text


def test_a_demand_that_is_named_later_is_bound_by_law_from_receipt() -> None:
    agent = UserFactory.create()
    objection = filed(demands=(Asked("explain"),))
    services.acknowledge(objection, by=agent, at=AT)
    services.correct(
        objection,
        changes={"demands": (Asked("refund", Decimal(10)),)},
        by=agent,
        at=AT + timedelta(days=1),
    )
    assert clock_of(objection, Metric.LEGAL_OUTER_LIMIT).started_at == AT
    kinds = objection.demands.values_list("kind__code", flat=True)
    assert list(kinds) == ["refund"]


def test_nothing_is_recorded_before_somebody_has_read_it() -> None:
    objection = filed()
    with pytest.raises(IllegalStep, match="OB-36"):
        services.record(objection, by=UserFactory.create(), at=AT)
    assert Objection.objects.get(pk=objection.pk).status == "received"


def test_a_correction_that_changes_nothing_leaves_no_trace() -> None:
    agent = UserFactory.create()
    objection = filed()
    before = objection.events.count()
    services.correct(objection, changes={"order_number": "ORD-1"}, by=agent, at=AT)
    assert objection.events.count() == before


@pytest.mark.clause("OB-38", "OB-42")
def test_a_number_that_was_not_known_completes_the_form() -> None:
    agent = UserFactory.create()
    objection = filed(by=agent, code="hotline", phone="")
    services.acknowledge(objection, by=agent, at=AT)
    with pytest.raises(ValidationError) as missing:
        services.record(objection, by=agent, at=AT)
    assert list(missing.value.message_dict) == ["phone"]
    with pytest.raises(ValidationError) as wrong:
        services.correct(objection, changes={"type": "x"}, phone="12", by=agent, at=AT)
    assert set(wrong.value.message_dict) == {"type", "phone"}
    for _click in range(2):
        services.correct(objection, changes={}, phone="13800138000", by=agent, at=AT)
    objection.refresh_from_db()
    assert (objection.customer.phone_tail, objection.form_complete_at) == ("8000", AT)
    corrected = objection.events.filter(verb=Verb.OBJECTION_CORRECTED)
    assert [event.data["fields"] for event in corrected] == [["phone"]]
    assert services.record(objection, by=agent, at=AT).recorded_at == AT


@pytest.mark.parametrize("name", ["occurred_at", "returned_at", "shows_at"])
@pytest.mark.parametrize(
    "moment",
    [
        AT.replace(year=1),
        AT.replace(year=1999, month=12, day=31),
        AT.replace(year=9999),
    ],
)
def test_a_moment_that_cannot_be_is_refused_and_nothing_changes(
    name: str, moment: datetime
) -> None:
    agent = UserFactory.create()
    objection = filed(by=agent)
    before = getattr(objection, name)
    with pytest.raises(ValidationError) as refused:
        services.correct(objection, changes={name: moment}, by=agent, at=AT)
    assert list(refused.value.message_dict) == [name]
    objection.refresh_from_db()
    assert getattr(objection, name) == before


def test_a_letter_has_not_lain_for_years() -> None:
    agent = UserFactory.create()
    with pytest.raises(ValidationError) as refused:
        filed(by=agent, more={"received_at": AT - timedelta(days=367)})
    assert list(refused.value.message_dict) == ["received_at"]
    assert not Objection.objects.exists()
    filed(by=agent, more={"received_at": AT - timedelta(days=366)})


@pytest.mark.clause("OB-40", "OB-42")
def test_a_form_on_record_stays_complete() -> None:
    agent = UserFactory.create()
    objection = recorded(by=agent)
    with pytest.raises(ValidationError) as refused:
        services.correct(
            objection,
            changes={"type": "contract", "subtype": "unfair_term", "demands": ()},
            by=agent,
            at=AT,
            reason="是合同的问题",
        )
    assert set(refused.value.message_dict) == {"contract_number", "demands"}
    objection.refresh_from_db()
    assert (objection.type, objection.demands.count()) == ("quality", 1)


@pytest.mark.clause("OB-43")
def test_another_estimate_than_the_customer_knows_is_told() -> None:
    agent = UserFactory.create()
    objection = recorded(by=agent)
    told = objection.told_with_id
    services.correct(objection, changes={"serial_number": "A1"}, by=agent, at=AT)
    objection.refresh_from_db()
    assert objection.told_with_id == told
    services.correct(objection, changes={"on_air": True}, by=agent, at=AT)
    objection.refresh_from_db()
    assert objection.estimate == clock_of(objection, Metric.TOTAL).due_at
    assert objection.told_with is not None
    assert "11月24日" in objection.told_with.text


def test_nobody_undoes_a_change_that_they_did_not_see() -> None:
    agent = UserFactory.create()
    objection = filed()
    shown = facts_of(objection)
    services.correct(objection, changes={"serial_number": "A1"}, by=agent, at=AT)
    with pytest.raises(ValidationError) as refused:
        services.correct(
            objection, changes={"serial_number": "B2"}, by=agent, at=AT, known=shown
        )
    assert refused.value.code == "form_changed"
    objection.refresh_from_db()
    assert objection.serial_number == "A1"
    same = {"serial_number": "A1"}
    services.correct(objection, changes=same, by=agent, at=AT, known=shown)
