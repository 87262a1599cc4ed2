"""A customer's wish to change the contract, until they know the answer."""

import uuid
from collections.abc import Callable
from typing import Any, Final

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from inquiries import services
from inquiries.models import ContractRequest, Inquiry
from inquiries.request_workflow import CONTRACT_LIFE, ContractStatus, RequestStep
from knowledge.services.phrases import ForbiddenPhrase
from sla.models import Clock, Metric
from staff.models import Department, Role, User
from tests.factories import UserFactory, department
from tests.finishing import finish
from tests.inquiries.requests import decided, handler_of, talked, wish
from tests.inquiries.snapshot import everything
from tests.instants import after, local
from tickets.models import Ticket
from tickets.services import events
from tickets.workflow import IllegalStep, NotAllowed

pytestmark = pytest.mark.django_db


def clock_of(request: ContractRequest, metric: Metric) -> Clock:
    return Clock.objects.get(subject=request.number, metric=metric)


def without_contract_management() -> None:
    Department.objects.filter(code="contract_management").update(code="gone")


@pytest.mark.clause("IN-44")
def test_a_wish_is_recorded_as_it_was_said_and_forwarded_at_once() -> None:
    agent = UserFactory.create()
    request = wish(by=agent)
    request.refresh_from_db()
    assert (request.clause, request.wish, request.reason) == (
        "early_return",
        "提前退租不扣费",
        "场地还没定",
    )
    assert request.status == ContractStatus.FORWARDED
    assert request.department == department("contract_management")
    assert (request.recorded_by, request.forwarded_at) == (agent, after(minutes=1))
    clock = clock_of(request, Metric.CONTRACT_FORWARD)
    assert (clock.outcome, clock.stopped_at) == ("met", after(minutes=1))
    verbs = [event.verb for event in request.inquiry.events.order_by("sequence")]
    assert verbs[-2:] == ["contract_change_asked", "contract_forwarded"]


@pytest.mark.clause("IN-44")
def test_a_wish_that_cannot_be_forwarded_waits_and_its_hour_runs_on() -> None:
    without_contract_management()
    request = wish()
    assert request.status == ContractStatus.RECORDED
    assert list(ContractRequest.objects.open()) == [request]
    clock = clock_of(request, Metric.CONTRACT_FORWARD)
    assert (clock.status, clock.due_at) == ("running", after(hours=1, minutes=1))
    with pytest.raises(ValidationError):
        services.forward_contract_request(
            request, by=UserFactory.create(), at=after(minutes=2)
        )
    Department.objects.filter(code="gone").update(code="contract_management")
    services.forward_contract_request(
        request, by=UserFactory.create(), at=after(hours=2)
    )
    clock.refresh_from_db()
    assert (clock.outcome, clock.stopped_at) == ("missed", after(hours=2))


@pytest.mark.clause("IN-45")
def test_the_answer_is_due_by_the_end_of_the_next_working_day() -> None:
    request = wish()
    clock = clock_of(request, Metric.CONTRACT_RESULT)
    assert (clock.status, clock.target.code) == ("running", "IN_CONTRACT_RESULT")
    assert clock.due_at == local("2026-11-24 21:00")


@pytest.mark.clause("IN-45")
def test_only_a_customer_who_was_told_ends_a_request() -> None:
    request = decided(wish())
    clock = clock_of(request, Metric.CONTRACT_RESULT)
    assert (request.status, clock.status) == (ContractStatus.DECIDED, "running")
    agent = UserFactory.create()
    told = services.tell_contract_result(request, by=agent, at=after(hours=3))
    clock.refresh_from_db()
    assert (told.status, told.told_by) == (ContractStatus.TOLD, agent)
    assert (clock.outcome, clock.stopped_at) == ("met", after(hours=3))
    assert told.told_with is not None
    assert told.told_with.author == agent
    assert told.told_with.text == (
        f"关于您提出的合同修改建议（{request.number}，提前退租），"
        "合同管理部门的答复是：部分同意。\n扣一天日租。"
    )
    assert list(ContractRequest.objects.open()) == []


@pytest.mark.clause("IN-45")
def test_the_database_keeps_no_end_without_proof() -> None:
    request = decided(wish())
    with pytest.raises(IntegrityError, match="told_with_proof"), transaction.atomic():
        ContractRequest.objects.filter(pk=request.pk).update(status="told")


@pytest.mark.clause("IN-45")
def test_the_result_is_told_after_the_conversation_has_been_finished() -> None:
    request = wish()
    agent = UserFactory.create()
    services.reply(request.inquiry, text="八百元。", by=agent, at=after(90))
    finish(request.inquiry, by=agent, at=after(minutes=2))
    clock = clock_of(request, Metric.CONTRACT_RESULT)
    assert clock.status == "running"
    decided(request)
    services.tell_contract_result(request, by=agent, at=after(hours=1))
    inquiry = Inquiry.objects.get(pk=request.inquiry_id)
    assert (inquiry.status, inquiry.closed_at) == ("closed", after(minutes=2))
    last = inquiry.messages.last()
    assert last is not None
    assert "部分同意" in last.text


def test_two_wishes_of_one_inquiry_have_clocks_of_their_own() -> None:
    inquiry = talked()
    first, second = wish(inquiry), wish(inquiry, clause="term", at=after(minutes=9))
    services.tell_contract_result(
        decided(first), by=UserFactory.create(), at=after(minutes=10)
    )
    assert clock_of(first, Metric.CONTRACT_RESULT).status == "stopped"
    assert clock_of(second, Metric.CONTRACT_RESULT).status == "running"


def test_a_wish_clicked_twice_is_one_wish() -> None:
    inquiry, token, agent = talked(), uuid.uuid4(), UserFactory.create()
    first = wish(inquiry, by=agent, client_token=token)
    before = everything()
    assert wish(inquiry, by=agent, client_token=token) == first
    assert everything() == before


def test_a_decision_or_result_clicked_twice_is_one() -> None:
    request, handler = wish(), handler_of("contract_management")
    given: dict[str, Any] = {"decision": "granted", "text": "可以。", "by": handler}
    services.decide_contract_request(request, at=after(minutes=5), **given)
    token = uuid.uuid4()
    before = everything()
    services.decide_contract_request(request, at=after(minutes=6), **given)
    assert everything() == before
    for second in (10, 11):
        services.tell_contract_result(
            request, by=handler, at=after(minutes=5, seconds=second), client_token=token
        )
    assert request.inquiry.messages.filter(text__contains=request.number).count() == 1


def test_another_decision_does_not_overwrite_the_first() -> None:
    request = decided(wish())
    before = everything()
    with pytest.raises(IllegalStep):
        services.decide_contract_request(
            request,
            decision="granted",
            text="可以。",
            by=handler_of("contract_management"),
            at=after(minutes=9),
        )
    assert everything() == before


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"clause": "nonsense"}, {"clause"}),
        ({"wish": " \u200b"}, {"wish"}),
        ({"wish": "好" * 4001}, {"wish"}),
        ({"reason": "\0"}, {"reason"}),
        ({"clause": "", "wish": ""}, {"clause", "wish"}),
    ],
)
def test_a_wish_says_which_field_is_wrong(
    changes: dict[str, str], fields: set[str]
) -> None:
    inquiry = talked()
    before = everything()
    with pytest.raises(ValidationError) as refused:
        wish(inquiry, by=inquiry.assignee, **changes)
    assert set(refused.value.error_dict) == fields
    assert everything() == before


def test_a_decision_needs_an_answer_for_the_customer() -> None:
    request, handler = wish(), handler_of("contract_management")
    with pytest.raises(ValidationError) as refused:
        services.decide_contract_request(
            request, decision="maybe", text=" ", by=handler, at=after(minutes=5)
        )
    assert set(refused.value.error_dict) == {"decision", "text"}


ANSWERING: Final = {Role.AGENT, Role.SUPERVISOR, Role.MANAGER, Role.ADMINISTRATOR}
STANDING_IN: Final = {Role.MANAGER, Role.ADMINISTRATOR}
OWN, OTHER = "handler of contract management", "handler of another department"
PEOPLE: Final = [
    *(role for role in Role if role != Role.DEPARTMENT_HANDLER),
    OWN,
    OTHER,
]
ALLOWED: Final[dict[RequestStep, set[str]]] = {
    RequestStep.FORWARD: {*ANSWERING},
    RequestStep.DECIDE: {*STANDING_IN, OWN},
    RequestStep.REWORD: {*STANDING_IN, OWN},
    RequestStep.TELL: {*ANSWERING, OWN},
}
POSSIBLE: Final = {
    RequestStep.FORWARD: ContractStatus.RECORDED,
    RequestStep.DECIDE: ContractStatus.FORWARDED,
    RequestStep.REWORD: ContractStatus.DECIDED,
    RequestStep.TELL: ContractStatus.DECIDED,
}
VERBS: Final[dict[RequestStep, Callable[[ContractRequest, User], object]]] = {
    RequestStep.FORWARD: lambda it, by: services.forward_contract_request(
        it, by=by, at=after(minutes=20)
    ),
    RequestStep.DECIDE: lambda it, by: services.decide_contract_request(
        it, decision="refused", text="不行。", by=by, at=after(minutes=20)
    ),
    RequestStep.REWORD: lambda it, by: services.reword_contract_decision(
        it, text="不行,抱歉。", by=by, at=after(minutes=20)
    ),
    RequestStep.TELL: lambda it, by: services.tell_contract_result(
        it, by=by, at=after(minutes=20)
    ),
}


def person(who: str) -> User:
    if who == OWN:
        return handler_of("contract_management")
    if who == OTHER:
        return handler_of("technical_support")
    return UserFactory.create(role=who)


def in_status(status: ContractStatus) -> ContractRequest:
    if status == ContractStatus.RECORDED:
        without_contract_management()
    request = wish()
    if status == ContractStatus.RECORDED:
        Department.objects.filter(code="gone").update(code="contract_management")
    if status in {ContractStatus.DECIDED, ContractStatus.TOLD}:
        request = decided(request)
    if status == ContractStatus.TOLD:
        services.tell_contract_result(
            request, by=UserFactory.create(), at=after(minutes=10)
        )
    return ContractRequest.objects.get(pk=request.pk)


def test_the_matrix_names_every_step_of_a_contract_request() -> None:
    assert set(ALLOWED) == set(POSSIBLE) == set(VERBS) == set(CONTRACT_LIFE.rules)


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("status", list(ContractStatus))
@pytest.mark.parametrize("step", list(VERBS))
def test_each_step_asks_the_matrix_and_a_refusal_changes_nothing(
    step: RequestStep, status: ContractStatus, who: str
) -> None:
    request, by = in_status(status), person(who)
    before = everything()
    if who not in ALLOWED[step]:
        with pytest.raises(NotAllowed):
            VERBS[step](request, by)
        assert everything() == before
    elif status != POSSIBLE[step]:
        with pytest.raises(IllegalStep):
            VERBS[step](request, by)
        assert everything() == before
    else:
        VERBS[step](request, by)
        assert everything() != before
        assert events.broken_links(Ticket.objects.get(pk=request.inquiry_id)) == []


@pytest.mark.clause("IN-20", "IN-45")
def test_a_decision_that_could_not_be_told_is_not_made() -> None:
    request = wish()
    before = everything()
    with pytest.raises(ForbiddenPhrase):
        services.decide_contract_request(
            request,
            decision="refused",
            text="不知道",
            by=handler_of("contract_management"),
            at=after(minutes=5),
        )
    assert everything() == before
    decided(request)
