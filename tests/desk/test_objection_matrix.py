"""Who takes which step on an objection in which status: every cell of the table."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import pytest
from django.db import transaction
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from helpdesk.desk.objection import ObjectionWorkspace
from helpdesk.desk.objection_acts import ACTS
from helpdesk.errors import REFUSALS, refusal_of
from helpdesk.forms import values
from objections import services
from objections.models import Objection
from objections.services.departments import handoff_for
from objections.services.offering import Offer, Reply
from objections.workflow import WORKFLOW, Status, Step
from staff.models import SUPERVISES, Role, User
from tests.factories import UserFactory, department
from tests.objections.cases import QUALITY, filed, handler_of
from tests.objections.test_investigating import CONCLUSION, waive_all
from tickets.models import Event

pytestmark = pytest.mark.django_db

ANSWERING: Final = {Role.AGENT, Role.SUPERVISOR, Role.MANAGER, Role.ADMINISTRATOR}
HANDLING: Final = {Role.DEPARTMENT_HANDLER, Role.MANAGER, Role.ADMINISTRATOR}
DECIDING: Final = {Role.SUPERVISOR, Role.MANAGER, Role.GENERAL_MANAGER}
INQUIRING: Final = ANSWERING | HANDLING
ENDED: Final = {Status.CLOSED, Status.ARCHIVED, Status.WITHDRAWN}
OPEN: Final = set(Status) - ENDED
WITH_DEPARTMENTS: Final = {
    Status.HANDED_OFF,
    Status.INVESTIGATING,
    Status.AWAITING_EVIDENCE,
}
INVESTIGATING: Final = {Status.INVESTIGATING, Status.AWAITING_EVIDENCE}
BEFORE: Final = {Status.RECEIVED, Status.ACKNOWLEDGED, Status.RECORDED}
# What comes after a finding, in the order of the way there.
OFFERED: Final = {Status.PENDING_APPROVAL, Status.PROPOSED, Status.REJECTED}
TOLD: Final = ENDED | {Status.RETURN_VISIT, Status.REOPENED, Status.APPEALED}
DONE: Final = TOLD | {Status.EXECUTED}
CONCLUDED: Final = set(Status) - BEFORE - WITH_DEPARTMENTS - {Status.WITHDRAWN}


@dataclass(frozen=True)
class Cell:
    """Who takes a step in which statuses, and what its form carries.

    `within` are those of the roles who may, where the case itself narrows them.
    """

    roles: set[Role]
    statuses: set[Status]
    given: dict[str, Any] = field(default_factory=dict)
    within: dict[Status, set[Role]] = field(default_factory=dict)


STEPS: Final[dict[str, Cell]] = {
    "take": Cell(ANSWERING, OPEN),
    "assign": Cell(ANSWERING, OPEN),
    "reply": Cell(ANSWERING, OPEN),
    "note": Cell(set(Role), set(Status)),
    "acknowledge": Cell(ANSWERING, {Status.RECEIVED}),
    "correct": Cell(
        ANSWERING,
        BEFORE | {Status.REOPENED},
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
    "record": Cell(ANSWERING, {Status.ACKNOWLEDGED}),
    "hand-over": Cell(
        ANSWERING,
        {Status.RECORDED, Status.REOPENED},
        {"lead": "technical_support", "departments": ["warehouse_logistics"]},
    ),
    "accept": Cell(HANDLING, WITH_DEPARTMENTS),
    "return": Cell(
        HANDLING,
        WITH_DEPARTMENTS,
        {"department": "technical_support", "reason": "不属于本部门"},
    ),
    "add-evidence": Cell(
        INQUIRING,
        INVESTIGATING,
        {"kind": "stock_out_record", "source": "仓库系统", "text": "正常"},
    ),
    "conversations": Cell(INQUIRING, INVESTIGATING),
    "no-evidence": Cell(
        HANDLING, INVESTIGATING, {"kind": "stock_out_record", "reason": "本案没有"}
    ),
    "ask-evidence": Cell(INQUIRING, {Status.INVESTIGATING}, {"text": "请补充照片"}),
    "go-on": Cell(INQUIRING, {Status.AWAITING_EVIDENCE}),
    "order-test": Cell(HANDLING, {Status.INVESTIGATING}, {"reason": "检测电源"}),
    "extend": Cell(
        SUPERVISES, {Status.HANDED_OFF, Status.INVESTIGATING}, {"reason": "等检测"}
    ),
    "conclude": Cell(HANDLING, INVESTIGATING, CONCLUSION),
    "propose": Cell(
        INQUIRING | {Role.GENERAL_MANAGER},
        {Status.INVESTIGATED, Status.REJECTED},
        {
            "text": "为您免费维修。",
            "measures": ["repair"],
            "met_replace_device": "not",
            "reason_replace_device": "可以修好",
        },
        {Status.REJECTED: DECIDING},
    ),
    "approve": Cell(
        DECIDING | {Role.DEPARTMENT_HANDLER},
        {Status.PENDING_APPROVAL},
        within={Status.PENDING_APPROVAL: DECIDING},
    ),
    "send-back": Cell(
        INQUIRING | {Role.GENERAL_MANAGER},
        {Status.PENDING_APPROVAL},
        {"reason": "太多"},
        {Status.PENDING_APPROVAL: DECIDING},
    ),
    "answer": Cell(
        ANSWERING,
        {Status.PROPOSED},
        {"accepted": "yes", "channel": "phone", "reason": "录音 8"},
    ),
    "investigate-again": Cell(DECIDING, {Status.REJECTED}),
    "escalate": Cell(
        {Role.SUPERVISOR, Role.MANAGER}, {Status.REJECTED}, {"reason": "请经理决定"}
    ),
    # Only at the last level; that it can be done stands in the tests of the verbs.
    "close-unagreed": Cell(
        {Role.GENERAL_MANAGER}, {Status.REJECTED}, within={Status.REJECTED: set()}
    ),
    "assign-action": Cell(
        INQUIRING, {Status.EXECUTING}, {"number": "1"}, {Status.EXECUTING: HANDLING}
    ),
    "execute": Cell(
        INQUIRING,
        {Status.EXECUTING},
        {"number": "1", "proof": "W-1"},
        {Status.EXECUTING: HANDLING},
    ),
    "tell-result": Cell(ANSWERING, {Status.EXECUTED}, {"text": "已经修好。"}),
    "visit": Cell(ANSWERING, {Status.RETURN_VISIT}, {"attempt": "1", "reached": "no"}),
    "archive": Cell(ANSWERING, {Status.CLOSED}),
    "appeal": Cell(ANSWERING, {Status.CLOSED, Status.ARCHIVED}, {"reason": "仍不公平"}),
    "decide-appeal": Cell(
        DECIDING, {Status.APPEALED}, {"granted": "yes", "text": "重新处理。"}
    ),
    "note-external": Cell(
        ANSWERING | {Role.GENERAL_MANAGER},
        set(Status),
        {"source": "12345", "received_at": "2025-01-01T20:00"},
    ),
    "answer-external": Cell(
        ANSWERING | {Role.GENERAL_MANAGER},
        set(Status),
        {"number": "1", "text": "已答复。"},
    ),
    "end-external": Cell(
        ANSWERING | {Role.GENERAL_MANAGER},
        set(Status),
        {"number": "1", "result": "调解成功"},
    ),
    "withdraw": Cell(
        ANSWERING, OPEN - {Status.APPEALED}, {"statement": "客户来电撤回"}
    ),
    "reveal": Cell(INQUIRING, set(Status)),
}
# Steps after which the state itself says that a second click is one.
DONE_ALREADY: Final = {
    "record": set(Status) - {Status.RECEIVED, Status.ACKNOWLEDGED},
    "hand-over": WITH_DEPARTMENTS,
    "archive": {Status.ARCHIVED},
}
STEP_OF: Final = {
    "conversations": Step.ADD_EVIDENCE,
    **{
        name: Step(name.replace("-", "_"))
        for name in STEPS
        if name not in ACTS and name != "conversations"
    },
}
MOST_AT_HOME: Final = 4
Verb = Callable[[Objection, User, datetime], object]


def accepted(objection: Objection, by: User, at: datetime) -> object:
    handoff = handoff_for(objection, "technical_support", Step.ACCEPT, by=by)
    return services.accept(handoff, by=by, at=at)


# The steps whose buttons need no form of their own.
BUTTONS: Final[dict[str, Verb]] = {
    "take": lambda o, by, at: services.take(o, by=by, at=at),
    "reply": lambda o, by, at: services.reply(o, text="正在核实。", by=by, at=at),
    "note": lambda o, by, at: services.write_note(o, text="内部", by=by, at=at),
    "acknowledge": lambda o, by, at: services.acknowledge(o, by=by, at=at),
    "record": lambda o, by, at: services.record(o, by=by, at=at),
    "accept": accepted,
    "conversations": lambda o, by, at: services.attach_conversations(o, by=by, at=at),
    "go-on": lambda o, by, at: services.go_on(o, by=by, at=at),
    "approve": lambda o, by, at: services.approve(o, by=by, at=at),
    "investigate-again": lambda o, by, at: services.investigate_again(o, by=by, at=at),
    "archive": lambda o, by, at: services.archive(o, by=by, at=at),
    "reveal": lambda o, by, at: services.reveal_contact(
        o, reason="核对设备", by=by, at=at
    ),
}


def in_status(status: Status) -> Objection:
    """An objection that has come so far; nobody holds it, technical support sees it."""
    now = timezone.now() - timedelta(minutes=30)
    agent, handler = UserFactory.create(), handler_of("technical_support")
    objection = filed(QUALITY, at=now)
    if status != Status.RECEIVED:
        services.acknowledge(objection, by=agent, at=now)
    if status not in {Status.RECEIVED, Status.ACKNOWLEDGED}:
        services.record(objection, by=agent, at=now)
    if status not in BEFORE:
        services.hand_off(objection, by=agent, at=now)
    if status in INVESTIGATING | CONCLUDED:
        handoff = objection.handoffs.get(department=handler.department)
        services.accept(handoff, by=handler, at=now)
        if status == Status.AWAITING_EVIDENCE:
            services.ask_for_evidence(objection, text="请拍照", by=agent, at=now)
        waive_all(objection, by=handler)
    if status in CONCLUDED:
        settle(objection, status, agent, handler, now)
    if status == Status.WITHDRAWN:
        services.withdraw(objection, statement="撤回", by=None, at=now)
    services.note_external(objection, source="12315", received_at=now, by=agent, at=now)
    Objection.objects.filter(pk=objection.pk).update(
        assignee=None, involved=[department("technical_support").pk]
    )
    objection.refresh_from_db()
    assert objection.status == status
    return objection


def settle(
    objection: Objection, status: Status, agent: User, handler: User, at: datetime
) -> None:
    """Lead an objection from the finding on."""
    services.conclude(objection, **CONCLUSION, by=handler, at=at)
    if status == Status.INVESTIGATED:
        return
    money = status == Status.PENDING_APPROVAL
    offer = Offer("compensation", Decimal(800)) if money else Offer("repair")
    offered(objection, offer, by=agent, at=at)
    if status == Status.REJECTED:
        services.answer_proposal(objection, accepted=False, reason="不行", at=at)
        services.conclude(objection, **CONCLUSION, by=handler, at=at)
        offered(objection, offer, by=agent, at=at)
        services.answer_proposal(objection, accepted=False, reason="不行", at=at)
    if status in OFFERED:
        return
    services.answer_proposal(objection, accepted=True, at=at)
    if status in DONE:
        services.execute(objection, number=1, proof="W-1", by=handler, at=at)
    if status in TOLD:
        services.tell_result(objection, text="已修好。", by=agent, at=at)
    if status in TOLD - {Status.RETURN_VISIT}:
        stars = 1 if status == Status.REOPENED else 5
        marks = {"satisfaction": stars, "process_satisfaction": 3}
        services.rate(objection, resolved=True, **marks, at=at)
    if status == Status.ARCHIVED:
        services.archive(objection, by=agent, at=at)
    if status == Status.APPEALED:
        services.appeal(objection, reason="不公平", at=at)


def offered(objection: Objection, offer: Offer, *, by: User, at: datetime) -> None:
    services.propose(
        objection,
        text="为您处理。",
        measures=[offer],
        replies=[Reply("replace_device", "not", "可以修好")],
        by=by,
        at=at,
    )


@dataclass(frozen=True)
class Stands:
    """No more of a case than its status."""

    status: str


def test_the_workflow_has_every_cell_of_the_table() -> None:
    """Every status, role and step; what the case itself narrows stands below."""
    for name, cell in STEPS.items():
        step = STEP_OF.get(name) or ACTS[name].step
        for status in Status:
            for role in Role:
                try:
                    WORKFLOW.check(Stands(status), step, by=User(role=role))
                    found = 200
                except REFUSALS as error:
                    found = refusal_of(error).status
                wanted = 403 if role not in cell.roles else 409
                if role in cell.roles and status in cell.statuses:
                    wanted = 200
                assert found == wanted, (name, status, role)


@pytest.mark.clause("OB-05", "OB-06", "OB-07", "OB-08", "OB-09")
@pytest.mark.parametrize("status", list(Status))
def test_every_step_in_every_status_by_every_role(status: Status) -> None:
    for role in (Role.SUPERVISOR, Role.MANAGER, Role.GENERAL_MANAGER):
        UserFactory.create(role=role)  # a case that is not agreed goes to somebody
    objection = in_status(status)
    colleague = UserFactory.create(department=department("technical_support"))
    code = {Role.DEPARTMENT_HANDLER: "technical_support"}
    for place, role in enumerate(Role):
        where = department(code.get(role, "customer_service"))
        person = UserFactory.create(role=role, department=where)
        steps = [it for it in STEPS if is_tried(it, status, place)]
        found = answers(objection, steps, person, colleague)
        wanted = {step: expected(step, status, role) for step in steps}
        assert found == wanted, role


def is_tried(step: str, status: Status, place: int) -> bool:
    """Whether the verb itself is asked, beside the table of the workflow.

    By every role where the step is at home; elsewhere by every third, so that over the
    statuses each role has tried each step.
    """
    cell = STEPS[step]
    at_home = status in cell.statuses and len(cell.statuses) <= MOST_AT_HOME
    turn = list(STEPS).index(step) + list(Status).index(status)
    return at_home or (turn + place) % 3 == 0


def expected(step: str, status: Status, role: Role) -> int:
    """The answer that the table of steps demands."""
    cell = STEPS[step]
    if status in DONE_ALREADY.get(step, ()):
        return 200
    if role not in cell.roles:
        return 403
    if status not in cell.statuses:
        return 409
    return 200 if role in cell.within.get(status, cell.roles) else 403


def answers(
    objection: Objection, steps: list[str], by: User, colleague: User
) -> dict[str, int]:
    """The status code of each step, all of them from where the case stands."""
    found, workspace = {}, None
    for step in steps:
        workspace = workspace or ObjectionWorkspace.of(
            objection.number, user=by, at=timezone.now()
        )
        found[step] = pressed(objection, step, workspace, colleague)
        if found[step] == 200:
            workspace = None  # it saw what then never was
    return found


def pressed(
    objection: Objection, step: str, workspace: ObjectionWorkspace, colleague: User
) -> int:
    """The status code of a step, which then never was; a refused one changes nothing."""
    before = Event.objects.filter(ticket=objection).count()
    with transaction.atomic():
        try:
            taken(workspace, step, colleague)
            status = 200
        except REFUSALS as error:
            status = refusal_of(error).status
            after = Objection.objects.get(pk=objection.pk)
            assert (after.status, after.assignee_id) == (objection.status, None)
            assert Event.objects.filter(ticket=objection).count() == before, step
        transaction.set_rollback(True)
    return status


def taken(workspace: ObjectionWorkspace, step: str, colleague: User) -> None:
    """What the door of a step does."""
    objection, by, at = workspace.objection, workspace.user, workspace.now
    if step in BUTTONS:
        BUTTONS[step](objection, by, at)
    elif step == "assign":
        services.assign(objection, to=colleague, by=by, at=at)
    else:
        given = QueryDict(mutable=True)
        for name, value in STEPS[step].given.items():
            given.setlist(name, value if isinstance(value, list) else [value])
        form = ACTS[step].form_for(workspace, given)
        kept = (
            values(form) if step != "assign-action" else {"number": 1, "to": colleague}
        )
        ACTS[step].verb(workspace, kept)


def test_the_doors_of_all_steps_are_shut_to_strangers_and_to_readers() -> None:
    """Of what one may not see a 404, signed out the sign-in page, by reading nothing."""
    objection = filed()
    events = objection.events.count()
    outsider, stranger, agent = Client(), Client(), Client()
    outsider.force_login(handler_of("finance"))
    agent.force_login(UserFactory.create())
    there = f"/desk/objections/{objection.number}/"
    assert outsider.get(there).status_code == 404
    forms = {name for name, act in ACTS.items() if act.step == Step.WITHDRAW}
    forms |= {"correct", "note-external", "answer-external", "end-external"}
    for step, cell in STEPS.items():
        where = f"{there}{step}/"
        assert outsider.post(where, cell.given).status_code == 404, step
        signed_out = stranger.post(where)
        assert signed_out.status_code == 302, step
        assert "login" in signed_out["Location"], step
        read = agent.get(where).status_code
        refused = 404 if step in ACTS else 405
        assert read == (200 if step in forms else refused), step
    objection.refresh_from_db()
    assert (objection.status, objection.events.count()) == ("received", events)


def test_a_door_answers_as_the_verb_does() -> None:
    objection = in_status(Status.INVESTIGATED)
    agent, general = Client(), Client()
    agent.force_login(UserFactory.create())
    general.force_login(UserFactory.create(role=Role.GENERAL_MANAGER))
    there = f"/desk/objections/{objection.number}/"
    for client, step, status in (
        *((general, "take", 403), (agent, "take", 303)),
        *((agent, "archive", 409), (agent, "tell-result", 409)),
        *((general, "tell-result", 403), (agent, "propose", 303)),
    ):
        answer = client.post(f"{there}{step}/", STEPS[step].given)
        assert answer.status_code == status, step
