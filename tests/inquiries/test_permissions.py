"""Who may take which step, in which state: the whole matrix."""

from collections.abc import Callable
from typing import Any, Final

import pytest

from inquiries import services
from inquiries.models import Comparison, DeviceSelection, Inquiry, Way
from inquiries.workflow import WORKFLOW, Status, Step
from staff.models import Role, User
from tests.factories import InquiryFactory, UserFactory
from tests.finishing import finish
from tests.inquiries.snapshot import everything
from tests.instants import after
from tickets.workflow import IllegalStep, NotAllowed

ANSWERING: Final = {Role.AGENT, Role.SUPERVISOR, Role.MANAGER, Role.ADMINISTRATOR}
ENDED: Final = {Status.CLOSED, Status.ABANDONED}
OPEN: Final = set(Status) - ENDED - {Status.MERGED, Status.CONVERTED}
CALLING: Final = {Status.AWAITING_VERIFICATION, Status.MISSED}
TALKING: Final = {Status.IN_SERVICE, Status.AWAITING_CUSTOMER, Status.ANSWERED}

ALLOWED: Final[dict[Step, set[Role | None]]] = {
    **{step: {*ANSWERING} for step in Step},
    Step.CUSTOMER_WRITES: {None},
    Step.NOTE: {*ANSWERING, Role.DEPARTMENT_HANDLER},
    Step.ADD_TOPIC: {*ANSWERING, None},
    Step.REOPEN: {*ANSWERING, None},
    Step.ABANDON: {*ANSWERING, None},
    Step.MISS: {*ANSWERING, None},
    Step.EXPLAIN_CLAUSES: {*ANSWERING},
    Step.TELL_SERVICE_FACTS: {*ANSWERING},
    Step.REQUEST_CONTRACT_CHANGE: {*ANSWERING},
    Step.REPORT_FAULT: {*ANSWERING, None},
    Step.CHOOSE_DEVICE: {*ANSWERING, None},
    Step.NOTE_EMAIL: {*ANSWERING, None},
    Step.REVEAL_EMAIL: {*ANSWERING} - {Role.AGENT},
    Step.AGREE: {None},
    Step.WITHDRAW_CONSENT: {*ANSWERING, None},
}
# From which status, and to which.
POSSIBLE: Final[dict[Step, dict[Status, Status]]] = {
    Step.CUSTOMER_WRITES: {
        **{status: status for status in OPEN},
        Status.AWAITING_CUSTOMER: Status.IN_SERVICE,
        Status.ANSWERED: Status.IN_SERVICE,
    },
    Step.REPLY: {
        **{status: status for status in OPEN},
        Status.NEW: Status.IN_SERVICE,
        Status.AWAITING_CUSTOMER: Status.IN_SERVICE,
    },
    Step.ASK_BACK: {
        **{status: status for status in OPEN},
        Status.NEW: Status.AWAITING_CUSTOMER,
        Status.IN_SERVICE: Status.AWAITING_CUSTOMER,
    },
    Step.GREET: {
        **{status: status for status in OPEN},
        Status.NEW: Status.IN_SERVICE,
    },
    Step.NOTE: {status: status for status in Status},
    Step.TAKE: {status: status for status in OPEN},
    Step.ASSIGN: {status: status for status in OPEN},
    Step.ADD_TOPIC: {
        **{status: status for status in OPEN},
        Status.ANSWERED: Status.IN_SERVICE,
    },
    Step.REMOVE_TOPIC: {status: status for status in OPEN},
    Step.MARK_COMPLEX: {status: status for status in OPEN},
    Step.ANSWER_TOPIC: {status: status for status in TALKING | CALLING},
    Step.ANSWER_LAST_TOPIC: {
        **dict.fromkeys(TALKING, Status.ANSWERED),
        **{status: status for status in CALLING},
    },
    Step.CLEAR_QUESTION: {status: status for status in TALKING | {Status.NEW}},
    Step.CHECK: dict.fromkeys(TALKING | {Status.NEW}, Status.AWAITING_VERIFICATION),
    Step.TRY_CALLBACK: {status: status for status in CALLING},
    Step.FINISH_CALLBACK: dict.fromkeys(CALLING, Status.IN_SERVICE),
    Step.REVEAL: {status: status for status in Status},
    Step.ASK_CLOSING: dict.fromkeys(TALKING, Status.ANSWERED),
    Step.CUSTOMER_LEFT: {status: status for status in TALKING},
    Step.CLOSE: dict.fromkeys(TALKING, Status.CLOSED),
    Step.REOPEN: dict.fromkeys(ENDED, Status.IN_SERVICE),
    Step.ABANDON: {
        Status.NEW: Status.ABANDONED,
        Status.IN_SERVICE: Status.ABANDONED,
    },
    Step.MISS: {Status.NEW: Status.MISSED},
    Step.LOG_RING: {status: status for status in OPEN - {Status.MISSED}},
    Step.FOLLOW_UP: {Status.CLOSED: Status.CLOSED},
    Step.NOTE_EMAIL: {status: status for status in Status},
    Step.REVEAL_EMAIL: {status: status for status in Status},
    Step.AGREE: {status: status for status in Status},
    Step.WITHDRAW_CONSENT: {status: status for status in Status},
    Step.EXPLAIN_CLAUSES: {status: status for status in TALKING},
    Step.TELL_SERVICE_FACTS: {status: status for status in TALKING},
    Step.REQUEST_CONTRACT_CHANGE: {status: status for status in TALKING},
    Step.REPORT_FAULT: {status: status for status in OPEN},
    Step.SELECT_DEVICES: {status: status for status in OPEN},
    Step.RECOMMEND: {
        **{status: status for status in OPEN},
        Status.NEW: Status.AWAITING_CUSTOMER,
        Status.IN_SERVICE: Status.AWAITING_CUSTOMER,
    },
    Step.CHOOSE_DEVICE: {status: status for status in OPEN},
    Step.DRAFT_QUOTATION: {status: status for status in OPEN},
    Step.QUOTE: {
        **{status: status for status in OPEN},
        Status.NEW: Status.IN_SERVICE,
        Status.AWAITING_CUSTOMER: Status.IN_SERVICE,
    },
    Step.MERGE: dict.fromkeys(TALKING | {Status.NEW}, Status.MERGED),
    Step.ABSORB: {
        **{status: status for status in OPEN},
        Status.AWAITING_CUSTOMER: Status.IN_SERVICE,
        Status.ANSWERED: Status.IN_SERVICE,
    },
    Step.UNMERGE: {Status.MERGED: Status.MERGED},  # the verb gives back what it was
    Step.CONVERT: dict.fromkeys(TALKING, Status.CONVERTED),
}
LATE: Final = after(999)
ORDER: Final[dict[str, Any]] = {
    "items": [("CAM-01", 1)],
    "days": 1,
    "delivery": "store_pickup",
    "at": LATE,
}
VERBS: Final[dict[Step, Callable[[Inquiry, Any], object]]] = {
    Step.REPLY: lambda it, by: services.reply(it, text="好", by=by, at=LATE),
    Step.ASK_BACK: lambda it, by: services.reply(it, text="几台?", by=by, at=LATE),
    Step.GREET: lambda it, by: services.greet(it, by=by, at=LATE),
    Step.NOTE: lambda it, by: services.write_note(it, text="记", by=by, at=LATE),
    Step.TAKE: lambda it, by: services.take(it, by=by, at=LATE),
    Step.ASSIGN: lambda it, by: services.assign(
        it, to=User.objects.answering().exclude(pk=by.pk)[0], by=by, at=LATE
    ),
    Step.ADD_TOPIC: lambda it, by: services.add_topic(
        it, topic="contract_terms", by=by, at=LATE
    ),
    Step.REMOVE_TOPIC: lambda it, by: services.remove_topic(
        it, topic="after_sales", by=by, at=LATE
    ),
    Step.MARK_COMPLEX: lambda it, by: services.mark_complex(
        it, topic="operation_use", by=by, at=LATE
    ),
    Step.ANSWER_TOPIC: lambda it, by: services.answer_topic(
        it, topic="operation_use", plain_reason="客户只问是否", by=by, at=LATE
    ),
    Step.CLEAR_QUESTION: lambda it, by: services.mark_question_clear(
        it, by=by, at=LATE
    ),
    Step.CHECK: lambda it, by: services.announce_checking(
        it, surname="王", phone="", question="4K？", by=by, at=LATE
    ),
    Step.TRY_CALLBACK: lambda it, by: services.log_callback_attempt(
        it, obstacle="busy", by=by, at=LATE
    ),
    Step.FINISH_CALLBACK: lambda it, by: services.finish_callback(
        it, way=Way.CALL, outcome="可以", by=by, at=LATE
    ),
    Step.REVEAL: lambda it, by: services.reveal_contact(
        it, reason="回电", by=by, at=LATE
    ),
    Step.ASK_CLOSING: lambda it, by: services.ask_closing_question(it, by=by, at=LATE),
    Step.CUSTOMER_LEFT: lambda it, by: services.note_customer_left(it, by=by, at=LATE),
    Step.CLOSE: lambda it, by: services.close(
        it, intent="none", consent=False, by=by, at=LATE
    ),
    Step.REOPEN: lambda it, by: services.reopen(it, by=by, at=LATE),
    Step.ABANDON: lambda it, by: services.abandon(it, by=by, at=LATE),
    Step.MISS: lambda it, by: services.miss(it, by=by, at=LATE),
    Step.LOG_RING: lambda it, by: services.log_ring(
        it, rung_at=after(0), answered_at=after(9), by=by, at=LATE
    ),
    Step.FOLLOW_UP: lambda it, by: services.cancel_follow_up(
        it, reason="已电话告知", by=by, at=LATE
    ),
    Step.NOTE_EMAIL: lambda it, by: services.note_email(
        it, email="wang@example.com", by=by, at=LATE
    ),
    Step.REVEAL_EMAIL: lambda it, by: services.reveal_email(
        it, reason="退信", by=by, at=LATE
    ),
    Step.WITHDRAW_CONSENT: lambda it, by: services.withdraw_consent(it, by=by, at=LATE),
    Step.EXPLAIN_CLAUSES: lambda it, by: services.explain_clauses(
        it,
        clauses=["term"],
        not_asked=["damage", "early_return"],
        examples=["term_week"],
        by=by,
        at=LATE,
    ),
    Step.TELL_SERVICE_FACTS: lambda it, by: services.tell_service_facts(
        it, zone="same_city", by=by, at=LATE
    ),
    Step.REQUEST_CONTRACT_CHANGE: lambda it, by: services.request_contract_change(
        it, clause="term", wish="可以按小时租吗", by=by, at=LATE
    ),
    Step.REPORT_FAULT: lambda it, by: services.report_fault(
        it, device="CAM-06", fault="无画面", by=by, at=LATE
    ),
    Step.SELECT_DEVICES: lambda it, by: services.select_devices(
        it, scene="indoor_fixed", scale="solo", needs=["portability"], by=by, at=LATE
    ),
    Step.RECOMMEND: lambda it, by: services.recommend(
        it, selection=DeviceSelection(), codes=["CAM-01"], by=by, at=LATE
    ),
    Step.CHOOSE_DEVICE: lambda it, by: services.choose_device(
        it, comparison=Comparison(), code="CAM-01", by=by, at=LATE
    ),
    Step.DRAFT_QUOTATION: lambda it, by: services.draft_quotation(it, **ORDER, by=by),
    Step.QUOTE: lambda it, by: services.quote(it, **ORDER, by=by),
    Step.MERGE: lambda it, by: services.merge(it, into=other(it), by=by, at=LATE),
    Step.ABSORB: lambda it, by: services.merge(other(it), into=it, by=by, at=LATE),
    Step.UNMERGE: lambda it, by: services.unmerge(it, by=by, at=LATE),
    Step.CONVERT: lambda it, by: services.turn_into_objection(it, by=by, at=LATE),
}


def other(inquiry: Inquiry) -> Inquiry:
    """The newest besides this one: `in_status` leaves one that waits."""
    return Inquiry.objects.exclude(pk=inquiry.pk).latest("pk")


def in_status(status: Status) -> Inquiry:
    """An inquiry in a status, looked after by nobody, and a new one beside it."""
    inquiry = InquiryFactory.create()
    agent = UserFactory.create()
    if status == Status.ABANDONED:
        services.abandon(inquiry, by=None, at=after(400))
    elif status == Status.MISSED:
        services.miss(inquiry, by=None, at=after(20))
    elif status != Status.NEW:
        text = "好" if status != Status.AWAITING_CUSTOMER else "几台？"
        services.reply(inquiry, text=text, by=agent, at=after(5))
    if status == Status.AWAITING_VERIFICATION:
        services.announce_checking(
            inquiry, surname="王", phone="", question="4K？", by=agent, at=after(6)
        )
    if status == Status.ANSWERED:
        services.answer_topic(inquiry, topic="operation_use", by=agent, at=after(6))
    if status == Status.MERGED:
        into = InquiryFactory.create()
        services.merge(inquiry, into=into, by=agent, at=after(6))
    if status == Status.CONVERTED:
        inquiry.refresh_from_db()
        services.turn_into_objection(inquiry, by=agent, at=after(6))
    if status == Status.CLOSED:
        finish(inquiry, by=agent, at=after(6))
    Inquiry.objects.filter(pk=inquiry.pk).update(assignee=None)
    InquiryFactory.create()
    found = Inquiry.objects.get(pk=inquiry.pk)
    assert found.status == status
    return found


def test_the_matrix_names_every_step() -> None:
    assert set(ALLOWED) == set(POSSIBLE) == set(WORKFLOW.rules) == set(Step)
    of_customers = {Step.CUSTOMER_WRITES, Step.AGREE}
    assert set(Step) - set(VERBS) == {Step.ANSWER_LAST_TOPIC, *of_customers}


@pytest.mark.parametrize("step", list(Step))
def test_a_step_is_offered_to_whom_and_when_the_matrix_says(step: Step) -> None:
    for status in Status:
        for role in (*Role, None):
            expected = role in ALLOWED[step] and status in POSSIBLE[step]
            user = User(role=role) if role else None
            offered = WORKFLOW.allows(Inquiry(status=status), step, by=user)
            assert offered is expected, (status, role)


@pytest.mark.parametrize("step", list(Step))
def test_a_step_leads_where_the_matrix_says(step: Step) -> None:
    for status, target in POSSIBLE[step].items():
        inquiry = Inquiry(status=status)
        WORKFLOW.move(inquiry, WORKFLOW.rules[step])
        assert inquiry.status == target, status


@pytest.mark.django_db
@pytest.mark.parametrize("step", list(VERBS))
def test_each_verb_refuses_the_wrong_person_and_changes_nothing(step: Step) -> None:
    inquiry = in_status(next(status for status in Status if status in POSSIBLE[step]))
    strangers = [UserFactory.create(role=r) for r in Role if r not in ALLOWED[step]]
    assert strangers
    before = everything()
    for stranger in strangers:
        with pytest.raises(NotAllowed):
            VERBS[step](inquiry, stranger)
    assert everything() == before


@pytest.mark.django_db
@pytest.mark.parametrize("status", list(Status))
def test_each_verb_refuses_the_wrong_moment_and_changes_nothing(status: Status) -> None:
    inquiry, agent = in_status(status), UserFactory.create()
    before = everything()
    for step, verb in VERBS.items():
        if status not in POSSIBLE[step]:
            with pytest.raises(IllegalStep):
                verb(inquiry, agent)
            assert everything() == before, step


@pytest.mark.django_db
@pytest.mark.parametrize("role", sorted(ANSWERING))
def test_who_answers_customers_takes_each_step_of_a_conversation(role: Role) -> None:
    user = UserFactory.create(role=role)
    inquiry = in_status(Status.NEW)
    services.add_topic(inquiry, topic="after_sales", by=user, at=after(1))
    for step in (
        *(Step.TAKE, Step.NOTE, Step.GREET, Step.REPLY, Step.ADD_TOPIC),
        *(Step.REMOVE_TOPIC, Step.CLEAR_QUESTION, Step.CHECK, Step.TRY_CALLBACK),
        *(Step.REVEAL, Step.FINISH_CALLBACK, Step.ANSWER_TOPIC, Step.ASSIGN),
        *(Step.ABSORB,),
    ):
        before = everything()
        VERBS[step](inquiry, user)
        assert everything() != before, step
