"""Who takes which step on an objection in which status: every cell of the table."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from helpdesk.desk.objection_acts import ACTS
from objections import services
from objections.models import Objection
from objections.workflow import Status
from staff.models import Role, User
from tests.factories import UserFactory, department
from tests.objections.cases import QUALITY, filed, handler_of
from tests.objections.test_investigating import CONCLUSION, waive_all
from tickets.models import Event

pytestmark = pytest.mark.django_db

ANSWERING: Final = {Role.AGENT, Role.SUPERVISOR, Role.MANAGER, Role.ADMINISTRATOR}
HANDLING: Final = {Role.DEPARTMENT_HANDLER, Role.MANAGER, Role.ADMINISTRATOR}
OPEN: Final = set(Status) - {Status.WITHDRAWN}
WITH_DEPARTMENTS: Final = {
    Status.HANDED_OFF,
    Status.INVESTIGATING,
    Status.AWAITING_EVIDENCE,
}
INVESTIGATING: Final = {Status.INVESTIGATING, Status.AWAITING_EVIDENCE}
HANDED: Final = WITH_DEPARTMENTS | {Status.INVESTIGATED}

Cell = tuple[set[Role], set[Status], dict[str, Any]]
# What a step needs: who may, in which statuses, and what the form carries.
STEPS: Final[dict[str, Cell]] = {
    "take": (ANSWERING, OPEN, {}),
    "assign": (ANSWERING, OPEN, {"to": "@colleague"}),
    "reply": (ANSWERING, OPEN, {"text": "我们正在核实。"}),
    "note": (set(Role), set(Status), {"text": "内部记录"}),
    "acknowledge": (ANSWERING, {Status.RECEIVED}, {}),
    "correct": (
        ANSWERING,
        {Status.RECEIVED, Status.ACKNOWLEDGED, Status.RECORDED},
        {
            "type": "quality",
            "subtype": "quality.function_fault",
            "description": "摄像机黑屏。",
            "demands": ["replace_device"],
            "device_model": "Sony FX3",
            "order_number": "ORD-1",
            "occurred_at": "2026-11-22T20:00",
            "account_number": "A-100",
        },
    ),
    # Once it is recorded, a second click changes nothing, whatever came since.
    "record": (ANSWERING, {Status.ACKNOWLEDGED}, {}),
    "hand-over": (
        ANSWERING,
        {Status.RECORDED},
        {"lead": "technical_support", "departments": ["warehouse_logistics"]},
    ),
    "accept": (HANDLING, WITH_DEPARTMENTS, {"department": "technical_support"}),
    "return": (
        HANDLING,
        WITH_DEPARTMENTS,
        {"department": "technical_support", "reason": "不属于本部门"},
    ),
    "add-evidence": (
        ANSWERING | HANDLING,
        INVESTIGATING,
        {"kind": "stock_out_record", "source": "仓库系统", "text": "正常"},
    ),
    "conversations": (ANSWERING | HANDLING, INVESTIGATING, {}),
    "no-evidence": (
        HANDLING,
        INVESTIGATING,
        {"kind": "stock_out_record", "reason": "本案没有"},
    ),
    "ask-evidence": (
        ANSWERING | HANDLING,
        {Status.INVESTIGATING},
        {"text": "请补充照片"},
    ),
    "go-on": (ANSWERING | HANDLING, {Status.AWAITING_EVIDENCE}, {}),
    "conclude": (HANDLING, INVESTIGATING, CONCLUSION),
    "withdraw": (ANSWERING, OPEN, {"statement": "客户来电撤回"}),
    "reveal": (ANSWERING | HANDLING, set(Status), {"reason": "核对设备"}),
}
# Steps after which the state itself says that a second click is one.
DONE_ALREADY: Final = {
    "record": set(Status) - {Status.RECEIVED, Status.ACKNOWLEDGED},
    "hand-over": HANDED,
}


def in_status(status: Status) -> Objection:
    """An objection that has come so far; nobody holds it, technical support sees it."""
    now = timezone.now() - timedelta(minutes=30)
    agent = UserFactory.create()
    objection = filed(QUALITY, at=now)
    if status != Status.RECEIVED:
        services.acknowledge(objection, by=agent, at=now)
    if status in {Status.RECORDED, Status.WITHDRAWN} | HANDED:
        services.record(objection, by=agent, at=now)
    if status in {Status.WITHDRAWN} | HANDED:
        services.hand_off(objection, by=agent, at=now)
    if status in HANDED - {Status.HANDED_OFF}:
        handler = handler_of("technical_support")
        handoff = objection.handoffs.get(department=handler.department)
        services.accept(handoff, by=handler, at=now)
    if status == Status.AWAITING_EVIDENCE:
        services.ask_for_evidence(objection, text="请拍照", by=agent, at=now)
    if status in INVESTIGATING | {Status.INVESTIGATED}:
        waive_all(objection, by=handler)
    if status == Status.INVESTIGATED:
        services.conclude(objection, **CONCLUSION, by=handler, at=now)
    if status == Status.WITHDRAWN:
        services.withdraw(objection, statement="撤回", by=None, at=now)
    Objection.objects.filter(pk=objection.pk).update(
        assignee=None, involved=[department("technical_support").pk]
    )
    objection.refresh_from_db()
    assert objection.status == status
    return objection


def in_a_transaction_that_never_was(act: Callable[[], None]) -> None:
    with transaction.atomic():
        act()
        transaction.set_rollback(True)


@pytest.mark.clause("OB-05", "OB-06")
@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("status", list(Status))
def test_every_step_in_every_status_by_every_role(
    client: Client, status: Status, role: Role
) -> None:
    objection = in_status(status)
    person = UserFactory.create(
        role=role,
        department=department(
            "technical_support"
            if role == Role.DEPARTMENT_HANDLER
            else "customer_service"
        ),
    )
    colleague = UserFactory.create()
    client.force_login(person)
    found: dict[str, int] = {}
    wanted: dict[str, int] = {}
    for step in STEPS:
        wanted[step] = expected(step, status, role)

        def press(step: str = step) -> None:
            found[step] = pressed(client, objection, step, colleague)

        in_a_transaction_that_never_was(press)
    assert found == wanted


def expected(step: str, status: Status, role: Role) -> int:
    """The answer that the table of steps demands."""
    roles, statuses, _given = STEPS[step]
    if status in DONE_ALREADY.get(step, ()):
        return 303
    if role not in roles:
        return 403
    if status not in statuses:
        return 409
    return 200 if step == "reveal" else 303


def pressed(client: Client, objection: Objection, step: str, colleague: User) -> int:
    """The status code of a step; a refused one has changed nothing."""
    given = {
        name: colleague.pk if value == "@colleague" else value
        for name, value in STEPS[step][2].items()
    }
    before = Event.objects.filter(ticket=objection).count()
    answer = client.post(f"/desk/objections/{objection.number}/{step}/", given)
    if answer.status_code not in (200, 303):
        after = Objection.objects.get(pk=objection.pk)
        assert (after.status, after.assignee_id) == (objection.status, None)
        assert Event.objects.filter(ticket=objection).count() == before, step
    return answer.status_code


@pytest.mark.parametrize("step", list(STEPS))
def test_a_step_on_what_one_may_not_see_is_a_404(client: Client, step: str) -> None:
    objection = filed()
    client.force_login(handler_of("finance"))
    where = f"/desk/objections/{objection.number}/{step}/"
    assert client.post(where, STEPS[step][2]).status_code == 404
    assert client.get(f"/desk/objections/{objection.number}/").status_code == 404


@pytest.mark.parametrize("step", list(STEPS))
def test_a_stranger_is_sent_to_the_sign_in_page(client: Client, step: str) -> None:
    objection = filed()
    answer = client.post(f"/desk/objections/{objection.number}/{step}/")
    assert (answer.status_code, "login" in answer["Location"]) == (302, True)


@pytest.mark.parametrize(
    "step",
    [step for step in STEPS if step not in set(ACTS) - {"withdraw"}],
)
def test_reading_never_takes_a_step(client: Client, step: str) -> None:
    objection = filed()
    client.force_login(UserFactory.create())
    answer = client.get(f"/desk/objections/{objection.number}/{step}/")
    assert answer.status_code == (200 if step == "withdraw" else 405)
    objection.refresh_from_db()
    assert objection.status == "received"
