"""From the finding to the archive: proposals, answers, actions, visits, appeals."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from objections import services
from objections.models import Objection
from objections.services import answering, archiving, extending
from objections.services.offering import Offer, Reply
from sla.models import Audience, Metric
from sla.services import announcing
from sla.services.directory import Directory
from staff.models import Role
from tests.factories import AT, UserFactory, department
from tests.instants import after, local
from tests.objections.cases import (
    FEE,
    QUALITY,
    clock_of,
    handed,
    handler_of,
    handoff_to,
)
from tests.objections.settled import (
    MARKS,
    OFFER,
    REPLIES,
    agreed,
    boss,
    closed,
    concluded,
    executed,
    fresh,
    proposed,
    told,
    twice_rejected,
)
from tests.objections.test_investigating import CONCLUSION, investigated, waive_all
from tickets.models import Duty, Event, Ticket
from tickets.workflow import IllegalStep, NotAllowed

pytestmark = pytest.mark.django_db


# Proposals and approvals


@pytest.mark.clause("OB-08")
def test_a_small_proposal_goes_out_at_once_with_a_word_to_each_demand() -> None:
    objection = concluded()
    proposal = proposed(objection)
    objection = fresh(objection)
    assert (objection.status, proposal.amount) == ("proposed", Decimal("150.00"))
    assert [
        (it.kind.code, it.asked, it.met) for it in proposal.demand_answers.all()
    ] == [("refund", Decimal(300), "partly")]
    assert proposal.sent_with is not None
    assert "核实结果:责任方为公司。处理方案:退还一半租金，并向您致歉。" in (
        proposal.sent_with.text
    )
    assert f"/follow/link/{objection.number}" in proposal.sent_with.text
    assert clock_of(objection, Metric.PROPOSAL).outcome == "met"
    assert clock_of(objection, Metric.TOTAL).outcome == "met"
    assert clock_of(objection, Metric.CUSTOMER_CONFIRMATION).due_at == local(
        "2026-11-26T21:00:00"
    )
    assert clock_of(objection, Metric.LEGAL_OUTER_LIMIT).is_unfinished


@pytest.mark.clause("CM-12")
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": " "}, "text"),
        ({"measures": ()}, "measures"),
        ({"measures": (Offer("gold", None),)}, "measures"),
        ({"measures": (*OFFER, *OFFER)}, "measures"),
        ({"measures": (Offer("refund_rent"),)}, "measures"),
        ({"measures": (Offer("refund_rent", Decimal("1.005")),)}, "measures"),
        ({"measures": (Offer("refund_rent", Decimal(0)),)}, "measures"),
        ({"measures": (Offer("refund_rent", Decimal(-5)),)}, "measures"),
        ({"measures": (Offer("refund_rent", Decimal("NaN")),)}, "measures"),
        ({"measures": (Offer("refund_rent", Decimal("1e11")),)}, "measures"),
        (
            {
                "measures": (
                    Offer("refund_rent", Decimal("9999999999.99")),
                    Offer("compensation", Decimal("9999999999.99")),
                )
            },
            "measures",
        ),
        ({"replies": ()}, "replies"),
        ({"replies": (Reply("refund", "partly"),)}, "replies"),
        ({"replies": (Reply("refund", "maybe", "x"),)}, "replies"),
        ({"replies": (*REPLIES, Reply("apology", "met"))}, "replies"),
    ],
)
def test_a_proposal_that_is_not_whole_is_refused(
    changes: dict[str, Any], field: str
) -> None:
    objection = concluded()
    with pytest.raises(ValidationError) as refused:
        proposed(objection, **changes)
    assert list(refused.value.message_dict) == [field]
    assert not objection.proposals.exists()
    assert fresh(objection).status == "investigated"


def test_a_larger_one_waits_for_another_persons_approval() -> None:
    supervisor = boss()
    proposal = proposed(amount="800.00", by=supervisor)
    objection = fresh(proposal.objection)
    assert (objection.status, proposal.sent_at) == ("pending_approval", None)
    for by in (supervisor, UserFactory.create(), handler_of("finance")):
        with pytest.raises(NotAllowed):
            services.approve(objection, by=by, at=AT)
    assert proposed(objection, amount="800.00", by=supervisor).pk == proposal.pk
    other = boss()
    services.approve(objection, by=other, at=after(hours=1))
    services.approve(objection, by=other, at=after(hours=2))
    proposal.refresh_from_db()
    assert (fresh(objection).status, proposal.sent_at) == ("proposed", after(hours=1))
    for nobodys in ({"decided_by": None}, {"approver": "everybody"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            proposal.approvals.update(**nobodys)


def test_a_deposit_takes_two_people_and_one_person_counts_once() -> None:
    proposal = proposed(kind="refund_deposit")
    objection = proposal.objection
    general = boss(Role.GENERAL_MANAGER)
    services.approve(objection, by=general, at=AT)
    services.approve(objection, by=general, at=AT)
    assert fresh(objection).status == "pending_approval"
    services.approve(objection, by=handler_of("finance"), at=AT)
    assert fresh(objection).status == "proposed"


def test_the_head_and_finance_approve_of_much_and_someone_named_never_does() -> None:
    named = boss(Role.GENERAL_MANAGER)
    objection = concluded(named_colleague=named.work_number)
    head = handler_of("finance")
    other = handler_of("finance")
    office = department("finance")
    office.head = head
    office.save()
    proposed(objection, amount="6000.00")
    with pytest.raises(NotAllowed):
        services.approve(objection, by=named, at=AT)
    services.approve(objection, by=head, at=AT)
    services.approve(objection, by=other, at=AT)
    assert fresh(objection).status == "proposed"


def test_the_general_managers_own_large_proposal_needs_two_others() -> None:
    proposal = proposed(amount="30000.00", by=boss(Role.GENERAL_MANAGER))
    assert [it.approver for it in proposal.approvals.all()] == [
        "department_head",
        "finance",
    ]


def test_who_does_not_approve_sends_it_back_with_a_word() -> None:
    proposal = proposed(amount="800.00")
    objection = proposal.objection
    with pytest.raises(NotAllowed):
        services.send_back(objection, reason="太多", by=UserFactory.create(), at=AT)
    services.send_back(objection, reason="太多", by=boss(), at=AT)
    assert fresh(objection).status == "investigated"
    assert clock_of(objection, Metric.PROPOSAL).is_unfinished
    again = proposed(objection, amount="100.00")
    assert (again.number, fresh(objection).status) == (2, "proposed")


def test_earlier_agreements_count_for_the_approval_of_the_next() -> None:
    objection = agreed()
    objection = told(executed(objection))
    marks = {**MARKS, "satisfaction": 2}
    services.visit(objection, reached=True, **marks, by=UserFactory.create(), at=AT)
    objection = fresh(objection)
    assert (objection.status, objection.cycle) == ("reopened", 2)
    assert objection.assignee is not None
    services.hand_off(objection, by=objection.assignee, at=AT)
    handler = handler_of("finance")
    services.accept(handoff_to(objection, "finance"), by=handler, at=AT)
    services.conclude(objection, **CONCLUSION, by=handler, at=AT)
    proposal = proposed(objection, amount="100.00")
    assert proposal.cumulative == Decimal("250.00")
    assert [it.approver for it in proposal.approvals.all()] == ["supervisor"]


def test_a_refusal_of_what_the_law_binds_keeps_the_laws_time() -> None:
    objection = concluded()
    proposed(
        objection,
        measures=(Offer("no_fault_explanation"),),
        replies=(Reply("refund", "not", "合同约定不退"),),
    )
    assert clock_of(objection, Metric.LEGAL_OUTER_LIMIT).outcome == "met"


# The customer's answer


def test_an_acceptance_becomes_actions_with_departments_and_times() -> None:
    objection = concluded()
    proposal = proposed(
        objection,
        measures=(
            *OFFER,
            Offer("apology"),
            Offer("contract_clarification", note="第8条"),
        ),
    )
    services.answer_proposal(objection, accepted=True, proposal=1, at=AT)
    services.answer_proposal(objection, accepted=True, proposal=1, at=AT)
    objection = fresh(objection)
    assert objection.status == "executing"
    assert [
        (it.number, it.measure.kind.code, it.department.code)
        for it in objection.actions.all()
    ] == [(1, "refund_rent", "finance"), (2, "apology", "customer_service")]
    assert {
        it.subject: it.due_at for it in objection.clocks.filter(metric=Metric.EXECUTION)
    } == {
        "finance/1": local("2026-11-26T21:00:00"),
        "customer_service/2": local("2026-11-24T21:00:00"),
    }
    proposal.refresh_from_db()
    assert (proposal.answer, proposal.answer_channel) == ("accepted", "link")
    assert clock_of(objection, Metric.CUSTOMER_CONFIRMATION).outcome == "met"
    assert department("customer_service").pk in objection.involved


def test_silence_is_never_an_acceptance_and_is_reminded_of_twice() -> None:
    proposal = proposed()
    objection = proposal.objection
    assert answering.remind(at=local("2026-11-24T19:59:00")) == 0
    assert answering.remind(at=local("2026-11-24T20:00:00")) == 1
    assert answering.remind(at=local("2026-11-24T20:00:01")) == 0
    assert answering.remind(at=local("2026-11-25T20:00:00")) == 1
    assert answering.remind(at=local("2026-12-25T20:00:00")) == 0
    said = [it.text for it in objection.messages.filter(automatic=True)]
    assert sum("还在等您答复" in text for text in said) == 2
    assert fresh(objection).status == "proposed"
    assert not objection.actions.exists()


def test_a_first_rejection_goes_back_to_the_departments() -> None:
    proposal = proposed()
    objection = proposal.objection
    with pytest.raises(ValidationError):
        services.answer_proposal(objection, accepted=False, at=AT)
    services.answer_proposal(objection, accepted=False, reason="太少了", at=AT)
    objection = fresh(objection)
    assert objection.status == "investigating"
    assert clock_of(objection, Metric.INVESTIGATION, "2").is_unfinished
    assert objection.messages.last() is not None
    assert objection.messages.filter(direction="in", text="太少了").exists()


@pytest.mark.clause("CM-29")
def test_a_second_rejection_goes_up_the_levels_and_staff_never_ends_it_alone() -> None:
    supervisor, manager, general = map(
        boss, (Role.SUPERVISOR, Role.MANAGER, Role.GENERAL_MANAGER)
    )
    objection = twice_rejected()
    assert (objection.status, objection.escalated_to) == ("rejected", "supervisor")
    assert objection.assignee == supervisor
    assert clock_of(objection, Metric.PROPOSAL, "3").is_unfinished
    with pytest.raises(NotAllowed):
        proposed(objection)
    services.escalate(objection, reason="需要经理决定", by=supervisor, at=AT)
    with pytest.raises(NotAllowed):
        services.escalate(objection, reason="再上", by=supervisor, at=AT)
    with pytest.raises(NotAllowed):
        services.close_unagreed(objection, by=general, at=AT)
    proposed(fresh(objection), by=manager)
    services.answer_proposal(objection, accepted=False, reason="还是少", at=AT)
    objection = fresh(objection)
    assert (objection.escalated_to, objection.assignee) == ("general_manager", general)
    services.close_unagreed(objection, by=general, at=AT)
    services.close_unagreed(objection, by=general, at=AT)
    objection = fresh(objection)
    assert (objection.status, objection.closure) == ("closed", "not_agreed")
    last = objection.messages.filter(direction="out").last()
    assert last is not None
    for path in ("协商", "消费者协会", "12315", "仲裁", "诉讼"):
        assert path in last.text


def test_a_level_may_let_the_departments_look_once_more() -> None:
    supervisor = boss()
    objection = twice_rejected()
    with pytest.raises(NotAllowed):
        services.investigate_again(objection, by=UserFactory.create(), at=AT)
    services.investigate_again(objection, by=supervisor, at=AT)
    assert fresh(objection).status == "investigating"
    assert clock_of(objection, Metric.INVESTIGATION, "3").is_unfinished


def test_an_answer_is_to_the_proposal_that_was_read_and_told_by_a_channel() -> None:
    proposal = proposed()
    objection = proposal.objection
    agent = UserFactory.create()
    with pytest.raises(IllegalStep):
        services.answer_proposal(objection, accepted=True, proposal=2, at=AT)
    for channel in ("", "link", "pigeon"):
        with pytest.raises(ValidationError):
            services.answer_proposal(
                objection, accepted=True, by=agent, channel=channel, at=AT
            )
    services.answer_proposal(
        objection, accepted=True, by=agent, channel="phone", reason="录音 8", at=AT
    )
    proposal.refresh_from_db()
    assert (proposal.answer_channel, proposal.answer_noted_by) == ("phone", agent)


# Carrying out, telling, asking


@pytest.mark.clause("OB-09")
def test_only_the_department_carries_its_action_out_and_says_by_what_it_shows() -> None:
    objection = agreed()
    for by, proof, error in (
        (handler_of("business"), "R-1", NotAllowed),
        (UserFactory.create(), "R-1", NotAllowed),
        (boss(), "R-1", NotAllowed),
        (handler_of("finance"), " ", ValidationError),
    ):
        with pytest.raises(error):
            services.execute(objection, number=1, proof=proof, by=by, at=AT)
    with pytest.raises(ValidationError):
        services.execute(
            objection, number=9, proof="R-1", by=handler_of("finance"), at=AT
        )
    clerk = handler_of("finance")
    with pytest.raises(ValidationError):
        services.assign_action(
            objection,
            number=1,
            to=handler_of("business"),
            by=boss(Role.MANAGER),
            at=AT,
        )
    services.assign_action(objection, number=1, to=clerk, by=boss(Role.MANAGER), at=AT)
    services.execute(objection, number=1, proof="退款单 R-1", by=clerk, at=AT)
    services.execute(objection, number=1, proof="退款单 R-1", by=clerk, at=AT)
    objection = fresh(objection)
    action = objection.actions.get()
    assert (objection.status, action.owner, action.proof) == (
        "executed",
        clerk,
        "退款单 R-1",
    )
    assert clock_of(objection, Metric.EXECUTION, "finance/1").outcome == "met"
    assert clock_of(objection, Metric.LEGAL_OUTER_LIMIT).outcome == "met"
    assert clock_of(objection, Metric.FEEDBACK).due_at == after(hours=2)
    assert clock_of(objection, Metric.RETURN_VISIT).is_unfinished


@pytest.mark.clause("CC-14", "CM-28")
def test_the_result_is_told_and_asked_about_by_somebody_else() -> None:
    objection = executed()
    involved = handoff_to(objection, "finance").handed_by
    with pytest.raises(IllegalStep):
        services.visit(objection, reached=True, **MARKS, by=UserFactory.create(), at=AT)
    objection = told(objection)
    assert clock_of(objection, Metric.FEEDBACK).outcome == "met"
    with pytest.raises(NotAllowed):
        services.visit(objection, reached=True, **MARKS, by=involved, at=AT)
    other = UserFactory.create()
    services.visit(objection, reached=True, **MARKS, attempt=1, by=other, at=AT)
    services.visit(objection, reached=True, **MARKS, attempt=1, by=other, at=AT)
    objection = fresh(objection)
    assert (objection.status, objection.closure) == ("closed", "confirmed")
    assert objection.closed_at == AT
    assert objection.return_visits.count() == 1
    assert clock_of(objection, Metric.RETURN_VISIT).outcome == "met"
    assert clock_of(objection, Metric.ARCHIVE).is_unfinished


def test_who_cannot_be_reached_three_times_is_let_go() -> None:
    objection = told()
    caller = UserFactory.create()
    for attempt in (1, 2, 2):
        at = after(hours=attempt)
        services.visit(objection, reached=False, attempt=attempt, by=caller, at=at)
    with pytest.raises(IllegalStep):
        services.visit(objection, reached=False, attempt=3, by=caller, at=at)
    assert fresh(objection).status == "return_visit"
    at = after(hours=3)
    services.visit(objection, reached=False, attempt=3, by=caller, at=at)
    assert (fresh(objection).status, fresh(objection).closure) == (
        "closed",
        "unreachable",
    )


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, "closed"),
        ({"satisfaction": 3}, "closed"),
        ({"satisfaction": 2}, "reopened"),
        ({"resolved": False}, "reopened"),
    ],
)
def test_the_customers_own_marks_are_worth_a_visit(
    changes: dict[str, Any], status: str
) -> None:
    objection = told()
    services.rate(objection, **(MARKS | changes), text="谢谢", at=AT)
    services.rate(objection, **(MARKS | changes), text="谢谢", at=AT)
    objection = fresh(objection)
    assert (objection.status, objection.return_visits.count()) == (status, 1)
    if status == "reopened":
        (again,) = objection.clocks.filter(metric=Metric.HANDOFF, cycle=2)
        assert again.due_at == after(hours=1)
        assert not objection.handoffs.standing().exists()


@pytest.mark.parametrize("stars", [None, 0, 6, -1])
def test_marks_are_one_to_five_stars(stars: int | None) -> None:
    objection = told()
    with pytest.raises(ValidationError) as refused:
        services.rate(
            objection,
            resolved=None,
            satisfaction=stars,
            process_satisfaction=5,
            at=AT,
        )
    assert set(refused.value.message_dict) == {"resolved", "satisfaction"}
    assert fresh(objection).status == "return_visit"


# Archive, appeal, outside


@pytest.mark.clause("OB-09", "OB-50")
def test_a_closed_case_is_put_away_with_its_form_for_three_years() -> None:
    objection = closed(at=local("2024-02-29T10:00:00") + timedelta(days=1006))
    assert archiving.archive_closed(at=objection.closed_at + timedelta(hours=23)) == 0
    assert archiving.archive_closed(at=objection.closed_at + timedelta(hours=24)) == 1
    assert archiving.archive_closed(at=objection.closed_at + timedelta(hours=25)) == 0
    objection = fresh(objection)
    assert objection.status == "archived"
    assert objection.kept_until is not None
    assert objection.kept_until.isoformat() == "2029-12-01"
    assert objection.forms.count() == 2
    assert clock_of(objection, Metric.ARCHIVE).outcome == "met"
    assert services.archive(objection, by=UserFactory.create(), at=AT) == objection
    forget_at = objection.customer.forget_at
    assert forget_at is not None
    assert forget_at > local("2029-12-01T23:59:59")
    for at, needed in ((forget_at, True), (forget_at + timedelta(days=1), False)):
        found = Objection.objects.needing_contacts(at=at)
        assert found.exists() == needed
    services.note_external(
        objection, source="court", received_at=AT, by=UserFactory.create(), at=AT
    )
    assert Objection.objects.needing_contacts(at=forget_at + timedelta(days=1)).exists()


def test_an_appeal_is_reviewed_by_somebody_who_has_not_judged() -> None:
    first, other = boss(), boss()
    objection = told()
    services.visit(objection, reached=True, **MARKS, by=UserFactory.create(), at=AT)
    proposed_by = objection.proposals.get().proposed_by
    assert proposed_by != first
    with pytest.raises(IllegalStep):
        services.appeal(
            objection, reason="不公平", at=AT + timedelta(days=7, seconds=1)
        )
    services.archive(objection, by=UserFactory.create(), at=AT)
    services.appeal(objection, reason="不公平", at=AT + timedelta(days=7))
    services.appeal(objection, reason="不公平", at=AT + timedelta(days=7))
    objection = fresh(objection)
    assert (objection.status, objection.assignee) == ("appealed", first)
    assert clock_of(objection, Metric.APPEAL).is_unfinished
    with pytest.raises(NotAllowed):
        services.decide_appeal(
            objection, granted=True, text="重新处理", by=UserFactory.create(), at=AT
        )
    at = AT + timedelta(days=8)
    services.decide_appeal(
        objection, granted=False, text="维持原结果。", by=other, at=at
    )
    services.decide_appeal(
        objection, granted=False, text="维持原结果。", by=other, at=at
    )
    objection = fresh(objection)
    assert (objection.status, objection.closed_at) == ("closed", at)
    said = objection.messages.filter(direction="out").last()
    assert said is not None
    assert said.text.startswith("维持原结果。")
    assert "12315" in said.text
    services.appeal(objection, reason="仍不公平", at=at)
    assert objection.appeals.get(number=2).level == "manager"
    with pytest.raises(NotAllowed):
        services.decide_appeal(
            objection, granted=True, text="重新处理", by=first, at=at
        )
    manager = boss(Role.MANAGER)
    services.decide_appeal(objection, granted=True, text="重新处理", by=manager, at=at)
    objection = fresh(objection)
    assert (objection.status, objection.cycle) == ("reopened", 2)


def test_after_three_reviews_there_are_only_the_ways_outside() -> None:
    objection = closed()
    for role in (Role.SUPERVISOR, Role.MANAGER, Role.GENERAL_MANAGER):
        services.appeal(objection, reason=f"不服 {role}", at=AT)
        services.decide_appeal(
            objection, granted=False, text="维持。", by=boss(role), at=AT
        )
    with pytest.raises(IllegalStep):
        services.appeal(objection, reason="不服", at=AT)


def test_a_complaint_outside_has_its_clock_and_its_end() -> None:
    objection = concluded()
    agent = UserFactory.create()
    facts: dict[str, Any] = {"source": "12315", "reference": "ZB-1", "by": agent}
    for changes, field in (
        ({"source": "mars"}, "source"),
        ({"received_at": after(minutes=1)}, "received_at"),
    ):
        with pytest.raises(ValidationError) as refused:
            services.note_external(
                objection, **({"received_at": AT} | facts | changes), at=AT
            )
        assert list(refused.value.message_dict) == [field]
    services.note_external(objection, **facts, received_at=AT, at=AT)
    services.note_external(objection, **facts, received_at=AT, at=AT)
    assert clock_of(objection, Metric.EXTERNAL_COMPLAINT, "outside/1").due_at == local(
        "2026-11-26T21:00:00"
    )
    elsewhere = concluded(phone="13900139000")
    with pytest.raises(ValidationError):
        services.note_external(elsewhere, **facts, received_at=AT, at=AT)
    services.answer_external(objection, number=1, text="已答复。", by=agent, at=AT)
    assert clock_of(objection, Metric.EXTERNAL_COMPLAINT, "outside/1").outcome == "met"
    services.end_external(objection, number=1, result="调解成功", by=agent, at=AT)
    assert objection.external_complaints.get().ended_at == AT


# More time


@pytest.mark.clause("OB-46")
def test_more_time_is_granted_once_and_told_before_it_is_over() -> None:
    objection, handler = investigated()
    supervisor = boss()
    with pytest.raises(NotAllowed):
        services.extend(objection, reason="等检测", by=handler, at=AT)
    before = clock_of(objection, Metric.INVESTIGATION).due_at
    with pytest.raises(IllegalStep):
        services.extend(objection, reason="等检测", by=supervisor, at=before)
    assert not objection.messages.filter(text__contains="仍在核实").exists()
    foreseen = extending.until_if_extended(objection, at=AT)
    assert extending.until_if_extended(objection, at=before) is None
    granted = services.extend(objection, reason="等检测", by=supervisor, at=AT)
    assert granted.until == foreseen
    services.extend(objection, reason="等检测", by=supervisor, at=AT)
    assert granted.until > before
    message = objection.messages.get(text__contains="仍在核实,原因:等检测,预计")
    assert message.author == supervisor
    with pytest.raises(IllegalStep):
        services.extend(objection, reason="还要等", by=boss(), at=after(minutes=1))
    waive_all(objection, by=handler)
    services.conclude(objection, **CONCLUSION, by=handler, at=granted.until)
    assert clock_of(objection, Metric.INVESTIGATION).outcome == "met"


def test_a_withdrawal_ends_what_was_proposed_and_agreed() -> None:
    objection = agreed()
    services.withdraw(objection, statement="不追究了", by=None, at=AT)
    assert not objection.actions.outstanding().exists()
    waiting = proposed()
    services.withdraw(waiting.objection, statement="不追究了", by=None, at=AT)
    waiting.refresh_from_db()
    assert (waiting.ended_at, waiting.remind_at) == (AT, None)
    assert not Objection.objects.get(pk=waiting.objection_id).clocks.unfinished()


def test_what_was_offered_and_answered_never_changes() -> None:
    proposal = proposed()
    for rows in (proposal.measures, proposal.demand_answers):
        with pytest.raises(Exception, match="offer_append_only"), transaction.atomic():
            rows.update(kind=1)


@pytest.mark.clause("CM-05")
def test_a_verb_out_of_order_changes_nothing() -> None:
    objection = concluded(QUALITY, "technical_support")
    before = Event.objects.filter(ticket=objection).count()
    agent = UserFactory.create()
    with pytest.raises(IllegalStep):
        services.answer_proposal(objection, accepted=True, at=AT)
    with pytest.raises(IllegalStep):
        services.approve(objection, by=boss(), at=AT)
    with pytest.raises(IllegalStep):
        services.tell_result(objection, text="好了", by=agent, at=AT)
    with pytest.raises(IllegalStep):
        services.archive(objection, by=agent, at=AT)
    with pytest.raises(IllegalStep):
        services.appeal(objection, reason="不服", at=AT)
    assert Event.objects.filter(ticket=objection).count() == before


def test_what_a_department_owes_on_an_objection_escalates_to_its_head() -> None:
    head = handler_of("finance")
    office = department("finance")
    office.head = head
    office.save()
    objection = handed(FEE)
    clerk = handler_of("finance")
    directory = Directory()

    def told_first(metric: Metric, subject: str = "") -> int:
        clock = clock_of(objection, metric, subject)
        clock.ticket = Ticket.objects.get(pk=objection.pk)
        duties = {(it.ticket_id, it.subject): it.person_id for it in Duty.objects.all()}
        owed = announcing.owed(clock, directory, duties)
        return directory.audience(
            Audience.ASSIGNEE_AND_SUPERVISOR, clock.ticket, owed=owed
        )[0]

    assert told_first(Metric.DEPARTMENT_ACCEPTANCE, "finance/1") == head.pk
    assert told_first(Metric.INVESTIGATION) == head.pk
    objection = agreed(concluded(order_number="ORD-9"))
    assert told_first(Metric.EXECUTION, "finance/1") == head.pk
    services.assign_action(objection, number=1, to=clerk, by=boss(Role.MANAGER), at=AT)
    assert told_first(Metric.EXECUTION, "finance/1") == clerk.pk


@pytest.mark.clause("OB-46")
def test_a_laboratory_test_gives_the_investigation_longer() -> None:
    objection, handler = investigated(QUALITY, "technical_support")
    assert clock_of(objection, Metric.INVESTIGATION).due_at == local(
        "2026-11-25T10:00:00"
    )
    services.order_test(objection, reason="电池容量", by=handler, at=AT)
    services.order_test(objection, reason="电池容量", by=handler, at=AT)
    assert clock_of(objection, Metric.INVESTIGATION).due_at == local(
        "2026-11-25T21:00:00"
    )
    money, clerk = investigated(order_number="ORD-7")
    with pytest.raises(ValidationError):
        services.order_test(money, reason="金额", by=clerk, at=AT)


def test_where_all_have_judged_a_review_is_decided_all_the_same() -> None:
    supervisor, general = boss(), boss(Role.GENERAL_MANAGER)
    objection = proposed(amount="800.00").objection
    services.approve(objection, by=supervisor, at=AT)
    services.answer_proposal(objection, accepted=True, at=AT)
    objection = told(executed(fresh(objection)))
    services.visit(objection, reached=True, **MARKS, by=UserFactory.create(), at=AT)
    services.appeal(objection, reason="不服", at=AT)
    verdict: dict[str, Any] = {"granted": False, "text": "维持。", "at": AT}
    with pytest.raises(NotAllowed):
        services.decide_appeal(objection, **verdict, by=supervisor)
    general.is_active = False
    general.save()
    services.decide_appeal(objection, **verdict, by=supervisor)
    assert fresh(objection).status == "closed"
