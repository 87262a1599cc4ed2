"""Who may take which step, in which state: the whole matrix."""

from collections.abc import Callable
from typing import Any, Final

import pytest

from inquiries import services
from inquiries.models import Inquiry
from inquiries.workflow import WORKFLOW, Status, Step
from staff.models import Role, User
from tests.factories import InquiryFactory, UserFactory
from tests.inquiries.snapshot import everything
from tests.instants import after
from tickets.workflow import IllegalStep, NotAllowed

pytestmark = pytest.mark.django_db

ANSWERING: Final = {Role.AGENT, Role.SUPERVISOR, Role.MANAGER, Role.ADMINISTRATOR}
ALLOWED: Final[dict[Step, set[Role | None]]] = {
    Step.CUSTOMER_WRITES: {None},
    Step.REPLY: {*ANSWERING},
    Step.GREET: {*ANSWERING},
    Step.NOTE: {*ANSWERING, Role.DEPARTMENT_HANDLER},
    Step.TAKE: {*ANSWERING},
    Step.ASSIGN: {*ANSWERING},
    Step.CLOSE: {*ANSWERING},
    Step.REOPEN: {*ANSWERING, None},
    Step.EXPLAIN_CLAUSES: {*ANSWERING},
    Step.TELL_SERVICE_FACTS: {*ANSWERING},
    Step.REQUEST_CONTRACT_CHANGE: {*ANSWERING},
    Step.REPORT_FAULT: {*ANSWERING, None},
}
POSSIBLE: Final[dict[Step, set[Status]]] = {
    Step.CUSTOMER_WRITES: {Status.NEW, Status.IN_SERVICE},
    Step.REPLY: {Status.NEW, Status.IN_SERVICE},
    Step.GREET: {Status.NEW, Status.IN_SERVICE},
    Step.NOTE: {Status.NEW, Status.IN_SERVICE, Status.CLOSED},
    Step.TAKE: {Status.NEW, Status.IN_SERVICE},
    Step.ASSIGN: {Status.NEW, Status.IN_SERVICE},
    Step.CLOSE: {Status.IN_SERVICE},
    Step.REOPEN: {Status.CLOSED},
    Step.EXPLAIN_CLAUSES: {Status.IN_SERVICE},
    Step.TELL_SERVICE_FACTS: {Status.IN_SERVICE},
    Step.REQUEST_CONTRACT_CHANGE: {Status.IN_SERVICE},
    Step.REPORT_FAULT: {Status.NEW, Status.IN_SERVICE},
}
VERBS: Final[dict[Step, Callable[[Inquiry, Any], object]]] = {
    Step.REPLY: lambda it, by: services.reply(it, text="好", by=by, at=after(99)),
    Step.GREET: lambda it, by: services.greet(it, by=by, at=after(99)),
    Step.NOTE: lambda it, by: services.write_note(it, text="记", by=by, at=after(99)),
    Step.TAKE: lambda it, by: services.take(it, by=by, at=after(99)),
    Step.ASSIGN: lambda it, by: services.assign(
        it, to=UserFactory.create(), by=by, at=after(99)
    ),
    Step.CLOSE: lambda it, by: services.close(it, by=by, at=after(99)),
    Step.REOPEN: lambda it, by: services.reopen(it, by=by, at=after(99)),
    Step.EXPLAIN_CLAUSES: lambda it, by: services.explain_clauses(
        it,
        clauses=["term"],
        not_asked=["damage", "early_return"],
        examples=["term_week"],
        by=by,
        at=after(99),
    ),
    Step.TELL_SERVICE_FACTS: lambda it, by: services.tell_service_facts(
        it, zone="same_city", by=by, at=after(99)
    ),
    Step.REQUEST_CONTRACT_CHANGE: lambda it, by: services.request_contract_change(
        it, clause="term", wish="可以按小时租吗", by=by, at=after(99)
    ),
    Step.REPORT_FAULT: lambda it, by: services.report_fault(
        it, device="CAM-06", fault="无画面", by=by, at=after(99)
    ),
}


def in_status(status: Status) -> Inquiry:
    """An inquiry in a status, looked after by nobody."""
    inquiry = InquiryFactory.create()
    agent = UserFactory.create()
    if status != Status.NEW:
        services.reply(inquiry, text="好", by=agent, at=after(5))
    if status == Status.CLOSED:
        services.close(inquiry, by=agent, at=after(6))
    Inquiry.objects.filter(pk=inquiry.pk).update(assignee=None)
    return Inquiry.objects.get(pk=inquiry.pk)


def person(role: Role | None) -> User | None:
    return UserFactory.create(role=role) if role else None


def test_the_matrix_names_every_step() -> None:
    assert set(ALLOWED) == set(POSSIBLE) == set(WORKFLOW.rules) == set(Step)


@pytest.mark.parametrize("role", [*Role, None])
@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("step", list(Step))
def test_a_step_is_offered_to_whom_and_when_the_matrix_says(
    step: Step, status: Status, role: Role | None
) -> None:
    expected = role in ALLOWED[step] and status in POSSIBLE[step]
    assert WORKFLOW.allows(in_status(status), step, by=person(role)) is expected


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("step", list(VERBS))
def test_each_verb_asks_the_matrix_and_a_refusal_changes_nothing(
    step: Step, status: Status, role: Role
) -> None:
    inquiry, user = in_status(status), person(role)
    UserFactory.create()
    before = everything()
    if role not in ALLOWED[step]:
        with pytest.raises(NotAllowed):
            VERBS[step](inquiry, user)
        assert everything() == before
    elif status not in POSSIBLE[step]:
        with pytest.raises(IllegalStep):
            VERBS[step](inquiry, user)
        assert everything() == before
    else:
        VERBS[step](inquiry, user)
        assert everything() != before
