"""A fault: reported, contacted in two hours, visited in four when it is urgent."""

import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from inquiries import services
from inquiries.models import RepairRequest
from inquiries.request_workflow import REPAIR_LIFE, RepairStatus, RequestStep
from sla.models import Clock, Metric
from staff.models import Role, User
from tests.factories import InquiryFactory, UserFactory, department
from tests.inquiries.requests import fault, handler_of, talked
from tests.inquiries.snapshot import everything
from tests.instants import after
from tickets.models import Ticket
from tickets.services import events
from tickets.workflow import IllegalStep, NotAllowed

pytestmark = pytest.mark.django_db

URGENT: Final = {"urgency": "urgent", "urgency_reason": "今晚八点开播"}


@pytest.fixture
def technician(db: None) -> User:
    return handler_of("technical_support")


def clock_of(request: RepairRequest, metric: Metric) -> Clock:
    return Clock.objects.get(subject=request.number, metric=metric)


@pytest.mark.clause("IN-49")
def test_a_fault_starts_the_two_hours_for_a_technicians_contact() -> None:
    request = fault()
    assert (request.status, request.recorded_by) == (RepairStatus.REPORTED, None)
    assert request.department == department("technical_support")
    clock = clock_of(request, Metric.REPAIR_CONTACT)
    assert (clock.target.code, clock.due_at) == (
        "RP_CONTACT",
        after(hours=2, minutes=1),
    )
    assert clock.facts == {"urgency": "normal"}
    assert not Clock.objects.filter(metric=Metric.REPAIR_ON_SITE).exists()


@pytest.mark.clause("IN-50")
def test_an_urgent_fault_starts_the_four_hours_for_the_visit_too() -> None:
    request = fault(**URGENT)
    clock = clock_of(request, Metric.REPAIR_ON_SITE)
    assert clock.target.code == "RP_ONSITE_URGENT"
    assert clock.due_at == after(hours=4, minutes=1)
    assert clock_of(request, Metric.REPAIR_CONTACT).status == "running"


@pytest.mark.clause("IN-20", "IN-49")
@pytest.mark.parametrize(
    "words",
    [
        {"fault": "你们的人说不 知 道"},
        {"device": "不清楚哪一台"},
        {"device": "画面不清楚的相机"},
        {"fault": "说好退您500元"},
        {"fault": "全网第一的相机坏了"},
        {"device": "灯不", "fault": "“知道”"},
    ],
)
def test_our_confirmation_repeats_no_words_that_we_must_not_say(
    words: dict[str, str],
) -> None:
    inquiry = InquiryFactory.create()
    request = fault(inquiry, **words)
    message = inquiry.messages.get(text__contains=request.number)
    repeated = "device" in words and "fault" in words
    said = f"设备：{request.device}。故障：{request.fault}" if repeated else ""
    assert message.text == (
        f"您的报修已登记（{request.number}）。{said}\n"
        "维修人员最晚于11月23日 12:01前与您联系。"
    )
    assert [request.device, request.fault] == list(
        ({"device": "CAM-06", "fault": "HDMI没有画面"} | words).values()
    )


@pytest.mark.clause("IN-50")
def test_urgency_needs_its_reason() -> None:
    inquiry = talked()
    before = everything()
    with pytest.raises(ValidationError) as refused:
        fault(inquiry, urgency="urgent", urgency_reason=" ")
    assert set(refused.value.error_dict) == {"urgency_reason"}
    assert everything() == before
    request = fault(inquiry, urgency_reason="不急")
    assert request.urgency_reason == ""
    with (
        pytest.raises(IntegrityError, match="urgent_with_reason"),
        transaction.atomic(),
    ):
        RepairRequest.objects.filter(pk=request.pk).update(urgency="urgent")


def test_the_customer_reads_at_once_what_was_noted_and_by_when() -> None:
    inquiry = InquiryFactory.create()
    request = fault(inquiry, **URGENT)
    message = inquiry.messages.get(text__contains=request.number)
    assert (message.automatic, message.direction) == (True, "out")
    assert message.text == (
        f"您的报修已登记（{request.number}）。设备：CAM-06。故障：HDMI没有画面\n"
        "维修人员最晚于11月23日 12:01前与您联系。"
        "紧急报修，维修人员最晚于11月23日 14:01前上门。"
    )
    # It is no answer to the question that the customer asked (D-03).
    assert inquiry.clocks.get(metric=Metric.FIRST_REPLY).status == "running"


@pytest.mark.clause("IN-49")
def test_a_logged_contact_stops_the_two_hours(technician: User) -> None:
    request = services.log_technician_contact(
        fault(**URGENT), note="已指导重启", by=technician, at=after(minutes=30)
    )
    assert (request.status, request.contact_by) == (RepairStatus.CONTACTED, technician)
    assert (request.contact_at, request.contact_note) == (
        after(minutes=30),
        "已指导重启",
    )
    clock = clock_of(request, Metric.REPAIR_CONTACT)
    assert (clock.outcome, clock.stopped_at) == ("met", after(minutes=30))
    assert clock_of(request, Metric.REPAIR_ON_SITE).status == "running"


@pytest.mark.clause("IN-50")
def test_a_check_in_keeps_time_and_place_and_stops_the_four_hours(
    technician: User,
) -> None:
    request = services.log_technician_contact(
        fault(**URGENT), by=technician, at=after(minutes=30)
    )
    request = services.check_in_on_site(
        request, place="朝阳区演播室", by=technician, at=after(hours=5)
    )
    assert (request.status, request.place) == (RepairStatus.ON_SITE, "朝阳区演播室")
    clock = clock_of(request, Metric.REPAIR_ON_SITE)
    assert (clock.outcome, clock.stopped_at) == ("missed", after(hours=5))


def test_who_stands_before_the_customer_is_in_contact(technician: User) -> None:
    request = services.check_in_on_site(
        fault(**URGENT), by=technician, at=after(hours=1)
    )
    assert (request.contact_at, request.contact_by) == (after(hours=1), technician)
    assert clock_of(request, Metric.REPAIR_CONTACT).outcome == "met"
    assert clock_of(request, Metric.REPAIR_ON_SITE).outcome == "met"


def test_a_fault_that_needed_no_visit_has_its_visit_cancelled(technician: User) -> None:
    request = services.log_technician_contact(
        fault(**URGENT), by=technician, at=after(minutes=30)
    )
    services.finish_repair(
        request,
        result="电话指导后恢复",
        downtime_hours=Decimal("0.5"),
        by=technician,
        at=after(minutes=40),
    )
    assert clock_of(request, Metric.REPAIR_ON_SITE).status == "cancelled"


@pytest.mark.parametrize(
    ("device", "hours", "days", "owed"),
    [
        # 810 yuan for 7 days, 12 of 168 hours out of use
        ("CAM-06", "12", 7, Decimal("57.86")),
        ("CAM-06", "4", 7, Decimal("0.00")),  # not longer than four hours
        ("CAM-06", "12", None, None),
        ("佳能摄像机", "12", 7, None),
    ],
)
def test_the_rent_that_downtime_costs_is_worked_out_where_it_can_be(
    technician: User, device: str, hours: str, days: int | None, owed: Decimal | None
) -> None:
    request = services.log_technician_contact(
        fault(device=device), by=technician, at=after(minutes=30)
    )
    request = services.finish_repair(
        request,
        result="已换机",
        downtime_hours=Decimal(hours),
        lease_days=days,
        by=technician,
        at=after(hours=13),
    )
    request.refresh_from_db()
    assert request.compensation == owed


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"result": ""}, {"result"}),
        ({"downtime_hours": Decimal(-1)}, {"downtime_hours"}),
        ({"downtime_hours": Decimal("NaN")}, {"downtime_hours"}),
        ({"downtime_hours": Decimal(10000)}, {"downtime_hours"}),
        ({"downtime_hours": Decimal(25), "lease_days": 1}, {"downtime_hours"}),
        ({"lease_days": 0}, {"lease_days"}),
        ({"lease_days": 10000}, {"lease_days"}),
    ],
)
def test_a_finished_repair_says_which_field_is_wrong(
    technician: User, changes: dict[str, Any], fields: set[str]
) -> None:
    request = services.log_technician_contact(
        fault(), by=technician, at=after(minutes=30)
    )
    given: dict[str, Any] = {"result": "好了", "downtime_hours": Decimal(1)}
    before = everything()
    with pytest.raises(ValidationError) as refused:
        services.finish_repair(
            request, by=technician, at=after(hours=1), **given | changes
        )
    assert set(refused.value.error_dict) == fields
    assert everything() == before


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"device": "", "fault": ""}, {"device", "fault"}),
        ({"device": "机" * 121}, {"device"}),
        ({"fault": "\0"}, {"fault"}),
        ({"urgency": "now"}, {"urgency"}),
    ],
)
def test_a_fault_says_which_field_is_wrong(
    changes: dict[str, str], fields: set[str]
) -> None:
    inquiry = talked()
    before = everything()
    with pytest.raises(ValidationError) as refused:
        fault(inquiry, **changes)
    assert set(refused.value.error_dict) == fields
    assert everything() == before


def test_what_is_clicked_twice_happens_once(technician: User) -> None:
    inquiry, token = talked(), uuid.uuid4()
    request = fault(inquiry, client_token=token)
    steps: list[Callable[[int], RepairRequest]] = [
        lambda _: fault(inquiry, client_token=token),
        lambda second: services.log_technician_contact(
            request, note="好", by=technician, at=after(minutes=5, seconds=second)
        ),
        lambda second: services.check_in_on_site(
            request, place="店里", by=technician, at=after(minutes=6, seconds=second)
        ),
        lambda second: services.finish_repair(
            request,
            result="已修好",
            downtime_hours=Decimal(1),
            by=technician,
            at=after(minutes=7, seconds=second),
        ),
    ]
    for step in steps:
        step(0)
        before = everything()
        step(1)
        assert everything() == before


LEADING: Final = {Role.SUPERVISOR, Role.MANAGER, Role.ADMINISTRATOR}
OWN, OTHER = "technician", "handler of another department"
PEOPLE: Final = [
    *(role for role in Role if role != Role.DEPARTMENT_HANDLER),
    OWN,
    OTHER,
]
POSSIBLE: Final = {
    RequestStep.CONTACT: {RepairStatus.REPORTED},
    RequestStep.CHECK_IN: {RepairStatus.REPORTED, RepairStatus.CONTACTED},
    RequestStep.FINISH: {RepairStatus.CONTACTED, RepairStatus.ON_SITE},
}
VERBS: Final[dict[RequestStep, Callable[[RepairRequest, User], object]]] = {
    RequestStep.CONTACT: lambda it, by: services.log_technician_contact(
        it, note="再次联系", by=by, at=after(minutes=20)
    ),
    RequestStep.CHECK_IN: lambda it, by: services.check_in_on_site(
        it, place="现场", by=by, at=after(minutes=20)
    ),
    RequestStep.FINISH: lambda it, by: services.finish_repair(
        it, result="好了", downtime_hours=Decimal(2), by=by, at=after(minutes=20)
    ),
}


def person(who: str) -> User:
    if who == OWN:
        return handler_of("technical_support")
    if who == OTHER:
        return handler_of("contract_management")
    return UserFactory.create(role=who)


def in_status(status: RepairStatus) -> RepairRequest:
    request, by = fault(), handler_of("technical_support")
    if status == RepairStatus.CONTACTED:
        services.log_technician_contact(request, by=by, at=after(minutes=2))
    if status in {RepairStatus.ON_SITE, RepairStatus.FINISHED}:
        services.check_in_on_site(request, by=by, at=after(minutes=3))
    if status == RepairStatus.FINISHED:
        services.finish_repair(
            request,
            result="换机",
            downtime_hours=Decimal(1),
            by=by,
            at=after(minutes=4),
        )
    return RepairRequest.objects.get(pk=request.pk)


def test_the_matrix_names_every_step_of_a_repair() -> None:
    assert set(POSSIBLE) == set(VERBS) == set(REPAIR_LIFE.rules)


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("status", list(RepairStatus))
@pytest.mark.parametrize("step", list(VERBS))
def test_each_step_asks_the_matrix_and_a_refusal_changes_nothing(
    step: RequestStep, status: RepairStatus, who: str
) -> None:
    request, by = in_status(status), person(who)
    before = everything()
    if who not in {*LEADING, OWN}:
        with pytest.raises(NotAllowed):
            VERBS[step](request, by)
        assert everything() == before
    elif status not in POSSIBLE[step]:
        with pytest.raises(IllegalStep):
            VERBS[step](request, by)
        assert everything() == before
    else:
        VERBS[step](request, by)
        assert everything() != before
        assert events.broken_links(Ticket.objects.get(pk=request.inquiry_id)) == []


@pytest.mark.clause("IN-50")
@pytest.mark.parametrize("reason", ["", " ", "\u200b\u202e", "\ufeff"])
def test_an_urgent_fault_without_a_reason_that_can_be_read_is_refused(
    reason: str,
) -> None:
    inquiry = talked()
    before = everything()
    with pytest.raises(ValidationError) as refused:
        services.report_fault(
            inquiry,
            device="CAM-06",
            fault="没有画面",
            urgency="urgent",
            urgency_reason=reason,
            by=None,
            at=after(minutes=1),
        )
    assert set(refused.value.error_dict) == {"urgency_reason"}
    assert everything() == before
