"""Second clicks that are none, people who act out of turn, jobs that meet a bad case."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from helpdesk.form_history import parts
from knowledge.services.phrases import ForbiddenPhrase
from objections import services
from objections.models import FormVersion, FrequencyRule, Objection, PreventiveAction
from objections.next_step import possible_steps
from objections.services import answering, archiving, levels, watching
from objections.services.offering import Offer, Reply
from objections.workflow import Step
from sla.models import Metric
from staff.models import Role
from tests.factories import AT, UserFactory, department
from tests.instants import after
from tests.objections.cases import clock_of, handler_of
from tests.objections.frequent import alike
from tests.objections.settled import (
    MARKS,
    agreed,
    boss,
    closed,
    concluded,
    fresh,
    proposed,
    told,
    twice_rejected,
)
from tests.objections.test_investigating import investigated
from tickets.services import assignment
from tickets.workflow import IllegalStep, NotAllowed

UNHAPPY = MARKS | {"satisfaction": 1}


@pytest.mark.django_db
def test_one_bad_case_holds_no_job_up() -> None:
    bad, good = closed(), closed()
    FormVersion.objects.create(
        objection=bad, number=bad.forms.count() + 2, frozen_at=AT, content={}, hash="0"
    )
    day_after = AT + timedelta(days=1)
    assert archiving.archive_closed(at=day_after) == 1
    assert (fresh(bad).status, fresh(good).status) == ("closed", "archived")
    broken, waiting = proposed(), proposed()
    type(broken).objects.filter(pk=broken.pk).update(reminders=32767)
    assert answering.remind(at=AT + timedelta(days=3)) == 1
    waiting.refresh_from_db()
    assert waiting.reminders == 1


@pytest.mark.django_db
def test_a_rule_that_fails_leaves_the_others_at_work() -> None:
    (rule,) = FrequencyRule.objects.filter(kind="model")
    FrequencyRule.objects.create(
        code="later", kind="model", least=rule.least, days=rule.days
    )
    FrequencyRule.objects.filter(pk=rule.pk).update(due_working_days=32767)
    alike(rule.least)
    assert len(watching.look(at=after(hours=1))) == 1
    assert PreventiveAction.objects.get().rule_id != rule.pk


@pytest.mark.django_db
def test_a_visit_of_a_later_round_is_not_taken_for_one_of_an_earlier() -> None:
    objection = told()
    asker = UserFactory.create()
    facts: dict[str, Any] = {"reached": True, "by": asker, "attempt": 1, "at": AT}
    services.visit(objection, **facts, **UNHAPPY)
    services.visit(objection, **facts, **UNHAPPY)
    assert objection.return_visits.count() == 1
    Objection.objects.filter(pk=objection.pk).update(status="return_visit")
    services.visit(objection, **facts, **MARKS)
    assert [it.cycle for it in objection.return_visits.all()] == [1, 2]
    assert fresh(objection).status == "closed"
    other = told()
    services.rate(other, **UNHAPPY, at=AT)
    Objection.objects.filter(pk=other.pk).update(status="return_visit")
    services.rate(other, **UNHAPPY, at=AT)
    services.rate(other, **UNHAPPY, at=AT)
    assert (fresh(other).status, fresh(other).cycle) == ("reopened", 3)
    assert other.return_visits.count() == 2


@pytest.mark.django_db
def test_what_was_read_is_approved_of_and_not_what_stands_there_since() -> None:
    agent, supervisor = UserFactory.create(), boss()
    objection = concluded()
    with pytest.raises(ForbiddenPhrase):
        proposed(objection, replies=(Reply("refund", "partly", "你自己看说明"),))
    first = proposed(objection, amount="800.00", by=agent)
    again: dict[str, Any] = {"by": agent, "amount": "800"}
    assert proposed(objection, **again) == first
    for other in (
        {"measures": (Offer("refund_rent", Decimal(800), "含税"),)},
        {"replies": (Reply("refund", "partly", "另有原因"),)},
    ):
        with pytest.raises(IllegalStep):
            proposed(objection, **again, **other)
    services.send_back(objection, reason="写错了", by=agent, at=AT)
    second = proposed(objection, amount="900.00", by=agent)
    with pytest.raises(IllegalStep):
        services.approve(objection, proposal=first.number, by=supervisor, at=AT)
    assert fresh(objection).status == "pending_approval"
    services.send_back(objection, reason="太多", by=supervisor, at=AT)
    third = proposed(objection, amount="800.00", by=agent)
    services.approve(objection, proposal=third.number, by=boss(), at=AT)
    assert (third.number, second.number) == (3, 2)
    assert fresh(objection).status == "proposed"
    assert levels.has_handled(objection, supervisor)


@pytest.mark.django_db
def test_a_second_click_puts_a_case_no_two_levels_higher() -> None:
    boss()
    manager, general = boss(Role.MANAGER), boss(Role.GENERAL_MANAGER)
    objection = twice_rejected()
    for _click in range(2):
        services.escalate(objection, reason="金额较大", by=manager, at=AT)
    assert fresh(objection).escalated_to == "manager"
    services.escalate(objection, reason="仍谈不拢", by=manager, at=after(minutes=1))
    assert fresh(objection).escalated_to == "general_manager"
    proposed(objection, kind="refund_deposit", by=general)
    services.send_back(objection, reason="不妥", by=general, at=AT)
    services.close_unagreed(objection, by=general, at=AT)
    assert levels.has_handled(objection, general)
    services.appeal(objection, reason="不服", at=AT)
    with pytest.raises(NotAllowed):
        services.decide_appeal(
            objection, granted=False, text="维持。", by=general, at=AT
        )


@pytest.mark.django_db
def test_another_proof_of_what_is_done_is_not_dropped_in_silence() -> None:
    objection, handler = agreed(), handler_of("finance")
    facts: dict[str, Any] = {"number": 1, "by": handler, "at": AT}
    services.execute(objection, proof="退款单 R-1", **facts)
    services.execute(objection, proof="退款单 R-1", **facts)
    with pytest.raises(IllegalStep):
        services.execute(objection, proof="退款单 R-2", **facts)
    assert objection.actions.get().proof == "退款单 R-1"


@pytest.mark.django_db
def test_who_complained_outside_is_answered_there_although_they_withdraw() -> None:
    agent, objection = UserFactory.create(), concluded()
    facts: dict[str, Any] = {"source": "12345", "received_at": AT, "by": agent}
    for _click in range(2):
        services.note_external(objection, **facts, authority="市热线", at=AT)
    services.note_external(objection, **facts, reference="R-1", at=AT)
    far = datetime(9000, 1, 1, tzinfo=UTC)
    for changes, field in (
        ({"reference": "R-1", "respond_by": after(hours=9)}, "reference"),
        ({"respond_by": far}, "respond_by"),
        ({"received_at": datetime(1, 1, 2, tzinfo=UTC)}, "received_at"),
    ):
        with pytest.raises(ValidationError) as refused:
            services.note_external(objection, **(facts | changes), at=AT)
        assert list(refused.value.message_dict) == [field]
    assert objection.external_complaints.count() == 2
    services.withdraw(objection, statement="不追究了", by=None, at=AT)
    assert not objection.clocks.unfinished().exclude(metric="external_complaint")
    assert clock_of(objection, Metric.EXTERNAL_COMPLAINT, "outside/1").is_unfinished
    assert Objection.objects.needing_contacts(at=AT).filter(pk=objection.pk).exists()
    for number in (1, 2):
        services.end_external(objection, number=number, result="撤回", by=agent, at=AT)
    assert not Objection.objects.needing_contacts(at=AT).exists()


@pytest.mark.django_db
def test_a_department_that_was_not_asked_neither_waives_nor_stops_the_clocks() -> None:
    objection, asked = investigated()
    seeing = handler_of("warehouse_logistics")
    assignment.involve(objection, department("warehouse_logistics"))
    with pytest.raises(NotAllowed):
        services.ask_for_evidence(objection, text="请补充照片", by=seeing, at=AT)
    with pytest.raises(NotAllowed):
        services.waive_evidence(
            objection, kind="chat_log", reason="没有", by=seeing, at=AT
        )
    handoffs = list(objection.handoffs.all())
    for by, can in ((asked, True), (seeing, False)):
        steps = possible_steps(objection, by=by, handoffs=handoffs)
        assert (Step.ASK_EVIDENCE in steps) is can
        assert (Step.WAIVE_EVIDENCE in steps) is can


def test_what_is_noted_of_somebody_not_reached_is_not_in_their_document() -> None:
    visit = {"reached": False, "made_at": "2026-11-23T02:00:00Z", "text": "脾气很差"}
    (part,) = parts({"visits": [visit]})
    assert "脾气很差" not in str(part)
