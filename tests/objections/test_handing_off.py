"""The form goes to the departments of the route; they accept it or return it."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from objections import routing, services
from objections.facts import Facts
from objections.models import FormVersion, Objection
from sla.models import Metric
from staff.models import Role
from tests.factories import AT, UserFactory, department
from tests.instants import after, local
from tests.objections.cases import (
    CONTRACT,
    FEE,
    QUALITY,
    RETURN,
    SERVICE,
    clock_of,
    filed,
    handed,
    handler_of,
    handoff_to,
    recorded,
)
from tickets.models import Ticket
from tickets.workflow import IllegalStep, NotAllowed

pytestmark = pytest.mark.django_db


def route_of(objection: Objection) -> list[str]:
    return [place.department.code for place in routing.suggested(objection)]


@pytest.mark.clause("OB-05", "OB-45", "CC-12")
@pytest.mark.parametrize(
    ("facts", "changes", "expected"),
    [
        (QUALITY, {}, ["technical_support", "warehouse_logistics"]),
        (FEE, {}, ["finance"]),
        (SERVICE, {"subtype": "response_not_timely"}, ["customer_service"]),
        (SERVICE, {"subtype": "technical_support_poor"}, ["technical_support"]),
        (SERVICE, {}, ["customer_service"]),
        (
            SERVICE,
            {"subtype": "low_efficiency", "process_step": "order_review"},
            ["business"],
        ),
        (
            SERVICE,
            {"subtype": "low_efficiency", "process_step": "delivery"},
            ["warehouse_logistics"],
        ),
        (
            SERVICE,
            {"subtype": "low_efficiency", "process_step": "renewal_change"},
            ["business"],
        ),
        (CONTRACT, {}, ["contract_management", "business"]),
        (RETURN, {}, ["warehouse_logistics", "technical_support"]),
        (
            RETURN,
            {"amount": Decimal(20)},
            ["warehouse_logistics", "technical_support", "finance"],
        ),
    ],
)
def test_the_route_follows_type_subtype_step_and_money(
    facts: Facts, changes: dict[str, Any], expected: list[str]
) -> None:
    assert route_of(recorded(facts, **changes)) == expected


@pytest.mark.clause("OB-45", "OB-22")
def test_a_colleagues_manner_is_looked_into_where_the_colleague_works() -> None:
    named = handler_of("finance")
    objection = recorded(SERVICE, named_colleague=named.work_number)
    assert route_of(objection) == ["finance"]


@pytest.mark.clause("OB-44", "OB-45")
def test_quality_goes_to_two_departments_at_once_and_the_form_is_frozen() -> None:
    agent = UserFactory.create()
    objection = recorded(by=agent)
    made = services.hand_off(objection, by=agent, at=after(minutes=59))
    objection.refresh_from_db()
    assert [(it.department.code, it.part) for it in made] == [
        ("technical_support", "lead"),
        ("warehouse_logistics", "joint"),
    ]
    assert (objection.status, objection.department) == (
        "handed_off",
        department("technical_support"),
    )
    assert clock_of(objection, Metric.HANDOFF).outcome == "met"
    form = FormVersion.objects.get(objection=objection)
    assert (form.number, form.content["order_number"]) == (1, "ORD-1")
    for code in ("technical_support", "warehouse_logistics"):
        waits = clock_of(objection, Metric.DEPARTMENT_ACCEPTANCE, f"{code}/1")
        assert waits.due_at == local("2026-11-23T12:59:00")


def test_after_the_hour_the_hand_off_is_late() -> None:
    agent = UserFactory.create()
    objection = recorded(by=agent)
    services.hand_off(objection, by=agent, at=after(minutes=61))
    assert clock_of(objection, Metric.HANDOFF).outcome == "missed"


@pytest.mark.clause("CC-13")
def test_the_investigation_runs_from_the_hand_off() -> None:
    objection = handed()
    clock = clock_of(objection, Metric.INVESTIGATION)
    assert clock.target.code == "OB_INVESTIGATE_QUALITY"


@pytest.mark.clause("OB-42")
def test_a_frozen_form_cannot_be_changed() -> None:
    handed()
    for change in (
        lambda: FormVersion.objects.update(number=9),
        lambda: FormVersion.objects.all().delete(),
    ):
        with (
            pytest.raises(DatabaseError, match="form_version_append_only"),
            transaction.atomic(),
        ):
            change()


@pytest.mark.clause("OB-45")
def test_elsewhere_than_the_route_needs_a_reason() -> None:
    agent = UserFactory.create()
    objection = recorded(by=agent)
    with pytest.raises(ValidationError) as refused:
        services.hand_off(objection, by=agent, at=AT, departments=["finance"])
    assert list(refused.value.message_dict) == ["reason"]
    assert not objection.handoffs.exists()
    services.hand_off(
        objection, by=agent, at=AT, departments=["finance"], reason="只涉及费用"
    )
    assert [it.department.code for it in objection.handoffs.all()] == ["finance"]


@pytest.mark.parametrize("codes", [[], ["moon"]])
def test_unknown_departments_are_refused(codes: list[str]) -> None:
    agent = UserFactory.create()
    objection = recorded(by=agent)
    with pytest.raises(ValidationError) as refused:
        services.hand_off(objection, by=agent, at=AT, departments=codes)
    assert list(refused.value.message_dict) == ["departments"]


def test_a_second_click_hands_nothing_over_again() -> None:
    agent = UserFactory.create()
    objection = recorded(by=agent)
    first = services.hand_off(objection, by=agent, at=AT)
    assert services.hand_off(objection, by=agent, at=after(minutes=1)) == first
    assert objection.forms.count() == 1


@pytest.mark.clause("CC-02")
def test_departments_see_what_they_were_handed_and_nothing_else() -> None:
    objection = handed()
    for code, sees in (
        ("technical_support", True),
        ("warehouse_logistics", True),
        ("finance", False),
    ):
        seen = Ticket.objects.visible_to(handler_of(code)).filter(pk=objection.pk)
        assert seen.exists() is sees


@pytest.mark.clause("OB-06")
def test_each_department_accepts_and_the_first_one_begins() -> None:
    objection = handed()
    technician = handler_of("technical_support")
    services.accept(
        handoff_to(objection, "technical_support"), by=technician, at=after(minutes=5)
    )
    objection.refresh_from_db()
    assert objection.status == "investigating"
    met = clock_of(objection, Metric.DEPARTMENT_ACCEPTANCE, "technical_support/1")
    waits = clock_of(objection, Metric.DEPARTMENT_ACCEPTANCE, "warehouse_logistics/1")
    assert (met.outcome, waits.is_unfinished) == ("met", True)
    storekeeper = handler_of("warehouse_logistics")
    handoff = handoff_to(objection, "warehouse_logistics")
    for _click in range(2):
        services.accept(handoff, by=storekeeper, at=after(hours=3))
    late = clock_of(objection, Metric.DEPARTMENT_ACCEPTANCE, "warehouse_logistics/1")
    assert late.outcome == "missed"


@pytest.mark.clause("OB-06")
def test_what_a_department_returns_has_a_new_hour_and_a_reason() -> None:
    agent = UserFactory.create()
    objection = handed(by=agent)
    handoff = handoff_to(objection, "technical_support")
    technician = handler_of("technical_support")
    with pytest.raises(ValidationError) as refused:
        services.return_handoff(handoff, reason=" ", by=technician, at=AT)
    assert list(refused.value.message_dict) == ["reason"]
    services.return_handoff(
        handoff, reason="不是我们的设备", by=technician, at=after(minutes=10)
    )
    objection.refresh_from_db()
    assert (objection.status, objection.department) == ("recorded", None)
    assert clock_of(objection, Metric.HANDOFF, "2").due_at == after(minutes=70)
    assert not objection.handoffs.standing().exists()
    investigation = clock_of(objection, Metric.INVESTIGATION)
    assert investigation.status == "cancelled"
    services.hand_off(objection, by=agent, at=after(minutes=20))
    assert clock_of(objection, Metric.HANDOFF, "2").outcome == "met"
    assert clock_of(objection, Metric.INVESTIGATION, "2").is_unfinished
    assert objection.forms.count() == 2


@pytest.mark.clause("OB-06")
def test_what_comes_back_twice_is_the_supervisors() -> None:
    supervisor = UserFactory.create(role=Role.SUPERVISOR)
    agent = UserFactory.create(supervisor=supervisor)
    objection = handed(by=agent)
    technician = handler_of("technical_support")
    for minute in (1, 2):
        services.return_handoff(
            handoff_to(objection, "technical_support"),
            reason="不是我们的设备",
            by=technician,
            at=after(minutes=minute),
        )
        objection.refresh_from_db()
        if minute == 1:
            services.hand_off(objection, by=agent, at=after(minutes=minute))
    assert objection.assignee == supervisor
    with pytest.raises(NotAllowed):
        services.hand_off(objection, by=agent, at=after(minutes=3))
    services.hand_off(objection, by=supervisor, at=after(minutes=3))
    objection.refresh_from_db()
    assert objection.status == "handed_off"


@pytest.mark.clause("OB-07")
def test_nobody_investigates_an_objection_about_themselves() -> None:
    named = handler_of("finance")
    objection = handed(SERVICE, named_colleague=named.work_number)
    handoff = handoff_to(objection, "finance")
    with pytest.raises(NotAllowed):
        services.accept(handoff, by=named, at=AT)
    assert services.accept(handoff, by=handler_of("finance"), at=AT).accepted_at == AT


def test_another_department_can_neither_accept_nor_return() -> None:
    objection = handed()
    handoff = handoff_to(objection, "technical_support")
    stranger = handler_of("finance")
    with pytest.raises(NotAllowed):
        services.accept(handoff, by=stranger, at=AT)
    with pytest.raises(NotAllowed):
        services.return_handoff(handoff, reason="不归我们", by=stranger, at=AT)


def test_a_hand_over_that_has_ended_is_said_to_have_ended() -> None:
    agent = UserFactory.create()
    objection = handed(by=agent)
    ended = handoff_to(objection, "warehouse_logistics")
    keeper = handler_of("warehouse_logistics")
    services.return_handoff(
        handoff_to(objection, "technical_support"),
        reason="不是我们的设备",
        by=handler_of("technical_support"),
        at=AT,
    )
    with pytest.raises(IllegalStep):
        services.accept(ended, by=keeper, at=AT)
    services.hand_off(objection, by=agent, at=AT)
    with pytest.raises(IllegalStep, match=r"hand-over|转交"):
        services.accept(ended, by=keeper, at=AT)
    with pytest.raises(NotAllowed):
        services.accept(ended, by=agent, at=AT)
    ended.refresh_from_db()
    assert ended.accepted_at is None


def test_what_is_not_recorded_cannot_be_handed_over() -> None:
    objection = filed()
    with pytest.raises(IllegalStep, match="OB-36"):
        services.hand_off(objection, by=UserFactory.create(), at=AT)


@pytest.mark.clause("OB-06", "OB-07")
def test_what_comes_back_twice_is_never_given_to_who_is_named() -> None:
    named = UserFactory.create(role=Role.SUPERVISOR, work_number="1")
    other = UserFactory.create(role=Role.SUPERVISOR, work_number="2")
    agent = UserFactory.create(supervisor=named)
    objection = recorded(SERVICE, by=agent, named_colleague=named.work_number)
    for _round in range(2):
        services.hand_off(
            objection, by=agent, at=AT, departments=["finance"], reason="另有约定"
        )
        services.return_handoff(
            handoff_to(objection, "finance"),
            reason="不归财务",
            by=handler_of("finance"),
            at=AT,
        )
    objection.refresh_from_db()
    assert objection.assignee == other


@pytest.mark.clause("OB-42")
def test_the_frozen_form_names_who_recorded_it_whoever_has_it_now() -> None:
    agent, colleague = UserFactory.create(), UserFactory.create()
    objection = recorded(by=agent)
    services.assign(objection, to=colleague, by=agent, at=AT)
    services.hand_off(objection, by=colleague, at=AT)
    assert objection.forms.get().content["recorded_by"] == agent.work_number
