"""What is frequent opens an action; it is done, counted, judged, and shown."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection

from catalog.models import Device, Quarantine
from objections import services
from objections.models import (
    FrequencyRule,
    MonthlyReport,
    Objection,
    PreventiveAction,
)
from objections.months import Month
from objections.services import likeness, opening, prevention, quarantining, watching
from objections.services.analysis import Analysis
from objections.services.month_facts import Cut
from staff.models import Role, User
from tests.factories import AT, UserFactory, department
from tests.instants import local
from tests.objections.cases import FEE, QUALITY, RETURN, SERVICE, filed
from tests.objections.frequent import EARLY, alike, concluded, head_of
from tests.objections.settled import closed
from tickets.workflow import IllegalStep, NotAllowed, SentOtherwise

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
LATER = AT + timedelta(hours=1)


def opened(**changes: Any) -> PreventiveAction:
    """An action that a supervisor opens by hand."""
    given: dict[str, Any] = {
        "subtype": "quality/function_fault",
        "device_model": "Sony FX3",
        "reason": "同一故障反复出现",
        "by": UserFactory.create(role=Role.SUPERVISOR),
        "at": AT,
        **changes,
    }
    return opening.open_action(**given)


def done(owner: User, *, at: Any = AT) -> PreventiveAction:
    action = prevention.assign(
        opened(), to=owner, by=UserFactory.create(role=Role.MANAGER), at=AT
    )
    prevention.describe(action, measure="出库前加测主板", by=owner, at=at)
    return prevention.finish(action, text="已加入出库检查表", by=owner, at=at)


@pytest.mark.clause("OB-10")
def test_three_alike_open_one_action_with_owner_due_and_reason() -> None:
    head = head_of("technical_support")
    two = alike(2)
    assert watching.look(at=LATER) == []
    third = filed(device_model="SONY fx3", phone="13900139000")
    (action,) = watching.look(at=LATER)
    assert set(action.objections.all()) == {*two, third}
    assert (action.device_model, action.subtype.code) == ("Sony FX3", "function_fault")
    assert (action.department, action.owner) == (department("technical_support"), head)
    assert (action.status, action.rule.code) == ("open", "model_in_30_days")  # type: ignore[union-attr]
    # Ten working days from Monday 23 November, to the close of Monday 7 December.
    assert f"{action.due_at.astimezone(local('2026-12-01').tzinfo):%m-%d}" == "12-07"
    assert "3" in action.reason
    assert "30" in action.reason
    # Once more, and with one more objection, there is no second one.
    assert watching.look(at=LATER) == []
    filed(phone="13700137000")
    assert watching.look(at=LATER + DAY) == []


def test_what_was_cancelled_stays_so_until_new_ones_come() -> None:
    alike(3)
    (action,) = watching.look(at=LATER)
    boss = UserFactory.create(role=Role.SUPERVISOR)
    prevention.cancel(action, reason="同一批次已退回厂家", by=boss, at=LATER)
    assert watching.look(at=LATER + DAY) == []
    alike(3, at=LATER + DAY)
    (again,) = watching.look(at=LATER + 2 * DAY)
    assert (again.objections.count(), again.follows) == (3, None)


def test_a_rule_that_is_off_or_changed_is_followed() -> None:
    rule = FrequencyRule.objects.get(code="model_in_30_days")
    named = UserFactory.create()
    FrequencyRule.objects.update(active=False)
    alike(2)
    assert watching.look(at=LATER) == []
    rule.active, rule.least, rule.owner, rule.due_working_days = True, 2, named, 3
    rule.save()
    (action,) = watching.look(at=LATER)
    assert action.owner == named
    named.is_active = False
    named.save()
    assert opening.due(AT, 3) == action.due_at.replace()


@pytest.mark.clause("OB-10", "CC-15")
def test_the_report_of_a_month_is_kept_once_and_opens_what_is_to_be_improved() -> None:
    month = Month.of(AT)
    alike(5)
    filed(FEE, phone="13900139000")
    filed(SERVICE, phone="13900139001", at=month.starts - DAY, occurred_at=EARLY)
    after = month.ends + timedelta(minutes=20)
    assert watching.report(month, at=month.ends - timedelta(microseconds=1)) is None
    assert MonthlyReport.objects.count() == 0
    kept = watching.report_last_month(at=after)
    assert kept is not None
    assert kept.content["total"] == [6, 1]
    assert [(it["name"], it["count"]) for it in kept.content["tables"]["subtype"]] == [
        ("设备质量 · 功能异常", 5),
        ("费用 · 押金退还", 1),
        ("服务 · 沟通态度问题", 0),
    ]
    (action,) = PreventiveAction.objects.all()
    assert (action.month, action.device_model) == (month.first, "")
    assert action.objections.count() == 5
    # The job again does nothing; made anew by hand it opens nothing twice.
    assert watching.report_last_month(at=after) is None
    boss = UserFactory.create(role=Role.SUPERVISOR)
    prevention.cancel(action, reason="已由厂家处理", by=boss, at=after)
    again = watching.report(month, at=after + DAY)
    assert again is not None
    assert (again.pk, again.made_at) == (kept.pk, kept.made_at)
    assert PreventiveAction.objects.count() == 1
    call_command("objections_report", "2026-10")
    assert MonthlyReport.objects.count() == 2
    for bad in ("2099-01", "november"):
        with pytest.raises(CommandError):
            call_command("objections_report", bad)


@pytest.mark.clause("OB-10")
def test_an_effect_is_counted_over_equal_spans_and_judged_by_another() -> None:
    owner = UserFactory.create(role=Role.MANAGER)
    boss = UserFactory.create(role=Role.SUPERVISOR)
    alike(3, at=AT - 10 * DAY)
    filed(phone="13900139000", at=AT - 61 * DAY, occurred_at=EARLY)  # too early
    filed(phone="13900139001", device_model="Sony A7")
    action = done(owner)
    filed(phone="13900139002", at=AT + 59 * DAY)
    filed(phone="13900139003", at=AT + 60 * DAY)  # after the span
    assert prevention.count(action, at=AT + 30 * DAY) == (3, 0)
    verdict: dict[str, Any] = {"effective": True, "text": "由3起降到1起"}
    with pytest.raises(IllegalStep, match="2027-01-22"):
        prevention.judge(action, **verdict, by=boss, at=AT + 59 * DAY)
    assert watching.count_effects(at=AT + 60 * DAY - timedelta(seconds=1)) == 0
    assert watching.count_effects(at=AT + 60 * DAY) == 1
    assert watching.count_effects(at=AT + 61 * DAY) == 0
    action.refresh_from_db()
    assert (action.count_before, action.count_after) == (3, 1)
    with pytest.raises(NotAllowed):
        prevention.judge(action, **verdict, by=owner, at=AT + 61 * DAY)
    with pytest.raises(ValidationError):
        prevention.judge(action, effective=True, text=" ", by=boss, at=AT)
    prevention.judge(action, **verdict, by=boss, at=AT + 61 * DAY)
    prevention.judge(action, **verdict, by=boss, at=AT + 61 * DAY)  # a double click
    action.refresh_from_db()
    assert (action.status, action.ended_by) == ("effective", boss)
    assert [it.step for it in action.records.all()] == [
        *("open", "assign", "describe", "finish", "count", "judge")
    ]
    assert PreventiveAction.objects.count() == 1


def test_what_had_no_effect_has_a_successor() -> None:
    owner = UserFactory.create()
    boss = UserFactory.create(role=Role.SUPERVISOR)
    action = done(owner)
    (came,) = alike(1, at=AT + 5 * DAY)
    late = AT + 60 * DAY
    watching.count_effects(at=late)
    prevention.judge(action, effective=False, text="仍在发生", by=boss, at=late)
    prevention.judge(action, effective=False, text="仍在发生", by=boss, at=late)
    (successor,) = PreventiveAction.objects.filter(follows=action)
    assert (successor.owner, successor.status) == (owner, "open")
    assert list(successor.objections.all()) == [came]
    assert successor.due_at == opening.due(late, 10)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"subtype": ""}, "subtype"),
        ({"subtype": "quality/nothing"}, "subtype"),
        ({"subtype": "fee/function_fault"}, "subtype"),
        ({"subtype": "quality/\x00"}, "subtype"),
        ({"reason": " "}, "reason"),
        ({"reason": "x" * 301}, "reason"),
        ({"device_model": "x" * 81}, "device_model"),
        ({"device_model": "a\x00"}, "device_model"),
        ({"department": "nobody"}, "department"),
        ({"department": "\x00"}, "department"),
        ({"numbers": ["OB00000000"]}, "numbers"),
        ({"numbers": ["\x00"]}, "numbers"),
    ],
)
def test_bad_words_open_nothing(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        opened(**changes)
    assert list(refused.value.message_dict) == [field]
    assert PreventiveAction.objects.count() == 0


def test_one_opened_by_hand_rests_on_what_is_named_and_stands_alone() -> None:
    token = uuid.uuid4()
    first, second = alike(2)
    by = UserFactory.create(role=Role.SUPERVISOR)
    action = opened(numbers=[first.number.lower()], client_token=token, by=by)
    assert list(action.objections.all()) == [first]
    assert opened(numbers=[first.number], client_token=token, by=by) == action
    with pytest.raises(SentOtherwise):
        opened(reason="另一个原因", client_token=token, by=by)
    with pytest.raises(IllegalStep, match=action.number):
        opened(device_model="SONY-FX3")
    filed(phone="13900139000")
    assert watching.look(at=LATER) == []
    other = opened(
        device_model="", at=LATER
    )  # about the subtype as a whole: another pattern
    assert set(other.objections.all()) == set(Objection.objects.all())
    assert second in other.objections.all()


VERBS: dict[str, Callable[[PreventiveAction, User], object]] = {
    "assign": lambda it, by: prevention.assign(it, to=by, by=by, at=AT),
    "describe": lambda it, by: prevention.describe(it, measure="加测", by=by, at=AT),
    "finish": lambda it, by: prevention.finish(it, text="已做", by=by, at=AT),
    "judge": lambda it, by: prevention.judge(
        it, effective=True, text="降了", by=by, at=AT
    ),
    "cancel": lambda it, by: prevention.cancel(it, reason="不需要", by=by, at=AT),
}
BEGUN = {
    "open": {"describe", "assign", "cancel"},
    "under_way": {"describe", "assign", "cancel", "finish"},
    "done": {"assign", "judge"},
    "effective": set[str](),
    "not_effective": set[str](),
    "cancelled": set[str](),
}
FACTS: dict[str, dict[str, Any]] = {
    "open": {},
    "under_way": {"measure": "加"},
    "done": {"done_at": AT, "done_text": "x", "check_due_at": AT, "counted_at": AT},
    "effective": {"ended_at": AT, "ended_text": "x"},
    "not_effective": {"ended_at": AT, "ended_text": "x"},
    "cancelled": {"ended_at": AT, "ended_text": "x"},
}


@pytest.mark.parametrize("verb", VERBS)
def test_every_step_is_for_its_status_and_its_people(verb: str) -> None:
    """Status x verb x who: what is refused changes nothing."""
    mine = department("technical_support")
    supervisor = UserFactory.create(role=Role.SUPERVISOR)
    handler = UserFactory.create(role=Role.DEPARTMENT_HANDLER)
    people = {
        "supervisor": supervisor,
        "manager": UserFactory.create(role=Role.MANAGER),
        "administrator": UserFactory.create(role=Role.ADMINISTRATOR),
        "handler": handler,
        "owner": UserFactory.create(),
        "agent": UserFactory.create(),
        "general manager": UserFactory.create(role=Role.GENERAL_MANAGER),
        "other handler": UserFactory.create(
            role=Role.DEPARTMENT_HANDLER, department=department("finance")
        ),
    }
    leads = {"supervisor", "manager", "administrator"}
    allowed = leads | {"handler", "owner"} if verb in {"describe", "finish"} else leads
    action = opened(by=supervisor)
    for status, verbs in BEGUN.items():
        for who, person in people.items():
            facts = {
                "status": status,
                "measure": "",
                "done_at": None,
                "done_text": "",
                "check_due_at": None,
                "counted_at": None,
                "ended_at": None,
                "ended_text": "",
                "ended_by": None,
                "done_by": None,
                "owner": people["owner"],
                "department": mine,
            }
            row = PreventiveAction.objects.filter(pk=action.pk)
            row.update(**{**facts, **FACTS[status]})
            before = row.values().get()
            fits = verb in verbs and who in allowed
            try:
                VERBS[verb](action, person)
            except IllegalStep:
                assert who in allowed, (status, who)
                assert verb not in verbs, (status, who)
            except NotAllowed:
                assert who not in allowed, (status, who)
            else:
                assert fits, (status, who)
                continue
            assert not fits, (status, who)
            assert row.values().get() == before


def test_who_sees_which_actions() -> None:
    action = opened(department="warehouse_logistics")
    owned = UserFactory.create()
    prevention.assign(action, to=owned, by=UserFactory.create(role=Role.MANAGER), at=AT)
    head = head_of("warehouse_logistics", role=Role.AGENT)
    expected = {
        UserFactory.create(role=Role.SUPERVISOR): 1,
        UserFactory.create(role=Role.GENERAL_MANAGER): 1,
        UserFactory.create(): 0,
        UserFactory.create(role=Role.DEPARTMENT_HANDLER): 0,
        UserFactory.create(
            role=Role.DEPARTMENT_HANDLER, department=department("warehouse_logistics")
        ): 1,
        owned: 1,
        head: 1,
        UserFactory.create(role=Role.MANAGER, is_active=False): 0,
    }
    assert {
        person: PreventiveAction.objects.visible_to(person).count()
        for person in expected
    } == expected


@pytest.mark.clause("OB-10", "OB-30", "CC-31")
def test_a_month_is_analysed_beside_the_one_before(english: None) -> None:
    month = Month.of(AT)
    first = concluded()
    other = filed(RETURN, phone="13900139000", subtype="other")
    again = filed(QUALITY, at=LATER)  # the same customer, order and subtype
    earlier = filed(FEE, phone="13900139001", at=month.starts - timedelta(seconds=1))
    filed(FEE, phone="13900139002", at=month.ends)
    found = Analysis.of(month, at=AT + 30 * DAY)
    assert (found.total.count, found.total.previous) == (3, 1)
    assert (found.others.count, str(found.others.share)) == (1, "33.3")
    assert (found.repeated.count, found.withdrawn.count) == (1, 0)
    shown = {
        table.cut: [(it.name, it.count, it.previous) for it in table.lines]
        for table in found.tables
    }
    assert shown[Cut.TYPE] == [
        ("Quality of the device", 2, 0),
        ("Collecting the device", 1, 0),
        ("Fees", 0, 1),
    ]
    assert shown[Cut.CAUSE] == [("Not found out yet", 2, 1), ("The device", 1, 0)]
    assert shown[Cut.MODEL][0] == ("Sony FX3", 2, 0)
    assert {n: c for n, c, _p in shown[Cut.DEPARTMENT]} == {
        "Not handed over": 2,
        "Technical support": 1,
    }
    assert found.pks(Cut.REPEATED) == {again.pk}
    assert found.pks(Cut.OTHER) == {other.pk}
    assert found.pks(Cut.CAUSE, "device") == {first.objection_id}
    assert found.pks(Cut.TYPE, "fee") == frozenset()
    assert earlier.pk not in found.pks(Cut.ALL)
    # Everything that nobody has done by then is missed; what was done in time is kept.
    assert found.promises.kept > 0
    assert {other.pk, again.pk} <= found.promises.missed_on


@pytest.mark.clause("OB-10")
def test_a_unit_with_two_findings_is_suspected_kept_back_and_lifted() -> None:
    supervisor = UserFactory.create(role=Role.SUPERVISOR)
    first = concluded(serial_number="FX3-7")
    assert quarantining.suspects(by=supervisor) == []
    second = concluded(serial_number="fx3-7", phone="13900139000")
    concluded(
        serial_number="FX3-8",
        phone="13900139001",
        responsibility="customer",
        cause="customer",
    )
    (suspect,) = quarantining.suspects(by=supervisor)
    assert suspect.serial == "FX3-7"
    assert [it.pk for it in suspect.objections] == [
        first.objection_id,
        second.objection_id,
    ]
    assert quarantining.is_suspect(first.objection)
    facts: dict[str, Any] = {"serial_number": " fx3-7", "reason": "两次主板故障"}
    row = quarantining.put(**facts, by=supervisor, at=LATER)
    assert quarantining.put(**facts, by=supervisor, at=LATER) == row
    assert Quarantine.objects.count() == 1
    assert quarantining.suspects(by=supervisor) == []
    with pytest.raises(ValidationError):
        quarantining.lift(row, reason="", by=supervisor, at=LATER)
    quarantining.lift(row, reason="主板已更换", by=supervisor, at=LATER)
    # It has been looked at: the same findings suspect it no more.
    assert quarantining.suspects(by=supervisor) == []
    assert not quarantining.is_suspect(first.objection)
    assert quarantining.put(**facts, by=supervisor, at=LATER + DAY) != row


@pytest.mark.parametrize(
    ("role", "code", "may"),
    [
        (Role.AGENT, "customer_service", False),
        (Role.SUPERVISOR, "customer_service", True),
        (Role.MANAGER, "customer_service", True),
        (Role.GENERAL_MANAGER, "customer_service", False),
        (Role.ADMINISTRATOR, "customer_service", True),
        (Role.DEPARTMENT_HANDLER, "technical_support", True),
        (Role.DEPARTMENT_HANDLER, "warehouse_logistics", True),
        (Role.DEPARTMENT_HANDLER, "finance", False),
    ],
)
def test_who_keeps_a_unit_back(role: Role, code: str, may: bool) -> None:  # noqa: FBT001
    person = UserFactory.create(role=role, department=department(code))
    boss = UserFactory.create(role=Role.SUPERVISOR)
    device = Device.objects.first()
    standing = quarantining.put(
        serial_number="A", reason="坏", device=device, by=boss, at=AT
    )
    if may:
        quarantining.put(serial_number="B", reason="坏", by=person, at=AT)
        quarantining.lift(standing, reason="好了", by=person, at=AT)
    else:
        with pytest.raises(NotAllowed):
            quarantining.put(serial_number="B", reason="坏", by=person, at=AT)
        with pytest.raises(NotAllowed):
            quarantining.lift(standing, reason="好了", by=person, at=AT)
    serials = Quarantine.objects.standing().values_list("serial_number", flat=True)
    assert list(serials) == (["B"] if may else ["A"])


@pytest.mark.parametrize("serial", ["", " ", "x" * 61, "a\x00", "㍿" * 60])
def test_a_serial_number_that_is_none_is_refused(serial: str) -> None:
    boss = UserFactory.create(role=Role.SUPERVISOR)
    with pytest.raises(ValidationError) as refused:
        quarantining.put(serial_number=serial, reason="坏", by=boss, at=AT)
    assert list(refused.value.message_dict) == ["serial_number"]
    assert Quarantine.objects.count() == 0


@pytest.mark.clause("CC-31")
def test_similar_cases_say_why_and_what_was_found_and_hide_what_one_may_not_see(
    english: None, django_assert_num_queries: Any
) -> None:
    agent = UserFactory.create()
    finding = concluded(serial_number="S-1")
    mine = filed(at=LATER, serial_number="S-1", surname="李")
    many = alike(8, at=AT - DAY, device_model="Sony A7")
    with django_assert_num_queries(2):
        rows = likeness.similar_to(mine, by=agent)
    assert rows[0].objection.pk == finding.objection_id
    assert rows[0].reasons == [
        *("same phone", "same order", "same device", "same subtype and model")
    ]
    assert (rows[0].gist, rows[0].cause) == ("主板故障,需要返厂。", "The device")
    # Of one kind at most five, the newest.
    alone = [it.objection for it in rows if it.reasons == ["same subtype"]]
    assert alone == many[:3:-1]
    handler = UserFactory.create(role=Role.DEPARTMENT_HANDLER)
    (seen,) = likeness.similar_to(mine, by=handler)
    assert seen.objection.pk == finding.objection_id
    assert likeness.similar_to(mine, by=handler, but=[finding.objection_id]) == []


@pytest.mark.clause("CC-31")
def test_an_objection_names_the_one_that_it_repeats() -> None:
    agent = UserFactory.create()
    first = filed()
    again = filed(at=AT + 29 * DAY)
    late = filed(FEE, at=AT)
    assert likeness.repeated_by(again, by=agent) == first
    assert likeness.repeated_by(first, by=agent) is None
    assert likeness.repeated_by(late, by=agent) is None
    outsider = UserFactory.create(role=Role.DEPARTMENT_HANDLER)
    assert likeness.repeated_by(again, by=outsider) is None


@pytest.mark.django_db(transaction=True)
def test_two_jobs_at_once_open_one_action() -> None:
    alike(3)
    at_once = Barrier(2)

    def job() -> None:
        at_once.wait()
        watching.look(at=LATER)
        connection.close()

    jobs = [Thread(target=job) for _ in range(2)]
    for one in jobs:
        one.start()
    for one in jobs:
        one.join()
    assert PreventiveAction.objects.count() == 1


@pytest.mark.clause("OB-01")
def test_a_month_says_how_it_ended_and_what_customers_say() -> None:
    settled = closed()
    outside = filed(SERVICE, phone="13900139000", at=AT)
    services.note_external(
        outside, source="12315", received_at=AT, by=UserFactory.create(), at=AT
    )
    month = Analysis.of(Month.of(AT), at=LATER)
    assert (month.total.count, month.resolved.count, month.outside.count) == (2, 1, 1)
    assert month.pks(Cut.RESOLVED) == {settled.pk}
    assert month.pks(Cut.OUTSIDE) == {outside.pk}
    said = month.satisfaction
    assert (said.answers, said.result, said.process) == (
        1,
        Decimal("5.0"),
        Decimal("4.0"),
    )
    assert month.satisfaction_before.result is None
